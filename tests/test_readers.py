"""The lanes that share SQLite's reads: nobody waits behind a slow one, and everybody gets what is theirs."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from conftest import examples
from plainbase import ConnectionLost, Database, DataInvalid, StatementFailed
from plainbase.drivers.lanes import Lane
from plainbase.drivers.sqlite import SqliteDriver
from quiet import quiet
from waiting import PATIENCE, until

ECHO = "SELECT :n + 0 AS n"
COUNT = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < :n) SELECT count(*) AS n FROM c"
ENDLESS = {"n": 10**9}
"""Over a minute."""

LANES = 4


@pytest.fixture(autouse=True)
async def complaints() -> AsyncIterator[None]:
    """Fail the test for what the event loop is told of, and for tasks that are left."""
    async with quiet():
        yield


@asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[Database]:
    options = {"pool_size": LANES, "queries": None, "schema": None, **options}
    async with Database.open(f"sqlite:///{folder / 'readers.db'}", **options) as db:
        await asyncio.gather(echo(db, 0), db.fetch_value(COUNT, {"n": 1}))  # both are known from now on
        yield db


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(tmp_path) as database:
        yield database


def lanes(db: Database) -> set[Lane]:
    return cast(SqliteDriver, db._driver).readers._lanes


async def echo(db: Database, number: int) -> int:
    """Read a number that the database gives back."""
    found: int = await db.fetch_value(ECHO, {"n": number})
    assert found == number
    return found


async def stopped(*tasks: asyncio.Task[Any]) -> None:
    """Cancel endless reads."""
    for task in tasks:
        task.cancel()
    await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE)
    assert all(task.cancelled() for task in tasks)


@pytest.mark.parametrize("order", ["before", "after", "while it runs"])
async def test_a_fast_read_is_not_held_up_by_a_slow_one(db: Database, order: str) -> None:
    fast = [asyncio.create_task(echo(db, number)) for number in range(40 * (order == "before"))]
    slow = asyncio.create_task(db.fetch_value(COUNT, ENDLESS))
    if order == "while it runs":
        await until(lambda: db.pool_status().busy == 1)
    if not fast:
        fast = [asyncio.create_task(echo(db, number)) for number in range(40)]
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*fast) == list(range(40))
        for number in range(200):  # one after the other as well
            assert await echo(db, number) == number
    assert not slow.done()
    await stopped(slow)


async def test_a_fast_read_takes_a_small_part_of_a_slow_one_s_time(db: Database) -> None:
    numbers = {"n": 3_000_000}
    began = time.perf_counter()
    slow = asyncio.create_task(db.fetch_value(COUNT, numbers))
    slow.add_done_callback(lambda _: ended.append(time.perf_counter() - began))
    ended: list[float] = []
    fast: list[float] = []
    while not slow.done() and len(fast) < 20:
        before = time.perf_counter()
        await echo(db, 1)
        fast.append(time.perf_counter() - before)
    assert await slow == numbers["n"]
    assert sorted(fast)[len(fast) // 2] < ended[0] / 4


async def test_fast_reads_beside_several_slow_ones(db: Database) -> None:
    slow = []
    for number in range(1, LANES):
        slow.append(asyncio.create_task(db.fetch_value(COUNT, ENDLESS)))
        await until(lambda number=number: db.pool_status().busy == number)  # type: ignore[misc]
    async with asyncio.timeout(PATIENCE):
        for first in range(0, examples(400), 20):
            numbers = range(first, first + 20)
            assert await asyncio.gather(*(echo(db, number) for number in numbers)) == list(numbers)
    assert not any(task.done() for task in slow)
    await stopped(*slow)


async def test_slow_reads_run_at_once(db: Database) -> None:
    slow = [asyncio.create_task(db.fetch_value(COUNT, ENDLESS)) for _ in range(LANES + 2)]
    await until(lambda: db.pool_status().busy == LANES)
    await until(lambda: all(lane.current is not None for lane in lanes(db)))
    assert len({lane.current for lane in lanes(db)}) == LANES
    assert db.pool_status().waiting == 2
    await stopped(*slow)
    await until(lambda: db.pool_status().busy == 0)
    results = await asyncio.gather(*(db.fetch_value(COUNT, {"n": 300_000 + n}) for n in range(2 * LANES)))
    assert results == [300_000 + n for n in range(2 * LANES)]


async def test_more_slow_reads_than_lanes_do_not_lose_what_waits(db: Database) -> None:
    slow = [asyncio.create_task(db.fetch_value(COUNT, ENDLESS)) for _ in range(LANES)]
    await until(lambda: db.pool_status().busy == LANES)
    waiting = [asyncio.create_task(echo(db, number)) for number in range(100)]
    await until(lambda: db.pool_status().waiting == 100)
    await stopped(slow.pop())
    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*waiting) == list(range(100))
    await stopped(*slow)


async def test_each_of_many_reads_has_its_own_result_or_error(db: Database) -> None:
    async def read(number: int) -> Any:
        if number % 3:
            return await echo(db, number)
        if number % 2:
            return await db.fetch_value(f"SELECT missing_{number} AS n")
        return await db.fetch_value("SELECT abs(:n - 9223372036854775807 - 1) AS n", {"n": number * 0})

    for _ in range(examples(3)):
        outcomes = await asyncio.gather(*(read(number) for number in range(200)), return_exceptions=True)
        for number, outcome in enumerate(outcomes):
            if number % 3:
                assert outcome == number
            else:
                assert isinstance(outcome, StatementFailed if number % 2 else DataInvalid)
                expected = f"missing_{number}" if number % 2 else "does not fit into 64 bits"
                assert outcome.message.endswith(expected), outcome
    assert len({id(outcome) for outcome in outcomes}) == len(set(map(id, outcomes)))


async def test_a_failing_read_fails_alone(db: Database) -> None:
    slow = asyncio.create_task(db.fetch_value(COUNT, {"n": 200_000}))
    good = [asyncio.create_task(echo(db, number)) for number in range(50)]
    bad = asyncio.create_task(db.fetch_value("SELECT absent AS n"))
    more = [asyncio.create_task(echo(db, number)) for number in range(50)]
    with pytest.raises(StatementFailed, match="no such column: absent"):
        await asyncio.gather(*good, bad, *more, slow)
    assert await asyncio.gather(*good, *more) == [*range(50), *range(50)]
    assert await slow == 200_000


async def test_results_come_back_while_others_wait(tmp_path: Path) -> None:
    async with opened(tmp_path, pool_size=1) as db:
        fast = [asyncio.create_task(echo(db, number)) for number in range(10)]
        slow = asyncio.create_task(db.fetch_value(COUNT, ENDLESS))
        waiting = [asyncio.create_task(echo(db, number)) for number in range(10)]
        async with asyncio.timeout(PATIENCE):
            assert await asyncio.gather(*fast) == list(range(10))
        await until(lambda: db.pool_status().waiting == 10)
        assert not slow.done()
        assert not any(task.done() for task in waiting)
        await stopped(slow)
        assert await asyncio.gather(*waiting) == list(range(10))


async def test_closing_while_reads_wait(tmp_path: Path) -> None:
    async with opened(tmp_path) as db:
        slow = [asyncio.create_task(db.fetch_value(COUNT, {"n": 200_000})) for _ in range(LANES + 1)]
        fast = [asyncio.create_task(echo(db, number)) for number in range(100)]
        await asyncio.sleep(0)  # all are under way
        closing = asyncio.create_task(db.close())
        await until(lambda: cast(SqliteDriver, db._driver).readers._closed)
        assert db.pool_status().waiting > 0
        with pytest.raises(ConnectionLost, match="closed"):
            await echo(db, 1)
        assert await asyncio.gather(*fast) == list(range(100))
        assert await asyncio.gather(*slow) == [200_000] * (LANES + 1)
        await asyncio.wait_for(closing, PATIENCE)
    assert (db.pool_status().open, db.pool_status().busy, db.pool_status().waiting) == (0, 0, 0)


async def test_closing_right_after_reads_were_cancelled(tmp_path: Path) -> None:
    for _ in range(examples(5)):
        async with opened(tmp_path) as db:
            tasks = [asyncio.create_task(db.fetch_value(COUNT, ENDLESS)) for _ in range(LANES + 20)]
            await until(lambda db=db: db.pool_status().busy == LANES)  # type: ignore[misc]
            for task in tasks:
                task.cancel()
            await asyncio.wait_for(db.close(), PATIENCE)
            await asyncio.gather(*tasks, return_exceptions=True)
            assert all(task.cancelled() for task in tasks)


async def test_the_loop_goes_on_under_an_endless_load_of_reads(db: Database) -> None:
    done = False

    async def work(number: int) -> None:
        while not done:
            await echo(db, number)

    workers = [asyncio.create_task(work(number)) for number in range(200)]
    async with asyncio.timeout(PATIENCE):
        for _ in range(100):
            await asyncio.sleep(0.0001)
    done = True
    await asyncio.gather(*workers)


async def test_reads_from_within_callbacks(db: Database) -> None:
    loop = asyncio.get_running_loop()
    results: list[int] = []
    tasks: set[asyncio.Task[int]] = set()

    def read(number: int) -> None:
        task = loop.create_task(echo(db, number))
        tasks.add(task)
        task.add_done_callback(then)

    def then(task: asyncio.Task[int]) -> None:
        tasks.discard(task)
        results.append(task.result())
        if task.result() < 400:
            read(task.result() + 100)

    forget = db.on("query", lambda event: None if len(results) != 7 else read(1000))
    for number in range(100):
        loop.call_soon(read, number)
    await until(lambda: len(results) >= 500 and not tasks)
    forget()
    assert sorted(number for number in results if number < 1000) == list(range(500))


# Recycling.


async def test_lanes_are_recycled_under_load(tmp_path: Path) -> None:
    async with opened(tmp_path, pool_recycle=0.01) as db:
        seen: set[int] = set()
        born: set[float] = set()

        async def work(number: int) -> None:
            while len(born) < 12:
                await echo(db, number)
                born.update(lane.born for lane in lanes(db))
                seen.add(number)

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(work(number) for number in range(20)))
        assert len(seen) == 20
        await until(lambda: db.pool_status().busy == 0)


async def test_recycling_opens_no_more_lanes_than_allowed(tmp_path: Path) -> None:
    async with opened(tmp_path, pool_size=1, pool_recycle=0.005) as db:
        readers = cast(SqliteDriver, db._driver).readers
        most = 0

        async def work(number: int) -> None:
            nonlocal most
            for _ in range(examples(400)):
                await echo(db, number)
                most = max(most, readers.counts()[0])

        await asyncio.gather(*(work(number) for number in range(8)))
        assert most <= readers.limit


AWAY = textwrap.dedent(
    """
    import asyncio, os, sys
    from pathlib import Path
    from plainbase import Database

    async def main(folder, away):
        url = f"sqlite:///{folder / 'a.db'}"
        async with Database.open(url, queries=None, schema=None, pool_size=1, pool_recycle=0.001) as db:
            await db.fetch_value("SELECT 1 AS n")
            folder.rename(away)
            failed = []
            for _ in range(3):
                tasks = [asyncio.create_task(db.fetch_value("SELECT 1 AS n")) for _ in range(3)]
                done, pending = await asyncio.wait(tasks, timeout=5)
                if pending:
                    print(len(pending), "hang", flush=True)
                    os._exit(1)  # tasks that cannot be cancelled would keep the process
                failed += [type(task.exception()).__name__ for task in done if task.exception()]
            away.rename(folder)
            print(sorted(set(failed)), await db.fetch_value("SELECT 7 AS n"))

    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
    """
)


def test_reads_fail_while_no_lane_can_be_opened_and_go_on_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    command = [sys.executable, "-X", "dev", "-c", AWAY, str(folder), str(tmp_path / "away")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (run.stdout, run.stderr) == ("['ConfigurationError'] 7\n", "")


async def test_a_cancelled_read_no_longer_counts_as_waiting(tmp_path: Path) -> None:
    async with opened(tmp_path, pool_size=1) as db:
        await echo(db, 0)
        slow = asyncio.create_task(db.fetch_value(COUNT, ENDLESS))
        await until(lambda: db.pool_status().busy == 1)
        waiting = [asyncio.create_task(echo(db, number)) for number in range(50)]
        await until(lambda: db.pool_status().waiting == 50)
        await stopped(*waiting)
        counted = db.pool_status().waiting
        await stopped(slow)
        assert counted == 0
