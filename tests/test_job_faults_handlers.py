"""Handlers and jobs that are no good: each ends with an error that says why, and the queue goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from plainbase import ConstraintViolation, Database, DataInvalid, Row, uuid7
from plainbase.platform.jobs import Backoff, Job, NewJob, Worker, enqueue, enqueue_many
from waiting import until

AT_ONCE = Backoff(first=0.0, factor=1.0, most=0.0)


async def ok(job: Job) -> str:
    return "done"


async def run(db: Database, handler: Callable[[Job], Awaitable[Any]], **options: Any) -> Row:
    """Do a job with a handler, then another with a good one, and give the row of the first."""
    worker = Worker(db, {"bad": handler, "good": ok}, concurrency=1, backoff=AT_ONCE, lease_seconds=2.0)
    bad = (await enqueue(db, "bad", priority=1, **{"max_attempts": 1, **options})).job
    async with worker:
        good = (await enqueue(db, "good")).job

        async def over() -> bool:
            return bool((await db.jobs.get(id=good.id)).state == "completed")

        await until(over)
        assert worker.status().running == 0
    row: Row = await db.jobs.get(id=bad.id)
    return row


class Unsayable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


class NoText(Exception):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError("plain"), "RuntimeError: plain"),
        (RuntimeError("x" * 1_000_000), "RuntimeError: xxx"),
        (RuntimeError("a\0b\ud800c"), "RuntimeError: a\ufffdb\ufffdc"),
        (Unsayable(), "Unsayable"),
        (NoText(), "NoText"),
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (StopIteration(), "StopIteration"),
        (StopAsyncIteration(), "StopAsyncIteration"),
        (asyncio.CancelledError(), "cancelled"),
        (TimeoutError(), "TimeoutError"),
        (ExceptionGroup("several", [ValueError("one"), ValueError("two")]), "ExceptionGroup: several"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
async def test_whatever_a_handler_raises_is_kept(db: Database, error: BaseException, said: str) -> None:
    async def bad(job: Job) -> None:
        raise error

    row = await run(db, bad)
    assert row.state == "dead"
    assert said in row.error
    assert len(row.error) <= 8000


async def test_an_error_that_goes_round_in_circles_is_kept(db: Database) -> None:
    async def bad(job: Job) -> None:
        first, second = ValueError("first"), ValueError("second")
        first.__cause__, second.__cause__ = second, first
        raise first

    assert (await run(db, bad)).error.startswith("ValueError: first")


async def test_a_deep_recursion_is_kept(db: Database) -> None:
    async def bad(job: Job) -> None:
        await bad(job)

    assert (await run(db, bad)).error.startswith("RecursionError: maximum recursion depth exceeded")


RECURSIVE: list[Any] = []
RECURSIVE.append(RECURSIVE)


@pytest.mark.parametrize(
    "result",
    [object(), {1, 2}, b"bytes", float("nan"), {"a": float("inf")}, RECURSIVE, "a\0b", "\ud800", {"\0": 1}, 10**5000],
    ids=["object", "set", "bytes", "NaN", "infinity", "recursive", "NUL", "surrogate", "NUL in a key", "huge"],
)
async def test_a_result_that_cannot_be_kept(db: Database, result: object) -> None:
    async def bad(job: Job) -> object:
        return result

    row = await run(db, bad)
    assert (row.state, row.result) == ("dead", None)
    assert row.error.startswith("its result cannot be kept")


async def test_a_result_that_is_too_large(db: Database) -> None:
    async def bad(job: Job) -> str:
        return "x" * (1 << 20)

    row = await run(db, bad, max_attempts=3)
    assert (row.state, row.result, row.attempt) == ("dead", None, 1)
    assert row.error.startswith("its result takes 1,048,578 bytes of JSON; 1,048,576 are kept at most")

    async def good(job: Job) -> str:
        return "x" * ((1 << 20) - 2)

    assert (await run(db, good)).state == "completed"


async def test_a_handler_that_never_ends_is_ended(db: Database) -> None:
    async def bad(job: Job) -> None:
        await asyncio.Event().wait()

    row = await run(db, bad, timeout_seconds=0.1, max_attempts=2)
    assert (row.state, row.attempt) == ("dead", 2)
    assert row.error == "timed out after timeout_seconds = 0.1"


async def test_a_handler_that_cannot_be_cancelled_loses_its_slot(db: Database) -> None:
    ends = asyncio.Event()

    async def bad(job: Job) -> None:
        while not ends.is_set():
            try:
                await ends.wait()
            except asyncio.CancelledError:
                continue

    row = await run(db, bad, timeout_seconds=0.1)
    ends.set()
    assert row.state == "dead"
    assert row.error == "timed out after timeout_seconds = 0.1"


async def test_a_handler_that_cancels_itself_has_failed(db: Database) -> None:
    async def bad(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    row = await run(db, bad, max_attempts=2)
    assert (row.state, row.attempt) == ("dead", 2)
    assert row.error == "its handler was cancelled, by itself or by what it called"


async def test_a_handler_that_blocks_the_loop_keeps_its_job(db: Database) -> None:
    async def bad(job: Job) -> None:
        time.sleep(3.0)  # longer than the lease

    other = Worker(db, {"other": ok}, lease_seconds=0.3)  # only takes back what is over
    async with other:
        row = await run(db, bad)
    assert (row.state, row.attempt) == ("completed", 1)


async def test_a_handler_that_blocks_the_loop_times_out(db: Database) -> None:
    """The heart fails it while it blocks; what it does afterwards has no slot any more."""
    ends = asyncio.Event()

    async def bad(job: Job) -> None:
        time.sleep(3.0)
        await ends.wait()

    row = await run(db, bad, timeout_seconds=0.5)
    ends.set()
    assert row.state == "dead"
    assert "timed out after timeout_seconds = 0.5" in row.error


async def test_an_end_that_was_rolled_back_is_no_end(db: Database) -> None:
    async def bad(job: Job) -> None:
        async with db.transaction() as tx:
            await tx.datasets.register(name="effect", version="1", digest="d")
            await job.complete(tx)
            raise RuntimeError("after all not")

    row = await run(db, bad, max_attempts=2)
    assert (row.state, row.attempt) == ("dead", 2)
    assert row.error.startswith("RuntimeError: after all not")
    assert await db.fetch_value("SELECT count(*) AS n FROM datasets") == 0


@pytest.mark.parametrize("unknown", ["wait", "fail"])
async def test_a_job_of_an_unknown_type(db: Database, unknown: Any) -> None:
    strange = (await enqueue(db, "strange", priority=9)).job
    async with Worker(db, {"good": ok}, unknown=unknown):
        good = (await enqueue(db, "good")).job

        async def over() -> bool:
            return bool((await db.jobs.get(id=good.id)).state == "completed")

        await until(over)
    row = await db.jobs.get(id=strange.id)
    if unknown == "wait":
        assert (row.state, row.attempt) == ("available", 0)
    else:
        assert row.state == "dead"
        assert "strange" in row.error


RAW = "INSERT INTO jobs (id, job_type, payload, priority) VALUES ('{id}', 'bad', '{payload}', 9)"


async def test_a_payload_that_is_not_json_is_refused(db: Database) -> None:
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await db.script(RAW.format(id=uuid7(), payload="{not json"))


async def test_a_payload_that_python_cannot_read_does_not_hold_up_the_queue(db: Database) -> None:
    """Both engines take a number of 5,000 digits for JSON."""
    await db.script(RAW.format(id=uuid7(), payload="9" * 5000))
    done = []

    async def bad(job: Job) -> None:
        done.append(job.payload)

    row = await run(db, bad)
    assert row.state == "completed"


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_payload_that_somebody_broke_does_not_hold_up_the_queue(db: Database) -> None:
    """SQLite lets whoever wishes ignore the checks."""
    id_ = uuid7()
    await db.script(RAW.format(id=id_, payload="{}"))
    async with db.transaction() as tx:
        await tx.fetch_all("PRAGMA ignore_check_constraints = ON")
        await tx.execute("UPDATE jobs SET payload = '{not json'")
        await tx.fetch_all("PRAGMA ignore_check_constraints = OFF")
    row = await run(db, ok)
    assert row.state == "completed"


async def test_what_waits_behind_a_long_job_is_done_by_another_worker(db: Database) -> None:
    """A worker of quick jobs claims ahead; what it has ahead of a long one goes to who is idle."""
    began, ends = asyncio.Event(), asyncio.Event()

    async def long(job: Job) -> None:
        began.set()
        await ends.wait()

    async def all_but_the_long_one() -> bool:
        return bool(await db.fetch_value("SELECT count(*) AS n FROM jobs WHERE state <> 'completed'") == 1)

    quick = [NewJob("good", priority=priority) for priority in (2, 0)]
    await enqueue_many(db, [*[quick[0]] * 200, NewJob("long", priority=1), *[quick[1]] * 50])
    async with Worker(db, {"good": ok, "long": long}, concurrency=1, poll_seconds=0.1) as worker:
        await began.wait()
        await until(lambda: worker.status().waiting > 0)
        async with Worker(db, {"good": ok}, poll_seconds=0.1):
            await until(all_but_the_long_one, 20)
            ends.set()
