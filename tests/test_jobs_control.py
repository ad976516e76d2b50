"""Steering: cancel, retry, pause, resume, purge; in parts, told to the workers, in the caller's transaction or not."""

from __future__ import annotations

import asyncio
import math
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import plainbase
from plainbase import ConstraintViolation, Database, DataInvalid, RowNotFound
from plainbase.platform.jobs import control
from plainbase.platform.jobs.channel import CHANNEL
from plainbase.platform.jobs.control import cancel, delete_old, pause, purge, resume, retry, retry_dead
from plainbase.platform.jobs.enqueueing import enqueue, enqueue_many
from plainbase.platform.jobs.new_job import NewJob
from waiting import until

UNKNOWN = UUID(int=1)


async def claim(db: Database, limit: int = 1, queue: str = "default") -> list[dict[str, Any]]:
    """Take jobs; what fences them."""
    rows = await db.jobs.claim(worker_id="w", lease_seconds=60, limit=limit, queue=queue)
    return [{"id": row.id, "attempt": row.attempt, "worker_id": "w"} for row in rows]


async def dead(db: Database, count: int = 1, queue: str = "default", **fields: Any) -> list[UUID]:
    """So many jobs that failed for good."""
    ids = await enqueue_many(db, [NewJob("t", **{"queue": queue, **fields}) for _ in range(count)])
    for fence in await claim(db, count, queue):
        assert await db.jobs.fail(**fence, error="no", retry=False) == "dead"
    return ids


async def states(db: Database) -> dict[UUID, str]:
    return {row.id: row.state for row in await db.jobs.list(limit=10_000)}


async def a_moment_passes(db: Database) -> None:
    """Wait until the database's clock, which tells milliseconds, has gone on."""
    now = await db.jobs.clock()

    async def gone_on() -> bool:
        return bool(await db.jobs.clock() > now)

    await until(gone_on)


class Heard:
    """What listeners of the channel hear, until now."""

    def __init__(self, db: Database) -> None:
        self.subscription = db.listen(CHANNEL)
        self.db = db

    async def payloads(self) -> list[str]:
        """What came so far; on PostgreSQL alone are there any."""
        await self.db.notify(CHANNEL, "end")
        found = []
        while (notification := await self.subscription.next()).payload != "end":
            found.append(notification.payload or "")
        return found


async def test_a_waiting_or_running_job_is_cancelled_and_one_that_is_over_is_not(db: Database) -> None:
    waiting, running = await enqueue_many(db, [NewJob("t"), NewJob("t", priority=1)])
    (fence,) = await claim(db)
    assert fence["id"] == running
    for job_id in (waiting, running):
        assert await cancel(db, job_id)
        assert not await cancel(db, job_id)
    assert await states(db) == {waiting: "cancelled", running: "cancelled"}
    assert not await db.jobs.complete(**fence)
    with pytest.raises(RowNotFound):
        await cancel(db, UNKNOWN)


async def test_a_dead_or_cancelled_job_is_tried_again(db: Database) -> None:
    (first,) = await dead(db, max_attempts=1)
    second = (await enqueue(db, "t", delay_seconds=3600)).job.id
    assert not await retry(db, second)
    assert await cancel(db, second)
    for job_id in (first, second):
        assert await retry(db, job_id)
        assert not await retry(db, job_id)
    rows = await claim(db, 9)
    assert {row["id"] for row in rows} == {first, second}
    assert sorted(row["attempt"] for row in rows) == [1, 2]
    with pytest.raises(RowNotFound):
        await retry(db, UNKNOWN)


async def test_a_job_whose_key_another_holds_is_not_tried_again(db: Database) -> None:
    (first,) = await dead(db, unique_key="k5ecret")
    second = (await enqueue(db, "t", unique_key="k5ecret")).job.id
    with pytest.raises(ConstraintViolation, match="whose unique key another job holds") as caught:
        await retry(db, first)
    assert (caught.value.kind, caught.value.constraint, caught.value.query) == (
        "unique",
        "jobs_unique_key_key",
        "jobs.retry",
    )
    assert "k5ecret" not in str(caught.value)
    async with db.transaction() as tx:
        with pytest.raises(ConstraintViolation):
            await retry(tx, first)
        assert await cancel(tx, second)  # a savepoint: the transaction goes on
        assert await retry(tx, first)
    assert await states(db) == {first: "available", second: "cancelled"}


