"""`plainbase status`: what it prints and how it ends, on databases in every state."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plainbase
from plainbase import Database
from plainbase.cli import commands
from plainbase.platform import standing
from plainbase.platform.copying import statements
from plainbase.platform.standing import Bounds

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


def status(url: str, *words: str, width: int = 80) -> Result:
    runner = CliRunner(env={"COLUMNS": str(width)})
    return runner.invoke(commands.plainbase, ["status", "--url", url, *words], prog_name="plainbase")


def test_a_database_that_answers_is_told_of_check_by_check(url: str) -> None:
    result = status(url)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].endswith(" warning)")
    assert any(line.startswith("ok       schema") for line in lines)
    assert any("→ `plainbase refresh`" in line for line in lines)
    assert max(map(len, lines[1:])) <= 80


def test_json_has_every_check(url: str) -> None:
    result = status(url, "--json", "--deep")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["ok"], told["state"], told["pending"]) == (True, "warning", [])
    names = [each["name"] for each in told["checks"]]
    assert {"schema", "foreign keys", "jobs", "workers", "backups", "retention"} <= set(names)
    assert set(told["checks"][0]) == {"name", "state", "found", "advice"}


def test_strict_makes_a_warning_a_failure(url: str) -> None:
    assert status(url, "--strict").exit_code == 1
    assert status(url).exit_code == 0


def test_a_database_that_was_never_migrated_has_failed(empty_url: str, engine: str, tmp_path: Path) -> None:
    if engine == "sqlite":
        sqlite3.connect(tmp_path / "empty.db").execute("CREATE TABLE t (a)").connection.close()
    result = status(empty_url, width=200)
    assert result.exit_code == 1
    assert "failed   schema" in result.stdout
    assert "→ `plainbase migrate up`, if it is the right one" in result.stdout
    assert not [line for line in result.stdout.splitlines() if line.endswith(" ")]
    assert "jobs" not in result.stdout  # nothing is asked of tables that are not there


async def test_a_database_that_lacks_a_migration_has_failed(db: Database, url: str) -> None:
    await db.execute("UPDATE schema_migrations SET state = 'started' WHERE version = 4")
    result = await asyncio.to_thread(status, url, width=200)
    assert result.exit_code == 1
    assert "interrupted: 0004_" in result.stdout


@SQLITE
def test_a_database_that_is_not_there_is_not_made(engine: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none.db'}"
    result = status(url)
    assert result.exit_code == 1
    assert "there is no database" in result.stderr
    assert "plainbase init" in result.stderr
    told = status(url, "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["state"] == "failed"
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_server_that_does_not_answer_has_failed(words: tuple[str, ...]) -> None:
    result = status("postgresql://nobody:secret@127.0.0.1:1/none", *words)
    assert result.exit_code == 1
    assert "cannot connect" in result.output
    assert "secret" not in result.output


@SQLITE
def test_a_file_of_another_kind_is_refused(engine: str, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_text("no database at all, however long this line is" * 100)
    result = status(f"sqlite:///{tmp_path / 'other.db'}")
    assert result.exit_code == 1
    assert "the file is not an SQLite database" in result.stderr


@pytest.mark.parametrize("timeout", ["0", "soon", "-3"])
def test_a_timeout_that_is_none_is_refused(timeout: str) -> None:
    result = status("sqlite://", "--timeout", timeout)
    assert result.exit_code == 2
    assert "--timeout" in result.stderr


async def checked(db: Database, name: str, bounds: Bounds = standing.DEFAULT) -> plainbase.HealthCheck:
    (found,) = [each for each in await standing.look(db, bounds) if each.name == name]
    return found


async def test_due_jobs_that_nobody_does_are_a_warning(db: Database) -> None:
    assert (await checked(db, "jobs")).state == "ok"
    await db.jobs.enqueue(job_type="work", queue="slow")
    assert (await checked(db, "jobs")).found == "1 due, 0 running"
    found = await checked(db, "jobs", Bounds(waiting=-1))
    assert found.state == "warning"
    assert found.found.endswith(" in slow")


async def test_a_silent_worker_is_a_warning(db: Database) -> None:
    assert (await checked(db, "workers")).found == "none is at work"
    await db.workers.register(worker_id="w1", address="here")
    assert (await checked(db, "workers")).state == "ok"
    found = await checked(db, "workers", Bounds(silent=-60))
    assert (found.state, found.found.startswith("1 of 1 have been silent")) == ("warning", True)


async def test_a_backup_that_is_none_or_old_is_a_warning(db: Database) -> None:
    assert (await checked(db, "backups")).found == "no backup is known of"
    await db.system_metrics.log(name=standing.BACKUP, value=5e6, unit="bytes")
    found = await checked(db, "backups")
    assert (found.state, found.found.endswith("of 5 MB")) == ("ok", True)
    assert (await checked(db, "backups", Bounds(backup=-60))).state == "warning"


async def test_a_copy_that_was_not_finished_is_a_warning(db: Database) -> None:
    assert (await checked(db, "copies")).state == "ok"
    await statements.script(db, "mark")
    found = await checked(db, "copies")
    assert (found.state, found.advice) == ("warning", "run the same `plainbase copy` again")
    await statements.script(db, "unmark")


async def test_a_policy_that_is_not_carried_out_is_a_warning(db: Database) -> None:
    assert (await checked(db, "retention")).found == "no policy"
    await db.retention_policies.set(table_name="predictions", keep_days=30)
    assert (await checked(db, "retention")).state == "ok"
    assert (await checked(db, "retention", Bounds(cleanup=-60))).state == "warning"
    await db.retention_policies.mark_run(table_name="predictions")
    assert (await checked(db, "retention")).state == "ok"


async def test_platform_checks_without_tables_are_warnings(empty_url: str) -> None:
    async with plainbase.open(empty_url) as db:
        found = [each for each in await standing.look(db) if each.name != "copies"]  # which asks the catalog
    assert {each.state for each in found} == {"warning"}
    assert all(each.found.startswith("could not be made: ") for each in found)
