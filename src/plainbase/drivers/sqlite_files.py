"""SQLite files as a whole: copied while others write, checked, made plain, and held so that nobody else has them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from plainbase.drivers import sqlite_errors
from plainbase.drivers.named import quote
from plainbase.drivers.sqlite_errors import is_busy
from plainbase.errors import PlainbaseError, StatementFailed, TransactionConflict

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite puts beside a database; its name is this one's and such an ending."""
MOST = 20
"""Problems that are told of one file."""


def copy(connect: Callable[[], sqlite3.Connection], path: Path) -> None:
    """Copy a database of one moment, by a connection of its own. Raises PlainbaseError, OSError."""
    with closing(connect()) as source:
        copied(path, source)


def copied(path: Path, source: sqlite3.Connection) -> None:
    """Copy what a connection has open into a new file.

    All pages in one step: in several, each change of another connection would begin the copy anew.
    """
    with _told(path), closing(sqlite3.connect(path, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = OFF")  # the file is written through when it is whole
        source.backup(target, pages=-1)


def check(path: Path) -> tuple[str, ...]:
    """Make a file plain, without a write-ahead log, and name what is wrong with its pages, indexes and references."""
    with _told(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE").close()
    return check_pages(path)


def check_pages(path: Path) -> tuple[str, ...]:
    """Name what is wrong with a file's pages, indexes and references, as it is."""
    with _told(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        wrong = [row[0] for row in connection.execute(f"PRAGMA integrity_check({MOST})") if row[0] != "ok"]
        orphans = connection.execute('SELECT DISTINCT "table", parent FROM pragma_foreign_key_check').fetchall()
    return (*wrong, *(f"{table} has rows whose parent in {parent} is gone" for table, parent in orphans))


def check_full_text(path: Path) -> tuple[str, ...]:
    """Name the full-text indexes that do not hold what their tables do; it writes, so give it a file of its own."""
    wrong = []
    with _told(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
        ).fetchall()
        for (name,) in names:
            try:
                connection.execute(f"INSERT INTO {quote(name)} ({quote(name)}, rank) VALUES ('integrity-check', 1)")  # noqa: S608 (the name is quoted)
            except sqlite3.DatabaseError:
                wrong.append(f"the full-text index {name} does not agree with its table")
    return tuple(wrong)


def is_empty(path: Path) -> bool:
    """Whether there is no file, or one without tables; one that cannot be read is not empty."""
    if not path.exists() or path.stat().st_size == 0:
        return True
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            return tables == 0
    except sqlite3.Error:
        return False


@contextmanager
def held(path: Path, *, plain: bool) -> Iterator[bool]:
    """Hold a file so that nobody else reads or writes it; `plain` brings its write-ahead log in and leaves none.

    Gives False where it is no database that can be read: then nothing is held. Raises TransactionConflict where
    another connection has it open. One that has no write-ahead log and does nothing is not seen.
    """
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
        is_held, busy = True, False
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE").close()
            if plain:
                busy = connection.execute("PRAGMA journal_mode = DELETE").fetchone() != ("delete",)
                connection.execute("BEGIN EXCLUSIVE")
            else:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # which takes the lock
        except sqlite3.Error as error:
            is_held, busy = False, is_busy(error)
        if busy:
            raise TransactionConflict(f"{path} is in use")
        yield is_held


def holders(path: Path) -> tuple[str, ...]:
    """Which processes have a file open, as far as this system shows them: their numbers and names."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended, or is another user's
            if any(os.path.realpath(each) == str(path) for each in (process / "fd").iterdir()):
                found.append(f"{process.name} ({(process / 'comm').read_text().strip()})")
    return tuple(sorted(found))


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        name = sqlite_errors.code(error)
        failure = sqlite_errors.translate(error)
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")):
            failure = StatementFailed(f"{path}: {error}")
        elif isinstance(failure, PlainbaseError):
            failure = type(failure)(f"{path}: {failure.message}")
        raise failure from None
