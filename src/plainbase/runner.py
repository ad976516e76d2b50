"""What a database and a transaction have in common: named queries, and SQL written at the call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from time import perf_counter
from typing import Any, get_args

from plainbase.calls import Call, look_up
from plainbase.drivers.base import Executor, OnConflict
from plainbase.errors import ParameterError
from plainbase.events import Events
from plainbase.rows import Row
from plainbase.sources import QuerySources
from plainbase.sqlfile import adhoc
from plainbase.sqlfile.query import Kind, Query

ADHOC_KEPT = 512
"""Compiled texts of SQL written at the call that are kept."""


class Runner:
    """What a database and a transaction have in common: named queries and SQL written at the call."""

    def __init__(
        self, executor: Executor, events: Events, sources: QuerySources, adhoc_calls: dict[tuple[str, Kind], Query]
    ) -> None:
        self._executor = executor
        self._events = events
        self._sources = sources
        self._adhoc = adhoc_calls

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no {name}; was it entered with `async with`?")
        found = look_up(self, self._sources.tree(), name, name)
        if not self._sources.reload:
            self.__dict__[name] = found
        return found

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self._sources.tree()})

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`, as the schema folders and forked query files are named."""
        return self._sources.dialect.value

    async def fetch_all(self, sql: Any, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Run SQL with `:name` parameters and return all rows."""
        rows: list[Row] = await self._call(sql, Kind.MANY).run(params or {})
        return rows

    async def fetch_one(self, sql: Any, params: Mapping[str, Any] | None = None) -> Row:
        """Run SQL and return its row. Raises RowNotFound or TooManyRows unless there is exactly one."""
        row: Row = await self._call(sql, Kind.ONE).run(params or {})
        return row

    async def fetch_optional(self, sql: Any, params: Mapping[str, Any] | None = None) -> Row | None:
        """Run SQL and return its first row, or None."""
        row: Row | None = await self._call(sql, Kind.OPTIONAL).run(params or {})
        return row

    async def fetch_value(self, sql: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Run SQL and return the first column of its first row, or None."""
        return await self._call(sql, Kind.VALUE).run(params or {})

    async def execute(self, sql: Any, params: Mapping[str, Any] | None = None) -> int:
        """Run SQL and return the number of rows it changed."""
        changed: int = await self._call(sql, Kind.EXEC).run(params or {})
        return changed

    async def execute_many(self, sql: Any, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run SQL once per mapping, in one transaction, all or nothing, and return the number of mappings."""
        count: int = await self._call(sql, Kind.EXEC).batch(rows)
        return count

    async def iterate(self, sql: Any, params: Mapping[str, Any] | None = None) -> AsyncGenerator[Row]:
        """Run SQL and yield its rows with bounded memory."""
        async with aclosing(self._call(sql, Kind.MANY).stream(**(params or {}))) as rows:
            async for row in rows:
                yield row

    def iterate_chunks(self, sql: Any, params: Mapping[str, Any] | None = None) -> AsyncGenerator[list[Row]]:
        """Run SQL and yield its rows in lists, as the engine brings them, with bounded memory."""
        return self._call(sql, Kind.MANY).chunks(**(params or {}))

    async def script(self, text: str) -> None:
        """Run several statements without parameters, all or nothing."""
        await self._observed("script", text, self._executor.script(text, "SQL at the call"))

    async def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        on_conflict: OnConflict = "error",
    ) -> int:
        """Insert many rows the fastest way the engine has, all or nothing; return how many were inserted.

        With `on_conflict="ignore"` rows that a unique constraint refuses are left out.
        Raises ParameterError for an unknown table or column and for a row of another length.
        """
        if on_conflict not in get_args(OnConflict):
            raise ParameterError("insert_rows: on_conflict is 'error' or 'ignore'")
        work = self._executor.insert_rows(table, tuple(columns), list(rows), on_conflict)
        count: int = await self._observed("insert_rows", f"INSERT INTO {table}", work)
        return count

    async def _explained(self, error: BaseException) -> BaseException:
        """The error to raise, where more can be said than the engine did."""
        return error

    async def _observed(self, name: str, sql: str, work: Coroutine[Any, Any, Any]) -> Any:
        """Await what is not a query, counted and told like one."""
        counters = self._events.counters(name)
        began = perf_counter()
        try:
            result = await work
        except BaseException as error:
            self._events.ran(counters, name, sql, perf_counter() - began, 0, error)
            raise await self._explained(error) from None
        self._events.ran(counters, name, sql, perf_counter() - began, result or 0)
        return result

    def _call(self, sql: Any, kind: Kind) -> Call:
        text = sql if isinstance(sql, str) else self._text(sql)
        query = self._adhoc.get((text, kind))
        if query is None:
            if len(self._adhoc) >= ADHOC_KEPT:
                self._adhoc.clear()
            query = self._adhoc[text, kind] = replace(adhoc(text, self._sources.dialect), kind=kind)
        return Call(query, self)

    def _text(self, sql: Any) -> str:
        if not hasattr(sql, "get_sql"):
            raise ParameterError(f"SQL is a str or a pypika query, got {type(sql).__name__}")
        text: str = sql.get_sql()
        return text
