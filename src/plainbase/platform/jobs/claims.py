"""Claiming: how many jobs to ask for, of which queue, and when."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from math import inf
from time import monotonic
from typing import Any
from uuid import UUID

from plainbase.errors import CommitUnknown, PlainbaseError
from plainbase.platform.jobs.attempts import Attempts
from plainbase.platform.jobs.endings import LONGEST_PAUSE, PAUSE, Endings
from plainbase.platform.jobs.held import Held, Holding, Why
from plainbase.platform.jobs.job import Job
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

AHEAD = 0.1
"""Seconds of work that are claimed ahead of free slots."""

DEBOUNCE = 0.005
"""Seconds between two looks at a queue that has less than was asked for."""

MOST_ENDING = 5000
"""Jobs whose end is not noted yet, over which no more are claimed."""

FORGOTTEN = 1000
"""Jobs that are looked for after a claim whose answer was lost."""


class Claims:
    """The loop that claims, and what it knows of each queue."""

    def __init__(
        self,
        db: AnyDatabase,
        worker_id: str,
        queues: Sequence[str],
        job_types: Sequence[str] | None,
        holding: Holding,
        attempts: Attempts,
        endings: Endings,
        *,
        concurrency: int,
        prefetch: int,
        lease_seconds: float,
        poll_seconds: float,
    ) -> None:
        self._db = db
        self._worker_id = worker_id
        self._types: dict[str, Any] = {} if job_types is None else {"job_types": list(job_types)}
        self._holding = holding
        self._attempts = attempts
        self._endings = endings
        self._concurrency = concurrency
        self._prefetch = prefetch
        self._lease = lease_seconds
        self._poll = poll_seconds
        self._due = dict.fromkeys(queues, 0.0)
        self._looked = dict.fromkeys(queues, -inf)
        self._sure = set(queues)
        """Queues that are said to have something: these are claimed from without a look before."""
        self._dry: set[str] = set()
        self._woken: set[str] = set()
        """Queues that may have got something since the last look began."""
        self._again = asyncio.Event()
        self._stopping = asyncio.Event()
        self._unsure = False
        self._pause = PAUSE
        self._pauses = dict.fromkeys(queues, DEBOUNCE)
        """Seconds between two looks at a queue; more and more while others lock all that is due in it."""
        self.on_dry: Callable[[], None] | None = None
        """Called when nothing is due in any queue and no job is held."""

    def wake(self, queue: str | None = None) -> None:
        """Look at a queue, which got something, or at all of them, which may have."""
        for each in self._due if queue is None else (queue,):
            if each in self._due:
                self._due[each] = min(self._due[each], self._looked[each] + DEBOUNCE)
                self._dry.discard(each)
                self._woken.add(each)
        if queue in self._due:
            self._sure.add(queue)
        self._again.set()

    def later(self, queue: str, seconds: float) -> None:
        """Look at a queue in so many seconds, when something will be due in it."""
        self._due[queue] = min(self._due[queue], max(monotonic() + seconds, self._looked[queue] + DEBOUNCE))
        self._woken.add(queue)

    def ended(self) -> None:
        """Jobs have ended: there may be room, or nothing left to do."""
        if self.on_dry is not None and not self._holding.jobs:
            self._dry.clear()  # what failed may be due again
            self._due = {each: min(due, self._looked[each]) for each, due in self._due.items()}
        self._again.set()

    def stop(self) -> None:
        """Claim no more."""
        self._stopping.set()
        self._again.set()

    async def run(self) -> None:
        """Claim until stopped; whatever the database does meanwhile, go on."""
        while not self._stopping.is_set():
            self._again.clear()
            room, now = self._room(), monotonic()
            queue = min(self._due, key=lambda each: self._due[each])
            if not room or self._due[queue] > now:
                await self._wait(self._due[queue] - now if room else None)
                continue
            try:
                if self._unsure:
                    await self._release_forgotten()
                await self._look(queue, room)
                self._pause = PAUSE
            except Exception as error:
                known = isinstance(error, PlainbaseError)
                self._unsure |= isinstance(error, CommitUnknown) or not known
                if self._pause == PAUSE:
                    why = error if known else type(error).__name__
                    log.warning("queue %r cannot be looked at, which is tried again: %s", queue, why)
                await self._rest()
                self._due[queue] = monotonic()  # after the other queues that are due
            if self.on_dry is not None and len(self._dry) == len(self._due) and not self._holding.jobs:
                self.on_dry()

    def _room(self) -> int:
        """How many to claim now; 0 until a fair part of what was claimed ahead is used up."""
        waiting, running = len(self._holding.waiting), len(self._holding.running)
        ahead = min(self._prefetch, self._attempts.ahead(AHEAD))
        if waiting > ahead // 2 or len(self._endings) > MOST_ENDING:
            return 0
        return max(0, self._concurrency + ahead - waiting - running)

    async def _look(self, queue: str, room: int) -> None:
        began = self._looked[queue] = monotonic()
        self._woken.discard(queue)
        if queue not in self._sure:
            seconds = await self._db.jobs.seconds_to_next(queue=queue, **self._types)
            if seconds is None or seconds > 0:
                pause = DEBOUNCE if queue in self._woken else min(self._poll, inf if seconds is None else seconds)
                self._due[queue] = began + pause
                self._pauses[queue] = DEBOUNCE
                if queue not in self._woken:
                    self._dry.add(queue)
                return
            self._pauses[queue] = min(self._poll, self._pauses[queue] * 2)
        self._sure.discard(queue)
        self._due[queue] = began + self._pauses[queue]
        self._dry.discard(queue)
        rows = await self._db.jobs.claim(
            queue=queue, limit=room, worker_id=self._worker_id, lease_seconds=self._lease, **self._types
        )
        now = monotonic()
        for row in sorted(rows, key=_order):
            self._take(row, now)
        self._attempts.begin()
        if rows:
            self._pauses[queue] = DEBOUNCE
            self._due[queue] = min(self._due[queue], began + DEBOUNCE)
        if len(rows) == room:
            self._sure.add(queue)
            self._due[queue] = now  # after the other queues that are due

    def _take(self, row: Any, now: float) -> None:
        """Hold a job; the columns of jobs.claim are a Job's fields, in their order, and then the lease."""
        id_, queue, job_type, text, priority, run_at, attempt, most, timeout, unique_key, created_at, _ = row
        payload, readable = None, True
        try:
            payload = json.loads(text)
        except (ValueError, RecursionError):  # thousands of digits or brackets: JSON to the engines, not to Python
            readable = False
        job = Job(
            id_,
            queue,
            job_type,
            payload,
            priority,
            run_at,
            attempt,
            most,
            timeout,
            unique_key,
            created_at,
            self._worker_id,
        )
        held, before = Held(job, now), self._holding.jobs.get(id_)
        self._holding.add(held)
        if before is not None:  # it was lost, and has come back
            self._attempts.cancel(before, Why.LOST)
        if not readable:
            self._attempts.refuse(held, "its payload cannot be read as JSON")

    async def _release_forgotten(self) -> None:
        """Hand back what was claimed by a statement whose answer was lost with its connection."""
        rows = await self._db.jobs.list_running(worker_id=self._worker_id, limit=FORGOTTEN)
        forgotten = [
            {"id": str(row.id), "attempt": row.attempt, "delay_seconds": 0.0}
            for row in rows
            if row.id not in self._holding.jobs
        ]
        if forgotten:
            await self._db.jobs.release_many(worker_id=self._worker_id, jobs=forgotten)
        self._unsure = False

    async def _rest(self) -> None:
        """Wait after an error, longer each time, or until stopped."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await self._stopping.wait()
        self._pause = min(LONGEST_PAUSE, self._pause * 2)

    async def _wait(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._again.wait()


def _order(row: Any) -> tuple[int, datetime, UUID]:
    return -row["priority"], row["run_at"], row["id"]
