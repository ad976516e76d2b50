"""One function's way to a lane and back, under every kind of task and cancelled at every point of the way."""

from __future__ import annotations

import asyncio
import gc
import random
import sqlite3
import subprocess
import sys
import textwrap
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import ContextVar, copy_context
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import pytest

from conftest import examples
from plainbase import Database, PlainbaseError
from plainbase.drivers.crossing import Crossing, outcome
from plainbase.drivers.lanes import Lane, open_lane
from plainbase.drivers.sqlite import SqliteDriver
from waiting import PATIENCE, turns_until, until

ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"


def pure_python(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """A task as the asyncio module itself implements it."""
    task: asyncio.Task[Any] = getattr(asyncio.tasks, "_PyTask")(coroutine, loop=loop, **options)  # noqa: B009
    return task


FACTORIES: dict[str, Any] = {"usual": None, "debug": None, "python": pure_python}
if hasattr(asyncio, "eager_task_factory"):
    FACTORIES["eager"] = asyncio.eager_task_factory
LOOPS: list[Callable[[], asyncio.AbstractEventLoop]] = [asyncio.new_event_loop]
if find_spec("uvloop"):
    LOOPS.append(__import__("uvloop").new_event_loop)


@pytest.fixture(params=FACTORIES)
async def kind(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The kind of tasks; the event loop is told of no error, and nothing is left running."""
    loop = asyncio.get_running_loop()
    told: list[dict[str, Any]] = []
    before = asyncio.all_tasks()
    loop.set_exception_handler(lambda _, context: told.append(context))
    loop.set_debug(request.param == "debug")
    loop.set_task_factory(FACTORIES[request.param])
    yield request.param
    loop.set_task_factory(None)
    gc.collect()
    await asyncio.sleep(0)
    assert not told
    assert not asyncio.all_tasks() - before - {asyncio.current_task()}


@pytest.fixture
async def lane(kind: str) -> AsyncIterator[Lane]:
    """A real lane, which must still work at the end."""
    opened = await open_lane(connect, asyncio.get_running_loop())
    yield opened
    assert await asyncio.wait_for(call(opened, value_of(7)), PATIENCE) == 7
    assert opened.current is None
    await opened.close()


def connect() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def value_of(number: int) -> Callable[[sqlite3.Connection], int]:
    """A read that gives back what it is given."""

    def work(connection: sqlite3.Connection) -> int:
        found: int = connection.execute("SELECT ?", (number,)).fetchone()[0]
        return found

    return work


def endless(connection: sqlite3.Connection) -> None:
    """A read that ends only when it is interrupted."""
    connection.execute(ENDLESS).fetchone()


class Gate:
    """Work that keeps a lane busy, and cannot be interrupted, until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, connection: sqlite3.Connection) -> str:
        self.entered.set()
        assert self.opened.wait(PATIENCE)
        return "through"


async def call(lane: Lane, work: Callable[[sqlite3.Connection], Any], *, stoppable: bool = True) -> Any:
    """What the drivers do: hand the work over, and wait for it."""
    return await outcome(lane.run(work), stoppable=stoppable)


def started(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    return asyncio.create_task(work)


async def cancelled(task: asyncio.Task[Any]) -> asyncio.CancelledError:
    """The cancellation that a task ends with."""
    with pytest.raises(asyncio.CancelledError) as caught:
        await asyncio.wait_for(task, PATIENCE)
    return caught.value


async def current(lane: Lane) -> Crossing:
    """What the lane runs, as soon as it runs something."""
    await until(lambda: lane.current is not None)
    assert lane.current is not None
    return lane.current


async def waits(task: asyncio.Task[Any], crossing: Crossing) -> None:
    """Give the task its first turn."""
    await until(lambda: crossing._wakeup is not None)
    assert not task.done()


async def test_cancelled_before_the_lane_begins(lane: Lane) -> None:
    gate, ran = Gate(), []
    held = lane.run(gate)
    crossing = lane.run(lambda connection: ran.append(1))
    task = started(outcome(crossing))
    await waits(task, crossing)
    task.cancel()
    await cancelled(task)
    assert not gate.opened.is_set()  # it did not wait for what runs
    gate.opened.set()
    assert await held == "through"
    await call(lane, value_of(1))
    assert not ran


async def test_cancelled_while_it_runs(lane: Lane) -> None:
    task = started(call(lane, endless))
    crossing = await current(lane)
    task.cancel()
    await cancelled(task)
    assert crossing.delivered
    assert lane.current is not crossing


async def test_cancelled_when_the_lane_is_done_and_the_loop_has_not_heard(lane: Lane) -> None:
    gate = Gate()
    held = lane.run(gate)
    crossing = lane.run(value_of(3))
    task = started(outcome(crossing))
    await waits(task, crossing)
    gate.opened.set()
    turns_until(lambda: crossing.value == 3)  # the loop does not turn here
    task.cancel("late")
    assert (await cancelled(task)).args == ("late",)
    assert crossing.delivered
    assert await held == "through"


async def test_cancelled_after_it_was_delivered(lane: Lane) -> None:
    got = []

    async def work() -> None:
        got.append(await call(lane, value_of(5)))
        await asyncio.Event().wait()

    task = started(work())
    await until(lambda: got == [5])
    task.cancel()
    await cancelled(task)


async def test_cancelled_twice_is_one_cancellation(lane: Lane) -> None:
    gate, seen = Gate(), []

    async def work() -> str:
        try:
            await call(lane, gate)
        except asyncio.CancelledError as error:
            seen.append(error)
        await asyncio.sleep(0)
        return "went on"

    task = started(work())
    await until(gate.entered.is_set)
    task.cancel("first")
    task.cancel("second")
    await asyncio.sleep(0)
    task.cancel("third")
    await asyncio.sleep(0)
    assert not task.done()  # what runs cannot be interrupted, and is waited for
    gate.opened.set()
    assert await task == "went on"
    assert task.cancelling() == 3
    assert len(seen) == 1


async def test_one_that_cannot_be_stopped_is_waited_for(lane: Lane) -> None:
    gate = Gate()
    task = started(call(lane, gate, stoppable=False))
    await until(gate.entered.is_set)
    task.cancel()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not task.done()
    gate.opened.set()
    await cancelled(task)


async def test_the_message_of_a_cancellation_is_kept(lane: Lane) -> None:
    for message, args in ((None, ()), ("why", ("why",)), ("", ("",))):
        task = started(call(lane, endless))
        await current(lane)
        task.cancel() if message is None else task.cancel(message)
        assert (await cancelled(task)).args == args


async def test_a_task_that_has_cancelled_itself(lane: Lane) -> None:
    ran = []

    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel("itself")
        await call(lane, lambda connection: ran.append(1))

    assert (await cancelled(started(work()))).args == ("itself",)


async def test_many_cancelled_in_one_turn(lane: Lane) -> None:
    gate = Gate()
    held = lane.run(gate)
    tasks = [started(call(lane, value_of(n))) for n in range(200)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    gate.opened.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(each) for each in outcomes[::2]] == [asyncio.CancelledError] * 100
    assert outcomes[1::2] == list(range(1, 200, 2))
    assert await held == "through"


async def test_timeouts(lane: Lane) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(lane, endless), 0.01)
    assert await asyncio.wait_for(call(lane, value_of(1)), PATIENCE) == 1
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await call(lane, endless)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await call(lane, endless)
    async with asyncio.timeout(PATIENCE):
        assert await call(lane, value_of(2)) == 2
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_gathered_shielded_and_grouped(lane: Lane) -> None:
    assert await asyncio.gather(*(call(lane, value_of(n)) for n in range(100))) == list(range(100))

    inner = started(call(lane, value_of(4)))
    outer = asyncio.shield(inner)
    outer.cancel()
    assert await inner == 4

    async def fails() -> None:
        await call(lane, value_of(1))
        raise LookupError("the first to fail")

    other = None
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())
            other = group.create_task(call(lane, endless))
    assert [type(error) for error in caught.value.exceptions] == [LookupError]
    assert other is not None
    assert other.cancelled()


