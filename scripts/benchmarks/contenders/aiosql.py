"""aiosql: named queries in a `.sql` file, run on aiosqlite's connection or asyncpg's pool."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosql
import aiosqlite
import asyncpg

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.contenders.asyncpg_pool import read_json
from benchmarks.data import COUNTER, FIRST, LAST, NAMED_EVENT, NAMED_EVENTS, STEP
from benchmarks.prepared import Prepared

FILE = Path(__file__).with_name("aiosql.sql")


class OnAiosqlite(Contender):
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._queries: Any = aiosql.from_path(FILE, "aiosqlite")
        self._db = connection

    async def one(self, key: int) -> Any:
        return await self._queries.record(self._db, key=key)

    async def many(self) -> Iterable[Any]:
        return [row async for row in self._queries.records(self._db, first=FIRST, last=LAST)]

    async def insert(self) -> None:
        await self._queries.add_event(self._db, **NAMED_EVENT)
        await self._db.commit()

    async def rows_in(self) -> None:
        await self._queries.add_events(self._db, NAMED_EVENTS)
        await self._db.commit()

    async def transaction(self) -> tuple[Any, Any]:
        before = await self._queries.record(self._db, key=FIRST)
        await self._queries.add_event(self._db, **NAMED_EVENT)
        await self._queries.set_step(self._db, key=COUNTER, step=STEP)
        await self._queries.add_event(self._db, **NAMED_EVENT)
        after = await self._queries.record(self._db, key=LAST)
        await self._db.commit()
        return before, after

    async def typed(self) -> Iterable[Any]:
        return [
            (number, UUID(key), datetime.fromisoformat(created_at), json.loads(metadata))
            async for number, key, created_at, metadata in self._queries.documents(self._db)
        ]


class OnAsyncpg(Contender):
    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._queries: Any = aiosql.from_path(FILE, "asyncpg")
        self._pool = pool

    async def one(self, key: int) -> Any:
        return await self._queries.record(self._pool, key=key)

    async def many(self) -> Iterable[Any]:
        return [row async for row in self._queries.records(self._pool, first=FIRST, last=LAST)]

    async def insert(self) -> None:
        await self._queries.add_event(self._pool, **NAMED_EVENT)

    async def rows_in(self) -> None:
        await self._queries.add_events(self._pool, NAMED_EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._pool.acquire() as connection, connection.transaction():
            before = await self._queries.record(connection, key=FIRST)
            await self._queries.add_event(connection, **NAMED_EVENT)
            await self._queries.set_step(connection, key=COUNTER, step=STEP)
            await self._queries.add_event(connection, **NAMED_EVENT)
            after = await self._queries.record(connection, key=LAST)
        return before, after

    async def typed(self) -> Iterable[Any]:
        return [row async for row in self._queries.documents(self._pool)]


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    if prepared.engine == "sqlite":
        async with aiosqlite.connect(prepared.path) as connection:
            for pragma in prepared.pragmas:
                await connection.execute(pragma)
            yield OnAiosqlite(connection)
    else:
        async with asyncpg.create_pool(
            prepared.url, min_size=CONNECTIONS, max_size=CONNECTIONS, init=read_json
        ) as pool:
            yield OnAsyncpg(pool)
