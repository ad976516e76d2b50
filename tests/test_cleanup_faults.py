"""Cleanups that are killed or find no room: each row is in the table or in a whole archive; the next run goes on."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import plainbase
from conftest import examples
from plainbase import Database
from plainbase.platform import retention
from retention_rows import archived_ids, digests, ids, predictions
from waiting import until

PROCESS = Path(__file__).with_name("cleaning_process.py")
ROWS = 300


async def started(url: str, *more: str) -> Process:
    """A cleanup in a process, after its first part."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, PROCESS, url, *more, stdin=DEVNULL, stdout=PIPE, stderr=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"part\n"
    return process


async def finished(db: Database, folder: Path | None = None) -> None:
    """Clean what is left, as soon as the server has seen that the other process is gone."""

    async def one() -> bool:
        try:
            await retention.clean(
                db, days=1, tables=["predictions"], archive_folder=folder, format="jsonl", compression="none", pause=0
            )
        except retention.CleanupRunning:
            return False
        return True

    await until(one)


async def test_one_that_is_killed_has_deleted_whole_parts(db: Database, url: str) -> None:
    chosen = random.Random(7)
    for place in range(examples(2)):
        await predictions(db, [100] * ROWS, f"{place}-")
        process = await started(url)
        await asyncio.sleep(chosen.uniform(0, 0.1))  # at any moment
        process.kill()
        await process.communicate()
        await finished(db)
        assert len(await ids(db)) == 1
        assert (await plainbase.platform.audit.verify(db)).whole


async def test_archiving_that_is_killed_loses_nothing(db: Database, url: str, tmp_path: Path) -> None:
    chosen = random.Random(7)
    for place in range(examples(2)):
        folder = tmp_path / f"{place}"
        await db.execute("DELETE FROM predictions")
        await predictions(db, [100] * ROWS, f"{place}-")
        before, every = (await digests(db))["predictions"], await ids(db)
        process = await started(url, str(folder))
        await asyncio.sleep(chosen.uniform(0, 0.3))  # at any moment
        process.kill()
        await process.communicate()
        assert {*archived_ids(folder), *await ids(db)} == every
        await finished(db, folder)
        assert sorted([*archived_ids(folder), *await ids(db)]) == sorted(every)
        assert len(await ids(db)) == 1
        assert not [path for path in folder.iterdir() if path.name.endswith(".part")]
        await retention.restore_archives(db, folder)
        assert (await digests(db))["predictions"] == before


@contextmanager
def mounted(place: Path, options: str) -> Iterator[None]:
    """A file system of its own in this folder, which only root can have."""
    place.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place]).returncode:
        pytest.skip("only root can mount")
    try:
        yield
    finally:
        subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("kilobytes", [8, 24, 64])
async def test_a_full_disk_loses_nothing(db: Database, tmp_path: Path, kilobytes: int) -> None:
    await predictions(db, [100] * ROWS)
    before, every, folder = await digests(db), await ids(db), tmp_path / "small"
    with mounted(folder, f"size={kilobytes}k"):
        with pytest.raises(OSError, match="No space left") as told:
            await retention.clean(
                db,
                days=1,
                tables=["predictions"],
                archive_folder=folder,
                format="jsonl",
                compression="none",
                archive_rows=50,
                pause=0,
            )
        assert told.value.errno == errno.ENOSPC
        kept = archived_ids(folder)
        assert sorted({*kept, *await ids(db)}) == sorted(every)
        await retention.restore_archives(db, folder) if kept else None
        assert await digests(db) == before
    changes = await db.fetch_all("SELECT changes FROM audit_logs WHERE action = 'cleanup' ORDER BY id")
    assert [row.changes["state"] for row in changes] == ["began", "failed"]
    await finished(db, tmp_path / "large")
    assert len(await ids(db)) == 1


async def test_a_folder_that_nobody_writes_changes_nothing(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 20)
    before = await digests(db)
    with mounted(tmp_path / "ro", "ro"), pytest.raises(OSError, match=r"[Rr]ead-only"):
        await retention.clean(db, days=1, tables=["predictions"], archive_folder=tmp_path / "ro")
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"exists|directory"):
        await retention.clean(db, days=1, tables=["predictions"], archive_folder=tmp_path / "file")
    assert await digests(db) == before
