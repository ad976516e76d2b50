"""A last-in, first-out pool of connections, with an exact limit and nothing done per call but a list pop.

A pool of size 0 keeps nothing: each connection is closed when it comes back.

The most recently used connection is the warmest; the others grow idle and are closed. A freed connection is handed
to whoever has waited longest.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeVar

from plainbase.drivers.base import PoolStatus
from plainbase.drivers.waits import Waits
from plainbase.errors import ConnectionLost, PoolTimeout

C = TypeVar("C")

OVERFLOW_IDLE = 1.0
"""Seconds after which an idle connection above the pool's size is closed."""

TRUSTED_IDLE = 30.0
"""Seconds that an idle connection is used again without asking whether it still answers."""

CLOSE_GRACE = 10.0
"""Seconds that `close` waits for connections in use."""


class Slot(Generic[C]):
    """A connection's place in the pool."""

    __slots__ = ("born", "connection", "idle_since")

    def __init__(self, connection: C, now: float) -> None:
        self.connection = connection
        self.born = now
        self.idle_since = now


class Waiter(Generic[C]):
    """Somebody who waits: a connection is handed over, or None with the right to open one more."""

    __slots__ = ("deadline", "handed")

    def __init__(self, loop: asyncio.AbstractEventLoop, timeout: float) -> None:
        self.handed: asyncio.Future[Slot[C] | None] = loop.create_future()
        self.deadline = loop.time() + timeout


