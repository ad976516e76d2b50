"""Both sides of a copy compared, table by table; where they differ, the first row that does."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from plainbase.platform.progress import Progress
from plainbase.platform.tables import Digest, Table, chunks, digest, row_counts, written
from plainbase.transaction import Transaction


async def differing(
    source: Transaction, target: Transaction, tables: tuple[Table, ...], progress: Progress
) -> tuple[set[str], dict[str, Digest]]:
    """The tables whose rows differ, and the digests of the others; rows are read only where there are as many."""
    here, there = await row_counts(source), await row_counts(target)
    digests: dict[str, Digest] = {}
    for done, table in enumerate(tables):
        progress("tables compared", done, len(tables))
        if here[table.name] == there[table.name]:
            found = await digest(source, table)
            if found == await digest(target, table):
                digests[table.name] = found
    progress("tables compared", len(tables), len(tables))
    return {table.name for table in tables} - digests.keys(), digests


async def first_difference(source: Transaction, target: Transaction, table: Table) -> str:
    """The key of the first row that differs, or is on one side only; empty where the table has no key."""
    if not table.key:
        return ""
    places = [table.names.index(name) for name in table.key]
    async with aclosing(_rows(source, table)) as here, aclosing(_rows(target, table)) as there:
        while True:
            left, right = await _next(here), await _next(there)
            if left is None or right is None or left[1] != right[1]:  # as written: a JSON text is not alike on both
                break
    found = left or right
    if found is None:
        return ""
    key = ", ".join(f"{table.names[place]} {found[0][place]}" for place in places)
    return f"from {key} on"


async def _rows(runner: Transaction, table: Table) -> AsyncGenerator[tuple[tuple[Any, ...], bytes]]:
    async with aclosing(chunks(runner, table)) as brought:
        async for rows in brought:
            for row, line in zip(rows, written(table, rows), strict=True):
                yield tuple(row), line


async def _next(rows: AsyncIterator[tuple[tuple[Any, ...], bytes]]) -> tuple[tuple[Any, ...], bytes] | None:
    return await anext(rows, None)
