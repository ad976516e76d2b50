"""A worker's work: what handlers return and raise, how many run, in which order, and how it stops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from plainbase import Database, ParameterError, uuid7
from plainbase.platform import jobs
from plainbase.platform.jobs import Backoff, Discard, Job, JobLost, NewJob, Snooze, Worker, attempts, chores, claims
from quiet import quiet
from waiting import until

AT_ONCE = Backoff(first=0)


@pytest.fixture(autouse=True)
async def complaints() -> AsyncIterator[None]:
    """Fail the test for what the event loop is told of, and for tasks that are left."""
    async with quiet():
        yield


@asynccontextmanager
async def working(db: Any, handler: Callable[[Job], Awaitable[Any]], **options: Any) -> AsyncIterator[Worker]:
    chosen: dict[str, Any] = {"lease_seconds": 6, "backoff": AT_ONCE} | options
    async with Worker(db, {"work": handler}, **chosen) as worker:
        yield worker


async def in_state(db: Any, job_id: UUID, *states: str) -> Any:
    """The job, once it is in one of the states."""

    async def there() -> bool:
        return (await db.jobs.get(id=job_id)).state in states

    await until(there)
    return await db.jobs.get(id=job_id)


async def added(db: Any, job_type: str = "work", payload: Any = None, **options: Any) -> UUID:
    job_id: UUID = (await jobs.enqueue(db, job_type, payload, **options)).job.id
    return job_id


async def nothing(job: Job) -> None:
    pass


async def test_a_job_is_done_and_its_result_kept(db: Database) -> None:
    async def double(job: Job) -> Any:
        return {"twice": job.payload["n"] * 2, "attempt": job.attempt}

    job_id = await added(db, payload={"n": 21})
    async with working(db, double) as worker:
        job = await in_state(db, job_id, "completed")
        await until(lambda: worker.status().completed == 1)
    assert job.result == {"twice": 42, "attempt": 1}
    assert (job.attempt, job.worker_id, job.error, job.lease_expires_at) == (1, worker.worker_id, None, None)


async def test_a_job_enqueued_later_is_picked_up_though_nothing_is_polled(db: Database) -> None:
    async with working(db, nothing, poll_seconds=3600):
        for _ in range(3):
            await in_state(db, await added(db), "completed")


async def test_a_job_of_a_later_time_is_picked_up_when_it_is_due_though_nothing_is_polled(db: Database) -> None:
    async with working(db, nothing, poll_seconds=3600):
        await in_state(db, await added(db, delay_seconds=0.3), "completed")


async def test_the_more_important_go_first_then_the_older(db: Database) -> None:
    order: list[str] = []

    async def note(job: Job) -> None:
        order.append(job.payload)

    names = {"c": 0, "a": 9, "d": 0, "b": 9}
    for name, priority in names.items():
        await added(db, payload=name, priority=priority)
    await Worker(db, {"work": note}, concurrency=1).run(drain=True)
    assert order == ["a", "b", "c", "d"]


async def test_what_was_claimed_together_begins_in_order(db: Database) -> None:
    order: list[int] = []

    async def note(job: Job) -> None:
        order.append(job.payload)

    await jobs.enqueue_many(db, [NewJob("work", n, priority=n % 7) for n in range(300)])
    await Worker(db, {"work": note}, concurrency=300).run(drain=True)
    assert order == sorted(range(300), key=lambda n: (-(n % 7), n))


async def test_never_more_run_than_may_and_slow_jobs_are_not_claimed_ahead(db: Database) -> None:
    running = most = 0
    go_on = asyncio.Event()

    async def wait(job: Job) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go_on.wait()
        running -= 1

    await jobs.enqueue_many(db, [NewJob("work") for _ in range(20)])
    async with working(db, wait, concurrency=3) as worker:
        await until(lambda: running == 3)
        assert worker.status().waiting == 0
        assert {row.state: row.jobs for row in await db.jobs.count_by_state()} == {"available": 17, "running": 3}
        go_on.set()
        await until(lambda: worker.status().completed == 20)
    assert most == 3


async def test_a_failure_is_kept_with_its_trace_and_tried_again_until_it_is_dead(db: Database) -> None:
    tries = 0

    def deep() -> None:
        raise ValueError("the weights are gone")

    async def fail(job: Job) -> None:
        nonlocal tries
        tries += 1
        assert job.attempt == tries
        deep()

    job_id = await added(db, max_attempts=3)
    async with working(db, fail) as worker:
        job = await in_state(db, job_id, "dead")
        await until(lambda: worker.status().failed == 3)
    assert (tries, job.attempt) == (3, 3)
    first, *rest = job.error.splitlines()
    assert first == "ValueError: the weights are gone"
    assert "in deep" in job.error
    assert "attempts.py" not in job.error, "the trace begins with the handler"
    assert rest[-1] == first


async def test_a_failed_job_waits_longer_after_each_attempt(db: Database) -> None:
    backoff = Backoff(first=100, factor=3, most=250, jitter=0)
    assert [backoff.delay(attempt) for attempt in (1, 2, 3, 5000)] == [100, 250, 250, 250]
    spread = [Backoff(first=100, jitter=0.2).delay(1) for _ in range(200)]
    assert 80 <= min(spread) < 95 < 105 < max(spread) <= 120

    async def fail(job: Job) -> None:
        raise ValueError

    job_id = await added(db)
    await Worker(db, {"work": fail}, backoff=backoff).run(drain=True)
    job = await db.jobs.get(id=job_id)
    assert (job.state, job.error.splitlines()[0]) == ("available", "ValueError")
    assert 95 < (job.run_at - await db.jobs.clock()).total_seconds() <= 100


async def test_a_handler_may_ask_for_later_without_using_an_attempt_up(db: Database) -> None:
    seen: list[int] = []

    async def wait_for_data(job: Job) -> str:
        seen.append(job.attempt)
        if len(seen) < 3:
            raise Snooze(0.01)
        return "done"

    job_id = await added(db, max_attempts=1)
    async with working(db, wait_for_data):
        job = await in_state(db, job_id, "completed")
    assert (seen, job.attempt) == ([1, 1, 1], 1)
    with pytest.raises(ParameterError, match="Snooze"):
        Snooze(-1)


async def test_a_handler_may_give_a_job_up(db: Database) -> None:
    async def refuse(job: Job) -> None:
        raise Discard("no such model")

    job_id = await added(db)
    async with working(db, refuse):
        job = await in_state(db, job_id, "dead")
    assert (job.attempt, job.error.splitlines()[0]) == (1, "Discard: no such model")


async def test_a_job_may_end_in_the_transaction_of_its_effect(db: Database) -> None:
    async def work(job: Job) -> None:
        async with db.transaction() as tx:
            await tx.datasets.register(name=str(job.id), version="1", digest="d")
            await job.complete(tx, {"made": 1})

    job_id = await added(db)
    async with working(db, work) as worker:
        job = await in_state(db, job_id, "completed")
        await until(lambda: worker.status().completed == 1)
    assert job.result == {"made": 1}
    assert worker.status().lost == 0


async def test_an_effect_is_undone_where_the_job_is_lost(db: Database) -> None:
    errors: list[BaseException] = []

    async def work(job: Job) -> None:
        await db.jobs.cancel(id=job.id)  # without telling
        try:
            async with db.transaction() as tx:
                await tx.datasets.register(name="effect", version="1", digest="d")
                await job.complete(tx)
        except JobLost as error:
            errors.append(error)
            raise

    job_id = await added(db)
    async with working(db, work, lease_seconds=3600) as worker:
        await until(lambda: worker.status().lost == 1)
    assert (await db.jobs.get(id=job_id)).state == "cancelled"
    assert await db.datasets.list() == []
    assert str(job_id) in str(errors[0])


async def test_a_cancelled_job_is_cancelled_where_it_runs(db: Database) -> None:
    cancelled = asyncio.Event()

    async def work(job: Job) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    job_id = await added(db)
    async with working(db, work, lease_seconds=1) as worker:
        await until(lambda: worker.status().running == 1)
        assert await jobs.cancel(db, job_id)
        await until(cancelled.is_set)
        await until(lambda: worker.status().running == 0)
    assert (await db.jobs.get(id=job_id)).state == "cancelled"


async def test_a_job_that_takes_too_long_is_cancelled_and_fails(db: Database) -> None:
    async def work(job: Job) -> str:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return "as if nothing had been"

    job_id = await added(db, timeout_seconds=0.05, max_attempts=2)
    async with working(db, work):
        job = await in_state(db, job_id, "dead")
    assert (job.attempt, job.error) == (2, "timed out after timeout_seconds = 0.05")


async def test_a_handler_that_cannot_be_cancelled_loses_its_slot(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "CANCEL_GRACE", 0.05)
    let_go = asyncio.Event()

    async def work(job: Job) -> None:
        while job.payload == "stubborn" and not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                continue

    stubborn = await added(db, payload="stubborn", timeout_seconds=0.05, max_attempts=1, priority=1)
    other = await added(db)
    async with working(db, work, concurrency=1):
        await in_state(db, other, "completed")
        assert (await db.jobs.get(id=stubborn)).error.startswith("timed out")
        let_go.set()


async def test_unknown_types_wait_or_fail_as_it_is_chosen(db: Database) -> None:
    job_id = await added(db, "other")
    await Worker(db, {"work": nothing}).run(drain=True)
    assert (await db.jobs.get(id=job_id)).state == "available"
    await Worker(db, {"work": nothing}, unknown="fail").run(drain=True)
    job = await db.jobs.get(id=job_id)
    assert job.state == "dead"
    assert "no handler for job_type 'other'" in job.error


async def test_queues_are_looked_at_in_turns_and_paused_ones_not(db: Database) -> None:
    done: list[str] = []

    async def note(job: Job) -> None:
        done.append(job.queue)

    for queue in ("a", "b", "paused", "other"):
        await jobs.enqueue_many(db, [NewJob("work", queue=queue) for _ in range(30)])
    await jobs.pause(db, "paused")
    await Worker(db, {"work": note}, queues=("a", "b", "paused"), concurrency=2, prefetch=0).run(drain=True)
    assert sorted(done) == ["a"] * 30 + ["b"] * 30
    assert set(done[:8]) == {"a", "b"}
    async with Worker(db, {"work": note}, queues="paused", poll_seconds=3600) as worker:
        await jobs.resume(db, "paused")
        await until(lambda: worker.status().completed == 30)


async def test_a_worker_that_stops_hands_back_what_it_does_not_finish(db: Database) -> None:
    begun = asyncio.Event()

    async def work(job: Job) -> None:
        begun.set()
        if job.payload == "short":
            await asyncio.sleep(0.05)
        else:
            await asyncio.Event().wait()

    short, long = await added(db, payload="short"), await added(db, payload="long")
    worker = Worker(db, {"work": work}, grace_seconds=0.3)
    running = asyncio.create_task(worker.run())
    await until(lambda: worker.status().running == 2)
    worker.stop()
    await running
    assert (await db.jobs.get(id=short)).state == "completed"
    job = await db.jobs.get(id=long)
    assert (job.state, job.attempt, job.worker_id) == ("available", 0, None)
    row = await db.workers.get(worker_id=worker.worker_id)
    assert (row.status, row.completed_tasks) == ("stopped", 1)


async def test_a_second_stop_does_not_wait(db: Database) -> None:
    async def work(job: Job) -> None:
        await asyncio.Event().wait()

    job_id = await added(db)
    worker = Worker(db, {"work": work}, grace_seconds=3600)
    running = asyncio.create_task(worker.run())
    await until(lambda: worker.status().running == 1)
    worker.stop()
    await until(lambda: db_status(db, worker, "draining"))
    assert not running.done()
    worker.stop()
    await running
    assert (await db.jobs.get(id=job_id)).state == "available"


async def db_status(db: Any, worker: Worker, status: str) -> bool:
    return bool((await db.workers.get(worker_id=worker.worker_id)).status == status)


async def test_a_cancelled_worker_leaves_nothing_behind(db: Database) -> None:
    async def work(job: Job) -> None:
        await asyncio.Event().wait()

    job_id = await added(db)
    worker = Worker(db, {"work": work}, grace_seconds=3600)
    running = asyncio.create_task(worker.run())
    await until(lambda: worker.status().running == 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (await db.jobs.get(id=job_id)).state == "available"


async def test_jobs_that_wait_too_long_for_a_slot_are_handed_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plainbase.platform.jobs.worker.WAITS_AT_MOST", 0.05)
    monkeypatch.setattr(claims, "AHEAD", 1000)
    blocked = asyncio.Event()

    async def work(job: Job) -> None:
        if job.payload == "slow":
            await blocked.wait()

    await jobs.enqueue_many(db, [NewJob("work", priority=2), NewJob("work", "slow", priority=1)])
    await jobs.enqueue_many(db, [NewJob("work") for _ in range(10)])
    async with working(db, work, concurrency=1, prefetch=5, lease_seconds=0.6) as worker:
        await until(lambda: worker.status().completed == 1 and worker.status().running == 1)
        await until(lambda: worker.status().waiting > 0)

        async def handed_back() -> bool:
            rows = {row.state: row.jobs for row in await db.jobs.count_by_state()}
            return rows.get("available") == 10

        await until(handed_back)
        blocked.set()
        await until(lambda: worker.status().completed == 12)
    assert all(row.attempt == 1 for row in await db.jobs.list(limit=20))


async def test_two_workers_share_and_do_each_job_once(db: Database, url: str) -> None:
    done: list[UUID] = []

    async def note(job: Job) -> None:
        done.append(job.id)
        await asyncio.sleep(0)

    ids = await jobs.enqueue_many(db, [NewJob("work") for _ in range(500)])
    first, second = (Worker(db, {"work": note}, concurrency=5, prefetch=10) for _ in range(2))
    await asyncio.gather(first.run(drain=True), second.run(drain=True))
    assert sorted(done) == sorted(ids)
    assert first.status().completed + second.status().completed == 500
    assert first.status().completed
    assert second.status().completed


async def test_results_that_cannot_be_kept_end_the_job_visibly_and_the_others_go_on(db: Database) -> None:
    results: dict[str, Any] = {
        "object": object(),
        "nan": float("nan"),
        "nul": "\0",
        "huge": "x" * (attempts.LARGEST_RESULT + 1),
        "fine": ["ä", 1.5, None],
    }

    async def work(job: Job) -> Any:
        return results[job.payload]

    ids = {name: await added(db, payload=name) for name in results}
    async with working(db, work):
        for name, job_id in ids.items():
            job = await in_state(db, job_id, "completed", "dead")
            assert job.state == ("completed" if name == "fine" else "dead"), name
            assert (job.error is None) == (name == "fine")
    assert (await db.jobs.get(id=ids["fine"])).result == ["ä", 1.5, None]
    assert "1,048,579 bytes" in (await db.jobs.get(id=ids["huge"])).error
    assert "NaN" in (await db.jobs.get(id=ids["nan"])).error


async def test_a_worker_forgotten_by_the_registry_registers_again(db: Database) -> None:
    async with working(db, nothing, lease_seconds=0.6) as worker:
        await db.workers.remove(worker_id=worker.worker_id)

        async def known() -> bool:
            return any(row.worker_id == worker.worker_id for row in await db.workers.list())

        await until(known)


async def test_what_a_worker_cannot_work_with_is_said_at_once(db: Database) -> None:
    def plain(job: Job) -> None:
        pass

    class Double:
        async def __call__(self, job: Job) -> None:
            pass

    Worker(db, {"a": Double(), "b": partial(nothing), "c": Double().__call__})
    for wrong, said in (
        ({"handlers": {}}, "handlers"),
        ({"handlers": {"work": plain}}, "'work' is not an async function"),
        ({"handlers": {"": nothing}}, "1 to 100"),
        ({"queues": ()}, "queues"),
        ({"queues": ("",)}, "a queue is a text of 1 to 100"),
        ({"queues": ("default", "q" * 101)}, "a queue is a text of 1 to 100"),
        ({"queues": (1,)}, "a queue is a text of 1 to 100"),
        ({"concurrency": 0}, "concurrency is 1 to"),
        ({"concurrency": 1.5}, "concurrency is 1 to"),
        ({"lease_seconds": 0}, "lease_seconds is 0.2 to"),
        ({"unknown": "crash"}, "'wait' or 'fail'"),
        ({"grace_seconds": float("nan")}, "grace_seconds"),
    ):
        options: Any = {"handlers": {"work": nothing}} | wrong
        with pytest.raises(ParameterError, match=said):
            Worker(db, options.pop("handlers"), **options)
    worker = Worker(db, {"work": nothing})
    await worker.run(drain=True)
    with pytest.raises(ParameterError, match="runs once"):
        await worker.run()


async def test_no_payload_is_logged(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(job: Job) -> None:
        raise ValueError("4111 1111")

    caplog.set_level(logging.DEBUG, "plainbase.jobs")
    await added(db, payload={"card": "4111 1111"}, max_attempts=1)
    await Worker(db, {"work": fail}).run(drain=True)
    assert "failed" in caplog.text
    assert "4111" not in caplog.text


async def test_a_job_whose_claim_s_answer_was_lost_is_handed_back(db: Database) -> None:
    job_id = await added(db)
    worker = Worker(db, {"work": nothing}, worker_id=f"mine-{uuid7()}")
    await db.jobs.claim(worker_id=worker.worker_id, lease_seconds=3600)
    parts, *_ = worker._parts()
    await parts._release_forgotten()
    job = await db.jobs.get(id=job_id)
    assert (job.state, job.attempt) == ("available", 0)


async def test_a_worker_says_once_which_schedule_it_cannot_read_and_makes_the_others_jobs(
    db: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chores, "TICK", 0.02)
    past = await db.jobs.clock() - timedelta(hours=1)
    for name, timezone in (("unknown", "Nowhere/City"), ("known", "UTC")):
        await db.job_schedules.set(name=name, cron="0 0 1 1 *", timezone=timezone, job_type="work", next_run_at=past)
    ticks = 0

    async def counted(db: Any) -> Any:
        nonlocal ticks
        ticks += 1
        return await jobs.run_due(db)

    monkeypatch.setattr(chores, "run_due", counted)
    async with working(db, nothing) as worker:
        await until(lambda: ticks > 3 and worker.status().completed == 1)
    assert caplog.text.count("schedule unknown makes no jobs") == 1
    assert worker.status().completed == 1
