"""What was used: datasets, requests and their cost by day, resources by day."""

from __future__ import annotations

from datetime import datetime

from plainbase.platform.analytics.check import limited, period, word
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT
from plainbase.typed import DailyResourcesListRow, DailyUsageListRow, DatasetUsageGetRow

KINDS = ("inference", "evaluation", "prediction")
SOURCES = ("system", "training")


async def dataset_usage(
    db: AnyDatabase, *, domain: str | None = None, limit: int = 100, fresh: Fresh = False
) -> Snapshot[DatasetUsageGetRow]:
    """Datasets, the most used first: their runs, experiments and benchmarks, and how good what came out was.

    `success_rate` is of the runs that completed or failed; the best loss and accuracy are those of checkpoints.
    """
    limited(limit)
    age = await prepare(db, ["dataset_usage"], fresh)
    return age.of(await db.dataset_usage.list(domain=OMIT if domain is None else domain, limit=limit))


async def daily_usage(
    db: AnyDatabase,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kind: str | None = None,
    model: str | None = None,
    limit: int = 1000,
    fresh: Fresh = False,
) -> Snapshot[DailyUsageListRow]:
    """Requests, errors, tokens, cost (US dollars) and latency (milliseconds; mean, p50, p95, p99), newest day first.

    A day is one of UTC; the kind is inference, evaluation or prediction. Raises ParameterError for another kind.
    """
    limited(limit)
    period(since, until)
    word("kind", kind, (None, *KINDS))
    age = await prepare(db, ["daily_usage"], fresh)
    rows = await db.daily_usage.list(
        since=OMIT if since is None else since,
        until=OMIT if until is None else until,
        kind=OMIT if kind is None else kind,
        model=OMIT if model is None else model,
        limit=limit,
    )
    return age.of(rows)


async def resource_use(
    db: AnyDatabase,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    source: str | None = None,
    name: str | None = None,
    limit: int = 1000,
    fresh: Fresh = False,
) -> Snapshot[DailyResourcesListRow]:
    """Readings of system metrics, and what training runs say of their resources and duration, newest day first.

    A day is one of UTC, for a run that on which it ended; a resource is a number in the run's `resources`. The source
    is system or training. Raises ParameterError for another source.
    """
    limited(limit)
    period(since, until)
    word("source", source, (None, *SOURCES))
    age = await prepare(db, ["daily_resources"], fresh)
    rows = await db.daily_resources.list(
        since=OMIT if since is None else since,
        until=OMIT if until is None else until,
        source=OMIT if source is None else source,
        name=OMIT if name is None else name,
        limit=limit,
    )
    return age.of(rows)
