"""A worker that stands still past its lease and goes on: another has done the job, and it can end it no more."""

from __future__ import annotations

import signal
import sqlite3
from uuid import UUID

import pytest

import job_ledger
from conftest import SOAK
from job_load import Load
from job_processes import PATIENCE, Running, starting
from plainbase import Database
from plainbase.platform.jobs import enqueue
from waiting import until

LEASE = 1.0


async def put(db: Database, job_type: str) -> UUID:
    """Enqueue a job, and write it down."""
    async with db.transaction() as tx:
        id_: UUID = (await enqueue(tx, job_type, {"seconds": 0})).job.id
        await tx.execute(job_ledger.WRITE_ENQUEUED, {"job_id": id_})
    return id_


async def completed(db: Database, id_: UUID) -> None:
    """Wait until a job is."""

    async def over() -> bool:
        return bool((await db.jobs.get(id=id_)).state == "completed")

    await until(over, PATIENCE)


async def freeze(db: Database, worker: Running) -> None:
    """Stop a process where it stands, but not in the middle of a write, which on SQLite would hold up everybody."""
    while True:
        worker.send(signal.SIGSTOP)
        if db.dialect == "postgres":
            return
        connection = sqlite3.connect(str(db.options.path), timeout=0.2, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            worker.send(signal.SIGCONT)
        else:
            return
        finally:
            connection.close()


@pytest.mark.parametrize("job_type", ["hold", "hold_once"])
@pytest.mark.parametrize("done_late", [False, True], ids=["not done", "done late"])
async def test_a_frozen_worker_has_lost_its_job(db: Database, url: str, job_type: str, done_late: bool) -> None:
    await job_ledger.prepare(db)
    async with starting(url) as start:
        frozen = await start("worker", lease_seconds=LEASE)
        job = await put(db, job_type)
        await frozen.tells("begun")
        await freeze(db, frozen)
        other = await start("worker", lease_seconds=LEASE)
        assert await other.tells("begun") == [f"{job} 2"]
        other.go()
        await completed(db, job)
        await other.terminate()
        assert await other.ended() == 0
        if done_late:
            frozen.go()
        frozen.send(signal.SIGCONT)
        if not done_late:
            assert await frozen.tells("cancelled") == [f"{job} 1"]
        again = await put(db, "ledger")
        await completed(db, again)

        async def counted() -> bool:
            new_one_only = {"running": 0, "waiting": 0, "completed": 1, "failed": 0, "lost": 1}
            return await frozen.status() == new_one_only

        await until(counted)
        await frozen.terminate()
        assert await frozen.ended() == 0
    found = await job_ledger.evidence(db)
    assert job_ledger.problems(found, {job, again}) == []


async def test_workers_frozen_at_any_moment_lose_nothing(db: Database, url: str) -> None:
    await job_ledger.prepare(db)
    async with starting(url) as start:
        load = Load(start, lease_seconds=LEASE, poll_seconds=0.2)
        await load.begin(2)
        for number in range(50 if SOAK else 2):
            victim = load.workers[number % 2]
            await freeze(db, victim)
            await taken_away(db)
            victim.send(signal.SIGCONT)
            await load.go_on(1)
        await load.finish(db)
        found = await load.check(db)
    print(f"{db.dialect}: {found.figures}")


async def taken_away(db: Database) -> None:
    """Wait until a job was taken from a worker whose lease was over."""
    query = "SELECT count(*) AS n FROM changes WHERE old_state = 'running' AND state = 'available'"
    before = await db.fetch_value(query)

    async def taken() -> bool:
        return bool(await db.fetch_value(query) > before)

    await until(taken, PATIENCE)
