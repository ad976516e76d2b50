"""A report as a file: HTML or PDF by the file's ending, under its name only when it is whole."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from plainbase.errors import ParameterError
from plainbase.platform.export import target
from plainbase.platform.pdf import fonts
from plainbase.platform.report import html, pdf
from plainbase.platform.report.document import Report

PAGE = (".html", ".htm")
ENDINGS = (*PAGE, ".pdf")


def check(path: Path, *, overwrite: bool = False) -> None:
    """See that a report may be written under this name, before the database is asked for anything.

    Raises ParameterError, ConfigurationError where a PDF needs an extra that is missing, and OSError.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ParameterError(f"{path}: a report's name ends with {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if ending not in PAGE:
        fonts.require()
    target.check(path, overwrite=overwrite)


async def write(report: Report, path: Path, *, overwrite: bool = False) -> int:
    """Write a report; return its size in bytes. Raises as `check` does; nothing half written is left."""
    check(path, overwrite=overwrite)
    if path.suffix.lower() in PAGE:
        content = html.render(report).encode()
    else:
        whole = BytesIO()
        pdf.document(report).write(whole)
        content = whole.getvalue()
    async with target.written(path, overwrite=overwrite) as file:
        file.write(content)
    return len(content)
