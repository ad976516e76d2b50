"""What every queue that takes part must be able to do, each in a module of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

JOB_TYPE = "empty"
AT_ONCE = 1_000
"""Jobs of one call, where many are enqueued."""

Handled = Callable[[int], None]
"""What a handler calls, with the number that its job carries; 0 where it carries none."""


class Queue(Protocol):
    """A tool on a database of its own; a client as well as a worker."""

    async def install(self) -> None:
        """Make its tables."""

    async def enqueue(self, number: int = 0) -> None:
        """Add one job, committed when this returns; with a number where it is not 0."""

    async def enqueue_many(self, count: int) -> None:
        """Add jobs, AT_ONCE at a time where the tool can."""

    async def work(self, handled: Handled, stop: asyncio.Event) -> None:
        """Work the jobs off until told to stop, then end gracefully."""

    async def left(self) -> int:
        """How many jobs wait or run, as the tool's own state has it."""

    async def done(self) -> int:
        """How many jobs are done, as the tool's own state has it."""


class Module(Protocol):
    """A module of this package."""

    def opened(self, url: str, options: dict[str, Any]) -> AbstractAsyncContextManager[Queue]:
        """Open the tool on a database, for as long; the options are those of its worker."""
