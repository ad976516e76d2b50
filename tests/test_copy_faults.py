"""A copy that is killed at any moment or loses its connection: marked as unfinished, and finished by the next."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

import plainbase
from conftest import on_server
from copy_databases import PAIRS, copied, empty, filled
from plainbase import Database
from plainbase.platform import copying

MOMENTS = ["unfinished_copy", "neural_configs", "training_metrics"]
"""Tables in whose order a copy goes: marked, begun, and nearly done when there are rows in these."""
HOW = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]


async def command(source: str, target: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plainbase", "copy", "--from", source, "--to", target, stdout=DEVNULL, stderr=DEVNULL
    )


async def rows(db: Database, table: str) -> int:
    try:
        return int(await db.fetch_value(f"SELECT count(*) FROM {table}"))
    except plainbase.PlainbaseError:
        return 0


@pytest.mark.parametrize(("here", "there"), PAIRS[:2])
async def test_a_copy_that_is_ended_is_finished(
    here: str, there: str, sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    """It is stopped in the middle, seen to be there, and ended; the next goes on from where it was."""
    async with filled(here, tmp_path, sampled) as source, empty(there, tmp_path, templates) as target:
        async with plainbase.open(target) as db:
            for place, how in zip(MOMENTS, HOW, strict=True):
                process = await command(source, target)
                try:
                    while not await rows(db, place):
                        assert process.returncode is None, "it ended before that"
                        await asyncio.sleep(0.005)
                    process.send_signal(how)
                    assert await process.wait() != 0
                finally:
                    if process.returncode is None:
                        process.kill()
                        await process.wait()
                assert await rows(db, "unfinished_copy") == 1
        async with plainbase.open(source) as db:  # it goes on meanwhile
            run = await db.fetch_value("SELECT id FROM training_runs ORDER BY id LIMIT 1")
            await db.training_metrics.log(run_id=run, name="late", step=1, value=1.0)
        done = await copied(source, target)
        assert done.resumed
        kept = {table.name: table.kept for table in done.tables}
        assert kept["neural_configs"]
        assert not kept["training_metrics"]


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
from plainbase.cli.commands import plainbase
plainbase(["copy", "--from", sys.argv[2], "--to", sys.argv[3]])
"""


async def test_a_disk_that_is_full(sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]) -> None:
    """No file of the target may become much larger than it is; with room again the same command goes on."""
    async with filled("sqlite", tmp_path, sampled) as source, empty("sqlite", tmp_path, templates) as target:
        size = Path(target.removeprefix("sqlite:///")).stat().st_size + 2**16
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", FULL, str(size), source, target, stdout=DEVNULL, stderr=PIPE
        )
        _, told = await process.communicate()
        assert process.returncode == 1
        assert b"Traceback" not in told
        assert b"full" in told or b"disk" in told
        async with plainbase.open(target) as db:
            assert await rows(db, "unfinished_copy") == 1
        assert (await copied(source, target)).resumed


@pytest.mark.parametrize(("here", "there"), PAIRS[:2])
async def test_a_copy_that_loses_its_connection(
    here: str, there: str, sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    async with filled(here, tmp_path, sampled) as source, empty(there, tmp_path, templates) as target:
        lost: list[asyncio.Task[None]] = []

        def lose(what: str, done: int, total: int | None) -> None:
            if what == "evaluations" and not lost:
                name = (source if here == "postgres" else target).partition("?")[0].rpartition("/")[2]
                ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname"
                lost.append(asyncio.ensure_future(on_server(f"{ending} = '{name}'")))

        async with plainbase.open(source) as old, plainbase.open(target) as new:
            with pytest.raises(plainbase.PlainbaseError, match="unfinished"):
                await copying.copy(old, new, progress=lose)
            await asyncio.gather(*lost)
        async with plainbase.open(target) as new:
            assert await new.fetch_value("SELECT count(*) FROM unfinished_copy") == 1
            assert await new.fetch_value("SELECT count(*) FROM users") > 0
        done = await copied(source, target)
        assert done.resumed
        assert any(table.kept for table in done.tables)


async def test_another_copy_into_an_unfinished_one(
    sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    async with filled("sqlite", tmp_path, sampled) as source, empty("sqlite", tmp_path, templates) as target:
        async with plainbase.open(target) as db:
            await db.script(
                "CREATE TABLE unfinished_copy (source TEXT, run UUID_TEXT, started_at TIMESTAMP_TEXT);"
                "INSERT INTO unfinished_copy (source) VALUES ('sqlite:////other.db')"
            )
        with pytest.raises(copying.CopyError, match=r"was begun from sqlite:////other.db and is not finished"):
            await copied(source, target)
        with pytest.raises(copying.CopyError, match=r"is itself a copy that was not finished|lacks migration"):
            await copied(target, source)


async def test_a_run_that_another_took_over(sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]) -> None:
    """The first stops before its next table; the second has every row once."""
    async with filled("sqlite", tmp_path, sampled) as source, empty("postgres", tmp_path, templates) as target:
        second: list[asyncio.Task[copying.Copied]] = []

        def begin(what: str, done: int, total: int | None) -> None:
            if what == "evaluations" and not second:
                second.append(asyncio.ensure_future(copied(source, target)))

        async with plainbase.open(source) as old, plainbase.open(target) as new:
            with pytest.raises(copying.CopyError, match="begun once more"):
                await copying.copy(old, new, progress=begin)
            assert (await second[0]).resumed
