"""What a worker does when things come at the wrong moment: locks, leases that run out, errors, stops upon stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

import plainbase
from plainbase import CommitUnknown, ConnectionLost, Database, QueryTimeout, StatementFailed
from plainbase.platform import jobs
from plainbase.platform.jobs import Backoff, Job, NewJob, Worker, endings
from plainbase.platform.jobs.channel import tell_queue
from plainbase.platform.jobs.held import Completed, Held, Released, Why
from quiet import quiet
from test_job_worker import added, in_state, nothing, working
from waiting import until

AT_ONCE = Backoff(first=0)


@pytest.fixture(autouse=True)
async def complaints() -> AsyncIterator[None]:
    """Fail the test for what the event loop is told of, and for tasks that are left."""
    async with quiet():
        yield


async def states(db: Any) -> dict[str, int]:
    return {row.state: row.jobs for row in await db.jobs.count_by_state()}


class Refusing:
    """The queries of a database, some of which fail for a while."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.errors: dict[str, list[BaseException]] = {}
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name != "jobs":
            return getattr(self._db, name)
        return _Jobs(self)


class _Jobs:
    def __init__(self, of: Refusing) -> None:
        self._of = of

    def __getattr__(self, name: str) -> Any:
        async def call(**parameters: Any) -> Any:
            self._of.calls.append(name)
            if self._of.errors.get(name):
                raise self._of.errors[name].pop(0)
            return await getattr(self._of._db.jobs, name)(**parameters)

        return call


async def test_whatever_a_handler_raises_frees_its_slot(db: Database) -> None:
    class Unsayable(Exception):
        def __str__(self) -> str:
            raise KeyboardInterrupt

    errors: list[BaseException] = [GeneratorExit(), Unsayable(), SystemExit(3)]

    async def fail(job: Job) -> None:
        raise errors[job.payload]

    ids = [await added(db, payload=n, max_attempts=1) for n in range(len(errors))]
    async with working(db, fail, concurrency=1) as worker:
        for job_id, error in zip(ids, errors, strict=True):
            assert (await in_state(db, job_id, "dead")).error.startswith(type(error).__name__)
        assert worker.status().running == 0


async def test_a_backoff_that_fails_costs_no_slot(db: Database) -> None:
    class Broken(Backoff):
        def delay(self, attempt: int) -> float:
            raise ZeroDivisionError

    async def fail(job: Job) -> None:
        raise ValueError("no")

    job_id = await added(db, max_attempts=2)
    async with working(db, fail, backoff=Broken()) as worker:
        await in_state(db, job_id, "dead")
        await until(lambda: worker.status().failed == 2)


async def test_after_a_handler_that_blocked_the_loop_the_next_is_claimed_though_nothing_is_polled(db: Database) -> None:
    ends = asyncio.Event()
    done = asyncio.Event()

    async def work(job: Job) -> None:
        if job.payload == "blocks":
            time.sleep(2.5)
            await ends.wait()
        else:
            done.set()

    blocks = await added(db, payload="blocks", timeout_seconds=0.1, max_attempts=1, priority=1)
    await added(db)
    worker = Worker(db, {"work": work}, concurrency=1, lease_seconds=1, poll_seconds=3600, schedules=False)
    running = asyncio.create_task(worker.run(drain=True))
    await until(done.is_set)
    ends.set()
    await asyncio.wait_for(running, 10)
    assert (await db.jobs.get(id=blocks)).state == "dead"


async def test_a_job_whose_lease_may_be_over_is_not_begun(db: Database) -> None:
    """The loop stood still for longer than a lease: what waits for a slot may be another worker's by now."""
    begun: list[Any] = []

    async def work(job: Job) -> None:
        begun.append(job.payload)
        if job.payload == "blocks":
            time.sleep(1.5)

    for name, priority in (("first", 9), ("blocks", 8), ("waits", 7)):
        await added(db, payload=name, priority=priority)
    worker = Worker(db, {"work": work}, concurrency=1, lease_seconds=0.5, schedules=False)
    claims, written, attempts, _ = worker._parts()
    attempts.duration = 0.001
    writing = asyncio.create_task(written.run())
    await claims._look("default", 3)
    assert worker.status().waiting == 2
    await until(lambda: worker.status().running == 0)
    assert begun == ["first", "blocks"]
    await until(lambda: not worker._holding.jobs)
    assert await states(db) == {"completed": 2, "available": 1}
    written.close()
    await writing


