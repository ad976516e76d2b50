"""A copy that is killed at any moment or loses its connection: marked as unfinished, and finished by the next."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from asyncio.subprocess import DEVNULL
from pathlib import Path

import pytest

import plainbase
from conftest import examples, on_server
from copy_databases import PAIRS, copied, empty, filled
from plainbase.platform import copying

KILLS = max(1, examples(1))


async def killed(source: str, target: str, after: float, how: signal.Signals) -> int:
    """A copy in a process, which is sent a signal after so many seconds; its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "plainbase", "copy", "--from", source, "--to", target, stdout=DEVNULL, stderr=DEVNULL
    )
    try:
        async with asyncio.timeout(after):
            return await process.wait()
    except TimeoutError:
        process.send_signal(how)
        return await process.wait()


@pytest.mark.parametrize(("here", "there"), PAIRS[:2])
async def test_a_copy_that_is_killed_is_finished(
    here: str, there: str, sampled: dict[str, str], tmp_path: Path
) -> None:
    chance = random.Random()
    async with filled(here, tmp_path, sampled) as source, empty(there, tmp_path) as target:
        done = False
        for _ in range(KILLS):
            done = await killed(source, target, chance.uniform(1, 5), signal.SIGKILL) == 0
            if done:
                break
        if done:
            return
        async with plainbase.open(source) as db:  # it goes on meanwhile
            run = await db.fetch_value("SELECT id FROM training_runs ORDER BY id LIMIT 1")
            await db.training_metrics.log(run_id=run, name="late", step=1, value=1.0)
        await copied(source, target)


async def test_a_copy_that_loses_its_connection(sampled: dict[str, str], tmp_path: Path) -> None:
    async with filled("sqlite", tmp_path, sampled) as source, empty("postgres", tmp_path) as target:
        lost: list[asyncio.Task[None]] = []

        def lose(what: str, done: int, total: int | None) -> None:
            if what == "evaluations" and not lost:
                name = target.partition("?")[0].rpartition("/")[2]
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


async def test_another_copy_into_an_unfinished_one(sampled: dict[str, str], tmp_path: Path) -> None:
    async with filled("sqlite", tmp_path, sampled) as source, empty("sqlite", tmp_path) as target:
        async with plainbase.open(target) as db:
            await db.script(
                "CREATE TABLE unfinished_copy (source TEXT, run UUID_TEXT, started_at TIMESTAMP_TEXT);"
                "INSERT INTO unfinished_copy (source) VALUES ('sqlite:////other.db')"
            )
        with pytest.raises(copying.CopyError, match=r"was begun from sqlite:////other.db and is not finished"):
            await copied(source, target)
        with pytest.raises(copying.CopyError, match=r"is itself a copy that was not finished|lacks migration"):
            await copied(target, source)


async def test_a_run_that_another_took_over(sampled: dict[str, str], tmp_path: Path) -> None:
    """The first stops before its next table; the second has every row once."""
    async with filled("sqlite", tmp_path, sampled) as source, empty("postgres", tmp_path) as target:
        second: list[asyncio.Task[copying.Copied]] = []

        def begin(what: str, done: int, total: int | None) -> None:
            if what == "evaluations" and not second:
                second.append(asyncio.ensure_future(copied(source, target)))

        async with plainbase.open(source) as old, plainbase.open(target) as new:
            with pytest.raises(copying.CopyError, match="begun once more"):
                await copying.copy(old, new, progress=begin)
            assert (await second[0]).resumed
