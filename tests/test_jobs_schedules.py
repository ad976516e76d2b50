"""Schedules: each tick one job, whoever makes it and whatever the clocks say, daylight saving and downtime included."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import hypothesis.strategies as st
import pytest

import plainbase
from conftest import examples
from plainbase import ConfigurationError, Database, DataInvalid, ParameterError, Row
from plainbase.platform.jobs import schedules
from plainbase.platform.jobs.cron import next_run
from plainbase.platform.jobs.schedules import Ticks, run_due, schedule, unschedule

BERLIN = ZoneInfo("Europe/Berlin")
PAST = datetime(2026, 1, 1, 7, 30, tzinfo=UTC)
SECRET = "5ecret"


def ticks(cron: str, after: datetime, count: int, timezone: str = "Europe/Berlin") -> list[str]:
    """The next so many ticks as UTC times, each counted from the one before as a scheduler does."""
    found = []
    for _ in range(count):
        tick = next_run(cron, timezone, after)
        assert tick is not None
        found.append(f"{tick:%d %H:%M}")
        after = tick
    return found


async def due(db: Database, name: str, at: datetime = PAST) -> None:
    """Make a schedule due."""
    assert await db.job_schedules.enable(name=name, next_run_at=at)


async def jobs(db: Database) -> list[Row]:
    rows: list[Row] = await db.jobs.list(limit=10_000)
    return rows


@asynccontextmanager
async def opened(url: str, count: int) -> AsyncIterator[list[Database]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(plainbase.open(url, pool_size=3)) for _ in range(count)]


def test_the_next_tick_is_after_the_time_and_in_utc() -> None:
    at = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    assert next_run("* * * * *", "UTC", at) == at + timedelta(minutes=1)
    assert next_run("* * * * *", "UTC", at - timedelta(microseconds=1)) == at
    assert next_run("0 15 * * *", "Europe/Berlin", at) == datetime(2026, 6, 1, 13, tzinfo=UTC)
    assert next_run("0 15 * * *", "Europe/Berlin", at.astimezone(BERLIN)) == datetime(2026, 6, 1, 13, tzinfo=UTC)
    found = next_run("30 * * * * *", "UTC", at)
    assert found == at + timedelta(seconds=30)
    assert found.tzinfo is UTC
    assert ticks("0 9 * * MON-FRI", datetime(2026, 6, 5, 9, tzinfo=UTC), 2, "UTC") == ["08 09:00", "09 09:00"]
    assert ticks("0 0 LW * *", datetime(2026, 5, 1, tzinfo=UTC), 2, "UTC") == ["29 00:00", "30 00:00"]


def test_in_spring_a_skipped_time_comes_when_the_clock_goes_on() -> None:
    midnight = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # 00:30 on the 29th; 02:00 becomes 03:00 at 01:00 UTC
    assert ticks("30 2 * * *", midnight, 3) == ["29 01:00", "30 00:30", "31 00:30"]
    assert ticks("0 * * * *", midnight, 4) == ["29 00:00", "29 01:00", "29 02:00", "29 03:00"]
    assert ticks("*/30 2 * * *", midnight, 2) == ["30 00:00", "30 00:30"]
    assert ticks("0,30 2 * * *", midnight, 2) == ["29 01:00", "30 00:00"]  # both skipped: one job


def test_in_autumn_a_repeated_time_comes_once_and_hours_go_by() -> None:
    midnight = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)  # 00:30 on the 25th; 03:00 becomes 02:00 at 01:00 UTC
    assert ticks("30 2 * * *", midnight, 3) == ["25 00:30", "26 01:30", "27 01:30"]
    assert ticks("0 * * * *", midnight, 4) == ["24 23:00", "25 00:00", "25 01:00", "25 02:00"]
    assert ticks("*/30 2 * * *", midnight, 4) == ["25 00:00", "25 00:30", "25 01:00", "25 01:30"]


def test_in_the_second_pass_of_an_hour_nothing_comes_from_the_first() -> None:
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10 for the second time
    assert ticks("30 2 * * *", second, 1) == ["26 01:30"]
    assert ticks("50 1-23 * * *", second, 1) == ["25 02:50"]


minutes = st.sampled_from(["*", "*/20", "0", "30", "0,59", "15-45/10"])
hours = st.sampled_from(["*", "*/2", "0", "2", "1-3", "0-23", "23"])
days = st.sampled_from(["* * *", "* * MON", "1,29 * *", "L * *", "* 3,10 SUN", "LW 10 5#4"])
expressions = st.builds("{} {} {}".format, minutes, hours, days)
zones = st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "Asia/Beirut", "America/Havana", "UTC"])
around = st.sampled_from([datetime(2026, 3, 28), datetime(2026, 4, 4), datetime(2026, 10, 24), datetime(2026, 10, 31)])


@hypothesis.settings(max_examples=examples(200))
@hypothesis.given(
    cron=expressions,
    zone=zones,
    day=around,
    hours=st.floats(0, 80),
    share=st.floats(0, 1, exclude_max=True),
)
def test_the_next_tick_is_the_same_whenever_one_asks(
    cron: str, zone: str, day: datetime, hours: float, share: float
) -> None:
    after = day.replace(tzinfo=UTC) + timedelta(hours=hours)
    tick = next_run(cron, zone, after)
    assert tick is not None
    assert tick > after
    between = after + (tick - after) * share
    assert between == tick or next_run(cron, zone, between) == tick  # it may be rounded up


BAD = {
    "": "1 to 255 characters",
    "* " * 200: "1 to 255 characters",
    "   ": "1 to 255 characters",
    "@hourly": "five fields.*@hourly are not known",
    "* * * *": "five fields: minute, hour, day-of-month, month, day-of-week; or six, with second",
    "* * * * * * *": "five fields",
    f"{SECRET} * * * *": "minute is 0-59;",
    "60 * * * *": "minute is 0-59;",
    "99 * * * * *": "second is 0-59;",
    "* 24 * * *": "hour is 0-23;",
    "* * 32 * *": "day-of-month is 1-31",
    "* * 0 * *": "day-of-month is 1-31",
    "0 0 30 2 *": "day-of-month is 1-31 and in the month",
    "0 0 31 4,6 *": "day-of-month is 1-31 and in the month",
    "* * * 13 *": "month is 1-12 or JAN-DEC",
    "* * * * 8": "day-of-week is 0-7 or SUN-SAT",
    "* * * * 1#6": "day-of-week is 0-7",
    "* * * * ²L": "day-of-week is 0-7",
    "*/0 * * * *": "minute is 0-59;.*steps",
    "5-1 * * * *": "minute is 0-59;.*ranges",
    "\0 * * * *": "NUL",
    "\ud800 * * * *": "surrogate",
    "0 0 */31 * 1#5": "never comes",
}


@pytest.mark.parametrize("cron", BAD)
async def test_a_bad_expression_says_what_is_wrong_with_which_field(db: Database, cron: str) -> None:
    with pytest.raises(ParameterError, match=BAD[cron]) as caught:
        await schedule(db, "s", cron, "t")
    assert "cron" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert await db.job_schedules.list() == []


@pytest.mark.parametrize("timezone", ["Europe/Nowhere", "Europe", "", "x" * 101, "../etc", "/etc/hosts", "a\0", 5])
async def test_an_unknown_time_zone_is_a_clear_error(db: Database, timezone: Any) -> None:
    with pytest.raises(DataInvalid, match="timezone"):
        await schedule(db, "s", "* * * * *", "t", timezone=timezone)


async def test_what_a_job_cannot_have_no_schedule_has(db: Database) -> None:
    wrong: list[dict[str, Any]] = [
        {"job_type": ""},
        {"payload": {"a": float("nan")}},
        {"queue": "x" * 101},
        {"priority": -1},
        {"max_attempts": 0},
        {"timeout_seconds": 0},
        {"unique_key": ""},
    ]
    for fields in wrong:
        with pytest.raises(DataInvalid, match=next(iter(fields))):
            await schedule(db, "s", "* * * * *", **{"job_type": "t", **fields})
    with pytest.raises(DataInvalid, match="name"):
        await schedule(db, "", "* * * * *", "t")
    assert await db.job_schedules.list() == []


async def test_without_the_extra_it_says_what_to_install(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await schedule(db, "s", "* * * * *", "t")
    monkeypatch.setitem(sys.modules, "cronsim", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'plainbase\[jobs\]'"):
        await schedule(db, "s", "* * * * *", "t")
    assert await run_due(db) == Ticks(0)  # nothing is due, so nothing is missing
    await due(db, "s")
    with pytest.raises(ConfigurationError, match="cronsim"):
        await run_due(db)


async def test_a_schedule_makes_its_jobs_as_it_says(db: Database) -> None:
    row = await schedule(
        db,
        "nightly",
        " 30  2 * * * ",
        "clean",
        {"what": [1, "ü"]},
        timezone="Europe/Berlin",
        queue="low",
        priority=7,
        max_attempts=2,
        timeout_seconds=90,
        unique_key="clean",
    )
    assert (row.cron, row.timezone, row.enabled) == ("30 2 * * *", "Europe/Berlin", True)
    now = await db.jobs.clock()
    assert row.next_run_at == next_run("30 2 * * *", "Europe/Berlin", now)
    assert await run_due(db) == Ticks(0)
    assert await jobs(db) == []
    await due(db, "nightly")
    assert await run_due(db) == Ticks(1)
    (job,) = await jobs(db)
    assert (job.job_type, job.payload, job.queue, job.priority) == ("clean", {"what": [1, "ü"]}, "low", 7)
    assert (job.max_attempts, job.timeout_seconds, job.unique_key, job.run_at) == (2, 90.0, "clean", PAST)
    after = await db.job_schedules.get(name="nightly")
    assert after.next_run_at == row.next_run_at
    assert after.last_run_at is not None


async def test_a_program_that_sets_its_schedule_at_each_start_loses_no_run(db: Database) -> None:
    await schedule(db, "s", "0 * * * *", "t", {"n": 1})
    await due(db, "s")
    again = await schedule(db, "s", "0  *  * * *", "t", {"n": 2})
    assert again.next_run_at == PAST
    assert await run_due(db) == Ticks(1)
    (job,) = await jobs(db)
    assert job.payload == {"n": 2}


@pytest.mark.parametrize("change", [{"cron": "15 * * * *"}, {"timezone": "Asia/Kathmandu"}])
async def test_other_times_take_effect_from_now_on(db: Database, change: dict[str, str]) -> None:
    await schedule(db, "s", "0 0 1 1 *", "t")
    await due(db, "s")
    cron, timezone = change.get("cron", "0 0 1 1 *"), change.get("timezone", "UTC")
    row = await schedule(db, "s", cron, "t", timezone=timezone)
    assert row.next_run_at == next_run(cron, timezone, await db.jobs.clock())
    assert await run_due(db) == Ticks(0)


async def test_after_a_downtime_one_job_is_made_for_all_that_was_missed(db: Database) -> None:
    await schedule(db, "s", "* * * * *", "t")
    await due(db, "s")
    now = await db.jobs.clock()
    assert await run_due(db) == Ticks(1)
    row = await db.job_schedules.get(name="s")
    assert now < row.next_run_at <= now + timedelta(seconds=70)
    assert await run_due(db) == Ticks(0)
    assert len(await jobs(db)) == 1


async def test_a_tick_whose_key_is_held_makes_no_job_and_goes_on(db: Database) -> None:
    await schedule(db, "s", "0 * * * *", "t", unique_key="k")
    for made in (1, 0):
        await due(db, "s")
        assert await run_due(db) == Ticks(made)
        assert (await db.job_schedules.get(name="s")).next_run_at > await db.jobs.clock()
    (job,) = await jobs(db)
    assert await db.jobs.cancel(id=job.id)
    await due(db, "s")
    assert await run_due(db) == Ticks(1)


async def test_a_schedule_is_deleted_or_disabled_and_makes_no_more(db: Database) -> None:
    await schedule(db, "s", "0 * * * *", "t")
    await due(db, "s")
    assert await db.job_schedules.disable(name="s")
    assert await run_due(db) == Ticks(0)
    await due(db, "s")
    assert await unschedule(db, "s")
    assert not await unschedule(db, "s")
    assert await run_due(db) == Ticks(0)
    assert await jobs(db) == []


async def test_the_job_and_the_next_tick_are_stored_together(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await schedule(db, "s", "0 * * * *", "t")
    await due(db, "s")

    async def fails(*args: Any, **params: Any) -> Any:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(schedules, "enqueue", fails)
        with pytest.raises(ZeroDivisionError):
            await run_due(db)
    assert (await db.job_schedules.get(name="s")).next_run_at == PAST
    assert await run_due(db) == Ticks(1)


async def test_what_changed_since_a_schedule_was_read_counts(db: Database) -> None:
    await schedule(db, "s", "0 * * * *", "t", {"n": 1})
    await due(db, "s")
    (seen,) = await db.job_schedules.list_due()
    await schedule(db, "s", "0 * * * *", "t", {"n": 2})
    now = await db.jobs.clock()
    assert await schedules._tick(db, seen, now)
    assert [job.payload for job in await jobs(db)] == [{"n": 2}]
    await due(db, "s")
    (seen,) = await db.job_schedules.list_due()
    await db.job_schedules.set(name="s", cron="*/2 * * * *", job_type="t", next_run_at=PAST)
    assert not await schedules._tick(db, seen, now)
    assert (await db.job_schedules.get(name="s")).next_run_at == PAST
    assert await run_due(db) == Ticks(1)


@pytest.mark.parametrize("limit", [0, -1, 2.5, "9", None, True, 10_001])
async def test_a_limit_that_reads_none_or_too_many_is_refused(db: Database, limit: Any) -> None:
    with pytest.raises(DataInvalid, match="limit is an integer from 1 to 10000"):
        await run_due(db, limit=limit)


async def test_one_that_cannot_be_read_stops_no_other_and_is_told(db: Database) -> None:
    for n in range(4):
        early = PAST - timedelta(days=1 + n)
        wrong = {"cron": "0 * * * *", "timezone": "Nowhere/City"} if n % 2 else {"cron": "@hourly"}
        await db.job_schedules.set(name=f"bad{n}", job_type="t", next_run_at=early, **wrong)
    for n in range(4):
        await schedule(db, f"good{n}", "0 * * * *", "t")
        await due(db, f"good{n}")
    result = await run_due(db, limit=2)  # those that cannot be read are due the longest, and more than the limit
    assert (result.made, sorted(result.unreadable)) == (2, ["bad0", "bad1", "bad2", "bad3"])
    assert "timezone" in result.unreadable["bad1"]
    assert "Nowhere" not in result.unreadable["bad1"]
    assert [(await run_due(db, limit=2)).made for _ in range(2)] == [2, 0]
    assert {row.name for row in await db.job_schedules.list_due()} == {"bad0", "bad1", "bad2", "bad3"}
    await schedule(db, "bad0", "0 * * * *", "t")
    await due(db, "bad0")
    assert (await run_due(db)).made == 1


async def test_schedulers_at_once_make_one_job_for_each_tick(url: str, db: Database) -> None:
    names = [f"s{n}" for n in range(8)]
    for name in names:
        await schedule(db, name, "0 * * * *", name)
    async with opened(url, 3) as databases:
        for round_ in range(6):
            at = PAST + timedelta(days=round_)
            for name in names:
                await due(db, name, at)
            results = await asyncio.gather(*(run_due(each) for each in databases for _ in range(2)))
            assert sum(result.made for result in results) == len(names)
    made = [(job.job_type, job.run_at) for job in await jobs(db)]
    assert sorted(made) == sorted((name, PAST + timedelta(days=n)) for name in names for n in range(6))


SCHEDULER = """
import sys
from job_clock import skew

