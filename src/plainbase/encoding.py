"""Values on their way to an engine: each through the table of its parameter, a batch column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from plainbase.values import Accepts, Refused, integer64, real, text


def encode(tables: Sequence[Accepts], values: list[Any]) -> None:
    """Convert `values` in place, each by its table; raise `Refused` with the position as second argument."""
    position = 0
    try:
        for table in tables:
            value = values[position]
            converter = table[value.__class__]
            if converter is not None:
                values[position] = converter(value)
            position += 1
    except Refused as refused:
        raise Refused(refused.args[0], position) from None


def encode_many(tables: Sequence[Accepts], rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Convert rows of values; raise `Refused` with the position and the row's index.

    A column that holds one type is looked at as a whole first, which is many times faster than value by value.
    """
    encoded: list[Sequence[Any]] = []
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        columns = zip(*block, strict=True)
        slow = [
            (position, table)
            for position, (table, column) in enumerate(zip(tables, columns, strict=True))
            if not _goes_as_it_is(table, column)
        ]
        encoded.extend(_encode_block(slow, block, start) if slow else block)
    return encoded


def _encode_block(
    slow: Sequence[tuple[int, Accepts]], rows: Sequence[Sequence[Any]], start: int
) -> Iterator[Sequence[Any]]:
    for index, row in enumerate(rows, start):
        values = list(row)
        for position, table in slow:
            value = values[position]
            converter = table[value.__class__]
            if converter is not None:
                try:
                    values[position] = converter(value)
                except Refused as refused:
                    raise Refused(refused.args[0], position, index) from None
        yield values


_BLOCK = 4096


def _goes_as_it_is(table: Accepts, column: tuple[Any, ...]) -> bool:
    """Whether a whole column needs no conversion and holds nothing refused; False where that is not plain."""
    kinds = set(map(type, column))
    if type(None) in kinds:
        return False
    converters = {table[kind] for kind in kinds}
    if len(converters) != 1:
        return False
    (converter,) = converters
    if converter is None:
        return True
    if converter is text:
        joined = "".join(column)
        return joined.isascii() and "\0" not in joined
    if converter is real:
        total = sum(column)
        return bool(total == total)
    if converter is integer64:
        return bool(min(column) >= -(1 << 63) and max(column) < 1 << 63)
    return False
