"""Fewer points that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

# The columns and rows of a unit of the view box that are told apart.
_FINE = 2.0


def line(points: Sequence[Point]) -> list[Point]:
    """Keep the first, last, lowest and highest point of every pixel column of a line that runs from left to right.

    Jugel, Jerzak, Hackenbroich, Markl: "M4: A Visualization-Oriented Time Series Data Aggregation" (VLDB 2014):
    the line drawn through these is the one drawn through all.
    """
    if len(points) <= 400:
        return list(points)
    kept: list[Point] = []
    begin = 0
    for end in range(1, len(points) + 1):
        if end < len(points) and int(points[end][0] * _FINE) == int(points[begin][0] * _FINE):
            continue
        column = range(begin, end)
        extremes = {begin, end - 1, min(column, key=lambda i: points[i][1]), max(column, key=lambda i: points[i][1])}
        kept.extend(points[i] for i in sorted(extremes))
        begin = end
    return kept


def cloud(points: Sequence[Point]) -> list[int]:
    """Return which points of a cloud to draw: one of those that would cover one another."""
    seen: dict[tuple[int, int], int] = {}
    for i, (x, y) in enumerate(points):
        seen.setdefault((int(x * _FINE), int(y * _FINE)), i)
    return list(seen.values())
