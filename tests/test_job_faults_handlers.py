"""Handlers and jobs that are no good: each ends with an error that says why, and the queue goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

import job_ledger
import plainbase
from job_working import working
from plainbase import ConstraintViolation, Database, DataInvalid, Row, uuid7
from plainbase.platform.jobs import Backoff, Job, NewJob, Worker, enqueue, enqueue_many, heart
from waiting import until

AT_ONCE = Backoff(first=0.0, factor=1.0, most=0.0)
LEASE = 1.0


async def ok(job: Job) -> str:
    return "done"


async def run_each(
    db: Database, handler: Callable[[Job], Awaitable[Any]], payloads: Iterable[str], **options: Any
) -> dict[str, Row]:
    """Do a job with each payload by a handler, one at a time, then a good one's; give the rows of the former."""
    worker = Worker(db, {"bad": handler, "good": ok}, concurrency=1, backoff=AT_ONCE, lease_seconds=LEASE)
    chosen = {"max_attempts": 1, **options}
    ids = {payload: (await enqueue(db, "bad", payload, priority=1, **chosen)).job.id for payload in payloads}
    good = (await enqueue(db, "good")).job

    async def over() -> bool:
        return await job_ledger.unfinished(db) == 0 and worker.status().running == 0

    async with working(worker):
        await until(over)
    assert (await db.jobs.get(id=good.id)).state == "completed"
    return {payload: await db.jobs.get(id=id_) for payload, id_ in ids.items()}


async def run(db: Database, handler: Callable[[Job], Awaitable[Any]], **options: Any) -> Row:
    """Do one job with a handler, then another with a good one, and give the row of the first."""
    return (await run_each(db, handler, ["it"], **options))["it"]


class NoText(Exception):
    def __str__(self) -> str:
        return 5  # type: ignore[return-value]  # wrong on purpose


RAISED: list[tuple[BaseException, str]] = [
    (RuntimeError("x" * 1_000_000), "RuntimeError: xxx"),
    (RuntimeError("a\0b\ud800c"), "RuntimeError: a\ufffdb\ufffdc"),
    (NoText(), "NoText"),
    (StopIteration(), "StopIteration"),
    (StopAsyncIteration(), "StopAsyncIteration"),
    (asyncio.CancelledError(), "its handler was cancelled, by itself or by what it called"),
    (TimeoutError(), "TimeoutError"),
    (ExceptionGroup("several", [ValueError("one"), ValueError("two")]), "ExceptionGroup: several"),
]


async def test_whatever_a_handler_raises_is_kept(db: Database) -> None:
    async def bad(job: Job) -> None:
        raise RAISED[int(job.payload)][0]

    for number, row in (await run_each(db, bad, map(str, range(len(RAISED))))).items():
        _, said = RAISED[int(number)]
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


RESULTS: dict[str, Any] = {
    "set": {1, 2},
    "bytes": b"bytes",
    "infinity": {"a": float("inf")},
    "recursive": RECURSIVE,
    "surrogate": "\ud800",
    "NUL in a key": {"\0": 1},
    "a number of 5,001 digits": 10**5000,
}


async def test_results_that_cannot_be_kept(db: Database) -> None:
    async def bad(job: Job) -> Any:
        return RESULTS[job.payload]

    for name, row in (await run_each(db, bad, RESULTS, max_attempts=3)).items():
        assert (row.state, row.result, row.attempt) == ("dead", None, 1), name
        assert row.error.startswith("its result cannot be kept"), name


async def test_the_largest_result_is_kept(db: Database) -> None:
    async def large(job: Job) -> str:
        return "x" * ((1 << 20) - 2)

    assert (await run(db, large)).state == "completed"


async def test_a_handler_that_cancels_itself_has_failed(db: Database) -> None:
    async def bad(job: Job) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    row = await run(db, bad, max_attempts=2)
    assert (row.state, row.attempt) == ("dead", 2)
    assert row.error == "its handler was cancelled, by itself or by what it called"


async def test_a_handler_that_blocks_the_loop_keeps_its_job(db: Database, url: str) -> None:
    async def take_back() -> None:
        """Take back what is over, again and again."""
        ends = time.monotonic() + 1.8 * LEASE
        async with plainbase.open(url) as other:
            while time.monotonic() < ends:
                assert await other.jobs.reclaim() == []

    async def bad(job: Job) -> None:
        with ThreadPoolExecutor() as threads:
            threads.submit(asyncio.run, take_back()).result()

    row = await run(db, bad)
    assert (row.state, row.attempt) == ("completed", 1), row.error


async def test_a_handler_that_blocks_the_loop_times_out(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The heart fails it while it blocks; what it does afterwards has no slot any more."""
    monkeypatch.setattr(heart, "OVERDUE_GRACE", 0.1)
    ends = asyncio.Event()

    async def bad(job: Job) -> None:
        time.sleep(1.3 * LEASE)
        await ends.wait()

    row = await run(db, bad, timeout_seconds=0.1)
    ends.set()
    assert row.state == "dead"
    assert row.error == "timed out after timeout_seconds = 0.1; its handler blocks the worker's event loop"


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


RAW = "INSERT INTO jobs (id, job_type, payload, priority) VALUES ('{id}', 'bad', '{payload}', 9)"


async def unreadable(db: Database, id_: UUID) -> None:
    """Assert that a job is dead since its payload cannot be read, which cannot be read here either."""
    row = await db.fetch_one("SELECT state, error FROM jobs WHERE id = :id", {"id": id_})
    assert (row.state, row.error) == ("dead", "its payload cannot be read as JSON")


async def test_a_payload_that_is_not_json_is_refused(db: Database) -> None:
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await db.script(RAW.format(id=uuid7(), payload="{not json"))


async def test_a_payload_that_python_cannot_read_does_not_hold_up_the_queue(db: Database) -> None:
    """Both engines take a number of 5,000 digits for JSON."""
    id_ = uuid7()
    await db.script(RAW.format(id=id_, payload="9" * 5000))
    assert (await run(db, ok)).state == "completed"
    await unreadable(db, id_)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_payload_that_somebody_broke_does_not_hold_up_the_queue(db: Database) -> None:
    """SQLite lets whoever wishes ignore the checks."""
    id_ = uuid7()
    await db.script(RAW.format(id=id_, payload="{}"))
    async with db.transaction() as tx:
        await tx.fetch_all("PRAGMA ignore_check_constraints = ON")
        await tx.execute("UPDATE jobs SET payload = '{not json'")
        await tx.fetch_all("PRAGMA ignore_check_constraints = OFF")
    assert (await run(db, ok)).state == "completed"
    await unreadable(db, id_)


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
    both: dict[str, Any] = {"good": ok, "long": long}
    async with working(Worker(db, both, concurrency=1, poll_seconds=0.1)) as worker:
        await began.wait()
        await until(lambda: worker.status().waiting > 0)
        async with working(Worker(db, {"good": ok}, poll_seconds=0.1)):
            await until(all_but_the_long_one)
        ends.set()
