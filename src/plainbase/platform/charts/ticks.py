"""Where an axis has its marks.

Linear marks follow Heckbert, "Nice Numbers for Graph Labels" (Graphics Gems, 1990): steps of 1, 2 or 5 times a
power of ten.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from . import formats

# Beyond these a double's own rounding would be seen on the axis.
HUGE = 1e300
TINY = 1e-290

_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400)
# The years that datetime can hold, a little inside.
FIRST_SECOND = datetime(2, 1, 1, tzinfo=UTC).timestamp()
LAST_SECOND = datetime(9998, 1, 1, tzinfo=UTC).timestamp()


def domain(values: Iterable[float], *, zero: bool = False) -> tuple[float, float]:
    """Return the lowest and highest value, widened where they are the same; 0 to 1 where there are none."""
    known = list(values)
    if zero:
        known.append(0.0)
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return low, high
    if high == 0:
        return 0.0, 1.0
    margin = abs(high) * 0.1
    return low - margin, high + margin


def nice(span: float, *, nearest: bool) -> float:
    """Return 1, 2, 5 or 10 times a power of ten: the one nearest to the span, or the first not below it."""
    power = 10.0 ** math.floor(math.log10(span))
    fraction = span / power
    limits = (1.5, 3.0, 7.0) if nearest else (1.0, 2.0, 5.0)
    return power * next((n for n, limit in zip((1, 2, 5), limits, strict=True) if fraction <= limit), 10)


def linear(low: float, high: float, count: int = 5) -> list[float]:
    """Return about `count` marks that enclose low to high, which differ."""
    step = nice(nice(high - low, nearest=False) / max(count - 1, 1), nearest=True)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # Divided where the step is below one: 3 * 0.1 is not 0.3, but 3 / 10 is.
    whole = round(1 / step) if 1e-15 < step < 1 else 0
    return [i / whole if whole else i * step for i in range(first, last + 1)]


def logarithmic(low: float, high: float, count: int = 5) -> list[float]:
    """Return marks from low to high, both above zero: powers of ten, also 2 and 5 times them where those are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / (count + 2)))
    powers = [10.0**e for e in range(first, last + 1, every) if -290 <= e <= 300]
    marks = [m for m in powers if low <= m <= high]
    if len(marks) < 3 and every == 1:
        marks = [n * p for p in powers for n in (1, 2, 5) if low <= n * p <= high]
    return marks if len(marks) >= 2 else [m for m in linear(low, high, count) if low <= m <= high]


def times(low: float, high: float, count: int = 5) -> tuple[list[float], list[str]]:
    """Return marks on round moments (POSIX seconds, UTC) and how they are written."""
    span = high - low
    step = next((s for s in _SECONDS if span / s <= count), 0)
    if step:
        marks = [float(i * step) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
        pattern = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86_400 else "%b %-d"
        return marks, _written(marks, pattern)
    weeks = 604_800 * 2
    if span / weeks <= count:
        step = 604_800 if span / 604_800 <= count else weeks
        monday = 345_600  # the first Monday of 1970
        starts = range(math.ceil((low - monday) / step), math.floor((high - monday) / step) + 1)
        marks = [float(monday + i * step) for i in starts]
        return marks, _written(marks, "%b %-d")
    months = next((m for m in _MONTHS if span / (m * 2_629_800) <= count), _MONTHS[-1])
    begin = datetime.fromtimestamp(low, UTC)
    index = -(-(begin.year * 12 + begin.month - 1) // months) * months
    marks = []
    while index < 9998 * 12:
        mark = datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC).timestamp()
        if mark > high:
            break
        if mark >= low:
            marks.append(mark)
        index += months
    return marks, _written(marks, "%Y" if months >= 12 else "%b %Y")


def _written(marks: Sequence[float], pattern: str) -> list[str]:
    moments = [datetime.fromtimestamp(m, UTC) for m in marks]
    # strftime's "%-d" is not known on every system.
    return [m.strftime(pattern.replace("%-d", str(m.day))) for m in moments]


def written(marks: Sequence[float], unit: str, *, log: bool) -> list[str]:
    """Write the marks of a number axis; those of a logarithmic one each by itself."""
    return [formats.number(m, unit) for m in marks] if log else formats.axis_labels(marks, unit)
