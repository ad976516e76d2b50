"""One function's way to a lane and back, under every kind of task and cancelled at every point of the way."""

from __future__ import annotations

import asyncio
import gc
import random
import sqlite3
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from conftest import examples
from plainbase.drivers.crossing import Crossing, outcome
from plainbase.drivers.lanes import Lane, open_lane
from quiet import quiet
from waiting import PATIENCE, turns_until, until

ENDLESS = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) AS n FROM c"


def pure_python(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
    """A task as the asyncio module itself implements it."""
    task: asyncio.Task[Any] = getattr(asyncio.tasks, "_PyTask")(coroutine, loop=loop, **options)  # noqa: B009
    return task


FACTORIES: dict[str, Any] = {"usual": None, "debug": None, "python": pure_python}
if hasattr(asyncio, "eager_task_factory"):
    FACTORIES["eager"] = asyncio.eager_task_factory


@pytest.fixture(params=FACTORIES)
async def kind(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The kind of tasks; the event loop is told of no error, and nothing is left running."""
    loop = asyncio.get_running_loop()
    async with quiet():
        loop.set_debug(request.param == "debug")
        loop.set_task_factory(FACTORIES[request.param])
        yield request.param
        loop.set_task_factory(None)


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
