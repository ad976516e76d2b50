"""What goes on now: running runs, jobs, requests and workers by cheap indexed queries, the rest from stored views."""

from __future__ import annotations

from dataclasses import dataclass, field

from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.analytics.check import number
from plainbase.platform.analytics.dashboard_parts import Overview, overview, recent_activity, unless_it_fails
from plainbase.platform.analytics.snapshot import Snapshot
from plainbase.platform.runners import AnyDatabase
from plainbase.typed import (
    RecentActivityListRow,
    TopJobsRow,
    TopRequestsRow,
    TrainingRunsGetRow,
    WorkersGetRow,
)

LATELY = 300.0
"""The seconds that count as lately."""
HEARD_OF = 60.0
"""A worker that was heard of within so many seconds is at work."""
MOST = 100
"""How many running runs and workers are listed."""


@dataclass(frozen=True, slots=True)
class Now:
    """One look; a part that failed is None, and its error stands in `failed` under its name."""

    seconds: float
    overview: Snapshot[Overview] | None
    jobs: TopJobsRow | None
    runs: list[TrainingRunsGetRow] | None
    requests: list[TopRequestsRow] | None
    workers: list[WorkersGetRow] | None
    activity: Snapshot[RecentActivityListRow] | None
    failed: dict[str, PlainbaseError] = field(default_factory=dict)


async def look(db: AnyDatabase, *, seconds: float = LATELY) -> Now:
    """Look at everything once; `seconds` is how long ago is lately, by the database's clock.

    Raises ParameterError for a time that is not above zero; of the database's errors each stands for its part.
    """
    number("seconds", seconds)
    if not 0 < seconds <= 1e9:
        raise ParameterError(f"seconds is {seconds}; it is above 0, and no more than 1e9")
    failed: dict[str, PlainbaseError] = {}
    return Now(
        seconds,
        await unless_it_fails(failed, "overview", overview(db)),
        await unless_it_fails(failed, "jobs", db.top.jobs(seconds=seconds)),
        await unless_it_fails(failed, "runs", db.training_runs.list_by_status(status="running", limit=MOST)),
        await unless_it_fails(failed, "requests", db.top.requests(seconds=seconds)),
        await unless_it_fails(failed, "workers", db.workers.list_active(seconds=HEARD_OF, limit=MOST)),
        await unless_it_fails(failed, "activity", recent_activity(db)),
        failed,
    )
