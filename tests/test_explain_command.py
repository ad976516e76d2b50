"""The command `plainbase explain`: the plan of one query, with values or without."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from own_folders import write
from plainbase import Database
from plainbase.cli.commands import plainbase

pytestmark = pytest.mark.usefixtures("place")

ID = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a command, whose environment names no database and no queries."""
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_", "PLAINBASE_QUERIES"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def run(url: str, *arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, plainbase, ["explain", "--url", url, *arguments])


async def test_a_plan_whatever_the_values(url: str, engine: str) -> None:
    result = await run(url, "training_runs.list_for_dataset")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("queries/training_runs.sql:")
    server = "SQLite 3." if engine == "sqlite" else "PostgreSQL 1"
    assert f" training_runs.list_for_dataset on {server}" in lines[0]
    assert lines[1].startswith("Runs on one dataset")
    assert lines[2:5] == ["", "The plan whatever the values:", ""]
    assert any("training_runs_dataset_id_idx" in line or "Scan" in line for line in lines[5:])
    assert all(line.startswith("  ") for line in lines[5:])
    assert "warning" not in result.output


async def test_a_plan_for_values(url: str, engine: str) -> None:
    result = await run(url, "training_runs.list_for_dataset", f"dataset_id={ID}", "limit=3")
    assert result.exit_code == 0, result.output
    assert "The plan for these values:" in result.stdout
    if engine == "postgres":
        assert f"'{ID}'::uuid" in result.stdout
        assert "$1" not in result.stdout


async def test_a_name_alone_puts_its_optional_line_in(url: str) -> None:
    result = await run(url, "training_runs.list", "since", "statuses")
    assert result.exit_code == 0, result.output
    assert " training_runs.list with statuses, since on " in result.stdout
    assert "The plan whatever the values:" in result.stdout


async def test_values_are_read_as_their_parameters_take_them(url: str, engine: str) -> None:
    result = await run(
        url, "training_runs.list", "since=2026-01-31T12:00:00Z", 'statuses=["running", "failed"]', f"team_id={ID}"
    )
    assert result.exit_code == 0, result.output
    assert "The plan for these values:" in result.stdout
    if engine == "postgres":
        assert "2026-01-31 12:00:00+00" in result.stdout
        assert "{running,failed}" in result.stdout
    for arguments in (
        ["training_metrics.history", f"run_id={ID}", "name=3"],
        ["training_metrics.best", f"run_id={ID}", "name=loss", "higher_is_better=false"],
        ["training_runs.list", "statuses=running"],
        ["teams.create", "name=null"],
    ):
        result = await run(url, *arguments)
        assert "The plan for these values:" in result.stdout, result.output


@pytest.mark.parametrize("value", ["since=yesterday", "since=2026-01-31T12:00:00", "team_id=7", "limit=-1", "limit=x"])
async def test_a_value_of_another_type_is_refused(url: str, value: str) -> None:
    result = await run(url, "training_runs.list", value)
    assert result.exit_code == 1
    assert result.output.startswith("Error: queries/training_runs.sql:")
    assert f" training_runs.list: parameter {value.partition('=')[0]!r}: " in result.output
    assert result.stdout == ""


async def test_what_takes_longer_with_use_is_warned_of(fresh: Database, fresh_url: str) -> None:
    assert (await run(fresh_url, "training_metrics.history")).stderr == ""
    await fresh.script("DROP INDEX training_metrics_run_id_name_step_idx;")
    result = await run(fresh_url, "training_metrics.history")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning: ")
    assert " training_metrics" in result.stderr
    accepted = await run(fresh_url, "jobs.count_by_state")
    assert accepted.stderr == ""
    assert "accepted: counts every job" in accepted.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["training_runs.lst"], "there is no query 'training_runs.lst'; did you mean training_runs.list or "),
        (["runs.list_for_dataset"], "; did you mean training_runs.list_for_dataset"),
        (["training_runs.list", "sine"], " training_runs.list: unknown parameter 'sine'; expected statuses?, since?"),
        (["training_runs.list", "before_id"], "'before_created_at', 'before_id' go together, all or none"),
    ],
)
async def test_what_is_unknown_is_told(url: str, arguments: list[str], expected: str) -> None:
    result = await run(url, *arguments)
    assert result.exit_code == 1
    assert expected in result.output


async def test_what_has_no_plan_is_told(url: str, engine: str, place: Path) -> None:
    text = (
        "-- name: both :script\nSELECT 1; SELECT 2;\n"
        "-- name: here :value\n-- only: postgres, the other has none\nSELECT 1 AS one;\n"
        "-- name: there :value\n-- only: sqlite, the other has none\nSELECT 1 AS one;\n"
        "-- name: analyze :exec\nANALYZE;\n-- name: one :value\n-- One.\nSELECT 1 AS one;\n"
    )
    folder = ["--queries", str(write(place / "own", {"own.sql": text}))]
    other = "here" if engine == "sqlite" else "there"
    for name, expected in (
        ("own.both", "a script takes no parameters and cannot be run as a statement"),
        (f"own.{other}", f"runs on {'postgres' if engine == 'sqlite' else 'sqlite'} only: the other has none"),
        ("own.analyze", "ANALYZE has no plan"),
    ):
        result = await run(url, *folder, name)
        assert result.exit_code == 1
        assert expected in result.output
    result = await run(url, *folder, "own.one")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[:5][1:] == ["One.", "", "The plan:", ""]


async def test_nothing_is_run(url: str) -> None:
    result = await run(url, "generations.clear")
    assert result.exit_code == 0, result.output
    assert "generations" in result.stdout


async def test_there_is_no_database(place: Path) -> None:
    result = await run(f"sqlite:///{place / 'none.db'}", "training_runs.list")
    assert result.exit_code == 1
    assert "there is no database" in result.output
    assert not (place / "none.db").exists()
