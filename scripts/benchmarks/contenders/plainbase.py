"""plainbase: named queries in `.sql` files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.data import COUNTER, EVENT_COLUMNS, EVENTS, FIRST, LAST, NAMED_EVENT, STEP
from benchmarks.prepared import QUERIES, Prepared
from plainbase import Database


class Plainbase(Contender):
    def __init__(self, db: Database) -> None:
        self._db = db

    async def one(self, key: int) -> Any:
        return await self._db.records.get(id=key)

    async def many(self) -> Any:
        return await self._db.records.list_between(first=FIRST, last=LAST)

    async def insert(self) -> None:
        await self._db.events.add(**NAMED_EVENT)

    async def rows_in(self) -> None:
        await self._db.insert_rows("events", EVENT_COLUMNS, EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._db.transaction() as tx:
            before = await tx.records.get(id=FIRST)
            await tx.events.add(**NAMED_EVENT)
            await tx.counters.set_step(id=COUNTER, step=STEP)
            await tx.events.add(**NAMED_EVENT)
            after = await tx.records.get(id=LAST)
        return before, after

    async def typed(self) -> Any:
        return await self._db.documents.everything()

    async def count_to(self, last: int) -> Any:
        return await self._db.numbers.count_to(last=last)


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    options: dict[str, Any] = {"synchronous": prepared.synchronous} if prepared.engine == "sqlite" else {}
    async with Database.open(
        prepared.url, queries=QUERIES, schema=None, pool_size=CONNECTIONS, max_overflow=0, **options
    ) as db:
        yield Plainbase(db)
