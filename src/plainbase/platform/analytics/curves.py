"""Whether runs converged in a metric: their best value, when they were near it, and whether they left it again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from plainbase.platform.analytics import check
from plainbase.platform.analytics.snapshot import Fresh, Snapshot, prepare
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT
from plainbase.typed import ConvergenceListRunsRow

NEAR_ZERO = 0.01
"""Of the way from the mean to the best value: what stands for the size of a best value that is smaller."""
PLATEAU = 0.25
"""The last part of the steps, in which a run on a plateau is no longer getting better."""
EXACT_POINTS = 20_000
"""Of a metric with more points, marks are looked at first, and all points only between two of them."""
MARKS = 1_000


@dataclass(frozen=True, slots=True)
class Convergence:
    """One run's way to its best value in a metric.

    `tolerance` is within * max(|best|, 0.01 * |mean - best|), so that a best value of zero can be approached too; the
    mean, which a lone spike moves little, is of the finite values. `converged_step` is the first step whose value is
    no further than that from the best. `plateau`: that step lies before the last quarter of the steps, so nothing since
    has been better by more than the tolerance. `diverged`: every value or the last is NaN, the last or the best is
    infinite, or the last is at least as far from the best as the first was, and further than the tolerance; `reason`
    says which. `sampled`: of more than 20,000 points a thousand were looked at, then those between two of them, so that
    an earlier short spell near the best may have been missed.
    """

    run_id: UUID
    run: str
    status: str
    metric: str
    points: int
    nan_points: int
    first_step: int
    last_step: int
    first_value: float | None
    last_value: float | None
    best_value: float | None
    best_step: int | None
    tolerance: float | None
    converged_step: int | None
    plateau: bool
    diverged: bool
    reason: str | None
    sampled: bool


async def convergence(
    db: AnyDatabase,
    metric: str,
    *,
    run_ids: Sequence[UUID] | None = None,
    dataset_id: UUID | None = None,
    experiment_id: UUID | None = None,
    within: float = 0.01,
    higher_is_better: bool = False,
    limit: int = 100,
    fresh: Fresh = False,
) -> Snapshot[Convergence]:
    """How each run came to its best value in a metric, the newest run first.

    The step is looked up in the metrics themselves, between the steps that the snapshot knows. Raises ParameterError
    for a metric that no run has, RowNotFound for an unknown experiment.
    """
    check.fraction("within", within)
    check.limited(limit)
    age = await prepare(db, ["training_run_summary", "run_metric_summary"], fresh)
    rows = await db.convergence.list_runs(
        metric=metric,
        run_ids=await check.runs(db, run_ids, experiment_id),
        dataset_id=OMIT if dataset_id is None else dataset_id,
        limit=limit,
    )
    if not rows:
        await check.metric(db, metric)
    return age.of([await _of_run(db, metric, row, within, higher_is_better) for row in rows])


async def _of_run(
    db: AnyDatabase, metric: str, row: ConvergenceListRunsRow, within: float, higher_is_better: bool
) -> Convergence:
    best, best_step = (row.max_value, row.max_step) if higher_is_better else (row.min_value, row.min_step)
    tolerance = step = None
    if best is not None and best_step is not None and math.isfinite(best):
        tolerance = near(best, row.avg_value, within)
        sign = -1.0 if higher_is_better else 1.0
        step = await _first_step(db, metric, row, best_step, sign, sign * best + tolerance)
    reason = _why_diverged(row, best, tolerance)
    return Convergence(
        run_id=row.run_id,
        run=row.run,
        status=row.status,
        metric=metric,
        points=row.points,
        nan_points=row.nan_points,
        first_step=row.first_step,
        last_step=row.last_step,
        first_value=row.first_value,
        last_value=row.last_value,
        best_value=best,
        best_step=best_step,
        tolerance=tolerance,
        converged_step=step,
        plateau=step is not None and _is_on_plateau(row, step),
        diverged=reason is not None,
        reason=reason,
        sampled=row.points > EXACT_POINTS,
    )


def near(best: float, mean: float | None, within: float) -> float:
    """The distance from the best value that counts as near it."""
    return within * max(abs(best), 0.0 if mean is None else NEAR_ZERO * abs(mean - best))


async def _first_step(
    db: AnyDatabase, metric: str, row: ConvergenceListRunsRow, best_step: int, sign: float, bound: float
) -> int | None:
    """The first step at which the value, times the sign, is no more than the bound; at the best step it is."""
    first, last = row.first_step, best_step
    if row.points > EXACT_POINTS:
        apart = max(1, (last - first) // MARKS)
        mark = await db.convergence.first_mark(
            run_id=row.run_id, metric=metric, from_step=first, apart=apart, marks=MARKS, sign=sign, bound=bound
        )
        # The point at a mark is the first there or after it, and the one at the mark before was not near enough.
        first = max(first, mark - apart) if mark is not None else min(last, first + MARKS * apart)
    return await db.convergence.first_step(
        run_id=row.run_id, metric=metric, from_step=first, to_step=last, sign=sign, bound=bound
    )


def _is_on_plateau(row: ConvergenceListRunsRow, step: int) -> bool:
    steps = row.last_step - row.first_step
    return steps > 0 and step <= row.last_step - PLATEAU * steps


def _why_diverged(row: ConvergenceListRunsRow, best: float | None, tolerance: float | None) -> str | None:
    if best is None:
        return "every value is NaN"
    if row.last_value is None:
        return "the last value is NaN"
    if not math.isfinite(row.last_value) or not math.isfinite(best):
        return "the last value is infinite" if not math.isfinite(row.last_value) else "the best value is infinite"
    if row.first_value is None or not math.isfinite(row.first_value) or tolerance is None:
        return None
    back, way = abs(row.last_value - best), abs(row.first_value - best)
    if back > tolerance and back >= way and row.last_step > row.first_step:
        return "the last value is no better than the first"
    return None
