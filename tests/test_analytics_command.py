"""`plainbase analytics`: each part in a terminal and as JSON, its age, and bad input, on both engines."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len
from rich.text import Text

import plainbase
from analytics_rows import run, score
from plainbase.cli.commands import plainbase as command
from plainbase.cli.shown import fitting, shortened
from plainbase.platform import sample

PARTS = ("models", "leaderboard", "performance", "trends", "datasets", "usage", "resources")
OF_METRIC = ("convergence", "hyperparameters")


NAMES = {
    "models": ("benchmark", "metric", "architecture"),
    "leaderboard": ("benchmark", "metric", "model"),
    "performance": ("model",),
    "trends": ("from",),
    "datasets": ("dataset",),
    "usage": ("day", "kind", "model"),
    "resources": ("day", "name"),
    "convergence": ("run",),
    "hyperparameters": ("hyperparameter",),
}
"""The columns that say what a row is of, which are never left out."""


def call(url: str, *words: str, columns: int = 200) -> Result:
    """The command, as with a terminal of so many columns."""
    return CliRunner().invoke(command, ["analytics", *words, "--url", url], env={"COLUMNS": str(columns)})


def read(url: str, *words: str) -> Any:
    """What it prints as JSON."""
    result = call(url, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def filled(url: str) -> str:
    async def fill() -> None:
        async with plainbase.open(url) as db:
            made = await run(db, "[bold]run[/bold]", [3.0, 1.0, 1.005, float("inf")], hyperparameters={"lr": 0.1})
            for number in range(5):
                await run(db, f"run {number}", [3.0, 1.0 + number], hyperparameters={"lr": number})
            await score(db, "m", "1", 0.5, architecture="mamba", parameter_count=7_000_000_000, training_run_id=made)

    asyncio.run(fill())
    return url


@pytest.fixture
def sampled(url: str) -> str:
    async def fill() -> None:
        async with plainbase.open(url) as db:
            await sample.load(db, size="small", until=datetime.now(UTC))
            await db.refresh_all()

    asyncio.run(fill())
    return url


def printed(shown: str, many: int) -> tuple[list[str], list[str], list[list[str]]]:
    """The headings of a table, those that were left out, and the words of each of its so many rows."""
    lines = shown.splitlines()
    rule = next(place for place, line in enumerate(lines) if line.startswith("──"))
    rows: list[list[str]] = []
    for place, line in enumerate(lines[rule + 1 :], rule + 1):
        if line.startswith(" "):
            rows[-1] += line.split()
        elif len(rows) < many:
            rows.append(line.split())
        else:
            rest = " ".join(line.strip() for line in lines[place:])
            break
    said = re.search("left out, the terminal is narrow: (.+?); --json has all", rest)
    return re.split(" {2,}", lines[rule - 1].strip()), said[1].split(", ") if said else [], rows


def test_no_number_is_cut_where_the_terminal_is_narrow(sampled: str) -> None:
    for words in (
        *((part,) for part in PARTS),
        *((part, "loss") for part in OF_METRIC),
        ("trends", "--metric", "loss"),
    ):
        many = len(read(sampled, *words)["rows"])
        every, nothing, whole = printed(call(sampled, *words).stdout, many)
        assert (nothing, len(whole)) == ([], many), words
        for columns in (60, 80, 100):
            narrow = call(sampled, *words, columns=columns).stdout
            assert max(map(cell_len, narrow.splitlines())) <= columns, (words, columns)
            shown, left, rows = printed(narrow, many)
            assert sorted(shown + left) == sorted(every), (words, columns)
            assert set(NAMES[words[0]]) <= set(shown), (words, columns)
            for there, here in zip(whole, rows, strict=True):
                assert {word for word in here if "…" not in word} <= set(there), (words, columns)
                if not left and not any("…" in word for word in here):
                    assert here == there, (words, columns)


def test_what_has_no_cost_is_not_free(sampled: str) -> None:
    models = read(sampled, "performance")["rows"]
    assert {model["avg_cost_usd"] is None for model in models} == {True, False}
    _, _, lines = printed(call(sampled, "performance").stdout, len(models))
    for model, line in zip(models, lines, strict=True):
        assert (line[-1] == "-") == (model["avg_cost_usd"] is None), line
    headings, _, days = printed(call(sampled, "usage", "--kind", "prediction").stdout, 5)
    assert headings[5:7] == ["tokens", "USD"]
    assert all(line[5:7] == ["-", "-"] for line in days)


def test_columns_are_left_out_by_importance_and_a_name_keeps_its_version() -> None:
    needed = {"name": 10, "least": 5, "wide": 20, "more": 5}
    assert fitting(needed, ("least", "wide", "more"), 46, 2) == ["name", "least", "wide", "more"]
    assert fitting(needed, ("least", "wide", "more"), 45, 2) == ["name", "wide", "more"]
    assert fitting(needed, ("least", "wide", "more"), 24, 2) == ["name", "least", "more"]
    assert fitting(needed, ("least", "wide", "more"), 3, 2) == ["name"]
    assert shortened(Text("support-assistant:run-16"), 16).plain == "support-…:run-16"
    assert shortened(Text("support-assistant"), 10).plain == "support-a…"
    assert shortened(Text("übersetzer-小小:2"), 14).cell_len <= 14


def test_the_dashboard_says_how_old_it_is_and_how_to_refresh(filled: str) -> None:
    before = call(filled)
    assert before.exit_code == 0, before.output
    assert "never refreshed: --fresh refreshes platform_overview and daily_usage first" in before.stdout
    after = call(filled, "--fresh")
    for said in ("training runs", "6 completed", "Recent activity", "[bold]run[/bold]", "as of ", "UTC)"):
        assert said in after.stdout, said
    assert "never refreshed" not in after.stdout
    made = read(filled)
    assert set(made) == {"overview", "model_performance", "recent_experiments", "recent_activity", "failed"}
    assert made["overview"]["rows"][0]["counts"]["training_runs"] == {"completed": 6}
    assert made["overview"]["age_seconds"] >= 0
    assert made["failed"] == {}


def test_each_part_in_a_terminal_and_as_json(filled: str) -> None:
    for words in (*((part,) for part in PARTS), *((part, "loss") for part in OF_METRIC)):
        shown = call(filled, *words, "--fresh")
        assert shown.exit_code == 0, (words, shown.output)
        assert "as of " in shown.stdout, words
        made = read(filled, *words)
        assert set(made) == {"rows", "views", "refreshed_at", "age_seconds"}, words
    assert "7B" in call(filled, "models").stdout
    (model,) = read(filled, "models", "--metric", "accuracy")["rows"]
    assert (model["architecture"], model["best_value"]) == ("mamba", 0.5)
    rows = read(filled, "convergence", "loss", "--within", "0.01")["rows"]
    (diverged,) = [row for row in rows if row["run"] == "[bold]run[/bold]"]
    assert (diverged["last_value"], diverged["diverged"], diverged["converged_step"]) == ("inf", True, 1)
    assert "diverged: the last value is infinite" in call(filled, "convergence", "loss").stdout
    (lr,) = read(filled, "hyperparameters", "loss")["rows"]
    assert (lr["name"], lr["n"], lr["test"]) == ("lr", 6, "spearman")
    assert read(filled, "trends", "--by", "architecture")["rows"][0]["architecture"] == "mamba"
    assert read(filled, "trends", "--since", "2030-01-01")["rows"] == []


def test_fresher_than(filled: str) -> None:
    assert read(filled, "leaderboard", "--fresher-than", "1h")["rows"] != []
    first = read(filled, "leaderboard")["refreshed_at"]
    assert read(filled, "leaderboard", "--fresher-than", "1h")["refreshed_at"] == first
    assert read(filled, "leaderboard", "--fresher-than", "0s")["refreshed_at"] > first


def test_an_empty_database_says_what_to_do(url: str) -> None:
    for words in (*((part,) for part in PARTS), *((part, "loss") for part in OF_METRIC)):
        shown = call(url, *words, "--fresh")
        assert shown.exit_code == 0, (words, shown.output)
        assert "nothing yet" in shown.stdout
        assert "`plainbase demo`" in shown.stdout
        assert read(url, *words)["rows"] == []
    assert "nothing yet" in call(url).stdout


def test_a_part_of_the_dashboard_that_fails(filled: str, engine: str) -> None:
    async def drop() -> None:
        async with plainbase.open(filled) as db:
            await db.execute(
                "DROP TABLE evaluated_models"
                if engine == "sqlite"
                else "DROP MATERIALIZED VIEW evaluated_models CASCADE"
            )

    asyncio.run(drop())
    shown = call(filled)
    assert shown.exit_code == 1
    assert "model performance failed: " in shown.stdout
    assert "Recent activity" in shown.stdout
    result = call(filled, "--json")
    assert (result.exit_code, list(json.loads(result.stdout)["failed"])) == (1, ["model_performance"])
    alone = call(filled, "performance")
    assert alone.exit_code == 1
    assert "`plainbase migrate up` makes it" in alone.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("convergence", "los"), 1, "no run has a metric 'los' as of the last refresh; there are loss"),
        (("models", "--benchmark", "x"), 1, "there is no score in a benchmark 'x'; there are mmlu"),
        (("hyperparameters", "loss", "--min-runs", "1"), 1, "min_runs is 1; it is 2 or more"),
        (("convergence", "loss", "--within", "7"), 1, "within is 7.0; it is from 0 to 1"),
        (("trends", "--period", "year"), 2, "'year' is not one of"),
        (("trends", "--since", "soon"), 2, "'soon' is no date"),
        (("leaderboard", "--fresher-than", "-1"), 2, "is no duration"),
        (("leaderboard", "--limit", "-1"), 2, "-1"),
        (("convergence",), 2, "METRIC"),
        (("nothing",), 2, "No such command 'nothing'"),
        (("convergence", "loss", "--run", "7"), 2, "'7' is not a valid UUID"),
    ],
    ids=str,
)
def test_bad_input(filled: str, words: tuple[str, ...], code: int, said: str) -> None:
    asyncio.run(_refresh(filled))
    result = call(filled, *words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_options_stand_after_the_part(url: str) -> None:
    result = CliRunner().invoke(command, ["analytics", "--url", url, "trends"])
    assert result.exit_code == 2
    assert "write options after the part: plainbase analytics trends" in result.stderr


def test_there_is_no_database(tmp_path: Path) -> None:
    result = call(f"sqlite:///{tmp_path / 'none.db'}")
    assert result.exit_code == 1
    assert "`plainbase init` makes it" in result.stderr
    assert not (tmp_path / "none.db").exists()


async def _refresh(url: str) -> None:
    async with plainbase.open(url) as db:
        await db.refresh_all()
