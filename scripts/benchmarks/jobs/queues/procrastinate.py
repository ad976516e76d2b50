"""Procrastinate, over psycopg, as its documentation runs it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import procrastinate

from benchmarks.jobs.queues import AT_ONCE, JOB_TYPE, Handled


@asynccontextmanager
async def opened(url: str, options: dict[str, Any]) -> AsyncIterator[Procrastinate]:
    """Open its app."""
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url))
    handlers: list[Handled] = []

    @app.task(name=JOB_TYPE)
    async def empty(number: int = 0) -> None:
        handlers[-1](number)

    async with app.open_async():
        yield Procrastinate(app, empty, handlers, options)


@dataclass(frozen=True)
class Procrastinate:
    """The queue of the package of that name."""

    app: procrastinate.App
    task: Any
    handlers: list[Handled]
    options: dict[str, Any]

    async def install(self) -> None:
        """Make its tables."""
        await self.app.schema_manager.apply_schema_async()

    async def enqueue(self, number: int = 0) -> None:
        """Add a job."""
        await self.task.defer_async(**({"number": number} if number else {}))

    async def enqueue_many(self, count: int) -> None:
        """Add jobs, so many in a statement."""
        for start in range(0, count, AT_ONCE):
            await self.task.batch_defer_async(*({} for _ in range(min(AT_ONCE, count - start))))

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Run a worker; it ends gracefully when its task is cancelled."""
        self.handlers.append(handled)
        running = asyncio.create_task(self.app.run_worker_async(install_signal_handlers=False, **self.options))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        running.cancel()
        await asyncio.wait((running,))
        if not running.cancelled():
            running.result()

    async def left(self) -> int:
        """Count what waits and runs."""
        return await self._count("status IN ('todo', 'doing')")

    async def done(self) -> int:
        """Count what has succeeded."""
        return await self._count("status = 'succeeded'")

    async def _count(self, where: str) -> int:
        row = await self.app.connector.execute_query_one_async(
            f"SELECT count(*) AS n FROM procrastinate_jobs WHERE {where}"  # noqa: S608 (words of this module)
        )
        return int(row["n"])
