"""How the state of migrations is shown."""

from __future__ import annotations

import sys
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from plainbase.database import Database
from plainbase.migrations import Status

_STYLES = {"applied": "green", "baseline": "green", "pending": "yellow"}
WIDE = 160


def standing(db: Database, found: Status) -> str:
    """One line: where the database stands, and what is left."""
    where = f"{db.options.safe_url} is at {found.version or 'no migration'}"
    left = [f"{len(found.pending)} pending"] if found.pending else []
    odd = [each for each in found.entries if each.state not in ("applied", "baseline", "pending", "out of order")]
    left += [f"{len(odd)} to be looked at"] if odd else []
    return f"{where}, {', '.join(left) or 'up to date'}"


def table(found: Status) -> str:
    """Every migration a line, and the indexes that are INVALID."""
    shown = Table(box=SIMPLE_HEAD)
    for heading in ("migration", "state", "applied at (UTC)"):
        shown.add_column(heading, no_wrap=True)
    shown.add_column("took", justify="right", no_wrap=True)
    shown.add_column("note")
    for entry in found.entries:
        when = f"{entry.applied_at:%Y-%m-%d %H:%M:%S}" if entry.applied_at else ""
        took = "" if entry.duration_ms is None else f"{entry.duration_ms} ms"
        state = f"[{_STYLES.get(entry.state, 'red')}]{entry.state}[/]"
        shown.add_row(entry.label, state, when, took, entry.note)
    out = StringIO()
    terminal = sys.stdout.isatty()
    console = Console(file=out, force_terminal=terminal or None, width=None if terminal else WIDE)
    console.print(shown)
    for index in found.invalid_indexes:
        console.print(f"index {index} is INVALID: it costs writes and serves no query; drop it and build it again")
    return out.getvalue()
