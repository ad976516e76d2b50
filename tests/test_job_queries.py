"""The job queue's statements: each job is taken once, kept by its lease, ended by whoever has it and by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import plainbase
from plainbase import ConstraintViolation, Database, DataInvalid, Row, RowNotFound
from plainbase.values import uuid7

PAST = datetime(2026, 1, 1, tzinfo=UTC)
FUTURE = datetime(2100, 1, 1, tzinfo=UTC)


async def enqueue(db: Database, count: int = 1, **params: Any) -> list[Row]:
    rows: list[Row] = await db.jobs.enqueue.batch([{"job_type": "test", **params} for _ in range(count)])
    return rows


async def claim(db: Database, worker_id: str = "w1", lease_seconds: float = 60, **params: Any) -> list[Row]:
    rows: list[Row] = await db.jobs.claim(worker_id=worker_id, lease_seconds=lease_seconds, **params)
    return rows


async def claim_one(db: Database, worker_id: str = "w1", lease_seconds: float = 60) -> Row:
    (row,) = await claim(db, worker_id, lease_seconds)
    return row


def fence(job: Row) -> dict[str, Any]:
    return {"id": job.id, "attempt": job.attempt, "worker_id": job.worker_id}


def given(jobs: Sequence[Row], **more: Any) -> list[dict[str, Any]]:
    return [{"id": str(job.id), "attempt": job.attempt, **more} for job in jobs]


def ids(rows: Sequence[Row]) -> set[UUID]:
    return {row.id for row in rows}


@asynccontextmanager
async def opened(url: str, count: int) -> AsyncIterator[list[Database]]:
    """So many databases on one URL, each with connections of its own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(plainbase.open(url, pool_size=2)) for _ in range(count)]


async def test_a_job_begins_with_what_it_was_given(db: Database) -> None:
    job = await db.jobs.enqueue(
        job_type="train", queue="gpu", payload={"a": [1, 2.5]}, priority=7, max_attempts=2, timeout_seconds=30
    )
    assert (job.queue, job.payload, job.priority, job.state) == ("gpu", {"a": [1, 2.5]}, 7, "available")
    assert (job.attempt, job.max_attempts, job.timeout_seconds) == (0, 2, 30.0)
    assert isinstance(job.timeout_seconds, float)
    assert await db.jobs.get(id=job.id) == job
    plain = await db.jobs.enqueue(job_type="train")
    assert abs(plain.run_at - plain.created_at) < timedelta(seconds=5)
    delayed = await db.jobs.enqueue(job_type="train", delay_seconds=3600)
    assert timedelta(seconds=3595) < delayed.run_at - delayed.created_at < timedelta(seconds=3605)
    exact = FUTURE + timedelta(microseconds=123457)
    assert (await db.jobs.enqueue(job_type="train", run_at=exact, delay_seconds=9)).run_at == exact


