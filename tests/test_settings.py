"""Each setting, by its effect: what the engine, the pool or the clock shows of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from own_folders import opened
from plainbase import Database, PoolTimeout, StatementFailed
from waiting import until

POSTGRES = pytest.mark.parametrize("engine", ["postgres"])
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])


@asynccontextmanager
async def readers(db: Database, count: int) -> AsyncIterator[list[Any]]:
    """So many transactions at once, each with a connection of its own."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(db.transaction(read_only=True)) for _ in range(count)]


async def test_never_more_connections_than_size_and_overflow(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=2, max_overflow=3, pool_timeout=10) as db:
        most = 0

        async def work() -> None:
            nonlocal most
            async with db.transaction(read_only=True) as tx:
                await tx.items.count()
                status = db.pool_status()
                assert status.busy <= status.open <= status.limit
                most = max(most, status.busy)

        await asyncio.gather(*(work() for _ in range(60)))
        assert most == 5
        await until(lambda: db.pool_status().busy == 0)
        status = db.pool_status()
        assert status.waiting == 0
        assert status.limit == (5 if engine == "postgres" else 1 + 2 + 5)  # SQLite: one writes, two share the reads
        idle = 2 if engine == "postgres" else 1 + 1 + 2
        await until(lambda: db.pool_status().open <= idle)  # what is above the size is closed when idle


@POSTGRES
async def test_the_server_sees_no_more_connections_than_allowed(engine: str, empty_url: str, tmp_path: Path) -> None:
    watcher = await asyncpg.connect(empty_url)
    most = 0
    async with opened(empty_url, tmp_path, pool_size=2, max_overflow=2, application_name="counted") as db:

        async def work() -> None:
            nonlocal most
            await db.items.put(name=f"n{id(asyncio.current_task())}")
            most = max(most, await db.fetch_value(count))

        count = "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = 'counted'"
        await asyncio.gather(*(work() for _ in range(50)))
        assert 2 <= most <= 4

        async def gone() -> bool:
            return bool(await watcher.fetchval(count) <= 2)

        await until(gone)
    assert await watcher.fetchval(count) == 0
    await watcher.close()


async def test_pool_timeout(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=1, pool_timeout=0.1) as db:
        async with readers(db, 2):
            began = time.monotonic()
            with pytest.raises(PoolTimeout, match=r"within 0\.1 s, all 2 are in use"):
                async with db.transaction(read_only=True):
                    pytest.fail("a third connection")
            assert 0.1 <= time.monotonic() - began < 3
            patient = asyncio.create_task(db.transaction(read_only=True).__aenter__())
            await until(lambda: db.pool_status().waiting == 1)
            patient.cancel()
            await asyncio.wait([patient])
            assert db.pool_status().waiting == 0
        async with readers(db, 2):
            pass


@POSTGRES
async def test_pool_recycle_replaces_old_connections(engine: str, empty_url: str, tmp_path: Path) -> None:
    backend = "SELECT pg_backend_pid() AS pid"
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_recycle=0.15) as db:
        first = await db.fetch_value(backend)

        async def replaced() -> bool:
            return bool(await db.fetch_value(backend) != first)

        await until(replaced)
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_recycle=0) as db:  # 0: never
        assert len({await db.fetch_value(backend) for _ in range(50)}) == 1


@SQLITE
async def test_pool_recycle_on_sqlite(engine: str, empty_url: str, tmp_path: Path) -> None:
    """A new connection has no temporary table of the old one."""
    async with opened(empty_url, tmp_path, pool_recycle=0.15) as db:
        await db.execute("CREATE TEMP TABLE mark (id integer)")

        async def replaced() -> bool:
            try:
                await db.execute("DELETE FROM temp.mark")
            except StatementFailed:
                return True
            return False

        await until(replaced)
        assert await db.items.put(name="a") == 1


async def test_idle_timeout_closes_what_is_not_used(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=4, max_overflow=0, idle_timeout=0.1) as db:
        async with readers(db, 4) as all_of_them:
            for tx in all_of_them:
                await tx.items.count()
            full = db.pool_status().open
        await until(lambda: db.pool_status().open <= full - 4)
        assert await db.items.count() == 0  # and opens anew


async def test_without_a_pool(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, use_pool=False, pool_size=2, max_overflow=1, pool_timeout=5) as db:
        assert await db.items.put(name="a") == 1
        kept = 0 if engine == "postgres" else 2  # SQLite's writer, and one reader
        await until(lambda: db.pool_status().open <= kept)
        if engine == "postgres":
            assert len({await db.fetch_value("SELECT pg_backend_pid() AS pid") for _ in range(3)}) == 3
        assert len(await asyncio.gather(*(db.items.count() for _ in range(20)))) == 20
        async with readers(db, 3):
            assert db.pool_status().busy == 3
        await until(lambda: db.pool_status().open <= kept)


