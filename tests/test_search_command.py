"""The command `plainbase search`: what it finds, how it shows it, and what it says of what cannot be asked."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner, Result

from plainbase import Database, shipped
from plainbase.cli.commands import plainbase
from plainbase.cli.filter_options import filter_options
from plainbase.cli.shown import NOTHING
from plainbase.platform import evaluations, results
from plainbase.platform.evaluations import Evaluation

FOX = Evaluation(
    "openai",
    "gpt-4o",
    "A\x1b[31m\n[bold]fox[/] " + "very " * 200,
    "Nothing.",
    score=0.5,
    human_rating=4,
    latency_ms=1234.5,
    input_tokens=12,
    cost_usd=0.001,
    metadata={"temperature": 0.2, "kind": "test"},
)
OWL = Evaluation("local", "llama", "An owl?", "It hoots.", score=0.25, metadata={"kind": "1"})


async def run(url: str, *arguments: str, width: int = 200) -> Result:
    runner = CliRunner(env={"COLUMNS": str(width)})
    return await asyncio.to_thread(runner.invoke, plainbase, ["search", "--url", url, *arguments])


async def rows(url: str, *arguments: str) -> list[dict[str, Any]]:
    result = await run(url, "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)["rows"]
    return found


@pytest.fixture
async def ids(db: Database) -> list[UUID]:
    return await evaluations.create_many(db, [FOX, OWL])


async def test_a_table_a_line_for_each_result(url: str, ids: list[UUID]) -> None:
    result = await run(url, "--count")
    assert result.exit_code == 0, result.output
    heading, _, owl, fox, *_ = [line for line in result.output.splitlines() if line.strip()]
    for word in ("id", "created (UTC)", "provider", "score", "rating", "ms", "tokens in/out", "cost $", "input"):
        assert word in heading
    assert "feedback" not in heading
    assert f"{ids[1]}" in owl
    assert "A�[31m [bold]fox[/]" in fox
    assert "…" in fox
    assert "1234" in fox or "1,234" in fox
    assert f"12/{NOTHING}" in fox
    assert "2 results of 2" in result.output
    assert "--after" not in result.output


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("width", [30, 60, 80, 120, 300])
async def test_no_line_of_a_table_is_longer_than_the_page(url: str, ids: list[UUID], width: int) -> None:
    result = await run(url, width=width)
    lines = result.output.splitlines()
    assert max(map(len, lines)) <= max(width, 60)
    assert all(line and line == line.rstrip() for line in lines)
    assert "model" in result.output
    told = " ".join(result.output.split())
    if width < 120:
        assert "left out at this width: id, " in told
        assert "; --json has all 2 results" in told
    assert ("left out" in told) == (width < 300)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("columns", ["", "0", "wide"])
async def test_a_width_that_is_none_is_that_of_no_terminal(url: str, ids: list[UUID], columns: str) -> None:
    runner = CliRunner(env={"COLUMNS": columns})
    result = await asyncio.to_thread(runner.invoke, plainbase, ["search", "--url", url])
    assert max(map(len, result.output.splitlines())) == 199


async def test_the_next_page_by_its_cursor(url: str, ids: list[UUID]) -> None:
    result = await run(url, "--limit", "1", "--sort", "score", "--asc")
    assert "hoots" in result.output
    cursor = result.output.rpartition("--after ")[2].strip()
    result = await run(url, "--limit", "1", "--sort", "score", "--asc", "--after", cursor)
    assert "Nothing." in result.output
    assert "--after" not in result.output
    result = await run(url, "--after", cursor)
    assert (result.exit_code, "belongs to another search" in result.output) == (1, True)


async def test_every_option_filters(url: str, ids: list[UUID], db: Database) -> None:
    fox, owl = map(str, ids)
    asked: list[tuple[list[str], list[str]]] = [
        (["fox"], [fox]),
        (["--text", "fox OR owl", "--in", "input"], [owl, fox]),
        (["hoot", "--in", "input", "--in", "human_feedback"], []),
        (["--model", "llama", "--model", "x"], [owl]),
        (["--provider", "openai"], [fox]),
        (["--min-score", "0.5"], [fox]),
        (["--max-score", "0.4"], [owl]),
        (["--min-rating", "4", "--max-rating", "4"], [fox]),
        (["--min-latency", "1e3"], [fox]),
        (["--max-cost", "0.001"], [fox]),
        (["--min-input-tokens", "12"], [fox]),
        (["--max-output-tokens", "12"], []),
        (["--metadata", "temperature=0.20"], [fox]),
        (["--metadata", "kind=test", "--metadata", "temperature=0.2"], [fox]),
        (["--metadata", 'kind="1"'], [owl]),
        (["--metadata", "kind=1"], []),
        (["--metadata", "kind="], []),
        (["--from", "2020-01-01", "--to", "2999-01-01T00:00:00+02:00"], [owl, fox]),
        (["--to", "2020-01-01"], []),
        (["--experiment", fox], []),
        (["--experiment-status", "completed"], []),
        (["--benchmark-status", "failed", "--benchmark", fox, "--model-version", fox], []),
        (["--team", fox, "--created-by", fox], []),
    ]
    for arguments, expected in asked:
        assert [row["id"] for row in await rows(url, *arguments)] == expected, arguments
    (found,) = await rows(url, "fox")
    assert tuple(found) == results.COLUMNS
    assert (found["metadata"], found["created_by"]) == ({"kind": "test", "temperature": 0.2}, None)
    for arguments, said in (
        (["nowhere", "--count"], "nothing found for text nowhere"),
        (["hoot", "--in", "input"], "nothing found for text hoot in input"),
        (["--model", "none\x1b[1m", "--max-rating", "2"], "nothing found for model none�[1m; human rating at most 2"),
    ):
        result = await run(url, *arguments)
        assert (result.exit_code, result.output) == (0, f"{said}\n")


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--min-score", "2", "--max-score", "1"], 2, "Error: --min-score is over --max-score: nothing"),
        (["--min-score", "nan"], 2, "--min-score is NaN"),
        (["--min-rating", "9"], 2, "--min-rating: a rating is 1 to 5"),
        (["--max-rating", "0"], 2, "--max-rating: a rating is 1 to 5"),
        (["--from", "2026-02-01", "--to", "2026-02-01"], 2, "Error: --from is not before --to: nothing"),
        (["--", "-fox"], 2, "'-fox' only excludes: put a word beside it that is wanted"),
        (["--text=-fox -owl"], 2, "'-fox -owl' only excludes"),
        (["--in", "input"], 2, "--in says where a text is looked for, and there is no text"),
        (["--sort", "scroe"], 2, "'scroe' is not one of 'created_at'"),
        (["--from", "yesterday"], 2, "'yesterday' is no date: write 2026-01-31"),
        (["--metadata", "kind"], 2, "'kind' has no =: write key=value"),
        (["--metadata", "a=1", "--metadata", "a=2"], 2, "'a' is given twice"),
        (["--metadata", "a=[1]"], 2, "the value of 'a' is a list or an object, and these cannot"),
        (["--experiment", "x"], 2, "is not a valid UUID"),
        (["--limit", "0"], 2, "not in the range"),
        (["fox", "--text", "owl"], 2, "the text is given twice"),
        (["--after", "x"], 1, "Error: --after is broken: pass the text that the page before shows after --after"),
    ],
)
async def test_what_cannot_be_asked_is_said(url: str, arguments: list[str], code: int, message: str) -> None:
    result = await run(url, *arguments)
    assert (result.exit_code, message in result.output) == (code, True), result.output


async def test_a_database_that_is_not_there_or_is_empty(empty_url: str, engine: str, tmp_path: Path) -> None:
    result = await run(f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert (result.exit_code, "`plainbase init` makes it" in result.output) == (1, True)
    assert not (tmp_path / "nowhere.db").exists()
    if engine == "postgres":
        result = await run(empty_url)
        assert (result.exit_code, "lacks migration 0001_identity" in result.output) == (1, True)


@pytest.mark.parametrize("arguments", [["search"], ["export", "out.csv"], ["compare", "a", "b"], ["report"]])
async def test_a_database_that_is_migrated_in_part(
    empty_url: str, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with Database.open(empty_url, queries=None, schema=shipped.folder("schema")) as db:
        await db.migrate(to=10)
    result = await asyncio.to_thread(CliRunner().invoke, plainbase, [*arguments, "--url", empty_url])
    assert result.exit_code == 1
    assert "this database lacks migration 0011_" in result.output
    assert "run `plainbase migrate up`\n" in result.output
    assert list(tmp_path.glob("out*")) == list(tmp_path.glob("report*")) == []


def test_the_options_are_one_decorator_for_all_commands() -> None:
    @click.command()
    @filter_options
    @click.option("--other")
    def command(filters: results.SearchFilters, other: str) -> None:
        click.echo(f"{filters.models} {filters.is_empty} {other}")

    assert CliRunner().invoke(command, ["--model", "a", "--other", "b"]).output == "('a',) False b\n"
    assert CliRunner().invoke(command, []).output == "() True None\n"
