"""The queues and the workers as tables, in full or cut to a terminal's size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from typing import Any

from rich.console import Console
from rich.text import Text

from plainbase.cli.jobs_standing import Standing
from plainbase.cli.screen import head, heading, parted, short
from plainbase.cli.shown import Column, lasting, plain, print_table

KEYS = "q or Ctrl-C ends"
FEWEST = 5
"""The lines that the workers have at least."""
ABOVE = 3
"""The lines of a table above its rows."""
LEAST_QUEUES = ("cancelled", "completed", "paused for", "scheduled", "oldest waits", "dead")
LEAST_WORKERS = ("tags", "address", "failed", "completed", "status")


def print_standing(console: Console, standing: Standing) -> None:
    """Everything, as wide as the console."""
    for line in _totals(standing, console.width):
        console.print(line)
    for part, title, columns, rows, least in _tables(standing):
        console.print()
        if rows is None:
            console.print(_failed(standing, part, title))
        elif rows:
            print_table(console, title, columns, rows, least)
        else:
            console.print(f"{title}: none")


def draw(standing: Standing, where: str, width: int, height: int, ascii_only: bool) -> Text:
    """Lines no longer than the width and no more than the height; a table that is cut says how many rows more."""
    lines = [
        head("plainbase jobs", standing.at or datetime.now(UTC), where, width, ascii_only),
        *_totals(standing, width),
    ]
    room = max(0, height - len(lines) - 1)
    (_, _, _, queues, _), (_, _, _, workers, _) = tables = tuple(_tables(standing))
    for_workers = min(_needed(workers), max(FEWEST, room - _needed(queues)))
    for table, most in zip(tables, (room - for_workers, for_workers), strict=True):
        lines += _fitted(standing, table, width, most, ascii_only)
    shown = [*lines[: height - 1], Text(KEYS, "dim")] if height > 1 else lines[:1]
    return Text("\n").join([short(line, width, ascii_only) for line in shown])


Rows = Sequence[Any] | None
TableParts = tuple[str, str, Sequence[Column], Rows, Sequence[str]]


def _tables(standing: Standing) -> Iterator[TableParts]:
    """Of each table its part's name, title, columns, rows, and what is left out first."""
    now = standing.at
    queues = (
        Column("queue", "queue", "name"),
        Column("pending", "pending"),
        Column("scheduled", "scheduled"),
        Column("running", "running"),
        Column("completed", "completed"),
        Column("cancelled", "cancelled"),
        Column("dead", "dead"),
        Column("oldest waits", lambda row: _since(row.oldest_waiting_seconds), "word"),
        Column("paused for", lambda row: _age(now, row.paused_at) if row.paused_at else "", "word"),
    )
    workers = (
        Column("worker", "worker_id", "name"),
        Column("address", "address", "name"),
        Column("status", "status", "word"),
        Column("heard of", lambda row: f"{_age(now, row.last_heartbeat_at)} ago", "word"),
        Column("running", lambda row: f"{row.current_tasks:,}/{row.capacity:,}"),
        Column("completed", "completed_tasks"),
        Column("failed", "failed_tasks"),
        Column("tags", lambda row: ", ".join(map(str, row.tags)), "name"),
    )
    busy = ""
    if standing.workers:
        tasks, places = (sum(getattr(row, of) for row in standing.workers) for of in ("current_tasks", "capacity"))
        busy = f" ({len(standing.workers):,}, {tasks:,} of {places:,} places busy when last heard of)"
    yield "queues", "Queues", queues, standing.queues, LEAST_QUEUES
    yield "workers", f"Workers{busy}", workers, standing.workers, LEAST_WORKERS


def _totals(standing: Standing, width: int) -> list[Text]:
    """The jobs of all queues together."""
    if standing.queues is None:
        return []
    counted = [
        f"{sum(getattr(row, state) for row in standing.queues):,} {state}"
        for state in ("pending", "scheduled", "running", "completed", "cancelled", "dead")
    ]
    return parted(heading("Jobs").append("  "), counted, width, ", ")


def _failed(standing: Standing, part: str, title: str) -> Text:
    return Text.assemble((title, "bold cyan"), (f"  failed: {plain(standing.failed[part].message)}", "red"))


def _needed(rows: Rows) -> int:
    """The lines of a table with all its rows."""
    return ABOVE + len(rows) if rows else 1


def _fitted(standing: Standing, table: TableParts, width: int, most: int, ascii_only: bool) -> list[Text]:
    """A table in at most so many lines; where there is no room for rows, how many there are."""
    part, title, columns, rows, least = table
    if rows is None:
        return [_failed(standing, part, title)][:most]
    if not rows:
        return [heading(title, "none")][:most]
    if len(rows) + ABOVE <= most:
        shown = rows
    elif most < ABOVE + 2:
        return [heading(title, f"{len(rows):,}")][:most]
    else:
        shown = rows[: most - ABOVE - 1]
    file = TextIOWrapper(BytesIO(), "ascii" if ascii_only else "utf-8", errors="replace", newline="\n")
    print_table(Console(file=file, force_terminal=True, width=width), title, columns, shown, least)
    file.seek(0)
    lines = list(Text.from_ansi(file.read()).split("\n"))
    if len(shown) < len(rows):
        lines.insert(ABOVE + len(shown), Text(f"and {len(rows) - len(shown):,} more", "dim"))
    return lines


def _age(now: datetime | None, then: datetime) -> str:
    return lasting(None if now is None else max(0.0, (now - then).total_seconds()))


def _since(seconds: float | None) -> str:
    return "" if seconds is None else lasting(max(0.0, seconds))
