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


def insert_rows(
    table: str,
    columns: Sequence[str],
    blocks: Sequence[Sequence[Any]],
    on_conflict: OnConflict,
    connection: sqlite3.Connection,
) -> int:
    """Insert the rows of some blocks, and return how many there were; every name is one of the schema's own."""

    def text(rows: int) -> str:
        head = f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) VALUES "  # noqa: S608 (catalog names)
        marks = ", ".join([f"({', '.join('?' * width)})"] * rows)
        return f"{head}{marks}{' ON CONFLICT DO NOTHING' if on_conflict == 'ignore' else ''}"

    width = len(columns)
    together = max(1, min(ROWS_AT_ONCE, MOST_PARAMETERS // width))
    several, one, size = text(together), text(1), together * width
    inserted = 0
    for block in blocks:
        end = len(block) - len(block) % size
        if end:
            chunks = (block[start : start + size] for start in range(0, end, size))
            inserted += connection.executemany(several, chunks).rowcount
        if end < len(block):
            inserted += connection.executemany(one, regrouped(block[end:], width)).rowcount
    return inserted