class Pool(Generic[C]):
    """Connections made by `connect`, ended by `disconnect`, at most `size + overflow` of them.

    `usable` says at once whether one is known to be gone, `validate` asks the server.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[C]],
        disconnect: Callable[[C], Awaitable[None]],
        usable: Callable[[C], bool],
        validate: Callable[[C], Awaitable[bool]],
        *,
        size: int,
        overflow: int,
        timeout: float,
        recycle: float,
        idle_timeout: float,
        what: str = "connection",
        advice: str = "shorten transactions, or raise pool_size or max_overflow",
        waits: Waits | None = None,
    ) -> None:
        self._connect = connect
        self._disconnect = disconnect
        self._usable = usable
        self._validate = validate
        self._size = size
        self._limit = size + overflow
        self._timeout = timeout
        self._recycle = recycle
        self._idle_timeout = idle_timeout
        self._what = what
        self._advice = advice
        self._waits = waits or Waits()
        self._slots: set[Slot[C]] = set()
        self._idle: list[Slot[C]] = []
        self._waiters: deque[Waiter[C]] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._open = 0
        self._closed = False
        self._background: set[asyncio.Task[Any]] = set()
        self._reaper: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    def status(self) -> PoolStatus:
        """Count the connections."""
        waiting = sum(not waiter.handed.done() for waiter in tuple(self._waiters))
        waits = self._waits
        busy = self._open - len(self._idle)
        return PoolStatus(self._open, busy, waiting, self._limit, waits.count, waits.seconds, waits.timeouts)

    def is_full(self) -> bool:
        """Whether the next caller has to wait for a connection."""
        return self._open >= self._limit and not self._idle

    def take(self) -> Slot[C] | None:
        """The last connection used, where it can be used as it is."""
        if self._idle:
            slot = self._idle[-1]
            now = self._loop.time()
            if (
                now - slot.idle_since < TRUSTED_IDLE
                and now - slot.born < self._recycle
                and self._usable(slot.connection)
            ):
                return self._idle.pop()
        return None

    async def acquire(self) -> Slot[C]:
        """Take a connection: the last one used, else a new one, else the next to be freed.

        Raises PoolTimeout, and whatever `connect` raises.
        """
        while True:
            while self._idle:
                taken = self.take()
                if taken is not None:
                    return taken
                slot = self._idle.pop()
                if not self._usable(slot.connection) or self._loop.time() - slot.born >= self._recycle:
                    self._drop(slot)
                elif await self._answers(slot):
                    return slot
            if self._closed:
                raise ConnectionLost("the database is closed")
            if self._open < self._limit:
                self._open += 1
                return await self._new()
            handed = await self._wait()
            if handed is not None:
                return handed
            if not self._closed:
                return await self._new()
            self._gone()

    def release(self, slot: Slot[C]) -> None:
        """Give a connection back; one that is no longer usable is dropped."""
        if not self._usable(slot.connection):
            doubtful = self._loop.time() - TRUSTED_IDLE
            for other in self._idle:  # what ended this one may have ended them all: ask before using them
                other.idle_since = min(other.idle_since, doubtful)
            self._drop(slot)
            return
        if self._closed or self._loop.time() - slot.born >= self._recycle:
            self._drop(slot)
            return
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.handed.done():
                waiter.handed.set_result(slot)
                return
        if not self._size:
            self._drop(slot)
            return
        slot.idle_since = self._loop.time()
        self._idle.append(slot)
        if self._reaper is None or (self._open > self._size and self._reaper.when() > slot.idle_since + OVERFLOW_IDLE):
            self._schedule_reaper()

    def afterwards(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what ends with a `release` without letting anybody wait for it; `close` does."""
        self._keep(self._loop.create_task(work))

    async def close(self) -> None:
        """Close idle connections now and the others as they come back; after a while, whoever holds them."""
        self._closed = True
        if self._reaper is not None:
            self._reaper.cancel()
        if self._alarm is not None:
            self._alarm.cancel()
        for waiter in self._waiters:
            if not waiter.handed.done():
                waiter.handed.set_exception(ConnectionLost("the database is closed"))
        while self._idle:
            self._drop(self._idle.pop())
        deadline = self._loop.time() + CLOSE_GRACE
        while (self._open or self._background) and self._loop.time() < deadline:
            if self._background:
                await asyncio.wait(self._background, timeout=deadline - self._loop.time())
            else:
                await asyncio.sleep(0.005)
        for slot in tuple(self._slots):  # such as a stream that somebody still holds
            await self._disconnect(slot.connection)

    async def _answers(self, slot: Slot[C]) -> bool:
        """Validate a connection that was idle for long: its server may be gone without a word."""
        try:
            valid = await self._validate(slot.connection)
        except BaseException:
            self._drop(slot)
            raise
        if not valid:
            self._drop(slot)
        return valid

    async def _new(self) -> Slot[C]:
        """Open a connection in a place that is counted already."""
        opening = self._loop.create_task(self._make())
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            self._keep(opening)
            opening.add_done_callback(self._adopt)
            raise

    async def _make(self) -> Slot[C]:
        try:
            slot = Slot(await self._connect(), self._loop.time())
        except BaseException:
            self._gone()
            raise
        self._slots.add(slot)
        return slot

    def _adopt(self, opening: asyncio.Task[Slot[C]]) -> None:
        """Take in a connection whose caller was cancelled while it was made."""
        if not opening.cancelled() and opening.exception() is None:
            self.release(opening.result())

    async def _wait(self) -> Slot[C] | None:
        waiter: Waiter[C] = Waiter(self._loop, self._timeout)
        self._waiters.append(waiter)
        if self._alarm is None:
            self._alarm = self._loop.call_at(waiter.deadline, self._ring)
        began, timed_out = self._loop.time(), False
        try:
            return await waiter.handed
        except PoolTimeout:
            timed_out = True
            raise
        except asyncio.CancelledError:
            handed = waiter.handed
            if handed.done() and not handed.cancelled() and handed.exception() is None:
                slot = handed.result()
                if slot is None:
                    self._gone()
                else:
                    self.release(slot)
            raise
        finally:
            self._waits.waited(self._loop.time() - began, timed_out=timed_out)

    def _ring(self) -> None:
        """End the waits that are over; whoever came first has the earliest deadline, so one timer does."""
        self._alarm = None
        now = self._loop.time()
        while self._waiters:
            waiter = self._waiters[0]
            if not waiter.handed.done():
                if waiter.deadline > now:
                    self._alarm = self._loop.call_at(waiter.deadline, self._ring)
                    return
                waited = f"no {self._what} became free within {self._timeout:g} s"
                failure = PoolTimeout(f"{waited}, all {self._limit} are in use; {self._advice}")
                waiter.handed.set_exception(failure)
            self._waiters.popleft()

    def _drop(self, slot: Slot[C]) -> None:
        self.afterwards(self._end(slot))

    async def _end(self, slot: Slot[C]) -> None:
        try:
            await self._disconnect(slot.connection)
        finally:
            self._slots.discard(slot)
            self._gone()

    def _gone(self) -> None:
        self._open -= 1
        self._wake()

    def _wake(self) -> None:
        """Let the longest waiter open a connection of its own; its place is counted from now on."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.handed.done():
                self._open += 1
                waiter.handed.set_result(None)
                return

    def _schedule_reaper(self) -> None:
        if self._reaper is not None:
            self._reaper.cancel()
        delay = OVERFLOW_IDLE if self._open > self._size else self._idle_timeout
        delay = min(delay, self._idle_timeout)
        if delay != float("inf"):
            self._reaper = self._loop.call_later(delay, self._reap)

    def _reap(self) -> None:
        self._reaper = None
        now = self._loop.time()
        keep: list[Slot[C]] = []
        excess = self._open - self._size
        for slot in self._idle:  # the longest idle come first
            idle = now - slot.idle_since
            if idle >= self._idle_timeout or (excess > 0 and idle >= OVERFLOW_IDLE):
                excess -= 1
                self._drop(slot)
            else:
                keep.append(slot)
        self._idle = keep
        if keep:
            self._schedule_reaper()

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._background.add(task)
        task.add_done_callback(self._background.discard)