@POSTGRES
async def test_what_the_server_sees(engine: str, empty_url: str, tmp_path: Path) -> None:
    settings = {"work_mem": "7MB", "timezone": "Asia/Tokyo"}
    async with opened(
        empty_url, tmp_path, application_name="täst app", server_settings=settings, statement_timeout=12.5
    ) as db:

        async def show(name: str) -> str:
            value: str = await db.fetch_value("SELECT current_setting(:name) AS value", {"name": name})
            return value

        seen = await db.fetch_value("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()")
        assert seen == await show("application_name")
        assert seen.startswith("t")
        assert seen.endswith("st app")
        assert [await show(name) for name in ("work_mem", "timezone")] == ["7MB", "Asia/Tokyo"]
        assert await show("statement_timeout") == "12500ms"
        assert await show("idle_in_transaction_session_timeout") == "1h"
    async with opened(empty_url + ("&" if "?" in empty_url else "?") + "application_name=of_url", tmp_path) as db:
        assert await show("application_name") == "of_url"
        assert await show("statement_timeout") == "0"


@POSTGRES
async def test_without_prepared_statements(engine: str, empty_url: str, tmp_path: Path) -> None:
    """As behind a pooler that cannot keep them."""
    async with opened(empty_url, tmp_path, statement_cache_size=0, pool_size=1, max_overflow=0) as db:
        for number in range(3):
            assert await db.items.put(name=f"a{number}") == 1
        assert await db.items.put.batch([{"name": "b"}, {"name": "c"}]) == 2
        assert len([row async for row in db.items.names.stream()]) == 5
        assert await db.insert_rows("items", ["name"], [["d"]]) == 1
        async with db.transaction() as tx:
            assert await tx.items.count() == 6
        assert await db.fetch_value("SELECT count(*) AS count FROM pg_prepared_statements") <= 1
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0) as db:
        for _ in range(3):
            await db.items.count()
        assert await db.fetch_value("SELECT count(*) AS count FROM pg_prepared_statements WHERE NOT from_sql") >= 1


@SQLITE
async def test_what_sqlite_is_told(engine: str, empty_url: str, tmp_path: Path) -> None:
    expected = {"journal_mode": "wal", "foreign_keys": 1, "cache_size": -65536, "temp_store": 2}
    async with opened(empty_url, tmp_path) as db:

        async def pragmas(runner: Any, *names: str) -> dict[str, Any]:
            return {name: await runner.fetch_value(f"SELECT * FROM pragma_{name}") for name in names}

        assert await pragmas(db, *expected, "query_only") == {**expected, "query_only": 1}
        async with db.transaction() as tx:
            assert await pragmas(tx, *expected, "query_only", "synchronous") == {
                **expected,
                "query_only": 0,
                "synchronous": 1,
            }
            assert await tx.fetch_value("PRAGMA wal_autocheckpoint") > 0
        async with db.transaction(read_only=True) as tx:
            assert await pragmas(tx, *expected, "query_only") == {**expected, "query_only": 1}
            assert await tx.fetch_value("PRAGMA wal_autocheckpoint") == 0  # exactly one connection checkpoints
    for url, option in ((empty_url, "FULL"), (f"{empty_url}?synchronous=full", None)):
        async with opened(url, tmp_path, synchronous=option) as db, db.transaction() as tx:
            assert await tx.fetch_value("SELECT synchronous FROM pragma_synchronous") == 2


@SQLITE
async def test_a_closed_database_leaves_one_file(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.items.put(name="a")
        assert (tmp_path / "empty.db-wal").exists()
    assert sorted(path.name for path in tmp_path.glob("empty.db*")) == ["empty.db"]


@SQLITE
async def test_a_database_in_memory(engine: str, tmp_path: Path) -> None:
    async with opened("sqlite://", tmp_path) as db:
        assert await db.items.put.batch([{"name": f"n{n:03}"} for n in range(200)]) == 200
        assert len([row async for row in db.items.names.stream()]) == 200
        async with db.transaction() as tx:
            await tx.items.put(name="z")
        with pytest.raises(StatementFailed, match="readonly"):
            async with db.transaction(read_only=True) as tx:
                assert await tx.items.count() == 201
                await tx.items.put(name="y")
        assert await asyncio.gather(*(db.items.count() for _ in range(20))) == [201] * 20


@POSTGRES
async def test_the_password_is_shown_nowhere(engine: str, empty_url: str, tmp_path: Path) -> None:
    secret = urlsplit(empty_url).password or "hunter2secret"  # the server of the wheel does not ask for one
    async with opened(empty_url, tmp_path, password=secret) as db:
        for shown in (repr(db), repr(db.options), str(db.options), db.options.safe_url):
            assert secret not in shown
        assert str(db.options.database) in repr(db)
        assert db.options.password == secret
        assert db.dialect == "postgres"
