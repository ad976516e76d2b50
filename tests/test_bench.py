"""The benchmark runs and says what it should; how fast anything is, is not asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from conftest import SERVER

SCRIPTS = Path(__file__).parents[1] / "scripts"
WORKS = {"one_row", "many_rows", "insert", "rows_in", "readers", "transaction", "typed_rows"}
RAW = {"sqlite": "aiosqlite", "postgres": "asyncpg-pool"}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "benchmarks", *arguments],
        env={
            **os.environ,
            "PYTHONPATH": f"{SCRIPTS}{os.pathsep}{Path(__file__).parent}",
            "TEST_DATABASE_URL": os.environ[SERVER],
            "COLUMNS": "200",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )


def measured(*arguments: str) -> Any:
    done = bench("--quick", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_figures_of_both_engines() -> None:
    found = measured("--only", "plainbase,sqlite3,asyncpg-connection,sqlalchemy-core")
    assert found["engines"].keys() == RAW.keys()
    for engine, on_engine in found["engines"].items():
        assert on_engine["raw"] == RAW[engine]
        assert on_engine["works"].keys() == WORKS
        for work in on_engine["works"].values():
            assert work["contenders"].keys() >= {"plainbase", RAW[engine]}
            assert work["contenders"][RAW[engine]]["ratio"] == 1
            for figure in work["contenders"].values():
                assert figure["seconds"] > 0
                assert figure["ratio"] > 0
            assert work["reached"] is (work["contenders"]["plainbase"]["ratio"] >= work["target"] > 0)
        assert on_engine["bounds"]["opening"]["at_most"] == 0.05
        # The peer is either measured or named, whichever environment this is.
        taking = on_engine["works"]["one_row"]["contenders"].keys()
        assert ("sqlalchemy-core" in taking) is not ("sqlalchemy-core" in on_engine["left_out"])
    assert found["engines"]["sqlite"]["bounds"]["beside_slow"]["seconds"].keys() == {"plainbase", "aiosqlite"}
    assert found["bounds"]["import"]["value"] > 0


def test_a_table_of_what_is_wanted() -> None:
    done = bench("--quick", "--engine", "sqlite", "--only", "plainbase", "--work", "one_row")
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if "plainbase" in line and "│" in line)
    assert "one row by key" in row
    assert "≥ 2.80" in row
    assert "200 rows" not in done.stdout
    assert "PostgreSQL" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "plainbase,nobody"], "unknown contender 'nobody'; known are plainbase, aiosqlite"),
        (["--work", "nothing"], "unknown work 'nothing'; known are one_row, many_rows"),
        (["--rounds", "0"], "'0' is not a number above 0"),
    ],
)
def test_a_wrong_argument(arguments: list[str], message: str) -> None:
    done = bench(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert not done.stdout


def test_the_figures_of_identity() -> None:
    done = bench("identity", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["engines"]) == len(RAW)
    for each in found["engines"]:
        assert each["ratios"].keys() == {"unknown", "inactive", "without a password"}
        assert each["failed_seconds"].keys() == {"known", *each["ratios"]}
        assert all(ratio > 0 for ratio in each["ratios"].values())
        assert each["per_second"].keys() >= {"session_of", "key_of", "authorize"}
    said = bench("identity", "--quick", "--engine", "sqlite")
    assert "aim 0.95 to 1.05" in said.stdout


def test_the_figures_of_hooks() -> None:
    done = bench("hooks", "--quick", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["engines"]) == len(RAW)
    for figures in found["engines"].values():
        assert figures.keys() >= {"nothing is counted", "counting, as always", "Prometheus attached"}
        assert figures["nothing is counted"]["ratio"] == 1
        assert all(each["seconds"] > 0 for each in figures.values())


def test_the_figures_of_the_platform() -> None:
    done = bench("platform", "--quick", "--rounds", "1", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {each["engine"] for each in found["engines"]} == RAW.keys()
    for each in found["engines"]:
        names = {part: [one["name"] for one in group] for part, group in by_part(each["figures"])}
        assert names["create"] == ["100 evaluations"]
        assert len(names["search"]) == 12
        for form in ("csv", "json", "jsonl", "parquet", "pdf"):
            assert f"{form}, 1,000 rows" in names["export"]
        assert names["dashboard"][-1] == "all four"
        assert "hyperparameter impact" in names["analytics"]
        assert all(one["seconds"] > 0 for one in each["figures"])
        assert all(one["told"]["rows"] > 0 for one in each["figures"] if one["part"] == "search")


def test_the_figures_of_the_job_queue() -> None:
    done = bench("jobs", "--quick", "--jobs", "100", "--only", "plainbase,loop,pgqueuer,huey", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {each["engine"] for each in found["engines"]} == RAW.keys()
    for each in found["engines"]:
        names = {"plainbase Worker", "plainbase loop of queries"}
        assert each["work"].keys() >= names
        assert each["ratios"]["plainbase Worker"] == [1]
        assert all(rate > 0 for rates in each["work"].values() for rate in rates)
        assert all(rate > 0 for rates in each["many"].values() for rate in rates)
        (waits,) = each["pick_up"]["plainbase Worker"]
        assert len(waits["committed"]) == found["size"]["tries"]
        assert all(0 <= soon < late for soon, late in zip(waits["committed"], waits["called"], strict=True))
        assert each["crowded"].keys() == {"finished", "lower", "later", "worked"}
        assert each["held"].keys() == {"with", "without"}
        # A peer is either measured or named, whichever environment this is.
        peer = {"postgres": "PgQueuer, batches of 10", "sqlite": "Huey, 1 thread"}[each["engine"]]
        assert (peer in each["work"]) is not (peer in each["left_out"])
    for target in found["targets"]:
        above = target["value"] >= target["bound"]
        assert target["met"] is (above if target["unit"] == "times" else not above)


def test_a_table_of_the_job_queue() -> None:
    done = bench("jobs", "--quick", "--jobs", "100", "--engine", "sqlite", "--only", "loop", "--without-long")
    assert done.returncode == 0, done.stderr
    assert "plainbase loop of queries" in done.stdout
    assert "500 finished" in done.stdout
    assert "2,000 waiting" not in done.stdout
    assert "Huey" not in done.stdout.partition("Targets")[0].partition("SQLite 3")[2]
    assert "PostgreSQL" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "plainbase,nobody"], "unknown tool 'nobody'; known are plainbase, loop, pgqueuer"),
        (["--jobs", "0"], "'0' is not a number above 0"),
    ],
)
def test_a_wrong_argument_of_the_job_queue(arguments: list[str], message: str) -> None:
    done = bench("jobs", *arguments)
    assert done.returncode == 2
    assert message in done.stderr


def by_part(figures: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    return [(part, list(group)) for part, group in groupby(figures, key=lambda one: str(one["part"]))]
