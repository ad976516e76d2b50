"""What lines, points and columns share: a legend above the plot, the axes around it, a note below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .lettering import clean, cut, width
from .scales import Axis
from .shapes import SMALL, TEXT, Chart, Circle, Line, Polygon, Rectangle, Shape, Text

COLOURS = 8
DASHES: tuple[tuple[float, ...], ...] = ((), (6.0, 3.0), (2.0, 2.5), (9.0, 3.0, 2.0, 3.0))
SERIES_LIMIT = COLOURS * len(DASHES)

Sample: TypeAlias = Literal["line", "marker", "box"]

_ROW = 18.0
_GAP = 14.0


def role(index: int) -> str:
    """Return the role of a series, which is its colour: series-1 to series-8, and round again."""
    return f"series-{index % COLOURS + 1}"


def dash(index: int) -> tuple[float, ...]:
    """Return the dashes that tell the ninth series from the first."""
    return DASHES[index // COLOURS % len(DASHES)]


def marker(x: float, y: float, index: int, title: str = "", size: float = 3.6) -> Shape:
    """Draw a point of a series; forms differ as colours do, for those who do not see colours."""
    form = index % 4
    if form == 0:
        return Circle(x, y, size, role(index), title)
    if form == 1:
        side = size * 0.9
        return Rectangle(x - side, y - side, 2 * side, 2 * side, role(index), title)
    if form == 2:
        return Polygon(
            ((x, y - size * 1.2), (x + size * 1.1, y + size * 0.8), (x - size * 1.1, y + size * 0.8)),
            role(index),
            title,
        )
    far = size * 1.25
    return Polygon(((x, y - far), (x + far, y), (x, y + far), (x - far, y)), role(index), title)


def text_cut(
    x: float,
    y: float,
    text: str,
    room: float,
    role: str,
    anchor: Literal["start", "middle", "end"] = "start",
    size: float = TEXT,
) -> Text:
    """Set a text in the room it has; where it is cut, it carries the whole."""
    whole = clean(text)
    short = cut(whole, room, size)
    return Text(x, y, short, role, anchor, size, whole if short != whole else "")


def legend(names: Sequence[str], sample: Sample, room: float, top: float = 0.0) -> tuple[list[Shape], float]:
    """Set the names of the series in rows, and return the height they take."""
    shapes: list[Shape] = []
    lead = 24.0 if sample == "line" else 16.0
    x, y = 0.0, top + 13.0
    for i, name in enumerate(names):
        text = text_cut(0, 0, name or f"series {i + 1}", room - lead - 1, "label", size=TEXT)
        wide = lead + width(text.text, TEXT)
        if x and x + wide > room:
            x, y = 0.0, y + _ROW
        middle = y - 4.5
        if sample == "line":
            shapes.append(Line(x, middle, x + 18, middle, role(i), dash(i)))
        elif sample == "marker":
            shapes.append(marker(x + 6, middle, i, size=4))
        else:
            shapes.append(Rectangle(x, middle - 5, 10, 10, role(i)))
        shapes.append(Text(x + lead, y, text.text, "label", "start", TEXT, text.whole))
        x += wide + _GAP
    return shapes, (y - top + 9.0 if names else 0.0)


@dataclass(frozen=True, slots=True)
class Frame:
    """The place of the plot, and everything that stands around it."""

    left: float
    top: float
    right: float
    bottom: float
    x: Axis | None
    y: Axis
    height: float
    shapes: tuple[Shape, ...]


def frame(
    x: Axis | None,
    y: Axis,
    *,
    wide: float,
    tall: float,
    names: Sequence[str] = (),
    sample: Sample = "line",
    x_label: str = "",
    y_label: str = "",
    note: str = "",
) -> Frame:
    """Lay out a plot of `tall` units between its axes; without `x` the caller sets the labels below it."""
    shapes, top = legend(names, sample, wide)
    if y_label:
        top += 13
        shapes.append(text_cut(0, top, y_label, wide, "tick", size=SMALL))
    top += 14 if y_label else 10
    left = max((width(label, SMALL) for label in y.labels), default=0.0) + 8
    right, bottom = wide - 8, top + tall
    y = y.placed(bottom, top)
    for value, label in zip(y.marks, y.labels, strict=True):
        at = y(value)
        shapes.append(Line(left, at, right, at, "zero" if value == 0 and not y.log else "grid"))
        shapes.append(Text(left - 6, at + 4, label, "tick", "end", SMALL))
    below = bottom + 17
    if x:
        x = x.placed(left + 2, right - 2)
        shapes.append(Line(left, bottom, right, bottom, "axis"))
        shapes += marks_below(x, bottom, wide)
    if x_label:
        below += 17
        shapes.append(text_cut((left + right) / 2, below, x_label, right - left, "tick", "middle", SMALL))
    shapes_note, height = note_below(note, below, wide)
    return Frame(left, top, right, bottom, x, y, height, (*shapes, *shapes_note))


def marks_below(x: Axis, bottom: float, wide: float, *, strokes: bool = True) -> list[Shape]:
    """Write the marks of an axis below it, as many as have room beside one another."""
    shapes: list[Shape] = []
    free = 0.0
    for value, label in zip(x.marks, x.labels, strict=True):
        half = width(label, SMALL) / 2
        at = x(value)
        centre = min(max(at, half), wide - half)
        if strokes:
            shapes.append(Line(at, bottom, at, bottom + 4, "axis"))
        if centre - half >= free:
            shapes.append(Text(centre, bottom + 17, label, "tick", "middle", SMALL))
            free = centre + half + 8
    return shapes


def note_below(note: str, below: float, wide: float) -> tuple[list[Shape], float]:
    """Set a note under everything else, and return the chart's height with it."""
    if not note:
        return [], below + 6
    return [text_cut(0, below + 19, note, wide, "note", size=SMALL)], below + 25


def not_drawn(count: int, why: str) -> str:
    """Say how many values are not in the chart."""
    return f"{count:,} {'value' if count == 1 else 'values'} not drawn: {why}."


def empty(title: str, description: str, wide: float, note: str = "") -> Chart:
    """Draw the chart of nothing: it says so."""
    shapes: list[Shape] = [
        Line(0, 12, wide, 12, "grid"),
        Text(wide / 2, 52, "no data", "note", "middle", TEXT),
        Line(0, 84, wide, 84, "grid"),
    ]
    below, height = note_below(note, 84, wide)
    said = " ".join(part for part in (description, "No data.", note) if part)
    return Chart(clean(title), clean(said), wide, height, (*shapes, *below))
