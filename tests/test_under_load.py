"""Thousands of calls cancelled, dozens of backends killed under load: no wrong row, none lost, no connection lost."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest

from conftest import examples
from own_folders import opened
from plainbase import (
    ConnectionLost,
    ConstraintViolation,
    Database,
    PoolTimeout,
    TransactionAborted,
    TransactionConflict,
)
from plainbase.drivers.postgres import PostgresDriver
from quiet import quiet
from waiting import PATIENCE, until

TABLES = {
    "sqlite": "CREATE TABLE notes (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, text TEXT NOT NULL)",
    "postgres": "CREATE TABLE notes (id bigint PRIMARY KEY, owner bigint NOT NULL, text text NOT NULL)",
}
NOTES = """
-- name: put :exec
INSERT INTO notes (id, owner, text) VALUES (:id, :owner, :text);

-- name: put_one :one
INSERT INTO notes (id, owner, text) VALUES (:id, :owner, :text) RETURNING id, owner, text;

-- name: get :optional
SELECT id, owner, text FROM notes WHERE id = :id;

-- name: of_owner :many
SELECT id, owner, text FROM notes WHERE owner = :owner ORDER BY id;
"""
NUMBERS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 700) SELECT :n + 0 AS n, x FROM c"
NAME = "plainbase-under-load"
SIZE, OVERFLOW = 4, 2
COPY_S_OWN = (asyncpg.ConnectionDoesNotExistError, ConnectionError)
"""asyncpg's COPY leaves a future of its own behind where the server goes meanwhile; nobody can retrieve it."""

EXPECTED = (ConnectionLost, PoolTimeout, TransactionConflict, TransactionAborted)


