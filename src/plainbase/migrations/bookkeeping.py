"""Records changed knowingly: a baseline for a database that was made otherwise, and repair."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from plainbase.errors import MigrationError
from plainbase.migrations.apply import WAIT
from plainbase.migrations.files import read, version_of
from plainbase.migrations.pieces import Piece, Value, internal, prepare, recorded, recorded_again
from plainbase.migrations.plan import Step, changes
from plainbase.migrations.records import is_prepared, records
from plainbase.migrations.run import run_whole

if TYPE_CHECKING:
    from plainbase.database import Database


async def baseline(db: Database, version: int | str, *, wait: float = WAIT) -> tuple[str, ...]:
    """Record everything up to and including `version` as there already, without running it; return the labels.

    For a database whose tables were made otherwise. `down` does not go past it. Raises MigrationError where something
    is recorded already.
    """
    driver, dialect = db._driver, db._driver.dialect
    migrations = read(db._schema, dialect)
    target = version_of(migrations, version)
    included = [migration for migration in migrations if migration.version <= target]
    if not included:
        raise MigrationError("a baseline names the last migration whose tables are there already; 0 names none")
    migrator = await driver.migrator(wait)
    try:
        if not await is_prepared(migrator, dialect):
            await run_whole(migrator, prepare(dialect))
        found = await records(migrator, dialect)
        if found:
            raise MigrationError(
                f"the database has a record of {found[0].label} already; a baseline is for one that has none"
            )
        steps = [Step(migration, "up") for migration in included]
        await run_whole(migrator, _whole(db, (piece for step in steps for piece in recorded(step, "baseline", None))))
    finally:
        await migrator.close()
    return tuple(migration.label for migration in included)


async def repair(
    db: Database, *, done: int | str | None = None, undone: int | str | None = None, wait: float = WAIT
) -> tuple[str, ...]:
    """Record the files as they are now as what was applied; return a line for each record that was changed.

    `done` and `undone` name a migration that was interrupted, or whose file is missing: it counts as applied from now
    on, or its record is forgotten. The tables stay as they are. Raises MigrationError.
    """
    driver, dialect = db._driver, db._driver.dialect
    migrations = read(db._schema, dialect)
    known = {migration.version for migration in migrations}
    migrator = await driver.migrator(wait)
    try:
        found = {record.version: record for record in await records(migrator, dialect)}
        pieces: list[Piece] = []
        lines = []
        for wanted, state in ((done, "applied"), (undone, None)):
            if wanted is None:
                continue
            record = next((each for each in found.values() if str(wanted) in (each.label, str(each.version))), None)
            record = record or found.get(version_of(migrations, wanted))
            if record is None or (record.state in ("applied", "baseline") and record.version in known):
                raise MigrationError(f"{wanted}: was not interrupted, and its file is there; nothing to say about it")
            values: dict[str, Value] = {"version": record.version, "state": state or ""}
            pieces += internal(dialect, "mark" if state else "forget", values)
            lines.append(f"{record.label}: recorded as {'applied' if state else 'not applied'}")
        for migration in migrations:
            record = found.get(migration.version)
            if record and (how := changes(migration, record)):
                pieces += recorded_again(migration)
                lines.append(f"{migration.label}: recorded anew; its {how} had changed")
        if pieces:
            await run_whole(migrator, _whole(db, pieces))
    finally:
        await migrator.close()
    return tuple(lines)


def _whole(db: Database, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    dialect = db._driver.dialect
    return (*internal(dialect, "begin"), *pieces, *internal(dialect, "commit"))
