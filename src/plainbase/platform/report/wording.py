"""Values as a reader sees them: figures, times, names of whatever length and script, and what a comparison found."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import datetime
from math import floor, isfinite, log10
from typing import Any

NONE = "\u2013"
"""What stands where there is no value."""
MINUS = "\u2212"
NAME = 500
"""The most characters of a text from the database in a table."""
LABEL = 32
"""The most characters of one in a chart or a sentence."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def name(value: object, limit: int = NAME) -> str:
    """A text of the database that stays in its place: on one line, no longer than this, its direction its own."""
    if value is None:
        return NONE
    text = _TURNS.sub("", _UNSEEN.sub(" ", str(value))).strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        text = f"\u2068{text}\u2069"
    return text or "(empty)"


def label(value: object) -> str:
    """The same, short enough for a chart or a sentence."""
    return name(value, LABEL)


def count(value: float | None) -> str:
    """A whole number, 12,345."""
    return NONE if value is None else f"{int(value):,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """A number with what is counted: 1 run, 2 runs."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def number(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits, without an exponent where it can be read without one."""
    if value is None:
        return NONE
    if not isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return "0"
    size = floor(log10(abs(value)))
    if -5 <= size < 7:
        return f"{value:,.{max(0, digits - 1 - size)}f}".replace("-", MINUS)
    return f"{value:.{digits - 1}e}".replace("-", MINUS)


def signed(value: float | None, digits: int = 4) -> str:
    """The same with its sign."""
    text = number(value, digits)
    return f"+{text}" if value is not None and value > 0 else text


def interval(low: float | None, high: float | None, digits: int = 4) -> str:
    """Two ends, or what says that there are none."""
    return NONE if low is None or high is None else f"{signed(low, digits)} to {signed(high, digits)}"


def probability(value: float | None) -> str:
    """A p value: three decimals, below that how small it is at most."""
    if value is None:
        return NONE
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def money(value: float | None) -> str:
    """US dollars, an estimate."""
    if value is None:
        return NONE
    return f"${value:,.4f}" if 0 < abs(value) < 0.995 else f"${value:,.2f}"


def milliseconds(value: float | None) -> str:
    """A latency."""
    if value is None:
        return NONE
    return f"{value / 1000:,.2f} s" if value >= 10_000 else f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"


def duration(seconds: float | None) -> str:
    """A length of time in its two largest units."""
    if seconds is None:
        return NONE
    if seconds < 1:
        return milliseconds(1000 * seconds)
    if seconds < 60:
        return f"{seconds:.1f} s"
    for size, unit, smaller, next_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            rest = int(seconds % size // smaller)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {next_unit}" if rest else "")
    return NONE


def age(seconds: float) -> str:
    """How long ago something was."""
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def when(value: datetime | None) -> str:
    """A time of day, UTC."""
    return NONE if value is None else f"{value:%Y-%m-%d %H:%M} UTC"


def share(part: float, whole: float) -> str:
    """A part in per cent."""
    return f"{100 * part / whole:.1f} %" if whole else NONE


def plain(value: Any) -> str:
    """A JSON value on one line: numbers short, texts bare."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return number(value)
    return name(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
