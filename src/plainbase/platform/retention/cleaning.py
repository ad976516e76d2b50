"""Cleaning: rows that are older than a policy keeps them are deleted or archived, a bounded part at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from plainbase.actor import Actor
from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform import audit
from plainbase.platform.progress import Progress, untold
from plainbase.platform.retention import files
from plainbase.platform.retention.archiving import Storing, archived, hold_and_delete
from plainbase.platform.retention.files import Compression, Format
from plainbase.platform.retention.policies import Action, Task, planned
from plainbase.platform.retention.turn import Held, turn
from plainbase.platform.runners import AnyDatabase

CHUNK = 1000
"""Rows that one transaction removes: a few milliseconds for which others wait."""
PAUSE = 0.005
"""Seconds between two such transactions, in which others come to write."""
ARCHIVE_ROWS = 100_000
"""The most rows of one archive."""


@dataclass(frozen=True, slots=True)
class CleanedTable:
    """What was done with a table: rows that were old, and how many of these went or stayed; of a dry run, would.

    `kept` are those that something still needs, or that somebody was just changing.
    """

    table: str
    action: Action
    keep_days: int
    before: datetime
    matched: int
    deleted: int
    archived: int
    kept: int
    seconds: float
    archives: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a cleanup did, table by table; after a dry run what it would do."""

    tables: tuple[CleanedTable, ...]
    dry_run: bool
    seconds: float

    @property
    def removed(self) -> int:
        """Rows that are not in their tables any more."""
        return sum(table.deleted + table.archived for table in self.tables)


async def clean(
    db: AnyDatabase,
    *,
    days: int | None = None,
    tables: Collection[str] | None = None,
    dry_run: bool = False,
    archive_folder: Path | str | None = None,
    format: Format = "parquet",  # noqa: A002 (the word of the command line)
    compression: Compression = "zstd",
    chunk: int = CHUNK,
    pause: float = PAUSE,
    archive_rows: int = ARCHIVE_ROWS,
    actor: Actor | None = None,
    progress: Progress = untold,
) -> Cleaned:
    """Remove the rows that are older than their policies keep them, by the database's clock, and say what went.

    `days` is said in place of the policies' own; the tables are those named, else those with a policy in force, else,
    where days are given and there is none, predictions and system_metrics. With a folder, rows of a table that has no
    policy are archived. A dry run counts and changes nothing.

    What is done stays when it is ended at any moment; the next run goes on. Each table is recorded in the audit log.
    Raises UnknownTable and ParameterError before anything goes, CleanupRunning, and OSError from the folder.
    """
    began = time.perf_counter()
    if chunk < 1 or archive_rows < 1 or not 0 <= pause <= 60:
        raise ParameterError("chunk and archive_rows are at least 1, and pause is 0 to 60 seconds")
    tasks = await planned(db, days, tables, archives=archive_folder is not None)
    now = await db.jobs.clock()
    if dry_run:
        found = [await _counted(db, task, now) for task in tasks]
        return Cleaned(tuple(found), True, time.perf_counter() - began)
    storing = _storing(tasks, archive_folder, format, compression, archive_rows, chunk)
    if not tasks:
        return Cleaned((), False, time.perf_counter() - began)
    async with turn(db) as held:
        if storing is not None:
            storing.folder.mkdir(exist_ok=True)
        done = []
        for task in tasks:
            work = _Work(db, task, now - timedelta(days=task.days), chunk, pause, held, progress, actor)
            done.append(await work.run(storing))
    return Cleaned(tuple(done), False, time.perf_counter() - began)


def _storing(
    tasks: Sequence[Task],
    folder: Path | str | None,
    format: Format,  # noqa: A002 (the word of the command line)
    compression: Compression,
    rows: int,
    chunk: int,
) -> Storing | None:
    names = [task.table.name for task in tasks if task.action == "archive"]
    if not names:
        return None
    if folder is None:
        raise ParameterError(
            f"old rows of {', '.join(names)} are to be archived: name a folder, by --folder "
            "(archive_folder=); nothing was removed"
        )
    files.check(format, compression)
    return Storing(Path(folder), format, compression, rows, chunk)


async def _counted(db: AnyDatabase, task: Task, now: datetime) -> CleanedTable:
    began = time.perf_counter()
    before = now - timedelta(days=task.days)
    row = await task.table.queries(db).count_before(before=before)
    return _result(task, before, row.matched, row.removable, time.perf_counter() - began, ())


def _result(
    task: Task, before: datetime, matched: int, removed: int, seconds: float, archives: tuple[Path, ...]
) -> CleanedTable:
    to_archive = task.action == "archive"
    return CleanedTable(
        task.table.name,
        task.action,
        task.days,
        before,
        matched,
        0 if to_archive else removed,
        removed if to_archive else 0,
        max(0, matched - removed),
        seconds,
        archives,
    )


@dataclass(slots=True)
class _Work:
    """The cleaning of one table."""

    db: AnyDatabase
    task: Task
    before: datetime
    chunk: int
    pause: float
    held: Held
    progress: Progress
    actor: Actor | None
    removed: int = 0
    total: int = 0
    archives: list[Path] = field(default_factory=list)

    async def run(self, storing: Storing | None) -> CleanedTable:
        """Clean it, and record that, also where it fails."""
        began = time.perf_counter()
        row = await self.task.table.queries(self.db).count_before(before=self.before)
        self.total = row.removable
        if self.total:
            await self._record("began", matched=row.matched)
        try:
            await self._remove(storing)
        except BaseException as error:
            with suppress(PlainbaseError):  # what went wrong is told, whether or not it can be recorded
                await asyncio.shield(self._record("failed", error=type(error).__name__))
            raise
        result = _result(
            self.task, self.before, row.matched, self.removed, time.perf_counter() - began, tuple(self.archives)
        )
        await self._record("done", matched=row.matched, kept=result.kept)
        if self.task.has_policy:
            async with self.db.transaction(actor=self.actor) as tx:
                await tx.retention_policies.mark_run(table_name=self.task.table.name, now=await tx.jobs.clock())
        return result

    async def _remove(self, storing: Storing | None) -> None:
        if self.task.action == "archive" and storing is not None:
            async with aclosing(archived(self.db, self.task.table, self.before, storing, self._breathe)) as archives:
                async for archive in archives:
                    self.archives.append(archive.path)
            return
        async with aclosing(self.task.table.pages(self.db, self.before, self.chunk)) as pages:
            async for keys in pages:
                await self._breathe(await hold_and_delete(self.db, self.task.table, self.before, keys))

    async def _breathe(self, removed: int) -> None:
        self.removed += removed
        self.progress(self.task.table.name, self.removed, self.total)
        await self.held()
        await asyncio.sleep(self.pause)

    async def _record(self, state: Literal["began", "done", "failed"], **more: Any) -> None:
        await audit.record(
            self.db,
            "cleanup",
            self.task.table.name,
            actor=self.actor,
            details={
                "state": state,
                "action": self.task.action,
                "keep_days": self.task.days,
                "removed": self.removed,
                "archives": [path.name for path in self.archives],
                **more,
            },
        )
