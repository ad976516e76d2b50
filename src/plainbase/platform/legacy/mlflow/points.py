"""Metric values: all that are not here yet, so ordered that the last of equal steps is MLflow's latest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import clean, moment, value_of
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row
from plainbase.platform.training import COLUMNS

Point = tuple[UUID, str, int, float | None, datetime]
NO_PLACE = "its step is negative, or its metric has no name"
"""Why a value is left."""

Seen = frozenset[tuple[int, float | None, datetime]]


@dataclass(slots=True)
class Run:
    """A run that values are taken for: its id there and here, when it began, and how many of them were left."""

    there: str
    here: UUID
    began: datetime
    left: int = 0


async def add(importing: Import, store: Store, tally: Tally, runs: Iterable[Run]) -> None:
    """Take all values of runs that have none here yet."""
    by_id = {run.there: run for run in runs}
    if not by_id:
        return
    async with aclosing(store.points(by_id)) as chunks:
        async for chunk in chunks:
            made = (_point(importing, tally, by_id[row["run_uuid"]], row) for row in chunk)
            await _insert(importing, tally, [point for point in made if point is not None])


async def add_new(importing: Import, store: Store, tally: Tally, run: Run) -> None:
    """Take those values of a run that are not here yet: values with the same name, step, time and value are."""
    for name in await store.metric_names(run.there):
        window: tuple[int, int] | None = None
        seen: Seen = frozenset()
        async with aclosing(store.points([run.there], name)) as chunks:
            async for chunk in chunks:
                points = [point for row in chunk if (point := _point(importing, tally, run, row)) is not None]
                if not points:
                    continue
                steps = points[0][2], points[-1][2]
                if steps != window:  # many values of one step are read once
                    window, seen = steps, await _seen(importing, points[0][1], run, steps)
                new = [point for point in points if point[2:] not in seen]
                tally.already += len(points) - len(new)
                await _insert(importing, tally, new)


async def _seen(importing: Import, name: str, run: Run, steps: tuple[int, int]) -> Seen:
    rows = await importing.tx.training_metrics.history(
        run_id=run.here, name=name, since_step=steps[0], until_step=min(steps[1] + 1, 2**63 - 1)
    )
    return frozenset((row.step, row.value, row.recorded_at) for row in rows)


async def _insert(importing: Import, tally: Tally, points: Sequence[Point]) -> None:
    if points:
        tally.taken += await importing.tx.insert_rows("training_metrics", COLUMNS, points)


def _point(importing: Import, tally: Tally, run: Run, row: Row) -> Point | None:
    tally.rows += 1
    name, step = clean(row["key"]), row["step"]
    if not name or step < 0:
        importing.leave(tally, NO_PLACE, f"{run.there}/{name}/{step}", row)
        run.left += 1
        return None
    at = moment(row["timestamp"])
    if at is None:
        tally.note("its time is outside of the calendar; the run's beginning stands for it")
    return run.here, name, step, value_of(row["value"], row["is_nan"]), at or run.began