@pytest.fixture(autouse=True)
async def complaints(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Fail the test for what the event loop is told of, and for tasks that are left."""
    async with quiet(*(COPY_S_OWN if request.function is test_postgres else ())):
        yield


class Load:
    """Tasks that call a database while others disturb them, and what they were promised."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.promised: dict[int, str] = {}
        self.pairs: list[tuple[int, int]] = []
        self.refused: set[int] = set()
        self.calls: Counter[str] = Counter()
        self._next = 0
        self._kinds: tuple[Callable[[int], Awaitable[None]], ...] = (
            self.echo, self.echo, self.read, self.write, self.write_one,
            self.transaction, self.stream, self.many_rows, self.snapshot, self.undone,
        )  # fmt: skip

    def key(self) -> int:
        self._next += 1
        return self._next

    async def one(self, chance: random.Random) -> None:
        """One call, perhaps cancelled by a timeout, perhaps failed by what is done to its backend."""
        kind = chance.choice(self._kinds)
        try:
            if chance.random() < 0.4:
                async with asyncio.timeout(chance.random() * 0.02):
                    await kind(chance.randrange(10**9))
            else:
                await kind(chance.randrange(10**9))
            self.calls["done"] += 1
        except TimeoutError:
            self.calls["cancelled"] += 1
        except asyncio.CancelledError:
            self.calls["cancelled"] += 1
            raise
        except EXPECTED as error:
            self.calls[type(error).__name__] += 1

    async def echo(self, number: int) -> None:
        assert await self.db.fetch_value("SELECT :n + 0 AS n", {"n": number}) == number

    async def read(self, number: int) -> None:
        if self.promised:
            key = min(self.promised) + number % self._next
            promised = self.promised.get(key)  # what is promised while the read runs may be there or not
            row = await self.db.notes.get(id=key)
            if promised is not None:
                assert row == (key, -key, promised)
            assert key not in self.refused or row is None

    async def write(self, number: int) -> None:
        key = self.key()
        assert await self.db.notes.put(id=key, owner=-key, text=f"n{number}") == 1
        self.promised[key] = f"n{number}"

    async def write_one(self, number: int) -> None:
        key = self.key()
        assert await self.db.notes.put_one(id=key, owner=-key, text=f"n{number}") == (key, -key, f"n{number}")
        self.promised[key] = f"n{number}"

    async def transaction(self, number: int) -> None:
        left, right = self.key(), self.key()
        self.pairs.append((left, right))
        async with self.db.transaction() as tx:
            await tx.notes.put(id=left, owner=-left, text="left")
            assert await tx.fetch_value("SELECT :n + 0 AS n", {"n": number}) == number
            async with tx.transaction():
                await tx.notes.put(id=right, owner=-right, text="right")
            assert await tx.notes.get(id=left) == (left, -left, "left")
        self.promised |= {left: "left", right: "right"}

    async def stream(self, number: int) -> None:
        expected = 0
        async with aclosing(self.db.iterate(NUMBERS, {"n": number})) as rows:
            async for row in rows:
                expected += 1
                assert row == (number, expected)
                if expected == 600 and number % 2:
                    return
        assert expected == 700

    async def many_rows(self, number: int) -> None:
        keys = [self.key() for _ in range(70)]
        self.pairs.append((keys[0], keys[-1]))
        assert await self.db.insert_rows("notes", ("id", "owner", "text"), [(key, -key, "m") for key in keys]) == 70
        self.promised |= dict.fromkeys(keys, "m")

    async def snapshot(self, number: int) -> None:
        async with self.db.transaction(read_only=True) as tx:
            for _ in range(3):
                assert await tx.fetch_value("SELECT :n + 0 AS n", {"n": number}) == number

    async def undone(self, number: int) -> None:
        key = self.key()
        self.refused.add(key)
        with pytest.raises(ConstraintViolation):
            await self.db.notes.put.batch([{"id": key, "owner": 1, "text": "u"}] * 2)

    async def check(self) -> None:
        """All that was promised is there, nothing is half there, nothing refused is."""
        stored = {row.id: row for row in await self.db.fetch_all("SELECT id, owner, text FROM notes")}
        for key, text in self.promised.items():
            assert stored.get(key) == (key, -key, text)
        for left, right in self.pairs:
            assert (left in stored) == (right in stored)
        assert not self.refused & stored.keys()


async def disturbed(load: Load, calls: int, workers: int, watch: Callable[[], None]) -> None:
    """Make calls from so many workers at a time, of which one is cancelled at any turn."""
    running: dict[int, asyncio.Task[None]] = {}
    chance = random.Random(11)
    left = calls

    async def work(number: int) -> None:
        nonlocal left
        own = random.Random(number)
        while left > 0:
            left -= 1
            call = running[number] = asyncio.create_task(load.one(own))
            await asyncio.wait([call])
            if not call.cancelled():
                call.result()

    tasks = [asyncio.create_task(work(number)) for number in range(workers)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0.001)
        watch()
        for call in chance.sample(list(running.values()), min(3, len(running))):
            if chance.random() < 0.5:
                call.cancel()
    await asyncio.gather(*tasks)


async def test_sqlite(tmp_path: Path) -> None:
    options: dict[str, Any] = {"pool_size": SIZE, "max_overflow": OVERFLOW, "pool_recycle": 0.2, "idle_timeout": 0.1}
    url = f"sqlite:///{tmp_path / 'load.db'}"
    async with opened(url, tmp_path, {"notes.sql": NOTES}, TABLES, **options) as db:
        load = Load(db)

        def watch() -> None:
            status = db.pool_status()
            assert 0 <= status.busy <= status.open <= status.limit

        await disturbed(load, examples(9_000), 40, watch)
        await until(lambda: db.pool_status().busy == 0)
        async with asyncio.timeout(PATIENCE):
            await load.check()
            for _ in range(20):
                await asyncio.gather(*(load.echo(n) for n in range(20)), load.write(1), load.transaction(2))
                await asyncio.gather(*(load.snapshot(n) for n in range(SIZE + OVERFLOW)))
            await load.check()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert db.pool_status().open == 0
    assert load.calls["cancelled"] >= 1000, load.calls
    assert load.calls["done"] >= 1000, load.calls
    assert not {"ConnectionLost", "TransactionAborted"} & load.calls.keys(), load.calls


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_postgres(empty_url: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "pool_size": SIZE,
        "max_overflow": OVERFLOW,
        "pool_recycle": 0.3,
        "idle_timeout": 0.1,
        "application_name": NAME,
    }
    observer = await asyncpg.connect(empty_url)
    async with opened(empty_url, tmp_path, {"notes.sql": NOTES}, TABLES, **options) as db:
        load = Load(db)
        pool = cast(PostgresDriver, db._driver).pool
        done = asyncio.Event()
        killed = most = 0

        def watch() -> None:
            status = db.pool_status()
            assert 0 <= status.busy <= status.open <= status.limit == SIZE + OVERFLOW

        async def count() -> None:
            nonlocal most
            while not done.is_set():
                most = max(most, await observer.fetchval(COUNT, NAME))
                await asyncio.sleep(0)

        async def kill() -> None:
            nonlocal killed
            connection = await asyncpg.connect(empty_url)
            while not done.is_set():
                killed += await connection.fetchval(KILL, NAME)
                await asyncio.sleep(0.01)
            await connection.close()

        disturbing = [asyncio.create_task(count()), asyncio.create_task(kill())]
        await disturbed(load, examples(8_000), 40, watch)
        done.set()
        await asyncio.gather(*disturbing)
        await until(lambda: db.pool_status().busy == 0)
        async with asyncio.timeout(PATIENCE):
            await load.check()
            for _ in range(10):
                await asyncio.gather(*(load.transaction(n) for n in range(SIZE + OVERFLOW)))
                await asyncio.gather(*(load.echo(n) for n in range(20)), load.write(1), load.many_rows(2))
            await load.check()
            await until(lambda: db.pool_status().busy == 0)
            sessions = await observer.fetch(STATES, NAME)
            assert {state for _, state in sessions} <= {"idle"}
            assert {pid for pid, _ in sessions} <= {slot.connection.get_server_pid() for slot in pool._slots}
            assert await observer.fetchval(LOCKS) == 0
    await until(lambda: none_left(observer))
    await observer.close()
    assert most <= SIZE + OVERFLOW
    assert killed >= 30, killed
    assert load.calls["cancelled"] >= 1000, load.calls
    assert load.calls["done"] >= 1000, load.calls
    assert load.calls["ConnectionLost"] > 0, load.calls


COUNT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()"
KILL = """
WITH victim AS (
    SELECT pid FROM pg_stat_activity
    WHERE application_name = $1 AND datname = current_database()
    ORDER BY random() LIMIT 1
)
SELECT count(*) FROM victim WHERE pg_terminate_backend(pid)
"""
STATES = "SELECT pid, state FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database()"
LOCKS = """
SELECT count(*)
FROM pg_locks
WHERE
    pid <> pg_backend_pid()
    AND locktype IN ('relation', 'transactionid', 'advisory')
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def none_left(observer: asyncpg.Connection[Any]) -> bool:
    left: int = await observer.fetchval(COUNT, NAME)
    return left == 0


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_nobody_waits_longer_than_the_pool_s_timeout(empty_url: str, tmp_path: Path) -> None:
    """Connections that are replaced at each return give their place to whoever waits, not to who comes by."""
    options: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.3, "pool_recycle": 0.0001}
    async with opened(empty_url, tmp_path, {}, {"postgres": "SELECT 1"}, **options) as db:
        done = asyncio.Event()

        async def come_by() -> None:
            """Ask whenever there is room, so that nothing of this is ever waited for."""
            while not done.is_set():
                if db.pool_status().open < db.pool_status().limit:
                    await db.fetch_value("SELECT 1 AS one FROM pg_sleep(0.02)")
                await asyncio.sleep(0)

        coming = asyncio.create_task(come_by())
        await until(lambda: db.pool_status().busy == 1)
        began = time.monotonic()
        asyncio.get_running_loop().call_later(3, done.set)
        with suppress(PoolTimeout):
            assert await db.fetch_value("SELECT 2 AS two") == 2
        waited = time.monotonic() - began
        done.set()
        await coming
        assert waited < 1.5
