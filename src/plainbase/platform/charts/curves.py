"""Lines through points and clouds of points, over two axes of numbers or moments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TypeAlias

from . import formats, sampling
from .frame import SERIES_LIMIT, Frame, dash, empty, frame, marker, not_drawn, role
from .lettering import clean
from .scales import Kind, axis, usable
from .shapes import WIDTH, Chart, Circle, Polyline, Shape

Across: TypeAlias = float | date | datetime

_MARKED = 40  # as many points still get a mark each


@dataclass(frozen=True, slots=True)
class Series:
    """A named row of points; None or NaN as the second number breaks a line."""

    name: str
    points: Sequence[tuple[Across, float | None]]


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    points: list[tuple[float, float | None]]

    @property
    def drawn(self) -> list[tuple[float, float]]:
        return [(x, y) for x, y in self.points if y is not None]


def seconds(value: Across) -> float:
    """Return a moment as POSIX seconds; a naive one is UTC; numbers stay."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime.combine(value, time(), UTC).timestamp()
    return float(value)


def lines(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str = "",
    y_label: str = "",
    description: str = "",
    x_kind: Kind | None = None,
    y_kind: Kind = "linear",
    x_unit: str = "",
    y_unit: str = "",
    from_zero: bool = False,
    width: float = WIDTH,
    height: float = 190.0,
) -> Chart:
    """Draw each series as a line from left to right, broken where a value is missing, NaN or infinite."""
    return _plot(
        "Line chart",
        title,
        series,
        x_label,
        y_label,
        description,
        x_kind,
        y_kind,
        x_unit,
        y_unit,
        from_zero,
        width,
        height,
    )


def points(
    title: str,
    series: Sequence[Series],
    *,
    x_label: str = "",
    y_label: str = "",
    description: str = "",
    x_kind: Kind | None = None,
    y_kind: Kind = "linear",
    x_unit: str = "",
    y_unit: str = "",
    from_zero: bool = False,
    width: float = WIDTH,
    height: float = 210.0,
) -> Chart:
    """Draw each series as a cloud of points; series differ in colour and form."""
    return _plot(
        "Scatter plot",
        title,
        series,
        x_label,
        y_label,
        description,
        x_kind,
        y_kind,
        x_unit,
        y_unit,
        from_zero,
        width,
        height,
    )


def _plot(
    what: str,
    title: str,
    series: Sequence[Series],
    x_label: str,
    y_label: str,
    description: str,
    x_kind: Kind | None,
    y_kind: Kind,
    x_unit: str,
    y_unit: str,
    from_zero: bool,
    width: float,
    height: float,
) -> Chart:
    if x_kind is None:
        moments = any(isinstance(p[0], date) for s in series for p in s.points)
        x_kind = "time" if moments else "linear"
    shown = series[:SERIES_LIMIT]
    known = [_usable(s, x_kind, y_kind) for s in shown]
    note = _note(shown, known, len(series) - len(shown), x_kind, y_kind)
    if not any(k.drawn for k in known):
        return empty(title, description, width, note)
    x = axis((x for k in known for x, _ in k.drawn), x_kind, x_unit, tight=what == "Line chart")
    y = axis((y for k in known for _, y in k.drawn), y_kind, y_unit, zero=from_zero)
    names = [clean(s.name) for s in shown] if len(shown) > 1 else []
    at = frame(
        x,
        y,
        wide=width,
        tall=height,
        names=names,
        sample="line" if what == "Line chart" else "marker",
        x_label=x_label or (_period(x.low, x.high) if x_kind == "time" else ""),
        y_label=y_label,
        note=note,
    )
    draw = _line if what == "Line chart" else _cloud
    words = _Words(x_kind, x_unit, y_unit)
    shapes = [shape for i, k in enumerate(known) for shape in draw(at, k, i, words)]
    said = description or _described(what, known, words)
    return Chart(clean(title), clean(f"{said} {note}".strip()), width, at.height, (*at.shapes, *shapes))


def _period(low: float, high: float) -> str:
    days = high - low >= 86_400
    first, last = (formats.date(t - t % 86_400 if days else t) for t in (low, high))
    return f"{first} to {last}, UTC" if first != last else f"{first}, UTC"


def _usable(series: Series, x_kind: Kind, y_kind: Kind) -> _Known:
    found = [(seconds(x), None if y is None else float(y)) for x, y in series.points]
    kept = [(x, y if usable(y, y_kind) else None) for x, y in found if usable(x, x_kind)]
    kept.sort(key=lambda p: p[0])
    return _Known(clean(series.name), kept)


def _note(shown: Sequence[Series], known: Sequence[_Known], more: int, x_kind: Kind, y_kind: Kind) -> str:
    given = sum(y is not None and not math.isnan(y) for s in shown for _, y in s.points)
    missing = given - sum(len(k.drawn) for k in known)
    parts = [f"{more} more series not drawn."] if more else []
    if missing > 0:
        why = "infinite, or not above zero" if "log" in {x_kind, y_kind} else "infinite or out of range"
        parts.append(not_drawn(missing, why))
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class _Words:
    x_kind: Kind
    x_unit: str
    y_unit: str

    def x(self, value: float) -> str:
        return formats.date(value) if self.x_kind == "time" else formats.number(value, self.x_unit)

    def title(self, name: str, point: tuple[float, float]) -> str:
        where = f"{self.x(point[0])}: {formats.number(point[1], self.y_unit)}"
        return f"{name}, {where}" if name else where


def _line(at: Frame, known: _Known, index: int, words: _Words) -> list[Shape]:
    shapes: list[Shape] = []
    run: list[tuple[float, float]] = []
    marked = len(known.drawn) <= _MARKED
    for x, y in [*known.points, (0.0, None)]:
        if y is not None:
            run.append((x, y))
            continue
        if len(run) > 1:
            places = sampling.line([_place(at, p) for p in run])
            shapes.append(Polyline(tuple(places), role(index), dash(index), known.name))
        if marked or len(run) == 1:
            shapes += [Circle(*_place(at, p), 2.6, role(index), words.title(known.name, p)) for p in run]
        run = []
    return shapes


def _cloud(at: Frame, known: _Known, index: int, words: _Words) -> list[Shape]:
    places = [_place(at, p) for p in known.drawn]
    chosen = sampling.cloud(places)
    few = len(chosen) <= 400
    size = 3.6 if len(chosen) <= 150 else 2.4 if few else 1.3
    return [marker(*places[i], index, words.title(known.name, known.drawn[i]) if few else "", size) for i in chosen]


def _place(at: Frame, point: tuple[float, float]) -> tuple[float, float]:
    return (at.x(point[0]) if at.x else at.left), at.y(point[1])


def _described(what: str, known: Sequence[_Known], words: _Words) -> str:
    said = [f"{what} of {len(known)} series." if len(known) != 1 else f"{what}."]
    for k in known[:12]:
        drawn = k.drawn
        if not drawn:
            said.append(f"{k.name or 'A series'}: no data.")
            continue
        low, high = min(y for _, y in drawn), max(y for _, y in drawn)
        first, last = words.title("", drawn[0]), words.title("", drawn[-1])
        figures = f"lowest {formats.number(low, words.y_unit)}, highest {formats.number(high, words.y_unit)}"
        said.append(f"{k.name or 'Values'}: {len(drawn):,} points from {first} to {last}; {figures}.")
    if len(known) > 12:
        said.append(f"And {len(known) - 12} more.")
    return " ".join(said)
