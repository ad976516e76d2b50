"""What a PostgreSQL database says of its tables: columns, and the constraints that a value may meet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from plainbase.drivers.base import Driver
from plainbase.drivers.postgres_types import LOGICAL
from plainbase.rows import Row
from plainbase.shipped import internal_queries

_LITERAL = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its logical type, the words that its type or a check names, and its type as the server writes it."""

    name: str
    type: str
    required: bool
    has_default: bool
    computed: bool
    words: tuple[str, ...]
    declared: str = ""


class Reference(NamedTuple):
    """A foreign key, column by column."""

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a view, whose rows can be read only; `unique` are the keys, the primary one among them."""

    name: str
    fillable: bool
    columns: dict[str, Column]
    references: tuple[Reference, ...]
    primary_key: tuple[str, ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Catalog:
    """The tables by name, and which columns each constraint is about."""

    tables: dict[str, Table]
    constraints: dict[str, frozenset[str]]


async def read(driver: Driver) -> Catalog:
    """Read the catalog."""
    rows = await _fetch(driver, "list_columns")
    constraints = await _fetch(driver, "list_constraints")
    tables: dict[str, Table] = {}
    for name in dict.fromkeys(row["table_name"] for row in rows):
        own = [row for row in constraints if row["table_name"] == name]
        columns = {
            row["column_name"]: _column(row, [each["rule"] for each in own if row["column_name"] in each["columns"]])
            for row in rows
            if row["table_name"] == name
        }
        references = tuple(
            Reference(tuple(row["columns"]), row["referenced_table"], tuple(row["referenced_columns"]))
            for row in own
            if row["referenced_table"] is not None
        )
        fillable = any(row["is_table"] for row in rows if row["table_name"] == name)
        primary_key = next((tuple(row["columns"]) for row in own if row["is_primary"]), ())
        unique = tuple(tuple(row["columns"]) for row in own if row["is_unique"])
        tables[name] = Table(name, fillable, columns, references, primary_key, unique)
    return Catalog(tables, {row["name"]: frozenset(row["columns"]) for row in constraints})


def _column(row: Row, rules: Sequence[str]) -> Column:
    logical = LOGICAL.get(row["type_name"], "any")
    literals = [word for rule in rules for word in _LITERAL.findall(rule)] if logical == "text" else []
    return Column(
        row["column_name"],
        logical,
        row["is_required"],
        row["has_default"],
        row["is_computed"],
        tuple(dict.fromkeys([*row["labels"], *literals])),
        row["declared"],
    )


async def _fetch(driver: Driver, query: str) -> list[Row]:
    statement, values = internal_queries(driver.dialect, "session_state")[query].bind({})
    return await driver.fetch(statement, values)
