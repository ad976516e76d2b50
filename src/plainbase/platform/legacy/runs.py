"""What runs, benchmarks and jobs of older systems have in common: words for their states, and when they ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from plainbase.platform.legacy.reading import Reading

STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("pending", "queued", "created", "new", "scheduled", "waiting"), "pending"),
    **dict.fromkeys(
        ("running", "in_progress", "in progress", "started", "training", "active", "processing"), "running"
    ),
    **dict.fromkeys(("completed", "complete", "finished", "done", "success", "succeeded"), "completed"),
    **dict.fromkeys(("failed", "failure", "error", "errored"), "failed"),
    **dict.fromkeys(("cancelled", "canceled", "stopped", "aborted", "killed"), "cancelled"),
}
"""The words that older systems have for a status, in lower case, and plainbase's."""

ENDED = ("completed", "failed", "cancelled")


class Times(NamedTuple):
    """When something began and ended, as its status demands."""

    started: datetime | None
    ended: datetime | None


def times(
    status: str,
    started: datetime | None,
    ended: datetime | None,
    created: datetime,
    row: Reading,
) -> Times:
    """The times that a status demands: an end exactly where it ended, a beginning where it ran.

    What is not known is taken from what is, and a note of the row says so.
    """
    if status in ENDED and ended is None:
        row.note("it had ended and nothing said when: its end is when it began")
        ended = started or created
    if status not in ENDED and ended is not None:
        row.lose("the end", "it had not ended and had one")
        ended = None
    if started is None and status in ("running", "completed"):
        row.note("it ran and nothing said since when: its beginning is when it was made")
        started = created if ended is None else min(created, ended)
    return Times(started, ended)
