"""A source's row, read value by value: what cannot be read says which column it is, and why."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn
from uuid import UUID

from plainbase.platform.legacy.source import Row


class Unfit(Exception):
    """A row cannot be taken: the reason, and the columns that are wrong; never a value."""

    def __init__(self, reason: str, *columns: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.columns = columns


ROUNDED = "it has more digits than a number keeps (15 to 17), and was rounded"

Find = Callable[[str, object], Any]
"""Gives what a source table's key became, or raises KeyError."""


class Reading:
    """One row: each method reads a column, gives None for NULL, and raises Unfit for what is no such value.

    A column that the table does not have is NULL. `notes` are what is to be said of the row once it is taken, `lost`
    the columns whose value is not kept as it was, and why.
    """

    def __init__(self, row: Row, find: Find) -> None:
        self.row = row
        self._find = find
        self.notes: list[str] = []
        self.lost: list[tuple[str, str]] = []

    def note(self, text: str) -> None:
        """Say something of the row, of which nothing is lost."""
        self.notes.append(text)

    def lose(self, column: str, why: str) -> None:
        """Say that a value is not kept as it was."""
        self.lost.append((column, why))

    def raw(self, column: str) -> Any:
        """The value as it came."""
        return self.row.get(column)

    def text(self, column: str) -> str | None:
        """A text; numbers become one."""
        value = self.raw(column)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bytes | bytearray | memoryview):
            raise Unfit("the text is not UTF-8", column)
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, dict | list):
            return json.dumps(value)
        return str(value)

    def required(self, column: str) -> str:
        """A text that may be neither NULL nor empty."""
        value = self.text(column)
        if not value:
            raise Unfit("a required value is NULL or empty", column)
        return value

    def moment(self, column: str) -> datetime | None:
        """A time; one without a zone is in UTC."""
        value = self.raw(column)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.strip())
            except ValueError:
                raise Unfit("this is no time", column) from None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day, tzinfo=UTC)
        if not isinstance(value, datetime):
            raise Unfit("this is no time", column)
        try:
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except OverflowError:
            raise Unfit("the time is outside the years 1 to 9999", column) from None

    def json(self, column: str) -> Any:
        """JSON, from text or as the engine gives it."""
        value = self.raw(column)
        if value is None or isinstance(value, dict | list | int | float | bool):
            return value
        if not isinstance(value, str):
            raise Unfit("this is no JSON", column)

        def of_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            made = dict(pairs)
            if len(made) < len(pairs):
                self.lose(column, "a key stands twice in an object of the JSON: the last counts")
            return made

        def of_digits(text: str) -> float:
            number = float(text)
            if math.isinf(number):
                raise _NotFinite
            try:
                self._rounded(column, Decimal(text), number)
            except InvalidOperation:  # an exponent that nothing holds: it is 0
                self.lose(column, ROUNDED)
            return number

        try:
            return json.loads(value, parse_constant=_no_constant, parse_float=of_digits, object_pairs_hook=of_pairs)
        except _NotFinite:
            raise Unfit("the JSON holds NaN or infinity", column) from None
        except (ValueError, RecursionError):
            raise Unfit("this is no JSON", column) from None

    def object(self, column: str) -> dict[str, Any]:
        """A JSON object; NULL is an empty one, and any other JSON stands in one as `value`."""
        value = self.json(column)
        if value is None:
            return {}
        return value if isinstance(value, dict) else {"value": value}

    def real(self, column: str) -> float | None:
        """A number; NaN is NULL, and a note says so."""
        value = self.raw(column)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = Decimal(_plain_digits(value))
            except (ValueError, InvalidOperation):
                raise Unfit("this is no number", column) from None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Unfit("this is no number", column)
        try:
            number = float(value)
        except (OverflowError, ValueError):  # a signalling NaN is none
            raise Unfit("this is no number, or too large", column) from None
        if math.isnan(number):
            self.note(f"{column}: NaN became NULL")
            return None
        exact = Decimal(value)
        if math.isinf(number) and exact.is_finite():
            raise Unfit("this is no number, or too large", column)
        if not isinstance(value, float):
            self._rounded(column, exact, number)
        return number

    def _rounded(self, column: str, exact: Decimal, number: float) -> None:
        if exact not in (Decimal(number), Decimal(repr(number))):
            self.lose(column, ROUNDED)

    def whole(self, column: str) -> int | None:
        """A whole number."""
        value = self.raw(column)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = int(_plain_digits(value))
            except ValueError:
                raise Unfit("this is no whole number", column) from None
        if isinstance(value, float | Decimal) and math.isfinite(value) and value == int(value):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("this is no whole number", column)
        return value

    def truth(self, column: str) -> bool | None:
        """True or false, as each engine stores it."""
        value = self.raw(column)
        if value is None or isinstance(value, bool):
            return value
        found = _TRUTH.get(str(value).lower())
        if found is None:
            raise Unfit("this is neither true nor false", column)
        return found

    def word(self, column: str, words: Mapping[str, str]) -> str | None:
        """A word as plainbase calls it; upper and lower case are one."""
        value = self.text(column)
        if value is None:
            return None
        found = words.get(value.strip().lower())
        if found is None:
            raise Unfit("this word is not known", column)
        return found

    def uuid(self, column: str) -> UUID | None:
        """A UUID, with or without hyphens."""
        value = self.raw(column)
        if value is None or isinstance(value, UUID):
            return value
        if isinstance(value, bytes) and len(value) == 16:
            return UUID(bytes=value)
        try:
            return UUID(str(value))
        except ValueError:
            raise Unfit("this is no UUID", column) from None

    def reference(self, column: str, table: str) -> Any:
        """What the row of another source table became."""
        value = self.raw(column)
        if value is None:
            return None
        try:
            return self._find(table, value)
        except KeyError:
            raise Unfit(f"what it refers to is not there, or was left ({table})", column) from None


_TRUTH = {"0": False, "1": True, "f": False, "t": True, "false": False, "true": True}


def _plain_digits(text: str) -> str:
    """A number's text; what only Python reads as one is none. Raises ValueError."""
    if "_" in text or not text.isascii():
        raise ValueError
    return text


class _NotFinite(Exception):
    pass


def _no_constant(_: str) -> NoReturn:
    raise _NotFinite
