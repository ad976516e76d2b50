"""Charts of one row for each thing: bars from zero, and intervals around an estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import formats
from .frame import empty, marks_below, note_below, text_cut
from .lettering import clean, width
from .scales import Axis, axis, usable
from .shapes import SMALL, TEXT, WIDTH, Chart, Circle, Line, Rectangle, Shape, Text

ROW_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with a name, and the interval around it where there is one."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with a name and its confidence interval."""

    label: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: float | None
    low: float | None
    high: float | None
    written: str

    @property
    def numbers(self) -> list[float]:
        return [v for v in (self.value, self.low, self.high) if v is not None]


def bars(title: str, rows: Sequence[Bar], *, unit: str = "", description: str = "", width: float = WIDTH) -> Chart:
    """Draw a bar from zero for each row, in the order given, with whiskers from `low` to `high`."""
    known = [_row(b.label, b.value, b.low, b.high, formats.number(b.value, unit)) for b in rows[:ROW_LIMIT]]
    return _draw("Bar chart", title, known, len(rows), unit, description, width)


def intervals(
    title: str, rows: Sequence[Interval], *, unit: str = "", description: str = "", width: float = WIDTH
) -> Chart:
    """Draw each estimate with its interval round a line at zero (a forest plot), in the order given."""
    known = [_row(r.label, r.value, r.low, r.high, _interval(r, unit)) for r in rows[:ROW_LIMIT]]
    return _draw("Intervals", title, known, len(rows), unit, description, width)


def _interval(row: Interval, unit: str) -> str:
    if row.low is None or row.high is None:
        return formats.number(row.value, unit)
    low, high = formats.number(row.low, unit), formats.number(row.high, unit)
    return f"{formats.number(row.value, unit)} [{low}, {high}]"


def _row(label: str, value: float | None, low: float | None, high: float | None, written: str) -> _Row:
    def known(v: float | None) -> float | None:
        return v if usable(v, "linear") else None

    return _Row(clean(label), known(value), known(low), known(high), written)


def _draw(what: str, title: str, rows: Sequence[_Row], count: int, unit: str, description: str, wide: float) -> Chart:
    note = f"The first {len(rows)} of {count:,} are shown." if count > len(rows) else ""
    if not any(r.numbers for r in rows):
        return empty(title, description, wide, note)
    labels = max(width(r.label, TEXT) for r in rows)
    figures = max(map(_figure, rows))
    # Short names stand beside their bars, long ones above: a name is worth more than a long bar.
    beside = labels <= wide * 0.3 and labels + figures <= wide * 0.55
    place = axis((v for r in rows for v in r.numbers), "linear", unit, count=4, zero=True)
    half = max(width(place.labels[0], SMALL), width(place.labels[-1], SMALL)) / 2
    left = max(labels + 10, half) if beside else half
    place = place.placed(left, wide - max(half, figures + 10 if beside else 0))
    step = 26.0 if beside else 38.0
    top, bottom = 4.0, 4.0 + step * len(rows)
    shapes: list[Shape] = []
    for i, row in enumerate(rows):
        middle = top + i * step + (13.0 if beside else 27.0)
        if beside:
            shapes.append(Text(0, middle + 4.5, row.label, "label"))
            shapes.append(Text(wide, middle + 4.5, row.written, "value", "end"))
        else:
            room = wide - _figure(row) - 12
            shapes.append(text_cut(0, middle - 12, row.label, room, "label"))
            shapes.append(Text(wide, middle - 12, row.written, "value", "end"))
        # The grid stops where a name stands above its bar.
        shapes += _grid(place, middle - (13 if beside else 8), middle + (13 if beside else 11))
        shapes += (_bar if what == "Bar chart" else _estimate)(row, place, middle)
    shapes += marks_below(place, bottom, wide, strokes=False)
    below, height = note_below(note, bottom + 15, wide)
    said = description or _described(what, rows)
    return Chart(clean(title), clean(f"{said} {note}".strip()), wide, height, (*shapes, *below))


def _figure(row: _Row) -> float:
    return width(row.written, TEXT) * 1.08  # written bold


def _grid(place: Axis, top: float, bottom: float) -> list[Shape]:
    return [Line(place(m), top, place(m), bottom, "zero" if m == 0 else "grid") for m in place.marks]


def _bar(row: _Row, place: Axis, middle: float) -> list[Shape]:
    shapes: list[Shape] = []
    if row.value is not None:
        zero, end = place(0.0), place(row.value)
        name = f"{row.label}: {row.written}"
        shapes.append(Rectangle(min(zero, end), middle - 6, abs(end - zero), 12, "series-1", name))
    if row.low is not None and row.high is not None:
        shapes += _whisker(place(row.low), place(row.high), middle, "whisker")
    return shapes


def _estimate(row: _Row, place: Axis, middle: float) -> list[Shape]:
    shapes: list[Shape] = []
    if row.low is not None and row.high is not None:
        shapes += _whisker(place(row.low), place(row.high), middle, "series-1")
    if row.value is not None:
        shapes.append(Circle(place(row.value), middle, 4.5, "series-1", f"{row.label}: {row.written}"))
    return shapes


def _whisker(low: float, high: float, middle: float, role: str) -> list[Shape]:
    return [
        Line(low, middle, high, middle, role),
        Line(low, middle - 4, low, middle + 4, role),
        Line(high, middle - 4, high, middle + 4, role),
    ]


def _described(what: str, rows: Sequence[_Row]) -> str:
    said = "; ".join(f"{r.label or 'unnamed'}: {r.written}" for r in rows[:20])
    more = f"; and {len(rows) - 20} more" if len(rows) > 20 else ""
    return f"{what}. {said}{more}."
