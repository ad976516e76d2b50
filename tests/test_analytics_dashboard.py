"""The dashboard's four parts, each standing alone, and the look that `plainbase top` takes, on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics_rows import MONDAY, run, score
from plainbase import Database, ParameterError, uuid7
from plainbase.platform import analytics

PARTS = {
    "overview": "platform_overview",
    "model_performance": "evaluated_models",
    "recent_experiments": "experiment_summary",
    "recent_activity": "recent_activity",
}


async def drop(db: Database, engine: str, view: str) -> None:
    """Break what reads a view."""
    await db.execute(f"DROP TABLE {view}" if engine == "sqlite" else f"DROP MATERIALIZED VIEW {view} CASCADE")


async def evaluate(db: Database, created_at: datetime, cost: float) -> None:
    await db.insert_rows(
        "evaluations",
        ("id", "provider", "model", "input", "output", "score", "cost_usd", "input_tokens", "created_at"),
        [(uuid7(), "local", "m", "in", "out", 0.5, cost, 10, created_at)],
    )


async def test_the_four_parts(db: Database) -> None:
    now = datetime.now(UTC)
    await evaluate(db, now, 0.25)
    await evaluate(db, now - timedelta(days=29), 0.5)
    await evaluate(db, now - timedelta(days=40), 100.0)
    await run(db, "a run", status="failed", at=MONDAY)
    await run(db, "another")
    await score(db, "m", "1", 0.5)
    for number in range(12):
        await db.experiments.create(name=f"experiment {number}")
    read = await analytics.dashboard(db, fresh=True)
    assert read.failed == {}
    assert read.overview is not None
    (whole,) = read.overview.rows
    assert whole.counts["training_runs"] == {"completed": 1, "failed": 1}
    assert whole.counts["evaluations"] == {"unrated": 3}
    assert whole.counts["experiments"] == {"pending": 12}
    assert whole.counts["model_versions"] == {"development": 1}
    assert (whole.days, whole.requests, whole.errors, whole.cost_usd, whole.input_tokens) == (30, 2, 0, 0.75, 20)
    assert read.model_performance is not None
    assert [(row.model, row.evaluations) for row in read.model_performance.rows] == [("m", 3)]
    assert read.recent_experiments is not None
    assert [row.name for row in read.recent_experiments.rows] == [f"experiment {number}" for number in range(11, 1, -1)]
    assert read.recent_activity is not None
    rows = read.recent_activity.rows
    assert len(rows) == 15
    assert {(row.entity, row.name, row.status) for row in rows} >= {
        ("training_run", "a run", "failed"),
        ("model_version", "m:1", "development"),
        ("experiment", "experiment 0", "pending"),
    }
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)
    (at,) = [row.at for row in rows if row.name == "a run"]
    assert at == MONDAY + timedelta(seconds=60), "when it ended"


@pytest.mark.parametrize("broken", PARTS)
@pytest.mark.parametrize("fresh", [False, True])
async def test_a_part_that_fails_is_named_and_the_rest_returned(
    db: Database, engine: str, broken: str, fresh: bool
) -> None:
    await db.refresh_all()
    await drop(db, engine, PARTS[broken])
    read = await analytics.dashboard(db, fresh=fresh)
    assert list(read.failed) == [broken]
    assert PARTS[broken] in str(read.failed[broken])
    for name in PARTS:
        assert (getattr(read, name) is None) == (name == broken)


async def test_all_parts_may_fail(db: Database, engine: str) -> None:
    for view in (*PARTS.values(), "daily_usage"):
        await drop(db, engine, view)
    read = await analytics.dashboard(db)
    assert set(read.failed) == set(PARTS)


async def test_an_impossible_age_fails_every_part(db: Database) -> None:
    read = await analytics.dashboard(db, fresh=-5)
    assert set(read.failed) == set(PARTS)
    assert all(isinstance(error, ParameterError) for error in read.failed.values())


async def test_a_look_counts_what_is_lately_by_the_databases_clock(db: Database, engine: str) -> None:
    now = datetime.now(UTC)
    await evaluate(db, now, 0.25)
    await evaluate(db, now - timedelta(seconds=500), 0.5)
    await run(db, "runs", status="running", at=now, progress=40.0)
    await run(db, "waits", status="pending")
    await db.jobs.enqueue(job_type="due")
    await db.jobs.enqueue(job_type="later", delay_seconds=1000)
    await db.workers.register(worker_id="w", address="here", capacity=4)
    seen = await analytics.look(db, seconds=300)
    assert seen.failed == {}
    assert seen.jobs is not None
    assert (seen.jobs.pending, seen.jobs.scheduled, seen.jobs.running, seen.jobs.completed) == (1, 1, 0, 0)
    assert seen.requests is not None
    assert [(row.kind, row.requests, row.cost_usd) for row in seen.requests] == [("evaluation", 1, 0.25)]
    assert seen.runs is not None
    assert [(row.name, row.progress) for row in seen.runs] == [("runs", 40.0)]
    assert seen.workers is not None
    assert [(row.worker_id, row.capacity) for row in seen.workers] == [("w", 4)]
    longer = await analytics.look(db, seconds=1000)
    assert longer.requests is not None
    assert longer.requests[0].requests == 2

    await drop(db, engine, "recent_activity")
    broken = await analytics.look(db)
    assert (list(broken.failed), broken.activity) == (["activity"], None)
    assert broken.overview is not None
