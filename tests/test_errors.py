"""One tree of errors, each from a real cause, the same on both engines, and never with a value in it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

import plainbase
from own_folders import ITEMS, migration, opened, reveals
from plainbase import (
    ConnectionLost,
    ConstraintViolation,
    Database,
    DataInvalid,
    PlainbaseError,
    PoolTimeout,
    QueryTimeout,
    SchemaOutOfDate,
    StatementFailed,
)
from waiting import until

SECRET = "5ecret-value"

BAD = """
-- name: add_with_id :exec
INSERT INTO items (id, name, parent_id) VALUES (:id, :name, :parent_id);

-- name: wrong_syntax :many
SELECT name
FROM items
WHERE name = :name
ORDER name;

-- name: no_column :many
SELECT
    name,
    nothing
FROM items
WHERE name = :name;

-- name: no_table :many
SELECT name FROM later WHERE name = :name;

-- name: endless :many
WITH RECURSIVE c (n) AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < :low;

-- name: two_alike :many
SELECT name, name FROM items;
"""
FILES = {"items.sql": ITEMS, "bad.sql": BAD}


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path, FILES) as database:
        yield database


def check(error: PlainbaseError, query: str, line: int, *names: str) -> None:
    """The message begins with the query's place, the names are there, and no value is."""
    file = query.partition(".")[0]
    assert str(error).startswith(f"queries/{file}.sql:{line} {query}: ")
    assert (error.query, error.where) == (query, f"queries/{file}.sql:{line}")
    assert error.parameters == names
    assert not reveals(error, SECRET)
    assert error.__cause__ is None
    assert error.__suppress_context__


async def test_constraint_violations(engine: str, db: Database) -> None:
    await db.items.add(name=SECRET)
    with pytest.raises(ConstraintViolation) as caught:
        await db.items.add(name=SECRET)
    assert caught.value.kind == "unique"
    assert caught.value.constraint == ("items_name_key" if engine == "postgres" else None)
    assert not caught.value.retryable
    check(caught.value, "items.add", 2, "name", "size", "parent_id")
    with pytest.raises(ConstraintViolation) as caught:
        await db.items.add(name=f"{SECRET}2", size=-98765)
    assert (caught.value.kind, caught.value.constraint) == ("check", "items_size_check")
    check(caught.value, "items.add", 2, "name", "size", "parent_id")
    assert not reveals(caught.value, "98765")
    with pytest.raises(ConstraintViolation) as caught:
        await db.items.put(name=None)
    assert (caught.value.kind, caught.value.constraint) == ("not null", None)
    check(caught.value, "items.put", 8, "name", "size")
    with pytest.raises(ConstraintViolation) as caught:
        await db.items.add(name=f"{SECRET}3", parent_id=98765)
    assert caught.value.kind == "foreign key"
    assert caught.value.constraint == ("items_parent_id_fkey" if engine == "postgres" else None)
    assert not reveals(caught.value, "98765")
    with pytest.raises(ConstraintViolation) as caught:
        await db.bad.add_with_id.batch([{"id": 98765, "name": f"{SECRET}{n}", "parent_id": None} for n in range(2)])
    assert caught.value.kind == "unique"
    assert not reveals(caught.value, "98765")
    assert await db.items.count() == 1


async def test_a_type_check_is_invalid_data(db: Database) -> None:
    await db.script("CREATE TABLE t (word text, CONSTRAINT t_word_type_check CHECK (word <> '5ecret-value'));")
    with pytest.raises(DataInvalid, match="t_word_type_check") as caught:
        await db.execute("INSERT INTO t (word) VALUES (:word)", {"word": SECRET})
    assert not reveals(caught.value, SECRET)


async def test_a_deferred_constraint_fails_the_commit(engine: str, db: Database) -> None:
    defer = "PRAGMA defer_foreign_keys = ON" if engine == "sqlite" else "SET CONSTRAINTS ALL DEFERRED"
    with pytest.raises(ConstraintViolation) as caught:
        async with db.transaction() as tx:
            await tx.execute(defer)
            await tx.items.add(name=SECRET, parent_id=98765)
            assert await tx.items.count() == 1
    assert caught.value.kind == "foreign key"
    assert not reveals(caught.value, "98765")
    assert await db.items.count() == 0
    async with db.transaction() as tx:  # the connection is well, and what is mended in time is no error
        await tx.execute(defer)
        await tx.bad.add_with_id(id=1, name="a", parent_id=2)
        await tx.bad.add_with_id(id=2, name="b", parent_id=None)
    assert await db.items.count() == 2


