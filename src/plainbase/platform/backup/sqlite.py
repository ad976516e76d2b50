"""Backups of SQLite: a copy of one moment, checked, then compressed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import plainbase
from plainbase.database import Database
from plainbase.drivers import sqlite_files
from plainbase.platform.backup.compression import Sink, pieces
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import new_file
from plainbase.platform.backup.manifest import PIECE, Manifest
from plainbase.platform.backup.moment import Moment, moment
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress

if TYPE_CHECKING:
    from plainbase import typed

COPY = "copying the database"


def check(path: Path, manifest: Manifest) -> None:
    """SQLite needs no program to restore."""


async def named(db: Database) -> str:
    """What a manifest calls the database."""
    path = db.options.path or ""
    return path if path == ":memory:" else str(await asyncio.to_thread(Path(path).resolve))


async def dump(db: Database, part: Path, sink: Sink, tell: Progress) -> tuple[Moment, str]:
    """Copy the database into the sink; `part` is a name for a file meanwhile. Say of which moment, and by what.

    Raises BackupError where the copy is not whole, which is then as the database is.
    """
    try:
        tell(COPY, 0, 1)
        await in_thread(_reserve, part)
        await db._driver.copy_to(part)
        tell(COPY, 1, 1)
        async with opened(part) as copy:
            found = await moment(copy)
        if wrong := await in_thread(sqlite_files.check, part):
            raise BackupError(f"{db.options.safe_url} is damaged, so there is no good backup of it: {'; '.join(wrong)}")
        await in_thread(_pour, part, sink, tell)
    finally:
        await in_thread(remove, part)
    return found, await db._driver.version()


@asynccontextmanager
async def scratch(
    path: Path, manifest: Manifest, server: Database | None, tell: Progress
) -> AsyncIterator[typed.Database]:
    """Restore into a file that is gone afterwards; give it open."""
    with TemporaryDirectory(prefix="plainbase-verify-", ignore_cleanup_errors=True) as folder:
        place = Path(folder, "scratch.db")
        await fill(place, path, manifest, tell)
        async with opened(place) as db:
            yield db


def opened(place: Path) -> plainbase.Opening[typed.Database]:
    """A file of ours, open."""
    return plainbase.open("sqlite://", path=str(place), pool_size=2)


async def fill(place: Path, path: Path, manifest: Manifest, tell: Progress) -> None:
    """Write what a backup holds into a new file, through to the disk."""
    await in_thread(_unpack, place, path, manifest, tell)


async def problems(db: Database) -> tuple[str, ...]:
    """What is wrong with a scratch database that its rows do not show; it is written to."""
    place = Path(db.options.path or "")
    return (
        *await in_thread(sqlite_files.check_pages, place),
        *await in_thread(sqlite_files.check_full_text, place),
    )


def remove(place: Path) -> None:
    """Remove a database's file and what lies beside it."""
    for ending in ("", *sqlite_files.BESIDE):
        with suppress(FileNotFoundError):
            place.with_name(place.name + ending).unlink()


def _reserve(part: Path) -> None:
    """Make the file before SQLite does, which would let everybody read it; what SQLite puts beside it is as it is."""
    new_file(part).close()


def _pour(part: Path, sink: Sink, tell: Progress) -> None:
    size = part.stat().st_size
    with part.open("rb") as file:
        while piece := file.read(PIECE):
            sink.write(piece)
            tell("compressing", sink.content_bytes, size)


def _unpack(place: Path, path: Path, manifest: Manifest, tell: Progress) -> None:
    done = 0
    with new_file(place) as file:
        for piece in pieces(path, manifest):
            file.write(piece)
            done += len(piece)
            tell("restoring", done, manifest.content_bytes)
        file.flush()
        os.fsync(file.fileno())
