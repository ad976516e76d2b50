"""What `db.listen` returns."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Self

from plainbase.drivers.base import Driver, Notification


class Subscription:
    """The notifications of a channel, until the block or the loop is left."""

    def __init__(self, driver: Driver, channel: str) -> None:
        self._driver = driver
        self._channel = channel
        self._listener: Any = None

    async def __aenter__(self) -> Self:
        self._listener = await self._driver.listen(self._channel)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def __aiter__(self) -> AsyncGenerator[Notification]:
        own = self._listener is None
        if own:
            await self.__aenter__()
        try:
            while True:
                yield await self._listener.next()
        finally:
            if own:
                await self.aclose()

    async def next(self) -> Notification:
        """Wait for the next notification; inside `async with`."""
        notification: Notification = await self._listener.next()
        return notification

    async def aclose(self) -> None:
        """Stop listening."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.aclose()
