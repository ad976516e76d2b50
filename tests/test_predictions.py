"""The prediction log: all or nothing, finite numbers only, percentiles as everybody computes them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from math import floor, inf, nan
from typing import Any

import pytest

import platform_rows
from plainbase import ConstraintViolation, Database, DataInvalid, PlainbaseError, RowNotFound
from plainbase.platform import predictions
from plainbase.platform.predictions import Prediction

AT = datetime(2026, 2, 1, tzinfo=UTC)


def answer(number: int = 0, **changes: Any) -> Prediction:
    made = Prediction(
        request_id=f"request {number}",
        model_version="v1",
        model_stage="Production",
        input_features={"rooms": 3, "income": 4.5},
        prediction=2.5,
        confidence_score=0.9,
        confidence_low=2.0,
        confidence_high=3.0,
        processing_time_ms=12.5,
        user_agent="test",
        ip_address="192.0.2.1",
    )
    return replace(made, **changes)


def percentile(values: Sequence[float], p: int) -> float:
    """By linear interpolation between the nearest places, as percentile_cont does."""
    ordered = sorted(values)
    place = p * (len(ordered) - 1) / 100
    below = ordered[floor(place)]
    above = ordered[min(floor(place) + 1, len(ordered) - 1)]
    return below + (above - below) * (place - floor(place))


async def count(db: Database) -> int:
    return sum(row.predictions for row in await db.predictions.count_by_status())


async def refuse(db: Database, changes: dict[str, Any], error: type[PlainbaseError]) -> list[PlainbaseError]:
    """See a prediction refused alone and in a batch, with nothing logged."""
    bad = answer(1, **changes)
    with platform_rows.refused(error, changes) as one:
        await predictions.log(db, bad)
    with platform_rows.refused(error, changes) as many:
        await predictions.log_batch(db, [answer(0), bad])
    if error is DataInvalid:
        assert next(iter(changes)) in str(one.value)
        assert next(iter(changes)) in str(many.value)
    assert await count(db) == 0
    return [one.value, many.value]


async def test_a_prediction_comes_back_as_it_was_logged(db: Database) -> None:
    row = await predictions.log(db, answer(created_at=AT))
    assert row == await db.predictions.get(id=row.id)
    assert row == await db.predictions.get_by_request(request_id="request 0")
    assert row.model_stage == "production"
    assert row.input_features == {"rooms": 3, "income": 4.5}
    assert (row.prediction, row.confidence_score, row.confidence_low, row.confidence_high) == (2.5, 0.9, 2.0, 3.0)
    assert (row.status, row.error_message, row.batch_id, row.created_at) == ("success", None, None, AT)


async def test_a_batch_is_logged_in_order_with_its_errors(db: Database) -> None:
    made = [answer(number, prediction=float(number)) for number in range(200)]
    made[7] = answer(7, prediction=None, error_message="ValueError: no income")
    batch = await predictions.log_batch(db, iter(made))
    rows = await db.predictions.list_for_batch(batch_id=batch, limit=1000)
    assert [row.request_id for row in rows] == [each.request_id for each in made]
    assert [row.prediction for row in rows] == [each.prediction for each in made]
    assert {row.request_id: row.status for row in rows if row.status == "error"} == {"request 7": "error"}
    page = await db.predictions.list_for_batch(batch_id=batch, after_id=rows[9].id, status="success", limit=3)
    assert page == rows[10:13]
    assert await predictions.log_batch(db, [], batch_id="mine") == "mine"
    assert await predictions.log_batch(db, [answer(1000)], batch_id="mine") == "mine"
    assert await predictions.log_batch(db, [answer(1001)]) != batch


async def test_numbers_are_finite(db: Database) -> None:
    for name, value in product(predictions.FINITE, (nan, inf, -inf)):
        await refuse(db, {name: value}, DataInvalid)


async def test_what_is_not_a_prediction_is_refused(db: Database) -> None:
    for changes in (
        {"prediction": "2.5"},
        {"prediction": True},
        {"input_features": {"income": nan}},
        {"input_features": {"when": AT}},
        {"model_version": 1},
        {"request_id": "a\0b"},
        {"created_at": datetime(2026, 1, 1)},
    ):
        await refuse(db, changes, DataInvalid)


async def test_the_rules_hold_for_one_and_for_a_batch(db: Database) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"model_stage": "Live"}, "predictions_model_stage_check"),
        ({"confidence_score": 1.5}, "predictions_confidence_score_check"),
        ({"confidence_low": 3.5}, "predictions_confidence_high_check"),
        ({"processing_time_ms": -1.0}, "predictions_processing_time_ms_check"),
        ({"prediction": None}, "predictions_prediction_check"),
        ({"request_id": ""}, "predictions_request_id_check"),
        ({"model_version": "v" * 256}, "predictions_model_version_check"),
    ]
    for changes, constraint in cases:
        for error in await refuse(db, changes, ConstraintViolation):
            assert isinstance(error, ConstraintViolation)
            assert (error.kind, error.constraint) == ("check", constraint)


async def test_a_request_is_logged_once(db: Database) -> None:
    await predictions.log(db, answer(3))
    with pytest.raises(ConstraintViolation) as found:
        await predictions.log(db, answer(3))
    assert found.value.kind == "unique"
    with pytest.raises(ConstraintViolation) as found:
        await predictions.log_batch(db, [answer(number) for number in range(5)])
    assert found.value.kind == "unique"
    assert await count(db) == 1
    both = await asyncio.gather(
        *(predictions.log_batch(db, [answer(9), answer(10 + number)]) for number in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["ConstraintViolation", "str"]
    assert await count(db) == 3


async def test_an_error_is_logged_with_its_class_and_bounded(db: Database) -> None:
    row = await predictions.log_error(db, answer(1, prediction=nan), KeyError("income"))
    assert (row.status, row.prediction, row.error_message) == ("error", None, "KeyError: 'income'")
    row = await predictions.log_error(db, answer(2), ValueError("x" * 10_000), batch_id="b")
    assert row.error_message is not None
    assert (len(row.error_message), row.error_message[:14], row.batch_id) == (2000, "ValueError: xx", "b")
    row = await predictions.log_error(db, answer(3), "no\0 model \ud800")
    assert row.error_message == "no\ufffd model \ufffd"
    row = await predictions.log_error(db, answer(4), TimeoutError())
    assert row.error_message == "TimeoutError"
    errors = await db.predictions.list_errors(model_version="v1")
    assert [each.request_id for each in errors] == ["request 4", "request 3", "request 2", "request 1"]
    last = errors[1]
    page = await db.predictions.list_errors(before_created_at=last.created_at, before_id=last.id)
    assert page == errors[2:]


async def test_statistics_of_nothing(db: Database) -> None:
    row = await predictions.statistics(db)
    assert dict(row) == {
        "total": 0,
        "successes": 0,
        "errors": 0,
        "success_rate": None,
        "avg_processing_time_ms": None,
        "p50_processing_time_ms": None,
        "p95_processing_time_ms": None,
        "p99_processing_time_ms": None,
        "avg_confidence": None,
    }
    assert await db.predictions.statistics_by_version() == []


async def test_statistics_are_those_python_computes(db: Database) -> None:
    chance = random.Random(5)
    made = []
    for number in range(337):
        failed = chance.random() < 0.1
        made.append(
            answer(
                number,
                model_version=f"v{number % 3}",
                model_stage=("Production", "STAGING")[number % 2],
                prediction=None if failed else chance.uniform(0, 5),
                error_message="no answer" if failed else None,
                # Many equal ones, and some that nobody measured.
                processing_time_ms=None if number % 11 == 0 else round(chance.expovariate(0.05), number % 3),
                confidence_score=None if failed else chance.random(),
                created_at=AT + timedelta(minutes=number),
            )
        )
    await predictions.log_batch(db, made)

    def expect(row: Any, chosen: list[Prediction]) -> None:
        times = [each.processing_time_ms for each in chosen if each.processing_time_ms is not None]
        sure = [each.confidence_score for each in chosen if each.confidence_score is not None]
        good = sum(each.error_message is None for each in chosen)
        assert (row.total, row.successes, row.errors) == (len(chosen), good, len(chosen) - good)
        assert row.success_rate == good / len(chosen)
        assert row.avg_processing_time_ms == pytest.approx(sum(times) / len(times), rel=1e-12)
        assert row.avg_confidence == pytest.approx(sum(sure) / len(sure), rel=1e-12)
        for p in (50, 95, 99):
            assert row[f"p{p}_processing_time_ms"] == pytest.approx(percentile(times, p), rel=1e-12)

    expect(await predictions.statistics(db), made)
    expect(await predictions.statistics(db, model_version="v1"), made[1::3])
    expect(await predictions.statistics(db, model_stage="Staging"), made[1::2])
    since, until = AT + timedelta(minutes=20), AT + timedelta(minutes=23)
    expect(await predictions.statistics(db, since=since, until=until), made[20:23])
    expect(await predictions.statistics(db, since=since, until=since + timedelta(minutes=1)), made[20:21])
    versions = await db.predictions.statistics_by_version()
    assert [row.model_version for row in versions] == ["v0", "v1", "v2"]
    for number, row in enumerate(versions):
        expect(row, made[number::3])
        assert row.last_at == made[number::3][-1].created_at


async def test_lists_page_through_ties(db: Database) -> None:
    await predictions.log_batch(
        db, [answer(number, created_at=AT + timedelta(seconds=number // 4)) for number in range(20)]
    )
    everything = await db.predictions.list()
    assert [row.request_id for row in everything] == [f"request {number}" for number in reversed(range(20))]
    seen = await db.predictions.list(limit=7)
    while page := await db.predictions.list(limit=7, before_created_at=seen[-1].created_at, before_id=seen[-1].id):
        seen += page
    assert seen == everything
    assert await db.predictions.list(since=AT + timedelta(seconds=3), until=AT + timedelta(seconds=4)) == seen[4:8]


async def test_old_ones_are_deleted_in_chunks_oldest_first(db: Database) -> None:
    await predictions.log_batch(db, [answer(number, created_at=AT + timedelta(days=number)) for number in range(10)])
    before = AT + timedelta(days=7)
    assert await db.predictions.delete_before(before=before, limit=4) == 4
    assert [row.request_id for row in await db.predictions.list()][-1] == "request 4"
    assert await db.predictions.delete_before(before=before, limit=4) == 3
    assert await db.predictions.delete_before(before=before) == 0
    assert await count(db) == 3


async def test_a_cancelled_batch_is_all_or_nothing(db: Database) -> None:
    made = [answer(number) for number in range(20_000)]
    task = asyncio.create_task(predictions.log_batch(db, made))
    while not task.done() and not db.pool_status().busy:
        await asyncio.sleep(0)
    task.cancel()
    result = (await asyncio.gather(task, return_exceptions=True))[0]
    assert await count(db) == (0 if isinstance(result, asyncio.CancelledError) else len(made))
    await predictions.log(db, answer(20_000))


async def test_unknown_ones_are_not_found(db: Database) -> None:
    with pytest.raises(RowNotFound):
        await db.predictions.get(id=1)
    with pytest.raises(RowNotFound):
        await db.predictions.get_by_request(request_id="nobody's")
    with pytest.raises(ConstraintViolation) as found:
        await predictions.log(db, answer(1, model_version_id=platform_rows.NOBODY))
    assert found.value.kind == "foreign key"
