"""What a handler gets, and what it may raise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.runners import AnyRunner


@dataclass(slots=True, eq=False)
class Job:
    """One attempt at a job, as a worker claimed it; `attempt` is 1 the first time."""

    id: UUID
    queue: str
    job_type: str
    payload: Any
    priority: int
    run_at: datetime
    attempt: int
    max_attempts: int
    timeout_seconds: float | None
    unique_key: str | None
    created_at: datetime
    worker_id: str
    ends_itself: bool = field(default=False, init=False, repr=False)
    """Whether `complete` was called, and has not failed."""

    async def complete(self, tx: AnyRunner, result: Any = None) -> None:
        """End the job in the handler's own transaction, so that its effect and its end are committed together.

        Of such effects each is made once, whatever dies when. Raises JobLost where another worker has the job by now,
        which rolls the effect back.
        """
        self.ends_itself = True
        ended = 0
        try:
            ended = await tx.jobs.complete(id=self.id, attempt=self.attempt, worker_id=self.worker_id, result=result)
        finally:
            self.ends_itself = bool(ended)
        if not ended:
            raise JobLost(f"job {self.id}: this worker has lost it, or it is cancelled; nothing of it may be committed")


class Snooze(Exception):
    """Raised by a handler: the job is to run again after so many seconds, and this attempt does not count."""

    def __init__(self, seconds: float) -> None:
        if not 0 <= seconds <= LONGEST_SNOOZE:
            raise ParameterError(f"Snooze: seconds are 0 to {LONGEST_SNOOZE:,}")
        self.seconds = seconds
        super().__init__(f"again in {seconds:g} s")


class Discard(Exception):
    """Raised by a handler: the job is dead at once, whatever attempts it has left."""


class JobLost(PlainbaseError):
    """The job is not this worker's any more: its lease was over and another has it, or it was cancelled."""


LONGEST_SNOOZE = 366 * 86_400
"""Seconds."""
