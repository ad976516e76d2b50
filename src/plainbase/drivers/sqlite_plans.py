"""What the SQLite driver learns of statements: which columns their parameters meet, and what those accept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from plainbase import values as input_tables
from plainbase.drivers import sqlite_insert, sqlite_work
from plainbase.drivers.base import OnConflict
from plainbase.drivers.crossing import Work
from plainbase.drivers.named import check_columns, encode_batch, encode_rows, encode_values
from plainbase.drivers.sqlite_returning import ALL, returned_columns
from plainbase.drivers.sqlite_rows import logical_type
from plainbase.drivers.sqlite_work import Plan
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts, ListOf

Run = Callable[[Work], Awaitable[Any]]

READS = frozenset({"SELECT", "VALUES", "EXPLAIN"})
DEFINES = frozenset({"CREATE", "ALTER", "DROP"})
LINGERS = frozenset({"pragma", "attach", "detach"})
MOST_PLANS = 4096
"""Plans kept; beyond that (SQL written at the call, ever new) all are made anew."""


class Plans:
    """The plans made so far, and the columns of the schema they rest on."""

    def __init__(self, *, readers: bool) -> None:
        """With `readers` a read runs on a connection of its own kind; a database in memory has just one."""
        self._readers = readers
        self.known: dict[Statement, Plan] = {}
        self._accepts = input_tables.stored_as_text()
        self._columns: dict[str, dict[str, str]] = {}

    def forget(self) -> None:
        """The schema has changed."""
        self.known.clear()
        self._columns.clear()

    async def make(self, statement: Statement, run: Run) -> Plan:
        """Make the plan of a statement that is run for the first time; `run` looks at the schema."""
        returning = "returning" in statement.words
        if (returning or any(statement.columns)) and not all(t.lower() in self._columns for t in statement.tables):
            self._columns = await run(sqlite_work.table_columns)
        accepts = [
            self._of_role(role, self._accepts[statement.declared.get(name) or self._told(statement, column, stated)])
            for name, role, column, stated in zip(
                statement.names, statement.roles, statement.columns, statement.stated_types, strict=True
            )
        ]
        if len(self.known) >= MOST_PLANS:
            self.known.clear()
        reads = self._readers and statement.verb in READS
        results = {**self._returned_reals(statement), **statement.results} if returning else statement.results
        first, second = (*statement.words, "", "")[:2]
        plan = Plan(
            statement.text,
            statement.verb,
            reads=reads,
            lingers=first in LINGERS or (first == "create" and second.startswith("temp")),
            accepts=accepts,
            results=results,
        )
        self.known[statement] = plan
        return plan

    async def encode(self, statement: Statement, values: list[Any], run: Run) -> Plan:
        """The statement's plan; the values are converted in place."""
        plan = self.known.get(statement) or await self.make(statement, run)
        encode_values(plan.accepts, statement, values)
        return plan

    async def encode_batch(
        self, statement: Statement, rows: list[list[Any]], run: Run
    ) -> tuple[Plan, Sequence[Sequence[Any]]]:
        """The statement's plan, and the rows of values converted."""
        plan = self.known.get(statement) or await self.make(statement, run)
        return plan, encode_batch(plan.accepts, statement, rows)

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict, run: Run
    ) -> Work:
        """What inserts many rows; every name is one of the schema's own."""
        if table.lower() not in self._columns:
            self._columns = await run(sqlite_work.table_columns)
        declared = self._columns.get(table.lower(), {})
        names = tuple(columns)
        plain = check_columns(table, [name.lower() for name in names], declared)
        accepts = [self._accepts[logical_type(declared[name])] for name in plain]
        blocks = encode_rows(table, names, accepts, rows)
        return partial(sqlite_insert.insert_rows, table, names, blocks, on_conflict)

    def _of_role(self, role: str, accepts: Accepts) -> Accepts:
        if role == "limit":
            return self._accepts["limit"]
        return ListOf(accepts, input_tables.json_list) if role == "list" else accepts

    def _told(self, statement: Statement, column: str | None, stated: str | None) -> str:
        return self._type_of(statement, column) if column else stated or ""

    def _type_of(self, statement: Statement, column: str) -> str:
        """A column's logical type, if all tables of the statement that have it agree on it."""
        name = column.rpartition(".")[2].lower()
        if ("as", name) in pairwise(statement.words):  # the name may be a computed column's
            return ""
        found = {
            logical_type(columns[name])
            for table in statement.tables
            if name in (columns := self._columns.get(table.lower(), {}))
        }
        return found.pop() if len(found) == 1 else ""

    def _returned_reals(self, statement: Statement) -> dict[str, str]:
        found = returned_columns(statement.text)
        if found.pop(ALL, None):
            found |= {name: name for table in statement.tables for name in self._columns.get(table.lower(), {})}
        return {result: "real" for result, column in found.items() if self._type_of(statement, column) == "real"}
