"""aiosqlite in its documented use: one connection, `async with execute`, commit after each change."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import aiosqlite

from benchmarks.contenders import Contender
from benchmarks.data import COUNTER, EVENT, EVENTS, FIRST, LAST, STEP
from benchmarks.prepared import Prepared

ONE = "SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id = ?"
MANY = """
    SELECT id, name, status, step, value, score, note, parent_id FROM records WHERE id BETWEEN ? AND ? ORDER BY id
"""
INSERT = "INSERT INTO events (record_id, name, step, value) VALUES (?, ?, ?, ?)"
UPDATE = "UPDATE counters SET step = ? WHERE id = ?"
TYPED = "SELECT id, key, created_at, metadata FROM documents ORDER BY id"
COUNT = """
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
    SELECT count(*) FROM numbers
"""


class Aiosqlite(Contender):
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._db = connection

    async def one(self, key: int) -> Any:
        async with self._db.execute(ONE, (key,)) as cursor:
            return await cursor.fetchone()

    async def many(self) -> Iterable[Any]:
        async with self._db.execute(MANY, (FIRST, LAST)) as cursor:
            return await cursor.fetchall()

    async def insert(self) -> None:
        await self._change(INSERT, EVENT)
        await self._db.commit()

    async def rows_in(self) -> None:
        await self._db.executemany(INSERT, EVENTS)
        await self._db.commit()

    async def transaction(self) -> tuple[Any, Any]:
        before = await self.one(FIRST)
        await self._change(INSERT, EVENT)
        await self._change(UPDATE, (STEP, COUNTER))
        await self._change(INSERT, EVENT)
        after = await self.one(LAST)
        await self._db.commit()
        return before, after

    async def typed(self) -> Iterable[Any]:
        async with self._db.execute(TYPED) as cursor:
            return [
                (number, UUID(key), datetime.fromisoformat(created_at), json.loads(metadata))
                for number, key, created_at, metadata in await cursor.fetchall()
            ]

    async def _change(self, sql: str, values: tuple[Any, ...]) -> None:
        async with self._db.execute(sql, values):  # which closes the cursor
            pass

    async def count_to(self, last: int) -> int:
        async with self._db.execute(COUNT, (last,)) as cursor:
            ((count,),) = await cursor.fetchall()
            return int(count)


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    async with aiosqlite.connect(prepared.path) as connection:
        for pragma in prepared.pragmas:
            await connection.execute(pragma)
        yield Aiosqlite(connection)
