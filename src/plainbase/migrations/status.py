"""Where a database stands: each migration's state, and what to check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from plainbase.errors import MigrationError
from plainbase.migrations.files import NO_TRANSACTION, Migration, read
from plainbase.migrations.leftovers import Index, advice, invalid
from plainbase.migrations.plan import Record, Step, changes, missing
from plainbase.migrations.records import indexes, records

if TYPE_CHECKING:
    from plainbase.database import Database

State = Literal["applied", "baseline", "pending", "out of order", "changed", "missing", "started", "reverting"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One migration: its state, when it was applied and how long that took, and a note on what to check or know.

    Pending ones are out of order where something newer is applied; changed ones have other statements than those
    applied; missing ones have no file; started and reverting ones were interrupted outside a transaction.
    """

    label: str
    state: State
    applied_at: datetime | None = None
    duration_ms: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Every migration, of the files and of the database, by number.

    `version` is the last one applied, `expected` the last one of the files. `invalid_indexes` are those that
    PostgreSQL does not use, since their concurrent build failed or was interrupted.
    """

    entries: tuple[Entry, ...]
    version: str | None
    expected: str | None
    invalid_indexes: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[str, ...]:
        """What is not applied."""
        return tuple(entry.label for entry in self.entries if entry.state in ("pending", "out of order"))

    @property
    def unknown(self) -> tuple[str, ...]:
        """What the database has and no file."""
        return tuple(entry.label for entry in self.entries if entry.state == "missing")

    @property
    def is_current(self) -> bool:
        """Whether everything is applied as its file says, and nothing is to be checked."""
        return all(entry.state in ("applied", "baseline") for entry in self.entries) and not self.invalid_indexes


async def status(db: Database) -> Status:
    """Say where a database stands; nothing is changed. Raises MigrationError where the files are wrong."""
    driver = db._driver
    migrations = read(db._schema, driver.dialect)
    return compare(migrations, await records(driver, driver.dialect), await indexes(driver, driver.dialect))


async def standing(db: Database) -> Status:
    """The same as far as records tell, for who asks in passing: files that are wrong, or none, count for nothing."""
    driver = db._driver
    try:
        migrations = read(db._schema, driver.dialect)
    except MigrationError:
        migrations = ()
    found = await records(driver, driver.dialect)
    return compare(migrations, found, ())


def compare(migrations: Sequence[Migration], found: Sequence[Record], there: Sequence[Index]) -> Status:
    """The status that files, records and the indexes that are there come to."""
    applied = {record.version: record for record in found}
    last = max(applied, default=0)
    lost = [(record.version, _of_missing(record, migrations)) for record in missing(migrations, found)]
    kept = [(each.version, _of(each, applied.get(each.version), last, there)) for each in migrations]
    entries = tuple(entry for _, entry in sorted([*lost, *kept], key=lambda pair: pair[0]))
    done = [entry for entry in entries if entry.state not in ("pending", "out of order", "started")]
    return Status(
        entries,
        done[-1].label if done else None,
        migrations[-1].label if migrations else None,
        invalid(there),
    )


def _of(migration: Migration, record: Record | None, last: int, there: Sequence[Index]) -> Entry:
    if record is None and migration.version < last:
        return Entry(migration.label, "out of order", note=_LATE)
    if record is None:
        return Entry(migration.label, "pending")
    state, note = _state(migration, record, there)
    return Entry(migration.label, state, record.applied_at, record.duration_ms, note)


def _state(migration: Migration, record: Record, there: Sequence[Index]) -> tuple[State, str]:
    """The state of what is recorded, and what there is to know of it."""
    if record.state == "started":
        return "started", _interrupted(Step(migration, "up", resumed=True), there)
    if record.state == "reverting":
        return "reverting", _interrupted(Step(migration, "down", resumed=True), there)
    how = changes(migration, record)
    if how == "statements":
        return "changed", _CHANGED
    return ("baseline" if record.state == "baseline" else "applied"), _COMMENTED if how else ""


def _interrupted(step: Step, there: Sequence[Index]) -> str:
    what = f"put {NO_TRANSACTION} back" if step.file.in_transaction else advice(step, there)
    return f"was interrupted: {what}"


def _of_missing(record: Record, migrations: Iterable[Migration]) -> Entry:
    newer = all(migration.version < record.version for migration in migrations)
    return Entry(record.label, "missing", record.applied_at, record.duration_ms, _NEWER if newer else _LOST)


_LATE = "something newer is applied; `plainbase migrate up --out-of-order` applies it all the same"
_CHANGED = "its statements are not those applied; put them back, or `plainbase migrate repair` knowingly"
_COMMENTED = "its comments, spacing or name have changed since; its statements have not"
_NEWER = "the database is newer than these files"
_LOST = "its file is missing; put it back, or `plainbase migrate repair --undone` forgets it"
