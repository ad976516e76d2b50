"""Sources that cannot be read, or only read: a clear error where nothing can be taken, and nothing changed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from legacy_sources import sqlite_file
from plainbase import ConfigurationError
from plainbase import open as opened
from plainbase.platform.legacy.upgrade import examine, upgrade


def contents(folder: Path) -> dict[str, str]:
    """What a folder holds, file by file."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def garbage(path: Path) -> None:
    """Bytes of no kind, as an encrypted database is too."""
    path.write_bytes(random.Random(7).randbytes(16384))


def empty(path: Path) -> None:
    """No bytes at all."""
    path.touch()


def short(path: Path) -> None:
    """The beginning of a database."""
    sqlite_file(path, "james_llm")
    path.write_bytes(path.read_bytes()[:6000])


def torn(path: Path) -> None:
    """A database whose pages after the first are overwritten."""
    sqlite_file(path, "james_llm")
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:4096] + b"\x55" * (size - 4096))


def headed(path: Path) -> None:
    """What begins as a database does, and is none."""
    path.write_bytes(b"SQLite format 3\0" + random.Random(7).randbytes(8192))


def without_main(path: Path) -> None:
    """A log without its database."""
    other = path.with_name("other.db")
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        shutil.copy(f"{other}-wal", f"{path}-wal")
    other.unlink()


def folder(path: Path) -> None:
    """A folder."""
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (garbage, "not an SQLite database"),
        (empty, "no tables at all"),
        (short, "cannot read the SQLite database"),
        (torn, "is damaged|cannot read the SQLite database"),
        (headed, "cannot read the SQLite database"),
        (without_main, "there is no file"),
        (folder, "there is no file"),
    ],
)
async def test_what_cannot_be_read_is_a_clear_error(
    tmp_path: Path, templates: dict[str, str], make: Callable[[Path], None], why: str
) -> None:
    (tmp_path / "old").mkdir()
    make(tmp_path / "old" / "source.db")
    target = Path(shutil.copy(templates["sqlite"], tmp_path / "target.db"))
    before = contents(tmp_path / "old") if make is not folder else {}
    url = f"sqlite:///{tmp_path}/old/source.db"
    async with opened(f"sqlite:///{target}") as db:
        with pytest.raises(ConfigurationError, match=why) as caught:
            await upgrade(url, db, backup_folder=tmp_path / "copies")
        assert "source.db" in str(caught.value)
        with pytest.raises(ConfigurationError):
            await upgrade(url, db)
        assert await db.fetch_value("SELECT count(*) AS n FROM audit_logs WHERE action = 'import'") == 0
    assert (contents(tmp_path / "old") if make is not folder else {}) == before
    assert not (tmp_path / "copies").exists() or not list((tmp_path / "copies").iterdir())


async def test_a_target_is_not_its_own_source(tmp_path: Path, templates: dict[str, str]) -> None:
    target = Path(shutil.copy(templates["sqlite"], tmp_path / "target.db"))
    async with opened(f"sqlite:///{target}") as db:
        with pytest.raises(ConfigurationError, match="a database of plainbase itself; `plainbase copy`"):
            await upgrade(f"sqlite:///{target}", db)
        with pytest.raises(ConfigurationError, match="a database of plainbase itself"):
            await upgrade(f"sqlite:///{target}", db, layout="llm_test_bench")


EXAMINE = """
import asyncio, os, sys
from plainbase import ConfigurationError
from plainbase.platform.legacy.upgrade import examine

def told(url):
    try:
        return asyncio.run(examine(url)).layout
    except ConfigurationError as error:
        return error

told(sys.argv[2])  # whatever is imported late, while it may be read
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
print(told(sys.argv[1]))
"""


def examined_by_nobody(url: str, other: str) -> str:
    """What another user, who may write nothing there, is told."""
    words = [sys.executable, "-c", EXAMINE, url, other]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


async def test_a_folder_that_may_only_be_read(tmp_path: Path) -> None:
    place = tmp_path / "old"
    place.mkdir()
    url = sqlite_file(place / "source.db", "james_llm")
    with contextlib.closing(sqlite3.connect(place / "source.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO accuracy_metrics VALUES (50, 'late', 1.0, NULL, NULL, '2024-06-01')")
        connection.commit()
        for name in ("source.db", "source.db-wal"):
            shutil.copy(place / name, place / f"left-{name}")
    for each in (*tmp_path.parents, tmp_path):
        if each.stat().st_uid == os.getuid() and each != Path("/"):
            each.chmod(each.stat().st_mode | 0o055)
    for each in place.iterdir():
        each.chmod(0o444)
    place.chmod(0o555)
    before = contents(place)
    other = sqlite_file(tmp_path / "other.db", "james_llm")
    try:
        told = examined_by_nobody(url, other)
        left = examined_by_nobody(f"sqlite:///{place}/left-source.db", other)
    finally:
        place.chmod(0o755)
    assert contents(place) == before
    for message in (told, left):
        assert (
            "james_llm" in message
            or "its folder cannot be used; open it once with its own program, or copy it" in message
        )
    assert "its folder cannot be used" in left
    assert (await examine(url)).layout == "james_llm"


async def test_a_damaged_table_that_no_layout_knows_is_an_error(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "source.db", "james_llm")
    with contextlib.closing(sqlite3.connect(tmp_path / "source.db")) as connection:
        connection.executescript("CREATE TABLE notes (x); INSERT INTO notes VALUES ('a')")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'notes'").fetchone()
    with (tmp_path / "source.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\x55" * 4096)
    async with opened("sqlite://", migrate=True) as db:
        with pytest.raises(ConfigurationError, match=r"cannot read the SQLite database .*source\.db: .*malformed"):
            await upgrade(url, db)
        assert await db.fetch_value("SELECT count(*) AS n FROM corpus_texts") == 0
    with pytest.raises(ConfigurationError, match="malformed"):
        await examine(url)
