"""The lanes that share SQLite's waiting reads."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Coroutine

from plainbase.drivers.lanes import HAND_BACK, Job, Lane, Work, open_lane
from plainbase.errors import ConnectionLost


class Readers:
    """Read-only lanes, opened as they are needed, at most `limit` of them."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], limit: int, recycle: float) -> None:
        self._connect = connect
        self.limit = limit
        self._recycle = recycle
        self._loop = asyncio.get_running_loop()
        self._lanes: set[Lane] = set()
        self._idle: list[Lane] = []
        self._waiting: deque[Job] = deque()
        self._done: deque[Job] = deque()
        self._ticking = False
        self._opening = False
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Open the first lane, so that what is wrong shows now."""
        await self._open_lane()

    def counts(self) -> tuple[int, int, int]:
        """Lanes open, lanes busy, reads waiting."""
        return len(self._lanes), len(self._lanes) - len(self._idle), len(self._waiting)

    def submit(self, work: Work) -> Job:
        """Run a function on an idle lane, else on the first that becomes free."""
        if self._closed:
            raise ConnectionLost("the database is closed")
        job = Job(work, self._loop.create_future())
        if self._idle:
            self._idle.pop().drain(job, self._waiting, self._done, self._finished)
            return job
        self._waiting.append(job)
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(HAND_BACK, self._tick)
        if len(self._lanes) < self.limit and not self._opening:
            self._opening = True
            self._keep(self._open_lane())
        return job

    async def close(self) -> None:
        """Wait for what runs and waits, then close every lane."""
        self._closed = True
        while self._tasks or self._waiting or len(self._idle) < len(self._lanes):  # noqa: ASYNC110 (once in a life)
            await asyncio.sleep(HAND_BACK)
        while self._idle:
            lane = self._idle.pop()
            self._lanes.discard(lane)
            await lane.close()

    def _tick(self) -> None:
        self._flush()
        self._ticking = len(self._idle) < len(self._lanes) or bool(self._waiting)
        if self._ticking:
            self._loop.call_later(HAND_BACK, self._tick)

    def _flush(self) -> None:
        done = self._done
        while done:
            done.popleft().deliver()

    def _finished(self, lane: Lane) -> None:
        self._flush()
        if self._loop.time() - lane.born < self._recycle:
            self._rest(lane)
        else:
            self._lanes.discard(lane)
            self._keep(self._replace(lane))

    def _rest(self, lane: Lane) -> None:
        try:
            job = self._waiting.popleft()
        except IndexError:
            self._idle.append(lane)
        else:
            lane.drain(job, self._waiting, self._done, self._finished)

    async def _open_lane(self) -> None:
        self._opening = True
        try:
            lane = await open_lane(self._connect, self._loop)
        except BaseException as error:
            while self._waiting and not self._lanes:  # nobody else would run them
                job = self._waiting.popleft()
                job.error = error
                job.deliver()
            raise
        finally:
            self._opening = False
        self._lanes.add(lane)
        self._rest(lane)

    async def _replace(self, lane: Lane) -> None:
        await lane.close()
        await self._open_lane()

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_over)

    def _task_over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited has been told
