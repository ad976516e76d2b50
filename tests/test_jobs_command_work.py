"""`plainbase jobs work`, a process: what it does, how it stops, and what it says of a module, on both engines."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from uuid import UUID

import pytest
from click.testing import CliRunner

from plainbase import Database
from plainbase.cli.commands import plainbase as command
from plainbase.platform import jobs
from waiting import until

LONGEST = 60.0
"""Seconds that a worker may take."""

HANDLERS = """
    import asyncio
    from pathlib import Path

    async def mail(job):
        return {"sent": job.payload["to"]}

    async def broken(job):
        raise ValueError(job.payload["to"])

    async def held(job):
        Path("began").touch()
        while not Path("go").exists():
            await asyncio.sleep(0.01)
        return "ended"

    handlers = {"mail": mail, "broken": broken, "held": held}
"""


def module(folder: Path, text: str, name: str = "tasks") -> None:
    (folder / f"{name}.py").write_text(dedent(text))


@contextmanager
def working(folder: Path, url: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own, called in a folder that Python itself does not look in."""
    line = [sys.executable, "-P", "-m", "plainbase", "jobs", "work", *words, "--url", url]
    program = subprocess.Popen(line, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


async def ended(program: subprocess.Popen[str], within: float = LONGEST) -> tuple[int, str]:
    """Its exit code and what it told; nothing is on standard output."""
    said, told = await asyncio.to_thread(program.communicate, timeout=within)
    assert said == ""
    return program.returncode, told


async def work(folder: Path, url: str, *words: str) -> tuple[int, str]:
    with working(folder, url, *words) as program:
        return await ended(program)


async def added(db: Database, job_type: str, **values: object) -> UUID:
    found: UUID = (await jobs.enqueue(db, job_type, {"to": "secret"}, **values)).job.id  # type: ignore[arg-type]  # each test's own
    return found


async def states(db: Database, *ids: UUID) -> list[str]:
    return [(await db.jobs.get(id=each)).state for each in ids]


async def test_it_does_what_is_due_and_tells_of_no_payload(db: Database, url: str, tmp_path: Path) -> None:
    module(tmp_path, HANDLERS)
    done, failed = await added(db, "mail"), await added(db, "broken", max_attempts=1)
    later, unknown, elsewhere = (
        await added(db, "mail", delay_seconds=3600),
        await added(db, "other"),
        await added(db, "mail", queue="letters"),
    )
    code, told = await work(tmp_path, url, "tasks", "--drain")
    assert code == 0, told
    assert await states(db, done, failed, later, unknown, elsewhere) == [
        "completed", "dead", "available", "available", "available",
    ]  # fmt: skip
    assert (await db.jobs.get(id=done)).result == {"sent": "secret"}
    error = (await db.jobs.get(id=failed)).error
    assert error is not None
    assert error.startswith("ValueError: secret\n")
    assert "tasks.py" in error
    lines = told.splitlines()
    (worker,) = await db.workers.list()
    assert f"worker {worker.worker_id} begins" in lines[0]
    assert f"worker {worker.worker_id} has stopped" in lines[-1]
    (warned,) = [line for line in lines if "WARNING" in line]
    assert f"job {failed} (broken) failed: ValueError, attempt 1 of 1, dead" in warned
    assert "secret" not in told

    code, told = await work(tmp_path, url, "tasks", "--drain", "--queue", "letters", "--queue", "default",
                            "--unknown", "fail")  # fmt: skip
    assert code == 0, told
    assert await states(db, elsewhere, unknown) == ["completed", "dead"]
    assert "other" in ((await db.jobs.get(id=unknown)).error or "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["term", "int"])
async def test_a_signal_lets_what_runs_end_and_leaves_the_rest(
    db: Database, url: str, tmp_path: Path, number: signal.Signals
) -> None:
    module(tmp_path, HANDLERS)
    first, second = await added(db, "held", priority=1), await added(db, "held")
    with working(tmp_path, url, "tasks", "--concurrency", "1") as program:
        await until((tmp_path / "began").exists, LONGEST)
        program.send_signal(number)

        async def draining() -> bool:
            return [row.status for row in await db.workers.list()] == ["draining"]

        await until(draining, LONGEST)
        (tmp_path / "go").touch()
        code, told = await ended(program)
    assert code == 0, told
    assert await states(db, first, second) == ["completed", "available"]
    assert (await db.jobs.get(id=second)).attempt == 0
    assert "Traceback" not in told
    assert [row.status for row in await db.workers.list()] == ["stopped"]


async def test_what_goes_on_past_the_grace_time_is_handed_back(db: Database, url: str, tmp_path: Path) -> None:
    module(tmp_path, HANDLERS)
    job = await added(db, "held")
    with working(tmp_path, url, "tasks", "--grace", "0.1s") as program:
        await until((tmp_path / "began").exists, LONGEST)
        program.terminate()
        code, told = await ended(program, within=25)  # the usual grace time is 30 s
    assert code == 0, told
    row = await db.jobs.get(id=job)
    assert (row.state, row.attempt, row.error) == ("available", 0, None)


async def test_a_function_makes_the_handlers_and_setup_is_called_first(db: Database, url: str, tmp_path: Path) -> None:
    module(
        tmp_path,
        """
        from plainbase.platform import jobs

        async def setup(db):
            await jobs.schedule(db, "nightly", "0 3 * * *", "count")
            await jobs.enqueue(db, "count")

        def counting(db):
            async def count(job):
                return len(await db.job_schedules.list())
            return {"count": count}
        """,
        "package_of_mine",
    )
    code, told = await work(tmp_path, url, "package_of_mine:counting", "--drain")
    assert code == 0, told
    (job,) = await db.jobs.list()
    assert (job.state, job.result) == ("completed", 1)
    assert [row.name for row in await db.job_schedules.list()] == ["nightly"]


async def test_what_is_there_before_the_first_job_is_not_collected(db: Database, url: str, tmp_path: Path) -> None:
    module(tmp_path, "import gc\nasync def count(job): return gc.get_freeze_count()\nhandlers = {'count': count}\n")
    job = await added(db, "count")
    code, told = await work(tmp_path, url, "tasks", "--drain")
    assert code == 0, told
    assert (await db.jobs.get(id=job)).result > 10_000


@pytest.fixture
def importing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, a new one; what is imported of it is forgotten."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("tasks", None)


GOOD = "async def a(job): ...\nhandlers = {'a': a}\n"


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("text", "words", "said", "trace"),
    [
        (GOOD, ("absent",), "there is no module absent, neither in ", ""),
        (GOOD, ("tasks.deep",), "there is no module tasks.deep", ""),
        (GOOD, ("tasks.py",), "'tasks.py' is no MODULE[:NAME]: write tasks for tasks.py", ""),
        (GOOD, ("../tasks",), "is no MODULE[:NAME]", ""),
        (GOOD, ("tasks:other",), "the module tasks has no other, which is a dict", ""),
        ("import nowhere", ("tasks",), "importing tasks failed: ModuleNotFoundError", "line 1, in <module>"),
        ("def f(:", ("tasks",), "importing tasks failed: SyntaxError", "tasks.py"),
        ("def f():\n  1 / 0\nf()", ("tasks",), "importing tasks failed: ZeroDivisionError", "line 2, in f"),
        ("raise SystemExit", ("tasks",), "importing tasks failed: SystemExit", "line 1, in <module>"),
        ("x = 1", ("tasks",), "the module tasks has no handlers", ""),
        ("handlers = [1]", ("tasks",), "tasks:handlers is of type list, and has to be a dict", ""),
        ("handlers = {}", ("tasks",), "of at least one", ""),
        ("def a(job): ...\nhandlers = {'a': a}", ("tasks",), "the handler of 'a' is not an async function", ""),
        ("def handlers(db): return [1]", ("tasks",), "tasks:handlers(db) gives a list", ""),
        ("def handlers(db): 1 / 0", ("tasks",), "tasks:handlers(db) failed: ZeroDivisionError", "in handlers"),
        (GOOD + "setup = 1", ("tasks",), "setup is of type int, and has to be a function", ""),
        (GOOD + "async def setup(db): 1 / 0", ("tasks",), "setup(db) failed: ZeroDivisionError", "in setup"),
        (GOOD, ("tasks", "--lease", "0s"), "--lease is 0.2 to", ""),
        (GOOD, ("tasks", "--concurrency", "0"), "--concurrency is 1 to", ""),
        (GOOD, ("tasks", "--queue", ""), "a queue is a text of 1 to 100 characters", ""),
        (GOOD, ("tasks", "--poll", "2h"), "--poll is 0.01 to", ""),
        (GOOD, ("tasks", "--grace", "2d"), "--grace is 0 to", ""),
    ],
)  # fmt: skip
async def test_what_a_module_cannot_be(
    url: str, importing: Path, text: str, words: tuple[str, ...], said: str, trace: str
) -> None:
    module(importing, text)
    result = await asyncio.to_thread(CliRunner().invoke, command, ["jobs", "work", *words, "--url", url])
    told = result.stderr
    assert result.exit_code == 1, told
    last = told.splitlines()[-1]
    assert last.startswith("Error: ")
    assert said in last
    assert ("Traceback" in told or "SyntaxError" in told) == bool(trace), told
    assert trace in told
    assert not re.search(r"frozen importlib|jobs_handlers|click", told), "the trace is the module's"


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_without_a_database_no_module_is_called(empty_url: str, tmp_path: Path) -> None:
    module(tmp_path, GOOD + "def setup(db): raise SystemExit(7)\n")
    code, told = await work(tmp_path, empty_url, "tasks")
    assert code == 1
    assert "`plainbase init` makes it" in told
