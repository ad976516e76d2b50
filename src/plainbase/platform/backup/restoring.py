"""A backup restored: checked before anything is touched, made whole beside the database, then put in its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from plainbase import migrations
from plainbase.database import Opening
from plainbase.dialect import Dialect
from plainbase.options import Options, resolve
from plainbase.platform import audit, personal
from plainbase.platform.backup import restore_postgres, restore_sqlite
from plainbase.platform.backup.engines import ENGINES
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import one
from plainbase.platform.backup.manifest import Manifest, check_file
from plainbase.platform.backup.verification import differences, refuse_newer
from plainbase.platform.export.threads import in_thread
from plainbase.platform.personal import Replayed
from plainbase.platform.personal.ledger_file import read as read_ledger
from plainbase.platform.progress import Progress, untold

if TYPE_CHECKING:
    from plainbase import typed

TITLES = {Dialect.SQLITE: "SQLite", Dialect.POSTGRES: "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: from which file, into which database, whether that replaced one that was there.

    `migrated` are the migrations that the backup lacked, `drifted` is in what the schema differs from schema.sql all
    the same, and `replayed` the erasures that were made again.
    """

    file: Path
    manifest: Manifest
    url: str
    replaced: bool
    migrated: tuple[str, ...]
    drifted: tuple[str, ...]
    replayed: Replayed | None
    seconds: float


class Target(Protocol):
    """What is restored, beside what it replaces."""

    replaces: bool

    async def fill(self, path: Path, manifest: Manifest, tell: Progress) -> None:
        """Write what the backup holds."""

    def opened(self) -> Opening[typed.Database]:
        """Open it."""

    async def swap(self) -> None:
        """Put it in place."""


TARGETS: Mapping[Dialect, Callable[..., AbstractAsyncContextManager[Target]]] = {
    Dialect.SQLITE: restore_sqlite.replacing,
    Dialect.POSTGRES: restore_postgres.replacing,
}


async def restore(
    path: Path | str,
    url: str | None = None,
    *,
    force: bool = False,
    owners: bool = True,
    ledger: Path | str | None = None,
    progress: Progress = untold,
) -> Restored:
    """Restore a backup, or the newest complete one of a folder, into a database of the same engine.

    Without a URL the environment names the database. One that is not empty is replaced with `force` only, and is kept
    until the new one is whole: restored, compared with the manifest, migrated up where it is older, counted for the
    planner, and with the erasures of `ledger` made again (see `personal.replay`). Nobody may have the database open.
    `owners=False` leaves out the owners and privileges of PostgreSQL's objects, for a server without those roles.
    A restore that is killed leaves the old database or the new one, and the next one tidies up.
    Raises BackupError for a backup that will not do and a place that is taken, before anything is changed; OSError.
    """
    began = perf_counter()
    options = resolve(url)
    backup = await in_thread(one, Path(path))
    manifest = backup.manifest
    if manifest is None:
        raise BackupError(backup.note)
    refuse_engine(manifest, options)
    refuse_newer(manifest)
    if ledger is not None:
        await read_ledger(Path(ledger))
    await in_thread(check_file, backup.path, manifest, progress)
    await in_thread(ENGINES[options.dialect].check, backup.path, manifest)
    replacing = TARGETS[options.dialect](url, options, manifest, force=force, owners=owners)
    async with replacing as target:
        await target.fill(backup.path, manifest, progress)
        progress("checking what was restored", 0, 1)
        async with target.opened() as db:
            if wrong := await differences(db, manifest):
                raise BackupError(f"what was restored is not what the manifest says: {'; '.join(wrong)}")
            migrated = await db.migrate() if manifest.migrations else ()
            drifted = await migrations.verify(db) if manifest.migrations else ()
            replayed = await personal.replay(db, Path(ledger)) if ledger is not None else None
            if "audit_logs" in manifest.rows:
                await audit.record(
                    db, "restore", "database", manifest.file, details={"taken": f"{manifest.created_at}"}
                )
            await db.maintenance.analyze()
        await target.swap()
        progress("checking what was restored", 1, 1)
    return Restored(
        backup.path,
        manifest,
        options.safe_url,
        target.replaces,
        migrated,
        drifted,
        replayed,
        perf_counter() - began,
    )


def refuse_engine(manifest: Manifest, options: Options) -> None:
    """Raise BackupError for a backup of the other engine."""
    if manifest.engine != options.dialect:
        raise BackupError(
            f"this is a backup of {TITLES[Dialect(manifest.engine)]}, and {options.safe_url} is "
            f"{TITLES[options.dialect]}: restore it into a database of its own engine, then `plainbase copy` that"
        )
