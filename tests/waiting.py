"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

PATIENCE = 10.0
"""Seconds after which a condition that has not come true fails the test."""


async def until(condition: Callable[[], bool | Awaitable[bool]], patience: float = PATIENCE) -> None:
    """Give the loop turns until `condition` holds; fail if it never does."""
    deadline = time.monotonic() + patience
    while True:
        held = condition()
        if held if isinstance(held, bool) else await held:
            return
        assert time.monotonic() < deadline, f"{condition} did not come true within {patience:g} s"
        await asyncio.sleep(0.002)


def turns_until(condition: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Give other threads and processes turns until `condition` holds; fail if it never does."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not come true within {patience:g} s"
        time.sleep(0.002)
