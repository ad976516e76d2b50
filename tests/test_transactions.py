"""Transactions: all of it or nothing, on both engines alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import ConstraintViolation, Database, ParameterError, StatementFailed, Transaction, TransactionAborted
from waiting import until


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def names(db: Database) -> str:
    return " ".join(row.name for row in await db.items.names())


class Stop(BaseException):
    """Not an Exception, as nothing of the caller's need be."""


ENDINGS = [ValueError("x"), Stop(), KeyboardInterrupt(), SystemExit(), GeneratorExit(), asyncio.CancelledError()]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: type(ending).__name__)
async def test_any_exception_rolls_back(db: Database, ending: BaseException) -> None:
    with pytest.raises(type(ending)) as caught:
        async with db.transaction() as tx:
            await tx.items.put(name="a")
            raise ending
    assert caught.value is ending
    async with db.transaction() as tx:
        await tx.items.put(name="b")
        with pytest.raises(type(ending)):
            async with tx.transaction():
                await tx.items.put(name="c")
                raise ending
        await tx.items.put(name="d")
    assert await names(db) == "b d"
    await until(lambda: db.pool_status().busy == 0)


async def test_a_block_that_ends_commits_even_when_left_early(db: Database) -> None:
    async def early() -> int:
        async with db.transaction() as tx:
            await tx.items.put(name="a")
            return 7

    assert await early() == 7
    for name in "bc":
        async with db.transaction() as tx:
            await tx.items.put(name=name)
            continue
    async with db.transaction():
        pass
    assert await names(db) == "a b c"


async def test_nothing_is_seen_from_outside_before_the_commit(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.items.put(name="a")
        assert await tx.items.count() == 1
        assert await db.items.count() == 0
    assert await db.items.count() == 1


async def test_savepoints_nest(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.items.put(name="1")
        async with tx.transaction() as inner:
            assert inner is tx
            await inner.items.put(name="2")
            with pytest.raises(ValueError, match="third"):
                async with inner.transaction() as third:
                    await third.items.put(name="3")
                    async with third.transaction():
                        await third.items.put(name="4")
                    raise ValueError("third")
            async with inner.transaction():
                await inner.items.put(name="5")
        with pytest.raises(ConstraintViolation):
            async with tx.transaction():
                await tx.items.put(name="6")
                await tx.items.put(name="1")
        await tx.items.put(name="7")
    assert await names(db) == "1 2 5 7"


async def test_a_caught_error_fails_the_rest_of_the_block(db: Database) -> None:
    with pytest.raises(TransactionAborted, match="nothing was committed"):
        async with db.transaction() as tx:
            await tx.items.put(name="a")
            with pytest.raises(ConstraintViolation):
                await tx.items.put(name="a")
            for _ in range(2):
                with pytest.raises(TransactionAborted, match=r"savepoint|leave the block"):
                    await tx.items.put(name="b")
            with pytest.raises(TransactionAborted):
                await tx.fetch_all("SELECT name FROM items")
            with pytest.raises(TransactionAborted):
                await tx.insert_rows("items", ["name"], [["c"]])
            with pytest.raises(TransactionAborted):
                async with tx.transaction():
                    pytest.fail("a savepoint of a failed transaction")
    assert await names(db) == ""
    await db.items.put(name="z")


async def test_a_caught_error_fails_its_savepoint_alone(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.items.put(name="a")
        with pytest.raises(TransactionAborted, match="savepoint was rolled back"):
            async with tx.transaction():
                await tx.items.put(name="b")
                with pytest.raises(ConstraintViolation):
                    await tx.items.put(name="a")
        await tx.items.put(name="c")
    assert await names(db) == "a c"


async def test_every_failure_of_the_engine_fails_the_block(db: Database) -> None:
    failures: list[Callable[[Transaction], Awaitable[object]]] = [
        lambda tx: tx.fetch_all("SELECT nothing FROM nowhere"),
        lambda tx: tx.items.put.batch([{"name": "x"}, {"name": "x"}]),
        lambda tx: tx.insert_rows("items", ["name"], [["x"], ["x"]]),
        lambda tx: tx.script("INSERT INTO items (name) VALUES ('x'); INSERT INTO nowhere VALUES (1);"),
    ]
    for fail in failures:
        with pytest.raises(TransactionAborted):
            async with db.transaction() as tx:
                await tx.items.put(name="a")
                with pytest.raises(StatementFailed):
                    await fail(tx)
        assert await names(db) == ""


async def test_a_transaction_is_over_after_its_block(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.items.put(name="a")
    with pytest.raises(TransactionAborted, match="is over"):
        await tx.items.put(name="b")
    with pytest.raises(TransactionAborted, match="is over"):
        async with tx.transaction():
            pass
    assert await names(db) == "a"


async def test_the_connection_is_not_kept_by_a_failed_block(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_timeout=5) as db:
        for ending in ENDINGS:
            with pytest.raises(type(ending)):
                async with db.transaction() as tx:
                    await tx.items.put(name="a")
                    raise ending
        assert await db.items.count() == 0
        assert db.pool_status().busy == 0


async def test_a_read_only_transaction_writes_nothing(db: Database) -> None:
    await db.items.put(name="a")
    writes: list[Callable[[Transaction], Awaitable[object]]] = [
        lambda tx: tx.items.put(name="b"),
        lambda tx: tx.execute("UPDATE items SET name = 'b'"),
        lambda tx: tx.insert_rows("items", ["name"], [["b"]]),
        lambda tx: tx.script("DELETE FROM items;"),
    ]
    for write in writes:
        with pytest.raises(StatementFailed, match=r"read.?only"):
            async with db.transaction(read_only=True) as tx:
                assert await tx.items.count() == 1
                await write(tx)
    assert await names(db) == "a"
    await db.items.put(name="c")  # and the connection is as before


async def test_a_snapshot_stays_as_it_was(db: Database) -> None:
    await db.items.put(name="a")
    async with db.transaction("repeatable_read", read_only=True) as tx:
        assert await tx.items.count() == 1
        await db.items.put(name="b")
        async with db.transaction() as other:
            await other.items.put(name="c")
        assert await tx.items.count() == 1
        assert await db.items.count() == 3
    assert await db.items.count() == 3


async def test_isolation_levels(engine: str, db: Database) -> None:
    for isolation in ("read_committed", "repeatable_read", "serializable"):
        async with db.transaction(isolation) as tx:
            if engine == "postgres":
                assert await tx.fetch_value("SHOW transaction_isolation") == isolation.replace("_", " ")
            assert await tx.items.count() == 0
    for wrong in ("READ COMMITTED", "snapshot", ""):
        with pytest.raises(ParameterError, match="known are read_committed, repeatable_read, serializable"):
            db.transaction(wrong)  # type: ignore[arg-type]
