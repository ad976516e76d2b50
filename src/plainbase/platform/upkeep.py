"""Keeping tables and indexes small and quick: vacuum, analyze, reindex; what each means and locks differs by engine.

PostgreSQL, table by table and index by index: `vacuum` lets others read and write, with `full` nobody touches the table
meanwhile; `analyze` and `reindex` let others read and write. SQLite: `vacuum` writes the whole file anew, `reindex` and
`analyze` go table by table; others read, and who writes waits for its turn.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, ParameterError, PlainbaseError, TransactionConflict
from plainbase.health import bytes_in_words
from plainbase.platform.progress import Progress, untold
from plainbase.platform.runners import AnyDatabase
from plainbase.rows import Row
from plainbase.shipped import internal_queries

LEFT_BEHIND = "what an interrupted REINDEX left behind is dropped"
NOT_ALLOWED = "this role may not: its owner may, or who was granted MAINTAIN"


@dataclass(frozen=True, slots=True)
class Work:
    """What was done to a table, an index or the file, in how many seconds; `error` says why not."""

    name: str
    table: str | None
    seconds: float
    error: str | None = None
    note: str | None = None


async def vacuum(
    db: AnyDatabase, tables: Sequence[str] = (), *, full: bool = False, progress: Progress = untold
) -> list[Work]:
    """Give the room of deleted rows to new ones, and count what the planner chooses indexes by.

    With `full` it goes back to the system; on SQLite it always does, for the whole file. Tables that this role may not
    vacuum are told of, and left. Raises ParameterError inside a transaction, for an unknown table, and for tables on
    SQLite; ConfigurationError where SQLite's disk has no room for the copy.
    """
    database = _outside(db, "vacuum")
    if database.options.dialect is Dialect.SQLITE:
        if tables:
            raise ParameterError("vacuum: SQLite vacuums the whole file; name no table")
        return [await _vacuum_file(database, progress)]
    column = "vacuum_full_text" if full else "vacuum_text"
    return await _each(database, await _tables(database, tables), column, "vacuum", progress)


async def analyze(db: AnyDatabase, tables: Sequence[str] = (), *, progress: Progress = untold) -> list[Work]:
    """Count what the planner chooses indexes by, table by table. Raises ParameterError as `vacuum` does."""
    database = _outside(db, "analyze")
    return await _each(database, await _tables(database, tables), "analyze_text", "analyze", progress)


async def reindex(db: AnyDatabase, tables: Sequence[str] = (), *, progress: Progress = untold) -> list[Work]:
    """Build indexes anew, one after the other, while others read and write; on SQLite those of a table at once.

    One that was INVALID is valid afterwards, and what an interrupted REINDEX left behind is dropped. One that fails
    does not stop the others. Raises ParameterError as `vacuum` does.
    """
    database = _outside(db, "reindex")
    wanted = {each["name"] for each in await _tables(database, tables)}
    indexes = [each for each in await _rows(database, "indexes") if each["table_name"] in wanted]
    done = []
    for number, index in enumerate(indexes):
        progress("reindex", number, len(indexes))
        if index["is_left_behind"]:
            done.append(await _one(database, index, index["drop_text"], index["table_name"], note=LEFT_BEHIND))
            continue
        work = await _one(database, index, index["reindex_text"], index["table_name"])
        if work.error is not None:
            await _drop_leftovers(database, {each["name"] for each in indexes})
        done.append(work)
    progress("reindex", len(indexes), len(indexes))
    return done


async def size(db: AnyDatabase) -> int:
    """The bytes of the database, free ones included."""
    found: int = await db.fetch_value(_text(db, "size"))
    return found


async def _each(db: Database, tables: Sequence[Row], column: str, what: str, progress: Progress) -> list[Work]:
    done = []
    for number, table in enumerate(tables):
        progress(what, number, len(tables))
        done.append(await _one(db, table, table[column]))
    progress(what, len(tables), len(tables))
    return done


async def _one(db: Database, row: Row, text: str, table: str | None = None, note: str | None = None) -> Work:
    began = perf_counter()
    error = None if row["is_allowed"] else NOT_ALLOWED
    if error is None:
        try:
            await db.script(text)
        except PlainbaseError as failure:
            error = failure.message
    return Work(row["name"], table, perf_counter() - began, error, note)


async def _drop_leftovers(db: Database, known: set[str]) -> None:
    """Drop what a REINDEX that has just failed has left; the next one does so where this cannot."""
    for index in await _rows(db, "indexes"):
        if index["is_left_behind"] and index["name"] not in known:
            await _one(db, index, index["drop_text"])


async def _vacuum_file(db: Database, progress: Progress) -> Work:
    path = db.options.path or ""
    used = await db.fetch_value(_text(db, "used"))
    if path != ":memory:":
        await asyncio.to_thread(require_room, Path(path), used)
    progress("vacuum", 0, 1)
    began = perf_counter()
    deadline = began + db.options.pool_timeout
    while True:
        try:
            await db.script(_text(db, "vacuum"))
            break
        except TransactionConflict:  # another process writes; a script with a PRAGMA is not tried again by itself
            if perf_counter() >= deadline:
                raise
            await asyncio.sleep(0.05)
    progress("vacuum", 1, 1)
    return Work(path, None, perf_counter() - began)


def require_room(path: Path, used: int) -> None:
    """Raise ConfigurationError unless the copy has room among temporary files, and its pages in the write-ahead log."""
    temporary = _temporary_folder()
    needed = {path.parent: used}
    if temporary.stat().st_dev == path.parent.stat().st_dev:
        needed[path.parent] += used
    else:
        needed[temporary] = used
    for folder, count in needed.items():
        free = shutil.disk_usage(folder).free
        if free < count:
            raise ConfigurationError(
                f"vacuum needs {bytes_in_words(count)} in {folder}, and {bytes_in_words(free)} are free there: "
                "make room, or set SQLITE_TMPDIR to a folder on another disk"
            )


def _temporary_folder() -> Path:
    """Where SQLite puts temporary files (https://www.sqlite.org/tempfiles.html, 5)."""
    places = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), "/var/tmp", "/usr/tmp", "/tmp")  # noqa: S108 (SQLite's own list)
    for each in places:
        if each and Path(each).is_dir() and os.access(each, os.W_OK | os.X_OK):
            return Path(each)
    return Path()


async def _tables(db: Database, names: Sequence[str]) -> list[Row]:
    """These tables, or all, by name."""
    rows = await _rows(db, "tables")
    unknown = sorted(set(names) - {each["name"] for each in rows})
    if unknown:
        raise ParameterError(f"there is no table {', '.join(map(repr, unknown))} to keep up")
    return [each for each in rows if not names or each["name"] in names]


def _outside(db: AnyDatabase, what: str) -> Database:
    if not isinstance(db, Database):
        raise ParameterError(f"{what} runs outside a transaction: pass the database, not `tx`")
    return db


async def _rows(db: Database, name: str) -> list[Row]:
    return await db.fetch_all(_text(db, name))


def _text(db: AnyDatabase, name: str) -> str:
    query = internal_queries(db.options.dialect, "upkeep")[name]
    return query.script or query.source
