"""Transactions beside each other: waiting, conflicts, and what nobody may see."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import (
    ConstraintViolation,
    Database,
    ParameterError,
    PlainbaseError,
    PoolTimeout,
    StatementFailed,
    Transaction,
    TransactionConflict,
)
from waiting import until

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def names(db: Database) -> str:
    return " ".join(row.name for row in await db.items.names())


async def test_a_call_to_the_database_inside_a_write_transaction(engine: str, db: Database) -> None:
    """On SQLite it would wait for its own task for ever."""
    async with db.transaction() as tx:
        await tx.items.put(name="a")
        assert await db.items.count() == 0  # reading is no harm
        if engine == "sqlite":
            for call in (db.items.put(name="b"), db.script("DELETE FROM items;"), db.transaction().__aenter__()):
                with pytest.raises(PlainbaseError, match=r"call tx\.…, not db\.…") as caught:
                    await call
                assert isinstance(caught.value, PoolTimeout)
        else:
            await db.items.put(name="b")
        other = asyncio.create_task(db.items.put(name="c"))  # another task only waits
        await asyncio.sleep(0)
    await other
    assert await names(db) == ("a c" if engine == "sqlite" else "a b c")


async def test_calls_at_once_in_one_transaction(db: Database) -> None:
    async with db.transaction() as tx:
        await asyncio.gather(*(tx.items.put(name=f"n{n:02}") for n in range(40)))
        counts = await asyncio.gather(*(tx.items.count() for _ in range(40)))
        assert set(counts) == {40}
        rows = await asyncio.gather(*(tx.items.add(name=f"m{n:02}") for n in range(40)))
        assert [row.name for row in rows] == [f"m{n:02}" for n in range(40)]
    assert await db.items.count() == 80


async def test_64_tasks_never_see_each_other_s_uncommitted_rows(db: Database) -> None:
    """Each transaction adds a pair and half of them roll back: whoever looks sees whole pairs only."""
    seen: set[int] = set()
    pairs = "SELECT count(*) AS count FROM items WHERE size = :size"

    async def work(number: int) -> None:
        async with db.transaction() as tx:
            await tx.items.put(name=f"{number}-1", size=number)
            assert await tx.fetch_value(pairs, {"size": number}) == 1
            await asyncio.sleep(0)
            await tx.items.put(name=f"{number}-2", size=number)
            assert await tx.fetch_value(pairs, {"size": number}) == 2
            if number % 2:
                raise ValueError("back")

    async def watch() -> None:
        while True:
            seen.add(await db.items.count())

    watchers = [asyncio.create_task(watch()) for _ in range(4)]
    outcomes = await asyncio.gather(*(work(number) for number in range(64)), return_exceptions=True)
    for watcher in watchers:
        watcher.cancel()
    await asyncio.wait(watchers)
    assert [isinstance(each, ValueError) for each in outcomes] == [number % 2 == 1 for number in range(64)]
    assert {row.size for row in await db.fetch_all("SELECT size FROM items")} == set(range(0, 64, 2))
    assert await db.items.count() == 64
    assert len(seen) > 1
    assert all(count % 2 == 0 for count in seen)
    await until(lambda: db.pool_status().busy == 0)


HOLD = """
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
c.execute("INSERT INTO items (name) VALUES ('theirs')")
print("held", flush=True)
sys.stdin.readline()
c.execute("COMMIT")
"""


@asynccontextmanager
async def held(db: Database) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process that holds SQLite's write lock, with a row of its own, until it is told to commit."""
    command = [sys.executable, "-c", HOLD, db.options.path or ""]
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    try:
        yield holder
    finally:
        await holder.communicate(b"\n")


