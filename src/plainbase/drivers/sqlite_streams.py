"""Rows in chunks: each crossing brings some, at first a few so that the first row comes soon."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

from plainbase.drivers.chunk_sizes import FEWEST, next_size
from plainbase.drivers.crossing import Work, outcome
from plainbase.drivers.lanes import Lane
from plainbase.drivers.sqlite_connect import CACHE
from plainbase.drivers.sqlite_work import Plan
from plainbase.rows import Row

SMALL_CACHE = "PRAGMA cache_size = -16384"
"""16 MB are enough for a stream alone on its connection, which reads most pages once."""


class Stream:
    """An open cursor; its functions run on the lane.

    What is not read yet can be brought in early (`keep`), before something else runs on the connection: a cursor
    left open would see what that changes, and would keep an interrupt for it alive.
    """

    def __init__(self, plan: Plan, values: Sequence[Any], *, alone: bool = False) -> None:
        self.size = FEWEST
        self._plan = plan
        self._values = values
        self._alone = alone
        self._cursor: sqlite3.Cursor | None = None
        self._kept: list[Row] | None = None

    def begin(self, connection: sqlite3.Connection) -> list[Row]:
        """Run the statement and fetch the first rows."""
        if self._alone:
            connection.execute(SMALL_CACHE)
        self._cursor = connection.execute(self._plan.text, self._values)
        try:
            self._plan.shape(self._cursor)
            return self._cursor.fetchmany(self.size)
        except BaseException:
            self.close()
            raise

    def proceed(self, connection: sqlite3.Connection) -> list[Row]:
        """Fetch the next rows."""
        if self._kept is not None:
            chunk, self._kept = self._kept[: self.size], self._kept[self.size :]
            return chunk
        return self._cursor.fetchmany(self.size) if self._cursor else []

    def keep(self) -> None:
        """Fetch all that is left."""
        if self._cursor is not None:
            try:
                self._kept = self._cursor.fetchall()
            finally:
                self.close()

    def close(self) -> None:
        """End the statement."""
        if self._cursor is not None:
            self._cursor.close()
            if self._alone:
                self._cursor.connection.execute(CACHE)
            self._cursor = None


async def chunks(stream: Stream, lane: Lane, run: Callable[[Work], Awaitable[Any]]) -> AsyncGenerator[list[Row]]:
    """Yield a stream's rows, a chunk at a time; `run` crosses to the lane."""
    try:
        chunk = await run(stream.begin)
        while chunk:
            last, size = len(chunk) < stream.size, next_size(chunk, stream.size)
            yield chunk
            if last:
                break
            stream.size = size
            chunk = await run(stream.proceed)
    finally:
        if lane.open:
            await outcome(lane.run(lambda connection: stream.close()), stoppable=False)
