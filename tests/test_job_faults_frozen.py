"""A worker that stands still past its lease and goes on: another has done the job, and it can end it no more."""

from __future__ import annotations

import os
import signal
import sqlite3

import job_ledger
from conftest import SOAK
from job_handlers import Handlers
from job_load import Load
from job_processes import PATIENCE, Running, starting
from job_working import working
from plainbase import Database
from plainbase.platform.jobs import Worker
from waiting import until

LEASE = 1.0
HELD = ("hold", "hold_once")


async def freeze(db: Database, worker: Running) -> None:
    """Stop a process where it stands, but not in the middle of a write, which on SQLite would hold up everybody."""
    while True:
        worker.send(signal.SIGSTOP)
        os.waitid(os.P_PID, worker.process.pid, os.WSTOPPED)  # each of its threads
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


async def test_a_frozen_worker_has_lost_its_jobs(db: Database, url: str) -> None:
    """The one here does them meanwhile."""
    await job_ledger.prepare(db)
    async with starting(url) as start:
        frozen = await start("worker", lease_seconds=LEASE)
        jobs = [await job_ledger.put(db, job_type) for job_type in HELD]
        await frozen.tells("begun", len(jobs))
        await freeze(db, frozen)
        here = Handlers(db)
        here.go()
        async with working(Worker(db, here.by_type, lease_seconds=LEASE, poll_seconds=0.2)):
            await over(db)
        frozen.send(signal.SIGCONT)
        assert set(await frozen.tells("cancelled", len(jobs))) == {f"{id_} 1" for id_ in jobs}
        jobs.append(await job_ledger.put(db, "ledger"))
        await over(db)

        async def counted() -> bool:
            new_one_only = {"running": 0, "waiting": 0, "completed": 1, "failed": 0, "lost": 2}
            return await frozen.status() == new_one_only

        await until(counted)
        await frozen.terminate()
        assert await frozen.ended() == 0
    found = await job_ledger.evidence(db)
    assert job_ledger.problems(found, jobs) == []


async def test_who_has_lost_a_job_and_does_not_know_cannot_end_it(db: Database) -> None:
    """Another does it, between two heartbeats; the first has no free slot to claim it anew."""
    await job_ledger.prepare(db)
    jobs = [await job_ledger.put(db, job_type) for job_type in HELD]
    late, other = Handlers(db), Handlers(db)

    async def all_had(attempt: int) -> bool:
        begun = "SELECT count(*) AS n FROM ledger WHERE step = 'begun' AND attempt = :attempt"
        return bool(await db.fetch_value(begun, {"attempt": attempt}) == len(jobs))

    async with working(Worker(db, late.by_type, concurrency=len(jobs), lease_seconds=3600)) as loser:
        await until(lambda: all_had(1))

        async def taken_by_the_other() -> bool:
            sql = "UPDATE jobs SET lease_expires_at = started_at WHERE worker_id = :worker_id"
            await db.execute(sql, {"worker_id": loser.worker_id})  # again where its first heartbeat came after it
            return await all_had(2)

        async with working(Worker(db, other.by_type, lease_seconds=LEASE)) as owner:
            await until(taken_by_the_other)
            late.go()
            await until(lambda: loser.status().lost == len(jobs))
            other.go()
            await over(db)
            await until(lambda: owner.status().completed == len(jobs))
    found = await job_ledger.evidence(db)
    assert job_ledger.problems(found, jobs) == []
    assert loser.status().completed == 0


async def over(db: Database) -> None:
    """Wait until all jobs are."""

    async def none_left() -> bool:
        return await job_ledger.unfinished(db) == 0

    await until(none_left, PATIENCE)


async def test_workers_frozen_at_any_moment_lose_nothing(db: Database, url: str) -> None:
    await job_ledger.prepare(db)
    async with starting(url) as start:
        load = Load(start, lease_seconds=LEASE, poll_seconds=0.2)
        await load.begin(2)
        for number in range(50 if SOAK else 2):
            victim = load.workers[number % 2]
            await freeze(db, victim)
            while not await has(db, victim):
                victim.send(signal.SIGCONT)
                await victim.tells("begun", len(victim.told("begun")) + 1)
                await freeze(db, victim)

            async def taken_away(victim: Running = victim) -> bool:
                return await has(db, victim) == 0

            await until(taken_away, PATIENCE)
            victim.send(signal.SIGCONT)
            await load.go_on(1)
        await load.finish(db)
        found = await load.check(db)
    print(f"{db.dialect}: {found.figures}")


async def has(db: Database, worker: Running) -> int:
    """How many jobs a worker has that another could take: those that its handlers' own transactions lock stay its."""
    (worker_id,) = worker.told("started")
    unlocked = " FOR UPDATE SKIP LOCKED" if db.dialect == "postgres" else ""
    mine = f"SELECT id FROM jobs WHERE state = 'running' AND worker_id = :id{unlocked}"
    return len(await db.fetch_all(mine, {"id": worker_id}))
