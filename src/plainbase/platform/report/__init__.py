"""Reports: what a platform or an experiment came to, as one page that needs nothing else, or as PDF."""

from __future__ import annotations

from plainbase.platform.report.document import Report, Section
from plainbase.platform.report.gather import find, gather
from plainbase.platform.report.writing import check, write

__all__ = ["Report", "Section", "check", "find", "gather", "write"]
