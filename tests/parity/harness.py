"""Two databases side by side: a call is run on both, what it gives is compared, what it changed is compared, undone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any, Self

from parity import contents, described, queries
from parity.call import Call
from parity.contents import CHANGED, Contents
from parity.equal import clock_difference, difference, shape_difference, unordered_difference
from parity.queries import Params
from plainbase import (
    ConfigurationError,
    ConstraintViolation,
    Database,
    DataInvalid,
    Dialect,
    PlainbaseError,
    RowNotFound,
    TooManyRows,
    Transaction,
)
from plainbase.check.queries.description import Description
from plainbase.runner import Runner
from plainbase.sqlfile.query import Kind, Query

EXPECTED = (ConstraintViolation, DataInvalid, RowNotFound, TooManyRows)
"""What a call may raise; anything else means that the call or the query is wrong, though both engines say the same."""

SEQUENCES = (
    "SELECT CAST(schemaname AS text) AS folder, CAST(sequencename AS text) AS name, last_value FROM pg_sequences"
)


COMPARISONS: dict[str, Callable[[Any, Any], str | None]] = {
    "": difference,
    "clock": clock_difference,
    "shape": shape_difference,
    "unordered": unordered_difference,
}
"""By the first word of `-- parity: word, why`; where it is not written all must be the same."""


class Undone(Exception):
    """Ends a transaction whose work is to be forgotten."""


@asynccontextmanager
async def undone(db: Database) -> AsyncIterator[Transaction]:
    """A transaction that is rolled back at the end."""
    transaction = db.transaction()
    await transaction.__aenter__()
    try:
        yield transaction
    finally:
        await transaction.__aexit__(Undone, None, None)


@dataclass(frozen=True)
class Engines:
    """Both databases with the same rows, what is known of their tables, and how PostgreSQL's sequences stood."""

    sqlite: Database
    postgres: Database
    contents: Contents
    numbering: str

    @classmethod
    async def of(cls, sqlite: Database, postgres: Database) -> Self:
        """Look at both before anything is run on them."""
        rows = await postgres.fetch_all(SEQUENCES)
        places = [f"setval('{row.name}', {row.last_value or 1}, {row.last_value is not None})" for row in rows]
        numbering = ", ".join(f"{place} AS s{index}" for index, place in enumerate(places))
        return cls(sqlite, postgres, await contents.of(sqlite, await contents.tables(sqlite)), f"SELECT {numbering}")

    async def renumber(self) -> None:
        """Set PostgreSQL's sequences to where they stood: they do not roll back, and SQLite has none."""
        await self.postgres.fetch_all(self.numbering)


@dataclass
class Report:
    """What came out of running all calls of a query."""

    runs: int = 0
    gave_something: bool = False
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Outcome:
    """What one engine made of a call."""

    result: Any = None
    error: PlainbaseError | None = None


async def check(
    engines: Engines, found: dict[Dialect, Query], calls: Sequence[Call], description: Description | None = None
) -> Report:
    """Run all calls of a query with every subset of their optional lines; report what differs and what is wrong.

    What a call took and gave is also held against what `checked.json` says of the query.
    """
    report = Report()
    query = found[Dialect.SQLITE]
    batched = query.kind not in (Kind.EXEC, Kind.ONE)
    if query.only is not None:
        query = found[query.only]
    for call in calls:
        for rows in queries.variants(query, call):
            outcome, faults = await _run(engines, query, call, rows)
            report.runs += 1
            if description is not None and outcome.error is None:
                faults += described.lies(description, rows, outcome.result)
            report.gave_something |= outcome.error is None and _is_something(query.kind, outcome.result)
            report.faults += [f"{_shown(call, rows)}: {fault}" for fault in faults]
            if not batched and call.rows is None and outcome.error is None and query.only is None:
                batched = True
                _, faults = await _run(engines, query, replace(call, rows=rows), rows)
                report.faults += [f"{_shown(call, rows)} as a batch: {fault}" for fault in faults]
    return report


async def _run(engines: Engines, query: Query, call: Call, rows: Sequence[Params]) -> tuple[Outcome, list[str]]:
    """Run one variant on both engines; return one outcome and what is wrong."""
    if query.only is not None:
        return await _run_on_one(engines, query, call, rows)
    writes = any(statement.verb not in ("SELECT", "VALUES") for statement in query.statements)
    async with AsyncExitStack() as stack:
        sqlite: Runner = engines.sqlite
        postgres: Runner = engines.postgres
        if writes:
            sqlite = await stack.enter_async_context(undone(engines.sqlite))
            postgres = await stack.enter_async_context(undone(engines.postgres))
        left, right = await outcome_of(sqlite, call, rows), await outcome_of(postgres, call, rows)
        faults = compare(left, right, COMPARISONS[queries.parity(query)])
        faults += _unexpected("sqlite", left.error) + _unexpected("postgres", right.error)
        works = left.error is None and right.error is None
        if works and writes:
            faults += await _compare_tables(engines, query, sqlite, postgres)
    if writes:
        await engines.renumber()
    if works and query.kind is Kind.MANY:
        faults += await _streamed(engines.sqlite, query, rows, left)
        faults += await _streamed(engines.postgres, query, rows, right)
    return left, faults


