"""Sample data for every table, made from a seed: for tests, and for anybody who wants something to look at."""

from plainbase.platform.sample.generate import SIZES, UNTIL, rows
from plainbase.platform.sample.load import load

__all__ = ["SIZES", "UNTIL", "load", "rows"]
