"""Rows of one table with every value that Python would make an object of as the engine's own text, out and in.

So that an archive has exactly what the table had: digits of numbers in JSON, the order of its keys, microseconds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from pypika import Query
from pypika.queries import QueryBuilder

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.platform.export.columns import AS_TEXT, Kind
from plainbase.platform.results.engines import Written
from plainbase.platform.retention.tables import Key
from plainbase.platform.runners import AnyRunner
from plainbase.platform.tables import tables
from plainbase.platform.tables.names import column_named, table_named
from plainbase.runner import Runner

Value = str | int | float | bool | None
Values = tuple[Value, ...]


class Column(NamedTuple):
    """A column of an archive, and its logical type."""

    name: str
    type: str


TYPES = ("uuid", "text", "json", "timestamp", "integer", "real", "boolean")
"""The logical types that an archive knows."""
_TEXTS: Mapping[str, Kind] = {"uuid": Kind.ID, "json": Kind.JSON, "timestamp": Kind.TIMESTAMP}
_BACK = {"uuid": "uuid", "json": "jsonb", "timestamp": "timestamptz"}
WHOLE_MOMENT = len("2026-01-31T12:00:00.123456Z")


async def columns(db: AnyRunner, table: str) -> tuple[Column, ...]:
    """The columns of a table that are stored, the key first, then by name. Raises ConfigurationError."""
    for each in await tables(cast(Runner, db)):
        if each.name == table:
            found = (Column(column.name, column.type) for column in each.columns)
            return tuple(sorted(found, key=lambda column: (column.name != "id", column.name)))
    raise ConfigurationError(f"there is no table {table}: `plainbase migrate up` makes it")


async def fetch(db: AnyRunner, table: str, chosen: Sequence[Column], ids: Sequence[Key | Value]) -> dict[Value, Values]:
    """The rows with these keys that are there, by key; a UUID is its text."""
    query: QueryBuilder = Query.from_(table_named(table))
    for column in chosen:
        query = query.select(Written(_out(column, db.dialect)))
    rows = await db.fetch_all(query.where(Written("id IN (:ids)")), {"ids": list(ids)})
    found = (tuple(row) for row in rows)
    return {row[0]: row for row in found}


async def insert(db: AnyRunner, table: str, chosen: Sequence[Column], rows: Sequence[Values]) -> None:
    """Insert rows, all or nothing. Raises ConstraintViolation and DataInvalid."""
    query: QueryBuilder = Query.into(table_named(table)).columns(*(column_named(column.name) for column in chosen))
    query = query.insert(*(Written(_in(column, db.dialect)) for column in chosen))
    names = [column.name for column in chosen]
    await db.execute_many(query, [dict(zip(names, row, strict=True)) for row in rows])


def storable(chosen: Sequence[Column], row: Values) -> bool:
    """Whether both engines can hold the row: its moments are in the years 1 to 9999."""
    return all(
        column.type != "timestamp" or value is None or len(str(value)) == WHOLE_MOMENT
        for column, value in zip(chosen, row, strict=True)
    )


def meaning(chosen: Sequence[Column], row: Values) -> tuple[Any, ...]:
    """A row to be compared across engines, which write JSON each in its own way."""
    return tuple(
        json.loads(value) if column.type == "json" and isinstance(value, str) else value
        for column, value in zip(chosen, row, strict=True)
    )


def _out(column: Column, dialect: str) -> str:
    kind = _TEXTS.get(column.type)
    if kind is None:
        return column.name
    return f"{AS_TEXT[kind][Dialect(dialect)].format(name=column.name)} AS {column.name}_text"


def _in(column: Column, dialect: str) -> str:
    if column.type not in _TEXTS:
        return f":{column.name}"
    text = f"CAST(:{column.name} AS text)"
    return f"CAST({text} AS {_BACK[column.type]})" if Dialect(dialect) is Dialect.POSTGRES else text
