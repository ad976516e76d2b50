"""Cancelling stops the engine's work, leaves every connection clean, and half commits nothing."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest

import plainbase
from conftest import SOAK
from own_folders import migration
from plainbase import Database

SCHEMA = {
    "sqlite": "CREATE TABLE pairs (id INTEGER PRIMARY KEY, side TEXT NOT NULL);",
    "postgres": "CREATE TABLE pairs (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, side text NOT NULL);",
}
QUERIES = """
-- name: put :exec
INSERT INTO pairs (side) VALUES (:side);

-- name: put_one :one
INSERT INTO pairs (side) VALUES (:side) RETURNING id;

-- name: list_all :many
SELECT id, side FROM pairs ORDER BY id;
"""
SLOW = {
    "sqlite": (
        "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < :n) SELECT count(*) AS n FROM c"
    ),
    "postgres": "SELECT count(*) AS n FROM generate_series(1, CAST(:n AS bigint)) AS g",
}
ACTIVE = """
SELECT count(*)
FROM pg_stat_activity
WHERE
    datname = current_database()
    AND state = 'active'
    AND pid <> pg_backend_pid()
    AND query LIKE '%generate_series%'
"""


@pytest.fixture
async def db(engine: str, empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    migration(tmp_path / "schema", "0001_pairs", SCHEMA[engine], dialects=(engine,))
    queries = tmp_path / "queries"
    queries.mkdir()
    (queries / "pairs.sql").write_text(QUERIES)
    opening = Database.open(
        empty_url, queries=queries, schema=tmp_path / "schema", pool_size=2, max_overflow=1, migrate=True
    )
    async with opening as database:
        yield database


class CancelledAt:
    """Await a coroutine, and cancel the task while it is suspended for the `step`-th time."""

    def __init__(self, work: Coroutine[Any, Any, Any], step: int, delay: float) -> None:
        self._work = work
        self._step = step
        self._delay = delay
        self.reached = False

    def __await__(self) -> Generator[Any, Any, Any]:
        task = asyncio.current_task()
        assert task is not None
        inner = self._work.__await__()
        resume: Callable[[Any], Any] = inner.send
        argument: Any = None
        suspensions = 0
        while True:
            try:
                future = resume(argument)
            except StopIteration as stop:
                return stop.value
            suspensions += 1
            if suspensions == self._step:
                self.reached = True
                asyncio.get_running_loop().call_later(self._delay, task.cancel)
            try:
                argument = yield future
                resume = inner.send
            except BaseException as error:
                argument = error
                resume = inner.throw


async def one_call(db: Database) -> None:
    await db.pairs.put(side="left")
    await db.pairs.put(side="right")


async def one_row(db: Database) -> None:
    await db.pairs.put_one.batch([{"side": "left"}, {"side": "right"}])


async def batch(db: Database) -> None:
    await db.pairs.put.batch([{"side": "left"}, {"side": "right"}])


async def many_rows(db: Database) -> None:
    await db.insert_rows("pairs", ["side"], [["left"], ["right"]])


async def transaction(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.pairs.put(side="left")
        await tx.fetch_all("SELECT id FROM pairs")
        await tx.pairs.put(side="right")


async def savepoint(db: Database) -> None:
    async with db.transaction() as tx:
        async with tx.transaction():
            await tx.pairs.put(side="left")
        await tx.pairs.put(side="right")


async def stream(db: Database) -> None:
    async for _ in db.pairs.list_all.stream():
        pass
    async with db.transaction(read_only=True) as tx:
        async for _ in tx.pairs.list_all.stream():
            pass


WORKS = (one_call, one_row, batch, many_rows, transaction, savepoint, stream)


async def clean(db: Database) -> None:
    """Every connection is free, and as many writers and readers as there may be can work."""
    deadline = time.monotonic() + 5
    while db.pool_status().busy and time.monotonic() < deadline:
        await asyncio.sleep(0)
    assert db.pool_status().busy == 0
    assert db.pool_status().open <= db.pool_status().limit
    async with asyncio.timeout(5):
        await asyncio.gather(*(db.fetch_value("SELECT count(*) FROM pairs") for _ in range(4)))
        async with db.transaction() as tx:
            await tx.pairs.put(side="probe")
            await tx.execute("DELETE FROM pairs WHERE side = 'probe'")


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
@pytest.mark.parametrize("delay", [n / 20_000 for n in range(40)] if SOAK else [0.0, 0.0004])
async def test_cancelled_at_every_await(
    db: Database, work: Callable[[Database], Coroutine[Any, Any, None]], delay: float
) -> None:
    await db.insert_rows("pairs", ["side"], [["seed"]] * 1500)
    for step in range(1, 60):
        attempt = CancelledAt(work(db), step, delay)

        async def run(attempt: CancelledAt = attempt) -> None:
            await attempt

        task = asyncio.create_task(run())
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        assert outcome is None or isinstance(outcome, asyncio.CancelledError), repr(outcome)
        await clean(db)
        left = await db.fetch_value("SELECT count(*) FROM pairs WHERE side = 'left'")
        right = await db.fetch_value("SELECT count(*) FROM pairs WHERE side = 'right'")
        if work is one_call:
            assert 0 <= left - right <= step  # two transactions, the first may stand alone
        else:
            assert left == right
        if not attempt.reached:
            break
    else:
        pytest.fail("the work never ended by itself")


@pytest.mark.parametrize("inside", [False, True], ids=["database", "transaction"])
async def test_a_timeout_really_stops_the_statement(db: Database, engine: str, inside: bool) -> None:
    async def slow() -> None:
        if inside:
            async with db.transaction() as tx:
                await tx.pairs.put(side="left")
                await tx.fetch_value(SLOW[engine], {"n": 10**10})
        else:
            await db.fetch_value(SLOW[engine], {"n": 10**10})

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await slow()
    assert time.monotonic() - began < 5
    await clean(db)
    assert await db.fetch_value("SELECT count(*) FROM pairs") == 0
    if engine == "postgres":
        assert await db.fetch_value(ACTIVE) == 0


async def test_only_the_cancelled_read_is_stopped(db: Database, engine: str) -> None:
    victims = [asyncio.create_task(db.fetch_value(SLOW[engine], {"n": 10**10})) for _ in range(2)]
    others = [asyncio.create_task(db.fetch_value(SLOW[engine], {"n": 200_000 + i})) for i in range(20)]
    while db.pool_status().busy < 2:
        await asyncio.sleep(0)
    for victim in victims:
        victim.cancel()
    assert await asyncio.gather(*others) == [200_000 + i for i in range(20)]
    for outcome in await asyncio.gather(*victims, return_exceptions=True):
        assert isinstance(outcome, asyncio.CancelledError)
    await clean(db)


async def test_cancelled_while_waiting_for_a_connection(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.pairs.put(side="left")
        waiting = [asyncio.create_task(_write(db)) for _ in range(6)]
        while db.pool_status().waiting < 3:
            await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await tx.pairs.put(side="right")
    cancelled = sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    assert cancelled >= 3
    await clean(db)
    assert await db.fetch_value("SELECT count(*) FROM pairs WHERE side = 'held'") == 0


async def _write(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.pairs.put(side="held")
        await asyncio.Event().wait()


async def test_thousands_of_calls_cancelled_at_random(db: Database) -> None:
    chance = random.Random(1)
    for _ in range(500 if SOAK else 20):
        tasks = [asyncio.create_task(chance.choice(WORKS[1:6])(db)) for _ in range(50)]
        for task in tasks:
            asyncio.get_running_loop().call_later(chance.random() * 0.05, task.cancel)
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            assert outcome is None or isinstance(outcome, asyncio.CancelledError), repr(outcome)
    await clean(db)
    assert await db.fetch_value("SELECT count(*) FROM pairs WHERE side = 'left'") == await db.fetch_value(
        "SELECT count(*) FROM pairs WHERE side = 'right'"
    )


async def test_cancelled_opening_leaves_nothing(engine: str, empty_url: str) -> None:
    for step in range(1, 40):
        attempt = CancelledAt(_open_and_close(empty_url), step, 0)

        async def run(attempt: CancelledAt = attempt) -> None:
            await attempt

        (outcome,) = await asyncio.gather(asyncio.create_task(run()), return_exceptions=True)
        assert outcome is None or isinstance(outcome, asyncio.CancelledError), repr(outcome)
        if not attempt.reached:
            return
    pytest.fail("opening never ended by itself")


async def _open_and_close(url: str) -> None:
    async with plainbase.open(url) as database:
        assert await database.fetch_value("SELECT 1") == 1