async def test_a_job_that_was_lost_and_is_claimed_again_does_not_run_twice(db: Database) -> None:
    running: list[int] = []
    most = 0
    ended = asyncio.Event()

    async def work(job: Job) -> None:
        nonlocal most
        running.append(job.attempt)
        most = max(most, len(running))
        try:
            if job.attempt == 1:
                await asyncio.Event().wait()
        finally:
            running.remove(job.attempt)
        ended.set()

    job_id = await added(db)
    async with working(db, work, lease_seconds=3600) as worker:
        await until(lambda: running == [1])
        sql = "UPDATE jobs SET state = 'available', worker_id = NULL, lease_expires_at = NULL WHERE id = :id"
        await db.execute(sql, {"id": job_id})
        await tell_queue(db, "default")
        await until(lambda: worker.status().lost == 1)
        await until(ended.is_set)
        await in_state(db, job_id, "completed")
        await until(lambda: running == [])


async def test_a_handler_that_has_ended_its_job_itself_is_not_cancelled_for_it(db: Database) -> None:
    cancelled = False
    beaten = asyncio.Event()

    async def work(job: Job) -> None:
        nonlocal cancelled
        async with db.transaction() as tx:
            await job.complete(tx, "done")
        try:
            await beaten.wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    job_id = await added(db)
    async with working(db, work, lease_seconds=0.3) as worker:
        await in_state(db, job_id, "completed")
        before = (await db.workers.get(worker_id=worker.worker_id)).last_heartbeat_at

        async def some_beats() -> bool:
            row = await db.workers.get(worker_id=worker.worker_id)
            return bool((row.last_heartbeat_at - before).total_seconds() > 0.2)

        await until(some_beats)
        beaten.set()
        await until(lambda: worker.status().completed == 1)
    assert not cancelled
    assert worker.status().lost == 0


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_handler_whose_transaction_stays_open_costs_no_other_job_its_lease(db: Database) -> None:
    """Its job's row is locked until then, which no heartbeat may wait for."""
    goes = asyncio.Event()
    lasts = asyncio.Event()

    async def work(job: Job) -> None:
        if job.payload == "other":
            await goes.wait()
            return
        async with db.transaction() as tx:
            await job.complete(tx)
            lasts.set()
            await goes.wait()

    first, other = await added(db), await added(db, payload="other")
    async with (
        working(db, work, lease_seconds=1.2) as worker,
        Worker(db, {"none": nothing}, lease_seconds=0.6),
    ):
        await lasts.wait()
        began = (await db.jobs.get(id=other)).lease_expires_at

        async def renewed() -> bool:
            row = await db.jobs.get(id=other)
            assert row.attempt == 1
            return bool(row.lease_expires_at and (row.lease_expires_at - began).total_seconds() > 2.4)

        await until(renewed)
        goes.set()
        await until(lambda: worker.status().completed == 2)
    assert [(await db.jobs.get(id=job_id)).attempt for job_id in (first, other)] == [1, 1]
    assert worker.status().lost == 0


async def test_a_queue_that_cannot_be_looked_at_does_not_hold_up_another(db: Database) -> None:
    refusing = Refusing(db)
    real = db.jobs

    class Queries:
        def __getattr__(self, name: str) -> Any:
            async def call(**parameters: Any) -> Any:
                if parameters.get("queue") == "broken":
                    raise QueryTimeout("stopped after statement_timeout")
                return await getattr(real, name)(**parameters)

            return call

    worker = Worker(db, {"work": nothing}, queues=("broken", "default"))
    queries: Any = Queries()
    refusing.__dict__["jobs"] = queries
    worker._db = refusing
    async with worker:
        for _ in range(3):
            await in_state(db, await added(db), "completed")


