"""A job queue that loses nothing: enqueue in any transaction, and a `Worker` that does each job at least once."""

from plainbase.platform.jobs.channel import CHANNEL
from plainbase.platform.jobs.control import cancel, delete_old, pause, purge, resume, retry, retry_dead
from plainbase.platform.jobs.enqueueing import Enqueued, enqueue, enqueue_many
from plainbase.platform.jobs.job import Discard, Job, JobLost, Snooze
from plainbase.platform.jobs.new_job import NewJob
from plainbase.platform.jobs.retries import Backoff
from plainbase.platform.jobs.schedules import Ticks, run_due, schedule, unschedule
from plainbase.platform.jobs.worker import Worker, WorkerStatus

__all__ = [
    "CHANNEL",
    "Backoff",
    "Discard",
    "Enqueued",
    "Job",
    "JobLost",
    "NewJob",
    "Snooze",
    "Ticks",
    "Worker",
    "WorkerStatus",
    "cancel",
    "delete_old",
    "enqueue",
    "enqueue_many",
    "pause",
    "purge",
    "resume",
    "retry",
    "retry_dead",
    "run_due",
    "schedule",
    "unschedule",
]
