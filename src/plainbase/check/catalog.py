"""What a database says of its tables: columns, the constraints that a value may meet, and the text of views."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from plainbase.dialect import Dialect
from plainbase.drivers.postgres_types import LOGICAL
from plainbase.drivers.sqlite_rows import logical_type
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile.statement import Statement

_LITERAL = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its logical type, the words that its type or a check names, and its type as the server writes it.

    A `computed` one is filled by the engine if nobody does, a `generated` one by none but the engine.
    """

    name: str
    type: str
    required: bool
    has_default: bool
    computed: bool
    words: tuple[str, ...]
    declared: str = ""
    generated: bool = False


class Reference(NamedTuple):
    """A foreign key, column by column; its name is the engine's, which SQLite has none of."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    name: str = ""
    on_delete: str = "NO ACTION"


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a view, whose rows can be read only; `unique` are the keys, the primary one among them.

    `view` is the SELECT of a view, and of a table that holds a view's stored result.
    """

    name: str
    fillable: bool
    columns: dict[str, Column]
    references: tuple[Reference, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    view: str = ""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The tables by name, and which columns each constraint is about."""

    tables: dict[str, Table]
    constraints: dict[str, frozenset[str]]


class Reader(Protocol):
    """What a catalog is read by: a driver, or one transaction of it."""

    dialect: Dialect

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        """Run a statement and return its rows."""


async def read(driver: Reader) -> Catalog:
    """Read the catalog."""
    rows = await _fetch(driver, "list_columns")
    constraints = await _fetch(driver, "list_constraints")
    views = {row["name"]: row["definition"] for row in await _fetch(driver, "list_views")}
    logical = LOGICAL.get if driver.dialect is Dialect.POSTGRES else logical_type
    tables: dict[str, Table] = {}
    for name in dict.fromkeys(row["table_name"] for row in rows):
        own = [row for row in constraints if row["table_name"] == name]
        columns = {
            row["column_name"]: _column(
                row,
                logical(row["type_name"]) or "any",
                [each["rule"] for each in own if row["column_name"] in each["columns"]],
            )
            for row in rows
            if row["table_name"] == name
        }
        references = tuple(
            Reference(
                tuple(row["columns"]),
                row["referenced_table"],
                tuple(row["referenced_columns"]),
                row["name"] if driver.dialect is Dialect.POSTGRES else "",
                row["on_delete"],
            )
            for row in own
            if row["referenced_table"] is not None
        )
        fillable = any(row["is_table"] for row in rows if row["table_name"] == name)
        primary_key = next((tuple(row["columns"]) for row in own if row["is_primary"]), ())
        unique = tuple(tuple(row["columns"]) for row in own if row["is_unique"])
        view = views.get(f"{name}_live") or views.get(name, "")
        tables[name] = Table(name, fillable, columns, references, primary_key, unique, view)
    return Catalog(tables, {row["name"]: frozenset(row["columns"]) for row in constraints})


def _column(row: Row, logical: str, rules: Sequence[str]) -> Column:
    literals = [word for rule in rules for word in _LITERAL.findall(rule)] if logical == "text" else []
    return Column(
        row["column_name"],
        logical,
        row["is_required"],
        row["has_default"],
        row["is_computed"],
        tuple(dict.fromkeys([*row["labels"], *literals])),
        row["declared"],
        row["is_generated"],
    )


async def _fetch(driver: Reader, query: str) -> list[Row]:
    statement, values = internal_queries(driver.dialect, "catalog")[query].bind({})
    return await driver.fetch(statement, values)
