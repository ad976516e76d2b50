"""A copy of the source before anything is taken from it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from plainbase.platform.backup import postgres
from plainbase.platform.backup import postgres_tools as tools
from plainbase.platform.export.threads import in_thread
from plainbase.platform.legacy.source import Served, Source
from plainbase.platform.progress import Progress, untold
from plainbase.platform.written_through import written_through


async def back_up(source: Source, folder: Path, tell: Progress = untold) -> Path:
    """Copy a source into a folder, as of the moment that is read, and check the copy; it gets its name when whole.

    Of SQLite it is an SQLite file, of PostgreSQL what pg_dump -Fc writes. Raises ConfigurationError, BackupError where
    there is no pg_dump for that server, and OSError.
    """
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z"
    name = f"{source.name.replace(os.sep, '_')}-{stamp}"
    beside, place = folder / f".{name}.part", folder / f"{name}.{'db' if source.file else 'dump'}"
    await in_thread(folder.mkdir, parents=True, exist_ok=True)
    tell("backup", 0, None)
    try:
        # only this user may read it: it holds what the source holds
        await in_thread(os.close, os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        if source.file is not None:
            await source.file.copy(beside)
        elif source.served is not None:
            await _dump(source.served, beside, tell)
        await in_thread(_name, beside, place)
    finally:
        await in_thread(beside.unlink, missing_ok=True)
    tell("backup", 1, 1)
    return place


async def _dump(served: Served, beside: Path, tell: Progress) -> None:
    """pg_dump of the snapshot that is read, and its table of contents read back."""
    (standing,) = await postgres.asked(served.tx, "standing")
    (snapshot,) = await postgres.asked(served.tx, "export_snapshot")
    least = int(standing.version) // 10_000
    dump, lists = await in_thread(tools.find, "pg_dump", least), await in_thread(tools.find, "pg_restore", least)
    with tools.environment(served.db.options, str(served.db.options.database)) as env:
        arguments = [*postgres.ALWAYS, f"--snapshot={snapshot.snapshot}"]
        with await in_thread(beside.open, "wb") as file:
            async with tools.running(dump, arguments, env, reads=False) as process:
                written = 0
                while process.stdout is not None and (piece := await process.stdout.read(1 << 20)):
                    written += await in_thread(file.write, piece)
                    tell("backup", written, None)
        async with tools.running(lists, ["--list", str(beside)], env, reads=False) as process:
            if process.stdout is not None:
                await process.stdout.read()


def _name(beside: Path, place: Path) -> None:
    written_through(beside)
    beside.rename(place)
    written_through(place.parent)
