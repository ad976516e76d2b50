"""The rows of a table, in the order of its key, which is the same on both engines whatever the server's locale."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Any

from pypika import Query
from pypika.functions import Cast
from pypika.queries import QueryBuilder
from pypika.terms import Term

from plainbase.dialect import Dialect
from plainbase.platform.tables.catalog import Table
from plainbase.platform.tables.names import column_named, quoted, table_named
from plainbase.rows import Row
from plainbase.runner import Runner

_BY_BYTES = {Dialect.POSTGRES: 'COLLATE "C"', Dialect.SQLITE: "COLLATE BINARY"}


class _ByBytes(Term):
    """A text to order by, by its bytes."""

    def __init__(self, name: str, dialect: Dialect) -> None:
        super().__init__()
        self._field = column_named(name)
        self._words = _BY_BYTES[dialect]

    def get_sql(self, **kwargs: Any) -> str:
        return f"{self._field.get_sql(**kwargs)} {self._words}"


def select(table: Table, dialect: Dialect) -> QueryBuilder:
    """The SELECT of all columns of all rows; JSON as text."""
    columns: list[Term] = [
        Cast(column_named(column.name), "text", alias=quoted(column.name))  # type: ignore[no-untyped-call]  # pypika's
        if column.type == "json"
        else column_named(column.name)
        for column in table.columns
    ]
    query: QueryBuilder = Query.from_(table_named(table.name)).select(*columns)
    for term in _order(table, dialect):
        query = query.orderby(term)
    return query


def _order(table: Table, dialect: Dialect) -> Iterator[Term]:
    types = {column.name: column.type for column in table.columns}
    for name in table.key:
        yield _ByBytes(name, dialect) if types[name] == "text" else column_named(name)


async def chunks(runner: Runner, table: Table) -> AsyncGenerator[list[Row]]:
    """Yield the rows of a table, some at a time, with bounded memory; in the order of its key, if it has one.

    JSON comes as text, since to Python its null is SQL's, and a float is not all that a number there can be.
    """
    query = select(table, Dialect(runner.dialect))
    async with aclosing(runner.iterate_chunks(query)) as brought:
        async for rows in brought:
            yield rows
