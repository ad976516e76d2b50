"""How the platform stands, check by check: jobs, workers, backups and so on; `db.health()` checks the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from plainbase.health import Finding, HealthCheck, bounded, bytes_in_words, ok, seconds_in_words, warning
from plainbase.platform.copying import unfinished
from plainbase.platform.runners import AnyDatabase
from plainbase.runner import Runner

MOST_WORKERS = 1000
BACKUP = "backup_completed"
"""The measurement that a backup leaves when it is whole: its size."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a check begins to warn: how long a due job has waited, a worker been silent, a backup and a clean-up been
    the last; in seconds, as is `seconds`, which each check may take.
    """

    seconds: float = 5.0
    waiting: float = 3600.0
    silent: float = 120.0
    backup: float = 2 * 86400.0
    cleanup: float = 2 * 86400.0


DEFAULT = Bounds()


async def look(db: AnyDatabase, bounds: Bounds = DEFAULT) -> tuple[HealthCheck, ...]:
    """Make every check; none raises or takes longer than its bound."""
    return tuple([await bounded(name, make(db, bounds), bounds.seconds) for name, make in CHECKS.items()])


async def jobs(db: AnyDatabase, bounds: Bounds) -> Finding:
    """Whether jobs that are due wait for too long, and whether some were given up."""
    queues = [each for each in await db.jobs.statistics_by_queue() if each.paused_at is None]
    late = [each for each in queues if (each.oldest_waiting_seconds or 0.0) > bounds.waiting]
    if late:
        worst = max(each.oldest_waiting_seconds or 0.0 for each in late)
        names = ", ".join(each.queue for each in late)
        said = f"due jobs have waited for up to {seconds_in_words(worst)} in {names}"
        return warning(said, "start workers: `plainbase jobs work MODULE`")
    dead = sum(each.dead for each in queues)
    if dead:
        return warning(
            f"{dead:,} jobs are dead: they failed to the end",
            "`plainbase jobs list --state dead`, then `plainbase jobs retry` or `purge`",
        )
    return ok(f"{sum(each.pending for each in queues):,} due, {sum(each.running for each in queues):,} running")


async def workers(db: AnyDatabase, bounds: Bounds) -> Finding:
    """Whether a worker is silent that has not said that it stopped."""
    now = await db.jobs.clock()
    found = await db.workers.list(statuses=["active", "draining"], limit=MOST_WORKERS)
    silent = [each.worker_id for each in found if _age(now, each.last_heartbeat_at) > bounds.silent]
    if silent:
        said = f"{len(silent)} of {len(found)} have been silent for over {seconds_in_words(bounds.silent)}"
        return warning(said, "start them again; `plainbase jobs stats` lists them")
    return ok(f"{len(found)} are at work" if found else "none is at work")


async def backups(db: AnyDatabase, bounds: Bounds) -> Finding:
    """How old the last backup is that was whole."""
    found = await db.system_metrics.latest(names=[BACKUP])
    advice = "`plainbase backup`, and let it be done daily: `plainbase schedule`"
    if not found:
        return warning("no backup is known of", advice)
    last = found[0]
    age = _age(await db.jobs.clock(), last.recorded_at)
    said = f"the last is {seconds_in_words(max(age, 0.0))} old, of {bytes_in_words(last.value)}"
    return warning(said, advice) if age > bounds.backup else ok(said)


async def retention(db: AnyDatabase, bounds: Bounds) -> Finding:
    """Whether policies are carried out."""
    policies = await db.retention_policies.list(enabled=True)
    if not policies:
        return ok("no policy")
    now = await db.jobs.clock()
    never = datetime.min.replace(tzinfo=now.tzinfo) + timedelta(days=2)
    # A policy that is younger than the bound had no chance to be carried out.
    late = [
        each.table_name
        for each in policies
        if _age(now, max(each.last_run_at or never, each.created_at)) > bounds.cleanup
    ]
    if late:
        said = f"not carried out for {seconds_in_words(bounds.cleanup)}: {', '.join(late)}"
        return warning(said, "`plainbase cleanup`, and let it be done daily: `plainbase schedule`")
    return ok(f"{len(policies)} policies are carried out")


async def copies(db: AnyDatabase, bounds: Bounds) -> Finding:
    """Whether this database is a copy that was not finished."""
    if await unfinished(cast(Runner, db)):
        return warning(
            "a copy into this database was begun and is not finished: rows are missing",
            "run the same `plainbase copy` again",
        )
    return ok("none is unfinished")


def _age(now: datetime, then: datetime) -> float:
    return (now - then).total_seconds()


CHECKS: dict[str, Callable[[AnyDatabase, Bounds], Awaitable[Finding]]] = {
    "jobs": jobs,
    "workers": workers,
    "backups": backups,
    "retention": retention,
    "copies": copies,
}
