"""Analytics over stored views: their age, and each against figures computed by hand, on both engines."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from analytics_rows import MONDAY, run, score
from plainbase import Database, ParameterError, RowNotFound, uuid7
from plainbase.platform import analytics

WEEK = timedelta(days=7)
EVALUATED = ("score", "human_rating", "latency_ms", "cost_usd")


def midnight(at: datetime) -> datetime:
    return at.replace(hour=0)


async def age_view(db: Database, view: str, seconds: float) -> None:
    """Make a view's last refresh so many seconds older."""
    (row,) = await db.view_refreshes.ages(views=[view])
    await db.execute(
        "UPDATE view_refreshes SET started_at = :at WHERE view_name = :view",
        {"at": row.started_at - timedelta(seconds=seconds), "view": view},
    )


async def test_a_snapshot_says_how_old_the_oldest_view_is(db: Database) -> None:
    never = await analytics.model_comparison(db)
    assert (never.rows, never.refreshed_at, never.age_seconds) == ((), None, None)
    assert never.views == ("model_leaderboard", "evaluated_models")

    await db.refresh("model_leaderboard")
    assert (await analytics.leaderboard(db)).refreshed_at is not None
    assert (await analytics.model_comparison(db)).age_seconds is None, "one of the two was never refreshed"

    await db.refresh("evaluated_models")
    await age_view(db, "evaluated_models", 500)
    old = await analytics.model_comparison(db)
    (recorded,) = await db.view_refreshes.ages(views=["evaluated_models"])
    assert old.refreshed_at == recorded.started_at
    assert old.age_seconds is not None
    assert 500 <= old.age_seconds <= recorded.age_seconds


async def test_fresh_refreshes_what_is_read_and_only_as_far_as_asked(db: Database) -> None:
    await score(db, "a", "1", 0.5)
    refreshed: list[str] = []
    db.on("refresh", lambda event: refreshed.append(event.view))
    assert (await analytics.leaderboard(db)).rows == ()
    (row,) = (await analytics.leaderboard(db, fresh=True)).rows
    assert (row.model, row.place, refreshed) == ("a", 1, ["model_leaderboard"])

    await age_view(db, "model_leaderboard", 100)
    await analytics.leaderboard(db, fresh=1000)
    assert refreshed == ["model_leaderboard"]
    await analytics.model_comparison(db, fresh=1000.0)
    assert refreshed == ["model_leaderboard", "evaluated_models"], "what was never refreshed is older than anything"
    found = await analytics.leaderboard(db, fresh=50)
    assert refreshed[2:] == ["model_leaderboard"]
    assert found.age_seconds is not None
    assert found.age_seconds < 50
    for impossible in (-1, math.nan):
        with pytest.raises(ParameterError, match="fresh is"):
            await analytics.leaderboard(db, fresh=impossible)


async def evaluate(db: Database, version: UUID | None, model: str, rows: list[tuple[float | None, ...]]) -> None:
    """Evaluations of a model: score, rating, latency, cost."""
    await db.insert_rows(
        "evaluations",
        ("id", "provider", "input", "output", "input_tokens", "output_tokens", "model_version_id", "model", *EVALUATED),
        [(uuid7(), "local", "in", "out", 10, 5, version, model, *row) for row in rows],
    )


