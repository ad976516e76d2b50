"""Which rows of a target are there already: by a unique column, or by the values of several."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pypika import Parameter, Query, Table
from pypika.terms import Tuple

from plainbase.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Found:
    """A row that is there: its key, and the columns whose values are others."""

    key: Any
    differs: tuple[str, ...] = ()


def plain(value: Any) -> Any:
    """A value as it compares on every engine."""
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case Decimal():
            return float(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case float() if value.is_integer() and abs(value) < 2**53:
            return int(value)
        case _:
            return value


class Existing:
    """The rows of a target, told apart `by` one column that is unique, or by several together.

    `metadata.imported` is that member of a JSON column. Of equal rows each is counted. With several columns what tells
    them apart is read once and kept, 16 bytes a row.
    """

    def __init__(self, tx: Transaction, target: str, by: Sequence[str]) -> None:
        self._tx = tx
        self.target = target
        self.by = tuple(by)
        self.single = len(self.by) == 1 and "." not in self.by[0]
        self._there: Mapping[bytes, Sequence[Any]] | None = None
        self._seen: Counter[bytes] = Counter()

    def identity(self, values: Mapping[str, Any]) -> bytes:
        """What tells a row apart, in 16 bytes."""
        parts = [plain(_member(values, name)) for name in self.by]
        return hashlib.blake2b(json.dumps(parts, sort_keys=True, default=str).encode(), digest_size=16).digest()

    async def look(self, rows: Sequence[Mapping[str, Any]], filled: datetime) -> list[Found | None]:
        """For each row the one that is there. Values equal to `filled` were made up and are not compared."""
        if not rows:
            return []
        if self.single:
            return await self._by_key(rows, filled)
        if self._there is None:
            self._there = await self.numbers(number=None)
        found: list[Found | None] = []
        for row in rows:
            mark = self.identity(row)
            self._seen[mark] += 1
            there = self._there.get(mark, ())
            found.append(Found(mark) if self._seen[mark] <= len(there) else None)
        return found

    async def numbers(self, number: str | None = "id") -> Mapping[bytes, Sequence[Any]]:
        """What is there, each identity with the numbers of its rows."""
        there: defaultdict[bytes, list[Any]] = defaultdict(list)
        names = list(dict.fromkeys(name.partition(".")[0] for name in self.by))
        made = Query.from_(Table(self.target)).select(*names, *([number] if number else []))
        async with aclosing(self._tx.iterate_chunks(made)) as chunks:
            async for chunk in chunks:
                for row in chunk:
                    there[self.identity(dict(row))].append(row[number] if number else None)
        return there

    async def _by_key(self, rows: Sequence[Mapping[str, Any]], filled: datetime) -> list[Found | None]:
        name = self.by[0]
        table = Table(self.target)
        columns = list(rows[0])
        made = Query.from_(table).select(*columns).where(table[name].isin(Tuple(Parameter(":keys"))))
        there = {
            plain(row[name]): dict(row) for row in await self._tx.fetch_all(made, {"keys": [row[name] for row in rows]})
        }
        return [_compared(row, there.get(plain(row[name])), name, filled) for row in rows]


def _compared(row: Mapping[str, Any], other: Mapping[str, Any] | None, name: str, filled: datetime) -> Found | None:
    if other is None:
        return None
    differs = tuple(
        column
        for column, value in row.items()
        if column != "updated_at" and value != filled and plain(value) != plain(other[column])
    )
    return Found(other[name], differs)


def _member(values: Mapping[str, Any], name: str) -> Any:
    column, _, member = name.partition(".")
    value = values.get(column)
    if not member:
        return value
    return value.get(member) if isinstance(value, Mapping) else None
