"""How the queues and the workers stand: one look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from plainbase.errors import PlainbaseError
from plainbase.platform.analytics.dashboard_parts import unless_it_fails
from plainbase.platform.runners import AnyDatabase

if TYPE_CHECKING:
    from plainbase.typed import JobsStatisticsByQueueRow, WorkersGetRow

MOST = 1000
"""How many workers are looked at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A part that failed is None, and its error stands in `failed` under its name; `at` is the database's time."""

    at: datetime | None
    queues: list[JobsStatisticsByQueueRow] | None
    workers: list[WorkersGetRow] | None
    failed: dict[str, PlainbaseError] = field(default_factory=dict)


async def look(db: AnyDatabase) -> Standing:
    """Look at everything once; workers that have stopped are left out."""
    failed: dict[str, PlainbaseError] = {}
    return Standing(
        await unless_it_fails(failed, "at", db.jobs.clock()),
        await unless_it_fails(failed, "queues", db.jobs.statistics_by_queue()),
        await unless_it_fails(failed, "workers", db.workers.list(statuses=["active", "draining"], limit=MOST)),
        failed,
    )