WHO: ContextVar[int] = ContextVar("WHO")


async def test_each_task_keeps_its_context(lane: Lane) -> None:
    async def work(number: int) -> None:
        for step in range(20):
            WHO.set(number * 100 + step)
            assert await call(lane, value_of(step)) == step
            assert WHO.get() == number * 100 + step

    await asyncio.gather(*(work(number) for number in range(20)))
    shared = copy_context()

    async def change(number: int) -> None:
        await call(lane, value_of(number))
        WHO.set(number)
        await call(lane, value_of(number))

    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.create_task(change(number), context=shared) for number in range(3)))
    assert shared[WHO] in range(3)


class Odd(BaseException):
    """Neither an Exception nor one that ends the process."""


@pytest.mark.parametrize("raised", [LookupError, sqlite3.Warning, Odd, GeneratorExit], ids=lambda each: each.__name__)
async def test_what_the_work_raises_reaches_its_task_alone(lane: Lane, raised: type[BaseException]) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        raise raised("of its own")

    async def work() -> str:
        with pytest.raises(raised, match="of its own") as caught:
            await call(lane, fail)
        assert caught.traceback[-1].name == "fail"
        return "caught"

    tasks = [started(work() if n % 2 else call(lane, value_of(n))) for n in range(20)]
    assert await asyncio.gather(*tasks) == ["caught" if n % 2 else n for n in range(20)]