async def test_a_job_is_enqueued_with_the_transaction_of_its_caller(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.jobs.enqueue(job_type="test")
            raise ZeroDivisionError
    assert await claim(db) == []


async def test_jobs_are_taken_by_priority_then_by_time_then_by_id(db: Database) -> None:
    rows = []
    for priority, minute in [(0, 1), (5, 3), (5, 2), (0, 0), (9, 9), (5, 2)]:
        run_at = PAST + timedelta(minutes=minute)
        rows.append(await db.jobs.enqueue(job_type="test", priority=priority, run_at=run_at))
    await enqueue(db, run_at=FUTURE, priority=32767)
    expected = [rows[i].id for i in (4, 2, 5, 1, 3, 0)]
    assert [row.id for row in await db.jobs.list_pending()] == expected
    assert [row.id for _ in rows for row in await claim(db)] == expected
    assert await claim(db) == []


async def test_a_claim_takes_the_first_so_many_and_marks_them(db: Database) -> None:
    rows = await enqueue(db, 5)
    taken = await claim(db, "w1", 60, limit=3)
    assert ids(taken) == ids(rows[:3])
    for job in taken:
        assert (job.state, job.attempt, job.worker_id) == ("running", 1, "w1")
        assert job.lease_expires_at - job.started_at == timedelta(seconds=60)
    assert ids(await claim(db, limit=10)) == ids(rows[3:])
    assert await claim(db, limit=0) == []


async def test_a_claim_keeps_to_its_queue_and_its_types(db: Database) -> None:
    (other,) = await enqueue(db, queue="other")
    (a,), (b,) = await enqueue(db, job_type="a"), await enqueue(db, job_type="b")
    assert await claim(db, limit=9, job_types=[]) == []
    assert await claim(db, limit=9, queue="none") == []
    assert ids(await claim(db, limit=9, job_types=["b", "c"])) == {b.id}
    assert ids(await claim(db, limit=9)) == {a.id}
    assert ids(await claim(db, limit=9, queue="other")) == {other.id}


async def test_what_is_due_later_is_not_taken(db: Database) -> None:
    await enqueue(db, delay_seconds=3600)
    assert await claim(db) == []
    assert await db.jobs.list_pending() == []
    (due,) = await enqueue(db, delay_seconds=-3600)
    assert ids(await claim(db, limit=9)) == {due.id}


async def test_a_paused_queue_gives_nothing_until_it_is_resumed(db: Database) -> None:
    await enqueue(db, 2)
    await enqueue(db, queue="other")
    paused = await db.job_queues.pause(name="default")
    assert paused.paused_at is not None
    assert (await db.job_queues.pause(name="default")).paused_at == paused.paused_at
    assert await claim(db) == []
    assert await db.jobs.next_run_at() is None
    assert len(await claim(db, queue="other")) == 1
    assert await db.job_queues.resume(name="default") == 1
    assert await db.job_queues.resume(name="default") == 0
    assert len(await claim(db, limit=9)) == 2


async def test_eight_claimers_at_once_take_each_job_once(url: str, db: Database) -> None:
    rows = await enqueue(db, 500)
    taken: list[UUID] = []

    async def work(own: Database, name: str) -> int:
        mine = 0
        while jobs := await claim(own, name, limit=7):
            taken.extend(job.id for job in jobs)
            done = await own.jobs.complete_many(worker_id=name, jobs=given(jobs))
            assert ids(done) == ids(jobs)
            mine += len(jobs)
        return mine

    async with opened(url, 8) as databases:
        counts = await asyncio.gather(*(work(own, f"w{number}") for number, own in enumerate(databases)))
    assert sum(counts) == len(taken) == 500
    assert set(taken) == ids(rows)
    assert [tuple(row) for row in await db.jobs.count_by_state()] == [("completed", 500)]


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite has one writer: another claim is over before one begins
async def test_a_claim_passes_over_what_another_is_taking(db: Database) -> None:
    await enqueue(db, 4)
    async with db.transaction() as first, asyncio.timeout(10):
        mine = await first.jobs.claim(worker_id="w1", lease_seconds=60, limit=2)
        others = await claim(db, "w2", limit=9)
    assert len(mine) == len(others) == 2
    assert ids(mine).isdisjoint(ids(others))


async def test_who_lost_its_lease_can_do_nothing_more(db: Database) -> None:
    await enqueue(db)
    lost = await claim_one(db, "w1", lease_seconds=0)
    ((id_, queue, job_type, state, attempt, max_attempts),) = await db.jobs.reclaim()
    assert (id_, queue, job_type, state, attempt, max_attempts) == (lost.id, "default", "test", "available", 1, 5)

    async def refused() -> None:
        before = await db.jobs.get(id=lost.id)
        assert await db.jobs.heartbeat(**fence(lost), lease_seconds=60) == 0
        assert await db.jobs.complete(**fence(lost), result={"late": True}) == 0
        assert await db.jobs.fail(**fence(lost), error="late") is None
        assert await db.jobs.release(**fence(lost)) == 0
        assert await db.jobs.heartbeat_many(jobs=given([lost]), worker_id="w1", lease_seconds=60) == []
        assert await db.jobs.complete_many(jobs=given([lost], result=1), worker_id="w1") == []
        assert await db.jobs.get(id=lost.id) == before

    await refused()
    again = await claim_one(db, "w2")
    assert (again.id, again.attempt) == (lost.id, 2)
    await refused()
    assert await db.jobs.complete(**fence(again), result={"n": 1}) == 1
    await refused()
    # The same worker, which has claimed it anew, cannot end it by the attempt that it lost either.
    (other,) = await enqueue(db)
    first = await claim_one(db, "w1", lease_seconds=0)
    await db.jobs.reclaim()
    second = await claim_one(db, "w1")
    assert first.id == second.id == other.id
    assert await db.jobs.complete(**fence(first)) == 0
    assert await db.jobs.complete(**fence(second)) == 1


async def test_a_heartbeat_keeps_a_job(db: Database) -> None:
    await enqueue(db, 3)
    one, two, three = await claim(db, lease_seconds=0, limit=3)
    assert await db.jobs.heartbeat(**fence(one), lease_seconds=60) == 1
    kept = await db.jobs.heartbeat_many(jobs=[*given([two]), *given([one])], worker_id="w1", lease_seconds=90)
    assert ids(kept) == {one.id, two.id}
    assert ids(await db.jobs.reclaim()) == {three.id}
    running = await db.jobs.list_running()
    assert ids(running) == {one.id, two.id}
    for job in running:
        assert job.lease_expires_at - job.updated_at == timedelta(seconds=90)
    assert await db.jobs.list_running(worker_id="w2") == []


async def test_what_has_used_up_its_attempts_is_dead_when_its_lease_is_over(db: Database) -> None:
    (job,) = await enqueue(db, max_attempts=1)
    await claim_one(db, "w1", lease_seconds=-1)
    assert [row.state for row in await db.jobs.reclaim()] == ["dead"]
    dead = await db.jobs.get(id=job.id)
    assert (dead.state, dead.worker_id, dead.lease_expires_at) == ("dead", "w1", None)
    assert dead.error == "the lease of worker w1 is over"
    assert dead.completed_at is not None
    assert await db.jobs.reclaim() == []
    assert await claim(db) == []


async def test_reclaimed_jobs_are_those_over_first_and_wait_at_their_old_place(db: Database) -> None:
    rows = [await db.jobs.enqueue(job_type="test", run_at=PAST + timedelta(minutes=i)) for i in range(3)]
    for seconds in (-10, -30, -20):
        await claim(db, lease_seconds=seconds)
    assert [row.id for _ in range(2) for row in await db.jobs.reclaim(limit=1)] == [rows[1].id, rows[2].id]
    await enqueue(db)
    assert (await claim_one(db)).id == rows[1].id
    assert (await db.jobs.get(id=rows[1].id)).run_at == rows[1].run_at


async def test_many_reclaim_at_once_and_each_job_comes_back_once(url: str, db: Database) -> None:
    rows = await enqueue(db, 100)
    await claim(db, lease_seconds=0, limit=100)
    async with opened(url, 3) as databases:
        found = await asyncio.gather(*(own.jobs.reclaim(limit=40) for own in databases))
    back = [row.id for part in found for row in part]
    back += [row.id for row in await db.jobs.reclaim()]  # what one passed over because another had it
    assert sorted(back) == sorted(ids(rows))


async def test_a_failed_job_is_tried_again_until_its_attempts_are_used_up(db: Database) -> None:
    (job,) = await enqueue(db, max_attempts=2)
    first = await claim_one(db)
    assert await db.jobs.fail(**fence(first), error="no", delay_seconds=3600) == "available"
    waiting = await db.jobs.get(id=job.id)
    assert timedelta(seconds=3590) < waiting.run_at - first.started_at < timedelta(seconds=3660)
    assert (waiting.error, waiting.worker_id, waiting.lease_expires_at) == ("no", None, None)
    assert await claim(db) == []
    await db.execute("UPDATE jobs SET run_at = :at", {"at": PAST})
    second = await claim_one(db)
    assert second.attempt == 2
    assert await db.jobs.fail(**fence(second), error="no again", delay_seconds=3600) == "dead"
    (dead,) = await db.jobs.list_dead()
    assert (dead.id, dead.error, dead.run_at) == (job.id, "no again", PAST)
    await enqueue(db)
    hopeless = await claim_one(db)
    assert await db.jobs.fail(**fence(hopeless), error="never", retry=False) == "dead"


async def test_a_failure_without_a_delay_may_be_taken_at_once(db: Database) -> None:
    await enqueue(db)
    first = await claim_one(db)
    assert await db.jobs.fail(**fence(first), error="no") == "available"
    assert (await claim_one(db)).attempt == 2


async def test_a_released_job_has_lost_no_attempt_and_no_place(db: Database) -> None:
    (job,) = await enqueue(db, run_at=PAST)
    await enqueue(db)
    taken = await claim_one(db)
    assert await db.jobs.release(**fence(taken)) == 1
    back = await db.jobs.get(id=job.id)
    assert (back.state, back.attempt, back.run_at, back.worker_id) == ("available", 0, PAST, None)
    taken = await claim_one(db)
    assert taken.id == job.id
    assert await db.jobs.release(**fence(taken), delay_seconds=3600) == 1
    assert (await claim_one(db)).id != job.id


async def test_results_are_kept_as_they_are(db: Database) -> None:
    results: list[Any] = [None, {"a": [1, {"b": None}]}, [], "text", "null", 3, 2.0, 1e22, False, "ü'\\\""]
    await enqueue(db, len(results))
    jobs = await claim(db, limit=99)
    rows = [{**row, "result": result} for row, result in zip(given(jobs), results, strict=True)]
    del rows[0]["result"]
    assert ids(await db.jobs.complete_many(jobs=rows, worker_id="w1")) == ids(jobs)
    for job, result in zip(jobs, results, strict=True):
        kept = await db.jobs.get(id=job.id)
        assert json.dumps(kept.result) == json.dumps(result)
        assert (kept.state, kept.worker_id, kept.lease_expires_at) == ("completed", "w1", None)
    await enqueue(db)
    single = await claim_one(db)
    assert await db.jobs.complete(**fence(single), result=results[1]) == 1
    assert (await db.jobs.get(id=single.id)).result == results[1]
    nulls = await db.fetch_value("SELECT count(*) FROM jobs WHERE result IS NULL")
    assert nulls == 1


async def test_completing_many_leaves_out_what_is_lost(db: Database) -> None:
    await enqueue(db, 4)
    one, two, three, four = sorted(await claim(db, limit=4), key=lambda job: job.id)
    await db.jobs.cancel(id=two.id)
    rows = [*given([one, two]), {"id": str(three.id), "attempt": 9}, {"id": str(uuid7()), "attempt": 1}]
    assert ids(await db.jobs.complete_many(jobs=rows, worker_id="w1")) == {one.id}
    assert await db.jobs.complete_many(jobs=given([four]), worker_id="w2") == []
    assert await db.jobs.complete_many(jobs=[], worker_id="w1") == []
    assert [row.state for row in await db.jobs.list()] == ["running", "running", "cancelled", "completed"]


async def test_beats_and_completions_of_the_same_jobs_do_not_lock_each_other_out(url: str, db: Database) -> None:
    await enqueue(db, 60)
    jobs = await claim(db, limit=60)

    async def beat(own: Database) -> None:
        for _ in range(20):
            await own.jobs.heartbeat_many(jobs=given(jobs), worker_id="w1", lease_seconds=60)

    async def complete(own: Database) -> int:
        backwards, done = list(reversed(jobs)), 0
        for size in range(1, 61):
            done += len(await own.jobs.complete_many(jobs=given(backwards[:size]), worker_id="w1"))
        return done

    async with opened(url, 3) as (first, second, third):
        assert (await asyncio.gather(beat(first), complete(second), beat(third)))[1] == 60


async def test_one_live_job_has_a_key(url: str, db: Database) -> None:
    async with opened(url, 4) as databases:
        made = await asyncio.gather(
            *(own.jobs.enqueue_unique(job_type="test", unique_key="nightly") for own in databases)
        )
    (job,) = [row for row in made if row is not None]
    again = {"job_type": "test", "unique_key": "nightly"}
    assert await db.jobs.enqueue_unique(**again) is None
    assert await db.jobs.enqueue_unique(job_type="test", unique_key="other") is not None
    taken = await claim_one(db)
    assert taken.id == job.id
    assert await db.jobs.enqueue_unique(**again) is None
    await db.jobs.complete(**fence(taken))
    assert (await db.jobs.enqueue_unique(**again)).id != job.id


async def test_a_cancelled_job_is_over_and_can_be_made_to_wait_again(db: Database) -> None:
    await enqueue(db, 2)
    running = await claim_one(db)
    assert await db.jobs.cancel(id=running.id) == 1
    assert await db.jobs.cancel(id=running.id) == 0
    assert await db.jobs.complete(**fence(running)) == 0
    (waiting,) = await db.jobs.list_pending()
    assert await db.jobs.cancel(id=waiting.id) == 1
    assert await claim(db) == []
    assert await db.jobs.retry(id=running.id) == 1
    again = await claim_one(db)
    assert (again.id, again.attempt, again.max_attempts, again.completed_at) == (running.id, 2, 5, None)
    assert await db.jobs.complete(**fence(running)) == 0
    assert await db.jobs.retry(id=again.id) == 0
    assert await db.jobs.retry(id=uuid7()) == 0


async def test_a_dead_job_that_is_retried_has_attempts_left(db: Database) -> None:
    (job,) = await enqueue(db, max_attempts=1)
    first = await claim_one(db)
    assert await db.jobs.fail(**fence(first), error="no") == "dead"
    assert await db.jobs.retry(id=job.id, attempts=2) == 1
    second = await claim_one(db)
    assert (second.attempt, second.max_attempts, second.error) == (2, 3, "no")
    assert await db.jobs.fail(**fence(second), error="no") == "available"


async def test_a_completed_job_stays_completed(db: Database) -> None:
    await enqueue(db)
    job = await claim_one(db)
    await db.jobs.complete(**fence(job))
    assert await db.jobs.retry(id=job.id) == 0
    assert await db.jobs.cancel(id=job.id) == 0
    with pytest.raises(ConstraintViolation) as caught:
        await db.execute("UPDATE jobs SET state = 'available', completed_at = NULL WHERE id = :id", {"id": job.id})
    assert (caught.value.kind, caught.value.constraint) == ("check", "jobs_state_path_check")


async def test_lists_are_filtered_and_paged(db: Database) -> None:
    rows = [
        await db.jobs.enqueue(job_type=job_type, queue=queue, max_attempts=1)
        for job_type in ("a", "b")
        for queue in ("x", "y")
        for _ in range(3)
    ]
    newest = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    listed = await db.jobs.list(limit=5)
    assert [row.id for row in listed] == [row.id for row in newest[:5]]
    rest = await db.jobs.list(before_created_at=listed[-1].created_at, before_id=listed[-1].id)
    assert [row.id for row in rest] == [row.id for row in newest[5:]]
    assert {(r.queue, r.job_type) for r in await db.jobs.list(queue="x", job_type="b")} == {("x", "b")}
    for job in await claim(db, queue="x", limit=4):
        await db.jobs.fail(**fence(job), error="no")
    assert len(await db.jobs.list(states=["dead"])) == 4
    dead = await db.jobs.list_dead(limit=3)
    (last,) = await db.jobs.list_dead(before_completed_at=dead[-1].completed_at, before_id=dead[-1].id)
    assert sorted(ids([*dead, last])) == sorted(ids(await db.jobs.list(states=["dead"])))
    assert await db.jobs.list_dead(queue="y") == []
    assert [tuple(row) for row in await db.jobs.count_by_queue()] == [
        ("x", "available", 2),
        ("x", "dead", 4),
        ("y", "available", 6),
    ]


async def test_statistics_count_every_state(db: Database) -> None:
    assert dict(await db.jobs.statistics()) == {
        "pending": 0,
        "scheduled": 0,
        "running": 0,
        "completed": 0,
        "cancelled": 0,
        "dead": 0,
        "oldest_waiting_seconds": None,
    }
    await enqueue(db, 6, priority=1)
    jobs = await claim(db, limit=6)
    await db.jobs.complete_many(jobs=given(jobs[:2]), worker_id="w1")
    await db.jobs.cancel(id=jobs[2].id)
    await db.jobs.fail(**fence(jobs[3]), error="no", retry=False)
    await enqueue(db, delay_seconds=-3600)
    await enqueue(db, 2)
    await enqueue(db, 3, delay_seconds=3600)
    found = await db.jobs.statistics()
    assert tuple(found)[:6] == (3, 3, 2, 2, 1, 1)
    assert 3600 <= found.oldest_waiting_seconds < 3660
    assert isinstance(found.oldest_waiting_seconds, float)


async def test_the_next_run_is_told_in_time_and_in_seconds(db: Database) -> None:
    assert await db.jobs.next_run_at() is None
    assert await db.jobs.seconds_to_next() is None
    await enqueue(db, job_type="late", run_at=FUTURE, priority=9)
    assert await db.jobs.next_run_at() == FUTURE
    (soon,) = await enqueue(db, delay_seconds=3600)
    assert await db.jobs.next_run_at() == soon.run_at
    assert 3500 < await db.jobs.seconds_to_next() < 3601
    assert await db.jobs.next_run_at(job_types=["late"]) == FUTURE
    assert await db.jobs.next_run_at(job_types=["none"]) is None
    await enqueue(db, delay_seconds=-60, priority=3)
    assert -120 < await db.jobs.seconds_to_next() <= -59
    assert await db.jobs.next_run_at(queue="other") is None


async def over(db: Database, state: str, days: float) -> UUID:
    """A job that has been over for so many days."""
    at = datetime.now(UTC) - timedelta(days=days)
    id_ = uuid7()
    row = [id_, "test", state, at, at, at, at]
    await db.insert_rows(
        "jobs", ["id", "job_type", "state", "run_at", "completed_at", "created_at", "updated_at"], [row]
    )
    return id_


async def test_old_jobs_are_deleted_a_few_at_a_time(db: Database) -> None:
    young = [await over(db, state, 1) for state in ("completed", "cancelled", "dead")]
    old = [await over(db, state, days) for state in ("completed", "cancelled") for days in (40, 31)]
    dead = [await over(db, "dead", days) for days in (31, 50, 40)]
    await enqueue(db, run_at=PAST)
    assert await db.jobs.delete_old(days=30, limit=3) == 3
    assert await db.jobs.delete_old(days=30, states=["available", "running"]) == 0
    assert await db.jobs.delete_old(days=30) == 1
    assert ids(await db.jobs.list(states=["completed", "cancelled", "dead"])) == {*young, *dead}
    assert old
    assert await db.jobs.purge_dead(days=30, limit=2) == 2
    assert ids(await db.jobs.list_dead()) == {young[2], dead[0]}
    assert await db.jobs.purge_dead() == 2
    assert await db.jobs.delete_old(days=0.5, limit=0) == 0
    assert await db.jobs.delete_old(days=0.5) == 2
    assert len(await db.jobs.list()) == 1


async def test_a_running_job_is_not_deleted(db: Database) -> None:
    (job,) = await enqueue(db)
    await claim_one(db)
    assert await db.jobs.delete(id=job.id) == 0
    await db.jobs.cancel(id=job.id)
    assert await db.jobs.delete(id=job.id) == 1
    with pytest.raises(RowNotFound):
        await db.jobs.get(id=job.id)


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"priority": 32768}, "jobs_priority_check"),
        ({"priority": -1}, "jobs_priority_check"),
        ({"queue": ""}, "jobs_queue_check"),
        ({"job_type": "x" * 101}, "jobs_job_type_length_check"),
        ({"max_attempts": 0}, "jobs_max_attempts_check"),
        ({"timeout_seconds": 0}, "jobs_timeout_seconds_check"),
    ],
)
async def test_a_job_out_of_range_is_refused(db: Database, wrong: dict[str, Any], constraint: str) -> None:
    with pytest.raises(ConstraintViolation) as caught:
        await db.jobs.enqueue(**{"job_type": "test", **wrong})
    assert (caught.value.kind, caught.value.constraint) == ("check", constraint)


