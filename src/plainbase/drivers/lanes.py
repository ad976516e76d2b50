"""SQLite's threads: a lane runs whole functions on its connection, so that a statement crosses to it once.

Waiting reads stand in one deque that every idle reader drains; a slow read holds up nobody but itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from time import perf_counter
from typing import Any

import aiosqlite

Work = Callable[[sqlite3.Connection], Any]

HAND_BACK = 0.001
"""Seconds between hand-backs of results while reads wait; one that is alone is handed back at once."""

INSIST = 0.005
"""Seconds between interrupts: one that arrives just before the statement's first step has no effect."""


class Job:
    """One function to run on a lane, and the future that gets its result."""

    __slots__ = ("cancelled", "delivered", "error", "future", "lane", "result", "started", "timed_out", "work")

    def __init__(self, work: Work, future: asyncio.Future[Any]) -> None:
        self.work = work
        self.future = future
        self.lane: Lane | None = None
        self.cancelled = False
        self.delivered = False
        self.timed_out = False
        self.started = 0.0
        self.result: Any = None
        self.error: BaseException | None = None

    def deliver(self) -> None:
        """Give the result to whoever waits; on the event loop."""
        self.delivered = True
        if not self.future.done():
            if self.error is None:
                self.future.set_result(self.result)
            else:
                self.future.set_exception(self.error)

    def interrupt(self) -> None:
        """Interrupt the statement that runs, if it is this job's."""
        lane = self.lane
        if lane is not None:
            with lane.lock:
                if lane.current is self:
                    lane.raw.interrupt()


class Lane(aiosqlite.Connection):
    """A connection with its thread."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(connect, iter_chunk_size=1)
        self._thread.daemon = True  # a database that was never closed must not keep the interpreter from ending
        self.loop = loop
        self.lock = Lock()
        self.current: Job | None = None
        self.born = loop.time()
        self.broken = False

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    @property
    def open(self) -> bool:
        return self._running and self._connection is not None

    def run(self, work: Work) -> Job:
        """Queue a function; `outcome` waits for it."""
        job = Job(work, self.loop.create_future())
        self._tx.put_nowait((None, lambda: self._run_one(job)))
        return job

    def drain(self, job: Job, waiting: deque[Job], done: deque[Job], finished: Callable[[Lane], None]) -> None:
        """Run `job`, then whatever waits, all into `done`; `finished` is called on the event loop."""
        self._tx.put_nowait((None, lambda: self._drain(job, waiting, done, finished)))

    def _run_one(self, job: Job) -> None:
        self._run(job)
        self._call(job.deliver)

    def _drain(self, job: Job, waiting: deque[Job], done: deque[Job], finished: Callable[[Lane], None]) -> None:
        while True:
            self._run(job)
            done.append(job)
            try:
                job = waiting.popleft()
            except IndexError:
                break
        self._call(finished, self)

    def _run(self, job: Job) -> None:
        job.lane = self
        self.current = job
        if not job.cancelled:
            job.started = perf_counter()
            try:
                job.result = job.work(self._conn)
            except BaseException as error:  # handed to the caller, whatever it is
                # Without this frame, whose `job` would make a cycle that keeps cursors alive.
                job.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        with self.lock:  # an interrupt for this job is over before the next begins
            self.current = None

    def _call(self, callback: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the event loop is closed; nobody waits any more
            self.loop.call_soon_threadsafe(callback, *args)


async def outcome(job: Job, timeout: float | None = None, *, stoppable: bool = True) -> Any:
    """Wait for a job's result.

    When the caller is cancelled the job is skipped if it waits still, interrupted if it runs, and always over when
    this returns. A job that is not `stoppable` (COMMIT, ROLLBACK) is waited for instead.
    """
    timer = None
    if timeout is not None:
        timer = job.future.get_loop().call_later(timeout, _expire, job, timeout)
    try:
        return await job.future
    except asyncio.CancelledError:
        if stoppable:
            job.cancelled = True
        if not stoppable or job.lane is not None:
            await _until_over(job, interrupting=stoppable)
        raise
    finally:
        if timer is not None:
            timer.cancel()


async def _until_over(job: Job, *, interrupting: bool) -> None:
    if job.delivered:
        return
    over = job.future = asyncio.get_running_loop().create_future()
    while not over.done():
        if interrupting:
            job.interrupt()
        with suppress(asyncio.CancelledError):  # one cancellation is reported already
            await asyncio.wait([over], timeout=INSIST if interrupting else None)
    over.exception()


def _expire(job: Job, timeout: float) -> None:
    if job.future.done():
        return
    ran = perf_counter() - job.started if job.started else 0.0
    if ran >= timeout:
        job.timed_out = True
        job.interrupt()
    # a job that waited for its turn is judged by the time it runs
    job.future.get_loop().call_later(max(timeout - ran, INSIST), _expire, job, timeout)


async def open_lane(connect: Callable[[], sqlite3.Connection], loop: asyncio.AbstractEventLoop) -> Lane:
    """Open a lane; a caller that is cancelled meanwhile leaves no thread behind."""

    async def connected(lane: Lane) -> Lane:
        try:
            return await lane  # type: ignore[return-value]  # awaiting a lane gives itself
        except BaseException:
            while lane._thread.is_alive():  # noqa: ASYNC110 (it ends by itself, and tells nobody)
                await asyncio.sleep(0.0005)
            raise

    opening = loop.create_task(connected(Lane(connect, loop)))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        while not opening.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([opening])
        if opening.exception() is None:
            await opening.result().close()
        raise
