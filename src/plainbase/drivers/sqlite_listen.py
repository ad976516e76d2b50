"""SQLite has no notifications: `listen` sees commits, of this process at once and of others by polling."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING

from plainbase.drivers.base import Notification
from plainbase.drivers.crossing import outcome
from plainbase.drivers.lanes import Lane
from plainbase.drivers.pool import Slot
from plainbase.errors import ConnectionLost

if TYPE_CHECKING:
    from plainbase.drivers.sqlite import SqliteDriver

POLL = 0.02
"""Seconds between looks at the file's version."""


class CommitListener:
    """Wakes on any commit; it needs a connection of its own, since the version is counted per connection."""

    def __init__(self, driver: SqliteDriver, channel: str, slot: Slot[Lane] | None) -> None:
        self._driver = driver
        self._channel = channel
        self._slot = slot
        self._seen = 0
        self._event = asyncio.Event()
        self._closed = False

    async def start(self) -> None:
        """Note where the file stands now."""
        self._driver.listeners.add(self)
        self._seen = await self._version()

    def wake(self) -> None:
        """A commit of this process."""
        self._event.set()

    async def next(self) -> Notification:
        while not self._closed:
            if self._slot is not None:
                version = await self._version()
                if version != self._seen:
                    self._seen = version
                    return Notification(self._channel, None)
            with suppress(TimeoutError):
                # Not wait_for, which on Python 3.11 loses a cancellation that comes together with a commit.
                async with asyncio.timeout(None if self._slot is None else POLL):
                    await self._event.wait()
            if self._event.is_set() and not self._closed:
                self._event.clear()
                if self._slot is None:
                    return Notification(self._channel, None)
        raise ConnectionLost("the subscription is closed")

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._driver.listeners.discard(self)
            self._event.set()
            if self._slot is not None:
                self._driver.exclusive.release(self._slot)

    async def _version(self) -> int:
        if self._slot is None:
            return 0
        version: int = await outcome(self._slot.connection.run(_data_version))
        return version


def _data_version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version
