"""Who waited for a connection, and how long; nothing here is touched where nobody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary


class Waits:
    """The waits of one database's pools; seconds. `tell` is called with each: how long, and whether it was in vain."""

    __slots__ = ("_by_task", "count", "pending", "seconds", "tell", "timeouts")

    def __init__(self) -> None:
        self.count = 0
        self.seconds = 0.0
        self.timeouts = 0
        self.pending = False
        """Whether somebody waited for whom it is not yet known which query that was."""
        self.tell: Callable[[float, bool], None] | None = None
        self._by_task: WeakKeyDictionary[asyncio.Task[Any], float] = WeakKeyDictionary()

    def waited(self, seconds: float, *, timed_out: bool) -> None:
        """Count a wait of the task that runs now."""
        self.count += 1
        self.seconds += seconds
        self.timeouts += timed_out
        task = asyncio.current_task()
        if task is not None:
            self._by_task[task] = self._by_task.get(task, 0.0) + seconds
            self.pending = True
        if self.tell is not None:
            self.tell(seconds, timed_out)

    def taken(self) -> float:
        """How long the task that runs now has waited since it was last asked; 0 where it has not."""
        task = asyncio.current_task()
        seconds = self._by_task.pop(task, 0.0) if task is not None else 0.0
        self.pending = len(self._by_task) > 0
        return seconds
