"""Several statements at once: all or nothing, and what cannot be undone runs once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import Database, PlainbaseError, StatementFailed
from waiting import until

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def names(db: Database) -> list[str]:
    return [row.name for row in await db.fetch_all("SELECT name FROM items ORDER BY name")]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO items (name) VALUES ('a'); INSERT INTO nowhere (name) VALUES ('b');",
        "-- COMMIT;\nINSERT INTO items (name) VALUES ('a'); /* ; COMMIT; */ SELECT ';' AS x; INSERT INTO no VALUES (1)",
    ],
)
async def test_a_script_is_all_or_nothing(db: Database, text: str) -> None:
    with pytest.raises(StatementFailed):
        await db.script(text)
    assert await names(db) == []


@pytest.mark.parametrize("word", ["COMMIT", "ROLLBACK", "BEGIN", "/* x */ COMMIT", "SAVEPOINT a"])
async def test_a_script_cannot_end_the_transaction_it_runs_in(db: Database, word: str) -> None:
    with pytest.raises(PlainbaseError):
        async with db.transaction() as tx:
            await tx.items.put(name="before")
            await tx.script(f"INSERT INTO items (name) VALUES ('inside');\n-- done\n{word};")
    with pytest.raises(ValueError, match="after"):
        async with db.transaction() as tx:
            await tx.items.put(name="before")
            with pytest.raises(StatementFailed):
                await tx.script(f"INSERT INTO items (name) VALUES ('inside'); {word};")
            raise ValueError("after")
    assert await names(db) == []


@SQLITE
async def test_a_script_that_commits_by_itself_runs_once_although_another_process_is_in_the_way(db: Database) -> None:
    numbers = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 3000000) SELECT n FROM c"
    slow = f"SELECT count(*) FROM ({numbers})"
    text = (
        "BEGIN IMMEDIATE; INSERT INTO items (name) VALUES ('first'); COMMIT;"
        f"{slow};"
        "BEGIN IMMEDIATE; INSERT INTO items (name) VALUES ('second'); COMMIT;"
    )
    other = sqlite3.connect(str(db.options.path), isolation_level=None)
    running = asyncio.create_task(db.script(text))
    await until(lambda: other.execute("SELECT count(*) FROM items").fetchone()[0] == 1)
    other.execute("BEGIN IMMEDIATE")
    (outcome,) = await asyncio.gather(running, return_exceptions=True)
    other.execute("ROLLBACK")
    other.close()
    found = await names(db)
    assert found in (["first"], ["first", "second"])
    assert (outcome is None) == (len(found) == 2)


@SQLITE
async def test_what_a_statement_does_to_its_connection_ends_with_the_call(db: Database) -> None:
    await db.script("CREATE TABLE kids (item bigint REFERENCES items (id))")
    await db.execute("PRAGMA foreign_keys = OFF")
    await db.script("PRAGMA foreign_keys = OFF; INSERT INTO kids (item) VALUES (1);")  # written as it is
    with pytest.raises(PlainbaseError):
        await db.execute("INSERT INTO kids (item) VALUES (424242)")
    await db.execute("PRAGMA query_only = ON")
    await db.items.put(name="a")
    await db.execute("CREATE TEMP TABLE mine (id INTEGER)")
    with pytest.raises(StatementFailed, match="no such table"):
        await db.execute("INSERT INTO mine (id) VALUES (1)")
    await db.script("/* compact */ VACUUM;")
    await db.execute("VACUUM")


@SQLITE
async def test_replace_in_a_with_is_a_change(db: Database) -> None:
    text = "WITH n (id, name) AS (SELECT 1, 'a') REPLACE INTO items (id, name) SELECT id, name FROM n RETURNING id"
    assert await db.fetch_all(text) == [(1,)]
    assert await db.execute(text.removesuffix(" RETURNING id")) == 1
