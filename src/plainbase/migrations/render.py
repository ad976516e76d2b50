"""The exact SQL that `up` or `down` would run, for a DBA to run by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plainbase.dialect import Dialect
from plainbase.migrations.files import File, read
from plainbase.migrations.leftovers import Index, leftovers
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
from plainbase.migrations.records import indexes, is_prepared, records, search_path
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

if TYPE_CHECKING:
    from plainbase.database import Database

_HOW = {
    Dialect.POSTGRES: "psql -X -v ON_ERROR_STOP=1 -f FILE, on a direct connection (no pooler)",
    Dialect.SQLITE: "sqlite3 -bail DATABASE < FILE",
}


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the SQL rests on: the database as it is now."""

    where: str
    dialect: Dialect
    prepared: bool
    states: Mapping[int, str]
    indexes: Sequence[Index]
    session: tuple[Piece, ...]


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
    the same tables and the same records, but for the durations; on a database whose records are others than now it
    does nothing. Raises MigrationError as `up` does.
    """
    driver, dialect = db._driver, db._driver.dialect
    migrations = read(db._schema, dialect)
    found = await records(driver, dialect)
    steps: Sequence[Step]
    if direction == "up":
        steps = plan_up(migrations, found, to, out_of_order=out_of_order)
    else:
        steps = plan_down(migrations, found, to=0 if to is None else to)
    path = await search_path(driver, dialect)
    standing = _Standing(
        db.options.safe_url,
        dialect,
        await is_prepared(driver, dialect),
        {record.version: record.state for record in found},
        await indexes(driver, dialect),
        (*internal(dialect, "set_encoding"), *internal(dialect, "set_search_path", {"search_path": path})),
    )
    return "\n".join(_lines(standing, steps, timeouts))


def _lines(standing: _Standing, steps: Sequence[Step], timeouts: Timeouts) -> Iterator[str]:
    dialect = standing.dialect
    if not steps:
        yield "-- nothing to do"
        return
    yield f"-- {steps[0].direction}: {', '.join(step.migration.label for step in steps)}"
    yield f"-- For {standing.where}, as it stood when this was written; with other records it does nothing."
    yield f"-- Run it with: {_HOW[dialect]}"
    yield "-- An error stops it and undoes the step that it is in; one outside a transaction stays recorded as started."
    yield "-- Then write it anew, and run the rest."
    yield from _written((*standing.session, *internal(dialect, "take_lock"), *internal(dialect, "enforce_references")))
    if not standing.prepared:
        yield from _written(prepare(dialect))
    yield from _written(internal(dialect, "make_expected"))
    states = dict(standing.states)
    for step in steps:
        yield from _of_step(step, timeouts, standing, _expected(dialect, states))
        states.pop(step.migration.version, None)
        if step.direction == "up":
            states[step.migration.version] = "applied"
    yield from _written(internal(dialect, "release_lock"))


def _of_step(step: Step, timeouts: Timeouts, standing: _Standing, expected: tuple[Piece, ...]) -> Iterator[str]:
    pieces = of_step(step, timeouts, leftovers(step, standing.indexes) if step.resumed else NOTHING_LEFT)
    before = (*pieces.before, *pieces.begin)
    yield f"\n-- {step.direction} {step.file.where}"
    yield from _written((*before, *expected) if step.file.in_transaction else (*expected, *before))
    if pieces.body:
        yield from _written(pieces.body[: -len(of_file(step.file))])
        ends = step.file.parts[-1].text.endswith(";")
        yield f"\n{_for_a_shell(step.file)}\n" + ("" if ends else ";\n")
    yield from _written(pieces.settle)
    yield from _written(standing.session)
    yield from _written((*recorded(step, "applied", None), *pieces.checks, *pieces.commit, *pieces.after))


def _expected(dialect: Dialect, states: Mapping[int, str]) -> tuple[Piece, ...]:
    """What fails where the records are others."""
    text = ", ".join(f"{version} {states[version]}" for version in sorted(states))
    return (*internal(dialect, "expect_records", {"records": text}), *internal(dialect, "check_records"))


def _for_a_shell(file: File) -> str:
    """The file's text, without what psql takes for a variable (`[1:PORT]`) and sqlite3 for an end (a line `go`)."""
    lines = {line.strip().lower() for line in file.text.split("\n")}
    alone = lines & {"go", "/"} if file.dialect is Dialect.SQLITE else set()
    text, end = "", 0
    for token in lexer.tokens(file.text, file.dialect):
        if file.dialect is Dialect.POSTGRES and (token.kind == lexer.PARAM or token.text == ":"):
            text += f"{file.text[end : token.start + 1]} "
            end = token.start + 1
        elif token.text.lower() in alone and _stands_alone(token, file.text):
            text += f"{file.text[end : token.start]}/**/ "
            end = token.start
    return (text + file.text[end:]).strip()


def _stands_alone(token: Token, text: str) -> bool:
    line = text[text.rfind("\n", 0, token.start) + 1 :].partition("\n")[0]
    return line.strip() == token.text


def _written(pieces: Iterable[Piece]) -> Iterator[str]:
    for piece in pieces:
        yield piece.text if piece.text.endswith(";") else f"{piece.text};"
