"""From values to places in the chart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from . import ticks

Kind: TypeAlias = Literal["linear", "log", "time"]


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps `low` … `high` to `start` … `end`, and knows its marks and how they are written."""

    low: float
    high: float
    start: float
    end: float
    marks: tuple[float, ...]
    labels: tuple[str, ...]
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        share = ((math.log(value) if self.log else value) - low) / (high - low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def placed(self, start: float, end: float) -> Axis:
        """Return the same axis at another place."""
        return Axis(self.low, self.high, start, end, self.marks, self.labels, self.log)


def usable(value: float | None, kind: Kind) -> bool:
    """Say whether a value has a place on such an axis."""
    if value is None or not -ticks.HUGE <= value <= ticks.HUGE:
        return False
    if kind == "time":
        return ticks.FIRST_SECOND <= value <= ticks.LAST_SECOND
    return kind == "linear" or value >= ticks.TINY


def axis(
    values: Iterable[float], kind: Kind, unit: str, *, count: int = 5, tight: bool = False, zero: bool = False
) -> Axis:
    """Make an axis for usable values; a tight one ends with them, else at a mark. It still wants a place."""
    known = [0.0 if abs(v) < ticks.TINY else v for v in values]
    if kind == "log":
        low, high = ticks.domain(known) if known else (1.0, 10.0)
        if tight or high / low < 2:
            marks = ticks.logarithmic(low, high, count)
        else:
            marks = ticks.logarithmic(low * 0.8, high * 1.25, count)
            low, high = min(low * 0.8, marks[0]), max(high * 1.25, marks[-1])
        return Axis(low, high, 0, 1, tuple(marks), tuple(ticks.written(marks, unit, log=True)), log=True)
    if kind == "time":
        low, high = min(known, default=0.0), max(known, default=1.0)
        if high - low < 1:
            low, high = low - 1, high + 1
        moments, labels = ticks.times(low, high, count)
        return Axis(low, high, 0, 1, tuple(moments), tuple(labels))
    low, high = ticks.domain(known, zero=zero)
    marks = ticks.linear(low, high, count)
    if tight:
        marks = [m for m in marks if low <= m <= high]
    else:
        low, high = marks[0], marks[-1]
    return Axis(low, high, 0, 1, tuple(marks), tuple(ticks.written(marks, unit, log=False)))
