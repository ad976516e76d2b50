"""Steering jobs and queues: cancel, retry, pause, resume, and delete what is over, a bounded part at a time.

A job that does not exist is RowNotFound; False means that it is there, in a state from which it cannot.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.errors import ConstraintViolation, DataInvalid
from plainbase.platform.jobs.channel import tell_job, tell_queue
from plainbase.platform.jobs.new_job import LONGEST_NAME, checked_text, number
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT

if TYPE_CHECKING:
    from plainbase.typed import JobQueuesPauseRow, JobsListDeadRow

CHUNK = 1000
"""Jobs that are deleted at a time."""

RETRIED = 100
"""Dead jobs that one transaction makes wait again."""

MOST_DAYS = 36_500
"""Days: a hundred years."""

UNIQUE_KEY = "jobs_unique_key_key"
"""The rule by which one job holds a unique key at a time."""


async def cancel(db: AnyRunner, id: UUID) -> bool:  # noqa: A002 (the column's name)
    """Cancel a job that waits or runs; the worker of one that runs hears of it. False where it is over.

    Raises RowNotFound for an unknown job.
    """
    async with db.transaction() as tx:
        if await tx.jobs.cancel(id=id):
            await tell_job(tx, id)
            return True
        await tx.jobs.get(id=id)
        return False


async def retry(db: AnyRunner, id: UUID) -> bool:  # noqa: A002 (the column's name)
    """Make a dead or cancelled job wait again, due at once, for one attempt at least. False where it is neither.

    Raises RowNotFound for an unknown job, and ConstraintViolation (`jobs_unique_key_key`) where another job holds its
    unique key by now.
    """
    try:
        async with db.transaction() as tx:
            changed = bool(await tx.jobs.retry(id=id))
            row = await tx.jobs.get(id=id)
            if changed:
                await tell_queue(tx, row.queue)
            return changed
    except ConstraintViolation as error:
        if error.kind != "unique":
            raise
        raise ConstraintViolation(
            "a job whose unique key another job holds cannot wait again before that one ends",
            kind="unique",
            constraint=UNIQUE_KEY,
            query="jobs.retry",
        ) from None


async def retry_dead(db: AnyRunner, *, queue: str | None = None, job_type: str | None = None) -> int:
    """Make all dead jobs wait again, or those of a queue or a type, the latest first; return how many.

    One whose unique key another job holds stays dead. A hundred go in one transaction; what was done before an error
    stays, unless `db` is a transaction.
    """
    page = _only(queue, job_type)
    count = 0
    while True:
        async with db.transaction() as tx:
            dead = await tx.jobs.list_dead(limit=RETRIED, **page)
            # In the order in which enqueue_many takes keys, so that the two never wait for each other.
            ordered = sorted(dead, key=lambda row: (row.unique_key or "", row.id))
            again = [row.queue for row in ordered if await _retried(tx, row)]
            for name in dict.fromkeys(again):
                await tell_queue(tx, name)
        count += len(again)
        if len(dead) < RETRIED:
            return count
        page |= {"before_completed_at": dead[-1].completed_at, "before_id": dead[-1].id}


async def pause(db: AnyRunner, queue: str) -> JobQueuesPauseRow:
    """Keep a queue's jobs from being claimed; what runs goes on. Return the queue's row: since when it is paused."""
    return await db.job_queues.pause(name=checked_text(queue, "a queue", LONGEST_NAME))


async def resume(db: AnyRunner, queue: str) -> bool:
    """Let a paused queue's jobs be claimed again, and tell the workers. False where it is not paused."""
    async with db.transaction() as tx:
        changed = bool(await tx.job_queues.resume(name=checked_text(queue, "a queue", LONGEST_NAME)))
        if changed:
            await tell_queue(tx, queue)
        return changed


async def purge(db: AnyRunner, *, days: float = 0, queue: str | None = None, job_type: str | None = None) -> int:
    """Delete jobs that have been dead for more than so many days, of a queue or a type where given; return how many.

    A thousand go in one transaction, so that nothing waits long; what was done before an error stays, unless `db` is a
    transaction.
    """
    since, only = _days(days), _only(queue, job_type)
    return await _in_chunks(lambda: db.jobs.purge_dead(days=since, limit=CHUNK, **only))


async def delete_old(db: AnyRunner, days: float, *, states: Iterable[str] = ("completed", "cancelled")) -> int:
    """Delete jobs that have been completed or cancelled for more than so many days; return how many.

    Dead ones are left to `purge`. In parts, as `purge` does.
    """
    chosen = [] if isinstance(states, str) else list(states)
    if not chosen or not {"completed", "cancelled"}.issuperset(chosen):
        raise DataInvalid("jobs.delete_old: states are completed, cancelled or both; dead jobs are purged")
    since = _days(days)
    return await _in_chunks(lambda: db.jobs.delete_old(days=since, states=chosen, limit=CHUNK))


def _only(queue: str | None, job_type: str | None) -> dict[str, Any]:
    return {"queue": OMIT if queue is None else queue, "job_type": OMIT if job_type is None else job_type}


async def _retried(tx: AnyRunner, row: JobsListDeadRow) -> bool:
    if row.unique_key is None:
        return bool(await tx.jobs.retry(id=row.id))
    try:
        async with tx.transaction() as attempt:
            return bool(await attempt.jobs.retry(id=row.id))
    except ConstraintViolation:
        return False


async def _in_chunks(delete: Callable[[], Awaitable[int]]) -> int:
    count = 0
    while True:
        deleted = await delete()
        count += deleted
        if deleted < CHUNK:
            return count


def _days(days: float) -> float:
    found = number(days)
    if found is None or not 0 <= found <= MOST_DAYS:
        raise DataInvalid(f"days is a number from 0 to {MOST_DAYS:,}")
    return found
