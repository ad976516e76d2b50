"""What every worker does for all: taking jobs back from the dead, making scheduled ones, forgetting lost workers."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from plainbase.errors import PlainbaseError
from plainbase.platform.jobs.channel import tell_queue
from plainbase.platform.jobs.schedules import run_due
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

RECLAIMED = 1000
"""Jobs taken back in one statement."""

TICK = 1.0
"""Seconds between two looks at the schedules."""

FORGET_EVERY, FORGET_AFTER = 3600.0, 86_400.0
"""Seconds between two clean-ups of the registry, and since a worker was last heard of."""


async def reclaim(db: AnyDatabase, every: float, queue_has: Callable[[str | None], None]) -> None:
    """Take back, again and again, what workers have whose lease is over; never returns."""

    async def take_back() -> None:
        while True:
            rows = await db.jobs.reclaim(limit=RECLAIMED)
            for row in rows:
                log.warning("job %s (%s) is taken back: the lease of its worker is over", row.id, row.job_type)
            for queue in {row.queue for row in rows if row.state == "available"}:
                queue_has(queue)
                await tell_queue(db, queue)
            if len(rows) < RECLAIMED:
                return

    await _repeat("taking jobs back", every, take_back)


async def make_due(db: AnyDatabase) -> None:
    """Make the jobs of schedules that are due, again and again; never returns."""

    told: set[tuple[str, str]] = set()

    async def make() -> None:
        for name, why in (await run_due(db)).unreadable.items():
            if (name, why) not in told:
                told.add((name, why))
                log.error("schedule %s makes no jobs: %s", name, why)

    await _repeat("making scheduled jobs", TICK, make)


async def forget(db: AnyDatabase) -> None:
    """Forget workers that were not heard of for a day, again and again; never returns."""

    async def remove() -> None:
        await db.workers.remove_stale(seconds=FORGET_AFTER)

    await _repeat("forgetting lost workers", FORGET_EVERY, remove)


async def _repeat(what: str, every: float, chore: Callable[[], Awaitable[None]]) -> None:
    """Do a chore every so many seconds, give or take a tenth, so that workers do not do it all at once."""
    well = True
    while True:
        try:
            await chore()
            well = True
        except PlainbaseError as error:
            if well:
                log.warning("%s does not work at the moment: %s", what, error)
            well = False
        except Exception as error:  # a chore that fails must not end a worker; what it says may hold data
            if well:
                log.error("%s does not work at the moment: %s", what, type(error).__name__)
            well = False
        await asyncio.sleep(every * random.uniform(0.9, 1.1))  # noqa: S311 (spreads load; not a secret)