async def test_stop_iteration_is_an_error_like_any_other(lane: Lane) -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await call(lane, lambda connection: next(iter(())))


class Cursor(sqlite3.Cursor):
    """One that can be watched."""


@pytest.mark.parametrize("awaited", ["directly", "by a task"])
async def test_an_error_that_was_dropped_keeps_no_cursor_alive(lane: Lane, kind: str, awaited: str) -> None:
    cursors: list[weakref.ref[Cursor]] = []

    def fail(connection: sqlite3.Connection) -> None:
        cursor = connection.cursor(Cursor)
        cursors.append(weakref.ref(cursor))
        cursor.execute("WITH RECURSIVE c (x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM c) SELECT x FROM c")
        cursor.fetchmany(3)
        cursor.execute("SELECT abs(-9223372036854775808)").fetchall()

    async def caught() -> None:
        with pytest.raises(sqlite3.OperationalError):
            await call(lane, fail)

    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            if awaited == "directly":
                await caught()
            else:
                await started(caught())
        await call(lane, value_of(1))
        if kind == "python":  # such a task's own frames make a cycle
            gc.collect()
        assert [cursor() for cursor in cursors] == [None] * 5
    finally:
        gc.enable()


async def test_one_that_nobody_awaits(lane: Lane) -> None:
    ran: list[int] = []

    def fail(connection: sqlite3.Connection) -> None:
        ran.append(1)
        raise LookupError

    lane.run(fail)
    crossing = lane.run(value_of(2))
    await until(lambda: crossing.delivered)
    assert ran == [1]
    assert await crossing == 2  # one that is awaited late


async def test_cancelled_at_random(lane: Lane) -> None:
    chance = random.Random(3)

    async def work(number: int) -> int:
        await asyncio.sleep(0)
        for step in range(4):
            assert await call(lane, value_of(step)) == step
        if number % 7 == 0:
            await call(lane, endless)
        return number

    for _ in range(examples(4)):
        tasks = [started(work(number)) for number in range(100)]
        while any(not task.done() for task in tasks):
            for task in chance.sample(tasks, 9):
                task.cancel()
            for task in tasks[::7]:
                if chance.random() < 0.2:
                    task.cancel()
            await asyncio.sleep(0)
        for number, task in enumerate(tasks):
            assert task.cancelled() or task.result() == number


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
