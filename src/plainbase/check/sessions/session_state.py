"""The proof that no statement which is run without a reset afterwards leaves anything behind in its session.

What a statement's own text says is recognised when it is loaded; functions and triggers can hide more. So every short
statement is run for real, and the session is looked at before and after.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainbase import views
from plainbase.check import catalog
from plainbase.check.catalog import Catalog
from plainbase.check.finding import variant
from plainbase.check.sessions.example_rows import ExampleRows
from plainbase.check.sessions.parameters import Values
from plainbase.database import RESERVED
from plainbase.drivers.named import quote
from plainbase.drivers.postgres import PostgresDriver
from plainbase.drivers.postgres_texts import changes_rows, is_short
from plainbase.errors import ConnectionLost, ConstraintViolation, PlainbaseError, QueryTimeout, StatementFailed
from plainbase.events import Events
from plainbase.options import resolve
from plainbase.shipped import internal_queries
from plainbase.sqlfile import Query, Statement, load, walk

State = Mapping[tuple[str, str], str]
"""What a session holds: by kind and name, a value."""

SECONDS = 5.0
"""A statement may run so long; its values are made up, so it may wait or count for ever."""
ROWS = 5
"""Rows that a statement is run on, where there are so many, before their values are varied."""
FILLINGS = 8
"""Times that rows are added, where a statement finds none that it is about."""

_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_LAST = {"INSERT": 0, "UPDATE": 2, "MERGE": 2, "DELETE": 3}
"""Rows are added first and deleted last."""

_ADVICE = {
    "setting": "set it for the transaction only, by set_config(…, true) or SET LOCAL",
    "role": "set it by SET LOCAL, or use a SECURITY DEFINER function",
    "advisory lock": "take the transaction's lock, by pg_advisory_xact_lock",
    "channel": "listen with db.listen",
    "cursor": "leave WITH HOLD out",
    "temporary table": "make it ON COMMIT DROP",
    "prepared statement": "leave PREPARE out",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `left` and `unproven` have a line for each finding, which begins with file:line and name."""

    queries: int
    statements: int
    left: tuple[str, ...]
    unproven: tuple[str, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """What is to be mended; where there is nothing, every short statement ran and left nothing."""
        return self.left + self.unproven

    @property
    def summary(self) -> str:
        """One line: how many statements ran, and how it went."""
        counted = f"{_counted(self.statements, 'statement', 's')} of {_counted(self.queries, 'quer', 'ies', 'y')}"
        if not self.findings:
            return f"{counted} left nothing behind"
        return f"{counted}: {_counted(len(self.left), 'thing', 's')} left behind, {len(self.unproven)} not proven"


async def left_behind(url: str | None, queries: Sequence[Path]) -> Report:
    """Run every short statement of the queries, and say what each left in its session.

    Optional lines only add conditions and values: a query is run without them, with each alone, and with all.
    The database is a scratch PostgreSQL that has been migrated: rows are added to it, changed and deleted.
    Raises ConfigurationError where it is no PostgreSQL, and QueryFileError.
    """
    options = resolve(url, pool_size=1, max_overflow=0, statement_timeout=SECONDS)
    internal_queries(options.dialect, "session_state")["fingerprint"].bind({})  # refuses an engine without sessions
    found = [query for query in walk(load(queries, options.dialect, RESERVED)) if query.statements]
    short = [(query, each) for query in found for each in _chosen(query.statements) if is_short(each)]
    driver = await PostgresDriver.open(options)
    try:
        tables = dict.fromkeys(table for _, statement in short for table in statement.tables)
        proof = _Proof(driver, await catalog.read(driver), tuple(tables), await views.names(driver))
        await proof.fill(tables)
        await proof.refresh()
        for query, statement in sorted(short, key=lambda each: _LAST.get(each[1].verb, 1)):
            await proof.run(query, statement)
    finally:
        await driver.close()
    return Report(
        len({query.name for query, _ in short}),
        len(short),
        tuple(dict.fromkeys(proof.left)),
        tuple(proof.unproven),
    )


@dataclass(slots=True)
class _Outcome:
    """How the runs of one statement went so far."""

    runs: int = 0
    found: int = 0
    refused: str = ""


class _Proof:
    """The running of one statement after the other, on one connection."""

    def __init__(
        self, driver: PostgresDriver, tables: Catalog, named: Sequence[str], stored_views: Sequence[str]
    ) -> None:
        self._rows = ExampleRows(driver, tables)
        self._named = named
        self._stored_views = frozenset(stored_views)
        self.left: list[str] = []
        self.unproven: list[str] = []
        self._driver = driver
        self._catalog = tables
        self._queries = internal_queries(driver.dialect, "session_state")
        self._sees_memory = True

    async def fill(self, tables: Iterable[str]) -> None:
        """Add rows to tables; their triggers may leave something as well."""
        await self._rows.fill(tables)
        await self._reset()

    async def refresh(self) -> None:
        """Compute the stored views of the rows there are."""
        await views.refresh_all(self._driver, None, Events(self._driver.options, self._driver.waits))

    async def run(self, query: Query, statement: Statement) -> None:
        """Run a statement until it finds rows, and compare the session; once more with new rows if it did not."""
        try:
            await self._driver.execute_batch(statement, [])  # prepares it
        except PlainbaseError as error:
            self.unproven.append(f"{_place(query, statement)}: not proven: {error.message}")
            return
        accepts = self._driver.plans.known[statement].accepts
        reason: str | None = ""
        for attempt in range(1 + FILLINGS):
            if attempt:
                await self._fill_again(statement)
            rows = await self._rows.sample(self._tables(statement))
            before, memory = await self._state(), await self._memory()
            values = Values(statement, accepts, query.defaults, self._catalog, rows)
            try:
                reason = await self._tried(statement, values)
                lost = False
            except ConnectionLost:
                lost = True
            after = await self._state()
            if lost or before["backend", "pid"] != after["backend", "pid"]:
                reason = "it ended its connection"
                break
            left = [*_differences(before, after)]
            if left:
                await self._reset()
            elif memory != await self._memory() and await self._freed():
                left = [_left("setting", "a setting that no function's text names")]
            if left:
                self.left.extend(f"{statement.where} {statement.query}: {each}" for each in left)
                return
            if reason is None:
                return
        self.unproven.append(f"{_place(query, statement)}: not proven: {reason}")

    def _tables(self, statement: Statement) -> Collection[str]:
        """The tables that a statement names; where it names none, as one that calls a function, those of its values."""
        return statement.tables or [
            name for name, table in self._catalog.tables.items() if not table.columns.keys().isdisjoint(statement.names)
        ]

    async def _fill_again(self, statement: Statement) -> None:
        """Add rows to the tables that a statement names; to all, where some of its rows are computed of others."""
        if self._stored_views.isdisjoint(statement.tables):
            await self.fill(self._tables(statement))
        else:
            await self.fill(self._named)
            await self.refresh()

    async def _tried(self, statement: Statement, values: Values) -> str | None:
        """Run a statement with one set of values after the other; say why, where it never found a row."""
        outcome = _Outcome()
        try:
            for each in values.of_rows():
                await self._try(statement, each, values, outcome)
                if outcome.found == ROWS:
                    break
            for each in values.varied():
                await self._try(statement, each, values, outcome)
            for each in values.drawn():
                if outcome.found:
                    break
                await self._try(statement, each, values, outcome)
        except QueryTimeout:
            if not outcome.found:
                return f"it was stopped after {SECONDS:g} s"
        if outcome.found:
            return None
        if outcome.refused:
            return f"refused or without rows in {outcome.runs} attempts, the last refusal: {outcome.refused}"
        return f"it {'changed' if changes_rows(statement) else 'gave'} no row in {outcome.runs} attempts"

    async def _try(self, statement: Statement, each: list[Any], values: Values, outcome: _Outcome) -> None:
        """Run a statement once, committed; a refusal is noted."""
        outcome.runs += 1
        try:
            if statement.verb in _CHANGES and "returning" not in statement.words:
                rows = await self._driver.execute(statement, each)
            else:
                rows = len(await self._driver.fetch(statement, each))
            outcome.found += rows > 0
        except (ConnectionLost, QueryTimeout):
            raise
        except PlainbaseError as error:
            outcome.refused = error.message
            if isinstance(error, ConstraintViolation):
                values.blame(self._catalog.constraints.get(error.constraint or "", frozenset()))

    async def _state(self) -> State:
        statement, values = self._queries["fingerprint"].bind({})
        return {(kind, name): value for kind, name, value in await self._driver.fetch(statement, values)}

    async def _memory(self) -> int | None:
        """The memory of the session's settings, where the server and the role allow to see it."""
        if not self._sees_memory:
            return None
        statement, values = self._queries["settings_memory"].bind({})
        try:
            rows = await self._driver.fetch(statement, values)
        except StatementFailed:
            rows = []
        self._sees_memory = bool(rows)
        return int(rows[0][0]) if rows else None

    async def _reset(self) -> None:
        """Make the session as new, as it is made after any transaction, and forget what SQL prepared in it."""
        session = await self._driver.begin()
        await session.commit()
        for kind, name in await self._state():
            if kind == "prepared statement":
                await self._driver.script(f"DEALLOCATE {quote(name)}", "")

    async def _freed(self) -> bool:
        """Reset the session, and tell whether that gave memory of its settings back: one of them was set."""
        before = await self._memory()
        await self._reset()
        return before != await self._memory()


def _chosen(statements: Sequence[Statement]) -> list[Statement]:
    """A query's texts without its optional groups, with each alone and with all; its index says which a text has."""
    return [each for mask, each in enumerate(statements) if mask.bit_count() < 2 or mask == len(statements) - 1]


def _counted(number: int, word: str, several: str, one: str = "") -> str:
    return f"{number} {word}{one if number == 1 else several}"


def _differences(before: State, after: State) -> Iterable[str]:
    for (kind, name), value in after.items():
        if before.get((kind, name)) != value:
            yield _left(kind, f"the {kind} {name!r}" if kind != "role" else f"another role ({value})")


def _left(kind: str, what: str) -> str:
    return f"left {what} behind in its session; {_ADVICE[kind]}"


def _place(query: Query, statement: Statement) -> str:
    """Where a statement stands, and with which of its optional parameters."""
    return f"{statement.where} {statement.query}{variant(query, statement)}"
