"""Many writers, in one process and in several, one of them killed: the chain is one, and holds every change."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

import plainbase
from audit_rows import ADA, model
from audit_writing import write
from plainbase import Database, migrations
from plainbase.platform import audit

WRITING = Path(__file__).with_name("audit_writing.py")


async def counted(db: Database) -> dict[str, int]:
    """Changes of models, and entries of them."""
    made = await db.fetch_value("SELECT count(*) AS n FROM models")
    noted = await db.fetch_value(
        "SELECT count(*) AS n FROM audit_logs WHERE entity_type = 'models' AND action = 'create'"
    )
    undone = await db.fetch_value("SELECT count(*) AS n FROM models WHERE name LIKE '%undone'")
    return {"made": made, "noted": noted, "undone": undone}


async def test_fifty_tasks_leave_one_chain(db: Database) -> None:
    begin = await audit.verify(db)
    made = await asyncio.gather(*(write(db, f"task {task}", 4) for task in range(50)))
    verdict = await audit.verify(db, begin.head)
    assert (verdict.broken, verdict.unsealed) == (None, 0)
    assert verdict.rows == begin.rows + sum(made)
    assert await counted(db) == {"made": 200, "noted": 200, "undone": 0}


async def started(url: str, name: str, tasks: int, changes: int) -> Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, WRITING, url, name, str(tasks), str(changes), stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


def let_go(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"go\n")


async def test_fifty_writers_in_five_processes_leave_one_chain(engine: str, url: str, db: Database) -> None:
    begin = await audit.verify(db)
    processes = [await started(url, f"process {number}", 10, 3) for number in range(5)]
    doomed = await started(url, "doomed", 4, 10_000)
    for process in (*processes, doomed):
        let_go(process)
    plain = 20
    for _ in range(plain):  # another program, among them
        insert = f"INSERT INTO models (id, name, kind) VALUES ('{uuid4()}', 'plain {uuid4()}', 'base')"
        await asyncio.to_thread(by_hand, url, insert) if engine == "sqlite" else await by_psql(url, insert)
    outputs = [await process.communicate() for process in processes]
    doomed.kill()
    await doomed.wait()
    made = sum(int(said) for said, _ in outputs)
    assert [process.returncode for process in processes] == [0] * 5, [error for _, error in outputs]
    if engine == "sqlite":
        await audit.seal(db, actor=ADA)
    verdict = await audit.verify(db, begin.head)
    assert (verdict.broken, verdict.unsealed) == (None, 0)
    assert verdict.rows >= begin.rows + made + plain
    found = await counted(db)
    assert found["undone"] == 0
    assert found["made"] == found["noted"] >= 150 + plain


def by_hand(url: str, sql: str) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=60)
    connection.execute(sql)
    connection.close()


async def by_psql(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def test_what_was_rolled_back_leaves_no_gap(db: Database) -> None:
    begin = await audit.head(db)
    for number in range(3):
        with pytest.raises(ValueError, match="undone"):
            async with db.transaction(actor=ADA) as tx:
                await model(tx, f"undone {number}")
                raise ValueError("undone")
        async with db.transaction(actor=ADA) as tx:
            await model(tx, f"kept {number}")
            with pytest.raises(ValueError, match="part"):
                async with tx.transaction():
                    await model(tx, f"undone part {number}")
                    raise ValueError("part")
    verdict = await audit.verify(db)
    assert verdict.whole
    assert verdict.head.position == begin.position + 3


async def test_sealing_changes_no_count_and_no_returned_row(db: Database) -> None:
    begin = (await audit.verify(db)).rows
    keys = [uuid4() for _ in range(200)]
    insert = "INSERT INTO models (id, name, kind) VALUES (:id, :name, 'base')"
    assert await db.execute(insert, {"id": keys[0], "name": "one"}) == 1
    assert await db.execute_many(insert, [{"id": key, "name": f"{key}"} for key in keys[1:100]]) == 99
    rows = [(key, f"{key}", "base") for key in keys[100:]]
    assert await db.insert_rows("models", ("id", "name", "kind"), rows) == 100
    assert await db.insert_rows("models", ("id", "name", "kind"), rows, on_conflict="ignore") == 0
    returned = await db.fetch_all("UPDATE models SET provider = 'p' WHERE name <> 'one' RETURNING id, provider")
    assert {row.provider for row in returned} == {"p"}
    assert len(returned) == 199
    assert await db.execute("WITH few AS (SELECT 1 AS n) UPDATE models SET description = 'd'") == 200
    async with db.transaction(actor=ADA) as tx:
        assert await tx.execute("DELETE FROM models WHERE provider = 'p'") == 199
    assert await db.execute("DELETE FROM models") == 1
    verdict = await audit.verify(db)
    assert (verdict.broken, verdict.unsealed, verdict.rows) == (None, 0, begin + 200 + 199 + 200 + 200)


async def test_many_rows_of_one_transaction_are_sealed_at_once(db: Database) -> None:
    begin = await audit.verify(db)
    rows = [(uuid4(), f"model {number}", "base") for number in range(3000)]
    assert await db.insert_rows("models", ("id", "name", "kind"), rows) == 3000
    verdict = await audit.verify(db, begin.head)
    assert (verdict.broken, verdict.unsealed, verdict.rows) == (None, 0, begin.rows + 3000)


async def test_what_another_program_wrote_before_and_after_is_chained(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    async with plainbase.open(url) as db:
        await db.migrate()
        begin = await audit.verify(db)
        assert (begin.broken, begin.unsealed) == (None, 0)
        assert begin.rows > 0  # the migrations themselves
        for number in range(3):
            by_hand(url, f"INSERT INTO models (id, name, kind) VALUES ('{uuid4()}', 'by hand {number}', 'base')")
        assert (await audit.verify(db)).unsealed == 3
        await model(db, "ours")
        verdict = await audit.verify(db, begin.head)
        assert (verdict.unsealed, verdict.rows, verdict.whole) == (0, begin.rows + 4, True)


async def test_a_log_that_another_process_made_is_sealed_by_whoever_was_open_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    async with plainbase.open(url) as early:
        await early.fetch_value("SELECT 1 AS one")
        async with plainbase.open(url) as other:
            await other.migrate()
        async with early.transaction(actor=ADA) as tx:
            await model(tx, "ours")
        verdict = await audit.verify(early)
        assert (verdict.broken, verdict.unsealed) == (None, 0)
        await model(early, "and without an actor")
        assert (await audit.verify(early)).unsealed == 0


async def test_migrations_go_down_and_up_where_the_log_is_sealed(tmp_path: Path) -> None:
    async with plainbase.open(f"sqlite:///{tmp_path / 'own.db'}") as db:
        await db.migrate()
        await model(db, "before")
        await migrations.down(db, to=11)
        await db.migrate()
        await model(db, "after")
        assert (await audit.verify(db)).unsealed == 0


async def test_a_database_in_memory_is_sealed_too() -> None:
    async with plainbase.open("sqlite:///:memory:") as db:
        await db.migrate()
        begin = await audit.verify(db)
        async with db.transaction(actor=ADA) as tx:
            await model(tx, "ours")
        verdict = await audit.verify(db, begin.head)
        assert (verdict.broken, verdict.unsealed, verdict.rows) == (None, 0, begin.rows + 1)
