"""`plainbase jobs`: what it lists, shows, adds and changes, and what it says of what cannot be, on both engines."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC
from typing import Any
from uuid import UUID

import click
import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

from plainbase import Database
from plainbase.cli.commands import plainbase as command
from plainbase.cli.jobs import jobs as group
from plainbase.platform import jobs
from platform_rows import NOBODY
from terminals import terminal

COLORED = "\x1b[31m"


async def call(url: str, *words: str, columns: int = 200, given: str | bytes | None = None) -> Result:
    """The command, as with a terminal of so many columns."""
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return await asyncio.to_thread(runner.invoke, command, ["jobs", *words, "--url", url], input=given)


async def done(url: str, *words: str, columns: int = 200, given: str | bytes | None = None) -> str:
    """What it prints where it succeeds."""
    result = await call(url, *words, columns=columns, given=given)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    return result.stdout


async def lines(url: str, *words: str) -> list[dict[str, Any]]:
    """The rows that it prints as JSON."""
    return [json.loads(line) for line in (await done(url, *words, "--json")).splitlines()]


async def added(db: Database, job_type: str = "mail", **values: Any) -> UUID:
    found: UUID = (await jobs.enqueue(db, job_type, **values)).job.id
    return found


async def dead(db: Database, job_type: str = "mail", error: str = "ValueError: no", **values: Any) -> UUID:
    """A job that failed for good."""
    job = await added(db, job_type, max_attempts=1, **values)
    (row,) = await db.jobs.claim(
        queue=values.get("queue", "default"), worker_id="w", lease_seconds=60, job_types=[job_type]
    )
    assert row.id == job
    assert await db.jobs.fail(id=job, attempt=1, worker_id="w", error=error) == "dead"
    return job


async def state(db: Database, job: UUID) -> str:
    found: str = (await db.jobs.get(id=job)).state
    return found


async def test_jobs_are_listed_the_newest_first_and_chosen(db: Database, url: str) -> None:
    assert await done(url, "list") == "no job\n"
    first = await added(db, "mail", queue="letters", priority=7)
    failed = await dead(db, "scan")
    last = await added(db, "mail", delay_seconds=3600)
    table = (await done(url, "list")).splitlines()
    assert [line.split()[0] for line in table[3:]] == [str(last), str(failed), str(first)]
    for word in ("id", "type", "queue", "state", "priority", "attempt", "created (UTC)", "not before", "error"):
        assert word in table[1]
    assert table[5].split()[1:6] == ["mail", "letters", "available", "7", "0/5"]
    assert "1/1" in table[4]
    assert "ValueError: no" in table[4]
    for words, expected in (
        (("--queue", "letters"), [first]),
        (("--type", "mail"), [last, first]),
        (("--state", "dead"), [failed]),
        (("--state", "dead", "--state", "available"), [last, failed, first]),
        (("--limit", "2"), [last, failed]),
        (("--before", str(failed)), [first]),
        (("--state", "running"), []),
    ):
        assert [row["id"] for row in await lines(url, "list", *words)] == [*map(str, expected)], words
    assert f"there are more: the same with --before {failed}" in await done(url, "list", "--limit", "2")
    assert "there are more" not in await done(url, "list", "--limit", "3")
    assert await done(url, "list", "--state", "running") == "no such job\n"
    unknown = await call(url, "list", "--before", str(NOBODY))
    assert (unknown.exit_code, unknown.stderr) == (1, f"Error: there is no job {NOBODY}\n")


async def test_no_figure_is_cut_where_the_terminal_is_narrow(db: Database, url: str) -> None:
    await dead(db, "a-type-with-a-name-" + "x" * 60, "ValueError: " + "long " * 40, queue="q" * 80)
    job = await added(db, priority=32767, max_attempts=1000)
    await jobs.pause(db, "q" * 80)
    whole = {word for line in (await done(url, "list", columns=1000)).splitlines() for word in line.split()}
    for columns in (60, 80, 100, 120):
        narrow = await done(url, "list", columns=columns)
        assert max(cell_len(line.rstrip()) for line in narrow.splitlines()) <= columns
        assert str(job) in narrow
        table = narrow[: narrow.index("left out")].splitlines()[3:]
        assert {word for line in table for word in line.split() if "…" not in word} <= whole, narrow
        assert "--json has all" in " ".join(narrow.split())
    shown = await done(url, "queues", columns=60)
    assert max(cell_len(line.rstrip()) for line in shown.splitlines()) <= 60


async def test_an_error_is_cut_at_its_end_and_gets_what_room_there_is(db: Database, url: str) -> None:
    error = "ValueError: no address in " + "the letter " * 20 + "to: 7"
    job = await dead(db, error=f"{error}\n\nTraceback: 1")
    for columns, shown in ((80, " ValueError: no .*…"), (400, f" {error}")):
        (line,) = [each for each in (await done(url, "list", columns=columns)).splitlines() if str(job) in each]
        assert re.search(f"{shown}$", line.rstrip()), line


async def test_a_job_is_shown_whole_and_harmless(db: Database, url: str) -> None:
    trace = f"ValueError: {COLORED}bad\n\nTraceback (most recent call last):\n  File somewhere\r, line 1"
    job = await dead(db, "m\x1bail", trace, payload={"to": f"{COLORED}Émile", "long": "x" * 5000}, unique_key="k")
    shown = await done(url, "show", str(job))
    for line in (
        f"id            {job}",
        "type          m�ail",
        "state         dead",
        "attempt       1 of 1",
        "unique key    k",
        "unique while  available, running",
        "worker        w",
        "  ValueError: �[31mbad",
        "  Traceback (most recent call last):",
        "    File somewhere�, line 1",
    ):
        assert line in shown.split("\n"), (line, shown)
    assert "Émile" in shown
    assert r"\u001b[31m" in shown
    assert "more characters: --json has all" in shown
    assert "x" * 5000 not in shown
    assert "result" not in shown
    found = json.loads(await done(url, "show", str(job), "--json"))
    assert found["payload"]["long"] == "x" * 5000
    assert found["error"] == trace

    other = await added(db)
    (claimed,) = await db.jobs.claim(worker_id="w", lease_seconds=60)
    assert "lease until" in await done(url, "show", str(other))
    await db.jobs.complete(id=other, attempt=claimed.attempt, worker_id="w", result={"sent": [1]})
    assert 'result\n  {\n    "sent": [\n      1\n    ]\n  }\n' in await done(url, "show", str(other))

    unknown = await call(url, "show", str(NOBODY))
    assert (unknown.exit_code, unknown.stderr) == (1, f"Error: there is no job {NOBODY}\n")
    assert (await call(url, "show", "soon")).exit_code == 2


async def test_a_job_is_added(db: Database, url: str) -> None:
    said = await done(
        url, "enqueue", "mail", "--payload", '{"to": "a"}', "--queue", "letters", "--priority", "3", "--delay", "2m",
        "--max-attempts", "9", "--timeout", "1m", "--unique-key", "k",
    )  # fmt: skip
    (row,) = await db.jobs.list()
    assert said == f"job {row.id} waits in queue letters until {row.run_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC\n"
    assert (row.job_type, row.payload, row.queue, row.priority) == ("mail", {"to": "a"}, "letters", 3)
    assert (row.max_attempts, row.timeout_seconds, row.unique_key) == (9, 60, "k")
    assert 119 < (row.run_at - row.created_at).total_seconds() < 121

    again = await done(url, "enqueue", "mail", "--unique-key", "k")
    assert again == f"job {row.id} has this key and is available: none was added\n"
    assert not json.loads(await done(url, "enqueue", "mail", "--unique-key", "k", "--json"))["added"]
    assert len(await db.jobs.list()) == 1

    made = json.loads(
        await done(url, "enqueue", "t", "--run-at", "2100-01-01", "--payload", "-", "--json", given="[1]")
    )
    assert (made["added"], made["job"]["payload"]) == (True, [1])
    assert made["job"]["run_at"] == "2100-01-01T00:00:00+00:00"
    now = json.loads(await done(url, "enqueue", "t", "--json"))["job"]
    assert now["payload"] == {}
    assert (await done(url, "enqueue", "t")).endswith(" waits in queue default\n")


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        (("--payload", "secret"), None, 2, "this is not JSON"),
        (("--payload", '{"secret": NaN}'), None, 2, "it has no NaN"),
        (("--payload", "[" * 100_000), None, 2, "this is not JSON"),
        (("--payload", "-"), b"\xff\xfe\x00secret", 2, "this is not JSON"),
        (("--priority", "-1"), None, 1, "priority is an integer from 0 to 32767"),
        (("--max-attempts", "0"), None, 1, "--max-attempts is an integer from 1 to 1000"),
        (("--timeout", "0"), None, 1, "--timeout is a number above 0"),
        (("--delay", "soon"), None, 2, "is no duration"),
        (("--delay", "36500d"), None, 1, "--delay is a number from 0 to"),
        (("--delay", "1m", "--run-at", "2100-01-01"), None, 1, "--delay or a --run-at, not both"),
        (("--queue", ""), None, 1, "queue is a text of 1 to 100 characters"),
        (("--unique-key", "k" * 256), None, 1, "--unique-key is a text of 1 to 255 characters"),
    ],
)
async def test_what_cannot_be_added(
    db: Database, url: str, words: tuple[str, ...], given: bytes | None, code: int, said: str
) -> None:
    result = await call(url, "enqueue", "mail", *words, given=given)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "secret" not in result.stderr
    assert not await db.jobs.list()


async def test_jobs_are_cancelled_and_run_again_one_by_one(db: Database, url: str) -> None:
    waits, failed, over = await added(db, queue="b"), await dead(db), await dead(db)
    await jobs.cancel(db, await added(db))
    result = await call(url, "cancel", str(over), str(NOBODY), str(waits))
    assert result.exit_code == 1
    assert result.stdout == f"job {waits} is cancelled\n"
    assert result.stderr == (
        f"Error: job {over} is dead: only what waits or runs is cancelled\nError: there is no job {NOBODY}\n"
    )
    assert await state(db, waits) == "cancelled"
    result = await call(url, "retry", str(NOBODY), str(failed), str(waits), str(failed))
    assert result.exit_code == 1
    assert result.stdout == f"job {failed} will run again\njob {waits} will run again\n"
    assert result.stderr == (
        f"Error: there is no job {NOBODY}\n"
        f"Error: job {failed} is available: only dead and cancelled jobs are run again\n"
    )
    assert [await state(db, each) for each in (waits, failed, over)] == ["available", "available", "dead"]

    first = await dead(db, "t", unique_key="k")
    await added(db, unique_key="k")
    held = await call(url, "retry", str(first), str(over))
    assert (held.exit_code, held.stdout) == (1, f"job {over} will run again\n")
    assert held.stderr == f"Error: job {first} cannot run again: another job has its unique key\n"


async def test_all_dead_jobs_run_again(db: Database, url: str) -> None:
    one, two, three = await dead(db, "a"), await dead(db, "a", queue="q"), await dead(db, "b", queue="q")
    assert await done(url, "retry", "--dead", "--queue", "q", "--type", "a") == "1 job will run again\n"
    assert [await state(db, each) for each in (one, two, three)] == ["dead", "available", "dead"]
    assert await done(url, "retry", "--dead") == "2 jobs will run again\n"
    for words, said in (
        ((), "name jobs by their ids, or write --dead"),
        ((str(one), "--dead"), "not both"),
        ((str(one), "--queue", "q"), "write --dead too"),
    ):
        refused = await call(url, "retry", *words)
        assert refused.exit_code == 2
        assert said in refused.stderr
    assert (await call(url, "cancel")).exit_code == 2


async def test_dead_jobs_are_purged(db: Database, url: str) -> None:
    one, other = await dead(db, "a"), await dead(db, "a", queue="q")
    await dead(db, "b", queue="q")
    waits = await added(db)
    assert await done(url, "purge", "--yes", "--days", "1") == "0 dead jobs deleted\n"
    assert await done(url, "purge", "--yes", "--queue", "q", "--type", "b") == "1 dead job deleted\n"
    assert {row.id for row in await db.jobs.list()} == {one, other, waits}
    for words in ((), ("--queue", "default")):
        unasked = await call(url, "purge", *words, given="y\n")
        assert (unasked.exit_code, unasked.stdout) == (2, "")
        assert "nothing is deleted, since there is no terminal to ask on: say --yes" in unasked.stderr
    assert {row.id for row in await db.jobs.list()} == {one, other, waits}
    assert await done(url, "purge", "--yes") == "2 dead jobs deleted\n"
    assert [row.id for row in await db.jobs.list()] == [waits]
    refused = await call(url, "purge", "--yes", "--days", "-1")
    assert refused.exit_code == 1
    assert "--days is a number from 0" in refused.stderr


@pytest.mark.parametrize(("answer", "code"), [(b"n\n", 1), (b"y\n", 0)], ids=["no", "yes"])
async def test_on_a_terminal_it_asks_before_it_deletes(db: Database, url: str, answer: bytes, code: int) -> None:
    job = await dead(db)

    def ask() -> int:
        with terminal("jobs", "purge", "--queue", "default", "--url", url, columns=200) as seen:
            seen.wait_for(b"There are 1 dead job. Delete those of queue default for good? [y/N]: ")
            return seen.press(answer)

    assert await asyncio.to_thread(ask) == code
    assert [row.id for row in await db.jobs.list()] == [job] * code

    def sure() -> int:
        with terminal("jobs", "purge", "--yes", "--url", url) as seen:
            seen.wait_for(b"deleted")
            return seen.press(b"")

    assert await asyncio.to_thread(sure) == 0
    assert not await db.jobs.list()


async def test_queues_are_paused_and_go_on(db: Database, url: str) -> None:
    assert await done(url, "queues") == "no queue has a job, and none is named\n"
    await added(db, queue="letters")
    assert await done(url, "pause", "letters") == "queue letters is paused\n"
    assert not await db.jobs.claim(queue="letters", worker_id="w", lease_seconds=60)
    (row,) = await lines(url, "queues")
    assert (row["name"], row["waiting"], row["running"], row["paused_at"] is None) == ("letters", 1, 0, False)
    assert "paused since (UTC)" in await done(url, "queues")
    assert await done(url, "resume", "letters") == "queue letters goes on\n"
    assert await done(url, "resume", "letters") == "queue letters was not paused\n"
    assert len(await db.jobs.claim(queue="letters", worker_id="w", lease_seconds=60)) == 1
    assert "paused" not in await done(url, "queues")
    refused = await call(url, "pause", "q" * 101)
    assert refused.exit_code == 1
    assert "queue is a text of 1 to 100 characters" in refused.stderr


async def test_schedules_are_listed_disabled_and_enabled(db: Database, url: str) -> None:
    assert "no schedule" in await done(url, "schedules")
    await jobs.schedule(db, "nightly", "0 3 * * *", "report", timezone="Europe/Berlin")
    table = (await done(url, "schedules")).splitlines()
    assert "next run (UTC)" in table[1]
    assert all(word in table[3] for word in ("nightly", "0 3 * * *", "Europe/Berlin", "report", "yes"))
    assert await done(url, "schedules", "disable", "nightly") == "schedule nightly makes no more jobs\n"
    (row,) = await lines(url, "schedules")
    assert (row["name"], row["enabled"]) == ("nightly", False)

    # Times that passed meanwhile are not made up for.
    when = "'2020-01-01T03:00:00.000000Z'" + ("::timestamptz" if url.startswith("postgres") else "")
    await db.execute(f"UPDATE job_schedules SET next_run_at = {when}")
    said = await done(url, "schedules", "enable", "nightly")
    assert said.startswith("schedule nightly makes jobs again, next 20")
    (enabled,) = await db.job_schedules.list()
    assert enabled.enabled
    assert enabled.next_run_at is not None
    assert enabled.next_run_at > await db.jobs.clock()
    assert await done(url, "schedules", "enable", "nightly") == "schedule nightly is enabled already\n"
    for act in ("disable", "enable"):
        unknown = await call(url, "schedules", act, "other")
        assert (unknown.exit_code, unknown.stderr) == (1, "Error: there is no schedule other\n")
    misplaced = await asyncio.to_thread(
        CliRunner().invoke, command, ["jobs", "schedules", "--json", "disable", "nightly"]
    )
    assert misplaced.exit_code == 2
    assert "plainbase jobs schedules disable" in misplaced.stderr


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_where_there_is_no_database_none_is_made(empty_url: str) -> None:
    for words in (("list",), ("stats",), ("enqueue", "mail"), ("purge", "--yes"), ("pause", "q")):
        result = await call(empty_url, *words)
        assert result.exit_code == 1
        assert "`plainbase init` makes it" in result.stderr


def commands(of: click.Group) -> list[click.Command]:
    return [*of.commands.values(), *(each for sub in of.commands.values() if isinstance(sub, click.Group)
                                     for each in commands(sub))]  # fmt: skip


def test_every_option_has_help_and_no_line_of_the_lists_is_cut() -> None:
    for each in commands(group):
        assert each.help, each.name
        for option in each.params:
            assert not isinstance(option, click.Option) or option.help, (each.name, option.name)
    for words in ((), ("jobs",), ("jobs", "schedules")):
        shown = CliRunner(env={"COLUMNS": "80"}).invoke(command, [*words, "--help"], prog_name="plainbase").stdout
        assert not [line for line in shown.splitlines()[1:] if line.endswith("...")], shown
