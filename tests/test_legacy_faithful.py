"""That no value is lost or changed unsaid: numbers, JSON, rows that changed, two imports at once, and who may read."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import plainbase
from legacy_sources import check_sums, part, sqlite_file
from plainbase import Database
from plainbase.cli import commands
from plainbase.platform.legacy.mapping_file import named
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import times
from plainbase.platform.legacy.upgrade import upgrade


def reading(value: object) -> Reading:
    """A row of one column."""
    return Reading({"x": value}, lambda table, key: key)


@pytest.mark.parametrize(
    ("value", "number", "lost"),
    [
        (2**53 + 1, 2.0**53, 1),
        (2**60, 2.0**60, 0),
        (Decimal("0.10"), 0.1, 0),
        (Decimal("0.12345678901234567890"), 0.12345678901234568, 1),
        ("0.1", 0.1, 0),
        (" 12 ", 12.0, 0),
        ("1e-400", 0.0, 1),
        ("inf", float("inf"), 0),
        (0.1, 0.1, 0),
    ],
)
def test_a_number_is_rounded_only_with_a_word(value: object, number: float, lost: int) -> None:
    row = reading(value)
    assert row.real("x") == number
    assert len(row.lost) == lost


@pytest.mark.parametrize("value", ["1_000", "٣", "1e999", "sNaN", "", Decimal("1e999"), 10**400, True, b"1"])
def test_what_only_python_takes_for_a_number_is_none(value: object) -> None:
    with pytest.raises(Unfit):
        reading(value).real("x")


@pytest.mark.parametrize("value", ["1_000", "٣", "1.0", 1.5, float("inf"), True])
def test_what_only_python_takes_for_a_whole_number_is_none(value: object) -> None:
    with pytest.raises(Unfit):
        reading(value).whole("x")


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ('{"a": 1, "b": {"a": 2}}', 0),
        ('{"a": 1, "a": 2}', 1),
        ('[{"big": 9007199254740993, "f": 0.5}]', 0),
        ("[0.12345678901234567890]", 1),
        ("[1e-99999999999999999999]", 1),
    ],
)
def test_json_is_changed_only_with_a_word(text: str, lost: int) -> None:
    row = reading(text)
    assert row.json("x") is not None
    assert len(row.lost) == lost


@pytest.mark.parametrize("text", ["[1e999]", "[-1e999]", "[NaN]", "[Infinity]"])
def test_json_that_no_json_holds_is_left(text: str) -> None:
    with pytest.raises(Unfit, match="NaN or infinity"):
        reading(text).json("x")


def test_an_end_of_what_has_not_ended_is_lost_with_a_word() -> None:
    row = reading(None)
    moment = reading("2024-01-01").moment("x")
    assert moment is not None
    assert times("pending", None, moment, moment, row).ended is None
    assert row.lost == [("the end", "it had not ended and had one")]


@pytest.fixture
async def memory() -> AsyncIterator[Database]:
    """A database in memory."""
    async with plainbase.open("sqlite://", migrate=True) as db:
        yield db


def changed(path: Path, script: str) -> None:
    """Change a source."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


