"""Records changed knowingly: a baseline for a database that was made otherwise, and repair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from plainbase.errors import MigrationError
from plainbase.migrations.apply import WAIT
from plainbase.migrations.files import Migration, read, version_of
from plainbase.migrations.pieces import Piece, Value, internal, prepare, recorded, recorded_again
from plainbase.migrations.plan import Record, Step, changes
from plainbase.migrations.records import is_prepared, records
from plainbase.migrations.run import run_whole

if TYPE_CHECKING:
    from plainbase.database import Database


_IF_DONE = {"started": "applied", "reverting": None}
"""What becomes of an interrupted step whose statement was done."""
_IF_UNDONE = {"started": None, "reverting": "applied"}


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

    `done` and `undone` name a migration that was interrupted, up or down: its statement was done, or was not. `undone`
    may also name one whose file is missing: its record is forgotten. The tables stay as they are.
    Raises MigrationError.
    """
    driver, dialect = db._driver, db._driver.dialect
    migrations = read(db._schema, dialect)
    known = {migration.version for migration in migrations}
    migrator = await driver.migrator(wait)
    try:
        found = await records(migrator, dialect)
        pieces: list[Piece] = []
        lines = []
        for wanted, outcomes in ((done, _IF_DONE), (undone, _IF_UNDONE)):
            if wanted is not None:
                record = _named(wanted, found, migrations)
                state = _outcome(record, outcomes, has_file=record.version in known)
                values: dict[str, Value] = {"version": record.version, "state": state}
                pieces += internal(dialect, "mark" if state else "forget", values)
                lines.append(f"{record.label}: recorded as {state or 'not applied'}")
        by_version = {record.version: record for record in found}
        for migration in migrations:
            if migration.version in by_version and (how := changes(migration, by_version[migration.version])):
                pieces += recorded_again(migration)
                lines.append(f"{migration.label}: recorded anew; its {how} had changed")
        if pieces:
            await run_whole(migrator, _whole(db, pieces))
    finally:
        await migrator.close()
    return tuple(lines)


def _outcome(record: Record, outcomes: Mapping[str, str | None], *, has_file: bool) -> str | None:
    """The state that a record gets, None where it is forgotten."""
    if record.state in outcomes:
        return outcomes[record.state]
    if has_file:
        raise MigrationError(f"{record.label} was not interrupted, and its file is there: nothing to repair")
    if outcomes is _IF_DONE:
        raise MigrationError(f"{record.label} is recorded as applied already")
    return None


def _named(wanted: int | str, found: Iterable[Record], migrations: Iterable[Migration]) -> Record:
    """The record of a migration that a number or a label names, with or without a file."""
    by_name = {name: record for record in found for name in (record.label, str(record.version))}
    record = by_name.get(str(wanted)) or by_name.get(str(version_of(migrations, wanted)))
    if record is None:
        raise MigrationError(f"{wanted}: the database has no record of it, so there is nothing to repair")
    return record


def _whole(db: Database, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    dialect = db._driver.dialect
    return (*internal(dialect, "begin"), *pieces, *internal(dialect, "commit"))
