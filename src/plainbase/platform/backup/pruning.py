"""Old backups removed: never the newest good one, never what is not a backup of this database."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ParameterError
from plainbase.platform.backup.engines import ENGINES
from plainbase.platform.backup.folder import Backup, backups, locked, sweep
from plainbase.platform.backup.manifest import manifest_of
from plainbase.platform.export.threads import in_thread
from plainbase.platform.written_through import written_through
from plainbase.values import now

MOST_DAYS = 36_500


async def prune(
    db: Database, folder: Path | str, *, keep: int | None = None, keep_days: int | None = None
) -> tuple[Path, ...]:
    """Remove the backups of a database that are neither among the newest `keep` nor younger than `keep_days`.

    With both, one stays if either says so. The newest complete one always stays. What is damaged, has no manifest, is
    of another database, or no backup, is left alone. Return the files that were removed.
    Raises ParameterError, BackupError where a backup is being made there, OSError.
    """
    check(keep, keep_days)
    name = await ENGINES[Dialect(db.dialect)].named(db)
    return await in_thread(_locked, Path(folder), name, db.dialect, keep, keep_days)


def check(keep: int | None, keep_days: int | None) -> None:
    """Raise ParameterError for numbers that would keep nothing."""
    for name, value, most in (("keep", keep, 1_000_000), ("keep_days", keep_days, MOST_DAYS)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most):
            raise ParameterError(f"{name} is a whole number from 1 to {most:,}; leave it out to keep all")


def pruned(
    folder: Path, database: str, engine: str, keep: int | None, keep_days: int | None, made: str | None = None
) -> tuple[Path, ...]:
    """Do it; only with the lock. `made` names the newest, whatever the clock says, which may have gone backwards."""
    sweep(folder)
    if keep is None and keep_days is None:
        return ()
    ours = [
        each
        for each in backups(folder)
        if each.is_complete and each.manifest and (each.manifest.database, each.manifest.engine) == (database, engine)
    ]
    ours.sort(key=lambda each: each.path.name != made)  # stable: the others stay in order
    gone = [each for place, each in enumerate(ours) if not _stays(place, each, keep, keep_days)]
    for each in gone:
        for path in (each.path, manifest_of(each.path)):  # in this order: `sweep` removes a manifest that is left alone
            with suppress(FileNotFoundError):
                path.unlink()
    if gone:
        written_through(folder)
    return tuple(each.path for each in gone)


def _stays(place: int, backup: Backup, keep: int | None, keep_days: int | None) -> bool:
    if place == 0 or (keep is not None and place < keep):
        return True
    assert backup.manifest is not None  # noqa: S101 (complete ones have it; tells the type checker)
    return keep_days is not None and backup.manifest.created_at > now() - timedelta(days=keep_days)


def _locked(folder: Path, database: str, engine: str, keep: int | None, keep_days: int | None) -> tuple[Path, ...]:
    with locked(folder):
        return pruned(folder, database, engine, keep, keep_days)
