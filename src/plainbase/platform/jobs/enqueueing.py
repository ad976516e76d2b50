"""Adding jobs: one or many, inside the caller's transaction where there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.errors import ParameterError, TransactionConflict
from plainbase.platform.jobs.new_job import LIVE, NewJob
from plainbase.platform.runners import AnyRunner
from plainbase.values import timestamp_text, uuid7

if TYPE_CHECKING:
    from plainbase.call_types import Json
    from plainbase.typed import JobsGetRow

CHUNK_JOBS = 1000
"""Jobs that are added by one statement, at most."""

CHUNK_BYTES = 4 << 20
"""Bytes of payloads in one statement; a larger payload goes alone."""

TRIES = 10
"""How often a unique key is asked for whose holder ends just then."""


@dataclass(frozen=True, slots=True)
class Enqueued:
    """A job's row, as `jobs.get` gives it: the new one, or, with `added` false, the one that holds the unique key."""

    job: JobsGetRow
    added: bool


async def enqueue(
    db: AnyRunner,
    job_type: str,
    payload: Json | None = None,
    *,
    queue: str = "default",
    priority: int = 0,
    delay_seconds: float = 0.0,
    run_at: datetime | None = None,
    max_attempts: int = 5,
    timeout_seconds: float | None = None,
    unique_key: str | None = None,
    unique_states: Iterable[str] = LIVE,
    id: UUID | None = None,  # noqa: A002 (the column's name)
) -> Enqueued:
    """Add a job: in a transaction, it exists exactly if that commits.

    It runs as soon as a worker is free, or `delay_seconds` from now by the database's clock, or not before `run_at`; of
    those that are due the largest priority (0 to 32767) first. A job with a `unique_key` holds it while it is in one of
    its `unique_states`: available and running always, and any of completed, cancelled, dead. While another holds the
    key nothing is added, and that one is returned.

    Raises ParameterError for a field out of range or a payload that is not JSON, ConstraintViolation for an id that is
    taken.
    """
    job = NewJob(
        job_type,
        payload,
        queue=queue,
        priority=priority,
        delay_seconds=delay_seconds,
        run_at=run_at,
        max_attempts=max_attempts,
        timeout_seconds=timeout_seconds,
        unique_key=unique_key,
        unique_states=unique_states,
        id=id,
    )
    values: dict[str, Any] = {
        "id": job.id or uuid7(),
        "queue": job.queue,
        "job_type": job.job_type,
        "payload": job.payload,
        "priority": job.priority,
        "run_at": job.run_at,
        "delay_seconds": job.delay_seconds,
        "max_attempts": job.max_attempts,
        "timeout_seconds": job.timeout_seconds,
    }
    if job.unique_key is None:
        return Enqueued(await db.jobs.enqueue(**values), added=True)
    states = ",".join(job.unique_states)
    for _ in range(TRIES):
        added = await db.jobs.enqueue_unique(**values, unique_key=job.unique_key, unique_states=states)
        if added is not None:
            return Enqueued(added, added=True)
        holder = await db.jobs.find_unique(unique_key=job.unique_key)
        if holder is not None:
            return Enqueued(holder, added=False)
    raise TransactionConflict(f"the jobs that held the unique_key ended {TRIES} times before they could be read")


async def enqueue_many(db: AnyRunner, jobs: Iterable[NewJob]) -> list[UUID]:
    """Add many jobs, all or nothing, in statements of bounded size; return the ids of those added, in their order.

    A job whose unique key is taken is left out, also by one before it. Raises as `enqueue` does.
    """
    found: dict[UUID, NewJob] = {}
    keys: set[str] = set()
    for job in jobs:
        if not isinstance(job, NewJob):
            raise ParameterError("jobs.enqueue_many: each job is a NewJob")
        if job.unique_key is not None:
            if job.unique_key in keys:
                continue
            keys.add(job.unique_key)
        job_id = job.id or uuid7()
        if job_id in found:
            raise ParameterError("jobs.enqueue_many: two jobs have one id")
        found[job_id] = job
    added: set[UUID] = set()
    async with db.transaction() as tx:
        for chunk in _chunks(found):
            added.update(row.id for row in await tx.jobs.enqueue_many(jobs=chunk))
    return [job_id for job_id in found if job_id in added]


def _chunks(jobs: dict[UUID, NewJob]) -> Iterator[list[dict[str, Any]]]:
    """What `jobs.enqueue_many` takes, in the order of the keys, so that two calls never wait for each other."""
    chunk: list[dict[str, Any]] = []
    size = 0
    for job_id, job in sorted(jobs.items(), key=lambda item: item[1].unique_key or ""):
        if chunk and (len(chunk) >= CHUNK_JOBS or size + job.payload_bytes > CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(_row(job_id, job))
        size += job.payload_bytes
    if chunk:
        yield chunk


def _row(job_id: UUID, job: NewJob) -> dict[str, Any]:
    """A job as `jobs.enqueue_many` takes it, without what is as nothing: that is read sooner, here and there."""
    row = {
        "id": str(job_id),
        "queue": job.queue,
        "job_type": job.job_type,
        "payload": job.payload,
        "max_attempts": job.max_attempts,
    }
    if job.priority:
        row["priority"] = job.priority
    if job.run_at is not None:
        row["run_at"] = timestamp_text(job.run_at)
    elif job.delay_seconds:
        row["delay_seconds"] = job.delay_seconds
    if job.timeout_seconds is not None:
        row["timeout_seconds"] = job.timeout_seconds
    if job.unique_key is not None:
        row |= {"unique_key": job.unique_key, "unique_states": ",".join(job.unique_states)}
    return row
