"""The limit on SQLite: the standard library's module, synchronous, with no thread between."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import datetime
from typing import Any
from uuid import UUID

from benchmarks.contenders import Contender
from benchmarks.contenders.aiosqlite import INSERT, MANY, ONE, TYPED, UPDATE
from benchmarks.data import COUNTER, EVENT, EVENTS, FIRST, LAST, STEP
from benchmarks.prepared import Prepared


class Sqlite3(Contender):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    async def one(self, key: int) -> Any:
        return self._db.execute(ONE, (key,)).fetchone()

    async def many(self) -> Iterable[Any]:
        return self._db.execute(MANY, (FIRST, LAST)).fetchall()

    async def insert(self) -> None:
        with self._db:
            self._db.execute(INSERT, EVENT)

    async def rows_in(self) -> None:
        with self._db:
            self._db.executemany(INSERT, EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        with self._db:
            before = self._db.execute(ONE, (FIRST,)).fetchone()
            self._db.execute(INSERT, EVENT)
            self._db.execute(UPDATE, (STEP, COUNTER))
            self._db.execute(INSERT, EVENT)
            after = self._db.execute(ONE, (LAST,)).fetchone()
        return before, after

    async def typed(self) -> Iterable[Any]:
        return [
            (number, UUID(key), datetime.fromisoformat(created_at), json.loads(metadata))
            for number, key, created_at, metadata in self._db.execute(TYPED)
        ]


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    with closing(sqlite3.connect(prepared.path)) as connection:
        for pragma in prepared.pragmas:
            connection.execute(pragma)
        yield Sqlite3(connection)
