"""The databases that are worked on: filled once for an engine, and copied for each contender."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from benchmarks import data
from plainbase import Database

HERE = Path(__file__).parent
QUERIES = HERE / "queries"
SCHEMA = HERE / "schema"


@dataclass(frozen=True)
class Prepared:
    """A database that is filled and belongs to one contender."""

    engine: str
    url: str
    synchronous: str = "NORMAL"

    @property
    def path(self) -> str:
        """The file, on SQLite."""
        return self.url.removeprefix("sqlite:///")

    @property
    def pragmas(self) -> tuple[str, ...]:
        """What every connection to SQLite is set to; plainbase sets the same by itself."""
        return (
            "PRAGMA journal_mode = WAL",
            f"PRAGMA synchronous = {self.synchronous}",
            "PRAGMA foreign_keys = ON",
            "PRAGMA cache_size = -65536",
            "PRAGMA temp_store = MEMORY",
        )

    def opened(self, **options: Any) -> AbstractAsyncContextManager[Database]:
        """The database, opened by plainbase with the benchmark's own queries, to look after it."""
        return Database.open(self.url, queries=QUERIES, schema=SCHEMA, pool_size=1, **options)

    async def version(self) -> str:
        """The engine's name and version."""
        async with self.opened() as db:
            return str((await db.health()).engine)


Copy = Callable[[], AbstractAsyncContextManager[Prepared]]


@asynccontextmanager
async def sqlite(folder: Path, synchronous: str) -> AsyncIterator[Copy]:
    """Files in a folder, each a copy of the first."""
    template = folder / "template.db"
    await _fill(Prepared("sqlite", f"sqlite:///{template}"))

    @asynccontextmanager
    async def copy() -> AsyncIterator[Prepared]:
        path = folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(template, path)
        yield Prepared("sqlite", f"sqlite:///{path}", synchronous)

    yield copy


@asynccontextmanager
async def postgres(server: str) -> AsyncIterator[Copy]:
    """Databases on a server, which are dropped afterwards."""
    async with _database(server) as template:
        await _fill(Prepared("postgres", _named(server, template)))

        @asynccontextmanager
        async def copy() -> AsyncIterator[Prepared]:
            async with _database(server, template) as name:
                yield Prepared("postgres", _named(server, name))

        yield copy


@asynccontextmanager
async def _database(server: str, template: str = "template1") -> AsyncIterator[str]:
    name = f"bench_{uuid.uuid4().hex}"
    await _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield name
    finally:
        await _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _on_server(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _named(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def _fill(prepared: Prepared) -> None:
    records = [data.record(n) for n in range(1, data.RECORDS + 1)]
    documents = [data.document(n) for n in range(1, data.DOCUMENTS + 1)]
    async with prepared.opened(migrate=True) as db:
        await db.insert_rows("records", data.RECORD_COLUMNS, records)
        await db.insert_rows("counters", ("id", "step"), [(data.COUNTER, 0)])
        await db.insert_rows("documents", ("id", "key", "created_at", "metadata"), documents)
        await db.statistics.renew()
