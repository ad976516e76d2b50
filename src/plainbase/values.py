"""What a value is: one table of accepted Python types per logical type, the same on both engines.

The drivers alone disagree with each other and with themselves (one stores 1.5 in a bigint as 1, the other stores
5 in a text column), so every value whose column type is known passes through the table here first.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from numbers import Integral, Real
from typing import Any
from uuid import UUID

Converter = Callable[[Any], Any]

TYPES = ("uuid", "timestamp", "boolean", "integer", "real", "decimal", "text", "bytes", "json")
"""The logical types, as `-- result:` writes them."""


_INFINITY = float("inf")


class Refused(Exception):
    """A value is not acceptable; the caller adds the parameter's name, never the value."""


class Accepts(dict[type, Converter | None]):
    """What one logical type accepts: Python type -> converter, or None where the value goes as it is.

    A type not listed is looked up once (its base classes, then numbers of other libraries) and remembered.
    """

    def __init__(self, name: str, table: Mapping[type, Converter | None], *, lenient: bool = False) -> None:
        super().__init__(table)
        self.name = name
        self.lenient = lenient
        self.setdefault(type(None), None)

    def __missing__(self, cls: type) -> Converter | None:
        converter = self._resolve(cls)
        self[cls] = converter
        return converter

    def _resolve(self, cls: type) -> Converter | None:
        for base in cls.__mro__[1:]:
            if base in self:
                return self[base]
        if issubclass(cls, Integral) and int in self:
            return _then(int, self[int])
        if issubclass(cls, Real) and float in self:
            return _then(float, self[float])
        return None if self.lenient else _refuse(f"expected {self.name}, got {cls.__name__}")


class ListOf(Accepts):
    """What `IN (:ids)` accepts: any sequence of elements that `element` accepts, handed on through `store`."""

    def __init__(self, element: Accepts, store: Converter = list, *, nullable: bool = False) -> None:
        super().__init__("list", {})
        del self[type(None)]
        self.element = element
        self._store = store
        self._nullable = nullable

    def __missing__(self, cls: type) -> Converter:
        self[cls] = self._convert
        return self._convert

    def _convert(self, value: Any) -> Any:
        if value is None and self._nullable:
            return None
        converted = []
        for item in elements(value):
            if item is None and not self._nullable:
                raise Refused("a list cannot hold None")
            if isinstance(item, bytes | bytearray | memoryview) and not self._nullable:
                raise Refused("a list cannot hold bytes")
            converter = self.element[item.__class__]
            converted.append(item if converter is None else converter(item))
        return self._store(converted)


def json_list(items: list[Any]) -> str:
    """A list as JSON that `json_each` reads, infinities included."""
    if any(item in (_INFINITY, -_INFINITY) for item in items if item.__class__ is float):
        return f"[{','.join(_json_item(item) for item in items)}]"
    return json.dumps(items, ensure_ascii=False)


def _json_item(item: Any) -> str:
    if item == _INFINITY:
        return "9e999"
    return "-9e999" if item == -_INFINITY else json.dumps(item, ensure_ascii=False)


def elements(value: Any) -> list[Any]:
    """The elements of the value for `IN (:ids)`: any sequence or set, or one scalar."""
    if isinstance(value, str | bytes | bytearray | memoryview | Mapping) or not isinstance(value, Iterable):
        return [value]
    if isinstance(value, Iterator):  # it could be read once only, and may stand in two places
        raise Refused("expected a sequence, got an iterator")
    return list(value)


def _then(first: Converter, second: Converter | None) -> Converter:
    if second is None:
        return first
    return lambda value: second(first(value))


def _refuse(reason: str) -> Converter:
    def refuse(value: Any) -> Any:
        raise Refused(reason)

    return refuse