async def test_architectures_beside_each_other(db: Database) -> None:
    best = await score(db, "big", "1", 0.9, architecture="transformer", parameter_count=7_000)
    await score(db, "big", "2", 0.5, architecture="transformer", parameter_count=13_000)
    await score(db, "slim", "1", 0.7, architecture="mamba", parameter_count=1_000)
    await score(db, "odd", "1", 0.7)
    await score(db, "odd", "2", 30.0, metric="perplexity")
    await evaluate(db, best, "big", [(0.5, 5, 100.0, 0.25), (1.0, None, 300.0, 0.75), (None, 2, None, None)])

    found = await analytics.model_comparison(db, "mmlu", "accuracy", fresh=True)
    seen = [
        (row.architecture, row.versions, row.best_place, row.best_value, row.avg_value, row.worst_value)
        for row in found.rows
    ]
    assert seen == [
        ("transformer", 2, 1, 0.9, 0.7, 0.5),
        ("mamba", 1, 2, 0.7, 0.7, 0.7),
        (None, 1, 2, 0.7, 0.7, 0.7),
    ]
    first, second, _ = found.rows
    assert (first.model, first.version, first.model_version_id) == ("big", "1", best)
    assert (first.min_parameter_count, first.max_parameter_count) == (7_000, 13_000)
    assert (first.evaluations, first.avg_latency_ms, first.avg_cost_usd) == (3, 200.0, 0.5)
    assert (second.evaluations, second.avg_latency_ms, second.avg_cost_usd) == (0, None, None)
    assert {row.metric for row in (await analytics.model_comparison(db)).rows} == {"accuracy", "perplexity"}

    (model,) = (await analytics.model_performance(db)).rows
    assert (model.provider, model.model, model.evaluations, model.avg_score) == ("local", "big", 3, 0.75)
    assert (model.rated_evaluations, model.avg_rating, model.avg_latency_ms) == (2, 3.5, 200.0)
    assert (model.cost_usd, model.avg_cost_usd, model.input_tokens, model.output_tokens) == (1.0, 0.5, 30, 15)


async def test_versions_of_a_model_are_added_up(db: Database) -> None:
    one = await score(db, "a", "1", 0.5)
    await evaluate(db, one, "m", [(1.0, None, None, None)])
    await evaluate(db, None, "m", [(0.0, 4, 50.0, 0.5), (0.5, None, None, None)])
    await evaluate(db, None, "unscored", [(None, None, None, None)])
    rows = (await analytics.model_performance(db, fresh=True)).rows
    assert [(row.model, row.evaluations, row.avg_score) for row in rows] == [("m", 3, 0.5), ("unscored", 1, None)]
    assert (await analytics.model_performance(db, limit=1)).rows == rows[:1]


async def test_unknown_benchmarks_and_metrics_are_told(db: Database) -> None:
    assert (await analytics.model_comparison(db, "none")).rows == (), "nothing is unknown in an empty database"
    await score(db, "a", "1", 0.5)
    for read in (analytics.model_comparison, analytics.leaderboard):
        with pytest.raises(ParameterError, match=r"benchmark 'mlmu'; there are mmlu"):
            await read(db, "mlmu", fresh=True)
        with pytest.raises(ParameterError, match=r"metric 'acc' of benchmark 'mmlu'; there are accuracy"):
            await read(db, "mmlu", "acc", fresh=True)
    await db.execute("DELETE FROM model_benchmarks")
    assert (await analytics.leaderboard(db, "mmlu", "accuracy")).rows, "the stored result stands until the refresh"


async def test_trends_by_week_and_group(db: Database) -> None:
    dataset = (await db.datasets.register(name="mmlu", version="1", digest="d")).id
    made = await run(db, "a", [3.0, 1.0], dataset_id=dataset, seconds=100)
    await score(db, "m", "1", 0.5, architecture="mamba", training_run_id=made)
    await run(db, "b", [4.0, 2.0, 2.5], at=MONDAY + timedelta(days=6, hours=11), seconds=300)
    await run(db, "c", [0.1], at=MONDAY + timedelta(days=1), status="failed")
    await run(db, "d", at=MONDAY + WEEK, status="cancelled")
    await run(db, "e", [9.0], at=MONDAY + WEEK, status="running")
    found = await analytics.training_trends(db, "loss", fresh=True)
    first, second = found.rows
    assert (first.starts_at, second.starts_at) == (midnight(MONDAY), midnight(MONDAY) + WEEK)
    assert (first.runs, first.completed_runs, first.failed_runs, first.cancelled_runs) == (3, 2, 1, 0)
    assert first.success_rate == pytest.approx(2 / 3)
    assert (first.avg_duration_seconds, first.measured_runs) == (200.0, 2)
    assert (first.best_value, first.avg_best_value, first.avg_last_value) == (1.0, 1.5, 1.75)
    assert (second.runs, second.cancelled_runs, second.success_rate, second.best_value) == (2, 1, None, None)

    highest = await analytics.training_trends(db, "loss", higher_is_better=True, period="month")
    (march,) = highest.rows
    assert (march.starts_at.day, march.runs, march.best_value, march.avg_best_value) == (1, 5, 4.0, 3.5)

    by_architecture = (await analytics.training_trends(db, by="architecture", until=MONDAY + timedelta(days=1))).rows
    assert [(row.architecture, row.runs, row.best_value) for row in by_architecture] == [("mamba", 1, None)]
    by_dataset = (await analytics.training_trends(db, by="dataset", period="month")).rows
    assert [(row.dataset, row.dataset_id, row.runs) for row in by_dataset] == [("mmlu:1", dataset, 1), (None, None, 4)]
    assert [row.runs for row in (await analytics.training_trends(db, dataset_id=dataset)).rows] == [1]
    assert [row.runs for row in (await analytics.training_trends(db, since=MONDAY + WEEK)).rows] == [2]


