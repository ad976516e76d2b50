"""Charts without a dependency: laid out once, painted as SVG in a page or as vectors in a PDF."""

from __future__ import annotations

from .columns import Values, columns
from .curves import Series, lines, points
from .formats import number
from .rows import Bar, Interval, bars, intervals
from .shapes import Chart

__all__ = ["Bar", "Chart", "Interval", "Series", "Values", "bars", "columns", "intervals", "lines", "number", "points"]
