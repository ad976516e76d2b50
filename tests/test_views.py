"""Materialized views: refreshed whole, recorded, one file each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from own_folders import migration
from plainbase import Database, ParameterError, StatementFailed
from plainbase.events import RefreshEvent

SCHEMA = {
    "sqlite": """
        CREATE TABLE facts (id INTEGER PRIMARY KEY, grp TEXT NOT NULL, n INTEGER NOT NULL);
        CREATE VIEW totals_live AS SELECT grp, sum(n) AS total, max(10 / n) AS highest FROM facts GROUP BY grp;
        CREATE TABLE totals (grp TEXT PRIMARY KEY, total INTEGER NOT NULL, highest INTEGER);
    """,
    "postgres": """
        CREATE TABLE facts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, grp text NOT NULL, n bigint NOT NULL);
        CREATE VIEW totals_live AS
        SELECT grp, CAST(sum(n) AS bigint) AS total, max(10 / n) AS highest FROM facts GROUP BY grp;
        CREATE MATERIALIZED VIEW totals AS SELECT grp, total, highest FROM totals_live WITH NO DATA;
        CREATE UNIQUE INDEX totals_key ON totals (grp);
    """,
}


@pytest.fixture
async def db(engine: str, empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    migration(tmp_path / "schema", "0001_facts", SCHEMA[engine], dialects=(engine,))
    opening = Database.open(empty_url, queries=[], schema=tmp_path / "schema", migrate=True)
    async with opening as database:
        yield database


async def test_refresh_brings_the_stored_result_up_to_date(db: Database) -> None:
    seen: list[RefreshEvent] = []
    db.on("refresh", seen.append)
    await db.insert_rows("facts", ["grp", "n"], [["a", 1], ["a", 2], ["b", 5]])
    assert await db.refresh("totals") == 2
    assert await db.fetch_all("SELECT grp, total FROM totals ORDER BY grp") == [("a", 3), ("b", 5)]
    await db.execute("DELETE FROM facts WHERE grp = 'a'")
    assert await db.fetch_value("SELECT count(*) FROM totals") == 2
    assert await db.refresh_all() == {"totals": 1}
    assert await db.fetch_all("SELECT grp, total FROM totals ORDER BY grp") == [("b", 5)]
    assert [(event.view, event.rows) for event in seen] == [("totals", 2), ("totals", 1)]


async def test_refresh_is_recorded_and_its_age_counts(db: Database) -> None:
    await db.refresh("totals")
    record = await db.fetch_one("SELECT view_name, refreshed_at, row_count, last_error FROM view_refreshes")
    assert (record.view_name, record.row_count, record.last_error) == ("totals", 0, None)
    assert record.refreshed_at.tzinfo is not None
    assert await db.refresh_all(older_than=3600) == {}
    assert await db.refresh_all(older_than=-1) == {"totals": 0}


async def test_unknown_view(db: Database) -> None:
    with pytest.raises(ParameterError, match="no materialized view 'nothing'; there are totals"):
        await db.refresh("nothing")


async def test_a_failed_refresh_keeps_the_old_result_and_is_recorded(db: Database) -> None:
    await db.insert_rows("facts", ["grp", "n"], [["a", 1]])
    await db.refresh("totals")
    await db.execute("ALTER TABLE facts RENAME TO gone" if db.dialect == "sqlite" else "DROP INDEX totals_key")
    if db.dialect == "sqlite":
        await db.execute("DROP TABLE gone")
    else:
        await db.execute("INSERT INTO facts (grp, n) VALUES ('z', 0)")  # the definition divides by it
    with pytest.raises((StatementFailed, ParameterError)):
        await db.refresh("totals")
    assert await db.fetch_all("SELECT grp, total FROM totals") == [("a", 1)]
    assert await db.fetch_value("SELECT last_error FROM view_refreshes")
