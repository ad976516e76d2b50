"""Columns over named places: stacked or side by side, as cost by day and model is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import TypeAlias

from . import formats
from .frame import SERIES_LIMIT, Frame, empty, frame, not_drawn, role, text_cut
from .lettering import clean, width
from .scales import axis, usable
from .shapes import SMALL, WIDTH, Chart, Line, Rectangle, Shape, Text

COLUMN_LIMIT = 366

# Where a series' part of a column begins, where it ends, and which series it is.
Part: TypeAlias = tuple[float, float, int]


@dataclass(frozen=True, slots=True)
class Values:
    """A named series: one value for each label of the chart, None where there is none."""

    name: str
    values: Sequence[float | None]


def columns(
    title: str,
    labels: Sequence[object],
    series: Sequence[Values],
    *,
    stacked: bool = True,
    unit: str = "",
    x_label: str = "",
    y_label: str = "",
    description: str = "",
    width: float = WIDTH,
    height: float = 170.0,
) -> Chart:
    """Draw a column from zero for each label, its series on one another or side by side.

    A label is written as `str()` writes it, days by short names over their period. Negative values stand below zero.
    A histogram is this with one series and its bins as labels.
    """
    names = [clean(str(label)) for label in labels[:COLUMN_LIMIT]]
    shown = [Values(clean(s.name), _usable(s.values, len(names))) for s in series[:SERIES_LIMIT]]
    note = _note(len(labels) - len(names), len(series) - len(shown), _refused(series, shown))
    if not names or not any(v is not None for s in shown for v in s.values):
        return empty(title, description, width, note)
    stacked = stacked and len(shown) > 1
    spans = _spans(shown, len(names), stacked)
    y = axis((v for place in spans for low, high, _ in place for v in (low, high)), "linear", unit, zero=True)
    days = [label for label in labels[:COLUMN_LIMIT] if isinstance(label, date)]
    if len(days) < len(names):
        days = []
    x_label = x_label or (f"{names[0]} to {names[-1]}" if len(days) > 1 else "")
    legend = [s.name for s in shown] if len(shown) > 1 else []
    at = frame(
        None, y, wide=width, tall=height, names=legend, sample="box", x_label=x_label, y_label=y_label, note=note
    )
    step = (at.right - at.left) / len(names)
    shapes: list[Shape] = []
    for i, place in enumerate(spans):
        shapes += _column(at, at.left + i * step, step, place, names[i], shown, unit, stacked)
    shapes.append(_base(at))
    shapes += _names([_short(d) for d in days] if days else names, at, step)
    said = description or _described(names, shown, unit)
    return Chart(clean(title), clean(f"{said} {note}".strip()), width, at.height, (*at.shapes, *shapes))


def _usable(values: Sequence[float | None], count: int) -> list[float | None]:
    kept = [v if usable(v, "linear") and abs(v or 0) < 1e290 else None for v in values[:count]]
    return kept + [None] * (count - len(kept))


def _refused(series: Sequence[Values], shown: Sequence[Values]) -> int:
    """Return how many numbers have no place on the axis."""
    given = (zip(s.values, of.values, strict=False) for s, of in zip(series, shown, strict=False))
    return sum(v is not None and not isnan(v) and kept is None for pairs in given for v, kept in pairs)


def _note(places: int, series: int, refused: int) -> str:
    parts = [f"{places:,} more columns not drawn."] if places else []
    parts += [f"{series} more series not drawn."] if series else []
    parts += [not_drawn(refused, "infinite or out of range")] if refused else []
    return " ".join(parts)


def _spans(shown: Sequence[Values], count: int, stacked: bool) -> list[list[Part]]:
    """Return for each place where each series' part begins and ends."""
    found: list[list[Part]] = []
    for i in range(count):
        up = down = 0.0
        parts: list[Part] = []
        for n, s in enumerate(shown):
            value = s.values[i]
            if value is None:
                continue
            if not stacked:
                parts.append((0.0, value, n))
            elif value < 0:
                parts.append((down, down + value, n))
                down += value
            else:
                parts.append((up, up + value, n))
                up += value
        found.append(parts)
    return found


def _column(
    at: Frame,
    x: float,
    step: float,
    parts: Sequence[Part],
    title: str,
    shown: Sequence[Values],
    unit: str,
    stacked: bool,
) -> list[Shape]:
    gap = step * 0.12 if step > 3 else 0.0
    wide = min(step - 2 * gap, 56.0)
    x += (step - wide) / 2
    if not stacked:
        wide /= len(shown)
    shapes: list[Shape] = []
    for start, end, n in parts:
        top, bottom = sorted((at.y(start), at.y(end)))
        name = f"{title}, {shown[n].name}" if shown[n].name else title
        said = f"{name}: {formats.number(end - start, unit)}"
        shapes.append(Rectangle(x if stacked else x + n * wide, top, wide, bottom - top, role(n), said))
    return shapes


def _short(day: date) -> str:
    # strftime's "%-d" is not known on every system.
    return f"{day:%b} {day.day}"


def _base(at: Frame) -> Line:
    zero = at.y(0.0)
    return Line(at.left, zero, at.right, zero, "axis")


def _names(names: Sequence[str], at: Frame, step: float) -> list[Shape]:
    """Write the labels below, every second, third … where all have no room; a single long one is cut."""
    room = max(step, 84.0) - 8
    widest = min(max(width(n, SMALL) for n in names), room)
    every = max(1, -(-(widest + 8) // step))
    shapes: list[Shape] = []
    for i in range(0, len(names), int(every)):
        centre = at.left + (i + 0.5) * step
        short = text_cut(0, 0, names[i], room, "tick", "middle", SMALL)
        half = width(short.text, SMALL) / 2
        centre = min(max(centre, half), at.right + 8 - half)
        shapes.append(Text(centre, at.bottom + 17, short.text, "tick", "middle", SMALL, short.whole))
    return shapes


def _described(names: Sequence[str], shown: Sequence[Values], unit: str) -> str:
    said = [f"Columns for {len(names):,} places, {names[0]} to {names[-1]}."]
    for s in shown[:12]:
        known = [v for v in s.values if v is not None]
        if known:
            low, high, total = (formats.number(v, unit) for v in (min(known), max(known), sum(known)))
            said.append(f"{s.name or 'Values'}: lowest {low}, highest {high}, together {total}.")
    return " ".join(said)
