"""Adding jobs: with the caller's transaction or not at all, once per unique key, and nothing an engine would refuse."""

from __future__ import annotations

import asyncio
import enum
import fractions
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import hypothesis
import hypothesis.strategies as st
import pytest

import plainbase
from conftest import examples
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, TransactionConflict
from plainbase.platform.jobs import enqueueing, new_job
from plainbase.platform.jobs.enqueueing import enqueue, enqueue_many
from plainbase.platform.jobs.new_job import NewJob
from plainbase.values import uuid7

FUTURE = datetime(2100, 1, 1, 12, 0, 0, 123457, tzinfo=UTC)
SECRET = "5ecret"


async def queued(db: Database) -> set[UUID]:
    return {row.id for row in await db.jobs.list(limit=100_000)}


async def ended(db: Database, job_id: UUID, state: str) -> None:
    """End a waiting job in a state."""
    if state == "cancelled":
        assert await db.jobs.cancel(id=job_id)
        return
    (job,) = await db.jobs.claim(worker_id="w", lease_seconds=60)
    assert job.id == job_id
    fence = {"id": job.id, "attempt": job.attempt, "worker_id": "w"}
    if state == "completed":
        assert await db.jobs.complete(**fence)
    else:
        assert await db.jobs.fail(**fence, error="no", retry=False) == "dead"


async def test_a_job_has_the_fields_it_was_given_alone_and_among_many(db: Database) -> None:
    given: dict[str, Any] = {
        "queue": "gpu",
        "priority": 32767,
        "run_at": FUTURE.astimezone(timezone(timedelta(hours=-7))),
        "max_attempts": 1000,
        "timeout_seconds": 2.5,
        "unique_key": "k",
        "unique_states": ["dead", "running", "available", "completed"],
    }
    ids = [uuid7(), uuid7()]
    one = await enqueue(db, "train", {"a": [1, None, "ü"]}, **given, id=ids[0])
    assert one.added
    assert await db.jobs.cancel(id=ids[0])  # which lets go of the key
    assert await enqueue_many(db, [NewJob("train", {"a": [1, None, "ü"]}, **given, id=ids[1])]) == [ids[1]]
    for job_id in ids:
        row = await db.jobs.get(id=job_id)
        assert (row.queue, row.job_type, row.payload, row.priority) == ("gpu", "train", {"a": [1, None, "ü"]}, 32767)
        assert (row.run_at, row.max_attempts, row.timeout_seconds) == (FUTURE, 1000, 2.5)
        assert (row.unique_key, row.unique_states) == ("k", "available,running,completed,dead")


async def test_what_is_not_given_is_the_same_alone_and_among_many(db: Database) -> None:
    one = (await enqueue(db, "train")).job
    (other,) = await enqueue_many(db, [NewJob("train")])
    many = await db.jobs.get(id=other)
    for row in (one, many):
        assert (row.queue, row.payload, row.priority, row.state, row.attempt) == ("default", {}, 0, "available", 0)
        assert (row.max_attempts, row.timeout_seconds, row.unique_key) == (5, None, None)
        assert row.unique_states == "available,running"
        assert abs(row.run_at - row.created_at) < timedelta(seconds=1)
    assert one == await db.jobs.get(id=one.id)


async def test_a_delay_counts_from_the_databases_clock(db: Database) -> None:
    now = await db.jobs.clock()
    (many,) = await enqueue_many(db, [NewJob("t", delay_seconds=90.5)])
    for row in ((await enqueue(db, "t", delay_seconds=90.5)).job, await db.jobs.get(id=many)):
        assert timedelta(seconds=90.4) < row.run_at - now < timedelta(seconds=95)
    assert (await enqueue(db, "t", run_at=FUTURE, delay_seconds=0)).job.run_at == FUTURE


