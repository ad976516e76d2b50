"""What PostgreSQL alone can get wrong: connections given back, streams left early, rows inserted past its rules."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import date
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import CommitUnknown, ConnectionLost, Database, DataInvalid, StatementFailed
from waiting import until

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

SERIES = "SELECT n FROM generate_series(1, 3000) AS n"


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def test_one_connection_and_no_patience(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_timeout=0) as db:
        for number in range(5):
            async with db.transaction() as tx:
                await tx.items.put(name=str(number))
        for _ in range(3):
            async with aclosing(db.iterate(SERIES)) as rows:
                async for row in rows:
                    assert row.n == 1
                    break
        assert await db.items.count() == 5


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO items (name) SELECT n::text FROM generate_series(1, 2000) AS n RETURNING id",
        "WITH put AS (INSERT INTO items (name) SELECT n::text FROM generate_series(1, 2000) AS n RETURNING id) "
        "SELECT id FROM put",
    ],
)
async def test_leaving_a_stream_of_changed_rows_keeps_them(db: Database, text: str) -> None:
    async with aclosing(db.iterate(text)) as rows:
        async for _ in rows:
            break
    assert await db.items.count() == 2000
    await db.execute("DELETE FROM items")
    async with db.transaction() as tx, aclosing(tx.iterate(text)) as rows:
        async for _ in rows:
            break
    assert await db.items.count() == 2000


async def test_a_stream_that_locks_rows_is_still_a_stream(db: Database) -> None:
    await db.insert_rows("items", ["name"], [(str(number),) for number in range(2000)])
    await until(lambda: db.pool_status().busy == 0)  # a connection is cleaned after its transaction
    async with aclosing(db.iterate("SELECT id FROM items FOR NO KEY UPDATE")) as rows:
        async for _ in rows:
            break
        assert db.pool_status().busy == 1
    assert db.pool_status().busy == 0


async def test_a_connection_lost_before_commit_is_sent(db: Database, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path / "other", migrate=False) as other:
        with pytest.raises(ConnectionLost) as caught:
            async with db.transaction() as tx:
                await tx.items.put(name="a")
                pid = await tx.fetch_value("SELECT pg_backend_pid() AS pid")
                await other.fetch_value("SELECT pg_terminate_backend(:pid) AS done", {"pid": pid})
                connection = tx._session._connection  # type: ignore[attr-defined]
                await until(connection.is_closed)
        assert not isinstance(caught.value, CommitUnknown)
        assert caught.value.retryable
    assert await db.items.count() == 0


async def test_arrays_and_composites_under_row_level_security(empty_url: str, tmp_path: Path) -> None:
    role = f"guest_{uuid.uuid4().hex[:12]}"
    async with opened(empty_url, tmp_path) as db:
        await db.script(
            f"CREATE ROLE {role} LOGIN PASSWORD 'guest'; CREATE TYPE point2 AS (x int, y int);"
            "CREATE TABLE tagged (id bigint PRIMARY KEY, tags text[], day date, at point2);"
            f"ALTER TABLE tagged ENABLE ROW LEVEL SECURITY; GRANT ALL ON tagged TO {role};"
            "CREATE POLICY anything ON tagged USING (true) WITH CHECK (true);"
        )
        try:
            async with opened(empty_url, tmp_path, user=role, password="guest", migrate=False) as guest:
                rows = [(1, ["a", "b"]), (2, ["c"]), (3, None)]
                assert await guest.insert_rows("tagged", ["id", "tags"], rows) == 3
                assert await guest.insert_rows("tagged", ["id", "tags"], [*rows, (4, [])], "ignore") == 1
                assert await guest.insert_rows("tagged", ["id", "day"], [(5, date(2026, 1, 1))]) == 1
                assert await guest.insert_rows("tagged", ["id", "at"], [(6, (1, 2))]) == 1
                assert await guest.fetch_one("SELECT day, (at).y AS y FROM tagged WHERE id = 6") == (None, 2)
                assert await guest.execute("DELETE FROM tagged WHERE id > 4") == 2
                assert await guest.fetch_all("SELECT id, tags FROM tagged ORDER BY id") == [*rows, (4, [])]
        finally:
            await db.script(f"DROP OWNED BY {role}; DROP ROLE {role};")


async def test_an_identity_column_takes_the_values_it_is_given(db: Database) -> None:
    await db.script("CREATE TABLE counted (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, word text)")
    assert await db.insert_rows("counted", ["id", "word"], [(7, "a")]) == 1
    assert await db.insert_rows("counted", ["id", "word"], [(7, "a"), (8, "b")], "ignore") == 1
    assert await db.fetch_all("SELECT id, word FROM counted ORDER BY id") == [(7, "a"), (8, "b")]


async def test_a_dot_in_a_name(db: Database) -> None:
    await db.script('CREATE SCHEMA other; CREATE TABLE other."we.ird" (id int); CREATE TABLE "we.ird" (id int);')
    for table in ("we.ird", "other.we.ird"):
        for mode in ("error", "ignore"):
            assert await db.insert_rows(table, ["id"], [(1,)], mode) == 1
    await db.script("CREATE TABLE other.plain (id int)")
    assert await db.insert_rows("other.plain", ["id"], [(1,)]) == 1
    assert await db.fetch_value('SELECT count(*) AS n FROM other."we.ird"') == 2


async def test_the_names_of_a_row(db: Database) -> None:
    row = await db.fetch_one("SELECT 1 AS a, 2 AS b")
    keys = row.keys()
    assert [list(keys), list(keys)] == [["a", "b"], ["a", "b"]]
    assert dict(row) == {"a": 1, "b": 2}
    assert "a" in row
    assert "c" not in row
    assert [] not in row


@pytest.mark.parametrize(
    "text",
    [
        "SELECT pg_advisory_lock(77), 1 / (SELECT count(*) FROM items)",
        "SELECT set_config('work_mem', '77MB', false), 1 / (SELECT count(*) FROM items)",
    ],
)
async def test_a_failed_statement_leaves_nothing_in_its_session_either(db: Database, text: str) -> None:
    before = await db.fetch_value("SELECT current_setting('work_mem') AS m")
    with pytest.raises(DataInvalid, match="division by zero"):
        await db.fetch_all(text)
    with pytest.raises(StatementFailed):
        await db.script("SET work_mem = '66MB'; COMMIT; SELECT nowhere;")
    locks = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND objid = 77"
    assert await db.fetch_value(locks) == 0
    for _ in range(3):
        assert await db.fetch_value("SELECT current_setting('work_mem') AS m") == before
