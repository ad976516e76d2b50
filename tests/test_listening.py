"""A subscription that is cancelled or cut in the very moment in which something comes."""

from __future__ import annotations

import asyncio
import os

import asyncpg
import pytest

from conftest import SERVER
from plainbase import ConnectionLost, Database
from plainbase.drivers import postgres_listen
from plainbase.drivers.sqlite_listen import CommitListener
from plainbase.subscription import Subscription


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_cancellation_that_comes_together_with_a_commit_is_not_lost(db: Database) -> None:
    for _ in range(20):
        async with db.listen("any") as notifications:
            waiting = asyncio.create_task(_forever(notifications))
            listener = notifications._listener
            assert isinstance(listener, CommitListener)
            while not listener._event._waiters:  # until it waits for the next commit
                await asyncio.sleep(0)
            listener.wake()
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(asyncio.shield(waiting), 5)


async def _forever(notifications: Subscription) -> None:
    while True:
        await notifications.next()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_connection_cut_while_it_begins_to_listen_is_a_lost_one(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = await asyncpg.connect(os.environ[SERVER])
    begin = postgres_listen.ChannelListener.start

    async def cut(listener: postgres_listen.ChannelListener) -> None:
        await killer.execute("SELECT pg_terminate_backend($1)", listener._connection.get_server_pid())
        await begin(listener)

    monkeypatch.setattr(postgres_listen.ChannelListener, "start", cut)
    with pytest.raises(ConnectionLost):
        async with db.listen("any"):
            raise AssertionError("it listens")
    await killer.close()
