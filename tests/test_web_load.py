"""Real HTTP on real processes: whatever happens to the service, what it acknowledged is in the database once."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter

import httpx
import pytest

import plainbase
from conftest import SOAK
from job_server import own_server
from plainbase import Database
from waiting import until
from web_service import Load, body, plain_client, serving

SECONDS = 30.0 if SOAK else 1.0
ROUNDS = 20 if SOAK else 1
MANY = 100 if SOAK else 40
"""Answers, before something happens to the service."""


async def logged(db: Database) -> Counter[str]:
    """The request ids in the database, and how often each is there."""
    return Counter([row.request_id async for row in db.iterate("SELECT request_id FROM predictions ORDER BY id")])


async def test_under_load_nothing_fails_and_nothing_is_missing(url: str, db: Database, engine: str) -> None:
    workers = 2 if engine == "postgres" else 1
    async with serving(url, workers=workers) as (served, address):
        load = Load(address)
        await load.run(SECONDS)
        print(f"{engine}, {workers} process(es), {load.clients} clients: {load.figures()}")
        async with plain_client(address) as client:
            statistics = (await client.get("/predictions/statistics")).json()
            # By several processes: one logs it, the others find it logged.
            again = await asyncio.gather(*(client.post("/predictions", json=body("same")) for _ in range(12)))
            assert sorted(answer.status_code for answer in again) == [200] * 11 + [201]
            assert len({answer.json()["id"] for answer in again}) == 1
        assert not load.broken, load.broken
        assert load.statuses == {201: len(load.seconds)}
        assert load.acknowledged == load.sent
        assert await logged(db) == Counter([*load.acknowledged, "same"])
        assert statistics["total"] == len(load.acknowledged)
        assert statistics["errors"] > 0
        served.send(signal.SIGTERM)
        assert await served.ended() in (0, -signal.SIGTERM), served.text
        assert "Traceback" not in served.text


async def test_a_service_that_is_stopped_answers_what_it_began(url: str, db: Database) -> None:
    load = Load("", name="stopped")
    for round_ in range(ROUNDS):
        async with serving(url) as (served, load.url):
            load.name = f"stopped-{round_}"
            running = asyncio.create_task(load.run(None))
            done = len(load.seconds)
            await until(lambda: len(load.seconds) > done + MANY, 30)  # noqa: B023 (asked within this round)
            served.send(signal.SIGTERM)
            assert await served.ended() == -signal.SIGTERM, served.text
            await running
            assert "Application shutdown complete." in served.text
            assert "Traceback" not in served.text
    assert load.statuses == {201: len(load.seconds)}
    # Not one too many either: what was logged was also answered.
    assert await logged(db) == Counter(load.acknowledged)


async def test_what_a_killed_service_acknowledged_is_there_and_trying_again_logs_nothing_twice(
    url: str, db: Database
) -> None:
    load = Load("", clients=8, insist=True)
    running: asyncio.Task[None] | None = None
    port = 0
    for _ in range(ROUNDS):
        async with serving(url, port=port) as (service, load.url):
            port = httpx.URL(load.url).port or 0
            running = running or asyncio.create_task(load.run(None))
            done = len(load.seconds)
            await until(lambda: len(load.seconds) > done + MANY, 30)  # noqa: B023 (asked within this round)
            service.send(signal.SIGKILL)
            await service.ended()
        there = await logged(db)
        assert load.acknowledged <= there.keys() <= load.sent
        assert set(there.values()) == {1}
    async with serving(url, port=port):
        done = len(load.seconds)
        await until(lambda: len(load.seconds) > done + MANY, 30)
        load.over = True
        assert running is not None
        await running
    assert load.broken
    assert set(load.statuses) <= {200, 201}
    assert await logged(db) == Counter(load.acknowledged) == Counter(load.sent)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_connections_that_the_server_ends_cost_nothing_that_was_acknowledged(url: str, db: Database) -> None:
    async with serving(url) as (served, address):
        load = Load(address, insist=True)
        running = asyncio.create_task(load.run(None))
        ended, enough = 0, time.monotonic() + SECONDS
        while not running.done():
            done = len(load.seconds)
            await until(lambda: len(load.seconds) > done + 50 or running.done(), 30)  # noqa: B023 (asked at once)
            ended += await db.fetch_value(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'plainbase' "
                "AND backend_type = 'client backend' AND state IN ('active', 'idle')"
            )
            load.over = load.statuses[503] > 0 and time.monotonic() > enough
        await running
        print(f"{ended} connections ended: {dict(load.statuses)}, {load.repeated} asked twice, {dict(load.broken)}")
        assert not load.broken
        assert set(load.statuses) <= {200, 201, 503}
        assert await logged(db) == Counter(load.acknowledged) == Counter(load.sent)
        async with plain_client(address) as client:
            assert (await client.get("/health/ready")).status_code == 200
        assert "Traceback" not in served.text


@pytest.mark.skipif(not SOAK, reason="a server of its own that recovers: PLAINBASE_SOAK")
async def test_a_server_that_fails_and_recovers_has_what_was_acknowledged() -> None:
    async with own_server() as server:
        async with plainbase.open(server.url, migrate=True):
            pass
        async with serving(server.url, workers=2) as (served, address):
            load = Load(address, insist=True)
            running = asyncio.create_task(load.run(None))
            for _ in range(3):
                done = len(load.acknowledged)
                await until(lambda: len(load.acknowledged) > done + 200, 60)  # noqa: B023 (asked at once)
                await server.stop()
                async with plain_client(address) as client:
                    ready = await client.get("/health/ready")
                assert (ready.status_code, ready.json()["reason"]) == (503, "the database does not answer")
                await server.start()
            done = len(load.acknowledged)
            await until(lambda: len(load.acknowledged) > done + 200, 60)
            load.over = True
            await running
            assert not load.broken
            assert set(load.statuses) <= {200, 201, 503}
            print(f"three failures: {dict(load.statuses)}, {load.repeated} asked twice")
            assert "Traceback" not in served.text
        async with plainbase.open(server.url) as db:
            assert await logged(db) == Counter(load.acknowledged) == Counter(load.sent)
