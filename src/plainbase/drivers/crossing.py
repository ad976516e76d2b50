"""One function's way to a lane's thread, and its result's way back to the task that waits.

A crossing is awaited like a future. It differs in one thing, which saves a turn of the event loop: handing the result
over runs the waiting task at once, where a future would schedule it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import suppress
from contextvars import Context
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from plainbase.drivers.lanes import Lane

Work = Callable[[sqlite3.Connection], Any]

INSIST = 0.005
"""Seconds between interrupts: one that arrives just before the statement's first step has no effect."""


class Crossing:
    """A function to run on a lane; awaiting it gives what the function returns or raises.

    One task awaits it, by asyncio's protocol of future-like objects
    (https://docs.python.org/3/library/asyncio-future.html#asyncio.isfuture).
    """

    # Defaults on the class: most crossings never touch them.
    lane: Lane | None = None
    started = 0.0
    value: Any = None
    error: BaseException | None = None
    delivered = False
    cancelled = False
    timed_out = False
    over: asyncio.Future[None] | None = None
    _wakeup: Callable[[Crossing], object] | None = None
    _context: Context | None = None
    _stopped: tuple[Any, ...] | None = None
    _asyncio_future_blocking = False

    def __init__(self, work: Work, loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self._loop = loop

    def __await__(self) -> Generator[Crossing, None, Any]:
        if not self.delivered:
            self._asyncio_future_blocking = True
            yield self
        return self.result()

    def deliver(self) -> None:
        """Give the result to the task that waits; on the event loop, from no task."""
        self.delivered = True
        if self.over is not None:
            self.over.set_result(None)
        wakeup, self._wakeup = self._wakeup, None
        if wakeup is not None and self._context is not None:
            self._context.run(wakeup, self)

    def interrupt(self) -> None:
        """Interrupt the statement that runs, if it is this one's."""
        lane = self.lane
        if lane is not None:
            with lane.lock:
                if lane.current is self:
                    lane.raw.interrupt()

    # What a task asks of what it awaits.

    def get_loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def add_done_callback(self, wakeup: Callable[[Crossing], object], *, context: Context) -> None:
        self._wakeup = wakeup
        self._context = context

    def result(self) -> Any:
        if self._stopped is not None:
            stopped, self._stopped = self._stopped, None
            raise asyncio.CancelledError(*stopped)
        if self.error is not None:
            error, self.error = self.error, None
            try:
                raise error
            finally:
                del error  # this frame hangs on to the error, and would keep cursors alive with it
        return self.value

    def cancel(self, msg: Any = None) -> bool:
        wakeup, self._wakeup = self._wakeup, None
        if wakeup is None:
            return False
        self._stopped = () if msg is None else (msg,)
        self._loop.call_soon(wakeup, self, context=self._context)
        return True


async def outcome(crossing: Crossing, timeout: float | None = None, *, stoppable: bool = True) -> Any:
    """Wait for a crossing's result.

    When the caller is cancelled it is skipped if it waits still, interrupted if it runs, and always over when this
    returns. One that is not `stoppable` (COMMIT, ROLLBACK) is waited for instead.
    """
    timer = None
    if timeout is not None:
        timer = crossing.get_loop().call_later(timeout, _expire, crossing, timeout)
    try:
        return await crossing
    except asyncio.CancelledError:
        if stoppable:
            crossing.cancelled = True
        if not stoppable or crossing.lane is not None:
            await _until_over(crossing, interrupting=stoppable)
        raise
    finally:
        if timer is not None:
            timer.cancel()


async def _until_over(crossing: Crossing, *, interrupting: bool) -> None:
    if crossing.delivered:
        return
    over = crossing.over = crossing.get_loop().create_future()
    while not over.done():
        if interrupting:
            crossing.interrupt()
        with suppress(asyncio.CancelledError):  # one cancellation is reported already
            await asyncio.wait([over], timeout=INSIST if interrupting else None)


def _expire(crossing: Crossing, timeout: float) -> None:
    if crossing.delivered:
        return
    ran = perf_counter() - crossing.started if crossing.started else 0.0
    if ran >= timeout:
        crossing.timed_out = True
        crossing.interrupt()
    # one that waited for its turn is judged by the time it runs
    crossing.get_loop().call_later(max(timeout - ran, INSIST), _expire, crossing, timeout)
