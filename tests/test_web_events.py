"""Server-sent events: one listener for all clients of a process, bounded, ended when anybody goes."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack

import pytest
from starlette.types import Message

import plainbase
from plainbase import Database, typed
from plainbase.errors import ConnectionLost
from plainbase.platform import predictions
from plainbase.platform.predictions import Prediction
from plainbase.subscription import Subscription
from plainbase.web.changes import Changes, EventStream, TooManyClients
from plainbase.web.stopping import told_to_stop
from waiting import until
from web_service import body, plain_client, serving

CHANGED = b'event: changed\ndata: {"channel": "predictions"}'


@pytest.fixture
async def changes(url: str) -> AsyncIterator[Changes]:
    async with plainbase.open(url) as own:
        made = Changes(own, most=3, heartbeat=0.2, pace=0.01)
        yield made
        await made.aclose()


async def log(db: Database, name: str) -> None:
    await predictions.log(db, Prediction(name, "v1", "staging", {}, 1.0))


async def listeners(db: Database, what: str = "*") -> int:
    """How many connections of this database listen."""
    found: int = await db.fetch_value(
        f"SELECT count({what}) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    )
    return found


async def test_a_change_reaches_every_client_by_one_listener(changes: Changes, db: Database, engine: str) -> None:
    async with AsyncExitStack() as stack:
        streams = [await stack.enter_async_context(changes.stream("predictions")) for _ in range(3)]
        for stream in streams:
            assert await anext(stream) == b"retry: 2000\n: listening\n\n"
        assert (changes.clients, changes.channels) == (3, ("predictions",))
        if engine == "postgres":
            assert await listeners(db) == 1
        await log(db, "one")
        await db.notify("predictions")
        for stream in streams:
            assert await anext(stream) == b"id: 1\n" + CHANGED + b"\n\n"
            assert await anext(stream) == b": nothing new\n\n"
        with pytest.raises(TooManyClients):
            await stack.enter_async_context(changes.stream("other"))
    assert (changes.clients, changes.channels) == (0, ())
    async with changes.stream("predictions") as stream:
        assert await anext(stream)


async def test_many_changes_are_one_event_for_a_slow_client(changes: Changes, db: Database) -> None:
    async with changes.stream("predictions") as stream:
        await anext(stream)
        for number in range(20):
            await log(db, str(number))
            await db.notify("predictions")
        await asyncio.sleep(0.1)
        assert (await anext(stream)).startswith(b"id: 1\n")
        assert await anext(stream) == b": nothing new\n\n"


async def test_stopping_ends_the_streams(changes: Changes) -> None:
    async with changes.stream("predictions") as stream:
        await anext(stream)
        waiting = asyncio.create_task(anext(stream, b"the end"))
        await asyncio.sleep(0)
        changes.stop()
        assert await waiting == b"the end"
        with pytest.raises(TooManyClients):
            await changes.stream("predictions").__aenter__()


async def test_a_client_that_does_not_read_holds_no_place(changes: Changes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plainbase.web.changes.LONGEST_SEND", 0.05)

    async def stuck(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    async def silent() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async with asyncio.timeout(10):
        await EventStream(changes, "predictions")({"type": "http"}, silent, stuck)
    assert (changes.clients, changes.channels) == (0, ())


async def test_announcing_is_one_notification_for_many_commits(
    url: str, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with plainbase.open(url) as own, own.listen("predictions") as heard:
        changes = Changes(own, pace=0.05)
        calls = 0
        notify = own.notify

        async def counted(channel: str, payload: str = "") -> None:
            nonlocal calls
            calls += 1
            await notify(channel, payload)

        monkeypatch.setattr(own, "notify", counted)
        for number in range(50):
            await log(own, str(number))
            changes.announce("predictions")
        async with asyncio.timeout(5):
            await heard.next()
            await until(lambda: not changes._announcing)
        assert calls < 50 if engine == "postgres" else calls == 0
        await changes.aclose()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_listener_whose_connection_is_lost_listens_again(
    changes: Changes, db: typed.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plainbase.web.changes.AGAIN", 0.05)
    listen = Subscription.__aenter__
    attempts = 0

    async def not_at_once(subscription: Subscription) -> Subscription:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise ConnectionLost("not yet")
        return await listen(subscription)

    async def next_event(stream: AsyncGenerator[bytes]) -> bytes:
        return await anext(octets async for octets in stream if octets != b": nothing new\n\n")

    async with changes.stream("predictions") as stream:
        await anext(stream)
        monkeypatch.setattr(Subscription, "__aenter__", not_at_once)
        assert await listeners(db, "pg_terminate_backend(pid)") == 1
        async with asyncio.timeout(10):
            # Without a notification: what came while nobody listened was not heard.
            assert CHANGED in await next_event(stream)
            assert attempts == 3
            await db.notify("predictions")
            assert CHANGED in await next_event(stream)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_an_announcement_that_fails_is_logged_and_the_next_one_made(
    changes: Changes, db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def lost(*_: object) -> None:
        raise ConnectionLost("no server")

    async with db.listen("predictions") as heard:
        with monkeypatch.context() as patched:
            patched.setattr(Database, "notify", lost)
            changes.announce("predictions")
            await until(lambda: not changes._announcing)
        assert "channel predictions: not announced: ConnectionLost" in caplog.text
        changes.announce("predictions")
        await asyncio.sleep(0)
        changes.announce("predictions")  # while the one before goes on: another, not none
        async with asyncio.timeout(5):
            await heard.next()
            await heard.next()


async def test_a_signal_is_heard_beside_the_server_s_own_handler() -> None:
    heard: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: heard.append("server"))
    own = signal.getsignal(signal.SIGTERM)
    try:
        with told_to_stop(lambda: heard.append("service")):
            os.kill(os.getpid(), signal.SIGTERM)
            await until(lambda: len(heard) == 2)
        assert signal.getsignal(signal.SIGTERM) is own
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: len(heard) == 3)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == ["server", "service", "server"]


async def test_events_over_http_until_the_client_goes_and_the_service_stops(url: str, db: Database) -> None:
    batch = {"batch_id": "b", "predictions": [body("of a batch")]}
    posts = (("/predictions", body("one")), ("/predictions/batches", batch))
    async with serving(url) as (served, address), plain_client(address) as client:
        for path, sent in posts:
            async with client.stream("GET", "/predictions/changes") as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                lines = answer.aiter_lines()
                assert await anext(lines) == "retry: 2000"
                assert (await client.post(path, json=sent)).status_code == 201
                async with asyncio.timeout(10):
                    assert "event: changed" in [await anext(lines) for _ in range(4)]
            if db.dialect == "postgres":  # the client has gone, and its listener with it

                async def no_listener() -> bool:
                    return await listeners(db) == 0

                await until(no_listener)
        async with client.stream("GET", "/predictions/changes") as answer:
            lines = answer.aiter_lines()
            await anext(lines)
            served.send(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert [line async for line in lines][-1] == ""
        assert await served.ended() == -signal.SIGTERM
        assert "Traceback" not in served.text
