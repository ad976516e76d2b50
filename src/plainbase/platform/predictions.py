"""The log of predictions: what was asked, what was answered, how long it took, and what went wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from datetime import datetime
from math import isfinite
from numbers import Real
from typing import Any
from uuid import UUID

from plainbase.errors import ConstraintViolation, DataInvalid, RowNotFound
from plainbase.platform.error_text import error_text
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit
from plainbase.transaction import Transaction
from plainbase.typed import PredictionsGetRow, PredictionsStatisticsRow
from plainbase.values import now, uuid7

FINITE = ("prediction", "confidence_score", "confidence_low", "confidence_high", "processing_time_ms")
"""The numbers of a prediction; the column of a prediction could hold an infinity, a prediction cannot be one."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer of a model; with an `error_message` one that failed.

    `model_stage` is production, staging, development or archived, in whatever case; the confidence score lies between
    0 and 1. Without `created_at` it was made when it is logged.
    """

    request_id: str
    model_version: str
    model_stage: str
    input_features: Mapping[str, Any]
    prediction: float | None = None
    confidence_score: float | None = None
    confidence_low: float | None = None
    confidence_high: float | None = None
    processing_time_ms: float | None = None
    error_message: str | None = None
    model_version_id: UUID | None = None
    user_agent: str | None = None
    ip_address: str | None = None
    created_at: datetime | None = None


COLUMNS = (*(field.name for field in fields(Prediction)), "status", "batch_id")


async def log(db: AnyRunner, prediction: Prediction, *, batch_id: str | None = None) -> PredictionsGetRow:
    """Log one prediction.

    Raises DataInvalid for a number that is not finite, and ConstraintViolation where the request was logged before, or
    the prediction is neither an answer nor an error.
    """
    values = _values(prediction, now(), batch_id)
    return await db.predictions.log(**dict(zip(COLUMNS, values, strict=True)))


async def log_batch(db: AnyRunner, predictions: Iterable[Prediction], *, batch_id: str | None = None) -> str:
    """Log many predictions as one batch, all or nothing; return the batch's id, made where none is given.

    Raises as `log` does.
    """
    batch = str(uuid7()) if batch_id is None else batch_id
    made = now()
    await db.insert_rows("predictions", COLUMNS, [_values(each, made, batch) for each in predictions])
    return batch


async def log_error(
    db: AnyRunner, prediction: Prediction, error: BaseException | str, *, batch_id: str | None = None
) -> PredictionsGetRow:
    """Log a prediction that failed, with the exception's class and text, or the text given, bounded."""
    return await log(db, replace(prediction, prediction=None, error_message=error_text(error)), batch_id=batch_id)


async def log_once(
    db: AnyRunner, prediction: Prediction, *, batch_id: str | None = None
) -> tuple[PredictionsGetRow, bool]:
    """Log one prediction unless it was logged before; return its row, and whether it is new.

    For a caller that tries again because the answer was lost. Raises as `log` does, so ConstraintViolation where the
    request was logged with something else in it; its address, its agent and, where none is given, its time may differ.
    """
    try:
        async with db.transaction() if isinstance(db, Transaction) else nullcontext():
            return await log(db, prediction, batch_id=batch_id), True
    except ConstraintViolation as refused:
        row = None if refused.kind != "unique" else await _logged(db, prediction.request_id)
        if row is None or not _is_the_same(row, prediction, batch_id):
            raise
        return row, False


async def log_batch_once(db: AnyRunner, predictions: Iterable[Prediction], *, batch_id: str) -> bool:
    """Log many predictions as one batch unless it was logged before; return whether it is new.

    A batch is logged as a whole, so it is there as a whole. Raises as `log_once` does, so ConstraintViolation where the
    batch was logged with something else in it, if only with fewer predictions or others.
    """
    given = list(predictions)
    refused = ConstraintViolation("predictions: this batch was logged with something else in it", kind="unique")
    if not await db.predictions.list_for_batch(batch_id=batch_id, limit=1):
        try:
            async with db.transaction() if isinstance(db, Transaction) else nullcontext():
                await log_batch(db, given, batch_id=batch_id)
                return True
        except ConstraintViolation as error:
            if error.kind != "unique":
                raise
            refused = error  # the same batch was quicker, or a request of it stands elsewhere
    found = await db.predictions.list_for_batch(batch_id=batch_id, limit=len(given) + 1)
    rows = {row.request_id: row for row in found}
    if len(rows) != len(given) or not all(
        each.request_id in rows and _is_the_same(rows[each.request_id], each, batch_id) for each in given
    ):
        raise refused
    return False


async def statistics(
    db: AnyRunner,
    *,
    since: datetime | Omit = OMIT,
    until: datetime | Omit = OMIT,
    model_version: str | Omit = OMIT,
    model_stage: str | Omit = OMIT,
) -> PredictionsStatisticsRow:
    """How many predictions succeeded, and the percentiles of their times in milliseconds.

    The success rate is a fraction, and null where there are no predictions.
    """
    stage = model_stage if isinstance(model_stage, Omit) else model_stage.lower()
    return await db.predictions.statistics(since=since, until=until, model_version=model_version, model_stage=stage)


def _values(prediction: Prediction, made: datetime, batch_id: str | None) -> tuple[Any, ...]:
    values = {name: getattr(prediction, name) for name in COLUMNS[:-2]}
    for name in FINITE:
        if isinstance(values[name], Real) and not isfinite(values[name]):
            raise DataInvalid(f"predictions.log: parameter {name!r}: a prediction's numbers are finite")
    if isinstance(prediction.model_stage, str):
        values["model_stage"] = prediction.model_stage.lower()
    if isinstance(prediction.input_features, Mapping):
        values["input_features"] = dict(prediction.input_features)
    values["created_at"] = prediction.created_at or made
    return (*values.values(), "success" if prediction.error_message is None else "error", batch_id)


async def _logged(db: AnyRunner, request_id: str) -> PredictionsGetRow | None:
    try:
        return await db.predictions.get_by_request(request_id=request_id)
    except RowNotFound:
        return None


def _is_the_same(row: PredictionsGetRow, prediction: Prediction, batch_id: str | None) -> bool:
    asked = dict(zip(COLUMNS, _values(prediction, row.created_at, batch_id), strict=True))
    return all(row[name] == value for name, value in asked.items() if name not in ("user_agent", "ip_address"))
