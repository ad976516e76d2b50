"""What a chart is made of: a few shapes with roles; a painter (SVG, PDF) knows the colours of the roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Anchor: TypeAlias = Literal["start", "middle", "end"]

# Lengths are in the units of the view box; text of this size is still read when 420 of them shrink to a phone.
WIDTH = 420.0
TEXT = 12.5
SMALL = 11.5


@dataclass(frozen=True, slots=True)
class Line:
    """A straight stroke."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Polyline:
    """A stroke through points, not closed and not filled."""

    points: tuple[tuple[float, float], ...]
    role: str
    dash: tuple[float, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled shape."""

    points: tuple[tuple[float, float], ...]
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle; `x` and `y` are its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """A filled circle."""

    x: float
    y: float
    radius: float
    role: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `y` is its baseline, `whole` the full text where `text` was cut."""

    x: float
    y: float
    text: str
    role: str
    anchor: Anchor = "start"
    size: float = TEXT
    whole: str = ""


Shape: TypeAlias = Line | Polyline | Polygon | Rectangle | Circle | Text


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: its shapes in a box of `width` by `height`, a title and a description for those who cannot see it.

    The title is not among the shapes: the page or document sets it as a caption.
    """

    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]
