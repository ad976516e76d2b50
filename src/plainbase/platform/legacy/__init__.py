"""Databases of older systems: what they hold, and taking it over with a report of what was left."""

from __future__ import annotations

from plainbase.platform.legacy.importing import Import, Made, Step
from plainbase.platform.legacy.layout import Layout, Recognition
from plainbase.platform.legacy.report import ColumnFate, Left, Part, Report
from plainbase.platform.legacy.source import Source, SourceTable

__all__ = [
    "ColumnFate",
    "Import",
    "Layout",
    "Left",
    "Made",
    "Part",
    "Recognition",
    "Report",
    "Source",
    "SourceTable",
    "Step",
]
