"""What an export is asked for, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from plainbase.errors import ParameterError


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export.

    `format` is csv, json, jsonl, parquet or pdf; without it the target's ending tells, and of an open file it is csv.
    `include_metadata` is for the columns metadata and metrics, `include_human_feedback` for human_rating and
    human_feedback. `max_records` are the newest ones; without it all are exported, to PDF 5,000. `overwrite` replaces
    a file that is there already. Raises ParameterError for a `max_records` below 1.
    """

    format: str | None = None
    include_metadata: bool = True
    include_human_feedback: bool = True
    max_records: int | None = None
    overwrite: bool = False

    def __post_init__(self) -> None:
        """Check what can be checked without a target."""
        most = self.max_records
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 1):
            raise ParameterError("max_records is a whole number from 1 on, or None for all")
        for name in ("include_metadata", "include_human_feedback", "overwrite"):
            if not isinstance(getattr(self, name), bool):
                raise ParameterError(f"{name} is True or False")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported; `path` is None where an open file was written to."""

    path: Path | None
    format: str
    rows: int
    bytes: int