async def test_finished_jobs_cost_a_claim_nothing(engine: str, db: Database) -> None:
    # Of a batch PostgreSQL expects a hundred jobs; to look up so many costs what reading 20,000 in a row does.
    await db.insert_rows(
        "jobs",
        ["id", "job_type", "state", "run_at", "completed_at"],
        [[uuid7(), "test", "completed", PAST, PAST] for _ in range(60_000)],
    )
    await enqueue(db, 50)
    if engine == "postgres":
        await db.execute("ANALYZE jobs")
    lease: dict[str, Any] = {"worker_id": "w1", "lease_seconds": 60}
    one: dict[str, Any] = {"id": uuid7(), "attempt": 1, "worker_id": "w1"}
    many = [{"id": str(uuid7()), "attempt": 1}]
    plans = {
        "claim": await db.jobs.claim.explain(**lease, limit=10),
        "claim of types": await db.jobs.claim.explain(**lease, limit=10, job_types=["test"]),
        "list_pending": await db.jobs.list_pending.explain(),
        "next_run_at": await db.jobs.next_run_at.explain(),
        "reclaim": await db.jobs.reclaim.explain(),
        "delete_old": await db.jobs.delete_old.explain(days=1),
        "purge_dead": await db.jobs.purge_dead.explain(days=1),
        "list_dead": await db.jobs.list_dead.explain(),
        "complete": await db.jobs.complete.explain(**one),
        "complete_many": await db.jobs.complete_many.explain(jobs=many, worker_id="w1"),
        "heartbeat_many": await db.jobs.heartbeat_many.explain(jobs=many, **lease),
    }
    key = "jobs_pkey" if engine == "postgres" else "sqlite_autoindex_jobs_1"
    indexes = {
        "claim": "jobs_available_idx",
        "claim of types": "jobs_available_idx",
        "list_pending": "jobs_available_idx",
        "next_run_at": "jobs_available_idx",
        "reclaim": "jobs_running_idx",
        "delete_old": "jobs_over_idx",
        "purge_dead": "jobs_over_idx",
        "list_dead": "jobs_over_idx",
        "complete": key,
        "complete_many": key,
        "heartbeat_many": key,
    }
    for name, plan in plans.items():
        assert indexes[name] in plan, (name, plan)
        assert "Seq Scan on jobs" not in plan, (name, plan)
        assert "SCAN jobs\n" not in plan + "\n", (name, plan)
        if not name.endswith("_many"):  # these lock their few rows in order
            assert "Sort" not in plan, (name, plan)
        assert "TEMP B-TREE" not in plan, (name, plan)


