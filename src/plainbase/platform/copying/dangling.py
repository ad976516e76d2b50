"""Rows that refer to nothing, which an engine does not name where it looks at the end of a transaction only."""

from __future__ import annotations

from collections.abc import Sequence

from pypika import Criterion, Query

from plainbase.platform.tables import Table
from plainbase.platform.tables.names import quoted, table_named
from plainbase.transaction import Transaction


async def dangling(source: Transaction, tables: Sequence[Table]) -> str:
    """The first row of some tables that refers to none, by its key; empty where every row does."""
    for table in tables:
        for reference in table.references:
            child, parent = table_named(table.name, "child"), table_named(reference.table, "parent")
            pairs = [
                (child.field(quoted(name)), parent.field(quoted(target)))
                for name, target in zip(reference.columns, reference.targets, strict=True)
            ]
            query = (
                Query.from_(child)
                .left_join(parent)
                .on(Criterion.all([name == target for name, target in pairs]))
                .select(*(child.field(quoted(name)) for name in table.key or reference.columns))
                .where(Criterion.all([name.notnull() for name, _ in pairs]) & pairs[0][1].isnull())
                .limit(1)
            )
            for row in await source.fetch_all(query):
                key = ", ".join(f"{name} {value}" for name, value in zip(table.key, row, strict=False))
                where = f"table {table.name}, {key}" if key else f"table {table.name}"
                return f"{where}: {', '.join(reference.columns)} refers to no row of {reference.table}"
    return ""
