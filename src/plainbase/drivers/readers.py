"""The lanes that share SQLite's waiting reads.

Short reads are run by one lane, one after the other: more lanes would only contend for the interpreter. What waits
behind a slow read, or behind many that are not short, is given to another lane.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine

from plainbase.drivers.crossing import Crossing, Work
from plainbase.drivers.lanes import HAND_BACK, Lane, open_lane
from plainbase.drivers.pool import CLOSE_GRACE
from plainbase.errors import ConnectionLost

SHORT = 2
"""Reads done in a millisecond; where it is fewer and some wait, another lane helps."""


class Readers:
    """Read-only lanes, opened as they are needed, at most `limit` of them."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], limit: int, recycle: float) -> None:
        self._connect = connect
        self.limit = limit
        self._recycle = recycle
        self._loop = asyncio.get_running_loop()
        self._lanes: set[Lane] = set()
        self._idle: list[Lane] = []
        self._leading: Lane | None = None
        self._waiting: deque[Crossing] = deque()
        self._done: deque[Crossing] = deque()
        self._delivered = 0
        self._ticking = False
        self._handing = 0
        self._opening = 0
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Open the first lane, so that what is wrong shows now."""
        self._opening += 1
        await self._open_lane()

    def counts(self) -> tuple[int, int, int]:
        """Lanes open, lanes busy, reads waiting."""
        waiting = sum(not crossing.cancelled for crossing in tuple(self._waiting))
        return len(self._lanes), len(self._lanes) - len(self._idle) - self._handing, waiting

    def submit(self, work: Work) -> Crossing:
        """Run a function on a lane: an idle one where none is busy with short reads, else behind these."""
        if self._closed:
            raise ConnectionLost("the database is closed")
        crossing = Crossing(work, self._loop)
        if self._idle and (self._leading is None or self._leading.is_slow()):
            self._lead(self._idle.pop(), crossing)
        else:
            self._waiting.append(crossing)
            if not self._ticking:
                self._tick_soon()
        return crossing

    async def close(self) -> None:
        """Wait for what runs and waits, then close every lane; after a while, stop what still does."""
        self._closed = True
        deadline = self._loop.time() + CLOSE_GRACE
        while self._tasks or self._waiting or len(self._idle) < len(self._lanes):
            await asyncio.sleep(HAND_BACK)
            if self._loop.time() >= deadline:
                self._stop()
        while self._idle:
            lane = self._idle.pop()
            self._lanes.discard(lane)
            await lane.close()

    def _stop(self) -> None:
        for crossing in tuple(self._waiting):
            crossing.cancelled = True
            crossing.error = ConnectionLost("the database is closed")
        for lane in self._lanes:
            running = lane.current
            if running is not None:
                running.interrupt()

    def _lead(self, lane: Lane, crossing: Crossing) -> None:
        self._leading = lane
        lane.drain(crossing, self._waiting, self._done, self._finished)

    def _tick_soon(self) -> None:
        self._ticking = True
        self._loop.call_later(HAND_BACK, self._tick)

    def _tick(self) -> None:
        delivered, self._delivered = self._delivered + len(self._done), 0
        if self._waiting and (delivered < SHORT or self._leading is None or self._leading.is_slow()):
            self._engage()
        self._ticking = False
        if self._waiting or len(self._idle) < len(self._lanes):
            self._tick_soon()
        self._flush()

    def _engage(self) -> None:
        """Let one more lane run what waits."""
        if self._idle:
            self._rest(self._idle.pop())
        elif not self._opening and len(self._lanes) < self.limit:
            self._keep(self._open_lane())

    def _flush(self) -> None:
        """Hand results back, which runs the tasks that wait for them."""
        done = self._done
        try:
            while done:
                done.popleft().deliver()
        finally:
            if done:  # a task has ended the event loop, as KeyboardInterrupt does; the others are told when it goes on
                self._loop.call_soon(self._flush)

    def _finished(self, lane: Lane) -> None:
        """Hand back what a lane did, then give it what the tasks have asked for meanwhile, at once for all."""
        self._delivered += len(self._done)
        ticking, self._ticking = self._ticking, True
        self._handing += 1
        try:
            self._flush()
        finally:
            self._handing -= 1
            self._ticking = ticking
            if lane is self._leading:
                self._leading = None
            if self._loop.time() - lane.born < self._recycle:
                self._rest(lane)
            else:
                self._lanes.discard(lane)
                self._keep(self._replace(lane))
            if self._waiting and not self._ticking:
                self._tick_soon()

    def _rest(self, lane: Lane) -> None:
        try:
            crossing = self._waiting.popleft()
        except IndexError:
            self._idle.append(lane)
        else:
            self._lead(lane, crossing)

    async def _open_lane(self) -> None:
        try:
            lane = await open_lane(self._connect, self._loop)
        except BaseException as error:
            if not self._lanes and self._opening == 1:  # nobody else would run what waits
                while self._waiting:
                    crossing = self._waiting.popleft()
                    crossing.error = error
                    self._done.append(crossing)
                self._loop.call_soon(self._flush)
            raise
        finally:
            self._opening -= 1
        self._lanes.add(lane)
        self._rest(lane)

    async def _replace(self, lane: Lane) -> None:
        await lane.close()
        await self._open_lane()

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        """Open a lane, or replace one, beside what runs."""
        self._opening += 1
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_over)

    def _task_over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has been told