async def test_what_the_engine_cannot_read(engine: str, db: Database) -> None:
    with pytest.raises(StatementFailed, match="syntax error") as caught:
        await db.bad.wrong_syntax(name=SECRET)
    check(caught.value, "bad.wrong_syntax", 5, "name")
    assert ("(line 9)" in str(caught.value)) == (engine == "postgres")
    with pytest.raises(StatementFailed, match="nothing") as caught:
        await db.bad.no_column(name=SECRET)
    check(caught.value, "bad.no_column", 11, "name")
    assert ("(line 14)" in str(caught.value)) == (engine == "postgres")
    with pytest.raises(StatementFailed, match="two columns of the result have one name: name"):
        await db.bad.two_alike()
    with pytest.raises(StatementFailed, match="two columns of the result have one name: name"):
        await anext(db.bad.two_alike.stream())


async def test_a_missing_migration_is_named(db: Database, tmp_path: Path) -> None:
    with pytest.raises(StatementFailed, match="later") as failed:
        await db.bad.no_table(name=SECRET)
    check(failed.value, "bad.no_table", 18, "name")
    migration(tmp_path / "schema", "0002_later", "CREATE TABLE later (name text);")
    for call in (db.bad.no_table(name=SECRET), anext(db.bad.no_table.stream(name=SECRET))):
        with pytest.raises(SchemaOutOfDate, match="lacks migration 0002_later") as caught:
            await call
        check(caught.value, "bad.no_table", 18, "name")
    with pytest.raises(SchemaOutOfDate, match="lacks migration 0002_later"):
        async with db.transaction() as tx:
            await tx.bad.no_table(name="x")
    assert await db.migrate() == ("0002_later",)
    assert await db.bad.no_table(name="x") == []


async def test_no_row_and_a_refused_row_are_told_apart_from_failures(db: Database) -> None:
    for error, kind in ((ConstraintViolation, "constraint"), (DataInvalid, "data")):
        assert issubclass(error, PlainbaseError), kind
    assert [each.__name__ for each in DataInvalid.__mro__[:3]] == ["DataInvalid", "ParameterError", "PlainbaseError"]
    retryable = {name for name in plainbase.__all__ if getattr(getattr(plainbase, name), "retryable", False) is True}
    assert retryable == {"ConnectionLost", "PoolTimeout", "TransactionConflict"}


async def test_a_statement_timeout(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES, statement_timeout=0.15) as db:
        with pytest.raises(QueryTimeout, match="statement_timeout") as caught:
            await db.bad.endless(low=0)
        check(caught.value, "bad.endless", 21, "low")
        with pytest.raises(QueryTimeout):
            async with db.transaction() as tx:
                await tx.items.put(name="a")
                await tx.bad.endless(low=0)
        with pytest.raises(QueryTimeout):
            await db.fetch_value(
                "WITH RECURSIVE c (n) AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c"
            )
        assert await db.items.count() == 0
        assert await db.items.put(name="b") == 1


async def test_an_exhausted_pool(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_timeout=0.05) as db:
        async with db.transaction():
            other = asyncio.create_task(db.transaction().__aenter__())
            await until(lambda: db.pool_status().waiting == 1)
            with pytest.raises(PoolTimeout, match=r"within 0\.05 s, all 1 are in use") as caught:
                await other
            assert caught.value.retryable
        assert db.pool_status().waiting == 0
        assert await db.items.count() == 0


async def test_a_closed_database(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.items.put(name="a")
        put = db.items.put
    calls: list[Callable[[], Awaitable[object]]] = [
        lambda: put(name="b"),
        lambda: db.items.count(),
        lambda: db.items.put.batch([{"name": "c"}]),
        lambda: anext(db.items.names.stream()),
        lambda: db.transaction().__aenter__(),
        lambda: db.script("SELECT 1;"),
        lambda: db.insert_rows("items", ["name"], [["d"]]),
        lambda: db.migrate(),
        lambda: db.listen("x").__aenter__(),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(ConnectionLost, match="the database is closed"):
            await call()
            pytest.fail(f"call {number} ran")
    health = await db.health()
    assert not health.ok
    assert "closed" in (health.error or "")
    await db.close()  # twice is no harm
