"""Durations as callers give them."""

from __future__ import annotations

import math

from plainbase.errors import DataInvalid

DAY = 86_400.0
"""Seconds."""

MOST_DAYS = 36_500
"""A hundred years."""


def checked_seconds(what: str, value: float, *, least: float = 1.0, most: float = MOST_DAYS * DAY) -> float:
    """The duration itself. Raises DataInvalid where it is no number of seconds in these bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise DataInvalid(f"{what} is a number of seconds")
    if not least <= value <= most:
        raise DataInvalid(f"{what} is {least:g} to {most:,.0f} seconds")
    return float(value)