async def test_a_row_that_changed_is_told_whatever_it_is_told_by(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james.db", "james_llm")
    changed(tmp_path / "james.db", "UPDATE accuracy_metrics SET created_at = NULL WHERE id = 2")
    await upgrade(url, memory)
    changed(
        tmp_path / "james.db",
        "UPDATE markov_ngrams SET count = count + 70, probability = 0.25 WHERE id = 1;"
        "UPDATE text_corpus SET content = 'rewritten' WHERE id = 1;"
        "UPDATE accuracy_metrics SET value = 99 WHERE id = 1",
    )
    report = await upgrade(url, memory)
    check_sums(report)
    assert sum(each.taken for each in report.parts) == 0
    differ = {
        each.target: (left.rows, left.examples, left.columns)
        for each in report.parts
        for left in each.left
        if not left.derived
    }
    assert differ == {
        "markov_ngrams": (1, ("1",), ("count", "probability")),
        "corpus_texts": (1, ("1",), ("content",)),
        "accuracy_metrics": (1, ("1",), ("value",)),
    }
    assert not report.complete


async def test_equal_rows_are_counted_and_the_one_that_changed_is_found(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "adam.db", "adam_slm")
    changed(
        tmp_path / "adam.db",
        "INSERT INTO inference_requests SELECT id + 100, session_id, prompt_length, response_length, input_tokens, "
        "output_tokens, inference_time_s, created_at FROM inference_requests",
    )
    first = await upgrade(url, memory, mapping=named("002"))
    assert part(first, "inference_requests").taken == 4
    second = await upgrade(url, memory, mapping=named("002"))
    assert (part(second, "inference_requests").already, part(second, "inference_requests").left) == (4, ())
    changed(
        tmp_path / "adam.db",
        "INSERT INTO inference_requests SELECT 500, session_id, prompt_length, "
        "response_length, input_tokens, output_tokens, inference_time_s, created_at FROM inference_requests LIMIT 1",
    )
    third = await upgrade(url, memory, mapping=named("002"))
    assert (part(third, "inference_requests").taken, part(third, "inference_requests").already) == (1, 4)


async def test_metadata_keep_what_they_called_imported(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james.db", "james_llm")
    changed(tmp_path / "james.db", """UPDATE text_corpus SET metadata = '{"imported": "mine"}' WHERE id = 1""")
    await upgrade(url, memory)
    held = [row.metadata["imported"] for row in await memory.fetch_all("SELECT metadata FROM corpus_texts ORDER BY id")]
    assert [each.get("theirs") for each in held] == ["mine", None, None]
    assert sum(each.taken for each in (await upgrade(url, memory)).parts) == 0


SEVERAL = """
name = "mine"
[[table]]
source = "runs"
target = "training_runs"
[table.columns]
id = { id = "id" }
name = { from = ["title", "name"] }
progress = { from = "score", times = 100 }
"""


async def test_of_several_columns_those_that_are_not_taken_are_told(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "mine.db")
    changed(
        tmp_path / "mine.db",
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, title TEXT, name TEXT, score REAL);"
        "INSERT INTO runs VALUES (1, 'a', 'b', 0.29), (2, NULL, 'b', 0.5), (3, 'a', NULL, 0)",
    )
    (tmp_path / "mine.toml").write_text(SEVERAL)
    report = await upgrade(url, memory, mapping=tmp_path / "mine.toml")
    lost = [(each.name, each.values) for each in part(report, "runs").columns if each.target is None]
    assert lost == [("name", 1)]
    assert part(report, "runs").lost
    rows = await memory.fetch_all("SELECT name, progress FROM training_runs ORDER BY name, progress")
    assert sorted((row.name, row.progress) for row in rows) == [("a", 0.0), ("a", 29.0), ("b", 50.0)]


async def test_two_imports_at_once_take_each_row_once(url: str, tmp_path: Path) -> None:
    source = sqlite_file(tmp_path / "james.db", "james_llm")
    async with plainbase.open(url) as one, plainbase.open(url) as other:
        reports = await asyncio.gather(upgrade(source, one), upgrade(source, other))
        assert all(report.complete for report in reports)
        assert min(sum(each.taken for each in report.parts) for report in reports) == 0
        assert await one.fetch_value("SELECT count(*) AS n FROM corpus_texts") == 3
        assert await one.fetch_value("SELECT count(*) AS n FROM accuracy_metrics") == 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_files_with_what_a_source_holds_are_read_by_nobody_else(url: str, tmp_path: Path) -> None:
    source = sqlite_file(tmp_path / "adam.db", "adam_slm")
    changed(
        tmp_path / "adam.db",
        "UPDATE users SET role = 'zombie', password_hash = 'hush-hash', api_key = 'hush-key' WHERE id = 1",
    )
    words = ["upgrade-legacy", source, "--url", url, "--mapping", "002"]
    files = ["--backup", str(tmp_path / "old"), "--rejects", str(tmp_path / "rejects")]
    result = CliRunner().invoke(commands.plainbase, [*words, *files])
    assert result.exit_code == 3, result.output
    (copy,) = (tmp_path / "old").iterdir()
    assert [path.stat().st_mode & 0o777 for path in (copy, tmp_path / "rejects")] == [0o600, 0o600]
    told: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / "rejects").read_text().splitlines()]
    (user,) = [each for each in told if each["table"] == "users"]
    assert (user["row"]["role"], user["row"]["password_hash"], user["row"]["api_key"]) == ("zombie", *["(secret)"] * 2)
    assert "hush" not in (tmp_path / "rejects").read_text() + result.output


async def test_of_rows_told_by_the_same_that_which_is_the_same_is_found(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "adam.db", "adam_slm")
    changed(
        tmp_path / "adam.db",
        "UPDATE training_metrics SET step = 7, metric_name = 'loss', metric_value = id, timestamp = 1704448800",
    )
    first = await upgrade(url, memory, mapping=named("002"))
    assert part(first, "training_metrics").taken == 3
    changed(tmp_path / "adam.db", "UPDATE training_metrics SET metric_value = 4 - id")
    second = await upgrade(url, memory, mapping=named("002"))
    assert (part(second, "training_metrics").already, part(second, "training_metrics").left) == (3, ())


TWICE = """
name = "mine"
[[table]]
source = "runs"
target = "datasets"
[table.columns]
id = { id = "id" }
name = { from = ["title", "name"] }
version = { value = "1" }
digest = "id"
metadata = { collect = ["name"] }
row_count = { from = "score", times = 10 }
"""


async def test_what_something_else_takes_is_not_lost_and_a_rounded_product_is(memory: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "mine.db")
    changed(
        tmp_path / "mine.db",
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, title TEXT, name TEXT, score REAL);"
        "INSERT INTO runs VALUES (1, 'a', 'b', 0.7), (2, 'c', NULL, 0.29)",
    )
    (tmp_path / "mine.toml").write_text(TWICE)
    report = await upgrade(url, memory, mapping=tmp_path / "mine.toml")
    lost = [(each.name, each.values, each.why) for each in part(report, "runs").columns if each.target is None]
    assert lost == [("score", 1, "times 10 it is no whole number, and was rounded")]
    rows = await memory.fetch_all("SELECT name, row_count, metadata FROM datasets ORDER BY name")
    assert [(row.name, row.row_count, row.metadata) for row in rows] == [("a", 7, {"name": "b"}), ("c", 3, {})]
