"""A bare loop of plainbase's own queries, without the Worker: what the database leaves room for."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import plainbase
from benchmarks.jobs.queues import Handled
from benchmarks.jobs.queues.plainbase_worker import PlainbaseWorker

LEASE_SECONDS = 30.0


@asynccontextmanager
async def opened(url: str, options: dict[str, Any]) -> AsyncIterator[PlainbaseLoop]:
    """Open the database, and make its tables where they are missing."""
    async with plainbase.open(url, migrate=True) as db:
        yield PlainbaseLoop(db, options)


class PlainbaseLoop(PlainbaseWorker):
    """Claims a batch, handles it, completes it, and so on."""

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Go round until told to stop."""
        worker_id, limit, db = uuid.uuid4().hex, self.options["limit"], self.db
        while not stop.is_set():
            claimed = await db.jobs.claim(limit=limit, worker_id=worker_id, lease_seconds=LEASE_SECONDS)
            for _ in claimed:
                handled(0)
            ended = [{"id": str(job.id), "attempt": job.attempt, "result": None} for job in claimed]
            await db.jobs.complete_many(worker_id=worker_id, jobs=ended)
