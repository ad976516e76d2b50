"""What is to be done: files and records in, steps out; pure, so that all of it is known before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from plainbase.errors import MigrationError
from plainbase.migrations.files import NO_TRANSACTION, File, Migration, version_of
from plainbase.migrations.refusals import problems

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Record:
    """A row of `schema_migrations`.

    `state` is applied, baseline (it was there before plainbase came), started or reverting (a statement outside a
    transaction was begun, up or down, and nobody has said that it ended).
    """

    version: int
    name: str
    text_checksum: str
    sql_checksum: str
    state: str
    applied_at: datetime | None = None
    duration_ms: int | None = None

    @property
    def label(self) -> str:
        """The name of its file, as far as the record tells."""
        return f"{self.version:04}_{self.name}"


@dataclass(frozen=True, slots=True)
class Step:
    """A migration to be applied or undone; one that was begun before and interrupted is `resumed`."""

    migration: Migration
    direction: Direction
    resumed: bool = False

    @property
    def file(self) -> File:
        """The file that is run."""
        return self.migration.up if self.direction == "up" else self.migration.down


def plan_up(
    migrations: Sequence[Migration],
    records: Sequence[Record],
    to: int | str | None = None,
    *,
    out_of_order: bool = False,
) -> tuple[Step, ...]:
    """Plan to apply what is pending, up to and including `to`, in order.

    Raises MigrationError where the database has a migration that no file has, or one whose statements were changed
    since, where something older than the last one applied is pending (unless `out_of_order`), and for whatever the
    files to be run must not hold.
    """
    _require_known(migrations, records)
    target = None if to is None else version_of(migrations, to)
    done = {record.version: record for record in records}
    steps = []
    for migration in migrations:
        record = done.get(migration.version)
        if target is not None and migration.version > target:
            break
        if record is None or record.state == "started":
            steps.append(Step(migration, "up", resumed=record is not None))
        elif record.state == "reverting":
            raise MigrationError(
                f"{migration.label} was being undone when it was interrupted; finish that with `plainbase migrate down`"
            )
    last = max(done, default=0)
    late = [step.migration.label for step in steps if step.migration.version < last and not step.resumed]
    if late and not out_of_order:
        raise MigrationError(
            f"{', '.join(late)}: not applied, though older than the last one applied, {done[last].label}; "
            "give it a newer number, or apply it out of order (--out-of-order) if nothing since depends on it"
        )
    _require_sound(steps, with_down=True)
    return tuple(steps)


def plan_down(
    migrations: Sequence[Migration],
    records: Sequence[Record],
    *,
    to: int | str | None = None,
    steps: int | None = None,
) -> tuple[Step, ...]:
    """Plan to undo what is newer than `to` (0: everything), or the last `steps` migrations; the newest goes first.

    Raises MigrationError where that would go past the baseline, or through a migration that is irreversible, has no
    file, or was changed since.
    """
    if (to is None) == (steps is None):
        raise MigrationError("say how far down: to a version (--to; 0 undoes everything), or so many --steps")
    if steps is not None and steps < 1:
        raise MigrationError("steps: at least 1 is needed to undo something")
    _require_known(migrations, records)
    known = {migration.version: migration for migration in migrations}
    newest = sorted(records, key=lambda record: record.version, reverse=True)
    if to is not None:
        target = version_of(migrations, to)
        newest = [record for record in newest if record.version > target]
    planned = []
    for record in newest[:steps]:
        migration = known[record.version]
        if record.state == "baseline":
            raise MigrationError(f"{record.label} is of the baseline: it was there before, and cannot be undone")
        if record.state == "started":
            raise MigrationError(f"{migration.label} was interrupted; finish it first with `plainbase migrate up`")
        if migration.down.irreversible is not None:
            raise MigrationError(f"cannot be undone: {migration.down.irreversible}", where=migration.down.where)
        planned.append(Step(migration, "down", resumed=record.state == "reverting"))
    _require_sound(planned, with_down=False)
    return tuple(planned)


def changes(migration: Migration, record: Record) -> str | None:
    """How a file differs from what was applied: in its statements, or only in its comments, spacing or name."""
    if migration.up.text_checksum == record.text_checksum:
        return None if migration.name == record.name else "comments"
    return "comments" if migration.up.sql_checksum == record.sql_checksum else "statements"


def missing(migrations: Iterable[Migration], records: Iterable[Record]) -> tuple[Record, ...]:
    """What the database has and no file."""
    known = {migration.version for migration in migrations}
    return tuple(record for record in records if record.version not in known)


def _require_known(migrations: Sequence[Migration], records: Sequence[Record]) -> None:
    faults = []
    newest = max((migration.version for migration in migrations), default=0)
    for record in missing(migrations, records):
        if record.version > newest:
            faults.append(
                f"the database is newer than these files: it has {record.label}; update them, or name the right folder"
            )
        else:
            faults.append(f"the database has {record.label}, and its file is missing; put it back")
    known = {record.version: record for record in records}
    for migration in migrations:
        before = known.get(migration.version)
        if before is not None and changes(migration, before) == "statements":
            was = "applied" if before.state in ("applied", "baseline") else "begun"
            faults.append(
                f"{migration.up.where}: its statements were changed after it was {was}; put them back and add a "
                "migration (or, knowing what you do, `plainbase migrate repair`)"
            )
    if faults:
        raise MigrationError("\n".join(faults))


def _require_sound(steps: Iterable[Step], *, with_down: bool) -> None:
    faults: list[str] = []
    for step in steps:
        faults += problems(step.file)
        if step.resumed and step.file.in_transaction:
            faults.append(
                f"{step.file.where}: was begun outside a transaction and interrupted; put {NO_TRANSACTION} back"
            )
        if with_down:
            faults += problems(step.migration.down)
    if faults:
        raise MigrationError("\n".join(faults))
