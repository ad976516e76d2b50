"""The dashboard: four parts, each standing alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from plainbase.errors import PlainbaseError
from plainbase.platform.analytics.check import limited, whole
from plainbase.platform.analytics.models import model_performance
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.typed import EvaluatedModelsListRow, ExperimentSummaryGetRow, RecentActivityListRow

T = TypeVar("T")

DAYS = 30
"""Over how many days requests and their cost are added up."""
MOST_DAYS = 36_525
"""A hundred years."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How many of each entity there are by status, and what the last days' requests came to (costs in US dollars)."""

    counts: dict[str, dict[str, int]]
    days: int
    requests: int
    errors: int
    input_tokens: int
    output_tokens: int
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The four parts; one that failed is None, and its error stands in `failed` under its name."""

    overview: Snapshot[Overview] | None
    model_performance: Snapshot[EvaluatedModelsListRow] | None
    recent_experiments: Snapshot[ExperimentSummaryGetRow] | None
    recent_activity: Snapshot[RecentActivityListRow] | None
    failed: dict[str, PlainbaseError] = field(default_factory=dict)


async def overview(db: AnyDatabase, *, days: int = DAYS, fresh: Fresh = False) -> Snapshot[Overview]:
    """One row: counts by entity and status; requests, errors, tokens and cost (US dollars) of the last days."""
    whole("days", days, most=MOST_DAYS)
    age = await prepare(db, ["platform_overview", "daily_usage"], fresh)
    counts: dict[str, dict[str, int]] = {}
    for row in await db.platform_overview.list():
        counts.setdefault(row.entity, {})[row.status] = row.total
    since = datetime.now(UTC) - timedelta(days=days)
    totals = await db.daily_usage.totals(since=since)
    summed = Overview(
        counts=counts,
        days=days,
        requests=sum(row.requests for row in totals),
        errors=sum(row.errors for row in totals),
        input_tokens=sum(row.input_tokens for row in totals),
        output_tokens=sum(row.output_tokens for row in totals),
        cost_usd=sum((row.cost_usd for row in totals), 0.0),
    )
    return age.of([summed])


async def recent_experiments(
    db: AnyDatabase, *, limit: int = 10, fresh: Fresh = False
) -> Snapshot[ExperimentSummaryGetRow]:
    """The newest experiments with their runs, evaluations, ratings, tokens and cost."""
    limited(limit)
    age = await prepare(db, ["experiment_summary"], fresh)
    return age.of(await db.experiment_summary.list(limit=limit))


async def recent_activity(db: AnyDatabase, *, limit: int = 20, fresh: Fresh = False) -> Snapshot[RecentActivityListRow]:
    """What was last begun, ended, registered or compared, the latest first; there are at most a hundred."""
    limited(limit)
    age = await prepare(db, ["recent_activity"], fresh)
    return age.of(await db.recent_activity.list(limit=limit))


async def unless_it_fails(failed: dict[str, PlainbaseError], name: str, read: Awaitable[T]) -> T | None:
    """What is read; None where that fails, and the error under the part's name."""
    try:
        return await read
    except PlainbaseError as error:
        failed[name] = error
        return None


async def dashboard(db: AnyDatabase, *, fresh: Fresh = False) -> Dashboard:
    """All four parts; one that fails is named with its error in `failed`, and the rest is returned."""
    failed: dict[str, PlainbaseError] = {}
    totals, models, experiments, activity = await asyncio.gather(
        unless_it_fails(failed, "overview", overview(db, fresh=fresh)),
        unless_it_fails(failed, "model_performance", model_performance(db, fresh=fresh)),
        unless_it_fails(failed, "recent_experiments", recent_experiments(db, fresh=fresh)),
        unless_it_fails(failed, "recent_activity", recent_activity(db, fresh=fresh)),
    )
    return Dashboard(totals, models, experiments, activity, failed)
