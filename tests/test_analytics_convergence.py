"""Convergence of runs in a metric, against curves whose answers are plain, on both engines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from analytics_rows import MONDAY, run
from plainbase import Database
from plainbase.platform import analytics
from plainbase.platform.analytics.curves import near


async def one(db: Database, curve: Sequence[float | None], **given: object) -> analytics.Convergence:
    """What is said of a run with this curve."""
    made = await run(db, "run", curve)
    (row,) = (await analytics.convergence(db, "loss", run_ids=[made], fresh=True, **given)).rows  # type: ignore[arg-type]
    return row


async def test_the_first_step_near_the_best_and_a_plateau(db: Database) -> None:
    row = await one(db, [10.0, 5.0, 2.01, 3.0, 2.0, 2.005, 2.001, 2.002, 2.01])
    assert (row.first_value, row.last_value, row.best_value, row.best_step) == (10.0, 2.01, 2.0, 4)
    assert row.tolerance == pytest.approx(0.02)
    assert (row.converged_step, row.plateau, row.diverged, row.reason, row.sampled) == (2, True, False, None, False)
    assert (row.points, row.nan_points, row.first_step, row.last_step) == (9, 0, 0, 8)


async def test_a_run_that_still_improves_is_on_no_plateau(db: Database) -> None:
    row = await one(db, [8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0])
    assert (row.converged_step, row.plateau, row.diverged) == (7, False, False)


async def test_the_last_quarter_begins_where_it_is_said(db: Database) -> None:
    on, off = [5.0] * 3 + [1.0, 1.0], [5.0] * 4 + [1.0]
    assert [(await one(db, curve)).plateau for curve in (on, off)] == [True, False]
    assert (await one(db, [1.0])).plateau is False, "one point is no plateau"


async def test_how_near_is_near_is_told(db: Database) -> None:
    curve = [10.0, 2.5, 2.1, 2.0]
    assert [(await one(db, curve, within=within)).converged_step for within in (0, 0.05, 0.25, 1)] == [3, 2, 1, 1]


async def test_higher_may_be_better(db: Database) -> None:
    row = await one(db, [0.1, 0.895, 0.5, 0.9, 0.899], higher_is_better=True)
    assert (row.best_value, row.best_step, row.converged_step, row.diverged) == (0.9, 3, 1, False)
    below = await one(db, [-4.0, -1.005, -1.0], higher_is_better=True)
    assert (below.best_value, below.converged_step) == (-1.0, 1)


async def test_near_zero_the_way_from_the_mean_stands_for_the_size(db: Database) -> None:
    row = await one(db, [1.0, 0.5, 0.0002, 0.00002, 0.0])
    assert row.tolerance == pytest.approx(1e-4 * 1.50022 / 5)
    assert row.converged_step == 3
    assert near(2.0, 4.0, 0.01) == pytest.approx(0.02)
    assert near(0.0, None, 0.01) == 0.0
    assert near(0.0, 0.0, 0.01) == 0.0
    spiked = await one(db, [1e4, *[2.0 + 1 / step for step in range(1, 1000)]])
    assert spiked.converged_step == 48, "a spike at the start moves the tolerance of 0.02 by little"


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        ([1.0, 0.5, 4.0], "the last value is no better than the first"),
        ([2.0, 1.0, 2.0], "the last value is no better than the first"),
        ([1.0, 1.5], "the last value is no better than the first"),
        ([1.0, 0.5, None], "the last value is NaN"),
        ([None, None], "every value is NaN"),
        ([1.0, 0.5, math.inf], "the last value is infinite"),
        ([1.0, -math.inf, 0.5], "the best value is infinite"),
        ([1.0, None, 0.5], None),
        ([1.0, math.inf, 0.5], None),
        ([None, 1.0, 0.5], None),
        ([math.inf, 1.0, 0.5], None),
        ([1.0, 1.0, 1.0], None),
        ([1.0], None),
        ([2.0, 1.0, 1.9], None),
    ],
    ids=str,
)
async def test_divergence(db: Database, curve: list[float | None], reason: str | None) -> None:
    row = await one(db, curve)
    assert (row.reason, row.diverged) == (reason, reason is not None)
    assert row.nan_points == curve.count(None)


async def test_runs_are_chosen_newest_first(db: Database) -> None:
    dataset = (await db.datasets.register(name="d", version="1", digest="d")).id
    first = await run(db, "first", [2.0, 1.0], dataset_id=dataset)
    second = await run(db, "second", [2.0, 1.0], at=MONDAY.replace(hour=13), status="running")
    await run(db, "other", [1.0], metric="accuracy")
    experiment = await db.experiments.create(name="e")
    await db.experiments.attach_run(experiment_id=experiment.id, training_run_id=first)
    assert [row.run for row in (await analytics.convergence(db, "loss", fresh=True)).rows] == ["second", "first"]
    for chosen in ({"dataset_id": dataset}, {"experiment_id": experiment.id}, {"run_ids": [first]}):
        found = await analytics.convergence(db, "loss", **chosen)
        assert [row.run for row in found.rows] == ["first"], chosen
    both = await analytics.convergence(db, "loss", run_ids=[second], experiment_id=experiment.id)
    assert both.rows == ()
    assert [row.run for row in (await analytics.convergence(db, "loss", limit=1)).rows] == ["second"]
    assert found.views == ("training_run_summary", "run_metric_summary")


async def test_a_long_run_is_sampled_and_then_read_between_two_marks(db: Database) -> None:
    curve: list[float | None] = [1000 / (1 + step) for step in range(30_000)]
    curve[10] = 0.0334  # a spell near the best that lies between two marks: it is missed, and the row says so
    row = await one(db, curve, within=0.1)
    best = curve[-1]
    assert best is not None
    assert (row.sampled, row.best_value, row.best_step) == (True, best, 29_999)
    assert row.tolerance is not None
    expected = next(
        step for step, value in enumerate(curve) if value is not None and value <= best + row.tolerance and step != 10
    )
    assert row.converged_step == expected == 27_272


async def test_what_reads_the_metrics_goes_by_the_index(db: Database) -> None:
    made = await run(db, "a", [1.0])
    given = {"run_id": made, "metric": "loss", "sign": 1.0, "bound": 0.5}
    plans = [
        await db.convergence.first_step.explain(from_step=0, to_step=9, **given),
        await db.convergence.first_mark.explain(from_step=0, apart=1, marks=9, **given),
    ]
    for plan in plans:
        assert "training_metrics_run_id_name_step_idx" in plan, plan
