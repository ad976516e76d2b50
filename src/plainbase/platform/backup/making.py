"""A backup made: written beside its name, named when it is whole, and its manifest last."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, BinaryIO

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform import audit
from plainbase.platform.backup import compression as compressions
from plainbase.platform.backup import pruning
from plainbase.platform.backup.engines import ENGINES
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import (
    Backup,
    locked,
    new_file,
    new_name,
    part,
    sweep,
    waiting_manifest,
)
from plainbase.platform.backup.manifest import Compression, Manifest, manifest_of
from plainbase.platform.backup.verification import verified
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress, untold
from plainbase.platform.written_through import written_through
from plainbase.values import now

if TYPE_CHECKING:
    from plainbase import typed


async def backup(
    db: typed.Database | Database,
    folder: Path | str,
    *,
    compression: Compression = "zstd",
    verify: bool = False,
    keep: int | None = None,
    keep_days: int | None = None,
    server: str | None = None,
    progress: Progress = untold,
) -> Backup:
    """Write the database of one moment into a folder, which is made where there is none, while others go on writing.

    The file is whole before it has its name, and a backup only when its manifest lies beside it. With `verify` it is
    restored into scratch and compared (see `verify`; `server` is where that may be done), and nothing old is removed
    where that fails. `keep` and `keep_days` remove older ones (see `prune`). The database notes that it was done: an
    audit event, and system metrics `backup_completed` (its value the bytes) and `backup_seconds`.
    Raises BackupError where another is being made there, where the database is damaged, and where it is not what
    verifying expects; ParameterError, ConfigurationError without the extra `backup`, OSError.
    """
    pruning.check(keep, keep_days)
    if not isinstance(verify, bool):
        raise ParameterError("verify is True or False")
    compressions.check(compression)
    began = perf_counter()
    place = Path(folder)
    await in_thread(_make_folder, place)
    with locked(place):
        await in_thread(sweep, place)
        manifest = await _written(db, place, compression, progress)
        made = Backup(place / manifest.file, "complete", manifest)
        if verify:
            found = await verified(made, server=server or db, progress=progress)
            made = replace(made, verified=found)
            if not found.is_good:
                raise BackupError(f"{made.path} was written, but verifying it found: {'; '.join(found.problems)}")
        removed = await in_thread(
            pruning.pruned, place, manifest.database, manifest.engine, keep, keep_days, manifest.file
        )
    seconds = perf_counter() - began
    return replace(made, removed=removed, seconds=seconds, unrecorded=await _record(db, manifest, seconds))


async def _written(db: Database, folder: Path, compression: Compression, tell: Progress) -> Manifest:
    engine = ENGINES[Dialect(db.dialect)]
    name = await engine.named(db)
    version = await db._driver.version()
    created_at = now()
    beside = part(folder)
    final = folder / new_name(Dialect(db.dialect), created_at, compression)
    try:
        with new_file(beside) as file:
            sink = compressions.Sink(file, compression)
            found, tool = await engine.dump(db, beside.with_suffix(".copy"), sink, tell)
            await in_thread(_end, sink, file)
        manifest = Manifest(
            engine=db.dialect,
            engine_version=version,
            tool=tool,
            database=name,
            schema_version=found.schema_version,
            migrations=found.migrations,
            created_at=created_at,
            file=final.name,
            bytes=sink.bytes,
            content_bytes=sink.content_bytes,
            sha256=sink.sha256,
            compression=compression,
            rows=found.rows,
            audit_head=found.audit_head,
        )
        await in_thread(_name, beside, final, manifest)
    except OSError as error:
        raise OSError(error.errno, error.strerror, error.filename or str(final)) from None
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
    return manifest


def _make_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BackupError(f"{folder} is no folder; name one for the backups")
    folder.mkdir(parents=True, exist_ok=True)


def _end(sink: compressions.Sink, file: BinaryIO) -> None:
    sink.end()
    file.flush()
    os.fsync(file.fileno())


def _name(beside: Path, final: Path, manifest: Manifest) -> None:
    """Write the manifest too, then give both their names; `sweep` ends what was killed between the two."""
    waiting = waiting_manifest(final)
    try:
        with new_file(waiting) as file:
            file.write(manifest.text().encode())
            file.flush()
            os.fsync(file.fileno())
        beside.rename(final)
        written_through(final.parent)
        waiting.rename(manifest_of(final))
    except BaseException:
        final.unlink(missing_ok=True)  # nobody could restore it
        waiting.unlink(missing_ok=True)
        raise
    written_through(final.parent)


async def _record(db: typed.Database | Database, manifest: Manifest, seconds: float) -> str | None:
    """Note in the database that it was done; why that could not be, where it could not: the backup is good then too."""
    if not {"audit_logs", "system_metrics"} <= manifest.rows.keys():
        return None
    about = {"file": manifest.file, "engine": manifest.engine}
    try:
        await audit.record(db, "backup", "database", manifest.file, details={**about, "bytes": manifest.bytes})
        await db.system_metrics.log.batch(
            [
                {"name": "backup_completed", "value": float(manifest.bytes), "unit": "bytes", "labels": about},
                {"name": "backup_seconds", "value": seconds, "unit": "seconds", "labels": about},
            ]
        )
    except PlainbaseError as error:
        return str(error)
    return None
