"""What a database counts and tells about itself: statistics, hooks, and the log."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from own_folders import ITEMS, opened
from plainbase import (
    CommitEvent,
    ConstraintViolation,
    MigrateEvent,
    ParameterError,
    QueryEvent,
    StatementFailed,
    calls,
)
from waiting import until


async def test_query_stats(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        assert db.items.put.query.name == "items.put"
        assert db.query_stats() == {}, "nothing was called, only looked up"
        await db.items.put(name="a")
        await db.items.put.batch([{"name": "b"}, {"name": "c"}])
        await db.items.names()
        async with db.transaction() as tx:
            await tx.items.names()
        assert [row async for row in db.items.names.stream()]
        with pytest.raises(ConstraintViolation):
            await db.items.put(name="a")
        with pytest.raises(ParameterError):
            await db.items.put(nam="a")
        await db.fetch_value("SELECT 1 AS one")
        stats = db.query_stats()
        assert set(stats) == {"items.put", "items.names", "SQL at the call"}
        put, names = stats["items.put"], stats["items.names"]
        assert (put.calls, put.errors, put.rows) == (3, 1, 3)
        assert (names.calls, names.errors, names.rows) == (3, 0, 9)
        assert stats["SQL at the call"].rows == 1
        for each in stats.values():
            assert 0 < each.slowest <= each.seconds
        for seconds in (0.25, 0.125):
            db._events.ran(put, "items.put", "", seconds, 0)
        assert put.slowest == 0.25, "of all, not of the last"


async def test_query_events(empty_url: str, tmp_path: Path) -> None:
    seen: list[QueryEvent] = []
    async with opened(empty_url, tmp_path) as db:
        off = db.on("query", seen.append)
        await db.items.put(name="5ecret")
        assert await db.items.names() == [("5ecret",)]
        with pytest.raises(ConstraintViolation) as caught:
            await db.items.put(name="5ecret")
        with pytest.raises(StatementFailed):
            await db.fetch_all("SELECT nothing FROM nowhere")
        off()
        off()
        await db.items.names()
    assert [(event.name, event.rows, type(event.error).__name__) for event in seen] == [
        ("items.put", 1, "NoneType"),
        ("items.names", 1, "NoneType"),
        ("items.put", 0, "ConstraintViolation"),
        ("", 0, "StatementFailed"),
    ]
    assert seen[2].error is caught.value
    assert seen[0].sql.startswith("INSERT /* items.put */ INTO items")
    assert all(event.seconds > 0 and "5ecret" not in repr(event) for event in seen)


async def test_commit_and_migrate_events(empty_url: str, tmp_path: Path) -> None:
    commits: list[CommitEvent] = []
    migrations: list[MigrateEvent] = []
    async with opened(empty_url, tmp_path, migrate=False) as db:
        db.on("commit", commits.append)
        db.on("migrate", migrations.append)
        assert await db.migrate() == ("0001_tables",)
        assert await db.migrate() == ()
        assert migrations == [MigrateEvent(("0001_tables",))]
        async with db.transaction() as tx:
            async with tx.transaction():
                await tx.items.put(name="a")
            assert commits == []
        with pytest.raises(ValueError, match="back"):
            async with db.transaction() as tx:
                await tx.items.put(name="b")
                raise ValueError("back")
        assert len(commits) == 1
        assert commits[0].seconds > 0


async def test_a_hook_that_raises_harms_nobody(
    empty_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[QueryEvent] = []

    def broken(event: object) -> None:
        raise RuntimeError("the hook broke")

    async with opened(empty_url, tmp_path) as db:
        for event in ("query", "commit", "migrate"):
            db.on(event, broken)
        db.on("query", seen.append)
        async with db.transaction() as tx:
            await tx.items.put(name="a")
        assert await db.items.count() == 1
    assert len(seen) == 2
    assert caplog.text.count("RuntimeError: the hook broke") == 3
    assert "a hook for 'commit' events raised" in caplog.text


async def test_a_hook_may_take_itself_away(empty_url: str, tmp_path: Path) -> None:
    seen: list[object] = []

    def once(event: object) -> None:
        seen.append(event)
        off()

    async with opened(empty_url, tmp_path) as db:
        off = db.on("query", once)
        db.on("query", seen.append)
        await db.items.count()
        await db.items.count()
    assert len(seen) == 3


async def test_one_hook_may_be_there_twice(empty_url: str, tmp_path: Path) -> None:
    seen: list[object] = []
    async with opened(empty_url, tmp_path) as db:
        off, _ = db.on("query", seen.append), db.on("query", seen.append)
        await db.items.count()
        assert len(seen) == 2
        off()
        off()
        await db.items.count()
        assert len(seen) == 3, "who goes twice takes nobody along"

        async def hook(event: object) -> None:
            seen.append(event)

        with pytest.raises(ParameterError, match="nobody would await"):
            db.on("query", hook)


async def test_a_commit_that_fails_is_counted(empty_url: str, tmp_path: Path, engine: str) -> None:
    seen: list[QueryEvent] = []
    commits: list[CommitEvent] = []
    later = "SET CONSTRAINTS ALL DEFERRED" if engine == "postgres" else "PRAGMA defer_foreign_keys = ON"
    async with opened(empty_url, tmp_path) as db:
        db.on("commit", commits.append)
        with pytest.raises(ConstraintViolation):
            async with db.transaction() as tx:
                await tx.execute(later)
                await tx.execute("INSERT INTO items (name, parent_id) VALUES ('a', 5)")
                db.on("query", seen.append)
        async with db.transaction() as tx:
            pass
        assert db.query_stats()["commit"].kinds == {"ConstraintViolation": 1}
        assert db.query_stats()["commit"].calls == 1
    assert [(event.name, event.sql, event.rows) for event in seen] == [("commit", "COMMIT", 0)]
    assert len(commits) == 1, "of one that was committed"


async def test_a_cancelled_call_is_counted(empty_url: str, tmp_path: Path, engine: str) -> None:
    endless = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT count(*) FROM n"
    async with opened(empty_url, tmp_path) as db:
        work = asyncio.create_task(db.fetch_value("SELECT 1 FROM pg_sleep(60)" if engine == "postgres" else endless))
        await until(lambda: db.pool_status().busy > 0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert db.query_stats()["SQL at the call"].kinds == {"CancelledError": 1}


async def test_a_stream_that_is_left_is_counted_without_its_readers_time(
    empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[QueryEvent] = []
    late = [0.0]
    monkeypatch.setattr(calls, "perf_counter", lambda: perf_counter() + late[0])
    async with opened(empty_url, tmp_path) as db:
        await db.items.put.batch([{"name": name} for name in "abc"])
        db.on("query", seen.append)
        for whole in (True, False):
            async with aclosing(db.items.names.stream()) as rows:
                async for _ in rows:
                    late[0] += 1000
                    if not whole:
                        break
    assert [(event.name, event.rows, event.error) for event in seen] == [("items.names", 3, None)] * 2
    assert all(0 < event.seconds < 500 for event in seen)


async def test_an_unknown_event(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        with pytest.raises(ParameterError, match="unknown event 'querry'; known are query, commit, migrate, refresh"):
            db.on("querry", print)  # type: ignore[arg-type]


async def test_debug_logs_statements_and_never_values(
    empty_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("plainbase")
    before: Any = (logger.level, list(logger.handlers))
    try:
        async with opened(empty_url, tmp_path, {"items.sql": ITEMS}, debug=True) as db:
            await db.items.put(name="5ecret", size=7654321)
            with pytest.raises(ConstraintViolation):
                await db.items.put(name="5ecret")
            await db.items.put.batch([{"name": "5ecret-too"}])
            assert await db.fetch_value("SELECT name FROM items WHERE size = :size", {"size": 7654321}) == "5ecret"
    finally:
        logger.setLevel(before[0])
        logger.handlers[:] = before[1]
    assert "items.put" in caplog.text
    assert "INSERT /* items.put */ INTO items (name, size)" in caplog.text
    assert "ConstraintViolation" in caplog.text
    assert "1 rows" in caplog.text
    assert "SELECT name FROM items WHERE size = " in caplog.text
    assert "5ecret" not in caplog.text
    assert "7654321" not in caplog.text


async def test_without_debug_nothing_is_logged(
    empty_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "plainbase")
    async with opened(empty_url, tmp_path) as db:
        await db.items.put(name="a")
    assert "items.put" not in caplog.text
