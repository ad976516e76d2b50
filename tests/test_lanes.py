"""Lanes where things end: event loops of another make, tasks that end the process, closing, and what a lane keeps."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import subprocess
import sys
import textwrap
import weakref
from collections.abc import AsyncIterator, Callable
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import pytest

from plainbase import Database, PlainbaseError
from plainbase.drivers.sqlite import SqliteDriver
from waiting import until

ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"


LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop]
if find_spec("uvloop"):
    LOOPS.append(__import__("uvloop").new_event_loop)


@pytest.mark.parametrize("factory", LOOPS)
def test_on_an_event_loop_of_another_make(factory: Callable[[], asyncio.AbstractEventLoop], tmp_path: Path) -> None:
    async def main() -> None:
        async with Database.open(f"sqlite:///{tmp_path / 'a.db'}", queries=None, schema=None) as db:
            reads = (db.fetch_value("SELECT :n + 0 AS n", {"n": n}) for n in range(300))
            assert await asyncio.gather(*reads) == list(range(300))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await db.fetch_value(ENDLESS)

    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main())


ENDED = textwrap.dedent(
    """
    import asyncio, sys
    from plainbase import Database

    READ = "SELECT :n + 0 AS n"

    async def read(db, number):
        found = await db.fetch_value(READ, {"n": number})
        if number == 10 and not ended:
            ended.append(1)
            raise RAISED("on purpose")
        assert await db.fetch_value(READ, {"n": -number}) == -number
        return found

    async def opened():
        db = await Database.open(sys.argv[1], queries=None, schema=None, pool_size=2)
        await db.fetch_value(READ, {"n": 0})
        return db

    async def rest(tasks):
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)

    RAISED = {"KeyboardInterrupt": KeyboardInterrupt, "SystemExit": SystemExit}[sys.argv[2]]
    ended = []
    loop = asyncio.new_event_loop()
    db = loop.run_until_complete(opened())
    tasks = [loop.create_task(read(db, number)) for number in range(100)]
    try:
        loop.run_until_complete(rest(tasks))
    except RAISED:
        pass
    results = loop.run_until_complete(rest(tasks))
    assert type(results[10]) is RAISED, results
    del results[10]
    assert results == [number for number in range(100) if number != 10], results
    loop.run_until_complete(db.close())
    loop.close()

    async def main():
        async with await opened() as db:
            await asyncio.gather(*(read(db, number) for number in range(100)))

    ended.clear()
    try:
        asyncio.run(main())
    except RAISED:
        print("ended")
    """
)


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "SystemExit"])
def test_a_task_that_ends_the_process_after_a_read(raised: str, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", ENDED, f"sqlite:///{tmp_path / 'a.db'}", raised],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, "ended\n"), run.stderr


# What was in a lane's hands when it is closed, and what a lane keeps in them.


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(f"sqlite:///{tmp_path / 'a.db'}", queries=None, schema=None, pool_size=2) as opened:
        await opened.execute("CREATE TABLE items (id INTEGER PRIMARY KEY)")
        yield opened


HELD = textwrap.dedent(
    """
    import asyncio, os, sys
    from plainbase import Database
    from plainbase.drivers import pool

    COUNT = "WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT x FROM c"

    async def transaction(db, began, closed):
        async with db.transaction() as tx:
            await tx.execute("CREATE TABLE more (id INTEGER PRIMARY KEY)")
            began.set()
            await closed.wait()

    async def stream(db, began, closed):
        async for _ in db.iterate(COUNT):
            began.set()
            await closed.wait()

    async def main():
        db = await Database.open(sys.argv[1], queries=None, schema=None)
        began, closed = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task({"transaction": transaction, "stream": stream}[sys.argv[2]](db, began, closed))
        await began.wait()
        await db.close()
        closed.set()
        await asyncio.wait([task], timeout=5)
        print(repr(task.exception()) if task.done() else "hangs", flush=True)
        os._exit(0)  # a task that cannot be cancelled would keep the process

    pool.CLOSE_GRACE = 0.05
    asyncio.run(main())
    """
)


@pytest.mark.parametrize("held", ["transaction", "stream"])
def test_what_is_held_longer_than_closing_waits_fails_and_does_not_hang(held: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HELD, f"sqlite:///{tmp_path / 'a.db'}", held]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.stdout.startswith("ConnectionLost("), run.stdout + run.stderr


class Big(list[int]):
    """A result that can be watched."""


@pytest.mark.parametrize("where", ["writer", "reader"])
async def test_an_idle_lane_does_not_keep_the_last_result(db: Database, where: str) -> None:
    driver = cast(SqliteDriver, db._driver)
    made: list[weakref.ref[Big]] = []

    def work(connection: sqlite3.Connection) -> Big:
        result = Big([1, 2, 3])
        made.append(weakref.ref(result))
        return result

    if where == "writer":
        assert await driver.write(work, None) == [1, 2, 3]
    else:
        assert await driver.read(work, None) == [1, 2, 3]
    await until(lambda: db.pool_status().busy == 0)
    gc.collect()
    await asyncio.sleep(0)
    assert made[0]() is None


async def test_an_interrupt_as_a_rollback_begins_leaves_the_writer_clean(db: Database) -> None:
    """The interrupt of a cancelled caller comes at any moment, and so at this one."""
    driver = cast(SqliteDriver, db._driver)

    def arm(connection: sqlite3.Connection) -> None:
        def seen(text: str) -> None:
            if text == "ROLLBACK":
                connection.set_trace_callback(None)
                connection.interrupt()

        connection.set_trace_callback(seen)

    await driver.write(arm, None)
    with pytest.raises(PlainbaseError):
        await db.insert_rows("items", ["id"], [[1], [1]])
    await db.execute("INSERT INTO items (id) VALUES (2)")
    assert await db.fetch_all("SELECT id FROM items ORDER BY id") == [(2,)]
