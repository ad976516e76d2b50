"""How a worker is stopped: asked once gracefully, twice at once, by a signal, or by cancelling what runs it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence

LAST_WRITES = 10.0
"""Seconds that a stopping worker tries to have something noted, where the database does not answer."""


class Stopping:
    """Whether a worker is to stop, and how fast."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once = asyncio.Event()

    def ask(self) -> None:
        """Stop gracefully; asked again, at once."""
        if self.asked.is_set():
            self.at_once.set()
        self.asked.set()

    async def wait(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Wait until it is asked, or one of these tasks ends, which it never should; raise what that one raised."""
        asked = asyncio.create_task(self.asked.wait())
        try:
            done, _ = await asyncio.wait([asked, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except BaseException:
            self.at_once.set()
            raise
        finally:
            self.asked.set()
            asked.cancel()

    async def wait_for(self, idle: asyncio.Event, seconds: float) -> None:
        """Wait until nothing runs, so long at most, or until it is to be at once."""
        waits = [asyncio.create_task(event.wait()) for event in (idle, self.at_once)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()

    async def finish(self, work: Coroutine[None, None, None]) -> None:
        """Await work to its end, at once where whoever waits for it is cancelled; then the cancellation goes on."""
        task = asyncio.ensure_future(work)
        cancelled = False
        while not task.done():
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError:
                if task.cancelled():
                    raise
                self.at_once.set()
                cancelled = True
        task.result()
        if cancelled:
            raise asyncio.CancelledError


def on_signals(stop: Callable[[], None]) -> Callable[[], None]:
    """Stop at SIGTERM and at SIGINT, until what this gives is called."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, stop)

    def restore() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)

    return restore
