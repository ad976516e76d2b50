"""Models by their scores: the leaderboard, architectures beside each other, and what evaluations say."""

from __future__ import annotations

from plainbase.errors import ParameterError
from plainbase.platform.analytics.check import limited
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT
from plainbase.typed import EvaluatedModelsListRow, ModelLeaderboardByArchitectureRow, ModelLeaderboardListRow


async def leaderboard(
    db: AnyDatabase,
    benchmark: str | None = None,
    metric: str | None = None,
    *,
    architecture: str | None = None,
    limit: int = 100,
    fresh: Fresh = False,
) -> Snapshot[ModelLeaderboardListRow]:
    """The scores of model versions by benchmark, metric and place; equal scores share a place.

    Raises ParameterError for a benchmark or metric that no version has a score in.
    """
    limited(limit)
    age = await prepare(db, ["model_leaderboard"], fresh)
    rows = await db.model_leaderboard.list(
        benchmark=OMIT if benchmark is None else benchmark,
        metric=OMIT if metric is None else metric,
        architecture=OMIT if architecture is None else architecture,
        limit=limit,
    )
    if not rows and architecture is None and limit:
        await _check_known(db, benchmark, metric)
    return age.of(rows)


async def model_comparison(
    db: AnyDatabase, benchmark: str | None = None, metric: str | None = None, *, fresh: Fresh = False
) -> Snapshot[ModelLeaderboardByArchitectureRow]:
    """Architectures in each benchmark and metric: best, mean and worst score, versions, their sizes and best place.

    Latency (milliseconds) and cost (US dollars) are means over the evaluations of an architecture's versions, None
    where none is known. Raises ParameterError for a benchmark or metric that no version has a score in.
    """
    age = await prepare(db, ["model_leaderboard", "evaluated_models"], fresh)
    rows = await db.model_leaderboard.by_architecture(
        benchmark=OMIT if benchmark is None else benchmark, metric=OMIT if metric is None else metric
    )
    if not rows:
        await _check_known(db, benchmark, metric)
    return age.of(rows)


async def model_performance(
    db: AnyDatabase, *, limit: int = 10, fresh: Fresh = False
) -> Snapshot[EvaluatedModelsListRow]:
    """Score, rating, latency (milliseconds), tokens and cost (US dollars) of each evaluated model, the best first."""
    limited(limit)
    age = await prepare(db, ["evaluated_models"], fresh)
    return age.of(await db.evaluated_models.list(limit=limit))


async def _check_known(db: AnyDatabase, benchmark: str | None, metric: str | None) -> None:
    """Refuse a benchmark or a metric that no score is of, by what there is now; of an empty database nothing is."""
    known = await db.model_benchmarks.list_benchmarks()
    if not known:
        return
    benchmarks = sorted({row.benchmark for row in known})
    if benchmark is not None and benchmark not in benchmarks:
        raise ParameterError(f"there is no score in a benchmark {benchmark!r}; there are {', '.join(benchmarks)}")
    metrics = sorted({row.metric for row in known if benchmark in (None, row.benchmark)})
    if metric is not None and metric not in metrics:
        where = f" of benchmark {benchmark!r}" if benchmark else ""
        raise ParameterError(f"there is no score in a metric {metric!r}{where}; there are {', '.join(metrics)}")