async def test_queues_are_listed_with_what_waits_and_runs(db: Database) -> None:
    await db.job_queues.register(name="idle")
    first = await db.job_queues.register(name="idle")
    assert (first.name, first.paused_at) == ("idle", None)
    await db.job_queues.pause(name="held")
    await enqueue(db, 3)
    await enqueue(db, 2, queue="held")
    await claim(db)
    found = {row.name: (row.paused_at is not None, row.waiting, row.running) for row in await db.job_queues.list()}
    assert found == {"default": (False, 2, 1), "held": (True, 2, 0), "idle": (False, 0, 0)}
    assert (await db.job_queues.get(name="held")).waiting == 2
    with pytest.raises(RowNotFound):
        await db.job_queues.get(name="default")
    assert await db.job_queues.delete(name="held") == 1
    assert await db.job_queues.delete(name="held") == 0
    assert len(await claim(db, queue="held", limit=9)) == 2


async def schedule(db: Database, **params: Any) -> Row:
    given = {"name": "nightly", "cron": "0 3 * * *", "job_type": "clean", "next_run_at": PAST, **params}
    row: Row = await db.job_schedules.set(**given)
    return row


async def test_a_schedule_that_is_set_again_loses_no_run(db: Database) -> None:
    made = await schedule(db)
    assert (made.enabled, made.queue, made.timezone, made.next_run_at) == (True, "default", "UTC", PAST)
    await db.job_schedules.disable(name="nightly")
    again = await schedule(db, payload={"a": 1}, next_run_at=FUTURE)
    assert (again.payload, again.next_run_at, again.enabled) == ({"a": 1}, PAST, False)
    assert again.created_at == made.created_at
    moved = await schedule(db, cron="0 4 * * *", next_run_at=FUTURE)
    assert moved.next_run_at == FUTURE
    assert await db.job_schedules.get(name="nightly") == moved


