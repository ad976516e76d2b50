"""A worker whose clock is an hour wrong does as one whose clock is right: the times are the database's."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path

import job_ledger
from job_processes import PATIENCE, starting
from plainbase import Database
from plainbase.platform.jobs import enqueue, schedule
from test_job_faults_schedules import DUE
from waiting import until

FOLDER = Path(__file__).parent
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


async def test_wrong_clocks_change_nothing(db: Database, url: str) -> None:
    """One worker is an hour behind, one an hour ahead; a third, whose clock is right, keeps its job meanwhile."""
    await job_ledger.prepare(db)
    now = await db.jobs.clock()
    soon = (await enqueue(db, "ledger", {"seconds": 0}, delay_seconds=0.3)).job
    later = (await enqueue(db, "ledger", {"seconds": 0}, run_at=now + HOUR / 2)).job
    failing = (await enqueue(db, "fail", {"failures": 2})).job
    held = (await enqueue(db, "hold", queue="held")).job
    await schedule(db, "hourly", "0 * * * *", "ledger", {"seconds": 0})
    await db.execute(DUE[db.dialect])
    async with starting(url) as start:
        right = await start("worker", queues=["held"], lease_seconds=1.0, schedules=False)
        await right.tells("begun")
        skews = (-3600.0, 3600.0)
        wrong = [await start("worker", skew=skew, lease_seconds=1.0, poll_seconds=0.2) for skew in skews]
        enqueuers = [await start("enqueuer", skew=skew) for skew in skews]

        async def state(id_: object) -> tuple[str, int]:
            row = await db.jobs.get(id=id_)
            return row.state, row.attempt

        async def over() -> bool:
            return await state(soon.id) == ("completed", 1) and await state(failing.id) == ("completed", 3)

        await until(over, PATIENCE)
        for enqueuer in enqueuers:
            await enqueuer.tells("promised", 5)
            await enqueuer.terminate()
            assert await enqueuer.ended() == 0

        async def all_done() -> bool:
            waiting = "SELECT count(*) AS n FROM jobs WHERE state NOT IN ('completed') AND id NOT IN (:ids)"
            return bool(await db.fetch_value(waiting, {"ids": [later.id, held.id]}) == 0)

        await until(all_done, PATIENCE)

        async def ticked() -> bool:
            row = await db.job_schedules.get(name="hourly")
            return row.last_run_at is not None

        await until(ticked, PATIENCE)
        tick = await db.job_schedules.get(name="hourly")
        assert now < tick.next_run_at <= now + HOUR + QUARTER
        # Several leases long another's job is left to it, and what is due in half an hour to that time.
        beats = (await db.jobs.get(id=held.id)).lease_expires_at

        async def later_still() -> bool:
            return bool((await db.jobs.get(id=held.id)).lease_expires_at - beats > timedelta(seconds=2))

        await until(later_still, PATIENCE)
        assert await state(held.id) == ("running", 1)
        assert await state(later.id) == ("available", 0)
        both = [(await enqueue(db, "hold")).job.id for _ in range(2)]
        await until(lambda: {*both} <= {id_ for worker in wrong for id_ in worker.ids("begun")}, PATIENCE)
        for id_ in both:
            row = await db.jobs.get(id=id_)
            assert timedelta(0) < row.lease_expires_at - await db.jobs.clock() <= timedelta(seconds=1)
        for worker in (right, *wrong):
            worker.go()
            await worker.terminate()
            assert await worker.ended() == 0
    assert await state(held.id) == ("completed", 1)
    for id_ in both:
        assert await state(id_) == ("completed", 1)
    for worker in wrong:
        row = await db.workers.get(worker_id=worker.told("started")[0])
        assert abs(row.last_heartbeat_at - now) < QUARTER


async def test_the_clock_is_wrong() -> None:
    """What the test above relies on."""
    text = (
        "import job_clock; job_clock.skew(3600); import time, datetime; from datetime import datetime as d, UTC;"
        "print(time.time(), d.now().timestamp(), d.now(UTC).timestamp(), time.time_ns() / 1e9)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", text, cwd=FOLDER, stdout=PIPE)
    said, _ = await process.communicate()
    assert len(said.split()) == 4
    assert all(3500 < float(each) - time.time() < 3700 for each in said.split())
