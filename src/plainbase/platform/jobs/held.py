"""The jobs that a worker has at the moment, how far each is, and how it ends."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from plainbase.platform.jobs.job import Job


class Why(Enum):
    """Why a worker ends an attempt before its handler does."""

    TIMEOUT = "its timeout_seconds are over"
    LOST = "the worker has lost it"
    STOP = "the worker stops"


@dataclass(frozen=True, slots=True)
class Completed:
    """The handler returned."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt failed; `retry` says whether there may be another, after so many seconds."""

    error: str
    delay: float = 0.0
    retry: bool = True


@dataclass(frozen=True, slots=True)
class Released:
    """The job is handed back, for later by so many seconds; the attempt does not count."""

    delay: float = 0.0


Ending = Completed | Failed | Released

DONE = Completed(None)
"""The ending of most jobs."""


class Held:
    """A job from its claim until the database has noted its end."""

    __slots__ = ("began", "claimed", "ended", "ending", "job", "renewed", "task", "timer", "unsure", "why")

    def __init__(self, job: Job, claimed: float) -> None:
        self.job = job
        self.claimed = claimed
        """When, by the monotonic clock, as `began` and `renewed`."""
        self.renewed = claimed
        """When its lease began the last time."""
        self.began: float | None = None
        self.ended = False
        """Whether its end is on its way; what its handler still does or says is nobody's concern then."""
        self.ending: Ending | None = None
        self.why: Why | None = None
        self.unsure = False
        """Whether a connection was lost while its end was written, which then may have been noted."""
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    @property
    def key(self) -> dict[str, Any]:
        """The job and the attempt, which with the worker fence what is done with it."""
        return {"id": str(self.job.id), "attempt": self.job.attempt}

    def overdue(self, now: float, grace: float) -> bool:
        """Whether it has run longer than it may, by so many seconds."""
        limit = self.job.timeout_seconds
        return limit is not None and self.began is not None and now > self.began + limit + grace


class Holding:
    """All jobs that a worker has: `waiting` for a slot, running, or ending."""

    def __init__(self) -> None:
        self.jobs: dict[UUID, Held] = {}
        self.waiting: deque[Held] = deque()
        self.running: set[Held] = set()

    def add(self, held: Held) -> None:
        """Take a job that was claimed."""
        self.jobs[held.job.id] = held
        self.waiting.append(held)

    def remove(self, held: Held) -> None:
        """Forget a job, unless it was claimed again meanwhile."""
        if self.jobs.get(held.job.id) is held:
            del self.jobs[held.job.id]

    def snapshot(self) -> tuple[Held, ...]:
        """All jobs, for another thread."""
        return tuple(self.jobs.values())
