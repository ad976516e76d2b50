"""Many rows into a table: one statement takes several of them, which costs SQLite less than half of one by one."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from plainbase.drivers.base import OnConflict
from plainbase.drivers.named import quote
from plainbase.encoding import regrouped

ROWS_AT_ONCE = 64
"""Rows that one statement takes; more gain nothing."""

MOST_PARAMETERS = 8192
"""Parameters of one statement, well below SQLite's own limit of 32,766."""


class InsertRows:
    """An insertion, as it is run on a lane; every name is one of the schema's own."""

    def __init__(
        self, table: str, columns: Sequence[str], blocks: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> None:
        self._width = len(columns)
        self._head = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 (names of the catalog)
        self._row = f"({', '.join('?' * self._width)})"
        self._tail = " ON CONFLICT DO NOTHING" if on_conflict == "ignore" else ""
        self._blocks = blocks

    def __call__(self, connection: sqlite3.Connection) -> int:
        """Insert the rows, and return how many there were."""
        size = self._width * max(1, min(ROWS_AT_ONCE, MOST_PARAMETERS // self._width))
        several, one = self._text(size // self._width), self._text(1)
        inserted = 0
        for block in self._blocks:
            end = len(block) - len(block) % size
            if end:
                chunks = (block[start : start + size] for start in range(0, end, size))
                inserted += connection.executemany(several, chunks).rowcount
            if end < len(block):
                inserted += connection.executemany(one, regrouped(block[end:], self._width)).rowcount
        return inserted

    def _text(self, rows: int) -> str:
        return self._head + ", ".join([self._row] * rows) + self._tail
