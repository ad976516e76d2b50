"""Schedulers beside each other, some of them killed: one job for each tick."""

from __future__ import annotations

import job_ledger
from conftest import SOAK
from job_processes import PATIENCE, starting
from plainbase import Database
from plainbase.platform.jobs import schedule
from waiting import until

NEVER = "0 0 1 1 *"
"""A tick that does not come by itself while this runs, but once a year."""

DUE = {
    "sqlite": "UPDATE job_schedules SET next_run_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-1 seconds')",
    "postgres": "UPDATE job_schedules SET next_run_at = statement_timestamp() - interval '1 second'",
}


async def left(db: Database) -> int:
    """How many schedules are due."""
    return len(await db.job_schedules.list_due(limit=100))


async def test_one_job_for_each_tick_of_two_schedulers_one_of_which_is_killed(db: Database, url: str) -> None:
    for name in ("a", "b", "c"):
        await schedule(db, name, NEVER, "tick", {"schedule": name})
    rounds = 200 if SOAK else 20
    async with starting(url) as start:
        schedulers = [await start("scheduler") for _ in range(2)]
        for scheduler in schedulers:
            await scheduler.tells("started")

        async def none_left() -> bool:
            return await left(db) == 0

        for number in range(rounds):
            await db.execute(DUE[db.dialect])
            if number % 10 == 5:
                await schedulers[0].kill()
                schedulers[0] = await start("scheduler")
            await until(none_left, PATIENCE)
        ticks = await db.fetch_all("SELECT payload, run_at FROM jobs")
    made = [(row.payload["schedule"], row.run_at) for row in ticks]
    assert len(made) == len(set(made)) == rounds * 3


async def test_one_job_for_each_tick_of_two_workers(db: Database, url: str) -> None:
    await schedule(db, "tick", NEVER, "ledger", {"seconds": 0})
    rounds = 20 if SOAK else 2
    async with starting(url) as start:
        await job_ledger.prepare(db)
        workers = [await start("worker") for _ in range(2)]
        for number in range(1, rounds + 1):
            await db.execute(DUE[db.dialect])

            async def done(number: int = number) -> bool:
                return bool(await db.fetch_value("SELECT count(*) AS n FROM ledger WHERE step = 'done'") == number)

            await until(done, PATIENCE)
        for worker in workers:
            await worker.terminate()
            assert await worker.ended() == 0
    assert await db.fetch_value("SELECT count(*) AS n FROM jobs") == rounds
