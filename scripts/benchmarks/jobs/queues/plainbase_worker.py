"""plainbase's Worker, with its own defaults where no option is given."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import plainbase
from benchmarks.jobs.queues import AT_ONCE, JOB_TYPE, Handled
from plainbase.platform import jobs
from plainbase.platform.jobs import Job, NewJob, Worker
from plainbase.typed import Database

PRIORITY = 1
"""Of the jobs that are measured; those that only stand there may have another."""


@asynccontextmanager
async def opened(url: str, options: dict[str, Any]) -> AsyncIterator[PlainbaseWorker]:
    """Open the database, and make its tables where they are missing."""
    async with plainbase.open(url, migrate=True) as db:
        yield PlainbaseWorker(db, options)


@dataclass(frozen=True)
class PlainbaseWorker:
    """The product."""

    db: Database
    options: dict[str, Any]

    async def install(self) -> None:
        """Do nothing: `opened` has done it."""

    async def enqueue(self, number: int = 0) -> None:
        """Add a job."""
        await jobs.enqueue(self.db, JOB_TYPE, {"number": number} if number else None, priority=PRIORITY)

    async def enqueue_many(self, count: int) -> None:
        """Add jobs, so many in a transaction."""
        for start in range(0, count, AT_ONCE):
            made = [NewJob(JOB_TYPE, priority=PRIORITY) for _ in range(start, min(start + AT_ONCE, count))]
            await jobs.enqueue_many(self.db, made)

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Run a worker."""

        async def empty(job: Job) -> None:
            handled(job.payload.get("number", 0))

        worker = Worker(self.db, {JOB_TYPE: empty}, **self.options)
        gc.freeze()  # as `plainbase jobs work` does
        running = asyncio.create_task(worker.run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        worker.stop()
        await running

    async def left(self) -> int:
        """Count what waits and runs, in indexes of those alone."""
        return await self._count(
            "SELECT (SELECT count(*) FROM jobs WHERE state = 'available')"
            " + (SELECT count(*) FROM jobs WHERE state = 'running')"
        )

    async def done(self) -> int:
        """Count the completed jobs that a worker has had."""
        return await self._count("SELECT count(*) FROM jobs WHERE state = 'completed' AND worker_id IS NOT NULL")

    async def _count(self, sql: str) -> int:
        ((count,),) = await self.db.fetch_all(sql)
        return int(count)
