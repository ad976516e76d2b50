"""Exports that do not end well: what is left, and what is said; and the memory of one that does."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import stat
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import pytest

import export_rows
from plainbase import Database, ParameterError
from plainbase.platform.export import ExportOptions, export
from plainbase.platform.results import SearchFilters

ALL = SearchFilters()
PROCESS = Path(__file__).with_name("exporting_process.py")
FORMATS = ("csv", "json", "parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with nothing else in it."""
    place = tmp_path / "exports"
    place.mkdir()
    return place


async def started(url: str, to: Path, *more: str) -> Process:
    """An export in a process."""
    return await asyncio.create_subprocess_exec(
        sys.executable, PROCESS, url, to, *more, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )


async def exporting(url: str, to: Path) -> Process:
    """An export in a process, after its first rows."""
    process = await started(url, to)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"begun\n"
    return process


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("format_", FORMATS)
async def test_one_that_is_killed_leaves_no_target(db: Database, url: str, folder: Path, format_: str) -> None:
    await export_rows.insert(db, 3000)
    process = await exporting(url, folder / f"out.{format_}")
    process.kill()
    await process.communicate()
    assert not (folder / f"out.{format_}").exists()
    assert all(name.startswith(".plainbase-") for name in names(folder))


@pytest.mark.parametrize("format_", FORMATS)
async def test_ctrl_c_leaves_nothing(db: Database, url: str, folder: Path, format_: str) -> None:
    await export_rows.insert(db, 3000)
    process = await exporting(url, folder / f"out.{format_}")
    process.send_signal(signal.SIGINT)
    assert process.stdin is not None
    process.stdin.write(b"go on\n")
    _, told = await process.communicate()
    assert told.rstrip().endswith(b"KeyboardInterrupt")
    assert b"Exception ignored" not in told
    assert names(folder) == []


@pytest.mark.parametrize("format_", FORMATS)
async def test_a_full_disk_leaves_what_was_there(db: Database, url: str, folder: Path, format_: str) -> None:
    made = [(*each[:4], os.urandom(4000).hex(), *each[5:]) for each in export_rows.rows(700)]
    await db.insert_rows("evaluations", export_rows.COLUMNS, made)
    to = folder / f"out.{format_}"
    to.write_text("before")
    process = await started(url, to, "1")
    _, told = await process.communicate(b"go on\n")
    assert f"OSError: [Errno {errno.EFBIG}] File too large: '{to}'".encode() in told.splitlines()
    assert b"Exception ignored" not in told
    assert names(folder) == [to.name]
    assert to.read_text() == "before"


async def test_an_existing_file_is_replaced_only_when_that_is_said(db: Database, folder: Path) -> None:
    to = folder / "out.csv"
    to.write_text("before")
    to.chmod(0o640)
    with pytest.raises(ParameterError, match=r"out\.csv exists already; overwrite=True replaces it"):
        await export(db, ALL, ExportOptions(), to)
    assert to.read_text() == "before"
    await export(db, ALL, ExportOptions(overwrite=True), to)
    assert to.read_text().startswith("id,")
    assert stat.S_IMODE(to.stat().st_mode) == 0o640
    assert names(folder) == ["out.csv"]


async def test_a_file_that_somebody_makes_meanwhile_stays(db: Database, folder: Path) -> None:
    await export_rows.insert(db, 1)
    to = folder / "out.csv"
    with pytest.raises(ParameterError, match="exists already"):
        await export(db, ALL, ExportOptions(), to, on_rows=lambda rows: to.write_text("theirs"))
    assert to.read_text() == "theirs"
    assert names(folder) == ["out.csv"]


async def test_where_there_are_no_links(db: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await export_rows.insert(db, 1)

    def link(*paths: Path) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    to = folder / "out.csv"
    await export(db, ALL, ExportOptions(), to)
    assert names(folder) == ["out.csv"]
    to.unlink()
    with pytest.raises(ParameterError, match="exists already"):
        await export(db, ALL, ExportOptions(), to, on_rows=lambda rows: to.write_text("theirs"))
    assert to.read_text() == "theirs"


async def test_a_link_stays_one(db: Database, folder: Path) -> None:
    (folder / "there").mkdir()
    (folder / "there" / "real.csv").touch()
    (folder / "out.csv").symlink_to(folder / "there" / "real.csv")
    await export(db, ALL, ExportOptions(overwrite=True), folder / "out.csv")
    assert (folder / "out.csv").is_symlink()
    assert (folder / "there" / "real.csv").read_text().startswith("id,")


async def test_permissions_are_those_of_an_ordinary_file(db: Database, folder: Path) -> None:
    await export(db, ALL, ExportOptions(), folder / "out.csv")
    (folder / "ordinary").touch()
    assert (folder / "out.csv").stat().st_mode == (folder / "ordinary").stat().st_mode


async def test_what_a_listener_raises_leaves_nothing(db: Database, folder: Path) -> None:
    await export_rows.insert(db, 1)

    def fail(rows: int) -> None:
        raise RuntimeError("enough")

    for format_ in FORMATS:
        with pytest.raises(RuntimeError, match="enough"):
            await export(db, ALL, ExportOptions(), folder / f"out.{format_}", on_rows=fail)
    assert names(folder) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_cannot_be_written(db: Database, folder: Path) -> None:
    folder.chmod(0o500)
    with pytest.raises(PermissionError) as caught:
        await export(db, ALL, ExportOptions(), folder / "out.csv")
    assert caught.value.filename == str(folder / "out.csv")


async def test_memory_does_not_grow_with_the_rows(db: Database, url: str, folder: Path) -> None:
    peaks: dict[tuple[str, int], int] = {}
    made = export_rows.rows(60_000)
    for part in (made[:2_000], made[2_000:]):
        await db.insert_rows("evaluations", export_rows.COLUMNS, part)
        for format_ in FORMATS:
            process = await asyncio.create_subprocess_exec(
                sys.executable, PROCESS, url, folder / f"out.{format_}", stdin=DEVNULL, stdout=PIPE
            )
            told, _ = await process.communicate()
            rows, peak = map(int, told.split()[1:])
            assert rows == (2_000 if len(part) == 2_000 else 60_000)
            peaks[format_, rows] = peak
    for format_ in FORMATS:
        # SQLite's cache takes up to 16 MB of it; the rows are over 50 MB, and as Python has them over 200.
        assert peaks[format_, 60_000] < 200
        assert peaks[format_, 60_000] - peaks[format_, 2_000] < 60