async def test_a_week_begins_on_monday_in_utc(db: Database) -> None:
    sunday_night = datetime(2026, 3, 8, 23, 59, 59, 999_999, tzinfo=UTC)
    for at in (MONDAY.replace(hour=0), sunday_night, sunday_night + timedelta(microseconds=1)):
        await run(db, f"at {at}", at=at)
    rows = (await analytics.training_trends(db, fresh=True)).rows
    assert [(row.starts_at.isoformat()[:10], row.runs) for row in rows] == [("2026-03-02", 2), ("2026-03-09", 1)]


async def test_daily_usage_has_cost_and_percentiles(db: Database) -> None:
    await evaluate(db, None, "m", [(None, None, float(ms), 0.5) for ms in (100, 200, 300, 400, 500)])
    (row,) = (await analytics.daily_usage(db, kind="evaluation", fresh=True)).rows
    assert (row.model, row.requests, row.errors, row.cost_usd) == ("local/m", 5, 0, 2.5)
    assert (row.avg_latency_ms, row.p50_latency_ms) == (300.0, 300.0)
    # As percentile_cont interpolates: at 0.95 * 4 = 3.8 of the ranks from 0.
    assert (row.p95_latency_ms, row.p99_latency_ms) == pytest.approx((480.0, 496.0))
    assert (await analytics.daily_usage(db, model="other")).rows == ()
    assert (await analytics.daily_usage(db, since=row.day + timedelta(days=1))).rows == ()


async def test_resources_by_day(db: Database) -> None:
    used = {"gpu_seconds": 5, "gpu": "a100", "nested": {"x": 1}, "huge": 10**30, "on": True}
    await run(db, "a", seconds=100, resources=used)
    await run(db, "b", seconds=300, resources={"gpu_seconds": 2.5})
    await run(db, "c", status="running", resources={"gpu_seconds": 100})
    for value in (10.0, 30.0):
        await db.insert_rows(
            "system_metrics", ("name", "value", "unit", "recorded_at"), [("cpu_percent", value, "%", MONDAY)]
        )
    found = (await analytics.resource_use(db, fresh=True)).rows
    seen = {(row.source, row.name, row.unit): row for row in found}
    assert {row.day for row in found} == {midnight(MONDAY)}
    assert set(seen) == {
        ("system", "cpu_percent", "%"),
        ("training", "duration_seconds", "s"),
        ("training", "gpu_seconds", ""),
        ("training", "huge", ""),
    }
    cpu, gpu = seen["system", "cpu_percent", "%"], seen["training", "gpu_seconds", ""]
    assert (cpu.readings, cpu.total, cpu.avg_value, cpu.min_value, cpu.max_value) == (2, 40.0, 20.0, 10.0, 30.0)
    assert (gpu.readings, gpu.total, gpu.avg_value) == (2, 7.5, 3.75)
    assert seen["training", "duration_seconds", "s"].total == 400.0
    assert [row.name for row in (await analytics.resource_use(db, source="system")).rows] == ["cpu_percent"]
    assert (await analytics.resource_use(db, until=midnight(MONDAY))).rows == ()


