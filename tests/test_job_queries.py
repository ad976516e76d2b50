"""The job queue's statements: each job is taken once, kept by its lease, ended by whoever has it and by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
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


def fence(job: Row, worker_id: str = "w1") -> dict[str, Any]:
    return {"id": job.id, "attempt": job.attempt, "worker_id": worker_id}


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


@pytest.mark.parametrize("seed", range(4))
async def test_claims_take_what_is_due_in_order_whatever_waits_beside_it(db: Database, seed: int) -> None:
    random = Random(seed)
    for priority in random.choices(range(9), range(1, 10), k=120):
        run_at = random.choice([PAST + timedelta(seconds=random.randrange(99)), FUTURE])
        kind = {"queue": random.choice(["default", "other"]), "job_type": random.choice("aaab")}
        await db.jobs.enqueue(**kind, priority=priority, run_at=run_at)
    due = [row for row in await db.jobs.list(limit=1000) if row.run_at < FUTURE]
    waiting = sorted(due, key=lambda row: (-row.priority, row.run_at, row.id))
    for turn in range(200):
        limit, types = random.choice([0, 1, 2, 3, 7]), random.choice([["a"], ["b"], ["a", "b", "c"], None])
        found = [row for row in waiting if row.queue == "default" and (types is None or row.job_type in types)]
        if turn == 199:
            limit, types, found = 1000, None, [row for row in waiting if row.queue == "default"]
        only: dict[str, Any] = {} if types is None else {"job_types": types}
        taken = await claim(db, limit=limit, **only)
        assert ids(taken) == ids(found[:limit])
        waiting = [row for row in waiting if row.id not in ids(taken)]
    assert {row.queue for row in waiting} == {"other"}


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL 18 skips them by itself
async def test_a_claim_does_not_go_through_what_waits_for_later(db: Database) -> None:
    plan = await db.jobs.claim.explain(worker_id="w1", lease_seconds=60, limit=10)
    assert plan.count("jobs_available_idx (queue=? AND priority=? AND run_at<?)") == 2, plan
    assert "TEMP B-TREE" not in plan


async def test_a_delay_begins_with_the_statement_however_long_its_transaction_is(db: Database) -> None:
    async with db.transaction() as tx:
        begun = await tx.jobs.clock()
        while await db.jobs.clock() < begun + timedelta(seconds=0.2):
            pass
        asked = await tx.jobs.clock()
        one = await tx.jobs.enqueue(job_type="test", delay_seconds=60)
        keyed = await tx.jobs.enqueue_unique(job_type="test", delay_seconds=60, unique_key="k")
        await tx.jobs.enqueue_many(jobs=many_new(1, delay_seconds=60))
    for job in await db.jobs.list():
        assert job.run_at >= asked + timedelta(seconds=60)
    assert len({one.id, keyed.id}) == 2


async def test_a_claim_takes_the_first_so_many_and_marks_them(db: Database) -> None:
    rows = await enqueue(db, 5)
    taken = await claim(db, "w1", 60, limit=3)
    assert ids(taken) == ids(rows[:3])
    for row in taken:
        job = await db.jobs.get(id=row.id)
        assert all(job[name] == value for name, value in row.items() if name != "payload_json")
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

    async def refused(lost: Row) -> None:
        before = await db.jobs.get(id=lost.id)
        assert await db.jobs.heartbeat(**fence(lost), lease_seconds=60) == 0
        assert await db.jobs.complete(**fence(lost), result={"late": True}) == 0
        assert await db.jobs.fail(**fence(lost), error="late") is None
        assert await db.jobs.release(**fence(lost)) == 0
        assert await db.jobs.heartbeat_many(jobs=given([lost]), worker_id="w1", lease_seconds=60) == []
        assert await db.jobs.complete_many(jobs=given([lost], result=1), worker_id="w1") == []
        assert await db.jobs.fail_many(jobs=given([lost], error="late"), worker_id="w1") == []
        assert await db.jobs.release_many(jobs=given([lost]), worker_id="w1") == []
        assert await db.jobs.get(id=lost.id) == before

    await refused(lost)
    again = await claim_one(db, "w2")
    assert (again.id, again.attempt) == (lost.id, 2)
    await refused(lost)
    assert await db.jobs.complete(**fence(again, "w2"), result={"n": 1}) == 1
    await refused(lost)
    # The same worker, which has claimed it anew, cannot end it by the attempt that it lost either.
    (other,) = await enqueue(db)
    first = await claim_one(db, "w1", lease_seconds=0)
    await db.jobs.reclaim()
    second = await claim_one(db, "w1")
    assert first.id == second.id == other.id
    await refused(first)
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
    assert [row.id for row in await db.jobs.list_running()] == [rows[1].id, rows[2].id, rows[0].id]
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
    assert first.lease_expires_at - timedelta(seconds=60) == waiting.started_at
    assert timedelta(seconds=3590) < waiting.run_at - waiting.started_at < timedelta(seconds=3660)
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


async def test_what_is_completed_or_tried_again_keeps_nothing_of_the_attempt_before(db: Database) -> None:
    await enqueue(db, 2)
    for job in await claim(db, limit=2):
        assert await db.jobs.fail(**fence(job), error="no") == "available"
    one, two = await claim(db, "w2", limit=2)
    assert await db.jobs.complete(**fence(one, "w2")) == 1
    assert ids(await db.jobs.complete_many(jobs=given([two]), worker_id="w2")) == {two.id}
    assert [(job.error, job.worker_id) for job in await db.jobs.list()] == [(None, "w2")] * 2
    await enqueue(db)
    last = await claim_one(db)
    assert await db.jobs.fail(**fence(last), error="no", retry=False) == "dead"
    assert await db.jobs.retry(id=last.id) == 1
    again = await db.jobs.get(id=last.id)
    assert (again.worker_id, again.lease_expires_at, again.completed_at) == (None, None, None)


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


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite has one writer
async def test_a_heartbeat_waits_for_no_job_that_another_has_locked(db: Database) -> None:
    await enqueue(db, 3)
    jobs = sorted(await claim(db, lease_seconds=0, limit=3), key=lambda job: job.id)
    async with db.transaction() as tx, asyncio.timeout(10):
        assert await tx.jobs.cancel(id=jobs[0].id) == 1  # its row is locked until the end
        kept = await db.jobs.heartbeat_many(jobs=given(jobs), worker_id="w1", lease_seconds=60)
        assert ids(kept) == ids(jobs)
        assert await db.jobs.reclaim() == []
    kept = await db.jobs.heartbeat_many(jobs=given(jobs), worker_id="w1", lease_seconds=60)
    assert ids(kept) == ids(jobs[1:])


@pytest.mark.parametrize("engine", ["postgres"])  # the other sorts by bytes anyway
async def test_keys_are_locked_in_one_order_whatever_the_databases_collation(db: Database) -> None:
    plan = await db.jobs.enqueue_many.explain(jobs=many_new(1))
    assert 'Sort Key: given.unique_key COLLATE "C" NULLS FIRST, given.id' in plan


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


STATES = ("available", "running", "completed", "cancelled", "dead")


async def bring(db: Database, job: Row, state: str) -> None:
    """End the one job that waits, in a state."""
    if state == "cancelled":
        assert await db.jobs.cancel(id=job.id) == 1
    elif state != "available":
        taken = await claim_one(db)
        assert taken.id == job.id
        if state == "completed":
            assert await db.jobs.complete(**fence(taken)) == 1
        elif state == "dead":
            assert await db.jobs.fail(**fence(taken), error="no", retry=False) == "dead"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("more", ["", ",completed", ",cancelled", ",dead", ",completed,cancelled,dead"])
async def test_a_key_is_taken_in_the_states_that_its_job_chose(db: Database, state: str, more: str) -> None:
    states = f"available,running{more}"
    new = {"job_type": "test", "unique_key": "nightly"}
    job = await db.jobs.enqueue_unique(**new, unique_states=states)
    assert job.unique_states == states
    assert await db.jobs.find_unique(unique_key="nightly") == job
    await bring(db, job, state)
    found, made = await db.jobs.find_unique(unique_key="nightly"), await db.jobs.enqueue_unique(**new)
    (id_,) = [row.id for row in await db.jobs.list(limit=1)]
    if state in states.split(","):
        assert (found, made) == (await db.jobs.get(id=job.id), None)
        assert await db.jobs.enqueue_many(jobs=[{"id": str(uuid7()), **new}]) == []
        assert len(await db.jobs.list()) == 1
    else:
        assert (found, made.id) == (None, id_)
        assert made.id != job.id
        assert (await db.jobs.find_unique(unique_key="nightly")).id == made.id
    assert await db.jobs.find_unique(unique_key="other") is None


async def test_a_job_cannot_come_back_while_another_has_its_key(db: Database) -> None:
    job = await db.jobs.enqueue_unique(job_type="test", unique_key="nightly")
    await bring(db, job, "dead")
    other = await db.jobs.enqueue_unique(job_type="test", unique_key="nightly")
    with pytest.raises(ConstraintViolation) as caught:
        await db.jobs.retry(id=job.id)
    assert caught.value.kind == "unique"
    assert (await db.jobs.get(id=job.id)).state == "dead"
    await db.jobs.cancel(id=other.id)
    assert await db.jobs.retry(id=job.id) == 1


@pytest.mark.parametrize("states", ["", "available", "running,available", "available,running,dead,completed", "all"])
async def test_states_that_a_key_cannot_be_held_in_are_refused(db: Database, states: str) -> None:
    new = {"job_type": "test", "unique_key": "k", "unique_states": states}
    for query, params in (("enqueue_unique", new), ("enqueue_many", {"jobs": [{"id": str(uuid7()), **new}]})):
        with pytest.raises(ConstraintViolation) as caught:
            await getattr(db.jobs, query)(**params)
        assert (caught.value.kind, caught.value.constraint) == ("check", "jobs_unique_states_check")
    assert await db.jobs.list() == []


def many_new(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": str(uuid7()), "job_type": "test", **more} for _ in range(count)]


async def test_many_are_enqueued_in_one_statement_with_the_defaults_of_one(db: Database) -> None:
    names = ("queue", "payload", "priority", "run_at", "delay_seconds", "max_attempts", "timeout_seconds")
    empty = dict.fromkeys((*names, "unique_key", "unique_states"))
    full = {
        "queue": "gpu",
        "payload": {"größe": [1, 2.5, None]},
        "priority": 7,
        "run_at": "2100-01-01T00:00:00.123457Z",
        "delay_seconds": 9,
        "max_attempts": 2,
        "timeout_seconds": 30,
        "unique_key": "k",
        "unique_states": "available,running,dead",
    }
    given = [*many_new(1), *many_new(1, **empty), *many_new(1, delay_seconds=3600), *many_new(1, **full)]
    assert ids(await db.jobs.enqueue_many(jobs=given)) == {UUID(row["id"]) for row in given}
    bare, nulls, delayed, filled = [await db.jobs.get(id=UUID(row["id"])) for row in given]
    (one,) = await enqueue(db)
    for job in (bare, nulls):
        differs = {name for name, value in one.items() if job[name] != value}
        assert differs <= {"id", "run_at", "created_at", "updated_at"}
        assert abs(job.run_at - job.created_at) < timedelta(seconds=5)
    assert timedelta(seconds=3595) < delayed.run_at - delayed.created_at < timedelta(seconds=3605)
    expected = {**full, "run_at": FUTURE + timedelta(microseconds=123457), "id": UUID(given[3]["id"])}
    del expected["delay_seconds"]
    assert {name: filled[name] for name in expected} == expected
    assert isinstance(filled.timeout_seconds, float)
    assert await db.jobs.enqueue_many(jobs=[]) == []


async def test_of_many_those_whose_key_is_taken_are_left_out(db: Database) -> None:
    held = await db.jobs.enqueue_unique(job_type="test", unique_key="held")
    rows = [
        {**row, "unique_key": key} for row, key in zip(many_new(6), ("a", "held", "a", None, "b", None), strict=True)
    ]
    added = await db.jobs.enqueue_many(jobs=list(reversed(rows)))
    assert ids(added) == {UUID(rows[number]["id"]) for number in (0, 3, 4, 5)}
    assert len(await db.jobs.list()) == 5
    assert (await db.jobs.find_unique(unique_key="held")).id == held.id
    with pytest.raises(ConstraintViolation):  # all or nothing
        await db.jobs.enqueue_many(jobs=[*many_new(1), *many_new(1, priority=-1)])
    assert len(await db.jobs.list()) == 5


async def test_many_at_once_enqueue_the_same_keys_in_any_order_and_each_key_once(url: str, db: Database) -> None:
    keys = [f"key {number}" for number in range(50)]

    async def add(own: Database, step: int) -> int:
        added = 0
        for _ in range(10):
            rows = [{**row, "unique_key": key} for row, key in zip(many_new(50), keys[::step], strict=True)]
            added += len(await own.jobs.enqueue_many(jobs=rows))
        return added

    async with opened(url, 4) as databases:
        counts = await asyncio.gather(*(add(own, (1, -1)[number % 2]) for number, own in enumerate(databases)))
    assert sum(counts) == 50
    assert {row.unique_key for row in await db.jobs.list()} == set(keys)


async def test_failing_many_ends_each_as_its_row_says(db: Database) -> None:
    await enqueue(db, 4)
    await enqueue(db, max_attempts=1)
    *four, last = sorted(await claim(db, limit=5), key=lambda job: job.id)
    soon, later, never, lost = four
    await db.jobs.cancel(id=lost.id)
    rows = [
        *given([soon], error="at once"),
        *given([later], error="later", delay_seconds=3600, retry=True),
        *given([never], error="never", retry=False),
        *given([lost], error="late"),
        *given([last], error="used up", delay_seconds=3600, retry=None),
        {"id": str(uuid7()), "attempt": 1, "error": "no job"},
    ]
    assert await db.jobs.fail_many(jobs=rows, worker_id="w2") == []
    assert await db.jobs.fail_many(jobs=[{**row, "attempt": 2} for row in rows], worker_id="w1") == []
    ended = {row.id: row.state for row in await db.jobs.fail_many(jobs=rows, worker_id="w1")}
    assert ended == {soon.id: "available", later.id: "available", never.id: "dead", last.id: "dead"}
    assert await db.jobs.fail_many(jobs=rows, worker_id="w1") == []
    kept = {job.id: job for job in await db.jobs.list()}
    assert [kept[job.id].error for job in (soon, later, never, lost, last)] == [
        *("at once", "later", "never", None, "used up"),
    ]
    assert [kept[job.id].worker_id for job in (soon, later, never, last)] == [None, None, "w1", "w1"]
    assert timedelta(seconds=3595) < kept[later.id].run_at - kept[later.id].started_at < timedelta(seconds=3660)
    assert kept[last.id].run_at < kept[last.id].completed_at
    assert ids(await claim(db, limit=9)) == {soon.id}


async def test_releasing_many_gives_back_the_attempts(db: Database) -> None:
    await enqueue(db, 3)
    at_once, later, lost = sorted(await claim(db, limit=3), key=lambda job: job.id)
    await db.jobs.cancel(id=lost.id)
    rows = [*given([at_once]), *given([later], delay_seconds=3600), *given([lost])]
    assert await db.jobs.release_many(jobs=rows, worker_id="w2") == []
    assert ids(await db.jobs.release_many(jobs=rows, worker_id="w1")) == {at_once.id, later.id}
    assert await db.jobs.release_many(jobs=rows, worker_id="w1") == []
    kept = {job.id: job for job in await db.jobs.list()}
    assert [(kept[job.id].attempt, kept[job.id].state) for job in (at_once, later, lost)] == [
        *((0, "available"), (0, "available"), (1, "cancelled")),
    ]
    assert kept[at_once.id].run_at == at_once.run_at
    assert timedelta(seconds=3595) < kept[later.id].run_at - later.run_at < timedelta(seconds=3660)
    assert (await claim_one(db)).id == at_once.id


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite has one writer
async def test_a_batch_waits_for_no_job_of_another_worker(db: Database) -> None:
    await enqueue(db, 2)
    mine, other = await claim_one(db, "w1"), await claim_one(db, "w2")
    async with db.transaction() as tx, asyncio.timeout(10):
        assert await tx.jobs.complete(**fence(other, "w2")) == 1  # its row is locked until the end
        rows = given([mine, other])
        assert ids(await db.jobs.heartbeat_many(jobs=rows, worker_id="w1", lease_seconds=60)) == {mine.id}
        assert ids(await db.jobs.complete_many(jobs=rows, worker_id="w1")) == {mine.id}


async def test_the_clock_is_the_databases(db: Database) -> None:
    before = await db.jobs.clock()
    assert before.tzinfo is not None
    assert abs(before - datetime.now(UTC)) < timedelta(minutes=1)
    (job,) = await enqueue(db, delay_seconds=0)
    after = await db.jobs.clock()
    assert before <= job.run_at <= after


@pytest.mark.parametrize("engine", ["postgres"])  # a listener to SQLite sees each commit
async def test_each_statement_tells_of_each_of_its_queues_once_and_at_the_commit(url: str, db: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = await asyncpg.connect(url)
    await listener.add_listener("plainbase_jobs", lambda *event: heard.put_nowait(event[-1]))
    async with asyncio.timeout(20):
        async with db.transaction() as tx:
            await tx.jobs.enqueue_many(jobs=[*many_new(3), *many_new(3, queue="größe"), *many_new(2)])
            await db.jobs.notify(payload="first")
            assert await heard.get() == "first"
        assert {await heard.get(), await heard.get()} == {"queue:default", "queue:größe"}
        await db.jobs.enqueue_many(jobs=many_new(1, queue="o"))
        assert await heard.get() == "queue:o"
        with pytest.raises(ZeroDivisionError):
            async with db.transaction() as tx:
                await tx.jobs.enqueue(job_type="test")
                await tx.jobs.notify(payload="never")
                raise ZeroDivisionError
        await db.jobs.enqueue_many(jobs=[])
        await db.insert_rows("jobs", ["id", "job_type", "queue"], [[uuid7(), "test", "copied"] for _ in range(9)])
        assert await heard.get() == "queue:copied"
        for job in await claim(db, limit=9):
            await db.jobs.release(**fence(job))
        await db.jobs.notify(payload="last")
        assert await heard.get() == "last"
    assert heard.empty()
    await listener.close()


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
    assert (again.id, again.attempt, again.max_attempts) == (running.id, 2, 5)
    assert (await db.jobs.get(id=again.id)).completed_at is None
    assert await db.jobs.complete(**fence(running)) == 0
    assert await db.jobs.retry(id=again.id) == 0
    assert await db.jobs.retry(id=uuid7()) == 0


async def test_a_dead_job_that_is_retried_has_attempts_left(db: Database) -> None:
    (job,) = await enqueue(db, max_attempts=1)
    first = await claim_one(db)
    assert await db.jobs.fail(**fence(first), error="no") == "dead"
    assert await db.jobs.retry(id=job.id, attempts=2) == 1
    second = await claim_one(db)
    assert (second.attempt, second.max_attempts) == (2, 3)
    assert (await db.jobs.get(id=job.id)).error == "no"
    assert await db.jobs.fail(**fence(second), error="no") == "available"


async def test_a_job_that_has_used_up_all_attempts_it_may_be_given_can_be_retried(db: Database) -> None:
    (job,) = await enqueue(db, max_attempts=1000)
    await db.execute("UPDATE jobs SET attempt = 999")
    last = await claim_one(db)
    assert await db.jobs.fail(**fence(last), error="no") == "dead"
    assert await db.jobs.retry(id=job.id) == 1
    again = await claim_one(db)
    assert (again.attempt, again.max_attempts) == (1001, 1001)


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
    assert {row.job_type for row in await db.jobs.list_dead(job_type="b")} == {"b"}
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
    await enqueue(db, queue="other", delay_seconds=3600)
    paused = await db.job_queues.pause(name="held")
    by_queue = {row.queue: row for row in await db.jobs.statistics_by_queue()}
    assert list(by_queue) == ["default", "held", "other"]
    assert tuple(by_queue["default"])[1:7] == (3, 3, 2, 2, 1, 1)
    assert 3599.9 < by_queue["default"].oldest_waiting_seconds < 3660
    assert tuple(by_queue["held"])[1:] == (0, 0, 0, 0, 0, 0, None, paused.paused_at)
    assert tuple(by_queue["other"])[1:] == (0, 1, 0, 0, 0, 0, None, None)
    assert 3599.9 < found.oldest_waiting_seconds < 3660
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
    await enqueue(db, run_at=FUTURE, priority=4)  # one more than that which is due
    await db.jobs.cancel(id=soon.id)
    assert await db.jobs.next_run_at() < await db.jobs.clock()
    assert await db.jobs.seconds_to_next() <= -59
    assert await db.jobs.seconds_to_next(job_types=["none"]) is None
    await db.job_queues.pause(name="default")
    assert await db.jobs.next_run_at() is await db.jobs.seconds_to_next() is None


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
    assert await db.jobs.purge_dead(queue="none") == await db.jobs.purge_dead(job_type="none") == 0
    assert await db.jobs.purge_dead(days=30, limit=2, queue="default", job_type="test") == 2
    assert ids(await db.jobs.list_dead()) == {young[2], dead[0]}
    assert await db.jobs.purge_dead() == 2
    assert await db.jobs.delete_old(days=0.5, limit=0) == 0
    assert await db.jobs.delete_old(days=0.5) == 2
    assert len(await db.jobs.list()) == 1


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite has one writer
async def test_what_is_deleted_or_taken_back_waits_for_no_job_that_another_has_locked(db: Database) -> None:
    kept = [await over(db, state, 9) for state in ("completed", "dead")]
    await enqueue(db, 2)
    lost = await claim(db, lease_seconds=0, limit=2)
    async with db.transaction() as tx, asyncio.timeout(10):
        for id_ in (*kept, lost[0].id):
            await tx.fetch_value("SELECT 1 FROM jobs WHERE id = :id FOR UPDATE", {"id": id_})
        gone = [await over(db, state, 9) for state in ("completed", "dead")]
        assert await db.jobs.delete_old(days=1) == await db.jobs.purge_dead(days=1) == 1
        assert ids(await db.jobs.reclaim()) == {lost[1].id}
    assert ids(await db.jobs.list(states=["completed", "dead"])) == set(kept)
    assert gone


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
        "fail_many": await db.jobs.fail_many.explain(jobs=many, worker_id="w1"),
        "release_many": await db.jobs.release_many.explain(jobs=many, worker_id="w1"),
        "list": await db.jobs.list.explain(),
        "list_running": await db.jobs.list_running.explain(worker_id="w1"),
        "find_unique": await db.jobs.find_unique.explain(unique_key="k"),
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
        "fail_many": key,
        "release_many": key,
        "list": "jobs_created_at_idx",
        "list_running": "jobs_running_idx",
        "find_unique": "jobs_unique_key_key",
    }
    of_few = {"reclaim", "list_running", "find_unique"}
    for name, plan in plans.items():
        assert indexes[name] in plan, (name, plan)
        assert "Seq Scan on jobs" not in plan, (name, plan)
        assert "SCAN jobs\n" not in plan + "\n", (name, plan)
        if name in of_few:  # sorts what runs, or the one job of a key
            continue
        if not name.endswith("_many"):  # these lock their few rows in order
            assert "Sort Key: jobs" not in plan, (name, plan)
        assert "TEMP B-TREE" not in plan, (name, plan)


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite knows a key for a key whatever its statistics say
async def test_statistics_of_an_empty_table_do_not_make_a_lookup_read_all(db: Database) -> None:
    await db.execute("ALTER TABLE jobs SET (autovacuum_enabled = off)")
    done = [[uuid7(), "test", "completed", PAST, PAST] for _ in range(2000)]
    await db.insert_rows("jobs", ["id", "job_type", "state", "run_at", "completed_at"], done)
    await enqueue(db, 100)
    await db.execute("ANALYZE jobs")
    await db.execute("TRUNCATE jobs")
    async with db.transaction() as tx:  # what ANALYZE finds while all jobs come from a transaction that is not over
        await tx.insert_rows("jobs", ["id", "job_type"], [[uuid7(), "test"] for _ in range(20_000)])
        await db.execute("ANALYZE jobs")
    assert await db.fetch_value("SELECT CAST(reltuples AS bigint) FROM pg_class WHERE relname = 'jobs'") == 0
    one: dict[str, Any] = {"id": uuid7()}
    ended: dict[str, Any] = {**one, "attempt": 1, "worker_id": "w1"}
    many: dict[str, Any] = {"jobs": [{"id": str(uuid7()), "attempt": 1}], "worker_id": "w1"}
    plans = {
        "claim": await db.jobs.claim.explain(worker_id="w1", lease_seconds=60, limit=10),
        "heartbeat": await db.jobs.heartbeat.explain(**ended, lease_seconds=60),
        "heartbeat_many": await db.jobs.heartbeat_many.explain(**many, lease_seconds=60),
        "get": await db.jobs.get.explain(**one),
        "cancel": await db.jobs.cancel.explain(**one),
        "retry": await db.jobs.retry.explain(**one),
        "delete": await db.jobs.delete.explain(**one),
        **{name: await getattr(db.jobs, name).explain(**ended) for name in ("complete", "release")},
        **{
            name: await getattr(db.jobs, name).explain(**many)
            for name in ("complete_many", "fail_many", "release_many")
        },
    }
    for name, plan in plans.items():
        assert "jobs_pkey" in plan, (name, plan)
        assert "Seq Scan on jobs" not in plan, (name, plan)
        assert "jobs_created_at_idx" not in plan, (name, plan)
    assert "Sort Key: jobs" not in plans["claim"], plans["claim"]


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
    assert (made.unique_key, again.unique_key) == (None, None)
    moved = await schedule(db, cron="0 4 * * *", next_run_at=FUTURE, unique_key="once")
    assert (moved.next_run_at, moved.unique_key) == (FUTURE, "once")
    assert [row.unique_key for row in await db.job_schedules.list()] == ["once"]
    assert await db.job_schedules.get(name="nightly") == moved
    assert (await schedule(db, name="ended", next_run_at=None)).next_run_at is None
    assert (await schedule(db, name="ended", next_run_at=FUTURE)).next_run_at == FUTURE


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
    for seconds in (1e12, -1e12, 2.0**40):
        with pytest.raises((ConstraintViolation, DataInvalid)):
            await db.jobs.enqueue_many(jobs=[*many_new(1), *many_new(1, delay_seconds=seconds)])
    (job,) = await enqueue(db)
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await claim(db, lease_seconds=1e12)
    assert (await db.jobs.get(id=job.id)).state == "available"
    taken = await claim_one(db)
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await db.jobs.fail(**fence(taken), error="again", delay_seconds=2.0**40)
    for query in (db.jobs.fail_many, db.jobs.release_many):
        with pytest.raises((ConstraintViolation, DataInvalid)):
            await query(jobs=given([taken], error="again", delay_seconds=2.0**40), worker_id="w1")
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


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_large_claim_does_not_sort_all_that_waits(db: Database) -> None:
    """By statistics of a table in which all rows wait, it once read and sorted them all."""
    await db.execute("INSERT INTO jobs (id, job_type) SELECT gen_random_uuid(), 'any' FROM generate_series(1, 20000)")
    await db.execute("ANALYZE jobs")
    plan = await db.jobs.claim.explain(worker_id="w1", lease_seconds=60, limit=2000, job_types=["any"])
    assert "Index Scan using jobs_available_idx" in plan
    assert "Sort Key: jobs" not in plan
