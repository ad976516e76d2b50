"""`plainbase jobs stats`: the queues in figures and the workers, once, and redrawn in a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import termios
from datetime import UTC, timedelta

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from plainbase import Database, StatementFailed
from plainbase.cli.commands import plainbase as command
from plainbase.cli.jobs_screen import KEYS, draw
from plainbase.cli.jobs_standing import Standing, look
from plainbase.platform import jobs
from plainbase.platform.jobs import NewJob
from terminals import ENTER, LEAVE, LONGEST, SHOW_CURSOR, terminal

ENQUEUE = """
import asyncio, sys, plainbase
from plainbase.platform import jobs
async def main():
    async with plainbase.open(sys.argv[1]) as db:
        await jobs.enqueue(db, "work")
asyncio.run(main())
"""


def enqueue(url: str) -> None:
    """Add a job, in another process."""
    subprocess.run([sys.executable, "-c", ENQUEUE, url], check=True, timeout=LONGEST)


def stats(url: str, *words: str, columns: int = 200) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(command, ["jobs", "stats", "--url", url, *words])


async def fill(db: Database, queues: int = 40, workers: int = 30) -> None:
    await jobs.enqueue_many(db, [NewJob("work", queue=f"queue {number:02}") for number in range(queues)])
    for number in range(workers):
        await db.workers.register(worker_id=f"worker {number:02}", address="here", capacity=1024, tags=["gpu"])


async def test_jobs_are_counted_by_queue_and_workers_are_listed(db: Database, url: str) -> None:
    empty = await asyncio.to_thread(stats, url)
    assert "Queues: none" in empty.stdout
    assert "Workers: none" in empty.stdout
    for number in range(4):
        await jobs.enqueue(db, "work", max_attempts=1, priority=number)
    await jobs.enqueue(db, "work", delay_seconds=3600)
    cancelled = await jobs.enqueue(db, "work")
    await jobs.cancel(db, cancelled.job.id)
    claimed = await db.jobs.claim(worker_id="w", lease_seconds=60, limit=3)
    await db.jobs.complete(id=claimed[0].id, attempt=1, worker_id="w")
    await db.jobs.fail(id=claimed[1].id, attempt=1, worker_id="w", error="no")
    await jobs.pause(db, "letters")
    await db.workers.register(worker_id="w", address="here", capacity=1000, tags=["gpu"])
    await db.workers.heartbeat(worker_id="w", current_tasks=1)
    await db.workers.register(worker_id="gone", address="here")
    await db.workers.set_status(worker_id="gone", status="stopped")

    shown = await asyncio.to_thread(stats, url)
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    lines = shown.stdout.splitlines()
    assert lines[0] == "Jobs  1 pending, 1 scheduled, 1 running, 1 completed, 1 cancelled, 1 dead"
    (default,) = [line.split() for line in lines if line.startswith("default")]
    assert default[1:7] == ["1"] * 6
    (letters,) = [line for line in lines if line.startswith("letters")]
    assert re.fullmatch(r"letters( +0){6} +[\d.]+ m?s *", letters)
    assert "paused for" in shown.stdout
    assert "Workers (1, 1 of 1,000 places busy when last heard of)" in lines
    (worker,) = [line for line in lines if line.startswith("w ")]
    assert re.search(r"here +active +\d+ m?s ago +1/1,000 +0 +0 +gpu", worker), worker
    assert "gone" not in shown.stdout

    read = json.loads((await asyncio.to_thread(stats, url, "--json", "--live")).stdout)
    assert [queue["queue"] for queue in read["queues"]] == ["default", "letters"]
    assert (read["queues"][0]["pending"], read["workers"][0]["worker_id"], read["failed"]) == (1, "w", {})
    for words, said in ((("--every", "0s"), "0.0 s is too often"), (("--every", "soon"), "is no duration")):
        refused = await asyncio.to_thread(stats, url, "--live", *words)
        assert refused.exit_code == 2
        assert said in refused.stderr


async def test_a_part_that_fails_is_shown_and_the_rest_too(db: Database, url: str, engine: str) -> None:
    await jobs.enqueue(db, "work")
    await db.execute("DROP TABLE workers" + (" CASCADE" if engine == "postgres" else ""))
    broken = await asyncio.to_thread(stats, url)
    assert broken.exit_code == 1
    assert "Jobs  1 pending" in broken.stdout
    assert "Workers  failed: " in broken.stdout
    read = await asyncio.to_thread(stats, url, "--json")
    assert (read.exit_code, list(json.loads(read.stdout)["failed"])) == (1, ["workers"])
    screen = draw(await look(db), "here", 80, 24, ascii_only=False).plain
    assert "1 pending" in screen
    assert "Workers  failed: " in screen


async def test_a_screen_of_any_size_is_drawn(db: Database) -> None:
    await fill(db)
    await jobs.enqueue(db, "work", queue="\x1b[31mred")
    standing = await look(db)
    for ascii_only in (False, True):
        for height in (1, 2, 3, 5, 8, 12, 24, 40):
            for width in (1, 20, 80, 200):
                screen = draw(standing, "here", width, height, ascii_only).plain
                lines = screen.split("\n")
                assert len(lines) <= height
                assert max(map(cell_len, lines)) <= width
                assert "\x1b" not in screen
                assert screen.isascii() or not ascii_only
                assert height == 1 or lines[-1][:5] == KEYS[: min(5, width)] or width == 1
    screen = draw(standing, "here", 80, 24, ascii_only=False).plain
    (queues, workers) = re.findall(r"and (\d+) more", screen)
    assert screen.count("queue 0") + screen.count("queue 1") + int(queues) + 1 == 41
    assert screen.count("worker 0") + screen.count("worker 1") + screen.count("worker 2") + int(workers) == 30
    tall = draw(standing, "here", 120, 200, ascii_only=False).plain
    assert tall.count("\nqueue ") == 41
    assert tall.count("\nworker ") == 31
    assert " more" not in tall
    failed = Standing(None, None, None, dict.fromkeys(("at", "queues", "workers"), StatementFailed("gone")))
    assert draw(failed, "here", 80, 24, ascii_only=False).plain.count("failed: gone") == 2


def figures(screen: str) -> set[str]:
    """The words with a digit under the head, without those that say that they are cut."""
    words = [word.strip(",()") for line in screen.splitlines()[1:] for word in line.split()]
    return {word for word in words if re.search(r"\d", word) and "…" not in word}


async def test_no_figure_is_cut_where_the_terminal_is_narrow(db: Database) -> None:
    await fill(db, 3, 3)
    await db.execute("UPDATE workers SET completed_tasks = 123456789, failed_tasks = 987654321")
    await jobs.pause(db, "queue 01")
    seen = await look(db)
    whole = figures(draw(seen, "here", 300, 100, ascii_only=False).plain)
    assert {"123,456,789", "987,654,321", "0/1,024"} <= whole
    for width in (60, 80, 100):
        screen = draw(seen, "here", width, 100, ascii_only=False).plain
        assert figures(screen) <= whole, width
        assert "0/1,024" in screen
        assert "3 pending" in screen


async def test_ages_are_by_the_database_s_clock(db: Database) -> None:
    await fill(db, 0, 1)
    (worker,) = await db.workers.list()
    at = worker.last_heartbeat_at + timedelta(minutes=5)
    screen = draw(Standing(at, [], [worker]), "here", 120, 24, ascii_only=False).plain
    assert "5 min ago" in screen
    head = f"plainbase jobs  {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  "
    assert screen.startswith(f"{head}here\n")
    for ascii_only, end in ((False, "postgresql://user@host1…"), (True, "postgresql://user@host12")):
        narrow = draw(Standing(at, [], []), "postgresql://user@host12345/lab", len(head) + 24, 24, ascii_only).plain
        assert narrow.startswith(f"{head}{end}\n")


def test_a_number_changes_after_another_process_wrote_and_q_ends(url: str) -> None:
    with terminal("jobs", "stats", "--live", "--every", "0.1s", "--url", url) as seen:
        at = seen.wait_for(b"0 pending, 0 scheduled")
        enqueue(url)
        at = seen.wait_for(b"1 pending, 0 scheduled", at)
        enqueue(url)
        seen.wait_for(b"2 pending, 0 scheduled", at)
        assert seen.press(b"q") == 0
        assert seen.output.startswith(ENTER)
        assert seen.output.endswith(SHOW_CURSOR + LEAVE)
        assert termios.tcgetattr(seen.slave) == seen.before
        for frame in seen.frames(b"plainbase jobs"):
            assert len(frame) <= 24
            assert max(map(len, frame)) <= 80
            assert frame[0].startswith("plainbase jobs  2")


@pytest.mark.parametrize("key", [b"\x03", b"Q"], ids=["ctrl-c", "Q"])
def test_it_follows_the_size_of_the_terminal_and_leaves_it_as_it_was(url: str, key: bytes) -> None:
    with terminal("jobs", "stats", "--live", "--every", "1h", "--url", url) as seen:
        at = seen.wait_for(KEYS.encode())
        seen.resize(5, 40)
        seen.wait_for(KEYS.encode(), at)
        small = seen.frames(b"plainbase jobs")[-1]
        assert len(small) <= 5
        assert max(map(len, small)) <= 40
        assert seen.press(key) == 0
        assert seen.output.endswith(SHOW_CURSOR + LEAVE)
        assert b"Traceback" not in seen.output
        assert termios.tcgetattr(seen.slave) == seen.before
