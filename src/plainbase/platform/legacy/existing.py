"""Which rows of a target are there already: by a unique column, or by the values of several."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
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

    `metadata.imported` is that member of a JSON column. Of equal rows each is counted. With several columns the rows
    are read once, and 16 bytes are kept of what tells them apart and 8 of each other value.
    """

    def __init__(self, tx: Transaction, target: str, by: Sequence[str]) -> None:
        self._tx = tx
        self.target = target
        self.by = tuple(by)
        self.single = len(self.by) == 1 and "." not in self.by[0]
        self._there: Mapping[bytes, list[bytes]] | None = None

    def identity(self, values: Mapping[str, Any]) -> bytes:
        """What tells a row apart, in 16 bytes."""
        return _mark([_member(values, name) for name in self.by], 16)

    async def look(self, rows: Sequence[Mapping[str, Any]], filled: datetime) -> list[Found | None]:
        """For each row the one that is there. Values equal to `filled` were made up and are not compared."""
        if not rows:
            return []
        if self.single:
            return await self._by_key(rows, filled)
        others = [name for name in rows[0] if name not in self.by and name != "updated_at"]
        if self._there is None:
            there: defaultdict[bytes, list[bytes]] = defaultdict(list)
            async for row in self._rows(*others):
                there[self.identity(row)].append(b"".join(_mark(row[name]) for name in others))
            self._there = there
        return [self._matched(row, others, filled) for row in rows]

    def _matched(self, row: Mapping[str, Any], others: Sequence[str], filled: datetime) -> Found | None:
        """The row that is there for this one, of equal ones that which differs least; it is not found again."""
        mark = self.identity(row)
        if self._there is None or not (there := self._there.get(mark)):
            return None
        marks = [(name, at * MARK, _mark(row[name])) for at, name in enumerate(others) if row[name] != filled]
        differ = [tuple(name for name, at, own in marks if each[at : at + MARK] != own) for each in there]
        least = min(range(len(there)), key=lambda place: len(differ[place]))
        del there[least]
        return Found(mark, differ[least])

    async def numbers(self) -> Mapping[bytes, Any]:
        """What is there, each identity with the number of one of its rows."""
        return {self.identity(row): row["id"] async for row in self._rows("id")}

    async def _rows(self, *more: str) -> AsyncGenerator[dict[str, Any]]:
        names = dict.fromkeys((*(name.partition(".")[0] for name in self.by), *more))
        async with aclosing(self._tx.iterate_chunks(Query.from_(Table(self.target)).select(*names))) as chunks:
            async for chunk in chunks:
                for row in chunk:
                    yield dict(row)

    async def _by_key(self, rows: Sequence[Mapping[str, Any]], filled: datetime) -> list[Found | None]:
        name = self.by[0]
        table = Table(self.target)
        columns = list(rows[0])
        made = Query.from_(table).select(*columns).where(table[name].isin(Tuple(Parameter(":keys"))))
        there = {
            plain(row[name]): dict(row) for row in await self._tx.fetch_all(made, {"keys": [row[name] for row in rows]})
        }
        return [_compared(row, there.get(plain(row[name])), name, filled) for row in rows]


MARK = 8


def _mark(value: Any, size: int = MARK) -> bytes:
    """What stands for a value in comparisons, the same for what every engine makes of it."""
    return hashlib.blake2b(json.dumps(plain(value), sort_keys=True, default=str).encode(), digest_size=size).digest()


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
