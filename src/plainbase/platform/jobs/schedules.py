"""Jobs that are made again and again, by cron expressions: one for each tick, however many make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plainbase.errors import DataInvalid, ParameterError
from plainbase.platform.jobs.cron import in_one_form, next_run
from plainbase.platform.jobs.enqueueing import enqueue
from plainbase.platform.jobs.new_job import LONGEST_NAME, NewJob, checked_text, whole
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.transaction import Transaction

if TYPE_CHECKING:
    from datetime import datetime

    from plainbase.call_types import Json
    from plainbase.typed import JobSchedulesGetRow, JobSchedulesListDueRow

MOST_READ = 10_000
"""Schedules that are read at a time, at most."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """What came of the schedules that were due: the jobs made, and by name why a schedule cannot be read here."""

    made: int
    unreadable: Mapping[str, str] = field(default_factory=dict)


async def schedule(
    db: AnyRunner,
    name: str,
    cron: str,
    job_type: str,
    payload: Json | None = None,
    *,
    timezone: str = "UTC",
    queue: str = "default",
    priority: int = 0,
    max_attempts: int = 5,
    timeout_seconds: float | None = None,
    unique_key: str | None = None,
) -> JobSchedulesGetRow:
    """Make or change a schedule; return its row.

    Where cron and timezone stay the same its next run stays too, so that a program which calls this at each start
    loses none; else the next run is counted from now, by the database's clock. With a unique key a tick makes no job
    while one with that key waits or runs. Raises ParameterError for an expression or a time zone that cannot be read,
    an expression that never comes, and as `enqueue` does; ConfigurationError without the extra `jobs`.
    """
    checked_text(name, "a schedule's name", LONGEST_NAME)
    job = NewJob(
        job_type,
        payload,
        queue=queue,
        priority=priority,
        max_attempts=max_attempts,
        timeout_seconds=timeout_seconds,
        unique_key=unique_key,
    )
    cron = in_one_form(cron)
    next_run_at = next_run(cron, timezone, await db.jobs.clock())
    if next_run_at is None:
        raise DataInvalid("a schedule's cron never comes, such as the 30th of February does not")
    return await db.job_schedules.set(
        name=name,
        cron=cron,
        timezone=timezone,
        queue=job.queue,
        job_type=job.job_type,
        payload={} if job.payload is None else job.payload,
        priority=job.priority,
        max_attempts=job.max_attempts,
        timeout_seconds=job.timeout_seconds,
        unique_key=job.unique_key,
        next_run_at=next_run_at,
    )


async def unschedule(db: AnyRunner, name: str) -> bool:
    """Delete a schedule; the jobs that it made stay. False where there is none of that name."""
    return bool(await db.job_schedules.delete(name=name))


async def run_due(db: AnyDatabase, limit: int = 100) -> Ticks:
    """Make the jobs of the schedules that are due by the database's clock, each in a transaction of its own.

    One job for a tick, however many call this at once, and one for all the ticks that passed while nobody did; its
    run_at is the first of them. A schedule that cannot be read, because its time zone is not known here say, stays due
    and hinders no other. `limit` bounds how many schedules are read at a time.
    """
    limit = whole(limit, "jobs.run_due: limit", 1, MOST_READ)
    made = 0
    unreadable: dict[str, str] = {}
    while True:
        asked = limit + len(unreadable)
        due = await db.job_schedules.list_due(limit=asked)
        fresh = [row for row in due if row.name not in unreadable]
        if not fresh:
            break
        now = await db.jobs.clock()
        found = len(unreadable)
        for row in fresh:
            try:
                made += await _tick(db, row, now)
            except ParameterError as error:
                unreadable[row.name] = error.message
        if len(unreadable) == found or len(due) < asked:
            break  # else those that cannot be read may have left no room for others
    return Ticks(made, unreadable)


async def _tick(db: AnyDatabase, seen: JobSchedulesListDueRow, now: datetime) -> bool:
    """Make the job of a tick and note when the next is; False where another scheduler did, or its key is held."""
    next_run_at = next_run(seen.cron, seen.timezone, max(now, seen.next_run_at))

    async def make(tx: Transaction) -> bool:
        if not await tx.job_schedules.advance(name=seen.name, seen_run_at=seen.next_run_at, next_run_at=next_run_at):
            return False
        row = await tx.job_schedules.get(name=seen.name)
        if (row.cron, row.timezone) != (seen.cron, seen.timezone):
            raise _Changed
        enqueued = await enqueue(
            tx,
            row.job_type,
            row.payload,
            queue=row.queue,
            priority=row.priority,
            run_at=seen.next_run_at,
            max_attempts=row.max_attempts,
            timeout_seconds=row.timeout_seconds,
            unique_key=row.unique_key,
        )
        return enqueued.added

    try:
        return bool(await db.run_transaction(make))
    except _Changed:
        return False


class _Changed(Exception):
    """The schedule has other times than when it was read: it is due still, and is read anew next time."""
