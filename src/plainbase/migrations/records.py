"""What a database says of itself: its records of migrations, and its indexes."""

from __future__ import annotations

from typing import Any, Protocol

from plainbase.dialect import Dialect
from plainbase.errors import MigrationError, StatementFailed
from plainbase.migrations.leftovers import Index
from plainbase.migrations.plan import Record
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile.statement import Statement


class Reader(Protocol):
    """What rows can be read with: a driver, a session, a migrator."""

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        """Run a statement and return its rows."""


async def records(reader: Reader, dialect: Dialect) -> tuple[Record, ...]:
    """The records by version; none where the database was never migrated."""
    if not await is_prepared(reader, dialect):
        return ()
    try:
        return tuple(Record(*row) for row in await _rows(reader, dialect, "list_records"))
    except StatementFailed as error:
        if not error.undefined:
            raise
        raise MigrationError(
            "table schema_migrations is another tool's: rename it, then record what is there by a baseline"
        ) from None


async def is_prepared(reader: Reader, dialect: Dialect) -> bool:
    """Whether the database has the table of records."""
    return bool((await _rows(reader, dialect, "table_exists"))[0][0])


async def indexes(reader: Reader, dialect: Dialect) -> tuple[Index, ...]:
    """Every index, those of the system left out; none on SQLite, which has no INVALID ones."""
    rows = await _rows(reader, dialect, "list_indexes")
    return tuple(Index(row["schema_name"], row["name"], row["is_visible"], row["is_valid"]) for row in rows)


async def search_path(reader: Reader, dialect: Dialect) -> str | None:
    """Where names are looked for, as the server writes it; None where there is one schema."""
    rows = await _rows(reader, dialect, "search_path")
    return rows[0]["search_path"] if rows else None


async def broken_references(reader: Reader, dialect: Dialect) -> list[str]:
    """Which table has rows whose parent is gone, where a step that drops a table is watched."""
    rows = await _rows(reader, dialect, "list_broken_references")
    return [f"{row['table_name']} refers to {row['referenced_table']}" for row in rows]


async def _rows(reader: Reader, dialect: Dialect, query: str) -> list[Row]:
    found = internal_queries(dialect, "migrations")[query]
    if found.only not in (None, dialect):
        return []
    statement, values = found.bind({})
    return await reader.fetch(statement, values)
