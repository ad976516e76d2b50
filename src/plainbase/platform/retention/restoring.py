"""The way back: archives into the table they are from, on either engine, each row once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plainbase.actor import Actor
from plainbase.errors import ParameterError
from plainbase.platform import audit
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress, untold
from plainbase.platform.retention import files, manifest, row_texts
from plainbase.platform.retention.errors import ArchiveRefused
from plainbase.platform.retention.manifest import Archive
from plainbase.platform.retention.row_texts import Values
from plainbase.platform.retention.tables import PARENTS_FIRST
from plainbase.platform.runners import AnyDatabase, AnyRunner

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Listed:
    """A manifest that was found in a folder: its archive, or why it is none."""

    path: Path
    archive: Archive | None
    error: str | None


@dataclass(frozen=True, slots=True)
class RestoredArchive:
    """What became of an archive's rows: put back, there already, there and different, or left since never removed."""

    table: str
    path: Path
    rows: int
    restored: int
    there: int
    different: int
    left: int


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did, archive by archive; after a dry run what it would do."""

    archives: tuple[RestoredArchive, ...]
    dry_run: bool


def list_archives(folder: Path | str) -> tuple[Listed, ...]:
    """The archives of a folder by name, and what is wrong with those that are none. Reads manifests only."""
    place = Path(folder)
    if not place.is_dir():
        raise ParameterError(f"there is no folder {place}")
    lost = (Listed(path, None, _without(path)) for path in manifest.lost(place))
    return (*map(_listed, manifest.paths(place)), *lost)


def _listed(path: Path) -> Listed:
    try:
        found = manifest.read(path)
        if not found.file.is_file() or found.file.stat().st_size != found.manifest.bytes:
            raise ArchiveRefused(f"{found.file} is missing, or has another size than its manifest tells of")
    except ArchiveRefused as error:
        return Listed(path, None, error.message)
    except OSError as error:
        return Listed(path, None, f"{path} cannot be read: {error.strerror}")
    return Listed(path, found, None)


async def restore_archives(
    db: AnyDatabase,
    path: Path | str,
    *,
    dry_run: bool = False,
    actor: Actor | None = None,
    progress: Progress = untold,
) -> Restored:
    """Put the rows of an archive, named by its manifest or its file, or of all archives of a folder, back.

    Rows that are there already stay as they are, so it can be run again. All archives are checked before the first row
    is inserted. Raises ArchiveRefused, and ConstraintViolation where a row does not fit, because what it refers to is
    gone say: then the thousand rows around it are not inserted, and those before are.
    """
    archives = [manifest.read(each) for each in _chosen(Path(path))]
    archives.sort(key=lambda each: (PARENTS_FIRST[each.manifest.table], each.path.name))
    for archive in archives:
        await in_thread(manifest.verify, archive)
        await _check_columns(db, archive)
        await in_thread(_check_rows, archive)
    done = [await _restored(db, archive, dry_run, actor, progress) for archive in archives]
    return Restored(tuple(done), dry_run)


def _chosen(path: Path) -> list[Path]:
    if path.is_dir():
        for rows in manifest.lost(path):
            raise ArchiveRefused(_without(rows))
        found = list(manifest.paths(path))
        if not found:
            raise ArchiveRefused(f"{path} has no archive: no file in it ends with {manifest.ENDING}")
        return found
    if not path.exists():
        raise ArchiveRefused(f"there is no {path}")
    if path.name.endswith(manifest.ENDING):
        return [path]
    beside = manifest.beside(path)
    if not beside.exists():
        raise ArchiveRefused(_without(path))
    if manifest.read(beside).manifest.file != path.name:
        raise ArchiveRefused(f"{beside} is the manifest of another file than {path.name}")
    return [beside]


def _without(rows: Path) -> str:
    return f"{rows} has no manifest {manifest.beside(rows).name} beside it, so it is no archive, or not all of one"


def _check_rows(archive: Archive) -> None:
    found = archive.manifest
    seen = sum(map(len, files.read(archive.file, found.columns, found.format, found.compression, CHUNK)))
    if seen != found.rows:
        raise ArchiveRefused(f"{archive.file} has {seen:,} rows, its manifest tells of {found.rows:,}")


async def _check_columns(db: AnyDatabase, archive: Archive) -> None:
    there = {column.name: column.type for column in await row_texts.columns(db, archive.manifest.table)}
    for column in archive.manifest.columns:
        if there.get(column.name) != column.type:
            says = f"has none of the name {column.name}" if column.name not in there else f"has another {column.name}"
            raise ArchiveRefused(
                f"{archive.path} does not fit: the table {archive.manifest.table} {says}; "
                f"the archive is of schema version {archive.manifest.schema_version}"
            )


async def _restored(
    db: AnyDatabase, archive: Archive, dry_run: bool, actor: Actor | None, progress: Progress
) -> RestoredArchive:
    found = archive.manifest
    left = set(found.left)
    counts = {"seen": 0, "restored": 0, "there": 0, "different": 0, "left": 0}
    rows = files.read(archive.file, found.columns, found.format, found.compression, CHUNK)
    while chunk := await in_thread(next, rows, None):
        counts["seen"] += len(chunk)
        wanted = [row for row in chunk if row[0] not in left]
        counts["left"] += len(chunk) - len(wanted)
        if dry_run:
            added = await _added(db, archive, wanted, counts)
        else:
            async with db.transaction(actor=actor) as tx:
                added = await _added(tx, archive, wanted, counts)
                if highest := max([row[0] for row in chunk if isinstance(row[0], int)], default=0):
                    await tx.maintenance.pass_ids(table_name=found.table, id=highest)
                await row_texts.insert(tx, found.table, found.columns, added)
        counts["restored"] += len(added)
        progress(found.table, counts["seen"], found.rows)
    if not dry_run:
        details = {"archive": archive.path.name, **{name: counts[name] for name in ("restored", "there", "different")}}
        await audit.record(db, "archive_restore", found.table, actor=actor, details=details)
    return RestoredArchive(
        found.table,
        archive.path,
        counts["seen"],
        counts["restored"],
        counts["there"],
        counts["different"],
        counts["left"],
    )


async def _added(db: AnyRunner, archive: Archive, rows: Sequence[Values], counts: dict[str, int]) -> list[Values]:
    """The rows that are not there; those that are, are counted."""
    found = archive.manifest
    there = await row_texts.fetch(db, found.table, found.columns, [row[0] for row in rows])
    for row in rows:
        if row[0] in there:
            same = row_texts.meaning(found.columns, there[row[0]]) == row_texts.meaning(found.columns, row)
            counts["there" if same else "different"] += 1
    return [row for row in rows if row[0] not in there]
