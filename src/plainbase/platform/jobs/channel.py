"""The channel on which PostgreSQL tells workers that there is something to do; on SQLite they see commits."""

from __future__ import annotations

from uuid import UUID

from plainbase.platform.runners import AnyRunner

CHANNEL = "plainbase_jobs"
"""What `db.listen` takes; the payloads are sent when the transaction commits."""

QUEUE = "queue:"
"""Before a queue's name: it got jobs."""

JOB = "job:"
"""Before a job's id: its worker has it no more."""


async def tell_queue(tx: AnyRunner, queue: str) -> None:
    """Tell workers that a queue has jobs that may be due."""
    await tx.jobs.notify(payload=f"{QUEUE}{queue}")


async def tell_job(tx: AnyRunner, job_id: UUID | str) -> None:
    """Tell a job's worker that the job is its own no more."""
    await tx.jobs.notify(payload=f"{JOB}{job_id}")
