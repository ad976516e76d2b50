"""Workers and enqueuers killed at any moment: what was promised is done, and what was not is not."""

from __future__ import annotations

import job_ledger
from conftest import SOAK
from job_load import Load
from job_processes import starting
from plainbase import Database

KILLS = 200 if SOAK else 4


async def test_workers_killed_at_any_moment_lose_nothing(db: Database, url: str) -> None:
    await job_ledger.prepare(db)
    async with starting(url) as start:
        load = Load(start, lease_seconds=1.0, poll_seconds=0.2)
        await load.begin(3 if SOAK else 2)
        while load.kills < KILLS:
            await load.kill_a_worker()
            if load.kills % 3 == 0:
                await load.kill_an_enqueuer()
        await load.finish(db)
        found = await load.check(db)
    print(f"{db.dialect}: {load.kills} kills, {found.figures}")
    assert found.figures["taken away"] >= KILLS / 2  # they did have jobs when they were killed
