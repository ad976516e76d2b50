"""asyncpg in its documented use: a pool, with the shortcuts that acquire a connection for each call."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.data import COUNTER, EVENT, EVENTS, FIRST, LAST, STEP
from benchmarks.prepared import Prepared

ONE = "SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id = $1"
MANY = """
    SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id BETWEEN $1 AND $2 ORDER BY id
"""
INSERT = "INSERT INTO events (record_id, name, step, value) VALUES ($1, $2, $3, $4)"
UPDATE = "UPDATE counters SET step = $1 WHERE id = $2"
TYPED = "SELECT id, key, created_at, metadata FROM documents ORDER BY id"


class AsyncpgPool(Contender):
    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def one(self, key: int) -> Any:
        return await self._pool.fetchrow(ONE, key)

    async def many(self) -> Iterable[Any]:
        return await self._pool.fetch(MANY, FIRST, LAST)

    async def insert(self) -> None:
        await self._pool.execute(INSERT, *EVENT)

    async def rows_in(self) -> None:
        await self._pool.executemany(INSERT, EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._pool.acquire() as connection, connection.transaction():
            before = await connection.fetchrow(ONE, FIRST)
            await connection.execute(INSERT, *EVENT)
            await connection.execute(UPDATE, STEP, COUNTER)
            await connection.execute(INSERT, *EVENT)
            after = await connection.fetchrow(ONE, LAST)
        return before, after

    async def typed(self) -> Iterable[Any]:
        return await self._pool.fetch(TYPED)


async def read_json(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    """Have jsonb read as Python's values."""
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    async with asyncpg.create_pool(prepared.url, min_size=CONNECTIONS, max_size=CONNECTIONS, init=read_json) as pool:
        yield AsyncpgPool(pool)
