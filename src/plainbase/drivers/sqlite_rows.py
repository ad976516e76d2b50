"""How SQLite's values become Python's: declared-type converters, declared results, and the row class."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from asyncpg.pgproto.pgproto import UUID  # a uuid.UUID that is several times faster to make

from plainbase.drivers.named import refuse_twins
from plainbase.rows import Row

_column = sqlite3.Row.__getitem__


class SqliteRow(sqlite3.Row, Row):
    """A row made by the sqlite3 module; `row_class` gives each set of columns a class of its own."""

    __slots__ = ()
    _positions: Mapping[str, int] = {}

    def __getitem__(self, key: Any) -> Any:
        if key.__class__ is str:  # the module's own look-up ignores case
            return _column(self, self._positions[key])
        return _column(self, key)

    def __contains__(self, name: object) -> bool:
        return name in self._positions

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a column, or `default` where there is no such column."""
        position = self._positions.get(name)
        return default if position is None else _column(self, position)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, tuple | Row):
            return tuple(self) == tuple(other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


_OWN_NAMES = frozenset(name for name in dir(SqliteRow) if not name.startswith("__"))


@lru_cache(maxsize=1024)
def row_class(names: tuple[str, ...]) -> type[SqliteRow]:
    """The row class for a result's columns; its attributes are read by position."""
    positions = {name: position for position, name in enumerate(names)}
    body: dict[str, Any] = {"__slots__": (), "_positions": positions}
    for name, position in positions.items():
        if name not in _OWN_NAMES and not name.startswith("__"):
            body[name] = property(_getter(position))
    return type("Row", (SqliteRow,), body)


def _getter(position: int) -> Callable[[SqliteRow], Any]:
    def get(row: SqliteRow) -> Any:
        return _column(row, position)

    return get


RowFactory = Callable[[sqlite3.Cursor, tuple[Any, ...]], SqliteRow]


def row_factory(description: tuple[tuple[Any, ...], ...], results: Mapping[str, str]) -> RowFactory:
    """The cursor's row factory: the row class itself, or where `-- result:` says more than the engine, with it."""
    names = tuple(map(itemgetter(0), description))
    refuse_twins(names)
    cls = row_class(names)
    declared = [(position, RESULTS[results[name]]) for position, name in enumerate(names) if name in results]
    if not declared:
        return cls

    def make(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> SqliteRow:
        converted = list(values)
        for position, convert in declared:
            if converted[position] is not None:
                converted[position] = convert(converted[position])
        return cls(cursor, tuple(converted))

    return make


def _aware(text: str) -> datetime:
    """A moment; what says no time zone is in UTC, as all that SQLite's own functions give."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _timestamp(value: Any) -> datetime:
    return value if isinstance(value, datetime) else _aware(value)


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


RESULTS: Mapping[str, Callable[[Any], Any]] = {
    "uuid": _uuid,
    "timestamp": _timestamp,
    "boolean": bool,
    "integer": int,
    "real": float,
    "decimal": _decimal,
    "text": str,
    "bytes": _bytes,
    "json": _json,
}


def register_converters() -> None:
    """Register the declared types; the registry is shared by the process, so the names are plainbase's alone."""
    sqlite3.register_converter("UUID_TEXT", lambda value: UUID(value.decode()))
    sqlite3.register_converter("TIMESTAMP_TEXT", lambda value: _aware(value.decode()))
    sqlite3.register_converter("JSON_TEXT", json.loads)
    sqlite3.register_converter("BOOLEAN_INTEGER", b"1".__eq__)
    sqlite3.register_converter("DECIMAL_TEXT", lambda value: Decimal(value.decode()))
    for name, parse in (("TIMESTAMP", datetime.fromisoformat), ("DATE", date.fromisoformat)):
        if getattr(sqlite3.converters.get(name), "__module__", "") == sqlite3.dbapi2.__name__:
            sqlite3.register_converter(name, _lenient(parse))


def _lenient(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """Read what the module's own, deprecated converter reads, and where that would raise, more or the text itself.

    Somebody else's columns may be declared TIMESTAMP or DATE; a converter that is not the module's own is left alone.
    """

    def convert(value: bytes) -> Any:
        text = value.decode(errors="replace")
        try:
            return parse(text)
        except ValueError:
            return text

    return convert


_DECLARED = {
    "UUID_TEXT": "uuid",
    "TIMESTAMP_TEXT": "timestamp",
    "JSON_TEXT": "json",
    "BOOLEAN_INTEGER": "boolean",
    "DECIMAL_TEXT": "decimal",
}


def logical_type(declared: str) -> str:
    """The logical type of a column by its declared type; `""` where anything may be stored.

    Beside plainbase's own names, a type counts by SQLite's rules of affinity (https://sqlite.org/datatype3.html),
    so that somebody else's tables are checked too.
    """
    name = declared.upper()
    if name in _DECLARED:
        return _DECLARED[name]
    if "INT" in name:
        return "integer"
    if "CHAR" in name or "CLOB" in name or "TEXT" in name:
        return "text"
    if "BLOB" in name:
        return "bytes"
    if "REAL" in name or "FLOA" in name or "DOUB" in name:
        return "real"
    return ""
