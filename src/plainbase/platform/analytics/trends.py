"""Training runs over time: how many, how they ended, how long they took, and what they came to in a metric."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from plainbase.platform.analytics import check
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT
from plainbase.typed import TrainingRunSummaryTrendsRow

PERIODS = ("day", "week", "month")
GROUPS = ("architecture", "dataset")


async def training_trends(
    db: AnyDatabase,
    metric: str | None = None,
    *,
    higher_is_better: bool = False,
    period: str = "week",
    by: str | None = None,
    dataset_id: UUID | None = None,
    architecture: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    fresh: Fresh = False,
) -> Snapshot[TrainingRunSummaryTrendsRow]:
    """Runs by day, week (from Monday) or month of their creation in UTC, the oldest first; by a group within it.

    The success rate is of the runs that completed or failed, the duration (seconds) and the metric's values of those
    that completed; means are of finite values. A run's architecture is that of the version that came out of it, else of
    the one it trained further. Raises ParameterError for an unknown period, group or metric.
    """
    check.word("period", period, PERIODS)
    check.word("by", by, (None, *GROUPS))
    check.period(since, until)
    age = await prepare(db, ["training_run_summary", "run_metric_summary"], fresh)
    if metric is not None:
        await check.metric(db, metric)
    rows = await db.training_run_summary.trends(
        period=period,
        by=by or "",
        metric=metric,
        higher_is_better=higher_is_better,
        dataset_id=OMIT if dataset_id is None else dataset_id,
        architecture=OMIT if architecture is None else architecture,
        since=OMIT if since is None else since,
        until=OMIT if until is None else until,
    )
    return age.of(rows)
