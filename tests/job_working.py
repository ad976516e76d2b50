"""Workers in a test's own process: one that does not stop fails its test, and holds up no other."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from plainbase.platform.jobs import Worker
from plainbase.platform.jobs.heart import Heart

STOPS = 10.0
"""Seconds in which a worker that is asked to stop has done so."""

Tasks = set[asyncio.Task[Any]]


@asynccontextmanager
async def working(worker: Worker) -> AsyncIterator[Worker]:
    """Let a worker work within the block, and fail where it does not stop at its end, showing what it waits for."""
    others = asyncio.all_tasks()
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    except BaseException:
        worker.stop()  # the second time, below, is at once
        raise
    finally:
        worker.stop()
        await asyncio.wait([running], timeout=STOPS)
        if not running.done():
            told = "\n".join(_standing(asyncio.all_tasks() - others - {asyncio.current_task()}))
            await _force(running, others)
            raise AssertionError(f"the worker did not stop within {STOPS:g} s:\n{told}")
        running.result()


async def _force(running: asyncio.Task[None], others: Tasks) -> None:
    """Cancel all that the worker began, again and again since it swallows that, and let its heart end."""
    deadline = time.monotonic() + STOPS
    while not running.done() and time.monotonic() < deadline:
        for task in asyncio.all_tasks() - others - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait([running], timeout=0.05)
    for heart in [each for each in gc.get_objects() if type(each) is Heart]:
        await heart.stop()


def _standing(tasks: Tasks) -> Iterator[str]:
    """Where each of the tasks waits, down to what it waits for, and where each other thread is."""
    for task in tasks:
        yield f"task {task.get_name()}:"
        awaited: Any = task.get_coro()
        while (frame := getattr(awaited, "cr_frame", None)) is not None:
            yield f"  {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}"
            awaited = awaited.cr_await
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and thread.ident in (frames := sys._current_frames()):
            yield f"thread {thread.name}:"
            yield "".join(traceback.format_stack(frames[thread.ident], limit=5)).rstrip()
