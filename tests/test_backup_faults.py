"""Backups and restores that do not end well: full disks, folders that cannot be written, processes that are killed."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import tempfile
import uuid
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import plainbase
from backup_databases import digests, leftovers, pairs, place, started, write_pair
from conftest import SERVER, SOAK, named, on_server
from plainbase import Database
from plainbase.errors import PlainbaseError
from plainbase.platform import backup as backups
from plainbase.platform.backup import manifest
from plainbase.platform.progress import untold

KILLS = 100 if SOAK else 2


@pytest.fixture
async def filled(engine: str, sampled: dict[str, str], tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database with the sample in it."""
    async with place(engine, tmp_path, sampled[engine]) as url:
        yield url


@pytest.fixture
async def larger(filled: str) -> str:
    """The same with some megabytes more, that do not compress."""
    async with plainbase.open(filled, pool_size=2) as db:
        await db.neural_configs.create.batch(
            [{"name": f"large {n}", "config": {"noise": os.urandom(30_000).hex()}} for n in range(80)]
        )
    return filled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    place = tmp_path / "backups"
    place.mkdir()
    return place


@pytest.fixture
def mounted() -> Iterator[Path]:
    """A file system of four megabytes; not below pytest's own folder, which no other user may enter."""
    with tempfile.TemporaryDirectory(prefix="plainbase-small-") as name:
        place = Path(name)
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], capture_output=True)
        if made.returncode:
            pytest.skip("mounting a file system is for root")
        yield place
        subprocess.run(["umount", "-l", place], check=True)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.name != ".plainbase-backup.lock")


async def test_a_full_disk_leaves_the_backups_that_there_are(larger: str, mounted: Path) -> None:
    (mounted / "notes").write_text("here before")
    async with plainbase.open(larger, pool_size=3) as db:
        with pytest.raises((OSError, PlainbaseError), match=r"No space left on device|database or disk is full"):
            await backups.backup(db, mounted, compression="none")
        assert names(mounted) == ["notes"]
        assert (await db.system_metrics.latest(names=["backup_completed"])) == []


async def test_a_file_that_may_not_grow_leaves_nothing(larger: str, folder: Path) -> None:
    process = await started("backup", larger, folder, "1")
    _, told = await process.communicate()
    assert process.returncode == 1
    assert names(folder) == []
    last = told.decode().strip().splitlines()[-1]
    assert "File too large" in last or "disk I/O error" in last or "disk is full" in last
    assert str(folder) in last


async def test_a_restore_onto_a_full_disk_leaves_the_old_database(
    larger: str, folder: Path, small: str, engine: str
) -> None:
    async with plainbase.open(larger, pool_size=3) as db:
        made = await backups.backup(db, folder)
    async with plainbase.open(small, pool_size=2) as db:
        await write_pair(db, "old")
    if engine == "postgres":
        await on_server("CHECKPOINT")  # what is not on the disk yet would keep the server from dropping what is left
    before = await digests(small, but=())
    with pytest.raises((OSError, PlainbaseError), match="No space left on device"):
        await backups.restore(made.path, small, force=True)
    assert await digests(small, but=()) == before
    assert await pairs(small) == (1, 1)
    assert await leftovers(small) == []


@pytest.fixture
async def small(engine: str, mounted: Path, templates: dict[str, str]) -> AsyncIterator[str]:
    """The URL of a migrated database on a file system that has room for it, and not for twice as much."""
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(templates['sqlite'], mounted / 'lab.db')}"
        return
    async with Database.open(os.environ[SERVER], queries=None, schema=None) as server:
        data = Path(await server.fetch_value("SHOW data_directory"))
        bytes_ = await server.fetch_value("SELECT pg_database_size(:name)", {"name": templates["postgres"]})
    subprocess.run(["mount", "-o", f"remount,size={bytes_ + (9 << 20)}", mounted], check=True)
    if not data.exists():
        pytest.skip("the server is elsewhere")
    shutil.chown(mounted, data.stat().st_uid)
    name = f"small_{uuid.uuid4().hex}"
    await on_server(f"CREATE TABLESPACE {name} LOCATION '{mounted}'")
    await on_server(f"CREATE DATABASE {name} TEMPLATE {templates['postgres']} TABLESPACE {name}")
    try:
        yield named(os.environ[SERVER], name)
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")
        await on_server(f"DROP TABLESPACE {name}")


async def test_a_folder_that_cannot_be_written(filled: str, mounted: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    async with plainbase.open(filled, pool_size=3) as db:
        with pytest.raises(OSError, match="Read-only file system"):
            await backups.backup(db, mounted)
        with pytest.raises(OSError, match="Read-only file system"):
            await backups.backup(db, mounted / "deeper")


async def test_a_backup_killed_at_any_moment_loses_nothing(filled: str, folder: Path, engine: str) -> None:
    async with plainbase.open(filled, pool_size=3) as db:
        first = await backups.backup(db, folder)
        span = first.seconds or 1.0
        for _ in range(KILLS):
            await killed(await started("backup", filled, folder), span)
            complete = [each for each in backups.backups(folder) if each.is_complete]
            assert complete
            for each in complete:
                assert each.manifest is not None
                manifest.check_file(each.path, each.manifest, untold)
        assert (await backups.verify(complete[0].path, server=db)).problems == ()
        after = await backups.backup(db, folder, keep=1)
        assert [each.path for each in backups.backups(folder)] == [after.path]
        assert names(folder) == [after.path.name, f"{after.path.name}.json"]


async def test_a_restore_killed_at_any_moment_leaves_the_old_or_the_new(
    filled: str, folder: Path, engine: str, tmp_path: Path, templates: dict[str, str]
) -> None:
    (tmp_path / "target").mkdir()
    async with plainbase.open(filled, pool_size=3) as db:
        await backups.backup(db, folder)
    new = await digests(filled)
    async with place(engine, tmp_path / "target", templates[engine]) as url:
        old = await digests(url)
        done = await backups.restore(folder, url, force=True)
        for _ in range(KILLS):
            await killed(await started("restore", folder, url), done.seconds)
            assert await digests(url) in (old, new)
        await backups.restore(folder, url, force=True)
        assert await digests(url) == new
        if engine == "sqlite":
            assert [each.suffix for each in (tmp_path / "target").iterdir()] == [".db"]


async def killed(process: Process, span: float) -> None:
    """Kill a process at a random moment of what it does, once it has begun."""
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n", (await process.communicate())[1].decode()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), random.uniform(0, span))
    with suppress(ProcessLookupError):
        process.kill()
    await process.communicate()