skew(float(sys.argv[1]))

import asyncio
import datetime
import json

import plainbase
from plainbase.platform.jobs.schedules import run_due, schedule


async def main() -> None:
    async with plainbase.open(sys.argv[2]) as db:
        print("ready", flush=True)
        sys.stdin.readline()
        row = await schedule(db, sys.argv[3], "*/20 * * * *", "set", timezone="Europe/Berlin")
        made = 0
        for _ in range(int(sys.argv[4])):
            made += (await run_due(db)).made
        said = {"clock": datetime.datetime.now(datetime.UTC).timestamp(), "next": row.next_run_at.isoformat()}
        print(json.dumps(said | {"made": made}))


asyncio.run(main())
"""


def start(url: str, name: str, skew: float, rounds: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", SCHEDULER, str(skew), url, name, str(rounds)]
    return subprocess.Popen(
        arguments, cwd=Path(__file__).parent, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )


async def test_processes_whose_clocks_are_wrong_make_the_same_ticks(url: str, db: Database) -> None:
    names = [f"s{n}" for n in range(30)]
    for name in names:
        await schedule(db, name, "0 * * * *", name, timezone="Europe/Berlin")
        await due(db, name)
    now = await db.jobs.clock()
    for name, ahead in (("soon", timedelta(minutes=30)), ("later", timedelta(minutes=90))):
        await schedule(db, name, "0 0 1 1 *", name)
        await due(db, name, now + ahead)
    skews = {"early": -3600.0, "right": 0.0, "late": 3600.0}
    processes = {name: start(url, name, skew, 5) for name, skew in skews.items()}
    try:
        for process in processes.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        before = await db.jobs.clock()
        said = {}
        for process in processes.values():
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        for name, process in processes.items():
            out, _ = await asyncio.to_thread(process.communicate, timeout=60)
            assert process.returncode == 0
            said[name] = json.loads(out)
    finally:
        for process in processes.values():
            process.kill()
    after = await db.jobs.clock()
    for name, skew in skews.items():  # the clocks were wrong indeed
        assert abs(said[name]["clock"] - after.timestamp() - skew) < 60
    expected = {next_run("*/20 * * * *", "Europe/Berlin", at) for at in (before, after)}
    assert {datetime.fromisoformat(each["next"]) for each in said.values()} <= expected
    assert sum(each["made"] for each in said.values()) == len(names)
    assert sorted(job.job_type for job in await jobs(db)) == sorted(names)
    expected = {next_run("0 * * * *", "Europe/Berlin", at) for at in (before, after)}
    for name in names:
        assert (await db.job_schedules.get(name=name)).next_run_at in expected
