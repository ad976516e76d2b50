"""The command `plainbase refresh`: what it refreshes, what it says, and with which exit code."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from own_folders import migration
from plainbase import Database
from plainbase.cli.commands import plainbase
from plainbase.cli.refresh import refresh, seconds
from test_views import ONE, SCHEMA, THREE, break_definitions, is_live, log

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a command, whose environment names no database."""
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_", "PLAINBASE_SCHEMA"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
async def db(engine: str, empty_url: str, place: Path) -> AsyncIterator[Database]:
    """A database with two runs and metrics, whose views were never refreshed."""
    migration(place / "schema", "0001_metrics", SCHEMA[engine], dialects=(engine,))
    async with Database.open(empty_url, queries=[], schema=place / "schema", migrate=True) as database:
        await database.insert_rows("runs", ["id", "name"], [[ONE, "first"], [THREE, "second"]])
        await log(database, [(ONE, "loss", 1, 1), (THREE, "loss", 1, 1)])
        yield database


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, plainbase, ["refresh", *arguments])


async def test_all_views_by_name(db: Database, empty_url: str) -> None:
    result = await run("--url", empty_url)
    assert result.exit_code == 0, result.output
    lines = [line.split("  ") for line in result.output.splitlines()]
    assert [(view, rows) for view, rows, _ in lines] == [("summary", "2 rows"), ("totals", "1 row")]
    assert all(took.endswith(" ms") for *_, took in lines)
    assert await is_live(db, "summary", "totals")


async def test_views_named_and_views_of_an_age(db: Database, empty_url: str) -> None:
    result = await run("totals", "--url", empty_url)
    assert [line.split()[0] for line in result.output.splitlines()] == ["totals"]
    result = await run("--older-than", "1h", "--url", empty_url)
    assert [line.split()[0] for line in result.output.splitlines()] == ["summary"]
    result = await run("--older-than", "1h", "--url", empty_url)
    assert (result.exit_code, result.output) == (0, "nothing to refresh: no view is that old\n")
    result = await run("--older-than", "0", "totals", "--url", empty_url)
    assert [line.split()[0] for line in result.output.splitlines()] == ["totals"]


@pytest.mark.parametrize(("said", "meant"), [("90", 90), ("1.5s", 1.5), ("5m", 300), ("1h", 3600), ("2d", 172800)])
def test_durations(said: str, meant: float) -> None:
    option = next(each for each in refresh.params if each.name == "older_than")
    assert seconds(click.Context(refresh), option, said) == meant


@pytest.mark.parametrize("said", ["", "h", "-5", "5 minutes", "1e3", "nan", "1.2.3"])
async def test_what_is_no_duration(said: str) -> None:
    result = await run("--older-than", said)
    assert result.exit_code == 2
    assert "is no duration: write 90, 90s, 5m, 1h or 2d" in result.output


async def test_an_unknown_name_names_those_that_exist(db: Database, empty_url: str) -> None:
    result = await run("totals", "sumary", "--url", empty_url)
    assert result.exit_code == 1
    assert result.output == "Error: there is no materialized view 'sumary'; there are summary, totals\n"
    assert await db.fetch_value("SELECT count(*) FROM view_refreshes") == 0


async def test_one_that_fails_is_told_and_the_others_are_refreshed(db: Database, empty_url: str) -> None:
    await db.execute("DROP VIEW summary_live")
    await db.execute("CREATE VIEW summary_live AS SELECT name FROM metrics")
    result = await run("--url", empty_url)
    assert result.exit_code == 1
    failed, refreshed = result.output.splitlines()
    assert failed.startswith("summary  failed: refresh of summary: ")
    assert refreshed.startswith("totals  1 row  ")
    await break_definitions(db)
    result = await run("--json", "--url", empty_url)
    assert result.exit_code == 1
    found = json.loads(result.output)["views"]
    assert [(each["view"], each["rows"]) for each in found] == [("summary", None), ("totals", None)]
    assert all(each["error"] and each["duration_ms"] >= 0 for each in found)


async def test_json(db: Database, empty_url: str) -> None:
    result = await run("totals", "--json", "--url", empty_url)
    assert result.exit_code == 0
    (found,) = json.loads(result.output)["views"]
    assert found.pop("duration_ms") >= 0
    assert found == {"view": "totals", "rows": 1, "error": None}


async def test_a_database_without_views(empty_url: str, place: Path) -> None:
    migration(place / "schema", "0001_notes", "CREATE TABLE notes (id bigint PRIMARY KEY);")
    async with Database.open(empty_url, queries=[], schema=place / "schema", migrate=True) as db:
        result = await run("--url", empty_url)
        assert (result.exit_code, result.output) == (0, f"{db.options.safe_url} has no materialized view\n")
    result = await run("--json", "--url", empty_url)
    assert json.loads(result.output) == {"views": []}
    result = await run("some", "--url", empty_url)
    assert "there is no materialized view 'some'; there are none" in result.output


async def test_a_database_that_was_never_migrated(empty_url: str) -> None:
    async with Database.open(empty_url, queries=None, schema=None):
        result = await run("--url", empty_url)
    assert result.exit_code == 1
    assert result.output.endswith("has no table view_refreshes: `plainbase migrate up` makes it\n")


async def test_no_database_is_made(place: Path) -> None:
    result = await run("--url", "sqlite:///absent.db")
    assert result.exit_code == 1
    assert "there is no database sqlite:///absent.db yet" in result.output
    assert not (place / "absent.db").exists()