async def test_schedules_are_due_by_the_databases_clock(db: Database) -> None:
    await schedule(db, name="b", next_run_at=PAST + timedelta(1))
    await schedule(db, name="a", next_run_at=PAST + timedelta(1))
    await schedule(db, name="c")
    await schedule(db, name="later", next_run_at=FUTURE)
    await schedule(db, name="never", next_run_at=None)
    await schedule(db, name="off")
    assert await db.job_schedules.disable(name="off") == 1
    assert [row.name for row in await db.job_schedules.list_due()] == ["c", "a", "b"]
    assert [row.name for row in await db.job_schedules.list(limit=2)] == ["a", "b"]
    assert [row.name for row in await db.job_schedules.list(after_name="b")] == ["c", "later", "never", "off"]
    assert await db.job_schedules.enable(name="off", next_run_at=FUTURE) == 1
    off = await db.job_schedules.get(name="off")
    assert (off.enabled, off.next_run_at) == (True, FUTURE)
    assert await db.job_schedules.enable(name="none") == await db.job_schedules.disable(name="none") == 0
    assert await db.job_schedules.delete(name="off") == 1
    assert await db.job_schedules.delete(name="off") == 0


async def test_a_run_is_made_once_however_many_schedulers_there_are(url: str, db: Database) -> None:
    await schedule(db)

    async def tick(own: Database) -> None:
        for due in await own.job_schedules.list_due():
            async with own.transaction() as tx:
                advanced = {"name": due.name, "seen_run_at": due.next_run_at, "next_run_at": FUTURE}
                if await tx.job_schedules.advance(**advanced):
                    await tx.jobs.enqueue(job_type=due.job_type, queue=due.queue, payload=due.payload)

    async with opened(url, 4) as databases:
        await asyncio.gather(*map(tick, databases))
    assert [row.job_type for row in await db.jobs.list()] == ["clean"]
    after = await db.job_schedules.get(name="nightly")
    assert after.next_run_at == FUTURE
    assert after.last_run_at > PAST
    await db.job_schedules.disable(name="nightly")
    assert await db.job_schedules.advance(name="nightly", seen_run_at=FUTURE, next_run_at=None) == 0


