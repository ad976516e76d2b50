"""`Worker`: its parts put together, from the first claim to a graceful stop."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Literal, Self
from uuid import UUID

from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.jobs import chores, wakes
from plainbase.platform.jobs.attempts import Attempts, Handler
from plainbase.platform.jobs.claims import Claims
from plainbase.platform.jobs.endings import Endings
from plainbase.platform.jobs.heart import Heart
from plainbase.platform.jobs.held import Holding, Why
from plainbase.platform.jobs.retries import Backoff
from plainbase.platform.jobs.stopping import LAST_WRITES, Stopping, on_signals
from plainbase.platform.jobs.worker_options import checked, named, within
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

WAITS_AT_MOST = 1.0
"""Seconds after which a job that waits for a slot is handed back, for another worker to take."""


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """What a worker does, and has done; `lost` counts the ends that were refused, `waiting` what has no slot yet."""

    running: int
    waiting: int
    completed: int
    failed: int
    lost: int


class Worker:
    """Does the jobs of some queues, each by the handler of its type, at least once.

    `handlers` are async functions by job type. `concurrency` is how many run at a time, `prefetch` how many more may be
    claimed ahead, which is no more than about 0.1 s of work. A job is this worker's for `lease_seconds`, which a thread
    renews; a dead worker's jobs are another's after that. `unknown` says whether jobs of other types `wait` for a
    worker that knows them or `fail` visibly. `schedules=False` leaves due schedules to others. Raises ParameterError.
    """

    def __init__(
        self,
        db: AnyDatabase,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int = 10,
        queues: Sequence[str] | str = ("default",),
        prefetch: int = 2000,
        lease_seconds: float = 30.0,
        poll_seconds: float = 1.0,
        grace_seconds: float = 30.0,
        backoff: Backoff | None = None,
        unknown: Literal["wait", "fail"] = "wait",
        tags: Iterable[str] = (),
        metadata: Mapping[str, Any] | None = None,
        schedules: bool = True,
        worker_id: str | None = None,
    ) -> None:
        self._db = db
        self._handlers = checked(handlers)
        self._queues = named(queues)
        self._concurrency = within("concurrency", concurrency, 1, 100_000, whole=True)
        self._prefetch = within("prefetch", prefetch, 0, 100_000, whole=True)
        self._lease = within("lease_seconds", lease_seconds, 0.2, 86_400)
        self._poll = within("poll_seconds", poll_seconds, 0.01, 3600)
        self._grace = within("grace_seconds", grace_seconds, 0, 86_400)
        if unknown not in ("wait", "fail"):
            raise ParameterError("Worker: unknown is 'wait' or 'fail'")
        self._unknown = unknown
        self._backoff = backoff or Backoff()
        self._tags = [tags] if isinstance(tags, str) else list(tags)
        self._metadata = dict(metadata or {})
        self._schedules = schedules
        self.worker_id = worker_id or f"{socket.gethostname()[:100]}-{os.getpid()}-{secrets.token_hex(8)}"
        self._holding = Holding()
        self._stopping = Stopping()
        self._begun = asyncio.Event()
        self._endings: Endings | None = None
        self._attempts: Attempts | None = None
        self._background: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Stop gracefully; called again, at once: what runs is cancelled and handed back."""
        self._stopping.ask()

    def status(self) -> WorkerStatus:
        """Count the jobs that it has, and what became of those it had."""
        done = self._endings
        return WorkerStatus(
            len(self._holding.running),
            len(self._holding.waiting),
            0 if done is None else done.completed,
            0 if done is None else done.failed,
            0 if done is None else done.lost,
        )

    async def run(self, *, signals: bool = False, drain: bool = False) -> None:
        """Work until stopped, once in a worker's life; with `drain`, until nothing is due in its queues.

        With `signals`, SIGTERM and SIGINT stop it gracefully, the second one at once. What the database refuses or
        cannot do at the moment is logged and tried again. Raises what is wrong at the start: ConnectionLost,
        SchemaOutOfDate.
        """
        if self._endings is not None:
            raise ParameterError("Worker: a worker runs once; make another")
        claims, endings, attempts, heart = self._parts()
        if drain:
            claims.on_dry = self._stopping.asked.set
        await self._register(self._db)
        restore = on_signals(self.stop) if signals else None
        log.info("worker %s begins: queues %s", self.worker_id, ", ".join(self._queues))
        heart.start(self._db)
        writing = asyncio.create_task(endings.run(), name="endings")
        tasks = [
            asyncio.create_task(work, name=name)
            for name, work in {
                "claims": claims.run(),
                "wakes": wakes.listen(self._db, claims.wake, partial(self._changed, heart)),
                "turns": self._turns(heart),
                "reclaim": chores.reclaim(self._db, max(self._lease / 3, 0.2), claims.wake),
                "forget": chores.forget(self._db),
                **({"schedules": chores.make_due(self._db)} if self._schedules else {}),
            }.items()
        ]
        self._begun.set()
        try:
            await self._stopping.wait([writing, *tasks])
        finally:
            await self._stopping.finish(self._end(claims, endings, attempts, heart, writing, tasks))
            if restore is not None:
                restore()

    async def _end(
        self,
        claims: Claims,
        endings: Endings,
        attempts: Attempts,
        heart: Heart,
        writing: asyncio.Task[None],
        tasks: Sequence[asyncio.Task[None]],
    ) -> None:
        """Claim and begin no more, hand back what has not begun, give what runs its time, note all of it."""
        claims.stop()
        attempts.closed = True
        claiming, *others = tasks
        await asyncio.wait([claiming], timeout=LAST_WRITES)  # a claim that is on its way would be forgotten
        while self._holding.waiting:
            attempts.hand_back(self._holding.waiting.popleft())
        if running := len(self._holding.running):
            some = running, "job" if running == 1 else "jobs", self._grace
            log.info(
                "worker %s stops: %d %s may run for %g s more; asked again, it ends at once", self.worker_id, *some
            )
        draining = asyncio.create_task(self._set_status("draining"))
        await self._stopping.wait_for(attempts.idle, self._grace)
        await attempts.cancel_all(Why.STOP)
        endings.close()
        await asyncio.wait([writing, draining], timeout=LAST_WRITES)
        left = [writing, draining, claiming, *others]
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=LAST_WRITES)
        await heart.stop()
        await self._set_status("stopped")
        told = (endings.completed, endings.failed, endings.lost)
        log.info("worker %s has stopped: %d completed, %d failed, %d lost", self.worker_id, *told)

    def _parts(self) -> tuple[Claims, Endings, Attempts, Heart]:
        holding = self._holding
        types = list(self._handlers) if self._unknown == "wait" else None
        endings = self._endings = Endings(
            self._db, self.worker_id, holding, lambda: claims.ended(), lambda queue, delay: claims.later(queue, delay)
        )
        attempts = self._attempts = Attempts(
            self._handlers, self._concurrency, self._backoff, holding, endings, lease_seconds=self._lease
        )
        claims = Claims(
            self._db,
            self.worker_id,
            self._queues,
            types,
            holding,
            attempts,
            endings,
            concurrency=self._concurrency,
            prefetch=self._prefetch,
            lease_seconds=self._lease,
            poll_seconds=self._poll,
        )
        heart = Heart(
            self.worker_id,
            self._lease,
            holding,
            lost=partial(attempts.cancel, why=Why.LOST),
            overdue=attempts.overdue,
            register=self._register,
            counts=lambda: (endings.completed, endings.failed),
            delay=self._backoff.delay,
        )
        return claims, endings, attempts, heart

    async def _register(self, db: AnyDatabase) -> None:
        await db.workers.register(
            worker_id=self.worker_id,
            address=socket.gethostname()[:255] or "localhost",
            capacity=self._concurrency,
            tags=self._tags,
            metadata={**self._metadata, "queues": list(self._queues), "job_types": list(self._handlers)},
        )

    def _changed(self, heart: Heart, job: UUID | None) -> None:
        if self._holding.jobs and (job is None or job in self._holding.jobs):
            heart.hurry()

    async def _turns(self, heart: Heart) -> None:
        """Show the heart that the loop goes round, and hand back what has waited for a slot too long."""
        attempts = self._attempts
        while True:
            heart.turned()
            waiting = self._holding.waiting
            while attempts and waiting and monotonic() - waiting[0].claimed > WAITS_AT_MOST:
                attempts.hand_back(waiting.popleft())
            await asyncio.sleep(min(heart.interval, WAITS_AT_MOST / 2))

    async def _set_status(self, status: str) -> None:
        try:
            async with asyncio.timeout(LAST_WRITES):
                await self._db.workers.set_status(worker_id=self.worker_id, status=status)
        except (PlainbaseError, TimeoutError) as error:
            why = error if isinstance(error, PlainbaseError) else "the database does not answer"
            log.warning("worker %s cannot note that it is %s: %s", self.worker_id, status, why)

    async def __aenter__(self) -> Self:
        self._background = asyncio.create_task(self.run())
        begun = asyncio.create_task(self._begun.wait())
        try:
            await asyncio.wait([begun, self._background], return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self._background.cancel()
            await asyncio.wait([self._background])
            raise
        finally:
            begun.cancel()
        if self._background.done():
            await self._background
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._stopping.asked.set()  # not stop(): the block may have called it, and twice is at once
        if self._background is not None:
            await self._background
