"""The pool over real connections: its limit, its order, and what it does with connections that are gone or old."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

import plainbase
from plainbase import CommitUnknown, ConnectionLost, Database, PoolTimeout
from plainbase.drivers import pool as pools
from waiting import until

PID = "SELECT pg_backend_pid() AS pid"


@pytest.fixture
def engine() -> str:
    """The pool's ways with a server; SQLite's lanes go through the same pool in every other test."""
    return "postgres"


@pytest.fixture
async def small(url: str) -> AsyncIterator[Database]:
    """A pool of two, and one more at need."""
    async with plainbase.open(url, pool_size=2, max_overflow=1, pool_timeout=0.2) as db:
        yield db


async def test_the_last_connection_used_is_the_next(small: Database) -> None:
    first = await small.fetch_value(PID)
    await asyncio.gather(*(small.fetch_value("SELECT pg_sleep(0.05) AS s") for _ in range(2)))
    last = await small.fetch_value(PID)
    assert {await small.fetch_value(PID) for _ in range(10)} == {last}
    assert first


async def test_a_freed_connection_goes_to_whoever_waited_longest(url: str) -> None:
    order: list[int] = []

    async def use(db: Database, number: int) -> None:
        await db.fetch_value("SELECT 1 AS one")
        order.append(number)

    async with plainbase.open(url, pool_size=1, max_overflow=0) as db:
        async with db.transaction():
            waiting = [asyncio.create_task(use(db, number)) for number in range(12)]
            await until(lambda: db.pool_status().waiting == 12)
        await asyncio.gather(*waiting)
    assert order == list(range(12))


async def test_exhausted(small: Database) -> None:
    async with small.transaction() as a, small.transaction() as b, small.transaction() as c:
        assert len({await tx.fetch_value(PID) for tx in (a, b, c)}) == 3
        with pytest.raises(PoolTimeout, match=r"within 0\.2 s, all 3 are in use; .* pool_size or max_overflow"):
            await small.fetch_value(PID)
    await until(lambda: small.pool_status().busy == 0)


async def test_a_connection_idle_for_long_is_asked_first(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "TRUSTED_IDLE", 0.0)
    async with unsteady(url) as (relayed, network), plainbase.open(relayed, connect_timeout=0.3) as db:
        first = await db.fetch_value(PID)
        assert await db.fetch_value(PID) == first
        network.silent.add(0)
        assert await db.fetch_value(PID) != first


async def test_a_timeout_holds_although_the_network_is_dead(url: str) -> None:
    async with unsteady(url) as (relayed, network), plainbase.open(relayed, connect_timeout=0.3) as db:
        await db.fetch_value(PID)
        network.silent.add(0)
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await db.fetch_value(PID)
        assert time.monotonic() - began < 3
        assert await db.fetch_value(PID) > 0


@pytest.mark.parametrize(
    ("call", "changed"),
    [
        (lambda db: db.execute("INSERT INTO kept (n) VALUES (:n)", {"n": 1}), 1),
        (lambda db: db.fetch_one("INSERT INTO kept (n) VALUES (1) RETURNING n"), 1),
        (lambda db: db.execute_many("INSERT INTO kept (n) VALUES (:n)", [{"n": 1}]), 1),
        (lambda db: db.script("INSERT INTO kept (n) VALUES (1);"), 1),
        (lambda db: db.fetch_value("SELECT count(*) AS n FROM kept"), 0),
    ],
)
async def test_an_answer_that_never_comes(url: str, call: Callable[[Database], Any], changed: int) -> None:
    """A change may have been made, which only looking tells; a read is simply done again."""
    async with unsteady(url) as (relayed, network), plainbase.open(url) as other, plainbase.open(relayed) as db:
        await other.execute("CREATE TABLE kept (n bigint)")
        network.cut.add(0)
        with pytest.raises(ConnectionLost) as caught:
            await call(db)
        assert isinstance(caught.value, CommitUnknown) is bool(changed)
        assert caught.value.retryable is not bool(changed)
        network.cut.clear()
        assert await db.fetch_value("SELECT 1 AS one") == 1
        assert await other.fetch_value("SELECT count(*) AS n FROM kept") <= changed


@dataclass(slots=True)
class Network:
    """Connections, numbered from 0: those that fall silent, and those that end when the server answers."""

    silent: set[int] = field(default_factory=set)
    cut: set[int] = field(default_factory=set)
    made: int = 0


@asynccontextmanager
async def unsteady(url: str) -> AsyncIterator[tuple[str, Network]]:
    """A way to the server on which things go wrong at will."""
    parts = urlsplit(url)
    folder = parse_qs(parts.query).get("host", [""])[0]
    network = Network()

    async def pump(number: int, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        while data := await source.read(65536):
            if answers and number in network.cut:
                sink.transport.abort()
                return
            if number not in network.silent:
                sink.write(data)
                await sink.drain()
        sink.close()

    async def link(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, network.made = network.made, network.made + 1
        if folder:
            there = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{parts.port or 5432}")
        else:
            there = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        asked, answered = pump(number, reader, there[1], answers=False), pump(number, there[0], writer, answers=True)
        await asyncio.gather(asked, answered, return_exceptions=True)

    server = await asyncio.start_server(link, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    user = parts.netloc.rpartition("@")[0]
    async with server:
        yield f"postgresql://{user}@127.0.0.1:{port}{parts.path}", network


async def test_close_waits_for_what_runs(url: str) -> None:
    db = await plainbase.open(url)
    running = asyncio.create_task(db.fetch_value("SELECT 7 AS n FROM pg_sleep(0.1)"))
    await until(lambda: db.pool_status().busy == 1)
    await db.close()
    assert await running == 7
    assert db.pool_status().open == 0


async def test_a_failed_connect_gives_its_place_back(url: str) -> None:
    async with (
        unsteady(url) as (relayed, network),
        plainbase.open(relayed, pool_size=1, max_overflow=0, connect_timeout=0.2) as db,
    ):
        pid = await db.fetch_value(PID)
        network.silent.update(range(1, 4))
        killer = await asyncpg.connect(url)
        await killer.execute("SELECT pg_terminate_backend($1)", pid)
        await killer.close()
        outcomes: set[str] = set()
        while "no answer" not in " ".join(outcomes):  # the first may be the loss of the connection itself
            with pytest.raises(ConnectionLost) as caught:
                await db.fetch_value(PID)
            outcomes.add(caught.value.message)
        assert re.search(r"no answer in time \(waited 0\.\d s\)", " ".join(outcomes))
        network.silent.clear()
        assert await db.fetch_value(PID) > 0
        assert db.pool_status().open == 1
