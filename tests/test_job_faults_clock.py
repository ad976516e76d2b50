"""A worker whose clock is an hour wrong does as one whose clock is right: the times are the database's."""

from __future__ import annotations

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import job_ledger
from job_handlers import Handlers
from job_processes import PATIENCE, starting
from job_working import working
from plainbase import Database
from plainbase.platform.jobs import Worker, enqueue
from waiting import until

FOLDER = Path(__file__).parent
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=1)


async def test_wrong_clocks_change_nothing(db: Database, url: str) -> None:
    """One worker is an hour behind, one an hour ahead; one here, whose clock is right, keeps its job meanwhile."""
    await job_ledger.prepare(db)
    now = await db.jobs.clock()
    soon = (await enqueue(db, "ledger", {"seconds": 0}, delay_seconds=0.3)).job
    later = (await enqueue(db, "ledger", {"seconds": 0}, run_at=now + HOUR / 2)).job
    failing = (await enqueue(db, "fail", {"failures": 2})).job
    held = (await enqueue(db, "hold", queue="held")).job
    lease = LEASE.total_seconds()

    async def state(id_: UUID) -> tuple[str, int]:
        row = await db.jobs.get(id=id_)
        return row.state, row.attempt

    here = Handlers(db)
    async with (
        starting(url) as start,
        working(Worker(db, here.by_type, queues="held", schedules=False, lease_seconds=lease)),
    ):
        skews = (-3600.0, 3600.0)
        wrong = [
            await start("worker", skew=skew, poll_seconds=0.2, concurrency=1, lease_seconds=lease) for skew in skews
        ]
        enqueuer = await start("enqueuer", skew=3600.0)

        async def over() -> bool:
            return await state(soon.id) == ("completed", 1) and await state(failing.id) == ("completed", 3)

        await until(over, PATIENCE)
        await enqueuer.tells("promised", 5)
        await enqueuer.terminate()
        assert await enqueuer.ended() == 0

        async def all_done() -> bool:
            waiting = "SELECT count(*) AS n FROM jobs WHERE state <> 'completed' AND id NOT IN (:ids)"
            return bool(await db.fetch_value(waiting, {"ids": [later.id, held.id]}) == 0)

        await until(all_done, PATIENCE)
        # Several leases long another's job is left to it, and what is due in half an hour to that time.
        beats = (await db.jobs.get(id=held.id)).lease_expires_at

        async def later_still() -> bool:
            return bool((await db.jobs.get(id=held.id)).lease_expires_at - beats > 1.5 * LEASE)

        await until(later_still, PATIENCE)
        assert await state(held.id) == ("running", 1)
        assert await state(later.id) == ("available", 0)
        both = [(await enqueue(db, "hold")).job.id for _ in wrong]
        await until(lambda: all({*both} & {*worker.ids("begun")} for worker in wrong), PATIENCE)
        for id_ in both:
            row = await db.jobs.get(id=id_)
            assert timedelta(0) < row.lease_expires_at - await db.jobs.clock() <= LEASE
        here.go()
        for worker in wrong:
            worker.go()
            await worker.terminate()
        for worker in wrong:
            assert await worker.ended() == 0
    for id_ in (held.id, *both):
        assert await state(id_) == ("completed", 1)
    for worker in wrong:
        row = await db.workers.get(worker_id=worker.told("started")[0])
        assert abs(row.last_heartbeat_at - now) < HOUR / 4


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
