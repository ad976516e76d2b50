"""What a database says of its state, and what it hears of others."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from own_folders import migration, opened
from plainbase import ConnectionLost, Database, Notification, PoolStatus
from plainbase.drivers.sqlite_connect import warnings
from waiting import until

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


async def test_health(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, migrate=False) as db:
        health = await db.health()
        assert health.ok
        assert health.engine is not None
        assert health.engine.startswith("SQLite 3." if engine == "sqlite" else "PostgreSQL 1")
        assert (health.schema_version, health.expected_version, health.error) == (None, "0001_tables", None)
        assert health.pending == ("0001_tables",)
        assert 0 < health.seconds < 10
        await db.migrate()
        health = await db.health()
        assert (health.ok, health.schema_version, health.pending) == (True, "0001_tables", ())
        migration(tmp_path / "schema", "0002_more", "CREATE TABLE more (id integer);")
        health = await db.health()
        assert (health.schema_version, health.expected_version) == ("0001_tables", "0002_more")
        assert health.pending == ("0002_more",)
        assert health.pool.open >= 1


@POSTGRES
async def test_health_of_a_database_that_is_gone(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, connect_timeout=2) as db:
        server = await asyncpg.connect(empty_url, database="postgres")
        name = db.options.database
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
        health = await db.health()
        while health.error and "lost" in health.error:
            health = await db.health()
        assert not health.ok
        assert (health.engine, health.schema_version, health.pending) == (None, None, ())
        assert f'database "{name}" does not exist' in (health.error or "")
        await server.execute(f"CREATE DATABASE {name}")
        assert (await db.health()).ok
        await server.close()


async def test_pool_status(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=2, max_overflow=1, pool_timeout=10) as db:
        await until(lambda: db.pool_status().busy == 0)  # a connection is cleaned after its transaction
        assert isinstance(db.pool_status(), PoolStatus)
        assert db.pool_status().waiting == 0
        async with db.transaction() as tx:
            assert await tx.items.count() == 0
            assert db.pool_status().busy == 1
            async with db.transaction(read_only=True), db.transaction(read_only=True):
                assert db.pool_status().busy == 3
                if engine == "postgres":
                    waiting = asyncio.create_task(db.items.count())
                else:
                    waiting = asyncio.create_task(db.items.put(name="a"))
                await until(lambda: db.pool_status().waiting == 1)
        await waiting
        await until(lambda: db.pool_status().busy == 0)


@POSTGRES
async def test_notifications_come_with_their_payload_and_in_order(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        async with db.listen("Jobs ready") as jobs, db.listen("other") as other:
            for number in range(20):
                await db.notify("Jobs ready", f"nr. {number} 🦔")
            await db.notify("other")
            heard = [await jobs.next() for _ in range(20)]
            assert heard == [Notification("Jobs ready", f"nr. {number} 🦔") for number in range(20)]
            assert await other.next() == Notification("other", "")
            async with db.transaction() as tx:
                await tx.execute("SELECT pg_notify('other', 'inside')")
                await db.notify("other", "outside")
                assert (await other.next()).payload == "outside"
            assert (await other.next()).payload == "inside"  # at the commit
        listening = asyncio.create_task(anext(aiter(db.listen("third"))))

        async def heard_third() -> bool:
            await db.notify("third", "x")
            return listening.done()

        await until(heard_third)
        assert await listening == Notification("third", "x")


@POSTGRES
async def test_a_lost_subscription_says_so(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, application_name="listens") as db:
        async with db.listen("jobs") as jobs:
            waiting = asyncio.create_task(jobs.next())
            kill = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%' AND application_name = 'listens' AND pid <> pg_backend_pid()"
            )
            assert await db.fetch_value(kill)
            for _ in range(2):
                with pytest.raises(ConnectionLost, match="listen again"):
                    await waiting
                waiting = asyncio.create_task(jobs.next())
            with pytest.raises(ConnectionLost):
                await waiting
        assert await db.items.count() == 0


async def test_listening_ends_with_its_block_and_gives_its_connection_back(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_timeout=5) as db:
        for _ in range(3):
            async with db.listen("jobs"):
                pass
            async with asyncio.timeout(10):
                async with db.listen("jobs") as jobs:
                    waiting = asyncio.create_task(jobs.next())
                    await asyncio.sleep(0)
                    waiting.cancel()
                    await asyncio.wait([waiting])
        async with db.transaction(read_only=True) as tx:
            assert await tx.items.count() == 0
        await until(lambda: db.pool_status().busy == 0)


@SQLITE
async def test_sqlite_hears_every_commit(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        async with db.listen("anything") as commits:

            async def heard() -> Notification:
                async with asyncio.timeout(10):
                    return await commits.next()

            expected = Notification("anything", None)
            await db.items.put(name="a")
            assert await heard() == expected
            async with db.transaction() as tx:
                await tx.items.put(name="b")
            assert await heard() == expected
            await db.items.put.batch([{"name": "c"}])
            assert await heard() == expected
            await db.notify("anything", "does nothing")
            waiting = asyncio.create_task(commits.next())
            with pytest.raises(ValueError, match="back"):
                async with db.transaction() as tx:
                    await tx.items.put(name="d")
                    raise ValueError("back")
            await db.items.names()
            assert not waiting.done()  # neither of these is a commit
            script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"
            insert = "INSERT INTO items (name) VALUES ('from another process')"
            await asyncio.to_thread(
                subprocess.run, [sys.executable, "-c", script, db.options.path or "", insert], check=True
            )
            async with asyncio.timeout(10):
                assert await waiting == expected
        assert await db.items.count() == 4


@SQLITE
async def test_a_listener_keeps_no_writer_waiting(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db, db.listen("x"):
        other = sqlite3.connect(db.options.path or "", isolation_level=None)
        for number in range(20):
            other.execute("INSERT INTO items (name) VALUES (?)", (f"n{number}",))
        other.close()
        assert await db.items.count() == 20


async def test_closing_the_database_ends_the_listeners(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        subscription = await db.listen("x").__aenter__()
        waiting = asyncio.create_task(subscription.next())
        await asyncio.sleep(0)
    with pytest.raises(ConnectionLost):
        async with asyncio.timeout(3):
            await waiting
    await subscription.aclose()


@pytest.mark.parametrize(
    ("version", "sound"),
    [
        ((3, 38, 0), False),
        ((3, 44, 6), True),
        ((3, 45, 1), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
    ],
)
def test_versions_of_sqlite_that_can_harm_a_write_ahead_log(version: tuple[int, ...], sound: bool) -> None:
    assert (warnings(version) == ()) == sound


async def test_health_warns_of_the_engine_s_version(db: Database, engine: str) -> None:
    expected = warnings(sqlite3.sqlite_version_info) if engine == "sqlite" else ()
    assert (await db.health()).warnings == expected
