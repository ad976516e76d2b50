"""What came of a copy."""

from __future__ import annotations

from dataclasses import dataclass

from plainbase.errors import PlainbaseError


class CopyError(PlainbaseError):
    """A copy cannot begin, or could not be finished; nothing is half there without being marked."""


@dataclass(frozen=True, slots=True)
class CopiedTable:
    """A table: its rows, their digest, which is the same on both sides, and whether an earlier run brought them."""

    name: str
    rows: int
    sha256: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that is done; seconds of bringing the rows, and of reading them again in the target to compare."""

    source: str
    target: str
    resumed: bool
    tables: tuple[CopiedTable, ...]
    views: tuple[str, ...]
    load_seconds: float
    compare_seconds: float

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables)
