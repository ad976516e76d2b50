"""The limit on PostgreSQL: one bare connection of asyncpg, with COPY for many rows; a lock keeps readers apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from benchmarks.contenders import Contender
from benchmarks.contenders.asyncpg_pool import INSERT, MANY, ONE, TYPED, UPDATE, read_json
from benchmarks.data import COUNTER, EVENT, EVENT_COLUMNS, EVENTS, FIRST, LAST, STEP
from benchmarks.prepared import Prepared


class AsyncpgConnection(Contender):
    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._db = connection
        self._lock = asyncio.Lock()

    async def one(self, key: int) -> Any:
        async with self._lock:
            return await self._db.fetchrow(ONE, key)

    async def many(self) -> Iterable[Any]:
        return await self._db.fetch(MANY, FIRST, LAST)

    async def insert(self) -> None:
        await self._db.execute(INSERT, *EVENT)

    async def rows_in(self) -> None:
        await self._db.copy_records_to_table("events", records=EVENTS, columns=EVENT_COLUMNS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._db.transaction():
            before = await self._db.fetchrow(ONE, FIRST)
            await self._db.execute(INSERT, *EVENT)
            await self._db.execute(UPDATE, STEP, COUNTER)
            await self._db.execute(INSERT, *EVENT)
            after = await self._db.fetchrow(ONE, LAST)
        return before, after

    async def typed(self) -> Iterable[Any]:
        return await self._db.fetch(TYPED)


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    connection = await asyncpg.connect(prepared.url)
    try:
        await read_json(connection)
        yield AsyncpgConnection(connection)
    finally:
        await connection.close()
