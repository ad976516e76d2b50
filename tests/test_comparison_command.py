"""The command `plainbase compare`: how the two are named, what it prints, what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from plainbase import Database, uuid7
from plainbase.cli.commands import plainbase as command
from platform_rows import runs
from test_comparison import answer, experiment, version


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a command, whose environment names no database."""
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_", "PLAINBASE_SCHEMA"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def run(*arguments: object) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, command, ["compare", *map(str, arguments)])


async def model(db: Database, name: str) -> UUID:
    made = uuid7()
    await db.insert_rows("models", ("id", "name", "kind"), [(made, name, "base")])
    return made


@pytest.fixture
async def lab(db: Database) -> tuple[UUID, UUID]:
    """Two versions of one model that answered the same questions, and an alias of the second."""
    made = await model(db, "gpt")
    a, b = await version(db, model=made, name="1"), await version(db, model=made, name="2")
    await answer(db, a, [each / 10 for each in range(10)], latency_ms=[100.0 + each for each in range(10)])
    await answer(db, b, [each / 10 + 0.3 for each in range(10)], latency_ms=[100.0 + each for each in range(10)])
    await db.model_aliases.set(model_id=made, alias="best", model_version_id=b)
    return a, b


async def test_a_comparison_is_printed_and_kept(db: Database, url: str, lab: tuple[UUID, UUID]) -> None:
    await answer(db, lab[1], [None], inputs=["another question"], latency_ms=[100.0])
    result = await run("gpt:1", "gpt@best", "--url", url, "--metric", "score", "--metric", "latency_ms")
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.output.splitlines()]
    assert lines[0] == "model versions: a = gpt:1, b = gpt:2"
    assert lines[2:13] == [
        "score: higher is better",
        "mean        a 0.45, b 0.75",
        "n           10 pairs, from 10 and 11 evaluations",
        "paired      at least half of the smaller side's inputs were answered by both",
        "left out    of b 1 without a value",
        "a - b       -0.3, interval none: no spread",
        "test        Wilcoxon signed-rank test, statistic 0",
        "p           0.00195",
        "adjusted p  0.00391 (Holm)",
        "effect      rank-biserial correlation -1",
        "verdict     gpt:2 is better than gpt:1 in score",
    ]
    assert lines[14] == "latency_ms: lower is better"
    assert lines[-1] == (
        "verdict     no difference in latency_ms is shown at the level 0.05; no difference to test: no pair differs"
    )
    kept = await db.comparison_results.list()
    assert {(row.metric, row.a_id, row.b_id, row.correction) for row in kept} == {
        ("score", *lab, "holm"),
        ("latency_ms", *lab, "holm"),
    }


async def test_json_and_options(db: Database, url: str, lab: tuple[UUID, UUID]) -> None:
    a, b = lab
    within = await experiment(db)
    for of in lab:
        await answer(db, of, [each * 1.5 for each in range(9)], within=within)
    options: list[object] = ["--kind", "model_version", "--experiment", within, "--since", "2020-01-01"]
    options += ["--alpha", 0.2, "--seed", 3, "--test", "welch_t", "--confidence", 0.9, "--resamples", 200]
    options += ["--lower", "score", "--json"]
    result = await run(a, b, "--url", url, *options)
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.output)["comparisons"]
    assert (row["id"], row["test"], row["alpha"]) == (str((await db.comparison_results.list())[0].id), "welch_t", 0.2)
    assert (row["confidence_level"], row["correction"], row["experiment_id"]) == (0.9, "none", str(within))
    assert row["details"]["interval"] == {"method": "bootstrap, BCa", "resamples": 200, "seed": 3}
    assert row["details"]["higher_is_better"] is False


async def test_too_little_is_said(db: Database, url: str) -> None:
    first, second = await runs(db, 2)
    for of in (first, second):
        await answer(db, await version(db, run=of), [0.1, 0.5])
    result = await run(first, second, "--url", url)
    assert result.exit_code == 0, result.output
    assert "verdict     not decided; too little data: 2 values of a and 2 of b; 6 a side are the least" in result.output
    begins = [line.split()[0] for line in result.output.splitlines() if line.startswith("  ")]
    assert begins == ["mean", "n", "not", "a", "test", "verdict"]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_test_that_was_asked_for_is_named(db: Database, url: str, lab: tuple[UUID, UUID]) -> None:
    for test, said in (
        ("wilcoxon", "  paired      as asked: the Wilcoxon signed-rank test needs pairs\n"),
        ("welch_t", "  not paired  as asked: Welch's t-test is for independent samples\n"),
    ):
        result = await run("gpt:1", "gpt:2", "--url", url, "--test", test)
        assert said in result.output


