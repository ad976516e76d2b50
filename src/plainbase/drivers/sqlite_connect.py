"""Opening SQLite connections: what is checked, and the settings each kind of connection gets."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from plainbase.drivers import sqlite_audit, sqlite_errors
from plainbase.errors import ConfigurationError
from plainbase.options import Options

OLDEST = (3, 38)
CACHE = "PRAGMA cache_size = -65536"
STATEMENTS = 1024
"""Prepared statements kept per connection, above the number of texts of a large query folder."""

BUSY_MILLISECONDS = 100
"""How long a writer blocks its thread for another process; beyond that it waits on the event loop."""


def check_engine(version: tuple[int, ...], compile_options: set[str]) -> None:
    """Raise ConfigurationError unless this SQLite is new enough and has FTS5."""
    if version < OLDEST:
        found = ".".join(map(str, version))
        raise ConfigurationError(f"SQLite {found} is too old: plainbase needs 3.38 or newer, with FTS5")
    if "ENABLE_FTS5" not in compile_options:
        raise ConfigurationError("this SQLite was built without FTS5; use a Python whose sqlite3 module has it")


def warnings(version: tuple[int, ...]) -> tuple[str, ...]:
    """Known defects of an SQLite version."""
    if version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45):
        return ()
    return (
        f"SQLite {'.'.join(map(str, version))} can corrupt a write-ahead log when two processes write or checkpoint at "
        "once; use 3.51.3 or newer (or 3.50.7, 3.44.6), or let one process write",
    )


def writer(options: Options) -> Callable[[], sqlite3.Connection]:
    """What opens the one connection that writes; it makes the file."""
    memory = options.path == ":memory:"

    def connect() -> sqlite3.Connection:
        connection = _connect(options)
        try:
            compiled = {row[0] for row in connection.execute("PRAGMA compile_options")}
            check_engine(sqlite3.sqlite_version_info, compiled)
            if not memory:
                _write_ahead(connection, options.connect_timeout)
                connection.execute("PRAGMA journal_size_limit = 67108864")
            connection.execute(f"PRAGMA synchronous = {options.synchronous}")
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            sqlite_audit.watch(connection)
        except sqlite3.Error as error:
            connection.close()
            raise _unusable(options, error) from None
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Switch to the write-ahead log; who writes a file that has none yet must end first, and SQLite does not wait."""
    deadline = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not sqlite_errors.is_busy(error) or time.monotonic() >= deadline:
                raise
        time.sleep(0.01)


def reader(options: Options) -> Callable[[], sqlite3.Connection]:
    """What opens a connection that only reads; the checkpoints are the writer's alone."""

    def connect() -> sqlite3.Connection:
        connection = _connect(options)
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("PRAGMA busy_timeout = 2000")
        return connection

    return connect


def _connect(options: Options) -> sqlite3.Connection:
    path = options.path or ":memory:"
    try:
        connection = sqlite3.connect(
            path,
            isolation_level=None,
            detect_types=sqlite3.PARSE_DECLTYPES,
            cached_statements=STATEMENTS,
            timeout=options.connect_timeout,
        )
    except sqlite3.Error as error:
        raise _unusable(options, error) from None
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(CACHE)
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA schema_version")  # reads the file's head, so that a file of another kind shows now
    except sqlite3.Error as error:
        connection.close()
        raise _unusable(options, error) from None
    return connection


def _unusable(options: Options, error: sqlite3.Error) -> Exception:
    """Say what is wrong with the path, as far as it can be told."""
    path = Path(options.path or "")
    code = sqlite_errors.code(error)
    if code.startswith("SQLITE_NOTADB"):
        reason = "the file is not an SQLite database"
    elif path.is_dir():
        reason = "it is a folder; name a file in it"
    elif not path.parent.exists():
        reason = f"the folder {path.parent} does not exist; make it first"
    elif not os.access(path.parent, os.W_OK):
        reason = "the folder is not writable, and SQLite keeps its write-ahead log beside the file"
    elif path.exists() and not os.access(path, os.R_OK | os.W_OK):
        reason = "the file is not readable and writable for this user"
    else:
        reason = str(error)
    return ConfigurationError(f"cannot open the SQLite database {path}: {reason}")
