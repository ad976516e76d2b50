"""Named queries bound to a database or a transaction: `db.<file>.<query>(…)`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
from contextlib import aclosing
from difflib import get_close_matches
from inspect import Parameter, Signature
from time import perf_counter
from typing import Any, NoReturn, Protocol

from plainbase.drivers.base import Executor
from plainbase.errors import ParameterError, RowNotFound, StatementFailed, TooManyRows
from plainbase.events import AT_THE_CALL, Events
from plainbase.rows import Row
from plainbase.sqlfile.query import OMIT, Kind, Query
from plainbase.sqlfile.statement import Statement


class Owner(Protocol):
    """What a bound query runs on: a database or a transaction."""

    _executor: Executor
    _events: Events

    async def _explained(self, error: BaseException) -> BaseException:
        """The error to raise, where more can be said than the engine did."""


Shape = Callable[[Statement, list[Row]], tuple[Any, int]]
"""What a kind makes of the rows, and how many it used."""


def _one(statement: Statement, rows: list[Row]) -> tuple[Row, int]:
    if len(rows) == 1:
        return rows[0], 1
    about: dict[str, Any] = {"query": statement.query, "where": statement.where, "parameters": statement.names}
    if rows:
        raise TooManyRows("expected exactly one row, got several", **about)
    raise RowNotFound("expected exactly one row, got none", **about)


def _optional(statement: Statement, rows: list[Row]) -> tuple[Row | None, int]:
    return (rows[0], 1) if rows else (None, 0)


def _many(statement: Statement, rows: list[Row]) -> tuple[list[Row], int]:
    return rows, len(rows)


def _value(statement: Statement, rows: list[Row]) -> tuple[Any, int]:
    return (rows[0][0], 1) if rows else (None, 0)


def _returned(statement: Statement, rows: list[Row]) -> tuple[Any, int]:
    if not rows:
        return None, 0
    return (rows[0][0] if len(rows[0]) == 1 else rows[0]), 1


FETCHES: Mapping[Kind, tuple[int, Shape]] = {
    Kind.ONE: (2, _one),
    Kind.OPTIONAL: (1, _optional),
    Kind.MANY: (0, _many),
    Kind.VALUE: (1, _value),
    Kind.RETURNING: (1, _returned),
}
"""The kinds that give rows: how many are asked for (0 for all), and what is made of them."""


class _Shown:
    """A default as it is written in the file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _shown(query: Query) -> str:
    """The parameters as one would pass them: with their defaults, those of optional lines in brackets."""
    shown = []
    for name in query.parameters:
        written = query.defaults.get(name)
        optional = any(name in group for group in query.groups)
        shown.append(f"{name}={written.text}" if written else f"[{name}]" if optional else name)
    return ", ".join(shown) or "none"


