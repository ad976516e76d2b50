"""databases: texts with named parameters; its SQLite side opens a connection for each use."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from databases import Database

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.contenders.asyncpg_pool import read_json
from benchmarks.data import COUNTER, FIRST, LAST, NAMED_EVENT, NAMED_EVENTS, STEP
from benchmarks.prepared import Prepared

ONE = "SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id = :key"
MANY = """
    SELECT id, name, status, step, value, score, note, parent_id FROM records
    WHERE id BETWEEN :first AND :last ORDER BY id
"""
INSERT = "INSERT INTO events (record_id, name, step, value) VALUES (:record_id, :name, :step, :value)"
UPDATE = "UPDATE counters SET step = :step WHERE id = :key"
TYPED = "SELECT id, key, created_at, metadata FROM documents ORDER BY id"


class Databases(Contender):
    def __init__(self, database: Database) -> None:
        self._db = database

    async def one(self, key: int) -> Any:
        return await self._db.fetch_one(ONE, {"key": key})

    async def many(self) -> Iterable[Any]:
        return await self._db.fetch_all(MANY, {"first": FIRST, "last": LAST})

    async def insert(self) -> None:
        await self._db.execute(INSERT, NAMED_EVENT)

    async def rows_in(self) -> None:
        async with self._db.transaction():
            await self._db.execute_many(INSERT, NAMED_EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._db.transaction():
            before = await self._db.fetch_one(ONE, {"key": FIRST})
            await self._db.execute(INSERT, NAMED_EVENT)
            await self._db.execute(UPDATE, {"key": COUNTER, "step": STEP})
            await self._db.execute(INSERT, NAMED_EVENT)
            after = await self._db.fetch_one(ONE, {"key": LAST})
        return before, after

    async def typed(self) -> Iterable[Any]:
        return await self._db.fetch_all(TYPED)

    def plain(self, row: Any) -> tuple[Any, ...]:
        return tuple(row.values())


class OnSqlite(Databases):
    async def typed(self) -> Iterable[Any]:
        return [
            {
                "id": row["id"],
                "key": UUID(row["key"]),
                "created_at": datetime.fromisoformat(row["created_at"]),
                "metadata": json.loads(row["metadata"]),
            }
            for row in await self._db.fetch_all(TYPED)
        ]


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    if prepared.engine == "sqlite":

        class Connection(sqlite3.Connection):
            """One with the same settings as everybody's; there is no other place to give them."""

            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                for pragma in prepared.pragmas:
                    self.execute(pragma)

        async with Database(prepared.url, factory=Connection) as database:
            yield OnSqlite(database)
    else:
        async with Database(
            prepared.url, dsn=prepared.url, min_size=CONNECTIONS, max_size=CONNECTIONS, init=read_json
        ) as database:
            yield Databases(database)