async def test_an_error_nobody_knows_does_not_end_a_worker(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refusing = Refusing(db)
    refusing.errors = {"claim": [RuntimeError("4111")], "reclaim": [RuntimeError("4111")]}
    monkeypatch.setattr(refusing, "listen", lambda channel: 1 / 0, raising=False)
    worker = Worker(refusing, {"work": nothing}, lease_seconds=0.6)
    job_id = await added(db)
    async with worker:
        await in_state(db, job_id, "completed")
        await until(lambda: refusing.calls.count("reclaim") > 1)
    assert "taking jobs back does not work at the moment: RuntimeError" in caplog.text
    assert "4111" not in caplog.text


async def test_the_heart_outlives_what_nobody_knows(db: Database) -> None:
    goes = asyncio.Event()
    worker = Worker(db, {"work": _waits(goes)}, lease_seconds=0.6)
    counted = 0
    register = worker._register

    async def fails_once(db: Any) -> None:
        nonlocal counted
        counted += 1
        if counted == 2:
            raise RuntimeError("no idea")
        await register(db)

    worker._register = fails_once  # type: ignore[method-assign]  # a fault put in
    job_id = await added(db)
    async with worker:
        await until(lambda: worker.status().running == 1)
        await db.workers.remove(worker_id=worker.worker_id)  # so that the heart registers it
        await until(lambda: counted == 3)
        before = (await db.jobs.get(id=job_id)).lease_expires_at

        async def renewed() -> bool:
            return bool((await db.jobs.get(id=job_id)).lease_expires_at > before)

        await until(renewed)
        goes.set()
    assert (await db.jobs.get(id=job_id)).state == "completed"


def _waits(goes: asyncio.Event) -> Any:
    async def work(job: Job) -> None:
        await goes.wait()

    return work


async def write(db: Any, queries: Any, ends: list[Any]) -> tuple[endings.Endings, list[Held]]:
    """Let so many jobs end by queries that refuse at times."""
    await jobs.enqueue_many(db, [NewJob("work") for _ in ends])
    worker = Worker(db, {"work": nothing}, concurrency=len(ends))
    claims, written, attempts, _ = worker._parts()
    attempts.closed = True
    written._db = queries
    await claims._look("default", len(ends))
    held = list(worker._holding.waiting)
    worker._holding.waiting.clear()
    for each, ending in zip(held, ends, strict=True):
        written.add(each, ending)
    written.close()
    await written.run()
    return written, held


@pytest.mark.parametrize(
    "error", [StatementFailed("the disk is full"), ConnectionLost("gone"), CommitUnknown("gone"), QueryTimeout("slow")]
)
async def test_no_job_that_is_done_dies_of_an_error_of_the_database(
    db: Database, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "PAUSE", 0.001)
    refusing = Refusing(db)
    refusing.errors = {"complete_many": [error] * 6}
    written, _ = await write(db, refusing, [Completed(n) for n in range(4)])
    assert await states(db) == {"completed": 4}
    assert (written.completed, written.failed, written.lost) == (4, 0, 0)


async def test_an_end_that_takes_too_long_alone_keeps_no_other_from_being_noted(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endings, "PAUSE", 0.001)
    slow: list[UUID] = []
    noted: list[int] = []

    class Locked(Refusing):
        @property
        def jobs(self) -> Any:
            return self

        async def complete_many(self, *, worker_id: str, jobs: list[Any]) -> Any:
            if not slow:
                slow.append(UUID(jobs[0]["id"]))
            if len(noted) < 3 and any(job["id"] == str(slow[0]) for job in jobs):
                raise QueryTimeout("stopped after statement_timeout")
            noted.extend(job["result"] for job in jobs)
            return await self._db.jobs.complete_many(worker_id=worker_id, jobs=jobs)

    await write(db, Locked(db), [Completed(n) for n in range(4)])
    assert await states(db) == {"completed": 4}
    assert sorted(noted[:3]) == [1, 2, 3]
    assert noted[3:] == [0]


async def test_a_job_handed_back_and_claimed_anew_is_not_handed_back_twice(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to the first time was lost, and the attempt has the same number again."""
    monkeypatch.setattr(endings, "PAUSE", 0.001)
    job_id = await added(db)
    worker = Worker(db, {"work": nothing})
    claims, written, attempts, _ = worker._parts()
    attempts.closed = True
    released = 0

    class Cut(Refusing):
        @property
        def jobs(self) -> Any:
            return self

        async def release_many(self, **parameters: Any) -> Any:
            nonlocal released
            released += 1
            rows = await self._db.jobs.release_many(**parameters)
            if released == 1:
                await claims._look("default", 1)
                raise CommitUnknown("the connection to PostgreSQL was lost")
            return rows

    written._db = Cut(db)
    await claims._look("default", 1)
    written.add(worker._holding.waiting.popleft(), Released())
    written.close()
    await written.run()
    job = await db.jobs.get(id=job_id)
    assert (job.state, job.attempt, job.worker_id) == ("running", 1, worker.worker_id)


async def test_due_jobs_that_others_lock_are_not_looked_for_without_rest(db: Database) -> None:
    await added(db)

    class Empty(Refusing):
        @property
        def jobs(self) -> Any:
            return self

        async def seconds_to_next(self, **parameters: Any) -> float:
            self.calls.append("seconds_to_next")
            return -1.0

        async def claim(self, **parameters: Any) -> list[Any]:
            return []

    empty = Empty(db)
    worker = Worker(empty, {"work": nothing}, poll_seconds=5)
    claims, *_ = worker._parts()
    pauses = []
    for _ in range(12):
        await claims._look("default", 1)
        pauses.append(claims._due["default"] - claims._looked["default"])
    assert pauses[0] == pytest.approx(0.005)
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(5)
    claims.wake("default")
    assert claims._due["default"] - claims._looked["default"] == pytest.approx(0.005)
    claims._db = db
    await claims._look("default", 1)
    assert claims._pauses["default"] == pytest.approx(0.005)
    for held in claims._holding.jobs.values():
        assert held.task
        await held.task


async def test_no_job_begins_once_a_worker_is_to_stop(db: Database) -> None:
    """A claim is on its way meanwhile; what it brings is handed back."""
    begun: list[Any] = []
    asked, answer = asyncio.Event(), asyncio.Event()

    async def note(job: Job) -> None:
        begun.append(job)

    class Slow(Refusing):
        @property
        def jobs(self) -> Any:
            return self

        def __getattr__(self, name: str) -> Any:
            return getattr(self._db if hasattr(self._db, name) else self._db.jobs, name)

        async def claim(self, **parameters: Any) -> Any:
            rows = await self._db.jobs.claim(**parameters)
            asked.set()
            await answer.wait()
            return rows

    job_id = await added(db)
    worker = Worker(Slow(db), {"work": note})
    running = asyncio.create_task(worker.run())
    await asked.wait()
    worker.stop()
    for _ in range(20):  # turns of the loop, until it knows
        await asyncio.sleep(0)
    answer.set()
    await running
    assert begun == []
    job = await db.jobs.get(id=job_id)
    assert (job.state, job.attempt) == ("available", 0)


async def test_a_stop_in_the_block_is_no_second_stop_at_its_end(db: Database) -> None:
    goes = asyncio.Event()
    job_id = await added(db)
    async with working(db, _waits(goes)) as worker:
        await until(lambda: worker.status().running == 1)
        worker.stop()
        asyncio.get_running_loop().call_later(0.2, goes.set)
    assert (await db.jobs.get(id=job_id)).state == "completed"


async def test_a_block_cancelled_at_its_end_stops_at_once(db: Database) -> None:
    job_id = await added(db)
    worker = Worker(db, {"work": _waits(asyncio.Event())}, grace_seconds=3600)

    async def block() -> None:
        async with worker:
            await until(lambda: worker.status().running == 1)

    task = asyncio.create_task(block())
    await until(worker._stopping.asked.is_set)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert (await db.jobs.get(id=job_id)).state == "available"


async def test_a_block_cancelled_at_its_start_leaves_nothing(db: Database) -> None:
    registering = asyncio.Event()
    worker = Worker(db, {"work": nothing})

    async def never(db: Any) -> None:
        registering.set()
        await asyncio.Event().wait()

    worker._register = never  # type: ignore[method-assign]  # a fault put in

    async def block() -> None:
        async with worker:
            raise AssertionError("it has not begun")

    task = asyncio.create_task(block())
    await registering.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_in_the_block_stops_gracefully_and_comes_out(db: Database) -> None:
    goes = asyncio.Event()
    job_id = await added(db)
    with pytest.raises(LookupError):
        async with working(db, _waits(goes)) as worker:
            await until(lambda: worker.status().running == 1)
            asyncio.get_running_loop().call_later(0.1, goes.set)
            raise LookupError
    assert (await db.jobs.get(id=job_id)).state == "completed"


async def test_a_database_without_the_tables_is_said_at_the_start(empty_url: str) -> None:
    async with plainbase.open(empty_url) as db:
        with pytest.raises(plainbase.SchemaOutOfDate):
            await Worker(db, {"work": nothing}).run()
        with pytest.raises(plainbase.SchemaOutOfDate):
            async with Worker(db, {"work": nothing}):
                raise AssertionError("it has not begun")


async def test_a_pool_of_one_connection_is_enough(url: str) -> None:
    async def work(job: Job) -> int:
        count: int = await db.fetch_value("SELECT count(*) AS n FROM jobs")
        return count

    async with plainbase.open(url, pool_size=1, max_overflow=0) as db:
        await jobs.enqueue_many(db, [NewJob("work") for _ in range(60)])
        async with Worker(db, {"work": work}) as first, Worker(db, {"work": work}) as second:
            await until(lambda: first.status().completed + second.status().completed == 60)
        assert await states(db) == {"completed": 60}


async def test_a_database_that_is_closed_meanwhile_does_not_keep_a_worker_from_stopping(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("plainbase.platform.jobs.worker.LAST_WRITES", 0.2)
    goes = asyncio.Event()
    async with plainbase.open(url) as db:
        await added(db)
        worker = Worker(db, {"work": _waits(goes)})
        running = asyncio.create_task(worker.run())
        await until(lambda: worker.status().running == 1)
    goes.set()
    await until(lambda: worker.status().running == 0)
    worker.stop()
    await asyncio.wait_for(running, 10)
    async with plainbase.open(url) as db:
        assert await states(db) == {"running": 1}  # its lease brings it back


async def test_a_worker_of_a_database_in_memory_keeps_its_leases() -> None:
    goes = asyncio.Event()
    async with plainbase.open("sqlite:///:memory:") as db:
        await db.migrate()
        job_id = await added(db)
        async with working(db, _waits(goes), lease_seconds=0.4):
            row = await in_state(db, job_id, "running")

            async def renewed() -> bool:
                now = await db.jobs.get(id=job_id)
                assert now.attempt == 1
                return bool((now.lease_expires_at - row.lease_expires_at).total_seconds() > 0.8)

            await until(renewed)
            goes.set()
            await in_state(db, job_id, "completed")


async def test_a_job_that_is_lost_while_it_waits_is_not_begun(db: Database) -> None:
    begun: list[UUID] = []

    async def note(job: Job) -> None:
        begun.append(job.id)

    await jobs.enqueue_many(db, [NewJob("work") for _ in range(2)])
    worker = Worker(db, {"work": note})
    claims, _, attempts, _ = worker._parts()
    attempts.closed = True
    await claims._look("default", 2)
    lost, kept = worker._holding.waiting
    attempts.cancel(lost, Why.LOST)
    attempts.closed = False
    attempts.begin()
    assert kept.task
    await kept.task
    assert begun == [kept.job.id]
