"""A worker in a process of its own: `python -m benchmarks.jobs.working ENGINE NAME URL TASK`, let go by stdin."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from dataclasses import asdict, dataclass, field
from time import perf_counter, process_time
from typing import Any

from benchmarks.jobs import contenders
from benchmarks.jobs.queues import Queue

READY = "ready"
LOOK = 0.001
"""Seconds between two looks at whether the tool's own state says that all is done."""


@dataclass(frozen=True)
class Task:
    """When a worker is to end."""

    calls: int | None = None
    """After so many handler calls."""
    settled: bool = False
    """And when the tool's own state says that nothing is left."""
    seconds: float | None = None
    """After so many seconds, if it has not ended before."""
    slice_seconds: float | None = None
    """Count the calls of each such part of the time."""
    tell: bool = False
    """Write each call's number and time to stdout, and end when stdin says so."""


@dataclass
class Worked:
    """What a worker did."""

    calls: int = 0
    done: int = 0
    left: int = 0
    called_seconds: float = 0.0
    """From the start of the worker to the last of the calls it was to make."""
    settled_seconds: float = 0.0
    """From the start of the worker until nothing was left."""
    cpu_seconds: float = 0.0
    """Of this process meanwhile."""
    slices: list[int] = field(default_factory=list)


class _Tally:
    """Counts the handler's calls, from whichever thread."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.worked = Worked()
        self.over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self.start()

    def start(self) -> None:
        self._began, self._cpu = perf_counter(), process_time()

    def handled(self, number: int) -> None:
        now = perf_counter()
        with self._lock:
            self.worked.calls += 1
            if self.worked.calls == self.task.calls:
                self.worked.called_seconds = now - self._began
                self._loop.call_soon_threadsafe(self.over.set)
            if self.task.slice_seconds:
                self._sliced(int((now - self._began) / self.task.slice_seconds))
            if self.task.tell:
                sys.stdout.write(f"{number} {now!r}\n")
                sys.stdout.flush()

    def _sliced(self, place: int) -> None:
        slices = self.worked.slices
        while len(slices) <= place:
            slices.append(0)
        slices[place] += 1

    def settle(self) -> None:
        self.worked.settled_seconds = perf_counter() - self._began
        self.worked.cpu_seconds = process_time() - self._cpu


async def _main(contender: contenders.Contender, url: str, task: Task) -> Worked:
    async with contender.load().opened(url, contender.options) as queue:
        print(READY, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        tally, stop = _Tally(task), asyncio.Event()
        tally.start()
        working = asyncio.create_task(queue.work(tally.handled, stop))
        try:
            await _until_over(tally, queue, working)
        finally:
            stop.set()
        await working
        worked = tally.worked
        worked.done, worked.left = await queue.done(), await queue.left()
        return worked


async def _until_over(tally: _Tally, queue: Queue, working: asyncio.Task[None]) -> None:
    over = asyncio.create_task(_told() if tally.task.tell else _reached(tally))
    done, _ = await asyncio.wait((over, working), timeout=tally.task.seconds, return_when=asyncio.FIRST_COMPLETED)
    over.cancel()
    if working in done:
        await working
        raise RuntimeError("the worker ended by itself")
    while tally.task.settled and over in done and await queue.left():  # noqa: ASYNC110 (no event)
        await asyncio.sleep(LOOK)
    tally.settle()


async def _reached(tally: _Tally) -> None:
    await tally.over.wait()


async def _told() -> None:
    await asyncio.to_thread(sys.stdin.readline)


def main(engine: str, name: str, url: str, task: str) -> None:
    """Work, and print what was done."""
    contender = contenders.named(engine, name)
    work = _main(contender, url, Task(**json.loads(task)))
    if contender.tool in contenders.UVLOOP and sys.platform != "win32":
        import uvloop

        worked: Any = uvloop.run(work)
    else:
        worked = asyncio.run(work)
    print(json.dumps(asdict(worked)))


if __name__ == "__main__":
    main(*sys.argv[1:])