async def test_workers_register_and_are_heard_of(db: Database) -> None:
    one = await db.workers.register(worker_id="w1", address="host:1", capacity=4, tags=["gpu"])
    assert (one.status, one.capacity, one.tags, one.metadata, one.current_tasks) == ("active", 4, ["gpu"], {}, 0)
    assert await db.workers.heartbeat(worker_id="w1", current_tasks=3) == 1
    assert await db.workers.heartbeat(worker_id="w1") == 1
    assert await db.workers.heartbeat(worker_id="nobody", current_tasks=3) == 0
    assert await db.workers.record_done(worker_id="w1", completed=5, failed=2) == 1
    assert await db.workers.record_done(worker_id="w1", failed=1) == 1
    assert await db.workers.set_status(worker_id="w1", status="draining") == 1
    found = await db.workers.get(worker_id="w1")
    assert (found.current_tasks, found.completed_tasks, found.failed_tasks, found.status) == (3, 5, 3, "draining")
    assert found.last_heartbeat_at >= one.last_heartbeat_at
    again = await db.workers.register(worker_id="w1", address="host:2")
    assert (again.address, again.status, again.current_tasks, again.completed_tasks) == ("host:2", "active", 0, 5)
    with pytest.raises(ConstraintViolation) as caught:
        await db.workers.set_status(worker_id="w1", status="asleep")
    assert caught.value.constraint == "workers_status_check"


