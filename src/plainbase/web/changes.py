"""Live changes as server-sent events: one listener a channel and process, whoever many clients there are."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from plainbase.errors import PlainbaseError
from plainbase.platform.runners import AnyDatabase
from plainbase.subscription import Subscription
from plainbase.web.dependencies import of

log = logging.getLogger("plainbase.web")

MOST_CLIENTS = 100
"""Clients of a process, of all channels together."""

HEARTBEAT = 15.0
"""Seconds after which a quiet stream has a comment, so that no proxy takes it for dead."""

PACE = 0.1
"""Seconds between two events of a client, at least: what comes in between is one event."""

LONGEST_SEND = 30.0
"""Seconds in which a client takes what is sent to it; one that does not read holds no place for longer."""

AGAIN = 1.0
"""Seconds between two attempts to listen, when the connection was lost."""


class TooManyClients(PlainbaseError):
    """A process streams to as many clients as it may, or stops; another process, or a later attempt, may do."""

    retryable = True


@dataclass(eq=False)
class _Channel:
    """One that is listened to, and an event for each of its clients, which is set when something changed."""

    subscription: Subscription
    clients: set[asyncio.Event] = field(default_factory=set)
    task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        for changed in self.clients:
            changed.set()


class Changes:
    """What the clients of one process are told; a connection for each channel that has clients, none without."""

    def __init__(
        self, db: AnyDatabase, *, most: int = MOST_CLIENTS, heartbeat: float = HEARTBEAT, pace: float = PACE
    ) -> None:
        self._db = db
        self._most = most
        self._heartbeat = heartbeat
        self._pace = pace
        self._channels: dict[str, _Channel] = {}
        self._lock = asyncio.Lock()
        self._clients = 0
        self._stopped = asyncio.Event()
        self._announcing: dict[str, asyncio.Task[None]] = {}
        self._waiting: set[str] = set()

    @property
    def clients(self) -> int:
        """How many streams are open."""
        return self._clients

    @property
    def channels(self) -> tuple[str, ...]:
        """What is listened to."""
        return tuple(self._channels)

    @property
    def stopped(self) -> bool:
        """Whether the server was told to stop."""
        return self._stopped.is_set()

    def announce(self, channel: str) -> None:
        """Notify a channel that something was committed, without waiting; many in a row are one notification.

        Does nothing on SQLite, where listeners see commits. Best effort: an announcement that fails is logged.
        """
        if self._db.dialect == "sqlite" or self.stopped:
            return
        if channel in self._announcing:
            self._waiting.add(channel)
            return
        self._announcing[channel] = asyncio.create_task(self._announce(channel))

    async def _announce(self, channel: str) -> None:
        try:
            while True:
                self._waiting.discard(channel)
                try:
                    await self._db.notify(channel)
                except PlainbaseError as error:
                    log.warning("channel %s: not announced: %s", channel, type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pace):
                        await self._stopped.wait()
                if channel not in self._waiting:
                    return
        finally:
            del self._announcing[channel]

    @asynccontextmanager
    async def stream(self, channel: str) -> AsyncIterator[AsyncGenerator[bytes]]:
        """A client's events as octets, for the block; nothing that is committed after its begin is missed.

        Raises TooManyClients, and ConnectionLost where nobody can listen.
        """
        if self.stopped or self._clients >= self._most:
            raise TooManyClients("no more streams of events are given")
        changed = asyncio.Event()
        self._clients += 1
        try:
            async with self._lock:
                found = self._channels.get(channel)
                if found is None:
                    found = _Channel(self._db.listen(channel))
                    await found.subscription.__aenter__()
                    self._channels[channel] = found
                    found.task = asyncio.create_task(self._listen(found))
                found.clients.add(changed)
            try:
                async with aclosing(self._events(channel, changed)) as octets:
                    yield octets
            finally:
                found.clients.discard(changed)
                if not found.clients and self._channels.get(channel) is found:
                    del self._channels[channel]
                    await _ended(found)
        finally:
            self._clients -= 1

    def stop(self) -> None:
        """End every stream, and give no more."""
        self._stopped.set()
        for channel in self._channels.values():
            channel.wake()

    async def aclose(self) -> None:
        """Stop, and stop listening."""
        self.stop()
        for task in tuple(self._announcing.values()):
            await task
        while self._channels:
            await _ended(self._channels.popitem()[1])

    async def _events(self, channel: str, changed: asyncio.Event) -> AsyncGenerator[bytes]:
        yield b"retry: 2000\n: listening\n\n"
        data = json.dumps({"channel": channel}).encode()
        number = 0
        while not self.stopped:
            try:
                async with asyncio.timeout(self._heartbeat):
                    await changed.wait()
            except TimeoutError:
                yield b": nothing new\n\n"
                continue
            if self.stopped:
                return
            changed.clear()
            number += 1
            yield b"id: %d\nevent: changed\ndata: %s\n\n" % (number, data)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace):
                    await self._stopped.wait()

    async def _listen(self, channel: _Channel) -> None:
        while True:
            try:
                while True:
                    await channel.subscription.next()
                    channel.wake()
            except PlainbaseError:
                await channel.subscription.aclose()
            while True:
                await asyncio.sleep(AGAIN)
                try:
                    await channel.subscription.__aenter__()
                except PlainbaseError:
                    continue
                break
            channel.wake()  # whatever was committed meanwhile was not heard


async def _ended(channel: _Channel) -> None:
    if channel.task is not None:
        channel.task.cancel()
        await asyncio.wait([channel.task])
    await channel.subscription.aclose()


class EventStream(StreamingResponse):
    """The response: its client is counted, and the channel listened to, before the first line is sent."""

    media_type = "text/event-stream"

    def __init__(self, changes: Changes, channel: str) -> None:
        # A proxy that holds lines back until it has many of them would make them late.
        super().__init__(_none(), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._changes = changes
        self._channel = channel

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patiently(message: Message) -> None:
            async with asyncio.timeout(LONGEST_SEND):
                await send(message)

        async with self._changes.stream(self._channel) as octets:
            self.body_iterator = octets
            with suppress(TimeoutError):  # the server closes a connection whose answer does not end
                await super().__call__(scope, receive, patiently)


def events(request: Request, channel: str) -> EventStream:
    """A response of server-sent events: each `changed` says that something was committed, and a client looks again.

    On PostgreSQL that is who notified the channel (`Changes.announce`, `db.notify`), on SQLite any commit. Heartbeats
    are comments. It ends when the client goes or the server stops; beyond a process's number of clients it is 503.
    """
    return EventStream(of(request).changes, channel)


async def _none() -> AsyncGenerator[bytes]:
    none: tuple[bytes, ...] = ()
    for octets in none:
        yield octets
