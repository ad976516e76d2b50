"""Schedulers beside each other, some of them killed: one job for each tick."""

from __future__ import annotations

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

NAMES = ("a", "b", "c")


async def test_one_job_for_each_tick_of_two_schedulers_one_of_which_is_killed(db: Database, url: str) -> None:
    for name in NAMES:
        await schedule(db, name, NEVER, "tick", {"schedule": name})
    rounds = 200 if SOAK else 12

    async def left() -> int:
        return len(await db.job_schedules.list_due())

    async def some_made() -> bool:
        return await left() < len(NAMES)

    async def all_made() -> bool:
        for scheduler in schedulers:
            scheduler.goes_on()
        return await left() == 0

    async with starting(url) as start:
        schedulers = [await start("scheduler") for _ in range(2)]
        for number in range(rounds):
            for scheduler in schedulers:
                await scheduler.tells("started")
            await db.execute(DUE[db.dialect])
            if number % 6 == 3:
                victim = number // 6 % 2
                await until(some_made, PATIENCE)
                await schedulers[victim].kill()
                schedulers[victim] = await start("scheduler")
            await until(all_made, PATIENCE)
        ticks = await db.fetch_all("SELECT payload, run_at FROM jobs")
    made = [(row.payload["schedule"], row.run_at) for row in ticks]
    assert len(made) == len(set(made)) == rounds * len(NAMES)
