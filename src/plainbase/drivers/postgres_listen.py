"""LISTEN on a connection of its own, outside the pool."""

from __future__ import annotations

import asyncio
from typing import Any

from plainbase.drivers.base import Notification
from plainbase.drivers.postgres_connect import PostgresConnection, disconnect
from plainbase.errors import ConnectionLost


class ChannelListener:
    """The notifications of one channel, in order."""

    def __init__(self, connection: PostgresConnection, channel: str, family: set[ChannelListener]) -> None:
        family.add(self)
        self._family = family
        self._connection = connection
        self._channel = channel
        self._queue: asyncio.Queue[Notification | None] = asyncio.Queue()

    async def start(self) -> None:
        """Subscribe; when this returns, nothing sent later is missed."""
        self._connection.add_termination_listener(self._lost)
        await self._connection.add_listener(self._channel, self._received)

    async def next(self) -> Notification:
        notification = await self._queue.get()
        if notification is None:
            self._queue.put_nowait(None)
            raise ConnectionLost("the subscription is closed, or its connection was lost; listen again")
        return notification

    async def aclose(self) -> None:
        self._family.discard(self)
        await disconnect(self._connection)

    def _received(self, connection: Any, pid: int, channel: str, payload: object) -> None:
        self._queue.put_nowait(Notification(channel, str(payload)))

    def _lost(self, connection: Any) -> None:
        self._queue.put_nowait(None)
