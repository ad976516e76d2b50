"""Rows and bytes of every table."""

from __future__ import annotations

from dataclasses import dataclass

from plainbase.errors import StatementFailed
from plainbase.platform.runners import AnyDatabase
from plainbase.platform.statistics.asking import rows


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table's rows and its bytes with its indexes; None is unknown. PostgreSQL's rows are its estimate."""

    name: str
    rows: int | None
    bytes: int | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes of the database and of each table and index; `note` says what is not known, and why."""

    bytes: int
    tables: tuple[TableSize, ...]
    index_bytes: dict[str, int]
    note: str | None = None


WITHOUT_DBSTAT = "this SQLite was built without dbstat, so bytes per table are unknown"


async def sizes(db: AnyDatabase) -> Sizes:
    """Measure every table; on SQLite that counts every row, and reads every page where the library has dbstat."""
    whole = await db.maintenance.database_size()
    found = await db.maintenance.table_statistics()
    if db.dialect == "postgres":
        indexes = {str(each.index_name): each.bytes or 0 for each in await db.maintenance.index_use()}
        tables = tuple(TableSize(str(each.table_name), each.row_count, each.bytes) for each in found)
        return Sizes(whole or 0, tables, indexes)
    try:
        parts = await rows(db, "bytes")
    except StatementFailed as error:
        if not error.undefined:
            raise
        tables = tuple(TableSize(str(each.table_name), each.row_count, None) for each in found)
        return Sizes(whole or 0, tables, {}, WITHOUT_DBSTAT)
    owners = {each["name"]: each["owner"] for each in await rows(db, "shadow_tables")}
    count: dict[str, int] = {}
    for part in parts:
        owner = owners.get(part["table_name"], part["table_name"])
        count[owner] = count.get(owner, 0) + part["bytes"]
    named = [(str(each.table_name), each.row_count) for each in found]
    tables = tuple(TableSize(name, number, count.get(name, 0)) for name, number in named)
    indexes = {part["name"]: part["bytes"] for part in parts if part["name"] != part["table_name"]}
    return Sizes(whole or 0, tables, indexes)
