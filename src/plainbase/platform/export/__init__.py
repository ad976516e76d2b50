"""Export: results as CSV, JSON, JSON Lines, Parquet or PDF, in flat memory, and no half file.

options (what is asked) -> formats (a writer each: csv, json, parquet, pdf; they share columns and cells) -> target.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

from plainbase.errors import ParameterError
from plainbase.platform.export.columns import chosen
from plainbase.platform.export.counted import CountedFile
from plainbase.platform.export.csv import harmless, original
from plainbase.platform.export.formats import FORMATS, OnRows, find_format
from plainbase.platform.export.options import Exported, ExportOptions
from plainbase.platform.export.source import Source
from plainbase.platform.export.target import written
from plainbase.platform.results import SearchFilters
from plainbase.platform.runners import AnyRunner

__all__ = ["FORMATS", "ExportOptions", "Exported", "OnRows", "export", "find_format", "harmless", "original"]


async def export(
    db: AnyRunner,
    filters: SearchFilters,
    options: ExportOptions,
    to: Path | str | BinaryIO,
    *,
    on_rows: OnRows | None = None,
) -> Exported:
    """Export the evaluations that filters find, newest first.

    A path gets the file only when it is whole, else stays as it was; an open binary file is written as rows come, and
    left open. `on_rows` is called with the number of rows so far. Raises ParameterError for an unknown format or a
    target that is there already, ConfigurationError for a package that is missing, both before any file is made, and
    OSError.
    """
    path = Path(to) if isinstance(to, str | Path) else None
    found = find_format(options.format, path)
    limit = found.limit if options.max_records is None else options.max_records
    source = Source(db, filters, chosen(options), limit)
    progress = on_rows or _nobody
    if isinstance(to, str | Path):
        async with written(Path(to), overwrite=options.overwrite) as file:
            rows = await found.write(file, source, progress)
            size = file.tell()
        return Exported(path, found.name, rows, size)
    if not hasattr(to, "write"):
        raise ParameterError(f"the target is a path or an open binary file, got {type(to).__name__}")
    counted = CountedFile(to)
    rows = await found.write(cast(BinaryIO, counted), source, progress)
    return Exported(None, found.name, rows, counted.size)


def _nobody(rows: int) -> None:
    """Told by no one."""
