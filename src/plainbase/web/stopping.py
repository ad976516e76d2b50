"""Hear that the server was told to stop, before it waits for the streams that would never end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def told_to_stop(callback: Callable[[], object]) -> Iterator[None]:
    """Call back on the loop when SIGINT or SIGTERM comes, within the block; the server's own handler runs as ever.

    ASGI has no word for it: a server waits for its responses, then tells the application. A signal that nobody handles
    is left alone, and so are all of them outside the main thread, where none can be heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(callback)
        before[number](number, frame)

    for number in SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler):
            before[number] = handler
            signal.signal(number, heard)
    try:
        yield
    finally:
        for changed, earlier in before.items():
            if signal.getsignal(changed) is heard:
                signal.signal(changed, earlier)
