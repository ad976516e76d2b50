"""The digest of a table's rows: the same on both engines where the rows are.

A row is its values in the order of the columns' names, as a JSON array: a text quoted, numbers as Python writes them
(floats exactly, `Infinity` too; a zero without its sign, which SQLite and jsonb do not keep), UUIDs and moments (UTC,
microseconds) as text, bytes in hexadecimal, decimals without zeros at their end; JSON as a list of one, since its null
is another than SQL's, with its keys sorted, and a number that no float holds as `{"": digits}`. The rows in the order
of the key, with a comma between them, are hashed by SHA-256; of a table without a key the hashes of the rows are
summed, modulo 2**256.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any
from uuid import UUID

from plainbase.platform.progress import Progress, untold
from plainbase.platform.tables.catalog import Table
from plainbase.platform.tables.reading import chunks
from plainbase.runner import Runner

Values = Iterable[Any]
_MODULUS = 2**256


@dataclass(frozen=True, slots=True)
class Digest:
    """How many rows a table has, and what they are, as 64 hexadecimal digits."""

    rows: int
    sha256: str


async def digest(runner: Runner, table: Table, *, progress: Progress = untold) -> Digest:
    """Digest a table in bounded memory, as `runner` sees it: of one moment in a transaction that does."""
    digesting = Digesting(table)
    async for rows in chunks(runner, table):
        digesting.add(rows)
        progress(table.name, digesting.rows, None)
    return digesting.digest()


class Digesting:
    """A digest in the making, of rows as `chunks` brings them."""

    def __init__(self, table: Table) -> None:
        self.rows = 0
        self._writers = [_WRITERS.get(column.type) for column in table.columns]
        self._ordered = bool(table.key)
        self._hash = sha256()
        self._sum = 0

    def add(self, rows: Sequence[Any]) -> None:
        """Take the next rows; of a table with a key in its order."""
        if not rows:
            return
        if self._ordered:
            if self.rows:
                self._hash.update(b",")
            self._hash.update(_encoded(_plain(self._writers, rows))[1:-1])
        else:
            for row in _plain(self._writers, rows):
                self._sum += int.from_bytes(sha256(_encoded(row)).digest())
            self._sum %= _MODULUS
        self.rows += len(rows)

    def digest(self) -> Digest:
        """What was taken."""
        return Digest(self.rows, self._hash.hexdigest() if self._ordered else f"{self._sum:064x}")


def written(table: Table, rows: Sequence[Any]) -> list[bytes]:
    """Each row as it is hashed."""
    return [_encoded(row) for row in _plain([_WRITERS.get(column.type) for column in table.columns], rows)]


def _other(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return _moment(value) if value.tzinfo else value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return _decimal(value)
    return str(value)


_encode: Callable[[Any], str] = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=_other, check_circular=False
).encode
_SIGNED_ZERO = "-0.0"


def _plain(writers: Sequence[Callable[[Values], Values] | None], rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows as JSON knows them, made column by column."""
    columns = [
        column if write is None else write(column)
        for write, column in zip(writers, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*columns, strict=True))


def _encoded(plain: Sequence[Any]) -> bytes:
    """A row, or many at once by the C of `json`: row by row that takes four times as long."""
    text = _encode(plain)
    if _SIGNED_ZERO in text:
        text = _encode(_unsigned(plain))
    return text.encode()


def _unsigned(value: Any) -> Any:
    """The same with zeros that have no sign."""
    if isinstance(value, float):
        return value + 0.0
    if isinstance(value, list | tuple):
        return [_unsigned(each) for each in value]
    if isinstance(value, dict):
        return {name: _unsigned(each) for name, each in value.items()}
    return value


def _moment(value: datetime) -> str:
    return (value if value.tzinfo is UTC else value.astimezone(UTC)).isoformat()


def _moments(values: Values) -> Values:
    return [None if value is None else value.isoformat() if value.tzinfo is UTC else _moment(value) for value in values]


def _number(text: str) -> Any:
    """A number with a point or an exponent: a float, unless none is the same number."""
    value = float(text)
    if repr(value) == text or (isfinite(value) and Decimal(repr(value)) == Decimal(text)):
        return value
    exact = Decimal(text)
    return {"": _decimal(exact) if abs(exact.adjusted()) < MOST_DIGITS else str(exact)}


MOST_DIGITS = 200_000
"""More than jsonb takes on either side of a point; such a number is not written out."""
_decode = json.JSONDecoder(parse_float=_number).decode


def _parsed(values: Values) -> Values:
    return [None if value is None else _json(value) for value in values]


def _json(text: str) -> Any:
    try:
        return [_decode(text)]
    except ValueError:  # an integer beyond what Python reads, or no JSON at all, which a column of one's own may hold
        return {"": text}


def _uuids(values: Values) -> Values:
    return [None if value is None else str(value) for value in values]


def _octets(values: Values) -> Values:
    return [None if value is None else value.hex() for value in values]


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _decimals(values: Values) -> Values:
    return [None if value is None else _decimal(value) for value in values]


_WRITERS: dict[str, Callable[[Values], Values]] = {
    "uuid": _uuids,
    "timestamp": _moments,
    "bytes": _octets,
    "decimal": _decimals,
    "json": _parsed,
}