async def test_all_dead_jobs_are_tried_again_in_parts(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "RETRIED", 3)
    ids = await dead(db, 10)
    commits: list[object] = []
    db.on("commit", commits.append)
    assert await retry_dead(db) == 10
    assert len(commits) == 4
    assert await states(db) == dict.fromkeys(ids, "available")
    assert await retry_dead(db) == 0


async def test_dead_jobs_of_a_queue_or_a_type_are_tried_again(db: Database) -> None:
    a, b = await dead(db, queue="a"), await dead(db, queue="b")
    ids = await enqueue_many(db, [NewJob("other", queue="a")])
    (fence,) = await claim(db, queue="a")
    await db.jobs.fail(**fence, error="no", retry=False)
    assert await retry_dead(db, queue="b", job_type="other") == 0
    assert await retry_dead(db, queue="b") == 1
    assert await states(db) == {a[0]: "dead", b[0]: "available", ids[0]: "dead"}
    assert await retry_dead(db, job_type="other") == 1
    assert await states(db) == {a[0]: "dead", b[0]: "available", ids[0]: "available"}


async def test_dead_jobs_with_one_key_leave_one_that_is_tried_again(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "RETRIED", 2)
    twins = [(await dead(db, unique_key="k"))[0] for _ in range(3)]
    (held,) = await dead(db, unique_key="held")
    await enqueue(db, "t", unique_key="held")
    (plain,) = await dead(db, priority=9)
    async with asyncio.timeout(20):  # those that stay dead come in no second part
        assert await retry_dead(db) == 2
    found = await states(db)
    assert sorted(found[each] for each in twins) == ["available", "dead", "dead"]
    assert (found[held], found[plain]) == ("dead", "available")


@pytest.mark.parametrize("engine", ["postgres"])  # SQLite has one writer
async def test_dead_jobs_and_new_ones_take_their_keys_in_one_order(db: Database) -> None:
    for key, number in (("a", 2), ("b", 1)):  # neither by when they died nor by their ids
        await dead(db, unique_key=key, id=UUID(int=number))
        await a_moment_passes(db)

    async def waits() -> bool:
        here = "datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await db.fetch_value(f"SELECT count(*) FROM pg_stat_activity WHERE {here}"))

    async with asyncio.timeout(20):
        async with db.transaction() as tx:
            await tx.jobs.enqueue_unique(job_type="t", unique_key="a")
            retried = asyncio.create_task(retry_dead(db))
            await until(waits)
            assert await tx.jobs.enqueue_unique(job_type="t", unique_key="b") is not None
        assert await retried == 0


async def test_what_is_steered_in_a_transaction_is_undone_with_it(db: Database) -> None:
    (gone,) = await dead(db)
    waiting = (await enqueue(db, "t")).job.id
    await pause(db, "q")
    before = await states(db)
    await a_moment_passes(db)
    for steer in (
        lambda tx: cancel(tx, waiting),
        lambda tx: retry(tx, gone),
        lambda tx: retry_dead(tx),
        lambda tx: pause(tx, "other"),
        lambda tx: resume(tx, "q"),
        lambda tx: purge(tx),
    ):
        with pytest.raises(ZeroDivisionError):
            async with db.transaction() as tx:
                assert await steer(tx)
                raise ZeroDivisionError
    assert await states(db) == before
    assert [row.name for row in await db.job_queues.list() if row.paused_at] == ["q"]


async def test_a_paused_queue_gives_no_jobs_until_it_is_resumed(db: Database) -> None:
    await enqueue(db, "t")
    row = await pause(db, "default")
    assert row.paused_at is not None
    assert (await pause(db, "default")).paused_at == row.paused_at
    assert await claim(db) == []
    assert await resume(db, "default")
    assert not await resume(db, "default")
    assert not await resume(db, "unknown")
    assert len(await claim(db)) == 1
    for wrong in ("", "x" * 101, "a\0", None):
        with pytest.raises(DataInvalid, match="a queue"):
            await pause(db, wrong)  # type: ignore[arg-type]  # wrong on purpose
        with pytest.raises(DataInvalid, match="a queue"):
            await resume(db, wrong)  # type: ignore[arg-type]  # wrong on purpose


