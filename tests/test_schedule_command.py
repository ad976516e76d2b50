"""`plainbase schedule`: lines that cron and systemd take, and jobs that the chores do."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from click import BadParameter
from click.testing import CliRunner, Result

from plainbase import Database
from plainbase.cli.commands import plainbase as command
from plainbase.cli.schedule_lines import calendar, crontab, systemd
from plainbase.platform import backup, chores, jobs, retention
from plainbase.values import now


async def call(*words: str | Path) -> Result:
    """The command."""
    return await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, command, [str(word) for word in words])


CALENDAR = {
    "0 3 * * *": "*-*-* 03:00:00",
    "*/5 * * * *": "*-*-* *:00/5:00",
    "0 4 * * 0": "Sun *-*-* 04:00:00",
    "30 2,14 1-7/2 JAN,6 *": "*-01,06-01..07/2 02,14:30:00",
    "0 0 * * mon-fri": "Mon,Tue,Wed,Thu,Fri *-*-* 00:00:00",
    "0 0 * * 5-7": "Fri,Sat,Sun *-*-* 00:00:00",
}


@pytest.mark.parametrize("cron", CALENDAR)
def test_a_timer_says_what_cron_says(cron: str) -> None:
    assert calendar(cron) == CALENDAR[cron]
    if shutil.which("systemd-analyze"):
        subprocess.run(["systemd-analyze", "calendar", calendar(cron)], check=True, capture_output=True)


@pytest.mark.parametrize("cron", ["0 3 * *", "0 0 3 * * *", "0 0 L * *", "0 0 * * 5#2", "0 0 1 * 1"])
def test_what_a_timer_cannot_say_is_refused(cron: str) -> None:
    with pytest.raises(BadParameter):
        calendar(cron)


def test_words_are_quoted_for_each() -> None:
    words = ["/opt/plain base", "backup", "50%", "$HOME", 'a"b']
    assert crontab("0 3 * * *", words, None) == "0 3 * * * '/opt/plain base' backup 50\\% '$HOME' 'a\"b'"
    assert 'ExecStart="/opt/plain base" backup 50%% $$HOME "a\\"b"\n' in systemd("backup", "0 3 * * *", words, None)


async def test_a_line_that_is_printed_runs(db: Database, url: str, engine: str, tmp_path: Path) -> None:
    env = tmp_path / "lab.env"
    env.write_text(f"DATABASE_URL={url.replace('?', chr(92) + '?').replace('&', chr(92) + '&')}\n")
    folder = tmp_path / "my backups"
    result = await call("schedule", "backup", "--url", url, "--folder", folder, "--keep", "3", "--env-file", env)
    assert result.exit_code == 0, result.output
    *_, line = result.stdout.splitlines()
    assert line.startswith("0 3 * * * ")
    assert ("DATABASE_URL" in result.stdout) == (engine == "postgres")
    ran = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", line.removeprefix("0 3 * * * ").replace("\\%", "%"), cwd="/"
    )
    assert await ran.wait() == 0
    assert [each.state for each in backup.backups(folder)] == ["complete"]


async def test_no_password_is_printed(engine: str) -> None:
    url = "postgresql://lab:geheim@db.example/lab"
    for kind in ("cron", "systemd"):
        result = await call("schedule", "refresh", "--url", url, "--format", kind)
        assert result.exit_code == 0, result.output
        assert "geheim" not in result.output
        assert "/etc/plainbase.env" in result.stdout


def test_a_line_keeps_the_options_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/my lab.db?synchronous=full&pool_size=3"
    wanted = f"--url 'sqlite:///{tmp_path}/my%20lab.db?synchronous=full&pool_size=3'"
    kept = wanted.replace("%", "\\%")
    assert kept in CliRunner().invoke(command, ["schedule", "refresh", "--url", url]).stdout
    monkeypatch.setenv("DATABASE_URL", url)
    assert kept in CliRunner().invoke(command, ["schedule", "refresh"]).stdout


async def test_each_chore_is_done(db: Database, url: str, tmp_path: Path) -> None:
    await retention.set_policy(db, "system_metrics", 30)
    await db.system_metrics.log(name="old", value=1.0, recorded_at=now() - timedelta(days=40))
    await db.system_metrics.log(name="young", value=1.0)
    for chore, payload in (
        ("keep_sizes", None),
        ("sample_resources", {"path": str(tmp_path)}),
        ("cleanup", {"tables": ["system_metrics"]}),
        ("analyze", None),
        ("refresh", {"older_than": 3600}),
        ("cleanup", {"days": 0}),
    ):
        await jobs.enqueue(db, chore, payload)
    await jobs.Worker(db, chores.handlers(db), poll_seconds=0.05).run(drain=True)
    found = await db.fetch_all("SELECT job_type, state, error FROM jobs ORDER BY id")
    assert [row.state for row in found] == ["completed"] * 5 + ["dead"], found
    names = {row.name for row in await db.fetch_all("SELECT DISTINCT name FROM system_metrics")}
    assert "young" in names
    assert "old" not in names
    assert {"table_rows", "memory_used"} <= names, names


async def test_a_schedule_of_the_queue_is_done_by_the_chores(db: Database, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    result = await call("schedule", "backup", "--url", url, "--jobs", "--folder", folder, "--keep", "2")
    assert result.exit_code == 0, result.output
    row = await db.job_schedules.get(name="backup")
    assert (row.cron, row.payload) == ("0 3 * * *", {"folder": str(folder), "keep": 2})
    await jobs.enqueue(db, row.job_type, row.payload)
    await jobs.enqueue(db, "refresh")
    await jobs.enqueue(db, "analyze")
    await jobs.enqueue(db, "backup", {"folder": str(folder), "keeep": 2})
    await jobs.Worker(db, chores.handlers(db), poll_seconds=0.05).run(drain=True)
    assert [each.is_complete for each in backup.backups(folder)] == [True]
    assert sorted(each.state for each in await db.jobs.list(limit=10)) == [
        "completed",
        "completed",
        "completed",
        "dead",
    ]


async def test_what_is_wrong_is_an_error(db: Database, url: str) -> None:
    for words, why in (
        (("schedule", "refresh", "--keep", "3"), "--keep is not of refresh"),
        (("schedule", "keep_sizes"), "add --jobs"),
        (("schedule", "backup", "--keep", "0"), "whole number from 1"),
        (("schedule", "backup", "--cron", "never"), "five fields"),
        (("schedule", "backup", "--cron", "0 0 30 2 *"), "day-of-month is"),
    ):
        result = await call(*words, "--url", url)
        assert result.exit_code != 0
        assert why in result.stderr
