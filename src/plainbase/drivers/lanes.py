"""SQLite's threads: a lane runs whole functions on its connection, so that a statement crosses to it once."""

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

from plainbase.drivers.crossing import Crossing, Work
from plainbase.errors import ConnectionLost

HAND_BACK = 0.001
"""Seconds between hand-backs of results while reads wait; one that is alone is handed back at once."""


class Lane(aiosqlite.Connection):
    """A connection with its thread.

    The thread holds on to the last function it was given, so a crossing goes there in a box that it empties.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(connect, iter_chunk_size=1)
        self._thread.daemon = True  # a database that was never closed must not keep the interpreter from ending
        self.loop = loop
        self.lock = Lock()
        self.current: Crossing | None = None
        self.born = loop.time()
        self.broken = False

    @property
    def raw(self) -> sqlite3.Connection:
        return self._conn

    @property
    def open(self) -> bool:
        return self._running and self._connection is not None

    def is_slow(self) -> bool:
        """Whether what runs now has run for longer than a short read does."""
        crossing = self.current
        return crossing is not None and crossing.started > 0 and perf_counter() - crossing.started > HAND_BACK

    def run(self, work: Work) -> Crossing:
        """Queue a function; `outcome` waits for it."""
        crossing = Crossing(work, self.loop)
        if self.open:
            box = [crossing]
            self._tx.put_nowait((None, lambda: self._run_one(box.pop())))
        else:
            crossing.error = ConnectionLost("the database is closed")
            self.loop.call_soon(crossing.deliver)
        return crossing

    def drain(
        self, crossing: Crossing, waiting: deque[Crossing], done: deque[Crossing], finished: Callable[[Lane], None]
    ) -> None:
        """Run `crossing`, then whatever waits, all into `done`; `finished` is called on the event loop."""
        box = [crossing]
        self._tx.put_nowait((None, lambda: self._drain(box.pop(), waiting, done, finished)))

    def _run_one(self, crossing: Crossing) -> None:
        self._run(crossing)
        self._call(crossing.deliver)

    def _drain(
        self, crossing: Crossing, waiting: deque[Crossing], done: deque[Crossing], finished: Callable[[Lane], None]
    ) -> None:
        while True:
            self._run(crossing)
            done.append(crossing)
            try:
                crossing = waiting.popleft()
            except IndexError:
                break
        self._call(finished, self)

    def _run(self, crossing: Crossing) -> None:
        crossing.lane = self
        self.current = crossing
        if not crossing.cancelled:
            crossing.started = perf_counter()
            try:
                crossing.value = crossing.work(self._conn)
            except BaseException as error:  # handed to the caller, whatever it is
                # Without this frame, whose `crossing` would make a cycle that keeps cursors alive.
                crossing.error = error.with_traceback(error.__traceback__ and error.__traceback__.tb_next)
        with self.lock:  # an interrupt for this crossing is over before the next begins
            self.current = None

    def _call(self, callback: Callable[..., None], *args: Any) -> None:
        with suppress(RuntimeError):  # the event loop is closed; nobody waits any more
            self.loop.call_soon_threadsafe(callback, *args)


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