async def test_workers_that_are_silent_are_stale(db: Database) -> None:
    for number, age in enumerate((0, 20, 40, 90)):
        await db.workers.register(worker_id=f"w{number}", address="host:1")
        at = datetime.now(UTC) - timedelta(seconds=age)
        await db.execute(
            "UPDATE workers SET last_heartbeat_at = :at WHERE worker_id = :id", {"at": at, "id": f"w{number}"}
        )
    await db.workers.register(worker_id="gone", address="host:1")
    await db.workers.set_status(worker_id="gone", status="stopped")
    assert [row.worker_id for row in await db.workers.list_active(seconds=30)] == ["w0", "w1"]
    assert [row.worker_id for row in await db.workers.list(statuses=["active"])] == ["w0", "w1", "w2", "w3"]
    assert await db.workers.remove_stale(seconds=60) == 1
    assert await db.workers.remove_stale(seconds=30.5) == 1
    assert await db.workers.remove(worker_id="gone") == 1
    assert await db.workers.remove(worker_id="gone") == 0
    assert [row.worker_id for row in await db.workers.list()] == ["w0", "w1"]


async def test_a_job_that_is_due_now_is_taken_at_once(db: Database) -> None:
    for _ in range(20):
        (job,) = await enqueue(db, run_at=datetime.now(UTC))
        assert ids(await claim(db)) == {job.id}


