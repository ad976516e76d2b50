"""Heartbeats, from a thread with a connection of its own: a handler that blocks the worker's loop costs no lease."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Sequence, Set
from contextlib import suppress
from time import monotonic
from uuid import UUID

from plainbase.errors import PlainbaseError
from plainbase.platform.jobs.held import Held, Holding
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

BEATS = 6
"""Heartbeats in the time of a lease."""

OVERDUE_GRACE = 1.0
"""Seconds after its time-out that a job is failed for a handler that blocks the loop."""

PATIENCE = 3
"""Heartbeats in whose time one has to be done: then another connection is tried, while the lease lasts."""

JOIN = 5.0
"""Seconds that the end of the thread is waited for."""


class Heart:
    """Keeps a worker's leases and its row, and tells the worker what it has lost."""

    def __init__(
        self,
        worker_id: str,
        lease_seconds: float,
        holding: Holding,
        *,
        lost: Callable[[Held], None],
        overdue: Callable[[Held], None],
        register: Callable[[AnyDatabase], Awaitable[object]],
        counts: Callable[[], tuple[int, int]],
        delay: Callable[[int], float],
    ) -> None:
        self.interval = lease_seconds / BEATS
        self._worker_id = worker_id
        self._lease = lease_seconds
        self._holding = holding
        self._lost = lost
        self._overdue = overdue
        self._register = register
        self._counts = counts
        self._delay = delay
        self._told = (0, 0)
        self._worker = asyncio.get_running_loop()
        self._own: asyncio.AbstractEventLoop | None = None
        self._now: asyncio.Event | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._task: asyncio.Task[None] | None = None
        self._turn = monotonic()

    def start(self, db: AnyDatabase) -> None:
        """Begin to beat. A database in memory has one connection, and no other worker, so it needs no thread."""
        if db.options.path == ":memory:":
            self._task = asyncio.create_task(self._beats(db))
            return
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._live(db)), name=f"plainbase heart {self._worker_id}", daemon=True
        )
        self._thread.start()

    def turned(self) -> None:
        """Note that the worker's loop goes round."""
        self._turn = monotonic()

    def hurry(self) -> None:
        """Beat now: something may be lost."""
        if self._own is not None and self._now is not None:
            with suppress(RuntimeError):  # it has just ended
                self._own.call_soon_threadsafe(self._now.set)

    async def stop(self) -> None:
        """Beat once more, which tells the worker's totals, and end."""
        self._stopping = True
        self.hurry()
        if self._task is not None:
            await self._task
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, JOIN)

    async def _live(self, source: AnyDatabase) -> None:
        while not self._stopping:
            try:
                async with await source.clone(pool_size=1, max_overflow=1) as db:
                    await self._beats(db)
            except PlainbaseError as error:
                log.warning("the heart of worker %s cannot reach the database: %s", self._worker_id, error)
            except Exception:
                log.exception("the heart of worker %s begins anew", self._worker_id)
            await asyncio.sleep(0 if self._stopping else min(1.0, self.interval))

    async def _beats(self, db: AnyDatabase) -> None:
        self._now = asyncio.Event()
        self._own = asyncio.get_running_loop()
        well = True
        while True:
            self._now.clear()
            last = self._stopping
            try:
                async with asyncio.timeout(max(1.0, PATIENCE * self.interval)):
                    await self._beat(db)
                well = True
            except (PlainbaseError, TimeoutError) as error:
                if well:
                    why = error if isinstance(error, PlainbaseError) else "the database does not answer"
                    log.warning("worker %s cannot keep its leases at the moment: %s", self._worker_id, why)
                well = False
            if last:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(self.interval):
                    await self._now.wait()

    async def _beat(self, db: AnyDatabase) -> None:
        now = monotonic()
        blocked = now - self._turn > self._lease / 2
        kept, overdue, own = [], [], []
        for held in self._holding.snapshot():
            if held.job.ends_itself:
                own.append(held)
            elif blocked and not held.ended and held.overdue(now, OVERDUE_GRACE):
                overdue.append(held)
            elif held.ended or held.began is not None or not blocked:
                kept.append(held)
        mine = await self._renew(db, kept)
        for held in kept:
            if held.job.id not in mine and not (held.ended or held.job.ends_itself):
                self._worker.call_soon_threadsafe(self._lost, held)
        if not await db.workers.heartbeat(worker_id=self._worker_id, current_tasks=len(self._holding.running)):
            await self._register(db)
        completed, failed = counts = self._counts()
        if counts != self._told:
            done, undone = self._told
            await db.workers.record_done(worker_id=self._worker_id, completed=completed - done, failed=failed - undone)
            self._told = counts
        for held in overdue:
            await self._fail(db, held)
        # Last, since their handlers' own transactions may hold them locked, and nobody else can take them then.
        with suppress(TimeoutError):
            async with asyncio.timeout(self.interval):
                await self._renew(db, own)

    async def _renew(self, db: AnyDatabase, kept: Sequence[Held]) -> Set[UUID]:
        """Begin the leases of jobs anew, and give the ids of those that are still the worker's."""
        if not kept:
            return set()
        now = monotonic()
        rows = await db.jobs.heartbeat_many(
            worker_id=self._worker_id, jobs=[held.key for held in kept], lease_seconds=self._lease
        )
        mine = {row.id for row in rows}
        for held in kept:
            if held.job.id in mine:
                held.renewed = now
        return mine

    async def _fail(self, db: AnyDatabase, held: Held) -> None:
        """Fail a job in the worker's stead, whose loop its handler blocks."""
        job = held.job
        error = f"timed out after timeout_seconds = {job.timeout_seconds:g}; its handler blocks the worker's event loop"
        failed = {**held.key, "error": error, "delay_seconds": self._delay(job.attempt), "retry": True}
        await db.jobs.fail_many(worker_id=self._worker_id, jobs=[failed])
        held.ended = True
        self._worker.call_soon_threadsafe(self._overdue, held)
        log.error(
            "job %s (%s) blocks the event loop of worker %s, and timed out", job.id, job.job_type, self._worker_id
        )
