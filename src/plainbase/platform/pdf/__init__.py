"""Documents as PDF, by fpdf2 (the extra `export`)."""

from __future__ import annotations

from .document import Document, Written
from .tables import Column

__all__ = ["Column", "Document", "Written"]
