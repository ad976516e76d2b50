"""Training runs with curves, hyperparameters and times, as the tests of analytics need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from plainbase import Database, uuid7

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def run(
    db: Database,
    name: str,
    curve: Sequence[float | None] = (),
    *,
    at: datetime = MONDAY,
    status: str = "completed",
    seconds: float = 60,
    metric: str = "loss",
    **columns: Any,
) -> UUID:
    """A run that began at a time and lasted so long, with a metric's values step by step."""
    made = uuid7()
    over = status in ("completed", "failed", "cancelled")
    row = {
        "id": made,
        "name": name,
        "status": status,
        "started_at": None if status == "pending" else at,
        "finished_at": at + timedelta(seconds=seconds) if over else None,
        "created_at": at,
        **columns,
    }
    await db.insert_rows("training_runs", tuple(row), [tuple(row.values())])
    await db.insert_rows(
        "training_metrics",
        ("run_id", "name", "step", "value"),
        [(made, metric, step, value) for step, value in enumerate(curve)],
    )
    return made


async def score(
    db: Database, model: str, version: str, value: float, *, metric: str = "accuracy", **columns: Any
) -> UUID:
    """A version of a model of this name, which may be there, with its score in the benchmark `mmlu`."""
    found = await db.fetch_optional("SELECT id FROM models WHERE name = :name", {"name": model})
    model_id = found.id if found else uuid7()
    if found is None:
        await db.insert_rows("models", ("id", "name", "kind"), [(model_id, model, "fine_tuned")])
    made = uuid7()
    row = {"id": made, "model_id": model_id, "version": version, **columns}
    await db.insert_rows("model_versions", tuple(row), [tuple(row.values())])
    await db.insert_rows(
        "model_benchmarks",
        ("id", "model_version_id", "benchmark", "metric", "value"),
        [(uuid7(), made, "mmlu", metric, value)],
    )
    return made
