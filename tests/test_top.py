"""`plainbase top`, in a real pseudo-terminal while another process writes, and where there is none, on both engines."""

from __future__ import annotations

import asyncio
import json
import re
import termios
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from click.testing import CliRunner, Result

import plainbase
from analytics_rows import MONDAY, run
from plainbase import Database, StatementFailed, uuid7
from plainbase.cli.commands import plainbase as command
from plainbase.cli.top_screen import draw
from plainbase.platform import analytics
from terminals import ENTER, LEAVE, SHOW_CURSOR, Terminal, terminal


def enqueue(url: str, times: int = 1) -> None:
    """Add jobs one after another, in another process than the command's."""

    async def add() -> None:
        async with plainbase.open(url) as db:
            for _ in range(times):
                await db.jobs.enqueue(job_type="work")
                await asyncio.sleep(0.02 * (times > 1))

    asyncio.run(add())


@pytest.fixture
def busy(url: str) -> str:
    """A database with more running runs and workers than a terminal has lines."""

    async def fill() -> None:
        async with plainbase.open(url) as db:
            for number in range(40):
                await run(
                    db, f"run {number:02} " + "x" * 90, status="running", progress=2.5 * number, message="epoch 1"
                )
            for number in range(30):
                await db.workers.register(worker_id=f"worker {number}", address="here", capacity=4)
            await db.refresh_all()

    asyncio.run(fill())
    return url


def left_as_it_was(seen: Terminal) -> None:
    assert seen.output.endswith(SHOW_CURSOR + LEAVE)
    assert b"Traceback" not in seen.output
    assert termios.tcgetattr(seen.slave) == seen.before


def test_a_number_changes_after_another_process_wrote_and_q_ends(busy: str) -> None:
    with terminal("top", "--every", "0.1s", "--url", busy) as seen:
        at = seen.wait_for(b"0 due, 0 scheduled")
        enqueue(busy)
        at = seen.wait_for(b"1 due, 0 scheduled", at)
        enqueue(busy)
        seen.wait_for(b"2 due, 0 scheduled", at)
        assert seen.press(b"q") == 0
        assert seen.output.startswith(ENTER)
        left_as_it_was(seen)
        for frame in seen.frames(b"plainbase top"):
            assert len(frame) == 24
            assert max(map(len, frame)) <= 80
            assert any("run 39" in line and "97.5 %" in line for line in frame), frame
            assert any("and " in line and " more" in line for line in frame)
            assert "q or Ctrl-C ends" in frame[-1]


def test_a_change_wakes_it_long_before_its_time(url: str) -> None:
    with terminal("top", "--every", "1h", "--url", url) as seen:
        at = seen.wait_for(b"0 due, 0 scheduled")
        enqueue(url)
        at = seen.wait_for(b"1 due, 0 scheduled", at)
        before, began = len(seen.frames(b"plainbase top")), monotonic()
        enqueue(url, 60)
        seen.wait_for(b"61 due, 0 scheduled", at)
        looks = (monotonic() - began) / 0.25
        # Each look is drawn, and a change that comes too soon for one draws the same once more.
        assert len(seen.frames(b"plainbase top")) - before <= 2 * (looks + 2)
        assert seen.press(b"\x03") == 0
        left_as_it_was(seen)


def test_it_follows_the_size_of_the_terminal(busy: str) -> None:
    with terminal("top", "--every", "1h", "--url", busy) as seen:
        at = seen.wait_for(b"q or Ctrl-C ends")
        seen.resize(12, 40)
        at = seen.wait_for(b"q or Ctrl-C ends", at)
        small = seen.frames(b"plainbase top")[-1]
        assert len(small) == 12
        assert max(map(len, small)) <= 40
        seen.resize(50, 120)
        seen.wait_for(b"q or Ctrl-C ends", at)
        assert len(seen.frames(b"plainbase top")[-1]) == 50
        assert seen.press(b"Q") == 0
        left_as_it_was(seen)


def test_a_part_that_fails_is_shown_and_the_rest_goes_on(url: str, engine: str) -> None:
    with terminal("top", "--every", "0.1s", "--url", url) as seen:
        at = seen.wait_for(b"0 due, 0 scheduled")

        async def drop() -> None:
            async with plainbase.open(url) as db:
                await db.execute(
                    "DROP TABLE recent_activity"
                    if engine == "sqlite"
                    else "DROP MATERIALIZED VIEW recent_activity CASCADE"
                )

        asyncio.run(drop())
        at = seen.wait_for(b"Lately  failed: ", at)
        enqueue(url)
        seen.wait_for(b"1 due, 0 scheduled", at)
        assert seen.press(b"q") == 0


def call(url: str, *words: str) -> Result:
    return CliRunner().invoke(command, ["top", "--url", url, *words])


