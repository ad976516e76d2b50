"""A file of another program's, read as it was at one moment and never written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any, TypeVar

from plainbase.drivers.finishing import finished
from plainbase.drivers.sqlite_errors import code
from plainbase.errors import ConfigurationError

T = TypeVar("T")

CHUNK = 2000


class SqliteSource:
    """An SQLite file opened to read only, in one transaction; values come as they are stored.

    A text that is not UTF-8 comes as bytes. The file and its log are not written; beside a file with a write-ahead log
    SQLite may make an index of that log, as any reader does.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    async def open(cls, path: Path) -> SqliteSource:
        """Open a file. Raises ConfigurationError where there is none, or none of SQLite's."""

        def connect() -> sqlite3.Connection:
            if not path.is_file():
                raise ConfigurationError(f"there is no file {path} to read")
            uri = f"{path.resolve().as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
            try:
                connection.text_factory = _text
                connection.execute("PRAGMA query_only = ON")
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # from here on it is one moment
            except sqlite3.Error:
                connection.close()
                raise
            return connection

        return cls(path, await cls._run(path, connect))

    async def fetch(self, text: str) -> list[dict[str, Any]]:
        """Run a SELECT and return its rows."""

        def fetch() -> list[dict[str, Any]]:
            cursor = self._connection.execute(text)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

        return await self._run(self.path, fetch)

    async def chunks(self, text: str) -> AsyncGenerator[list[dict[str, Any]]]:
        """Run a SELECT and yield its rows, some at a time."""
        cursor = await self._run(self.path, lambda: self._connection.execute(text))
        try:
            names = [column[0] for column in cursor.description]
            while rows := await self._run(self.path, lambda: cursor.fetchmany(CHUNK)):
                yield [dict(zip(names, row, strict=True)) for row in rows]
        finally:
            cursor.close()

    async def copy(self, to: Path) -> None:
        """Copy this moment into a new file, and check the copy. Raises ConfigurationError where it is damaged."""

        def copy() -> str:
            target = sqlite3.connect(to, isolation_level=None)
            try:
                self._connection.backup(target, pages=-1)
                found: str = target.execute("PRAGMA integrity_check(1)").fetchone()[0]
                target.execute("PRAGMA journal_mode = DELETE")  # one file, that can be carried away
                return found
            finally:
                target.close()

        if await self._run(self.path, copy) != "ok":
            raise ConfigurationError(f"{self.path} is damaged: SQLite's integrity check fails on its copy")

    async def close(self) -> None:
        """End the transaction and close the file."""
        await finished(asyncio.to_thread(self._connection.close))

    @staticmethod
    async def _run(path: Path, work: Callable[[], T]) -> T:
        try:
            return await finished(asyncio.to_thread(work))
        except sqlite3.Error as error:
            raise ConfigurationError(f"cannot read the SQLite database {path}: {_why(error)}") from None


def _text(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def _why(error: sqlite3.Error) -> str:
    name = code(error)
    if name.startswith("SQLITE_NOTADB"):
        return "the file is not an SQLite database"
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):  # nothing is written but the index of a log
        return "it was not closed cleanly, or its folder cannot be used; open it once with its own program, or copy it"
    return str(error)
