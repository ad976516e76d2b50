"""psycopg 3 with the pool of psycopg_pool; a connection's block is a transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg_pool

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.data import COUNTER, EVENT, EVENTS, FIRST, LAST, STEP
from benchmarks.prepared import Prepared

ONE = "SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id = %s"
MANY = """
    SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id BETWEEN %s AND %s ORDER BY id
"""
INSERT = "INSERT INTO events (record_id, name, step, value) VALUES (%s, %s, %s, %s)"
UPDATE = "UPDATE counters SET step = %s WHERE id = %s"
TYPED = "SELECT id, key, created_at, metadata FROM documents ORDER BY id"


class Psycopg(Contender):
    def __init__(self, pool: psycopg_pool.AsyncConnectionPool) -> None:
        self._pool = pool

    async def one(self, key: int) -> Any:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(ONE, (key,))
            return await cursor.fetchone()

    async def many(self) -> Iterable[Any]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(MANY, (FIRST, LAST))
            return await cursor.fetchall()

    async def insert(self) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(INSERT, EVENT)

    async def rows_in(self) -> None:
        async with self._pool.connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(INSERT, EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._pool.connection() as connection:
            before = await (await connection.execute(ONE, (FIRST,))).fetchone()
            await connection.execute(INSERT, EVENT)
            await connection.execute(UPDATE, (STEP, COUNTER))
            await connection.execute(INSERT, EVENT)
            after = await (await connection.execute(ONE, (LAST,))).fetchone()
        return before, after

    async def typed(self) -> Iterable[Any]:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(TYPED)
            return await cursor.fetchall()


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    async with psycopg_pool.AsyncConnectionPool(prepared.url, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool:
        await pool.wait()
        yield Psycopg(pool)