async def test_times_that_no_client_can_read_are_refused_and_nothing_is_written(db: Database) -> None:
    for seconds in (1e12, -1e12, 2.0**40, float("inf")):
        with pytest.raises((ConstraintViolation, DataInvalid)):
            await enqueue(db, delay_seconds=seconds)
        with pytest.raises((ConstraintViolation, DataInvalid)):
            await db.jobs.enqueue_unique(job_type="a", unique_key="k", delay_seconds=seconds)
    (job,) = await enqueue(db)
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await claim(db, lease_seconds=1e12)
    assert (await db.jobs.get(id=job.id)).state == "available"
    taken = await claim_one(db)
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await db.jobs.fail(**fence(taken), error="again", delay_seconds=2.0**40)
    assert [row.state for row in await db.jobs.list()] == ["running"]


async def test_words_that_are_no_numbers_and_no_truths_are_refused(db: Database) -> None:
    await enqueue(db)
    for lease in ("60", "abc", True):
        with pytest.raises(DataInvalid):
            await db.jobs.claim(worker_id="w", lease_seconds=lease)
    taken = await claim_one(db)
    for retry in ("true", 1, "no"):
        with pytest.raises(DataInvalid):
            await db.jobs.fail(**fence(taken), error="again", retry=retry)
    assert (await db.jobs.get(id=taken.id)).state == "running"
