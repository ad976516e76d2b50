"""`plainbase cleanup`, `retention` and `archive` as they are typed."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from click.testing import CliRunner

from account_commands import call, done, missing, refused
from plainbase import Database
from plainbase.cli.commands import plainbase as command
from plainbase.platform import retention
from plainbase.platform.retention.turn import turn
from retention_rows import archived_ids, ids, measurements, predictions


async def test_policies_are_set_listed_and_removed(db: Database, url: str) -> None:
    assert "everything is kept" in await done(url, "retention", "list")
    said = await done(url, "retention", "set", "predictions", "--days", "90", "--archive")
    assert said == "rows of predictions are kept for 90 days, and then archived\n"
    await done(url, "retention", "set", "jobs", "--days", "7", "--disabled")
    rows = json.loads(await done(url, "retention", "list", "--json"))
    assert [(row["table_name"], row["keep_days"], row["action"], row["enabled"]) for row in rows] == [
        ("jobs", 7, "delete", False),
        ("predictions", 90, "archive", True),
    ]
    shown = await done(url, "retention", "list")
    assert "predictions" in shown
    assert "never" in shown
    await done(url, "retention", "remove", "jobs")
    assert "there is no policy of jobs" in await refused(url, "retention", "remove", "jobs")


async def test_bad_words_are_refused(db: Database, url: str) -> None:
    await predictions(db, [100, 100])
    assert "known are predictions" in await refused(url, "retention", "set", "nonsense", "--days", "3")
    assert "known are predictions" in await refused(url, "cleanup", "--days", "3", "--table", "nonsense")
    for words in (
        ("cleanup", "--days", "0"),
        ("retention", "set", "jobs", "--days", "0"),
        ("retention", "set", "jobs"),
    ):
        result = await call(url, *words)
        assert result.exit_code == 2
        assert "--days" in result.stderr
    await db.execute("INSERT INTO retention_policies (table_name, keep_days) VALUES ('nonsense', 3)")
    assert "nonsense" in await refused(url, "cleanup", "--days", "3")
    assert "`plainbase retention remove nonsense`" in (await call(url, "retention", "list")).stderr
    assert len(await ids(db)) == 2


async def test_a_dry_run_and_a_run_say_the_same(db: Database, url: str) -> None:
    await predictions(db, [100, 50, 1, 0.1])
    await measurements(db, [100, 0])
    assert "no policy is in force" in await done(url, "cleanup")
    dry = json.loads(await done(url, "cleanup", "--days", "30", "--dry-run", "--json"))
    assert (dry["dry_run"], dry["removed"], len(await ids(db))) == (True, 3, 4)
    shown = await done(url, "cleanup", "--days", "30", "--dry-run")
    assert "What a cleanup would remove" in shown
    wet = json.loads(await done(url, "cleanup", "--days", "30", "--json"))
    assert [{**each, "seconds": 0, "before": 0} for each in dry["tables"]] == [
        {**each, "seconds": 0, "before": 0} for each in wet["tables"]
    ]
    assert len(await ids(db)) == 2
    actors = await db.fetch_all("SELECT actor FROM audit_logs WHERE action = 'cleanup' ORDER BY id")
    assert all(row.actor.startswith("operator:") for row in actors)
    assert len(actors) == 4


async def test_archives_are_made_listed_and_restored(db: Database, url: str, tmp_path: Path) -> None:
    await predictions(db, [100, 50, 1.5, 0.1])
    folder = str(tmp_path / "a")
    await done(url, "retention", "set", "predictions", "--days", "30", "--archive")
    assert "name a folder" in await refused(url, "cleanup")
    said = await done(url, "cleanup", "--folder", folder, "--format", "jsonl")
    assert f"archived to {folder}/predictions-" in said
    assert len(await ids(db)) == 2
    runner = CliRunner(env={"COLUMNS": "200"})
    listed = await asyncio.to_thread(runner.invoke, command, ["archive", "list", folder])
    assert listed.exit_code == 0, listed.output
    assert "predictions" in listed.stdout
    told = json.loads((await asyncio.to_thread(runner.invoke, command, ["archive", "list", folder, "--json"])).stdout)
    assert [(each["table"], each["rows"], each["error"]) for each in told] == [("predictions", 2, None)]
    assert "would put back" in await done(url, "archive", "restore", folder, "--dry-run")
    assert len(await ids(db)) == 2
    back = json.loads(await done(url, "archive", "restore", folder, "--json"))
    assert [each["restored"] for each in back["archives"]] == [2]
    assert len(await ids(db)) == 4
    await db.execute("UPDATE predictions SET batch_id = 'mine'")
    assert (await call(url, "archive", "restore", folder)).exit_code == 1
    (rows,) = (tmp_path / "a").glob("*.jsonl.zst")
    rows.write_bytes(b"")
    assert "its manifest tells of" in await refused(url, "archive", "restore", folder)
    listed = await asyncio.to_thread(runner.invoke, command, ["archive", "list", folder])
    assert listed.exit_code == 1
    assert "another size" in listed.stderr


async def test_the_second_is_told(db: Database, url: str) -> None:
    async with turn(db):
        assert "one at a time" in await refused(url, "cleanup", "--days", "3")


async def test_without_a_database_none_is_made(empty_url: str) -> None:
    for words in (("cleanup", "--days", "3"), ("retention", "list"), ("archive", "restore", ".")):
        assert missing(empty_url) in await refused(empty_url, *words)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_one_that_is_ended_leaves_nothing_half_written(
    db: Database, url: str, tmp_path: Path, sign: signal.Signals, code: int
) -> None:
    await predictions(db, [100] * 6_000)
    folder, every = tmp_path / "a", await ids(db)
    words = ("cleanup", "--days", "1", "--table", "predictions", "--folder", str(folder), "--url", url)
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "plainbase", *words, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(30):
        while not (folder.is_dir() and list(folder.iterdir())) and process.returncode is None:
            await asyncio.sleep(0.01)
    process.send_signal(sign)
    _, said = await process.communicate()
    assert process.returncode == code, said
    assert not [path for path in folder.iterdir() if path.name.endswith(".part")]
    assert {*archived_ids(folder), *await ids(db)} == every
    assert all(listed.archive for listed in retention.list_archives(folder))