def text(value: str) -> str:
    if "\0" in value:
        raise Refused("a text cannot hold the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Refused("a text cannot hold half of a surrogate pair") from None
    return value


def _integer(bits: int) -> Converter:
    high = 1 << (bits - 1)

    def integer(value: Any) -> Any:
        if -high <= value < high:
            return value
        raise Refused(f"an integer does not fit into {bits} bits")

    return integer


integer64 = _integer(64)


def real(value: float) -> float:
    if value != value:
        raise Refused("NaN is not a value; pass None")
    return value


def _real_from_integer(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Refused("an integer does not fit into a double") from None


def decimal(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise Refused("a decimal must be finite")
    return value


def decimal_text(value: Decimal) -> str:
    return format(decimal(value), "f")


def uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise Refused("expected a UUID, got another text") from None


def aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        raise Refused("a datetime needs a time zone, got a naive one")
    if value.year in (1, 9999):
        try:
            inside = _FIRST < value.astimezone(UTC) < _LAST
        except OverflowError:
            inside = False
        if not inside:  # asyncpg takes the first and the last moment for infinities
            raise Refused("a datetime is outside the years 1 to 9999 in UTC, or at their very ends")
    return value


_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def timestamp_text(value: datetime) -> str:
    """Fixed width and UTC, so that the order of texts is the order of times."""
    if value.tzinfo is not UTC or value.year in (1, 9999):
        value = aware(value).astimezone(UTC)
    return value.isoformat(timespec="microseconds")[:26] + "Z"


class JsonText(str):
    """JSON as it is written already, which stays as it is where an engine keeps its text."""

    __slots__ = ()


def written_json(value: str) -> str:
    """JSON as it was written; no NUL, which the input table refuses for all JSON."""
    if "\\u0000" in value and _ESCAPED_NUL.search(value):
        raise Refused("JSON text cannot hold the character NUL")
    return text(str(value))


_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_STRING_OR_EXPONENT = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?[eE][+-]?\d+')


def json_text(value: Any) -> str:
    """JSON for both engines: no NaN, no infinity, no NUL; a float stays one."""
    try:
        encoded = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        kind = "NaN or infinity" if "JSON compliant" in str(error) else "a value that is not JSON"
        raise Refused(f"JSON cannot hold {kind}") from None
    if "\\u0000" in encoded and _ESCAPED_NUL.search(encoded):
        raise Refused("JSON text cannot hold the character NUL")
    if "e+" in encoded:  # jsonb would give 1e+22 back as an integer
        encoded = without_exponents(encoded)
    return text(encoded)


def without_exponents(encoded: str) -> str:
    """JSON with every number written out that has an exponent, and as no integer; one that no engine holds stays."""
    return _STRING_OR_EXPONENT.sub(_without_exponent, encoded)


def _without_exponent(match: re.Match[str]) -> str:
    token = match.group()
    if token[0] == '"' or abs(int(re.split("[eE]", token)[1])) > _MOST_EXPONENT:
        return token
    written = f"{Decimal(token):f}"
    return written if "." in written else f"{written}.0"


_MOST_EXPONENT = 20_000
"""Beyond it jsonb refuses a fraction, and a number written out would be longer than what it is for."""


_NOT_A_BOOLEAN: dict[type, Converter | None] = {bool: _refuse("expected integer, got bool")}


def native() -> dict[str, Accepts]:
    """Build the tables for an engine with real types: values stay Python objects, JSON becomes text."""
    return {
        "uuid": Accepts("uuid", {UUID: None, str: uuid}),
        "timestamp": Accepts("timestamp", {datetime: aware}),
        "boolean": Accepts("boolean", {bool: None}),
        "integer": Accepts("integer", {int: integer64, **_NOT_A_BOOLEAN}),
        "integer32": Accepts("integer", {int: _integer(32), **_NOT_A_BOOLEAN}),
        "integer16": Accepts("integer", {int: _integer(16), **_NOT_A_BOOLEAN}),
        "real": Accepts("real", {float: real, int: _real_from_integer, bool: _refuse("expected real, got bool")}),
        "decimal": Accepts("decimal", {Decimal: decimal, int: Decimal, bool: _refuse("expected decimal, got bool")}),
        "text": Accepts("text", {str: text}),
        "bytes": Accepts("bytes", {bytes: None, bytearray: bytes, memoryview: bytes}),
        "json": Accepts(
            "json",
            {JsonText: written_json, **dict.fromkeys((dict, list, tuple, str, int, float, bool), json_text)},
        ),
        "limit": Accepts("integer", {int: _limit, **_NOT_A_BOOLEAN, type(None): _refuse("None is no limit")}),
        "": Accepts("any", {str: text, float: real, bool: None, int: None}, lenient=True),
    }


def stored_as_text() -> dict[str, Accepts]:
    """Build the tables for an engine that keeps UUID, timestamp, decimal and JSON as text."""
    tables = native()
    uuid_table = Accepts("uuid", {UUID: str, str: lambda value: str(uuid(value))})
    timestamp_table = Accepts("timestamp", {datetime: timestamp_text})
    decimal_table = Accepts(
        "decimal",
        {Decimal: decimal_text, int: lambda value: decimal_text(Decimal(value)), bool: tables["decimal"][bool]},
    )
    untyped: dict[type, Converter | None] = {
        bool: None,
        int: integer64,
        float: real,
        str: text,
        bytes: None,
        bytearray: bytes,
        memoryview: bytes,
        UUID: str,
        datetime: timestamp_text,
        date: date.isoformat,
        Decimal: decimal_text,
        dict: json_text,
        list: json_text,
        tuple: json_text,
    }
    return tables | {
        "uuid": uuid_table,
        "timestamp": timestamp_table,
        "decimal": decimal_table,
        "": Accepts("a value plainbase knows", untyped),
    }


def _limit(value: int) -> Any:
    # None for LIMIT is no limit to one engine and an error to the other, so both refuse it; likewise below zero.
    if value < 0:
        raise Refused("a limit cannot be negative")
    return integer64(value)


def now() -> datetime:
    """The client's clock, aware and in UTC."""
    return datetime.now(UTC)


_last_tick = 0


def uuid7() -> UUID:
    """A new UUID of version 7 (RFC 9562 section 5.7), later ones of one process sorting after earlier ones.

    48 bits of milliseconds, then 12 bits of sub-millisecond time (method 3 of section 6.2), then 62 random bits.
    """
    global _last_tick
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    tick = milliseconds << 12 | rest * 4096 // 1_000_000
    if tick <= _last_tick:
        tick = _last_tick + 1
    _last_tick = tick
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random)
