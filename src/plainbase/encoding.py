"""Values on their way to an engine: each through the table of its parameter, a batch column by column."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain
from types import NoneType
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
    """Convert rows of values; raise `Refused` with the position and the row's index."""
    if not tables:
        return rows
    return [row for block in encode_blocks(tables, rows) for row in regrouped(block, len(tables))]


def encode_blocks(tables: Sequence[Accepts], rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Convert rows of as many values as there are tables into blocks: the values of BLOCK rows, one after the other.

    A column that holds one type is looked at as a whole first, which is many times faster than value by value.
    Raises `Refused` with the position and the row's index.
    """
    width = len(tables)
    blocks = []
    for start in range(0, len(rows), BLOCK):
        block = list(chain.from_iterable(rows[start : start + BLOCK]))
        for position, table in enumerate(tables):
            column = block[position::width]
            if not _goes_as_it_is(table, column):
                block[position::width] = _converted(table, column, position, start)
        blocks.append(block)
    return blocks


def regrouped(block: Sequence[Any], width: int) -> Iterable[tuple[Any, ...]]:
    """The rows of a block, as tuples."""
    return zip(*[iter(block)] * width, strict=True)


def _converted(table: Accepts, column: Sequence[Any], position: int, start: int) -> list[Any]:
    values = list(column)
    index = 0
    try:
        for index, value in enumerate(column):
            converter = table[value.__class__]
            if converter is not None:
                values[index] = converter(value)
    except Refused as refused:
        raise Refused(refused.args[0], position, start + index) from None
    return values


BLOCK = 512
"""Rows that are looked at together; a column of texts is copied once for that."""


def _goes_as_it_is(table: Accepts, column: Sequence[Any]) -> bool:
    """Whether a whole column needs no conversion and holds nothing refused; False where that is not plain."""
    kinds = set(map(type, column))
    if NoneType in kinds and table[NoneType] is None:
        kinds.discard(NoneType)
        column = [value for value in column if value is not None]
    converters = {table[kind] for kind in kinds}
    if not converters:
        return True
    if len(converters) != 1:
        return False
    (converter,) = converters
    if converter is None:
        return True
    if converter is text:
        joined = "".join(column)
        return "\0" not in joined and (joined.isascii() or _encodable(joined))
    if converter is real:
        total = sum(column)
        return bool(total == total)
    if converter is integer64:
        return _fits64(column)
    return False


def _fits64(column: Sequence[int]) -> bool:
    try:
        array("q", column)
    except OverflowError:
        return False
    return True


def _encodable(joined: str) -> bool:
    try:
        joined.encode()
    except UnicodeEncodeError:  # a half of a surrogate pair
        return False
    return True
