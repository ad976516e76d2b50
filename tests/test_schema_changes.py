"""A schema that changes below an open database: by itself, by its neighbour, and inside a transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from own_folders import opened
from plainbase import DataInvalid, StatementFailed
from plainbase.drivers.base import OnConflict
from plainbase.drivers.sqlite import SqliteDriver

STAR = "SELECT * FROM things ORDER BY id"
CREATE = "CREATE TABLE things (id bigint PRIMARY KEY, word text);"


async def test_columns_added_elsewhere_are_seen(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db, opened(empty_url, tmp_path) as neighbour:
        await db.script(CREATE + "INSERT INTO things (id) VALUES (1);")
        for runner in (db, neighbour):
            assert await runner.fetch_all(STAR) == [(1, None)]
        for number in range(3):
            await neighbour.script(f"ALTER TABLE things ADD COLUMN more{number} bigint;")
            (row,) = await db.fetch_all(STAR)
            assert list(row.keys())[-1] == f"more{number}"
            assert len(row) == 3 + number
            assert row[f"more{number}"] is None
        await neighbour.execute("ALTER TABLE things RENAME COLUMN word TO text")
        assert "text" in await db.fetch_one(STAR)
        await neighbour.script("DROP TABLE things;")
        with pytest.raises(StatementFailed, match="things"):
            await db.fetch_all(STAR)
        await neighbour.script(CREATE)
        assert await db.fetch_all(STAR) == []


async def test_a_column_of_another_type_takes_other_values(empty_url: str, tmp_path: Path) -> None:
    insert = "INSERT INTO things (id, word) VALUES (:id, :word)"
    async with opened(empty_url, tmp_path) as db:
        await db.script(CREATE)
        await db.execute(insert, {"id": 1, "word": "a"})
        with pytest.raises(DataInvalid):
            await db.execute(insert, {"id": 2, "word": 2})
        await db.script("DROP TABLE things;" + CREATE.replace("word text", "word bigint"))
        assert await db.execute(insert, {"id": 2, "word": 2}) == 1
        with pytest.raises(DataInvalid):
            await db.execute(insert, {"id": 3, "word": "c"})
        await db.execute("DROP TABLE things")
        await db.execute(CREATE)
        assert await db.execute(insert, {"id": 1, "word": "a"}) == 1
        assert await db.insert_rows("things", ["id", "word"], [(5, "b")]) == 1


async def test_what_a_rolled_back_transaction_made_is_forgotten(empty_url: str, tmp_path: Path) -> None:
    insert = "INSERT INTO things (id, word) VALUES (:id, :word)"
    async with opened(empty_url, tmp_path) as db:
        await db.script(CREATE)
        with pytest.raises(ValueError, match="back"):
            async with db.transaction() as tx:
                await tx.script("DROP TABLE things;" + CREATE.replace("word text", "word bigint"))
                await tx.execute(insert, {"id": 1, "word": 1})
                await tx.execute("CREATE TABLE others (id bigint)")
                await tx.insert_rows("others", ["id"], [(1,)])
                raise ValueError("back")
        assert await db.execute(insert, {"id": 1, "word": "a"}) == 1
        with pytest.raises(DataInvalid):
            await db.execute(insert, {"id": 2, "word": 1})
        with pytest.raises(StatementFailed):
            await db.fetch_all("SELECT id FROM others")


@pytest.mark.parametrize("mode", ["error", "ignore"])
async def test_rows_go_in_as_the_type_that_the_column_has_now(empty_url: str, tmp_path: Path, mode: OnConflict) -> None:
    """A driver that remembers a bigint would write its eight bytes into a double: 2.0 became 1e-323."""
    real = CREATE.replace("word text", "word double precision")
    async with (
        opened(empty_url, tmp_path, pool_size=1, max_overflow=0) as db,
        opened(empty_url, tmp_path / "neighbour", migrate=False) as neighbour,
    ):
        await db.script(CREATE.replace("word text", "word bigint"))
        await db.insert_rows("things", ["id", "word"], [(1, 1)], on_conflict=mode)
        await neighbour.script("DROP TABLE things;" + real)
        if isinstance(db._driver, SqliteDriver):  # learns of it when it migrates or is opened again
            db._driver.schema_changed()
        assert await db.insert_rows("things", ["id", "word"], [(1, 2.0)], on_conflict=mode) == 1
        assert await db.fetch_value("SELECT word FROM things") == 2.0


@pytest.mark.parametrize("mode", ["error", "ignore"])
async def test_two_tables_with_columns_of_one_name(empty_url: str, tmp_path: Path, mode: OnConflict) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0) as db:
        await db.script("CREATE TABLE whole (n bigint); CREATE TABLE broken (n double precision);")
        for _ in range(2):
            await db.insert_rows("whole", ["n"], [(1,)], on_conflict=mode)
            await db.insert_rows("broken", ["n"], [(2.0,)], on_conflict=mode)
        assert await db.fetch_all("SELECT n FROM whole") == [(1,), (1,)]
        assert await db.fetch_all("SELECT n FROM broken") == [(2.0,), (2.0,)]