async def test_a_payload_that_is_none_is_empty_and_a_mapping_is_an_object(db: Database) -> None:
    class Settings(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            return {"a": 1}[key]

        def __iter__(self) -> Iterator[str]:
            return iter(["a"])

        def __len__(self) -> int:
            return 1

    payloads: list[Any] = [None, Settings(), [1], "text", 5, 1.5, True, {"a": {"b": [None]}}]
    stored = [{}, {"a": 1}, [1], "text", 5, 1.5, True, {"a": {"b": [None]}}]
    ids = await enqueue_many(db, [NewJob("t", each) for each in payloads])
    assert [(await db.jobs.get(id=each)).payload for each in ids] == stored
    assert [(await enqueue(db, "t", each)).job.payload for each in payloads] == stored


async def test_jobs_are_there_exactly_if_the_transaction_commits(db: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await enqueue(tx, "t")
            await enqueue(tx, "t", unique_key="k")
            assert len(await enqueue_many(tx, [NewJob("t"), NewJob("t", unique_key="l")])) == 2
            raise ZeroDivisionError
    assert await queued(db) == set()
    async with db.transaction() as tx:
        ids = {(await enqueue(tx, "t", unique_key="k")).job.id, *await enqueue_many(tx, [NewJob("t")])}
    assert await queued(db) == ids


async def test_a_taken_key_gives_the_job_that_holds_it(db: Database) -> None:
    first = await enqueue(db, "t", {"n": 1}, unique_key="k")
    again = await enqueue(db, "other", {"n": 2}, unique_key="k", queue="q")
    assert first.added
    assert not again.added
    assert again.job == first.job
    assert (await enqueue(db, "t", unique_key="other")).added
    (claimed, _) = await db.jobs.claim(worker_id="w", lease_seconds=60, limit=2)
    assert claimed.id == first.job.id
    assert (await enqueue(db, "t", unique_key="k")).job.state == "running"


@pytest.mark.parametrize("state", ["completed", "cancelled", "dead"])
async def test_a_key_is_held_in_the_states_the_job_says(db: Database, state: str) -> None:
    first = (await enqueue(db, "t", unique_key="k")).job
    await ended(db, first.id, state)
    second = await enqueue(db, "t", unique_key="k", unique_states=("available", "running", state))
    assert second.added
    await ended(db, second.job.id, state)
    third = await enqueue(db, "t", unique_key="k")
    assert (third.added, third.job.id, third.job.state) == (False, second.job.id, state)
    assert await enqueue_many(db, [NewJob("t", unique_key="k")]) == []


async def test_callers_at_once_add_one_job_for_a_key(url: str, db: Database) -> None:
    async with plainbase.open(url, pool_size=2) as other:
        for round_ in range(20):
            results = await asyncio.gather(*(enqueue(each, "t", unique_key=f"k{round_}") for each in [db, other] * 3))
            assert sum(result.added for result in results) == 1
            assert len({result.job.id for result in results}) == 1


async def test_a_holder_that_ends_between_two_looks_is_no_holder(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = (await enqueue(db, "t", unique_key="k")).job
    find = db.jobs.find_unique

    async def ends_first(**params: Any) -> Any:
        await db.jobs.cancel(id=holder.id)
        return await find(**params)

    monkeypatch.setitem(db.jobs.__dict__, "find_unique", ends_first)
    result = await enqueue(db, "t", unique_key="k")
    assert result.added
    assert result.job.id != holder.id


async def test_holders_that_never_stay_are_an_error_at_last(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await enqueue(db, "t", unique_key="k")
    looks = []

    async def none(**params: Any) -> None:
        looks.append(params)

    monkeypatch.setitem(db.jobs.__dict__, "find_unique", none)
    with pytest.raises(TransactionConflict, match="unique_key") as caught:
        await enqueue(db, "t", unique_key="k")
    assert caught.value.retryable
    assert len(looks) == enqueueing.TRIES


async def test_an_id_that_is_taken_is_an_error(db: Database) -> None:
    taken = (await enqueue(db, "t")).job.id
    for key in (None, "k"):
        with pytest.raises(ConstraintViolation) as caught:
            await enqueue(db, "t", id=taken, unique_key=key)
        assert caught.value.kind == "unique"
        with pytest.raises(ConstraintViolation):
            await enqueue_many(db, [NewJob("t"), NewJob("t", id=taken, unique_key=key)])
    assert await queued(db) == {taken}
    with pytest.raises(ParameterError, match="one id"):
        await enqueue_many(db, [NewJob("t", id=UUID(int=1)), NewJob("t", id=UUID(int=1))])


async def test_many_jobs_keep_their_order_and_leave_out_taken_keys(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueueing, "CHUNK_JOBS", 3)
    await enqueue(db, "t", unique_key="taken")
    keys = ["z", None, "taken", "a", "z", None, "m", "a", None, "b"]
    ids = [UUID(int=1000 - n) for n in range(len(keys))]  # so that their order is not that of the ids
    jobs = [NewJob("t", {"n": n}, id=ids[n], unique_key=key) for n, key in enumerate(keys)]
    assert await enqueue_many(db, iter(jobs)) == [ids[n] for n in (0, 1, 3, 5, 6, 8, 9)]
    assert await enqueue_many(db, []) == []
    assert len(await queued(db)) == 8


async def test_many_jobs_go_in_statements_of_bounded_size(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueueing, "CHUNK_JOBS", 4)
    monkeypatch.setattr(enqueueing, "CHUNK_BYTES", 1000)
    sizes = [10] * 9 + [600, 600, 5000, 10]
    async with db.transaction() as tx:
        original, chunks = tx.jobs.enqueue_many, []

        async def seen(*, jobs: list[Any]) -> Any:
            chunks.append([len(job["payload"]["text"]) for job in jobs])
            return await original(jobs=jobs)

        monkeypatch.setitem(tx.jobs.__dict__, "enqueue_many", seen)
        assert len(await enqueue_many(tx, [NewJob("t", {"text": "x" * size}) for size in sizes])) == len(sizes)
    assert chunks == [[10] * 4, [10] * 4, [10, 600], [600], [5000], [10]]


async def test_many_jobs_are_all_or_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueueing, "CHUNK_JOBS", 2)
    taken = (await enqueue(db, "t")).job.id
    jobs = [*(NewJob("t") for _ in range(5)), NewJob("t", id=taken)]
    with pytest.raises(ConstraintViolation):
        await enqueue_many(db, jobs)
    assert await queued(db) == {taken}
    async with db.transaction() as tx:
        with pytest.raises(ConstraintViolation):
            await enqueue_many(tx, jobs)  # a savepoint: the transaction goes on
        kept = (await enqueue(tx, "t")).job.id
    assert await queued(db) == {taken, kept}
    with pytest.raises(ParameterError, match="NewJob"):
        await enqueue_many(db, [NewJob("t"), {"job_type": "t"}])  # type: ignore[list-item]  # wrong on purpose


async def test_calls_with_the_same_keys_never_wait_for_each_other_in_a_circle(
    url: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueueing, "CHUNK_JOBS", 1)
    keys = [f"k{n:03}" for n in range(60)]
    async with plainbase.open(url) as other:
        added = await asyncio.gather(
            enqueue_many(db, [NewJob("t", unique_key=key) for key in keys]),
            enqueue_many(other, [NewJob("t", unique_key=key) for key in reversed(keys)]),
        )
    assert sum(map(len, added)) == len(keys)


REFUSED: dict[str, list[Any]] = {
    "job_type": ["", "x" * 101, f"{SECRET}\0", f"{SECRET}\ud800", None, 5, b"t"],
    "queue": ["", "x" * 101, "\0", "\udfff", None, 5],
    "priority": [-1, 32768, 1.0, True, None, "5", 10**400, math.nan],
    "delay_seconds": [-1, -1e-9, math.nan, math.inf, -math.inf, 315_576_000.1, True, None, "5", 10**400],
    "run_at": [datetime(2026, 1, 1), "2026-01-01T00:00:00Z", 5, datetime.max.replace(tzinfo=UTC)],
    "max_attempts": [0, -1, 1001, 1.0, True, None],
    "timeout_seconds": [0, -1, math.nan, math.inf, 1e9 + 1, True, "5"],
    "unique_key": ["", "x" * 256, "\0", "\ud800", 5],
    "unique_states": [
        (),
        ("available",),
        ("running", "dead"),
        ("available", "running", SECRET),
        "available,running",
        None,
        5,
    ],
    "id": [SECRET, 5, b"0123456789abcdef"],
    "payload": [
        {"a": math.nan},
        [math.inf],
        math.nan,
        {1, 2},
        {"a": object()},
        {(1, 2): 3},
        {"a": "\0"},
        {"\0": 1},
        "\ud800",
        b"{}",
        datetime.now(UTC),
    ],
}


@pytest.mark.parametrize("field", REFUSED)
def test_a_field_out_of_range_is_named_and_its_value_is_not(field: str) -> None:
    for value in REFUSED[field]:
        with pytest.raises(DataInvalid, match=field) as caught:
            NewJob(**{"job_type": "t", field: value})
        assert SECRET not in str(caught.value)


def test_a_payload_that_is_too_large_or_too_deep_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    deepest: Any = []
    for _ in range(new_job.DEEPEST_PAYLOAD - 1):
        deepest = [deepest]
    assert NewJob("t", deepest).payload == deepest
    assert NewJob("t", [[]] * 1000).payload_bytes == 3001
    for deeper in ([deepest], {"a": deepest}, (deepest,)):
        with pytest.raises(DataInvalid, match="payload is nested at most 200 levels"):
            NewJob("t", deeper)
    circular: list[Any] = []
    circular.append(circular)
    with pytest.raises(DataInvalid, match="payload"):
        NewJob("t", circular)
    monkeypatch.setattr(new_job, "LARGEST_PAYLOAD", 10)
    assert NewJob("t", "ü" * 4).payload_bytes == 10
    with pytest.raises(DataInvalid, match="payload takes at most 10 bytes"):
        NewJob("t", "ü" * 5)


def test_a_delay_and_a_time_are_one_too_many() -> None:
    with pytest.raises(ParameterError, match="delay_seconds or a run_at, not both"):
        NewJob("t", delay_seconds=1, run_at=FUTURE)


def test_states_without_a_key_are_a_key_forgotten() -> None:
    with pytest.raises(ParameterError, match="unique_states go with a unique_key"):
        NewJob("t", unique_states=("available", "running", "dead"))


def test_states_have_one_order_and_numbers_one_type() -> None:
    job = NewJob("t", unique_key="k", unique_states=["dead", "cancelled", "running", "completed", "available", "dead"])
    assert job.unique_states == ("available", "running", "completed", "cancelled", "dead")
    job = NewJob("t", delay_seconds=fractions.Fraction(1, 4), id=str(UUID(int=7)))  # type: ignore[arg-type]  # wider than its types
    assert (job.delay_seconds, job.id) == (0.25, UUID(int=7))
    level = enum.IntEnum("level", {"HIGH": 9})
    assert type(NewJob("t", priority=level.HIGH).priority) is int


async def test_the_deepest_payload_is_read_by_both_engines(db: Database) -> None:
    deepest: Any = []
    for _ in range(new_job.DEEPEST_PAYLOAD - 1):
        deepest = [deepest]
    (many,) = await enqueue_many(db, [NewJob("t", deepest)])
    assert (await db.jobs.get(id=many)).payload == (await enqueue(db, "t", deepest)).job.payload == deepest


texts = st.text(st.characters(codec="utf-8") | st.sampled_from("\0\ud800"), max_size=9) | st.builds(
    str.__mul__, st.sampled_from("aé𝄞"), st.sampled_from([1, 99, 100, 101, 255, 256])
)
numbers = st.one_of(
    st.floats(),
    st.integers(-(10**10), 10**10),
    st.sampled_from([0, -0.0, 5e-324, 1e-310, 315_576_000, 315_576_000.5, 1e9, 1e9 + 1, 1000, 1001, 32767, 32768]),
)
times = st.datetimes(timezones=st.none() | st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone.min]))
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(["available", "running", "completed", "cancelled", "dead", "other"])
fields = st.fixed_dictionaries(
    {"job_type": texts},
    optional={
        "payload": payloads,
        "queue": texts,
        "priority": numbers,
        "delay_seconds": numbers,
        "run_at": times,
        "max_attempts": numbers,
        "timeout_seconds": numbers | st.none(),
        "unique_key": st.none() | texts,
        "unique_states": st.lists(words, max_size=6),
    },
)


@hypothesis.settings(max_examples=examples(200), suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(given=fields)
async def test_what_passes_the_check_is_stored_by_both_engines(db: Database, given: dict[str, Any]) -> None:
    try:
        job = NewJob(**given)
    except ParameterError:
        hypothesis.event("refused")
        return
    hypothesis.event("stored")
    async with db.transaction() as tx:
        await tx.jobs.delete_old(days=0, states=["completed", "cancelled", "dead"])
        one = (await enqueue(tx, **given)).job
        await tx.jobs.cancel(id=one.id)
        (many,) = await enqueue_many(tx, [job]) or [one.id]
        for row in (one, await tx.jobs.get(id=many)):
            assert (row.job_type, row.queue, row.priority) == (job.job_type, job.queue, job.priority)
            assert (row.max_attempts, row.timeout_seconds) == (job.max_attempts, job.timeout_seconds)
            assert (row.unique_key, row.unique_states) == (job.unique_key, ",".join(job.unique_states))
            if job.run_at is not None:
                assert row.run_at == job.run_at
        await tx.jobs.cancel(id=many)
