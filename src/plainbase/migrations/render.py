"""The exact SQL that `up` or `down` would run, for a DBA to run by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from plainbase.dialect import Dialect
from plainbase.migrations.files import read
from plainbase.migrations.leftovers import leftovers
from plainbase.migrations.pieces import (
    NOTHING_LEFT,
    USUAL,
    Piece,
    Timeouts,
    internal,
    of_file,
    of_step,
    prepare,
    recorded,
)
from plainbase.migrations.plan import Direction, Step, plan_down, plan_up
from plainbase.migrations.records import indexes, is_prepared, records

if TYPE_CHECKING:
    from plainbase.database import Database

_HOW = {
    Dialect.POSTGRES: "psql -X -v ON_ERROR_STOP=1 -f FILE, on a direct connection (no pooler)",
    Dialect.SQLITE: "sqlite3 -bail DATABASE < FILE",
}


async def render(
    db: Database,
    to: int | str | None = None,
    *,
    direction: Direction = "up",
    out_of_order: bool = False,
    timeouts: Timeouts = USUAL,
) -> str:
    """Write down what `up`, or `down` to a version, would run on this database as it is now; nothing is changed.

    Each step begins and commits as `up` has it, and writes its record. Run by hand with errors that stop, it leaves
    the same tables and the same records, but for the durations. Raises MigrationError as `up` does.
    """
    driver, dialect = db._driver, db._driver.dialect
    migrations = read(db._schema, dialect)
    found = await records(driver, dialect)
    steps: Sequence[Step]
    if direction == "up":
        steps = plan_up(migrations, found, to, out_of_order=out_of_order)
    else:
        steps = plan_down(migrations, found, to=0 if to is None else to)
    valid = await indexes(driver, dialect)
    prepared = await is_prepared(driver, dialect)
    return "\n".join(_lines(db, steps, timeouts, valid=valid, prepared=prepared))


def _lines(
    db: Database, steps: Sequence[Step], timeouts: Timeouts, *, valid: Mapping[str, bool], prepared: bool
) -> Iterator[str]:
    dialect = db._driver.dialect
    if not steps:
        yield "-- nothing to do"
        return
    yield f"-- {steps[0].direction}: {', '.join(step.migration.label for step in steps)}"
    yield f"-- For {db.options.safe_url}, as it stood when this was written; a step that was done since then fails."
    yield f"-- Run it with: {_HOW[dialect]}"
    yield "-- An error stops it, and undoes the step that it is in; then write it anew, and run the rest."
    yield from _written([*internal(dialect, "take_lock"), *internal(dialect, "enforce_references")])
    if not prepared:
        yield from _written(prepare(dialect))
    for step in steps:
        yield from _of_step(step, timeouts, valid)
    yield from _written(internal(dialect, "release_lock"))


def _of_step(step: Step, timeouts: Timeouts, valid: Mapping[str, bool]) -> Iterator[str]:
    pieces = of_step(step, timeouts, leftovers(step, valid) if step.resumed else NOTHING_LEFT)
    yield f"\n-- {step.direction} {step.file.where}"
    own = of_file(step.file)
    extra = pieces.body[: len(pieces.body) - len(own)] if pieces.body else ()
    yield from _written((*pieces.before, *pieces.begin, *extra))
    if pieces.body:
        ends = step.file.parts[-1].text.endswith(";")
        yield f"\n{step.file.text.strip()}\n" + ("" if ends else ";\n")
    yield from _written((*pieces.settle, *recorded(step, "applied", None), *pieces.checks, *pieces.commit))
    yield from _written(pieces.after)


def _written(pieces: Iterable[Piece]) -> Iterator[str]:
    for piece in pieces:
        yield piece.text if piece.text.endswith(";") else f"{piece.text};"
