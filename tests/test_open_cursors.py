"""What a statement leaves open: nothing, whatever becomes of it, and whatever runs beside it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import Database, DataInvalid, PlainbaseError, QueryTimeout, StatementFailed, TransactionAborted
from waiting import until

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SLOW = "WITH RECURSIVE c (n) AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c) SELECT count(*) AS n FROM c WHERE n < 0"
SLOW_INSERT = f"INSERT INTO t (v) {SLOW.replace('count(*) AS n', 'CAST(count(*) AS text) AS n')}"
TABLE = {
    "sqlite": "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)",
    "postgres": "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)",
}


@pytest.fixture
async def db(engine: str, empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=2) as database:
        await database.execute(TABLE[engine])
        yield database


async def put(db: Database, count: int) -> None:
    await db.insert_rows("t", ["v"], [[f"v{n}"] for n in range(count)])


def elsewhere(db: Database) -> list[str]:
    """What another connection of another library sees."""
    with sqlite3.connect(str(db.options.path)) as other:
        rows = other.execute("SELECT v FROM t ORDER BY id").fetchall()
    other.close()
    return [value for (value,) in rows]


@pytest.mark.parametrize("kept", [True, False], ids=["error kept", "error gone"])
async def test_a_change_whose_rows_cannot_be_given_changes_nothing(db: Database, kept: bool) -> None:
    errors = []
    with pytest.raises(StatementFailed, match="two columns") as caught:
        await db.fetch_all("INSERT INTO t (v) VALUES ('a'), ('b') RETURNING id, id")
    if kept:
        errors.append(caught.value)
    for number in range(3):
        await db.execute("INSERT INTO t (v) VALUES (:v)", {"v": f"w{number}"})
    assert [row.v for row in await db.fetch_all("SELECT v FROM t ORDER BY id")] == ["w0", "w1", "w2"]
    if db.dialect == "sqlite":
        assert elsewhere(db) == ["w0", "w1", "w2"]


@SQLITE
async def test_a_read_that_fails_keeps_no_snapshot(db: Database) -> None:
    await db.execute("CREATE TABLE bad (id UUID_TEXT)")
    await db.script("INSERT INTO bad (id) VALUES ('no uuid')")
    kept = []
    for query in ("SELECT id FROM bad", "SELECT id, id FROM bad"):
        with pytest.raises(PlainbaseError) as caught:
            await db.fetch_all(query)
        kept.append(caught.value)
    assert isinstance(kept[0], DataInvalid)
    assert "no uuid" not in repr(kept[0]) + str(kept[0].__context__)
    for count in range(1, 4):
        await put(db, 1)
        assert await db.fetch_value("SELECT count(*) AS n FROM t") == count


@SQLITE
@pytest.mark.parametrize("how", ["timeout", "cancel"])
async def test_what_runs_beside_an_interrupted_change_does_not_commit_alone(
    engine: str, empty_url: str, tmp_path: Path, how: str
) -> None:
    async with opened(empty_url, tmp_path, statement_timeout=0.2 if how == "timeout" else None) as db:
        await db.execute(TABLE[engine])
        with pytest.raises((QueryTimeout, asyncio.CancelledError, TransactionAborted)):
            async with db.transaction() as tx:
                slow = asyncio.create_task(tx.execute(SLOW_INSERT))
                await until(lambda: db.pool_status().busy == 1)
                beside = asyncio.create_task(tx.execute("INSERT INTO t (v) VALUES ('beside')"))
                await asyncio.sleep(0)
                if how == "cancel":
                    slow.cancel()
                await asyncio.gather(slow, beside)
        await asyncio.wait([beside])
        assert await db.fetch_all("SELECT v FROM t") == []


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("inside", ["block", "savepoint"])
async def test_a_timeout_beside_an_open_stream_leaves_all_usable(
    engine: str, empty_url: str, tmp_path: Path, read_only: bool, inside: str
) -> None:
    async with opened(empty_url, tmp_path, pool_timeout=3, statement_timeout=0.2) as db:
        await db.execute(TABLE[engine])
        await put(db, 500)
        with pytest.raises(QueryTimeout):
            async with db.transaction(read_only=read_only) as tx:
                async for _ in tx.iterate("SELECT id FROM t ORDER BY id"):
                    if inside == "block":
                        await tx.fetch_all(SLOW)
                    else:
                        async with tx.transaction():
                            await tx.fetch_all(SLOW)
        for _ in range(3):
            async with db.transaction(read_only=read_only) as tx:
                assert await tx.fetch_value("SELECT count(*) AS n FROM t") == 500
        await put(db, 1)


async def test_a_stream_in_a_transaction_does_not_see_what_its_consumer_writes(db: Database) -> None:
    await put(db, 1500)
    seen = 0
    async with db.transaction() as tx:
        async for row in tx.iterate("SELECT id, v FROM t ORDER BY id"):
            seen += 1
            await tx.execute("INSERT INTO t (v) VALUES (:v)", {"v": f"new {row.id}"})
            assert seen < 5000
    assert seen == 1500
    assert await db.fetch_value("SELECT count(*) AS n FROM t") == 3000


async def test_a_stream_kept_past_its_transaction_holds_nobody_up(db: Database) -> None:
    await put(db, 2000)
    async with db.transaction() as tx:
        stream = tx.iterate("SELECT id FROM t ORDER BY id")
        assert (await anext(stream)).id == 1
    await put(db, 1)
    if db.dialect == "sqlite":
        with sqlite3.connect(str(db.options.path)) as other:
            other.execute("INSERT INTO t (v) VALUES ('elsewhere')")
        other.close()
    await put(db, 1)
    with pytest.raises(PlainbaseError):
        async for _ in stream:
            pass


async def test_closing_a_stream_gives_its_connection_back_at_once(db: Database) -> None:
    await put(db, 2000)
    for _ in range(3):
        async with aclosing(db.iterate("SELECT id FROM t ORDER BY id")) as stream:
            await anext(stream)
        await until(lambda: db.pool_status().busy == 0)
        stream = db.items.names.stream()
        assert [row async for row in stream] == []


async def test_closing_the_database_ends_a_stream_that_somebody_holds(
    engine: str, empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plainbase.drivers.pool.CLOSE_GRACE", 0.1)
    async with opened(empty_url, tmp_path) as db:
        await db.execute(TABLE[engine])
        await put(db, 2000)
        stream = db.iterate("SELECT id FROM t ORDER BY id")
        await anext(stream)
    assert db.pool_status().open <= 1
    await stream.aclose()