class Call:
    """A query on a database or a transaction; its kind decides what calling it gives."""

    def __init__(self, query: Query, owner: Owner) -> None:
        self._query = query
        self._owner = owner
        self._executor = owner._executor
        self._events = owner._events
        self._name = query.name
        self._kind = query.kind
        self._counters = owner._events.counters(query.name or AT_THE_CALL, query.where)
        self._limit: int
        self._shape: Shape | None
        self._limit, self._shape = FETCHES.get(query.kind, (0, None))

    def __call__(self, /, *positional: Any, **params: Any) -> Coroutine[Any, Any, Any]:
        """Run the query. Raises ParameterError before anything is sent."""
        if positional:
            self._refuse(f"parameters are passed by name: {', '.join(self._query.parameters) or 'there are none'}")
        return self.run(params)

    @property
    def __signature__(self) -> Signature:
        """What `help` and editors show: the query's parameters, those with a default or on optional lines marked."""
        parameters = []
        for name in self._query.parameters:
            written = self._query.defaults.get(name)
            optional = any(name in group for group in self._query.groups)
            default = _Shown(written.text) if written else OMIT if optional else Parameter.empty
            parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, default=default))
        return Signature(parameters)

    async def run(self, params: Mapping[str, Any]) -> Any:
        """Run the query with its parameters as one mapping."""
        if self._kind is Kind.SCRIPT:
            return await self._script(params)
        statement, values = self._query.bind(params)
        began = perf_counter()
        try:
            if self._shape is None:
                result = count = await self._executor.execute(statement, values)
            elif self._kind is Kind.RETURNING and "returning" not in statement.words:
                result, count = await self._executor.insert(statement, values), 1
            else:
                rows = await self._executor.fetch(statement, values, self._limit)
                result, count = self._shape(statement, rows)
        except BaseException as error:
            await self._failed(error, statement.text, began)
        self._events.ran(self._counters, self._name, statement.text, perf_counter() - began, count)
        return result

    async def batch(self, rows: Iterable[Mapping[str, Any]]) -> Any:
        """Run the query once per mapping of parameters, in one transaction, all or nothing.

        An `:exec` query gives the number of mappings, a `:one` query its rows in their order.
        """
        kind = self._kind
        if kind not in (Kind.EXEC, Kind.ONE, Kind.RETURNING):
            self._refuse(f"batch is for :exec and :one queries; this one is :{kind}")
        statement, values = self._query.bind_many(rows)
        if not values:
            return 0 if kind is Kind.EXEC else []
        began = perf_counter()
        result: Any
        try:
            if kind is Kind.EXEC or (kind is Kind.RETURNING and "returning" not in statement.words):
                result = await self._executor.execute_batch(statement, values)
            else:
                result = await self._executor.fetch_batch(statement, values)
        except BaseException as error:
            await self._failed(error, statement.text, began)
        self._events.ran(self._counters, self._name, statement.text, perf_counter() - began, len(values))
        return result

    async def stream(self, /, **params: Any) -> AsyncGenerator[Row]:
        """Yield the rows of a `:many` query with bounded memory.

        It holds a connection until it ends; leave the loop early inside `contextlib.aclosing`.
        """
        async with aclosing(self._chunks(params, "stream")) as chunks:
            async for chunk in chunks:
                for row in chunk:
                    yield row

    def chunks(self, /, **params: Any) -> AsyncGenerator[list[Row]]:
        """Yield the same rows in lists, as the engine brings them, for whoever handles many of them at a time."""
        return self._chunks(params, "chunks")

    async def _chunks(self, params: Mapping[str, Any], asked: str) -> AsyncGenerator[list[Row]]:
        if self._kind is not Kind.MANY:
            self._refuse(f"{asked} is for :many queries; this one is :{self._kind}")
        statement, values = self._query.bind(params)
        began = perf_counter()  # moved on by what the reader takes, which is no time of the query's
        count = 0
        try:
            async with aclosing(self._executor.stream(statement, values)) as chunks:
                async for chunk in chunks:
                    count += len(chunk)
                    given = perf_counter()
                    try:
                        yield chunk
                    finally:
                        began += perf_counter() - given
        except GeneratorExit:  # whoever reads has had enough
            self._events.ran(self._counters, self._name, statement.text, perf_counter() - began, count)
            raise
        except BaseException as error:
            await self._failed(error, statement.text, began, count)
        self._events.ran(self._counters, self._name, statement.text, perf_counter() - began, count)

    async def explain(self, /, **params: Any) -> str:
        """The engine's plan for the query with these parameters, without running it."""
        statement, values = self._query.bind(params)
        try:
            return await self._executor.explain(statement, values)
        except StatementFailed as error:
            raise await self._owner._explained(error) from None

    @property
    def sql(self) -> str:
        """The text as it is sent, with every optional line."""
        return self._query.statements[-1].text if self._query.statements else self._query.script

    @property
    def query(self) -> Query:
        """The query as it was loaded: its parameters, kind, source and place."""
        return self._query

    def __repr__(self) -> str:
        return f"<{self._name} :{self._kind} from {self._query.where}>"

    async def _script(self, params: Mapping[str, Any]) -> None:
        if params:
            self._refuse(f"a script takes no parameters, got {', '.join(params)}")
        if not self._query.script:
            self._query.bind({})  # says which engine it is for
        began = perf_counter()
        try:
            await self._executor.script(self._query.script, f"{self._query.where} {self._name}")
        except BaseException as error:
            await self._failed(error, self._query.script, began)
        self._events.ran(self._counters, self._name, self._query.script, perf_counter() - began, 0)

    async def _failed(self, error: BaseException, sql: str, began: float, rows: int = 0) -> NoReturn:
        self._events.ran(self._counters, self._name, sql, perf_counter() - began, rows, error)
        raise await self._owner._explained(error) from None

    def _refuse(self, message: str) -> NoReturn:
        raise ParameterError(message, query=self._name, where=self._query.where)


class Queries:
    """The queries of one file, or the files of one folder, as attributes."""

    def __init__(self, owner: Owner, tree: Mapping[str, Any], name: str) -> None:
        self._owner = owner
        self._tree = tree
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = look_up(self._owner, self._tree, name, f"{self._name}.{name}")
        self.__dict__[name] = found
        return found

    def __dir__(self) -> Iterable[str]:
        return sorted(self._tree)

    def __repr__(self) -> str:
        return f"<queries {self._name}: {', '.join(sorted(self._tree))}>"


def look_up(owner: Owner, tree: Mapping[str, Any], name: str, path: str) -> Any:
    """The query or the folder of queries called `name`."""
    found = tree.get(name)
    if found is None:
        close = get_close_matches(name, tree, n=3) if not name.startswith("_") else []
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise AttributeError(f"there is no query or query file {path!r}{hint}")
    if not isinstance(found, Query):
        return Queries(owner, found, path)
    call = Call(found, owner)
    call.__doc__ = f"{found.doc}\n\nParameters: {_shown(found)}"
    return call
