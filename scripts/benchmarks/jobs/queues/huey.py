"""Huey on its SQLite storage: its consumer with worker threads."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import huey
from huey import signals
from huey.storage import SqliteStorage

from benchmarks.jobs.queues import JOB_TYPE, Handled


class AsPlainbase(SqliteStorage):
    """The storage as safe as plainbase's: its own choices are to sync at each commit, which is slower, or never."""

    def _create_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection = super()._create_connection()
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


@asynccontextmanager
async def opened(url: str, options: dict[str, Any]) -> AsyncIterator[Huey]:
    """Open the storage; results are kept only where a handler has one, which is Huey's default."""
    logging.getLogger("huey").setLevel(logging.ERROR)
    tool = huey.Huey("bench", storage_class=AsPlainbase, filename=urlsplit(url).path[1:])
    try:
        yield Huey(tool, options)
    finally:
        tool.storage.close()


class Huey:
    """The queue of the package of that name."""

    def __init__(self, tool: huey.Huey, options: dict[str, Any]) -> None:
        self.tool = tool
        self.options = options
        self.completed: list[object] = []
        self._handled: Handled = lambda number: None
        self._task = tool.task(name=JOB_TYPE)(self._empty)

    def _empty(self, number: int = 0) -> None:
        self._handled(number)

    async def install(self) -> None:
        """Do nothing: the storage has made its tables."""

    async def enqueue(self, number: int = 0) -> None:
        """Add a job."""
        self._task(*([number] if number else []))

    async def enqueue_many(self, count: int) -> None:
        """Add jobs one by one: there is no other way."""
        for _ in range(count):
            self._task()

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Run its consumer until told to stop, then let the threads end what they do."""
        self._handled = handled

        @self.tool.signal(signals.SIGNAL_COMPLETE)
        def complete(signal: str, task: object) -> None:
            self.completed.append(task)

        consumer = self.tool.create_consumer(periodic=False, **self.options)
        consumer.start()
        await stop.wait()
        await asyncio.to_thread(consumer.stop, graceful=True)

    async def left(self) -> int:
        """Count its queue, out of which a job is deleted before it runs."""
        return int(self.tool.pending_count())

    async def done(self) -> int:
        """Count the signals of completion: of a job without a result it keeps nothing."""
        return len(self.completed)
