"""Inference sessions: requests are priced, totals are those of the requests, a closed session stays closed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import platform_rows
from plainbase import ConstraintViolation, Database, DataInvalid, PlainbaseError, Row, RowNotFound
from plainbase.platform import inference

AT = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)


@pytest.fixture
async def version(db: Database) -> UUID:
    """A version of a model: 2.5 dollars a million tokens in, 10 out."""
    return await platform_rows.version(db)


async def opened(db: Database, version: UUID, **values: Any) -> Row:
    row: Row = await db.inference_sessions.open(model_version_id=version, **values)
    return row


async def test_a_session_is_closed_with_its_totals(db: Database, version: UUID) -> None:
    person = await platform_rows.user(db)
    async with inference.session(db, model_version_id=version, user_id=person, purpose="chat") as session:
        assert (session.row.user_id, session.row.purpose, session.row.closed_at) == (person, "chat", None)
        first = await session.log(input_tokens=1000, output_tokens=200, latency_ms=80.5, prompt_chars=10)
        assert first.cost_usd == pytest.approx(0.0045, rel=1e-12)
        await session.log(input_tokens=10, output_tokens=5, latency_ms=19.5, cost_usd=0.25)
        failed = await session.log(input_tokens=7, error=TimeoutError("too slow"))
        assert (failed.status, failed.error, failed.cost_usd) == ("error", "TimeoutError: too slow", None)
    row = await db.inference_sessions.get(id=session.id)
    assert (row.request_count, row.error_count, row.input_tokens, row.output_tokens) == (3, 1, 1017, 205)
    assert (row.latency_ms, row.cost_usd) == (100.0, pytest.approx(0.2545, rel=1e-12))
    assert row.closed_at is not None
    found = await db.inference_requests.statistics(session_id=session.id)
    assert (found.requests, found.errors, found.input_tokens, found.output_tokens) == (3, 1, 1017, 205)
    assert (found.avg_latency_ms, found.p50_latency_ms, found.max_latency_ms) == (50.0, 50.0, 80.5)
    assert found.p95_latency_ms == pytest.approx(77.45, rel=1e-12)
    assert (found.first_at, found.last_at) == (first.created_at, failed.created_at)


async def test_a_session_is_closed_also_when_its_body_raises(db: Database, version: UUID) -> None:
    with pytest.raises(ZeroDivisionError):
        async with inference.session(db, model_version_id=version) as session:
            await session.log(latency_ms=5.0)
            raise ZeroDivisionError
    row = await db.inference_sessions.get(id=session.id)
    assert (row.request_count, row.latency_ms, row.closed_at is None) == (1, 5.0, False)


async def test_a_session_is_closed_also_when_its_task_is_cancelled(db: Database, version: UUID) -> None:
    logged = asyncio.Event()
    made: list[UUID] = []

    async def work() -> None:
        async with inference.session(db, model_version_id=version) as session:
            made.append(session.id)
            await session.log(latency_ms=5.0)
            logged.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await logged.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    row = await db.inference_sessions.get(id=made[0])
    assert (row.request_count, row.closed_at is None) == (1, False)


async def test_the_error_of_the_body_is_the_one_raised(db: Database, version: UUID) -> None:
    with pytest.raises(ConstraintViolation) as found:
        async with db.transaction() as tx, inference.session(tx, model_version_id=version) as session:
            await session.log(latency_ms=-1.0)
    assert found.value.constraint == "inference_requests_latency_ms_check"
    assert await db.inference_sessions.list_recent() == []
    with pytest.raises(KeyError) as lost:
        async with inference.session(db, model_version_id=version) as session:
            await db.inference_sessions.delete(id=session.id)
            raise KeyError("mine")
    assert "could not be closed" in lost.value.__notes__[0]


async def test_a_closed_session_takes_no_requests(db: Database, version: UUID) -> None:
    row = await opened(db, version)
    await inference.log_request(db, row.id, latency_ms=1.0)
    closed = await inference.close(db, row.id)
    for refused in (
        inference.log_request(db, row.id, latency_ms=1.0),
        inference.log_request(db, row.id, cost_usd=1.0),
        db.inference_requests.log(session_id=row.id),
        db.inference_requests.log.batch([{"session_id": row.id}]),
        inference.log_request(db, platform_rows.NOBODY),
    ):
        with pytest.raises(RowNotFound):
            await refused
    assert await inference.close(db, row.id) == closed
    assert (closed.request_count, len(await db.inference_requests.list_for_session(session_id=row.id))) == (1, 1)
    with pytest.raises(RowNotFound):
        await inference.close(db, platform_rows.NOBODY)


async def test_costs(db: Database) -> None:
    cases: list[tuple[dict[str, Any], tuple[float | None, float | None], float | None]] = [
        ({"input_tokens": 2_000_000, "output_tokens": 0}, (2.5, 10.0), 5.0),
        ({"input_tokens": 3, "output_tokens": 4}, (0.0, 0.0), 0.0),
        ({"input_tokens": 3}, (2.5, 10.0), None),
        ({"output_tokens": 3}, (2.5, 10.0), None),
        ({"input_tokens": 3, "output_tokens": 4}, (2.5, None), None),
        ({"input_tokens": 3, "output_tokens": 4, "cost_usd": 0.0}, (2.5, 10.0), 0.0),
        ({"input_tokens": 10**12, "output_tokens": 10**12}, (1e-9, 1e-9), 2 * 10**12 * 1e-15),
    ]
    for request, prices, cost in cases:
        version = await platform_rows.version(db, input_price=prices[0], output_price=prices[1])
        row = await opened(db, version)
        logged = await inference.log_request(db, row.id, **request)
        assert logged.cost_usd == (None if cost is None else pytest.approx(cost, rel=1e-12)), request
        assert logged == (await db.inference_requests.list_for_session(session_id=row.id))[0]


async def test_bad_requests_are_refused(db: Database, version: UUID) -> None:
    row = await opened(db, version)
    cases: list[tuple[dict[str, Any], type[PlainbaseError]]] = [
        ({"latency_ms": "1"}, DataInvalid),
        ({"latency_ms": float("nan")}, DataInvalid),
        ({"latency_ms": float("inf")}, ConstraintViolation),
        ({"input_tokens": 1.5}, DataInvalid),
        ({"input_tokens": True}, DataInvalid),
        ({"input_tokens": 2**63}, DataInvalid),
        ({"input_tokens": -1}, ConstraintViolation),
        ({"input_tokens": 2**62, "output_tokens": 2**62}, ConstraintViolation),
        ({"cost_usd": -0.5}, ConstraintViolation),
        ({"prompt_chars": -1}, ConstraintViolation),
    ]
    for request, error in cases:
        with platform_rows.refused(error, request):
            await inference.log_request(db, row.id, **request)
    assert await db.inference_requests.list_for_session(session_id=row.id) == []


async def test_one_of_two_closers_closes(db: Database, version: UUID) -> None:
    row = await opened(db, version)
    await inference.log_request(db, row.id, latency_ms=1.0)
    first, second = await asyncio.gather(inference.close(db, row.id), inference.close(db, row.id))
    assert first == second
    other = await opened(db, version)
    done = await asyncio.gather(*(db.inference_sessions.close(id=other.id) for _ in range(4)))
    assert sorted(done) == [0, 0, 0, 1]


async def test_totals_are_those_of_all_requests_that_were_taken(db: Database, version: UUID) -> None:
    for _ in range(5):
        row = await opened(db, version)

        async def log(session: UUID) -> int:
            taken = 0
            try:
                while True:
                    await inference.log_request(db, session, input_tokens=1, output_tokens=2)
                    taken += 1
            except RowNotFound:
                return taken

        loggers = [asyncio.create_task(log(row.id)) for _ in range(4)]
        while len(await db.inference_requests.list_for_session(session_id=row.id)) < 20:
            await asyncio.sleep(0)
        closed = await inference.close(db, row.id)
        taken = sum(await asyncio.gather(*loggers))
        assert closed.request_count == taken == closed.input_tokens
        assert len(await db.inference_requests.list_for_session(session_id=row.id, limit=10_000)) == taken


async def test_closing_waits_for_a_request_that_is_being_logged(db: Database, version: UUID) -> None:
    row = await opened(db, version)
    async with db.transaction() as tx:
        await inference.log_request(tx, row.id, input_tokens=3, output_tokens=0)
        closing = asyncio.create_task(inference.close(db, row.id))
        await asyncio.wait([closing], timeout=0.2)
        assert not closing.done()
    closed = await closing
    assert (closed.request_count, closed.input_tokens) == (1, 3)


async def test_totals_of_an_open_session_are_brought_up_to_date(db: Database, version: UUID) -> None:
    row = await opened(db, version)
    await db.inference_requests.log.batch(
        [{"session_id": row.id, "input_tokens": number, "latency_ms": float(number)} for number in range(5)]
    )
    assert await db.inference_sessions.refresh_totals(id=row.id) == 1
    found = await db.inference_sessions.get(id=row.id)
    assert (found.request_count, found.input_tokens, found.latency_ms, found.closed_at) == (5, 10, 10.0, None)
    assert await db.inference_sessions.refresh_totals(id=platform_rows.NOBODY) == 0
    page = await db.inference_requests.list_for_session(session_id=row.id, limit=2)
    assert [each.input_tokens for each in page] == [4, 3]
    rest = await db.inference_requests.list_for_session(session_id=row.id, before_id=page[-1].id)
    assert [each.input_tokens for each in rest] == [2, 1, 0]


async def test_usage_by_utc_day(db: Database, version: UUID) -> None:
    other = await platform_rows.version(db)
    person = await platform_rows.user(db)
    mine, theirs = await opened(db, version, user_id=person), await opened(db, other)
    await db.inference_requests.log.batch(
        [
            {
                "session_id": (mine, mine, theirs)[number % 3].id,
                "status": "error" if number == 4 else "success",
                "error": "e" if number == 4 else None,
                "input_tokens": number,
                "output_tokens": 1,
                "latency_ms": float(number),
                "cost_usd": 0.5,
                "created_at": AT + timedelta(minutes=20 * number),
            }
            for number in range(6)
        ]
    )
    # 23:30 and 23:50 are of the first day.
    days = await db.inference_requests.usage_by_day(since=AT)
    assert [tuple(row) for row in days] == [
        ("2026-02-01", 2, 0, 1, 2, 1.0, 0.5),
        ("2026-02-02", 4, 1, 14, 4, 2.0, 3.5),
    ]
    assert await db.inference_requests.usage_by_day(since=AT, until=AT + timedelta(minutes=30)) == days[:1]
    used = await db.inference_sessions.usage(since=AT)
    assert sorted((row.day, row.model_version_id, row.requests, row.errors, row.cost_usd) for row in used) == sorted(
        [
            ("2026-02-01", version, 2, 0, 1.0),
            ("2026-02-02", version, 2, 1, 1.0),
            ("2026-02-02", other, 2, 0, 1.0),
        ]
    )
    assert [row.day for row in used] == ["2026-02-01", "2026-02-02", "2026-02-02"]
    assert len(await db.inference_sessions.usage(since=AT, model_version_id=other)) == 1
    assert len(await db.inference_sessions.usage(since=AT, user_id=person)) == 2
    assert await db.inference_sessions.usage(since=AT + timedelta(days=1)) == []


async def test_sessions_are_listed_newest_first(db: Database, version: UUID) -> None:
    person = await platform_rows.user(db)
    rows = [await opened(db, version, user_id=person if number % 2 else None) for number in range(6)]
    newest = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)
    assert await db.inference_sessions.list_recent() == newest
    last = newest[2]
    page = await db.inference_sessions.list_for_model_version(
        model_version_id=version, before_created_at=last.created_at, before_id=last.id, limit=2
    )
    assert page == newest[3:5]
    assert {row.user_id for row in await db.inference_sessions.list_for_user(user_id=person)} == {person}


async def test_unknown_versions_and_users_are_refused(db: Database, version: UUID) -> None:
    with pytest.raises(ConstraintViolation) as found:
        async with inference.session(db, model_version_id=platform_rows.NOBODY):
            pytest.fail("there is no such version")
    assert found.value.kind == "foreign key"
    with pytest.raises(ConstraintViolation):
        async with inference.session(db, model_version_id=version, user_id=platform_rows.NOBODY):
            pytest.fail("there is no such user")
    assert await db.inference_sessions.list_recent() == []
