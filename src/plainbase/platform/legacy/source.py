"""Another program's database: its tables by name, and their rows as of one moment; it is never written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from pypika import Query, Table
from pypika import functions as fn

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers.sqlite_source import SqliteSource
from plainbase.errors import ConfigurationError
from plainbase.options import resolve
from plainbase.shipped import internal_queries
from plainbase.transaction import Transaction

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of the source: its columns with their types as declared, in lower case.

    `kind` is table, view, virtual (a full-text index) or shadow (what such an index is kept in).
    """

    name: str
    kind: str
    columns: Mapping[str, str]


class _Reader(Protocol):
    async def fetch(self, text: str) -> Sequence[Any]: ...

    def chunks(self, text: str) -> AsyncGenerator[Sequence[Any]]: ...


@dataclass(frozen=True, slots=True)
class Served:
    """A source on a server: the database, and the transaction in which all of it is read."""

    db: Database
    tx: Transaction


@dataclass(frozen=True, slots=True)
class Source:
    """A database that is read; `name` is part of the ids that are made for its rows.

    `elsewhere` are the schemas of the same database that are not read, each with the number of its tables.
    """

    url: str
    engine: str
    name: str
    tables: Mapping[str, SourceTable]
    reader: _Reader = field(repr=False)
    file: SqliteSource | None = field(default=None, repr=False)
    served: Served | None = field(default=None, repr=False)
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    def said_elsewhere(self) -> str | None:
        """What is to be told of the schemas that are not read; None where there are none."""
        if not self.elsewhere:
            return None
        told = (f"{name} ({tables:,} table{'s' * (tables != 1)})" for name, tables in self.elsewhere.items())
        return f"only one schema is read, and others of this database hold tables: {', '.join(told)}"

    async def count(self, table: str) -> int:
        """The number of a table's rows."""
        rows = await self.reader.fetch(_select(table).select(fn.Count("*").as_("n")).get_sql())
        return int(rows[0]["n"])

    async def filled(self, table: str, columns: Iterable[str]) -> dict[str, int]:
        """How many rows have a value in each of these columns."""
        names = list(columns)
        if not names:
            return {}
        counted = [fn.Count(Table(table)[name]).as_(f"c{place}") for place, name in enumerate(names)]
        row = (await self.reader.fetch(_select(table).select(*counted).get_sql()))[0]
        return {name: int(row[f"c{place}"]) for place, name in enumerate(names)}

    async def rows(
        self,
        table: str,
        columns: Iterable[str] | None = None,
        *,
        order_by: Iterable[str] = (),
        distinct: bool = False,
    ) -> AsyncGenerator[list[Row]]:
        """The rows of a table, some at a time, with bounded memory; all columns unless some are named."""
        made = _select(table).distinct() if distinct else _select(table)
        names = self.tables[table].columns if columns is None else columns
        fields = Table(table)
        text = made.select(*(fields[name] for name in names)).orderby(*(fields[name] for name in order_by))
        async with aclosing(self.reader.chunks(text.get_sql())) as chunks:
            async for chunk in chunks:
                yield [dict(row) for row in chunk]


class _Reading:
    """A transaction's SELECTs, as the file's."""

    def __init__(self, runner: Any) -> None:
        self._runner = runner

    async def fetch(self, text: str) -> Sequence[Any]:
        rows: Sequence[Any] = await self._runner.fetch_all(text)
        return rows

    def chunks(self, text: str) -> AsyncGenerator[Sequence[Any]]:
        made: AsyncGenerator[Sequence[Any]] = self._runner.iterate_chunks(text)
        return made


@asynccontextmanager
async def opened(url: str, *, name: str | None = None) -> AsyncIterator[Source]:
    """Open a source. `name` tells two sources of one layout apart; without it the file's or the database's.

    Raises ConfigurationError or ConnectionLost.
    """
    options = resolve(url)
    if options.dialect is Dialect.SQLITE:
        if options.path in (None, ":memory:"):
            raise ConfigurationError("a source is a file, such as sqlite:///old.db, or a PostgreSQL database")
        path = Path(options.path or "")
        file = await SqliteSource.open(path)
        try:
            tables = await _tables(file, Dialect.SQLITE)
            yield Source(options.safe_url, "SQLite", name or path.stem, tables, file, file)
        finally:
            await file.close()
        return
    async with (
        Database.open(url, queries=None, schema=None) as db,
        db.transaction("repeatable_read", read_only=True) as tx,
    ):
        reading = _Reading(tx)
        tables = await _tables(reading, Dialect.POSTGRES)
        statement, _ = internal_queries(Dialect.POSTGRES, "source")["list_other_schemas"].bind({})
        yield Source(
            options.safe_url,
            "PostgreSQL",
            name or str(options.database),
            tables,
            reading,
            served=Served(db, tx),
            elsewhere={row["schema_name"]: row["tables"] for row in await reading.fetch(statement.text)},
        )


async def _tables(reader: _Reader, dialect: Dialect) -> dict[str, SourceTable]:
    statement, _ = internal_queries(dialect, "source")["list_columns"].bind({})
    found: dict[str, tuple[str, dict[str, str]]] = {}
    for row in await reader.fetch(statement.text):
        found.setdefault(row["table_name"], (row["kind"], {}))[1][row["column_name"]] = row["declared"]
    for name, (_, columns) in found.items():
        if any('"' in each for each in (name, *columns)):
            raise ConfigurationError(f"the source's table {name!r} has a quotation mark in a name, which is not read")
    return {name: SourceTable(name, kind, columns) for name, (kind, columns) in found.items()}


def _select(table: str) -> Any:
    return Query.from_(Table(table))
