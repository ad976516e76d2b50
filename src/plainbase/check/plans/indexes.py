"""What a database's catalog says of its indexes, the same on both engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from plainbase.drivers.base import Driver
from plainbase.rows import Row
from plainbase.shipped import internal_queries


@dataclass(frozen=True, slots=True)
class Index:
    """An index: its columns in their order (None for an expression, whose text stands in `expressions`).

    `predicate` says which rows a partial one has; `ordered` tells a b-tree from the others.
    """

    name: str
    table: str
    columns: tuple[str | None, ...]
    expressions: tuple[str, ...]
    unique: bool
    primary: bool
    predicate: str
    ordered: bool


@dataclass(frozen=True, slots=True)
class Indexes:
    """All indexes by name, the tables' names, and what each view selects."""

    by_name: Mapping[str, Index]
    tables: frozenset[str] = frozenset()
    views: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    """The table that a partition is part of."""

    def of(self, table: str) -> list[Index]:
        """The indexes of one table."""
        return [index for index in self.by_name.values() if index.table == table]


async def read(driver: Driver) -> Indexes:
    """Read the catalog; on PostgreSQL what the search path finds."""
    by_name = {
        name: _index(name, list(rows))
        for name, rows in groupby(await _fetch(driver, "list_indexes"), lambda row: str(row["index_name"]))
    }
    relations = await _fetch(driver, "list_relations")
    return Indexes(
        by_name,
        frozenset(row["name"] for row in relations if not row["is_view"]),
        {row["name"]: row["definition"] for row in relations if row["is_view"]},
        {row["name"]: row["part_of"] for row in relations if row["part_of"] is not None},
    )


def _index(name: str, rows: Sequence[Row]) -> Index:
    first = rows[0]
    return Index(
        name,
        first["table_name"],
        tuple(row["column_name"] for row in rows),
        tuple(row["expression"] for row in rows),
        unique=first["is_unique"],
        primary=first["is_primary"],
        predicate=first["predicate"] if first["is_partial"] else "",
        ordered=first["is_ordered"],
    )


async def _fetch(driver: Driver, query: str) -> list[Row]:
    statement, values = internal_queries(driver.dialect, "indexes")[query].bind({})
    return await driver.fetch(statement, values)
