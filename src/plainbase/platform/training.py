"""Training runs: begun, logged, checkpointed and ended, each step all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from math import isnan
from typing import Any, Literal, SupportsFloat, TypeGuard, cast
from uuid import UUID

from plainbase.errors import ConstraintViolation, DataInvalid, ParameterError, RowNotFound, StatementFailed
from plainbase.platform.error_text import error_text
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.typed import CheckpointsGetRow, TrainingRunsGetRow
from plainbase.values import now, uuid7

COLUMNS = ("run_id", "name", "step", "value", "recorded_at")
STATUS_PATH = "training_runs_status_path_check"

Value = SupportsFloat | None
Point = tuple[str, int, Value] | tuple[str, int, Value, datetime]
"""A metric's name, its step, its value, and when it was measured (now, where that is left out)."""


async def start(db: AnyRunner, *, name: str, **values: Any) -> TrainingRunsGetRow:
    """Make a run and start it, in one transaction; return its row.

    `values` are those of `training_runs.create`: config, hyperparameters, dataset_id, neural_config_id and so on.
    """
    async with db.transaction() as tx:
        run = await tx.training_runs.create(name=name, **values)
        await tx.training_runs.start(id=run.id)
        return await tx.training_runs.get(id=run.id)


async def log_metrics(db: AnyRunner, run_id: UUID, metrics: Mapping[str, Value | Iterable[Value]], *, step: int) -> int:
    """Log metrics by name, at one step or, where a sequence is given, from that step on; return how many points.

    What goes for `log_many` goes here.
    """
    return await log_many(db, run_id, _points(metrics, step))


async def log_many(db: AnyRunner, run_id: UUID, points: Iterable[Point]) -> int:
    """Log many points the fastest way, all or nothing; return how many.

    NaN and None are stored as NULL; whatever float() takes but text is a value. A run of any status takes metrics,
    since the last ones often come after its end. Raises RowNotFound for an unknown run, DataInvalid and
    ConstraintViolation for values no metric can have.
    """
    recorded_at = now()
    rows = [
        (run_id, point[0], point[1], number(point[2]), point[3] if len(point) == 4 else recorded_at) for point in points
    ]
    if not rows:
        await db.training_runs.get(id=run_id)
        return 0
    try:
        async with db.transaction() as tx:
            return await tx.insert_rows("training_metrics", COLUMNS, rows)
    except ConstraintViolation as error:
        if error.kind != "foreign key":
            raise
        raise RowNotFound("there is no such training run") from error


async def checkpoint(
    db: AnyRunner,
    run_id: UUID,
    *,
    loss: Value = None,
    accuracy: Value = None,
    best: bool | Literal["auto"] = "auto",
    **values: Any,
) -> CheckpointsGetRow:
    """Note a saved state of a run; return its row.

    It becomes the run's best one with `best=True`, or with "auto" where its loss is lower than all before. `values`
    are those of `checkpoints.create`: step, epochs, block_size, path, notes. Raises RowNotFound for an unknown run.
    """
    async with db.transaction() as tx:
        # A write, so that of checkpoints at once each sees the losses of those before.
        if not await tx.training_runs.touch(id=run_id):
            raise RowNotFound("there is no such training run")
        loss = number(loss)
        if best == "auto":
            lowest = await tx.checkpoints.lowest_loss(run_id=run_id)
            best = loss is not None and (lowest is None or loss < lowest)
        row = await tx.checkpoints.create(run_id=run_id, loss=loss, accuracy=number(accuracy), **values)
        if best:
            await tx.checkpoints.mark_best(id=row.id)
            row = await tx.checkpoints.get(id=row.id)
        return row


async def finish(db: AnyRunner, run_id: UUID, **values: Any) -> TrainingRunsGetRow:
    """End a running run as completed; return its row.

    `values` are message, error and resources. Raises RowNotFound for an unknown run, and ConstraintViolation
    (training_runs_status_path_check) for one that is not running.
    """
    return await _end(db, run_id, "completed", values)


async def fail(db: AnyRunner, run_id: UUID, *, error: BaseException | str, **values: Any) -> TrainingRunsGetRow:
    """End a pending or running run as failed, with the reason; return its row. Raises as `finish`.

    Of an exception its class and text are kept.
    """
    return await _end(db, run_id, "failed", {"error": error_text(error), **values})


async def cancel(db: AnyRunner, run_id: UUID, **values: Any) -> TrainingRunsGetRow:
    """End a pending or running run as cancelled; return its row. Raises as `finish`."""
    return await _end(db, run_id, "cancelled", values)


@asynccontextmanager
async def run(db: AnyDatabase, *, name: str, **values: Any) -> AsyncIterator[TrainingRunsGetRow]:
    """Start a run for the block, and finish it at the block's end, or fail it with the error that the block raised.

    A cancelled block is a failed run too. A run that was ended meanwhile, by the block or by others, stays as it is.
    Raises RowNotFound where it was deleted.
    """
    run_id = values.pop("id", None) or uuid7()
    begun = False
    try:
        row = await start(db, id=run_id, name=name, **values)
        begun = True
        yield row
        if not await db.training_runs.finish(id=run_id):
            await db.training_runs.get(id=run_id)
    except BaseException as error:
        # A start that was refused made nothing: a run of this id is another's. One that was cancelled may be there.
        if begun or not isinstance(error, StatementFailed | ParameterError):
            failed = db.training_runs.finish(id=run_id, status="failed", error=error_text(error))
            await _despite_cancellation(error, failed)
        raise


def number(value: Value) -> float | None:
    """The value as a float; None for NaN. Raises DataInvalid for what is no number."""
    if value is None:
        return None
    try:
        found = float(value) if hasattr(value, "__float__") else None
    except (TypeError, ValueError, OverflowError) as error:
        raise DataInvalid(f"a {type(value).__name__} that does not fit a double precision number") from error
    if found is None:
        raise DataInvalid(f"a metric is a number, got {type(value).__name__}")
    return None if isnan(found) else found


def _points(metrics: Mapping[str, Value | Iterable[Value]], step: int) -> Iterator[Point]:
    for name, given in metrics.items():
        if _is_series(given):
            for place, value in enumerate(given):
                yield name, step + place, value
        else:
            yield name, step, cast(Value, given)


def _is_series(given: Value | Iterable[Value]) -> TypeGuard[Iterable[Value]]:
    # An array without dimensions says that it is iterable, and is not.
    dimensions: Any = getattr(given, "ndim", 1)
    return isinstance(given, Iterable) and not isinstance(given, str) and dimensions > 0


async def _end(db: AnyRunner, run_id: UUID, status: str, values: Mapping[str, Any]) -> TrainingRunsGetRow:
    async with db.transaction() as tx:
        changed = await tx.training_runs.finish(id=run_id, status=status, **values)
        row = await tx.training_runs.get(id=run_id)
        if not changed:
            raise ConstraintViolation(
                f"a run that is {row.status} cannot become {status}", kind="check", constraint=STATUS_PATH
            )
        return row


async def _despite_cancellation(error: BaseException, work: Coroutine[Any, Any, object]) -> None:
    """Do the work to its end, however often it is cancelled; if it fails, say so with the error."""
    task = asyncio.ensure_future(work)
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            continue
        except Exception:
            break
    if task.cancelled():
        error.add_note("the run was not marked as failed: that was cancelled")
    elif (failed := task.exception()) is not None:
        error.add_note(f"the run was not marked as failed: {failed}")
