"""Beginning a migration: its four files, with the header that a DBA looks for."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from plainbase.dialect import Dialect
from plainbase.errors import MigrationError
from plainbase.migrations.files import LAST_SHORT, numbers

_UP = """\
-- {number} {title}: say what it makes, in one line.
-- Locks: say which tables it locks against whom, and for how long; `plainbase migrate review` observes it.
-- Undo:  {label}.down.sql says what is lost; name it here.
"""
_DOWN = """\
-- {number} {title}: undo. Say which rows are lost, or that none are.
-- Locks: say which tables it locks against whom, and for how long.
"""


def new(folder: Path, name: str, *, timestamp: bool = False) -> tuple[Path, ...]:
    """Write the next migration's up and down files for both dialects, holding a header only; return their paths.

    A folder that has one dialect only keeps to it.
    The number is the last one plus one, or the UTC time with `timestamp`, or where the last one is a time.
    Raises MigrationError, with nothing written, where the name is none.
    """
    title = re.sub(r"[\s-]+", "_", name.strip())
    if not re.fullmatch(r"[A-Za-z]\w*", title, re.ASCII):
        raise MigrationError(f"{name!r} is no name for a migration: letters, digits and underscores, a letter first")
    number = _next_number(folder, timestamp=timestamp)
    label = f"{number}_{title.lower()}"
    dialects = [each for each in Dialect if (folder / each / "migrations").is_dir()] or Dialect
    texts = {"up": _UP, "down": _DOWN}
    files = {
        folder / dialect / "migrations" / f"{label}.{direction}.sql": text
        for dialect in dialects
        for direction, text in texts.items()
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(number=number, title=title.lower().replace("_", " "), label=label), "utf-8")
    return tuple(files)


def _next_number(folder: Path, *, timestamp: bool) -> str:
    last = max(numbers(folder), default=0)
    if timestamp or last >= LAST_SHORT:
        return max(f"{datetime.now(UTC):%Y%m%d%H%M%S}", str(last + 1).zfill(14))
    return f"{last + 1:04}"
