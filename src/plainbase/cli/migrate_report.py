"""How the state of migrations is shown."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plainbase.database import Database
from plainbase.migrations import Entry, Status

_STYLES = {"applied": "green", "baseline": "green", "pending": "yellow"}
WIDE = 160
NOTE = 20


def standing(db: Database, found: Status) -> str:
    """One line: where the database stands, and what is left."""
    where = f"{db.options.safe_url} is at {found.version or 'no migration'}"
    if not found.entries:
        return f"{where}; the schema folder holds no migration"
    left = [f"{len(found.pending)} pending"] if found.pending else []
    odd = [each for each in found.entries if each.state not in ("applied", "baseline", "pending", "out of order")]
    left += [f"{len(odd)} to be looked at"] if odd else []
    return f"{where}, {', '.join(left) or 'up to date'}"


def table(found: Status) -> str:
    """Every migration a line, and the indexes that are INVALID."""
    terminal = sys.stdout.isatty()
    out = StringIO()
    console = Console(file=out, force_terminal=terminal or None, width=None if terminal else WIDE)
    headings = ["migration", "state", "applied at (UTC)", "took", "note"]
    if not any(entry.note for entry in found.entries):
        headings.remove("note")
    for name in ("took", "applied at (UTC)"):
        if _needed(found, headings) > console.width:
            headings.remove(name)
    shown = Table(box=SIMPLE_HEAD)
    for heading in headings:
        shown.add_column(heading, no_wrap=heading != "note", justify="right" if heading == "took" else "left")
    for entry in found.entries:
        cells = _cells(entry)
        shown.add_row(*(cells[heading] for heading in headings))
    console.print(shown)
    for index in found.invalid_indexes:
        console.print(f"index {index} is INVALID: it costs writes and serves no query; drop it and build it again")
    return out.getvalue()


def _cells(entry: Entry) -> dict[str, str]:
    return {
        "migration": entry.label,
        "state": f"[{_STYLES.get(entry.state, 'red')}]{entry.state}[/]",
        "applied at (UTC)": f"{entry.applied_at:%Y-%m-%d %H:%M:%S}" if entry.applied_at else "",
        "took": "" if entry.duration_ms is None else f"{entry.duration_ms} ms",
        "note": escape(entry.note),
    }


def _needed(found: Status, headings: Sequence[str]) -> int:
    """The width at which no cell is cut; notes are folded, and need less."""
    widest = {
        "migration": max((len(entry.label) for entry in found.entries), default=9),
        "state": max((len(entry.state) for entry in found.entries), default=5),
        "applied at (UTC)": 19,
        "took": 8,
        "note": NOTE,
    }
    return sum(widest[heading] + 3 for heading in headings) + 1