def test_without_a_terminal_it_prints_once(busy: str) -> None:
    shown = call(busy)
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    lines = shown.stdout.splitlines()
    assert sum("epoch 1" in line for line in lines) == 40, "all of them"
    assert any(line.startswith("Workers  30, 0 of 120 places busy: ") for line in lines)
    with terminal("top", "--once", "--url", busy) as seen:
        seen.wait_for(b"Lately")
        assert seen.press(b"") == 0
        assert ENTER not in seen.output


def test_json_and_what_cannot_be(busy: str, engine: str) -> None:
    made = json.loads(call(busy, "--json", "--lately", "1h").stdout)
    assert made["seconds"] == 3600
    assert len(made["runs"]) == 40
    assert made["jobs"]["pending"] == 0
    assert made["failed"] == {}
    for words, said in (
        (("--every", "0s"), "0.0 s is too often"),
        (("--every", "soon"), "is no duration"),
        (("--lately", "0"), "seconds is 0.0"),
    ):
        refused = call(busy, *words)
        assert refused.exit_code != 0
        assert said in refused.stderr, refused.stderr

    async def drop() -> None:
        async with plainbase.open(busy) as db:
            await db.execute("DROP VIEW platform_overview_live" + (" CASCADE" if engine == "postgres" else ""))
            await db.execute("DROP TABLE IF EXISTS platform_overview")

    asyncio.run(drop())
    broken = call(busy, "--json")
    assert (broken.exit_code, list(json.loads(broken.stdout)["failed"])) == (1, ["overview"])


async def test_a_screen_of_any_size_is_drawn(db: Database) -> None:
    for number in range(3):
        await run(db, f"run \x1b[31m{number}", status="running", at=MONDAY, progress=50)
    await db.insert_rows(
        "evaluations",
        ("id", "provider", "model", "input", "output", "cost_usd", "latency_ms", "created_at"),
        [(uuid7(), "p", "m", "in", "out", 0.5, 100.0, datetime.now(UTC) - timedelta(seconds=1))],
    )
    await db.refresh_all()
    now = await analytics.look(db)
    for ascii_only in (False, True):
        whole = draw(now, "here", 100, None, keys=False, ascii_only=ascii_only).plain
        assert "\x1b" not in whole
        assert re.search(r"evaluation +1  0 errors  0\.5000 USD  mean 100 ms  p95 100 ms", whole)
        assert whole.isascii() == ascii_only or "�" in whole
        for height in range(1, 30):
            for width in (1, 20, 80):
                lines = draw(now, "here", width, height, keys=True, ascii_only=ascii_only).plain.split("\n")
                assert len(lines) <= height
                assert max(map(len, lines)) <= width
    failed = analytics.Now(
        300,
        None,
        None,
        None,
        None,
        None,
        None,
        dict.fromkeys(("overview", "jobs", "runs", "requests", "workers", "activity"), StatementFailed("gone")),
    )
    assert draw(failed, "here", 80, 24, keys=True, ascii_only=False).plain.count("failed: gone") == 6


def figures(screen: str) -> list[str]:
    """The words with a digit under the head, without those that say that they are cut."""
    words = [word.strip(",;:") for line in screen.splitlines()[1:] for word in line.split()]
    return [word for word in words if re.search(r"\d", word) and "…" not in word]


async def test_no_figure_is_cut_where_the_terminal_is_narrow(db: Database) -> None:
    await run(db, "sweep " + "x" * 40, status="running", at=MONDAY, progress=50, message="step 123,456 of 2,000,000")
    await db.insert_rows(
        "evaluations",
        ("id", "provider", "model", "input", "output", "cost_usd", "latency_ms", "created_at"),
        [(uuid7(), "p", "m", "in", "out", 98765.4321, 1234567.8, datetime.now(UTC) - timedelta(seconds=1))],
    )
    await db.jobs.enqueue(job_type="work")
    await db.refresh_all()
    now = await analytics.look(db)
    whole = figures(draw(now, "here", 1000, None, keys=False, ascii_only=False).plain)
    for width in (60, 80, 100):
        screen = draw(now, "here", width, None, keys=False, ascii_only=False).plain
        assert set(figures(screen)) <= set(whole), width
        for said in (
            "1 requests",
            "98,765.43 US dollars in 30 days",
            "1 due, 0 scheduled, 0 running",
            "0 completed, 0 dead in 5 min",
            "oldest waits ",
            "98,765.4321 USD",
            "mean 1,234,568 ms",
            "p95 1,234,568 ms",
            "Workers  none heard of in the last 60 s",
        ):
            assert said in screen, (width, said)
        assert ("of 2,000,000" in screen) == (width >= 80)
    for number in range(30):
        await db.workers.register(worker_id=f"worker {number}", address="here", capacity=1024)
    screen = draw(await analytics.look(db), "here", 80, 24, keys=False, ascii_only=False).plain
    (line,) = [line for line in screen.split("\n") if line.startswith("Workers")]
    assert re.fullmatch(r"Workers  30, 0 of 30,720 places busy: worker \d+ 0/1,024 and 29 more", line), line