@SQLITE
async def test_another_process_is_waited_for(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        async with held(db):
            writes = [asyncio.create_task(db.items.put(name=f"n{number}")) for number in range(3)]
            async with db.transaction() as tx:  # nothing is locked before its first statement
                assert await db.items.count() == 0  # readers do not wait
        assert await asyncio.gather(*writes) == [1, 1, 1]
        async with db.transaction() as tx:
            assert await tx.items.count() == 4


@SQLITE
async def test_another_process_is_waited_for_only_so_long(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_timeout=0.2) as db:
        async with held(db):
            with pytest.raises(TransactionConflict, match=r"items\.put: .*write lock") as caught:
                await db.items.put(name="ours")
            assert caught.value.retryable
            with pytest.raises(TransactionConflict):
                await db.script("DELETE FROM items;")
            with pytest.raises(TransactionConflict):
                async with db.transaction() as tx:
                    await tx.items.put(name="ours")
        assert await names(db) == "theirs"


@SQLITE
async def test_run_transaction_runs_again_after_another_process(engine: str, empty_url: str, tmp_path: Path) -> None:
    runs = 0
    async with opened(empty_url, tmp_path, pool_timeout=0.2) as db, held(db) as holder:

        async def write(tx: Transaction) -> int:
            nonlocal runs
            runs += 1
            try:
                await tx.items.put(name="ours")
            except TransactionConflict:
                await holder.communicate(b"\n")
                raise
            return int(await tx.items.count())

        assert await db.run_transaction(write) == 2
        assert runs == 2


@POSTGRES
async def test_run_transaction_runs_again_after_an_update(engine: str, db: Database) -> None:
    runs = 0

    async def add(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        size = await tx.items.size_of(name="a")
        if runs == 1:
            await db.items.resize(name="a", size=10)  # another transaction, in the way
        await tx.items.resize(name="a", size=size + 1)

    await db.items.put(name="a", size=0)
    for isolation in ("repeatable_read", "serializable"):
        runs = 0
        await db.run_transaction(add, isolation=isolation)
        assert runs == 2
        assert await db.items.size_of(name="a") == 11


@POSTGRES
async def test_serializable_transactions_that_read_what_the_other_writes(engine: str, db: Database) -> None:
    """Each adds what it has counted; one after the other they cannot both count none."""
    started = asyncio.Barrier(2)
    runs = 0

    async def add(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        count = await tx.items.count()
        if runs <= 2:
            await started.wait()
        await tx.items.put(name=f"{count}-{runs}", size=count)

    await asyncio.gather(*(db.run_transaction(add, isolation="serializable") for _ in range(2)))
    assert runs == 3
    assert sorted([row.size for row in await db.fetch_all("SELECT size FROM items")]) == [0, 1]


@POSTGRES
async def test_a_deadlock_and_a_lock_timeout_are_conflicts(engine: str, empty_url: str, tmp_path: Path) -> None:
    impatient = {"deadlock_timeout": "20ms"}
    async with opened(empty_url, tmp_path, server_settings=impatient) as db:
        await db.items.put.batch([{"name": "a", "size": 0}, {"name": "b", "size": 0}])
        met = asyncio.Barrier(2)
        runs = 0

        async def swap(tx: Transaction, first: str, second: str) -> None:
            nonlocal runs
            runs += 1
            await tx.items.resize(name=first, size=1)
            if runs <= 2:
                await met.wait()
            await tx.items.resize(name=second, size=1)

        await asyncio.gather(
            db.run_transaction(lambda tx: swap(tx, "a", "b")), db.run_transaction(lambda tx: swap(tx, "b", "a"))
        )
        assert runs == 3
        async with db.transaction() as tx:
            await tx.items.resize(name="a", size=2)
            with pytest.raises(TransactionConflict, match="lock timeout") as caught:
                async with db.transaction() as other:
                    await other.execute("SET LOCAL lock_timeout = '10ms'")
                    await other.items.resize(name="a", size=3)
            assert caught.value.retryable
        assert await db.items.size_of(name="a") == 2


async def test_run_transaction_gives_up(db: Database) -> None:
    runs = 0

    async def conflict(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise TransactionConflict("always")

    with pytest.raises(TransactionConflict):
        await db.run_transaction(conflict, attempts=3)
    assert runs == 3
    with pytest.raises(ParameterError, match="at least 1"):
        await db.run_transaction(conflict, attempts=0)

    async def fail(tx: Transaction) -> None:
        nonlocal runs
        runs += 1
        raise ValueError("not a conflict")

    with pytest.raises(ValueError, match="not a conflict"):
        await db.run_transaction(fail)
    assert runs == 4


async def test_a_call_that_fails_among_gathered_ones_fails_alone(db: Database) -> None:
    """Reads and writes outside a transaction, on a few connections."""
    await db.items.put(name="taken")
    calls = []
    for number in range(60):
        calls.append(db.fetch_value("SELECT :n + 0 AS n", {"n": number}))
        calls.append(db.items.put(name="taken" if number % 6 == 0 else f"n{number}"))
        calls.append(db.fetch_value("SELECT missing FROM items"))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert outcomes[::3] == list(range(60))
    for number, outcome in enumerate(outcomes[1::3]):
        assert isinstance(outcome, ConstraintViolation) if number % 6 == 0 else outcome == 1, (number, outcome)
    assert all(isinstance(outcome, StatementFailed) for outcome in outcomes[2::3])
    assert await db.items.count() == 51
