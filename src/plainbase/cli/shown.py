"""Values and rows as a terminal and as JSON show them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rich.text import Text

from plainbase.errors import PlainbaseError

NOTHING = "-"
UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def plain(value: object) -> str:
    """A value in a line: four digits of a number, a time to the minute, nothing that moves the cursor."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
        case _:
            return "".join(each if each.isprintable() else "�" for each in str(value))


def compact(value: int | None) -> str:
    """A large number in three digits: 7B, 70.6B."""
    if value is None:
        return NOTHING
    for unit, size in (("T", 10**12), ("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= size:
            return f"{value / size:.3g}{unit}" if value < 1000 * size else f"{value / size:,.0f}{unit}"
    return str(value)


def day(value: datetime) -> str:
    """The day of a time, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d}"


def cell(value: object) -> Text:
    """A value in a table; what looks like markup is shown as it is."""
    return Text(plain(value))


def lasting(seconds: float | None) -> str:
    """A duration in its largest two units that say something."""
    if seconds is None:
        return NOTHING
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    for place, (unit, size) in enumerate(UNITS):
        if abs(seconds) >= size:
            whole, rest = divmod(abs(seconds), size)
            sign = "-" if seconds < 0 else ""
            lower = UNITS[place + 1] if place + 1 < len(UNITS) else None
            tail = f" {rest // lower[1]:.0f} {lower[0]}" if lower and whole < 10 and rest >= lower[1] else ""
            return f"{sign}{whole:.0f} {unit}{tail}"
    return NOTHING


def as_json(value: Any) -> Any:
    """A value that JSON has: times and ids as text, rows as objects; infinity as text, since JSON has none."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case PlainbaseError():
            return value.message
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case _ if hasattr(value, "keys"):
            return {key: as_json(value[key]) for key in value.keys()}  # noqa: SIM118 (a row is no mapping)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name: as_json(getattr(value, name)) for name in value.__dataclass_fields__}
        case Sequence() if not isinstance(value, str):
            return [as_json(each) for each in value]
        case _:
            return value