async def _run_on_one(engines: Engines, query: Query, call: Call, rows: Sequence[Params]) -> tuple[Outcome, list[str]]:
    own, other = engines.sqlite, engines.postgres
    if query.only is Dialect.POSTGRES:
        own, other = other, own
    async with undone(own) as tx:
        outcome = await outcome_of(tx, call, rows)
    async with undone(other) as tx:
        refused = await outcome_of(tx, call, rows)
    faults = _unexpected(str(query.only), outcome.error)
    if not isinstance(refused.error, ConfigurationError):
        faults.append(f"is only for {query.only}, and yet the other engine does not refuse it")
    await engines.renumber()
    return outcome, faults


async def outcome_of(db: Runner, call: Call, rows: Sequence[Params]) -> Outcome:
    """Run a call, with other parameters than its own where they were completed."""
    bound = bound_query(db, call.query)
    try:
        return Outcome(await bound.run(rows[0]) if call.rows is None else await bound.batch(rows))
    except PlainbaseError as error:
        return Outcome(error=error)


def bound_query(db: Runner, name: str) -> Any:
    """`db.<file>.<query>`."""
    return reduce(getattr, name.split("."), db)


async def _streamed(db: Database, query: Query, rows: Sequence[Params], outcome: Outcome) -> list[str]:
    async with undone(db) as tx:
        streamed = [row async for row in bound_query(tx, query.name).stream(**rows[0])]
    found = COMPARISONS[queries.parity(query)](outcome.result, streamed)
    return [f"streamed it is another: {found}"] if found else []


def compare(left: Outcome, right: Outcome, by: Callable[[Any, Any], str | None] = difference) -> list[str]:
    """Say how two outcomes differ, SQLite's and PostgreSQL's."""
    if left.error is None and right.error is None:
        found = by(left.result, right.result)
        return [found] if found else []
    if type(left.error) is not type(right.error):
        return [f"{_told(left)} against {_told(right)}"]
    faults = []
    if isinstance(left.error, ConstraintViolation) and isinstance(right.error, ConstraintViolation):
        kinds, names = (left.error.kind, right.error.kind), (left.error.constraint, right.error.constraint)
        if kinds[0] != kinds[1]:
            faults.append(f"a violation of kind {kinds[0]} against {kinds[1]}")
        if None not in names and names[0] != names[1]:
            faults.append(f"constraint {names[0]} against {names[1]}")
    return faults


def _unexpected(engine: str, error: PlainbaseError | None) -> list[str]:
    if error is None or isinstance(error, EXPECTED):
        return []
    return [f"{engine} raises {type(error).__name__}: {error}"]


def _told(outcome: Outcome) -> str:
    if outcome.error is None:
        return f"result {str(outcome.result)[:100]}"
    return f"{type(outcome.error).__name__} {outcome.error.message[:100]}"


async def _compare_tables(engines: Engines, query: Query, sqlite: Runner, postgres: Runner) -> list[str]:
    """Compare the tables that the statement has changed or could have changed."""
    changed = {row.name for row in await postgres.fetch_all(CHANGED)} & engines.contents.reads.keys()
    changed |= engines.contents.affected(query.source)
    mine, others = await engines.contents.read(sqlite, changed), await engines.contents.read(postgres, changed)
    found = ((table, difference(mine[table], others[table])) for table in sorted(changed))
    return [f"afterwards {table} {told}" for table, told in found if told]


async def run_script(sqlite: Database, postgres: Database, contents: Contents, name: str) -> list[str]:
    """Run a script on two databases that may be changed, and compare all tables afterwards."""
    call = Call(name)
    left, right = await outcome_of(sqlite, call, [{}]), await outcome_of(postgres, call, [{}])
    faults = _unexpected("sqlite", left.error) + _unexpected("postgres", right.error)
    mine, others = await contents.read(sqlite, contents.reads), await contents.read(postgres, contents.reads)
    return faults + [f"afterwards {table} {told}" for table in mine if (told := difference(mine[table], others[table]))]


def _is_something(kind: Kind, result: Any) -> bool:
    return bool(result) if kind in (Kind.EXEC, Kind.MANY) or isinstance(result, list) else result is not None


def _shown(call: Call, rows: Sequence[Params]) -> str:
    text = ", ".join(f"{name}={value!r}" for name, value in rows[0].items()) if rows else ""
    more = f" and {len(rows) - 1} rows more" if len(rows) > 1 else ""
    return f"{call.query}({text if len(text) < 300 else text[:297] + '…'}{more})"
