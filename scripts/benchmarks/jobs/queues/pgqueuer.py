"""PgQueuer, over asyncpg, as its documentation runs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pgqueuer
from pgqueuer import models

from benchmarks.jobs.queues import AT_ONCE, JOB_TYPE, Handled


@asynccontextmanager
async def opened(url: str, options: dict[str, Any]) -> AsyncIterator[PgQueuer]:
    """Open a pool, as a connection of its own is no faster."""
    logging.getLogger("pgqueuer").setLevel(logging.ERROR)
    async with asyncpg.create_pool(url, min_size=2, max_size=4) as pool:
        yield PgQueuer(pool, pgqueuer.AsyncpgPoolDriver(pool), options)


@dataclass(frozen=True)
class PgQueuer:
    """The queue of the package of that name."""

    pool: asyncpg.Pool[asyncpg.Record]
    driver: pgqueuer.AsyncpgPoolDriver
    options: dict[str, Any]

    async def install(self) -> None:
        """Make its tables."""
        await pgqueuer.Queries(self.driver).install()

    async def enqueue(self, number: int = 0) -> None:
        """Add a job."""
        await pgqueuer.Queries(self.driver).enqueue(JOB_TYPE, str(number).encode() if number else None)

    async def enqueue_many(self, count: int) -> None:
        """Add jobs, so many in a statement."""
        queries = pgqueuer.Queries(self.driver)
        for start in range(0, count, AT_ONCE):
            some = min(AT_ONCE, count - start)
            await queries.enqueue([JOB_TYPE] * some, [None] * some, [0] * some)

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Run a worker; the entrypoint has no limits, which would cost it more."""
        worker = pgqueuer.PgQueuer(self.driver)

        @worker.entrypoint(JOB_TYPE)
        async def empty(job: models.Job) -> None:
            handled(int(job.payload or 0))

        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: worker.shutdown.set())
        try:
            await worker.run(**self.options)
        finally:
            stopping.cancel()

    async def left(self) -> int:
        """Count its queue, out of which what is done is deleted."""
        return int(await self.pool.fetchval("SELECT count(*) FROM pgqueuer"))

    async def done(self) -> int:
        """Count its log."""
        return int(await self.pool.fetchval("SELECT count(*) FROM pgqueuer_log WHERE status = 'successful'"))