async def test_models_by_name_and_names_of_two(db: Database, url: str, lab: tuple[UUID, UUID]) -> None:
    other = await model(db, "claude")
    await answer(db, await version(db, model=other), [each / 9 for each in range(9)])
    result = await run("gpt", "claude", "--url", url)
    assert result.output.startswith("models: a = gpt, b = claude\n")
    odd = await model(db, "gpt:1")
    await answer(db, await version(db, model=odd), [each / 7 for each in range(9)])
    result = await run("gpt:1", "gpt:2", "--url", url)
    assert result.exit_code == 1
    assert "'gpt:1' is the model gpt:1 and version 1 of gpt; give --kind or the id" in result.output
    assert (await run("gpt:1", "gpt:2", "--url", url, "--kind", "model_version")).exit_code == 0
    assert (await run("gpt:1", "gpt", "--url", url, "--kind", "model")).exit_code == 0
    result = await run("gpt", "gpt:2", "--url", url)
    assert (result.exit_code, "a is a model and b is a model version" in result.output) == (1, True)


async def test_experiments_by_name(db: Database, url: str) -> None:
    first, second = await experiment(db, "first try"), await experiment(db, "second try")
    for within in (first, second):
        await answer(db, None, [each / 9 for each in range(9)], within=within)
    for options in ([], ["--kind", "experiment"]):
        result = await run("first try", "second try", "--url", url, *options)
        assert result.output.startswith("experiments: a = first try, b = second try\n"), result.output
    again = await experiment(db, "second try")
    result = await run("first try", "second try", "--url", url)
    assert result.exit_code == 1
    assert "'second try' is the experiment " in result.output
    assert result.output.endswith("; give an id\n")
    assert f"{second}" in result.output
    assert f"{again}" in result.output
    await model(db, "first try")
    result = await run("first try", second, "--url", url)
    assert f"'first try' is the model first try and the experiment {first}; give --kind or the id" in result.output
    assert (await run("first try", second, "--url", url, "--kind", "experiment")).exit_code == 0


async def test_what_is_refused(db: Database, url: str, lab: tuple[UUID, UUID]) -> None:
    cases: list[tuple[tuple[object, ...], int, str]] = [
        (("gpt:1", "gpt:3"), 1, "gpt has no version '3'; it has 2, 1\n"),
        (("gpt:1", "gpt@first"), 1, "gpt has no alias 'first'; it has best\n"),
        (("gpt:1", "other@best"), 1, "'other@best' is no id, and no model, version (name, name:version, name@alias)"),
        (("gpt:1", "gpt", "--kind", "model"), 1, "'gpt:1' is no id, and no model is called so"),
        (("gpt:1", "first", "--kind", "experiment"), 1, "'gpt:1' is no id, and no experiment is called so"),
        (("gpt:1", "first", "--kind", "training_run"), 1, "'gpt:1' is no id; training runs are given by their ids"),
        (("gpt:1", "gpt:1"), 1, "a and b are the same"),
        (("gpt:1", "gpt:2", "--metric", "f1"), 1, "no evaluation has the metric 'f1'; there are latency_ms, score"),
        (("gpt:1", uuid7()), 1, "has the id of b"),
        (("gpt:1", "gpt:2", "--alpha", "2"), 1, "Error: --alpha must be a number between 0 and 1"),
        (("gpt:1", "gpt:2", "--since", "yesterday"), 2, "is no date"),
        (("gpt:1", "gpt:2", "--test", "t"), 2, "'t' is not one of"),
        (("gpt:1", "gpt:2", "--higher", "f1"), 2, "--higher f1: that metric is not compared; add --metric f1"),
        (("gpt:1", "gpt:2", "--higher", "score", "--lower", "score"), 2, "score is given to both --higher and --lower"),
        (("gpt:1",), 2, "Missing argument 'B'"),
    ]
    for arguments, code, says in cases:
        result = await run(*arguments, "--url", url)
        assert (result.exit_code, says in result.output) == (code, True), result.output
    assert await db.comparison_results.list() == []


async def test_no_database_is_made(place: Path) -> None:
    result = await run("a", "b", "--url", "sqlite:///none.db")
    assert (result.exit_code, "there is no database sqlite:///none.db yet" in result.output) == (1, True)
    assert list(place.iterdir()) == []


async def test_names_cannot_write_to_the_terminal(db: Database, url: str) -> None:
    for name in ("evil\x1b[31m", "good"):
        made = await model(db, name)
        await answer(db, await version(db, model=made), [each / 10 for each in range(10)])
    result = await run("evil\x1b[31m", "good", "--url", url)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "a = evil�[31m" in result.output
