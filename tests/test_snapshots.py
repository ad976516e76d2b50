"""The shipped views: after a refresh each stored result is what its definition gives, also after deletes."""

from __future__ import annotations

from datetime import datetime
from math import isclose
from typing import Any
from uuid import UUID

from plainbase import Database
from plainbase.platform import sample, training

KEYS = {
    "daily_resources": "day, source, name, unit",
    "daily_usage": "day, kind, model",
    "dataset_usage": "dataset_id",
    "evaluated_models": "provider, model, model_version_id, team_id",
    "experiment_summary": "experiment_id",
    "model_leaderboard": "benchmark, metric, model_version_id",
    "platform_overview": "entity, status",
    "recent_activity": "entity, entity_id",
    "run_metric_summary": "run_id, name",
    "training_run_summary": "run_id",
}


def plain(value: Any) -> Any:
    """A value as both may give it: in a definition SQLite does not know which type a computed column has."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value) if isinstance(value, UUID) else int(value) if isinstance(value, bool) else value


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return isclose(left, right, rel_tol=1e-9)
    return bool(left == right)


async def check(db: Database) -> dict[str, int]:
    """Compare every stored result with its definition; return their numbers of rows."""
    sizes = {}
    for view, key in KEYS.items():
        stored = await db.fetch_all(f"SELECT * FROM {view} ORDER BY {key}")
        live = await db.fetch_all(f"SELECT * FROM {view}_live ORDER BY {key}")
        assert len(stored) == len(live), view
        for one, other in zip(stored, live, strict=True):
            assert one.keys() == other.keys()
            different = [name for name, value in one.items() if not same(plain(value), plain(other[name]))]
            assert different == [], (view, different, one)
        sizes[view] = len(stored)
    return sizes


async def test_a_stored_result_is_what_its_definition_gives(db: Database) -> None:
    await sample.load(db, hard=True)
    assert await db.refresh_all() == await check(db)
    first = await check(db)
    assert all(first.values())

    runs = [row.id for row in await db.training_runs.list(limit=10)]
    await db.training_runs.delete(id=runs[0])
    await training.log_metrics(db, runs[1], {"loss": [9.0, 8.0], "new": 1.0}, step=1000)
    await db.training_metrics.delete(run_id=runs[2], name="loss")
    await db.execute("UPDATE training_metrics SET run_id = :to WHERE run_id = :of", {"of": runs[3], "to": runs[4]})
    for experiment in (await db.experiments.list(limit=100))[::2]:
        await db.experiments.delete(id=experiment.id)
    for score in (await db.model_leaderboard.list(limit=100))[::3]:
        await db.execute(
            "DELETE FROM model_benchmarks WHERE model_version_id = :version AND benchmark = :benchmark",
            {"version": score.model_version_id, "benchmark": score.benchmark},
        )
    await db.execute("DELETE FROM predictions WHERE id % 2 = 0")
    await db.execute("DELETE FROM inference_requests WHERE id % 3 = 0")
    assert await db.refresh_all() == await check(db)
    second = await check(db)
    assert second["experiment_summary"] < first["experiment_summary"]
    assert second["model_leaderboard"] < first["model_leaderboard"]
    await db.refresh("run_metric_summary", full=True)
    assert await check(db) == second
