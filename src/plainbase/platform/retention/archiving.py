"""Rows into archives, then out of the table: a file of rows, its manifest, and only then the rows that are in both.

Whatever ends it between two of these steps, each row is in the table or in a whole archive, and the next run goes on:
a file that is not yet named is written anew, and rows whose archive is whole are removed. A file that has its name is
never removed, also where its manifest was lost: its rows may be nowhere else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from plainbase.platform.export.threads import in_thread
from plainbase.platform.retention import files, manifest, row_texts
from plainbase.platform.retention.errors import ArchiveRefused
from plainbase.platform.retention.files import Compression, Format
from plainbase.platform.retention.manifest import Archive, Manifest
from plainbase.platform.retention.row_texts import Column, Value, Values
from plainbase.platform.retention.tables import Key, Retained
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.values import timestamp_text

Breathe = Callable[[int], Awaitable[None]]
"""Called after each transaction, with how many rows it removed."""


@dataclass(frozen=True, slots=True)
class Storing:
    """Where archives go, and how they are written; a file has at most so many rows, and each step takes `chunk`."""

    folder: Path
    format: Format
    compression: Compression
    rows: int
    chunk: int

    @property
    def page(self) -> int:
        """How many rows are read at a time."""
        return min(self.chunk, self.rows)


async def archived(
    db: AnyDatabase, table: Retained, before: datetime, storing: Storing, breathe: Breathe
) -> AsyncGenerator[Archive]:
    """Archive the rows that may go and remove them; yield each archive when its rows are removed.

    Begins with what a run that was ended has left. Raises OSError, with all rows in the table or in a whole archive.
    """
    columns = await row_texts.columns(db, table.name)
    async with aclosing(_left_over(db, table, before, columns, storing, breathe)) as left_over:
        async for done in left_over:
            yield done
    about = _About(columns, before, await db.maintenance.schema_version() or 0, str(await db.maintenance.version()))
    while True:
        made = await _written(db, table, about, storing)
        if made is None:
            return
        done = await _removed(db, table, before, columns, made, storing, breathe)
        yield done
        if not done.manifest.deleted:
            return  # others hold what is left; the next run finds it


async def _left_over(
    db: AnyDatabase,
    table: Retained,
    before: datetime,
    columns: Sequence[Column],
    storing: Storing,
    breathe: Breathe,
) -> AsyncGenerator[Archive]:
    """Remove the rows of archives that are whole, and the files that are none."""
    stem = _stem(db, table, "")
    for place in sorted(storing.folder.iterdir()):
        if place.name.startswith(stem) and place.name.endswith(files.UNFINISHED):
            if not manifest.is_manifest(place):
                manifest.beside(place).unlink(missing_ok=True)
            place.unlink()
    for place in manifest.paths(storing.folder):
        if not place.name.startswith(stem):
            continue
        found = manifest.read(place)
        if found.manifest.deleted_at is None and found.manifest.database == _whose(db):
            yield await _removed(db, table, before, columns, found, storing, breathe)


@dataclass(frozen=True, slots=True)
class _About:
    columns: Sequence[Column]
    before: datetime
    schema_version: int
    engine: str


async def _written(db: AnyDatabase, table: Retained, about: _About, storing: Storing) -> Archive | None:
    """Write one archive of the oldest rows; None where there is none to write."""
    now = timestamp_text(await db.jobs.clock())
    name = f"{_stem(db, table, now)}{files.ending(storing.format, storing.compression)}"
    path = storing.folder / name
    moment = next(place for place, column in enumerate(about.columns) if column.name == table.moment)
    count, oldest, newest = 0, None, None
    async with aclosing(_rows(db, table, about, storing)) as pages:
        rows = await anext(pages, None)
        if rows is None:
            return None
        with files.whole(path) as file:
            writer = files.writer(file, about.columns, storing.format, storing.compression)
            try:
                while rows:
                    await in_thread(writer.write, rows)
                    count += len(rows)
                    moments = [str(row[moment]) for row in rows]
                    oldest, newest = min(*moments, oldest or moments[0]), max(*moments, newest or moments[0])
                    rows = None if count + storing.page > storing.rows else await anext(pages, None)
                await in_thread(writer.close)
            except BaseException:
                writer.discard()
                raise
            size, sha256 = await in_thread(_kept, file)
            made = Manifest(
                table=table.name,
                columns=tuple(about.columns),
                rows=count,
                oldest=oldest,
                newest=newest,
                before=timestamp_text(about.before),
                format=storing.format,
                compression=storing.compression,
                file=name,
                bytes=size,
                sha256=sha256,
                schema_version=about.schema_version,
                engine=about.engine,
                database=_whose(db),
                made_at=now,
            )
            archive = Archive(manifest.beside(path), made)
            try:
                await in_thread(manifest.write, archive)
            except BaseException:
                archive.path.unlink(missing_ok=True)
                raise
    return archive


def _kept(file: BinaryIO) -> tuple[int, str]:
    """See that a file is on disk; its bytes and SHA-256."""
    files.kept(file)
    return file.tell(), manifest.sha256(Path(file.name))


async def _rows(db: AnyDatabase, table: Retained, about: _About, storing: Storing) -> AsyncGenerator[list[Values]]:
    """The rows that may go, as texts; without those that an archive cannot hold."""
    async with aclosing(table.pages(db, about.before, storing.page)) as pages:
        async for keys in pages:
            found = await row_texts.fetch(db, table.name, about.columns, keys)
            rows = [found[key] for key in map(_value, keys) if key in found]
            if rows := [row for row in rows if row_texts.storable(about.columns, row)]:
                yield rows


async def _removed(
    db: AnyDatabase,
    table: Retained,
    before: datetime,
    columns: Sequence[Column],
    archive: Archive,
    storing: Storing,
    breathe: Breathe,
) -> Archive:
    """Remove exactly the rows that are in the archive as they are in the table, and note that in its manifest."""
    await in_thread(manifest.verify, archive)
    found = archive.manifest
    same = set(found.columns) == set(columns)
    deleted, seen, left = 0, 0, list[str | int]()
    rows = files.read(archive.file, found.columns, found.format, found.compression, storing.chunk)
    while chunk := await in_thread(next, rows, None):
        seen += len(chunk)
        gone, stay = await _compared(db, table, before, found.columns, chunk if same else (), chunk)
        deleted += gone
        left += stay
        await breathe(gone)
    if seen != found.rows:
        raise ArchiveRefused(f"{archive.file} has {seen:,} rows, its manifest tells of {found.rows:,}")
    done = manifest.marked(archive, timestamp_text(await db.jobs.clock()), deleted, tuple(left))
    await in_thread(manifest.write, done)
    return done


async def _compared(
    db: AnyDatabase,
    table: Retained,
    before: datetime,
    columns: Sequence[Column],
    removable: Sequence[Values],
    chunk: Sequence[Values],
) -> tuple[int, list[str | int]]:
    """Remove of these rows those that the table has unchanged; how many, and the keys of those that stay."""
    async with db.transaction() as tx:
        held = [row.id for row in await table.queries(tx).hold_before(ids=[row[0] for row in removable], before=before)]
        there = await row_texts.fetch(tx, table.name, columns, held)
        equal = [row[0] for row in removable if there.get(row[0]) == row]
        deleted: int = await table.queries(tx).delete_listed(ids=equal)
        still = await row_texts.fetch(tx, table.name, columns[:1], [row[0] for row in chunk])
    return deleted, [key for key in still if isinstance(key, str | int)]


async def hold_and_delete(db: AnyRunner, table: Retained, before: datetime, keys: Sequence[Key]) -> int:
    """Remove rows by their keys, in one transaction, where they may still go; return how many went."""
    async with db.transaction() as tx:
        held = [row.id for row in await table.queries(tx).hold_before(ids=list(keys), before=before)]
        deleted: int = await table.queries(tx).delete_listed(ids=held)
        return deleted


def _stem(db: AnyDatabase, table: Retained, moment: str) -> str:
    """How the names of this database's archives of a table begin; the moment comes last."""
    whose = hashlib.sha256(_whose(db).encode()).hexdigest()[:8]
    return f"{table.name}-{whose}-{moment.replace(':', '').replace('-', '').replace('.', '')}"


def _whose(db: AnyDatabase) -> str:
    """The database's URL, the same from whichever folder it is opened."""
    path = db.options.path
    if path is None or path == ":memory:":
        return db.options.safe_url
    return replace(db.options, path=os.path.realpath(path)).safe_url


def _value(key: Key) -> Value:
    return key if isinstance(key, int) else str(key)
