"""Running handlers: each attempt a task of its own, so many at a time, with what becomes of it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from time import monotonic
from typing import Any

from plainbase.platform.error_text import error_text
from plainbase.platform.jobs.endings import Endings
from plainbase.platform.jobs.held import DONE, Completed, Ending, Failed, Held, Holding, Released, Why
from plainbase.platform.jobs.job import Discard, Job, Snooze
from plainbase.platform.jobs.retries import Backoff
from plainbase.values import Refused, json_text

log = logging.getLogger("plainbase.jobs")

Handler = Callable[[Job], Awaitable[Any]]
"""Does a job; what it returns, JSON, is kept as the job's result."""

CANCEL_GRACE = 5.0
"""Seconds that a handler has to end after it was cancelled; then its slot is given to the next."""

LARGEST_RESULT = 1 << 20
"""Bytes of JSON."""

LONGEST_ERROR = 8000
"""Characters of an error that are kept, its trace included."""

RECENT = 0.05
"""The weight of an attempt in the mean duration."""


class Attempts:
    """The handlers that run."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        concurrency: int,
        backoff: Backoff,
        holding: Holding,
        endings: Endings,
        *,
        lease_seconds: float,
    ) -> None:
        self._handlers = handlers
        self._concurrency = concurrency
        self._lease = lease_seconds
        self._backoff = backoff
        self._holding = holding
        self._endings = endings
        self._loop = asyncio.get_running_loop()
        self.duration: float | None = None
        """Seconds that an attempt has taken of late, on average."""
        self._ended = monotonic()
        self.closed = False
        """Whether no more are begun."""
        self.idle = asyncio.Event()
        """Set while none runs."""
        self.idle.set()

    def ahead(self, seconds: float) -> int:
        """How many jobs will begin in so many seconds, as far as is known; none where all slots are taken."""
        if self.duration is None:
            return 0
        taken = len(self._holding.running) >= self._concurrency
        stalled = monotonic() - self._ended if taken else 0.0
        return int(self._concurrency * seconds / max(self.duration, stalled, 1e-6))

    def begin(self) -> None:
        """Begin with what waits, as far as there are free slots."""
        waiting, running = self._holding.waiting, self._holding.running
        while waiting and len(running) < self._concurrency and not self.closed:
            held = waiting.popleft()
            if held.ended:
                continue
            now = monotonic()
            if now > held.renewed + self._lease:  # the loop stood still: by now it may be another worker's
                self.hand_back(held)
                continue
            handler = self._handlers.get(held.job.job_type)
            if handler is None:
                self.refuse(held, f"no handler for job_type {held.job.job_type!r} in worker {held.job.worker_id}")
                continue
            running.add(held)
            self.idle.clear()
            held.began = now
            if held.job.timeout_seconds is not None:
                held.timer = self._loop.call_later(held.job.timeout_seconds, self.cancel, held, Why.TIMEOUT)
            held.task = self._loop.create_task(self._run(held, handler))

    def cancel(self, held: Held, why: Why) -> None:
        """Cancel a handler; one that does not end then is left to itself, and its slot is free."""
        if held.ended or held.why is not None:
            return
        held.why = why
        if held.task is None:  # it waits
            self._finish(held, self._ending(held))
            return
        held.task.cancel()
        if held.timer is not None:
            held.timer.cancel()
        held.timer = self._loop.call_later(CANCEL_GRACE, self._abandon, held)

    async def cancel_all(self, why: Why) -> None:
        """Cancel what runs, and wait until all of it has ended or was left to itself."""
        for held in list(self._holding.running):
            self.cancel(held, why)
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * CANCEL_GRACE):
                await self.idle.wait()

    def refuse(self, held: Held, why: str) -> None:
        """Make a job dead that cannot be begun."""
        self._endings.add(held, self._failed(held, "cannot be begun", why, retry=False))

    def overdue(self, held: Held) -> None:
        """Leave a handler that blocked the loop, whose job the heart has failed, to itself, and give its slot away."""
        if held in self._holding.running and held.task is not None:
            held.why = Why.TIMEOUT
            held.task.cancel()
            self._finish(held, Failed(""))

    def hand_back(self, held: Held) -> None:
        """Hand back a job that has not begun."""
        self._endings.add(held, Released())

    def _abandon(self, held: Held) -> None:
        if held in self._holding.running:
            log.error("the handler of job %s (%s) goes on though it was cancelled", held.job.id, held.job.job_type)
            self._finish(held, self._ending(held))

    async def _run(self, held: Held, handler: Handler) -> None:
        ending: Ending | None
        try:
            result = await handler(held.job)
            ending = self._ending(held) if held.why else self._returned(held, result)
        except BaseException as error:
            if isinstance(error, GeneratorExit) and not self._loop.is_running():
                raise  # the loop is gone, and this coroutine with it
            ending = self._raised(held, error)
        if held in self._holding.running:
            self._finish(held, ending)

    def _finish(self, held: Held, ending: Ending | None) -> None:
        if held.timer is not None:
            held.timer.cancel()
            held.timer = None
        if held.began is not None:
            now = self._ended = monotonic()
            took = now - held.began
            self.duration = took if self.duration is None else self.duration + RECENT * (took - self.duration)
        running = self._holding.running
        running.discard(held)
        if ending is None:
            self._endings.lose(held)
        elif not self._endings.add(held, ending):
            self._endings.drop(held)
        self.begin()
        if not running:
            self.idle.set()

    def _returned(self, held: Held, result: Any) -> Ending:
        if result is None:
            return DONE
        try:
            size = len(json_text(result).encode())
        except Refused as refused:
            why = f"its result cannot be kept: {refused.args[0]}"
            return self._failed(held, "its result cannot be kept", why, retry=False)
        if size > LARGEST_RESULT:
            why = f"its result takes {size:,} bytes of JSON; {LARGEST_RESULT:,} are kept at most: return a reference"
            return self._failed(held, "its result is too large", why, retry=False)
        return Completed(result)

    def _raised(self, held: Held, error: BaseException) -> Ending | None:
        """What becomes of an attempt that raised, whatever it is: no error of a handler may cost its slot."""
        try:
            return self._ending(held, error)
        except BaseException as another:
            log.error("what the handler of job %s raised cannot be told: %s", held.job.id, type(another).__name__)
            return Failed(type(error).__name__, delay=1.0)

    def _ending(self, held: Held, error: BaseException | None = None) -> Ending | None:
        """What becomes of an attempt that was ended early or raised."""
        if held.why is Why.LOST:
            return None
        if held.why is Why.STOP:
            return Released()
        if held.why is Why.TIMEOUT:
            timeout = f"timed out after timeout_seconds = {held.job.timeout_seconds:g}"
            return self._failed(held, "timed out", timeout)
        if isinstance(error, Snooze):
            return Released(error.seconds)
        if isinstance(error, Discard):
            return self._failed(held, "Discard", _text(error), retry=False)
        if isinstance(error, asyncio.CancelledError):
            return self._failed(held, "cancelled", "its handler was cancelled, by itself or by what it called")
        return self._failed(held, type(error).__name__, _text(error) if error else "")

    def _failed(self, held: Held, what: str, error: str, *, retry: bool = True) -> Failed:
        """The failure; what is logged of it says no more than `what`, since an error's text may hold data."""
        job = held.job
        retry = retry and job.attempt < job.max_attempts
        delay = self._backoff.delay(job.attempt) if retry else 0.0
        then = f"again in {delay:.1f} s" if retry else "dead"
        attempt = f"attempt {job.attempt} of {job.max_attempts}"
        log.warning("job %s (%s) failed: %s, %s, %s", job.id, job.job_type, what, attempt, then)
        return Failed(error, delay, retry)


def _text(error: BaseException) -> str:
    """The exception's class and text, then its trace from the handler on."""
    below = error.__traceback__ and error.__traceback__.tb_next
    try:
        frames = "".join(traceback.TracebackException(type(error), error, below, limit=-30).format())
    except Exception:
        frames = "".join(traceback.format_tb(below, limit=-30))
    return error_text(f"{error_text(error)}\n\n{frames}", LONGEST_ERROR)