async def test_datasets_and_how_effective_they_were(db: Database) -> None:
    used = (await db.datasets.register(name="used", version="1", digest="d", domain="law")).id
    await db.datasets.register(name="unused", version="1", digest="d")
    for status in ("completed", "completed", "failed", "running"):
        made = await run(db, status, status=status, dataset_id=used)
        await db.checkpoints.create(run_id=made, path=None, loss=0.5, accuracy=0.75)
    rows = (await analytics.dataset_usage(db, fresh=True)).rows
    assert [(row.name, row.runs, row.success_rate, row.best_accuracy) for row in rows] == [
        ("used", 4, pytest.approx(2 / 3), 0.75),
        ("unused", 0, None, None),
    ]
    assert [row.name for row in (await analytics.dataset_usage(db, domain="law")).rows] == ["used"]


async def test_an_empty_database_has_empty_rows(db: Database) -> None:
    for read in (
        analytics.leaderboard(db, fresh=True),
        analytics.model_comparison(db, fresh=True),
        analytics.model_performance(db),
        analytics.training_trends(db, "loss", fresh=True),
        analytics.convergence(db, "loss"),
        analytics.hyperparameter_impact(db, "loss"),
        analytics.dataset_usage(db),
        analytics.daily_usage(db),
        analytics.resource_use(db),
        analytics.recent_experiments(db),
        analytics.recent_activity(db),
    ):
        assert (await read).rows == ()
    (whole,) = (await analytics.overview(db, fresh=True)).rows
    assert (whole.counts, whole.requests, whole.cost_usd) == ({}, 0, 0)


async def test_what_cannot_be_is_refused(db: Database) -> None:
    await run(db, "a", [1.0, 2.0])
    await db.refresh_all()
    later = MONDAY + WEEK
    for read, said in (
        (analytics.training_trends(db, "los"), "no run has a metric 'los' as of the last refresh; there are loss"),
        (analytics.convergence(db, "los"), "there are loss"),
        (analytics.hyperparameter_impact(db, "los"), "there are loss"),
        (analytics.hyperparameter_impact(db, "loss", min_runs=1), "min_runs is 1; it is 2 or more"),
        (analytics.hyperparameter_impact(db, "loss", correction="bonferroni"), "unknown correction 'bonferroni'"),  # type: ignore[arg-type]
        (analytics.convergence(db, "loss", within=-0.1), "within is -0.1"),
        (analytics.convergence(db, "loss", within=math.nan), "within is nan"),
        (analytics.training_trends(db, period="year"), "unknown period 'year'; known are day, week, month"),
        (analytics.training_trends(db, by="user"), "unknown by 'user'"),
        (analytics.training_trends(db, since=later, until=MONDAY), "since is later than until"),
        (analytics.daily_usage(db, kind="chat"), "unknown kind 'chat'"),
        (analytics.resource_use(db, source="moon"), "unknown source 'moon'"),
        (analytics.leaderboard(db, limit=-1), "limit is -1"),
        (analytics.look(db, seconds=0), "seconds is 0"),
        (analytics.look(db, seconds="1"), "seconds is a number, got str"),  # type: ignore[arg-type]
        (analytics.leaderboard(db, limit=None), "limit is a whole number, got NoneType"),  # type: ignore[arg-type]
        (analytics.overview(db, days=10**10), "days is 10000000000; it is 0 or more, up to 36525"),
        (analytics.overview(db, fresh="5m"), "fresh is '5m'; it is True, False or a number"),  # type: ignore[arg-type]
        (analytics.overview(db, fresh=-1), "fresh is -1"),
        (analytics.convergence(db, "loss", within="x"), "within is a number, got str"),  # type: ignore[arg-type]
        (analytics.daily_usage(db, since=MONDAY.replace(tzinfo=None), until=later), "since is a datetime with a time"),
        (analytics.daily_usage(db, until="2026"), "until is a datetime with a time zone"),  # type: ignore[arg-type]
    ):
        with pytest.raises(ParameterError) as refused:
            await read
        assert said in str(refused.value)
    for reading in (
        analytics.convergence(db, "loss", experiment_id=uuid7()),
        analytics.hyperparameter_impact(db, "loss", experiment_id=uuid7()),
    ):
        with pytest.raises(RowNotFound):
            await reading
