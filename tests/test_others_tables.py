"""Tables that somebody else has made on SQLite, with the types that are usual there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from own_folders import migration, opened
from plainbase import Database, DataInvalid, ParameterError, StatementFailed


@pytest.fixture
def engine() -> str:
    return "sqlite"


async def test_timestamps_and_dates_of_the_standard_module(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.script(
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, at timestamp DEFAULT CURRENT_TIMESTAMP, on_day date)"
        )
        now = datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=UTC)
        assert await db.insert_rows("posts", ["at", "on_day"], [[now, date(2026, 1, 31)]]) == 1
        await db.script("INSERT INTO posts (at, on_day) VALUES ('2018-01-01 10:00:00', 'some day')")
        rows = await db.fetch_all("SELECT at, on_day FROM posts ORDER BY id")
        assert rows == [(now, date(2026, 1, 31)), (datetime(2018, 1, 1, 10), "some day")]


async def test_a_stored_value_that_is_none_of_its_type(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.script("CREATE TABLE posts (at TIMESTAMP_TEXT)")
        await db.script("INSERT INTO posts (at) VALUES ('hunter2')")
        with pytest.raises(DataInvalid, match="a stored value is not of the type") as caught:
            await db.fetch_all("SELECT at FROM posts")
        assert "hunter2" not in f"{caught.value!r}{caught.value.__context__!r}{caught.value.__cause__!r}"


async def test_an_alias_may_have_a_column_s_name(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.items.put.batch([{"name": "a"}, {"name": "b"}])
        text = "SELECT name FROM (SELECT count(*) AS name FROM items) AS q WHERE name = :n"
        assert await db.fetch_all(text, {"n": 2}) == [(2,)]


async def test_an_iterator_is_no_list(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        with pytest.raises(DataInvalid, match="'names': expected a sequence, got an iterator"):
            await db.fetch_all("SELECT id FROM items WHERE name IN (:names)", {"names": (n for n in "ab")})
        for wrong in ([1], (1,), "x"):
            with pytest.raises(ParameterError, match="parameters are a mapping of names to values, got"):
                await db.fetch_all("SELECT id FROM items WHERE id = :id", wrong)  # type: ignore[arg-type]


async def test_migrations_have_no_statement_timeout(empty_url: str, tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 400000) SELECT n FROM c"
    migration(tmp_path / "own", "0001_big", f"CREATE TABLE big AS {numbers};")
    async with Database.open(empty_url, queries=None, schema=tmp_path / "own", statement_timeout=0.01) as db:
        assert await db.migrate() == ("0001_big",)


async def test_no_value_of_a_search_or_a_path_is_in_an_error(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.script("CREATE VIRTUAL TABLE words USING fts5 (body)")
        for text, message in (
            ("SELECT body FROM words WHERE words MATCH :x", "no such column: …"),
            ("SELECT json_extract('{}', :x) AS found", "JSON path error near '…"),
        ):
            with pytest.raises(StatementFailed) as caught:
                await db.fetch_all(text, {"x": "topsecret:abc"})
            assert message in str(caught.value)
            assert "topsecret" not in f"{caught.value!r}{caught.value.__context__!r}"
        with pytest.raises(StatementFailed, match="no such column: nowhere"):
            await db.fetch_all("SELECT nowhere FROM words WHERE body = :x", {"x": "topsecret"})