async def test_dead_jobs_are_purged_in_parts_and_others_write_between(
    url: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "CHUNK", 4)
    (kept,) = await enqueue_many(db, [NewJob("t", queue="kept")])
    await dead(db, 10)
    await a_moment_passes(db)
    deleted: list[int] = []
    original = db.jobs.purge_dead
    async with plainbase.open(url) as other:

        async def seen(**params: Any) -> int:
            count: int = await original(**params)
            deleted.append(count)
            await asyncio.wait_for(enqueue(other, "t", queue="kept"), 5)
            return count

        monkeypatch.setitem(db.jobs.__dict__, "purge_dead", seen)
        assert await purge(db) == 10
    assert deleted == [4, 4, 2]
    found = await states(db)
    assert len(found) == 4
    assert found[kept] == "available"


async def test_dead_jobs_of_a_queue_or_a_type_or_an_age_are_purged(db: Database) -> None:
    for queue in ("a", "b"):
        await dead(db, queue=queue)
    await a_moment_passes(db)
    assert await purge(db, days=1) == 0
    assert await purge(db, job_type="other") == 0
    assert await purge(db, queue="a", job_type="t") == 1
    assert [row.queue for row in await db.jobs.list()] == ["b"]
    assert await purge(db) == 1


async def test_jobs_that_are_over_are_deleted_in_parts_and_dead_ones_are_not(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "CHUNK", 2)
    (gone,) = await dead(db)
    waiting = (await enqueue(db, "t", queue="waiting")).job.id
    for job_id in await enqueue_many(db, [NewJob("t") for _ in range(3)]):
        assert await cancel(db, job_id)
    await enqueue_many(db, [NewJob("t") for _ in range(3)])
    for fence in await claim(db, 3):
        assert await db.jobs.complete(**fence)
    await a_moment_passes(db)
    assert await delete_old(db, 1) == 0
    assert await delete_old(db, 0, states=["completed"]) == 3
    assert await delete_old(db, 0) == 3
    assert await states(db) == {gone: "dead", waiting: "available"}


async def test_what_is_no_number_of_days_or_no_such_state_is_refused(db: Database) -> None:
    wrong: list[Any] = [-1, math.nan, math.inf, 36_501, None, "1", True]
    for days in wrong:
        for call in (delete_old(db, days), purge(db, days=days)):
            with pytest.raises(DataInvalid, match="days is a number from 0 to 36,500"):
                await call
    assert await delete_old(db, 36_500) == await purge(db, days=timedelta(days=36_500).days) == 0
    states_: list[Any] = [["dead"], ["completed", "running"], [], "completed"]
    for given in states_:
        with pytest.raises(DataInvalid, match="states are completed, cancelled or both"):
            await delete_old(db, 1, states=given)


async def test_workers_are_told_when_it_is_committed(engine: str, db: Database) -> None:
    if engine == "sqlite":
        async with db.listen(CHANNEL) as subscription:
            job_id = (await enqueue(db, "t")).job.id
            await asyncio.wait_for(subscription.next(), 5)
            assert await cancel(db, job_id)
            assert (await asyncio.wait_for(subscription.next(), 5)).payload is None
        return
    heard = Heard(db)
    async with heard.subscription:
        job_id = (await enqueue(db, "t", queue="q")).job.id
        await dead(db, 2, queue="r")
        await heard.payloads()
        assert await cancel(db, job_id)
        assert await heard.payloads() == [f"job:{job_id}"]
        assert not await cancel(db, job_id)
        assert await heard.payloads() == []
        assert await retry(db, job_id)
        assert await heard.payloads() == ["queue:q"]
        await pause(db, "q")
        await resume(db, "q")
        assert await heard.payloads() == ["queue:q"]
        assert await retry_dead(db) == 2
        assert await heard.payloads() == ["queue:r"]
        async with db.transaction() as tx:
            assert await cancel(tx, job_id)
            assert await heard.payloads() == []
        assert await heard.payloads() == [f"job:{job_id}"]
