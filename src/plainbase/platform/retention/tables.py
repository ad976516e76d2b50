"""The tables whose rows may go by age: what the age of each is, and which rows stay whatever their age."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from plainbase.platform.retention.errors import UnknownTable
from plainbase.platform.runners import AnyRunner

Key = UUID | int
Call = Callable[..., Awaitable[Any]]
Pages = AsyncGenerator[list[Key]]
NO_UUID = UUID(int=0)
FIRST = datetime(1, 1, 1, 0, 0, 0, 1, UTC)
"""The first moment that both engines hold."""
NEWEST = "the newest row, so that SQLite gives no id twice"


class Queries(NamedTuple):
    """How many rows are old, their keys page by page, those that may go of some, and their end."""

    count_before: Call
    list_before: Call
    hold_before: Call
    delete_listed: Call


Of = Callable[[AnyRunner], Queries]


@dataclass(frozen=True, slots=True)
class Retained:
    """A table with rows that may go: what their age is told by, what is kept, and its queries.

    `moment` is the column that says when a row is from, for an archive's time range. `pages` yields the keys of the
    rows that may go, at most so many at a time, each once.
    """

    name: str
    age: str
    moment: str
    kept: str
    queries: Of
    pages: Callable[[AnyRunner, datetime, int], Pages]


def _by_age(queries: Of, none: Key, **only: str) -> Callable[[AnyRunner, datetime, int], Pages]:
    async def pages(db: AnyRunner, before: datetime, chunk: int) -> Pages:
        # What PostgreSQL has from before the year 1 is passed over: Python has no such moments.
        after: dict[str, Any] = {"after_age": FIRST, "after_id": none}
        while rows := await queries(db).list_before(before=before, limit=chunk, **only, **after):
            after = {"after_age": rows[-1].age, "after_id": rows[-1].id}
            yield [row.id for row in rows]

    return pages


def _jobs(db: AnyRunner) -> Queries:
    return Queries(db.jobs.count_before, db.jobs.list_before, db.jobs.hold_before, db.jobs.delete_listed)


async def _finished_jobs(db: AnyRunner, before: datetime, chunk: int) -> Pages:
    for state in ("completed", "cancelled"):
        async with aclosing(_by_age(_jobs, NO_UUID, state=state)(db, before, chunk)) as pages:
            async for keys in pages:
                yield keys


async def _metrics_of_ended_runs(db: AnyRunner, before: datetime, chunk: int) -> Pages:
    after: dict[str, Any] = {}
    while runs := await db.training_runs.list_measured_before(before=before, **after):
        after = {"after_id": runs[-1].id}
        for run in runs:
            place: dict[str, Any] = {}
            while rows := await db.training_metrics.list_before(run_id=run.id, before=before, limit=chunk, **place):
                last = rows[-1]
                place = {"after_name": last.name, "after_step": last.step, "after_id": last.id}
                yield [row.id for row in rows]


def _retained(name: str, age: str, kept: str, queries: Of, none: Key = 0) -> Retained:
    return Retained(name, age, age, kept, queries, _by_age(queries, none))


RETAINED: tuple[Retained, ...] = (
    _retained(
        "predictions",
        "created_at",
        NEWEST,
        lambda db: Queries(
            db.predictions.count_before,
            db.predictions.list_before,
            db.predictions.hold_before,
            db.predictions.delete_listed,
        ),
    ),
    _retained(
        "system_metrics",
        "recorded_at",
        NEWEST,
        lambda db: Queries(
            db.system_metrics.count_before,
            db.system_metrics.list_before,
            db.system_metrics.hold_before,
            db.system_metrics.delete_listed,
        ),
    ),
    Retained(
        "training_metrics",
        "training_runs.finished_at",
        "recorded_at",
        f"all of a run that is not over; {NEWEST}",
        lambda db: Queries(
            db.training_metrics.count_before,
            db.training_metrics.list_before,
            db.training_metrics.hold_before,
            db.training_metrics.delete_listed,
        ),
        _metrics_of_ended_runs,
    ),
    # Before their requests, so that what a dry run counts is what goes: the next run finds them without requests.
    _retained(
        "inference_sessions",
        "closed_at",
        "open ones, and those with requests",
        lambda db: Queries(
            db.inference_sessions.count_before,
            db.inference_sessions.list_before,
            db.inference_sessions.hold_before,
            db.inference_sessions.delete_listed,
        ),
        NO_UUID,
    ),
    _retained(
        "inference_requests",
        "created_at",
        f"those of an open session, whose totals are yet to be counted; {NEWEST}",
        lambda db: Queries(
            db.inference_requests.count_before,
            db.inference_requests.list_before,
            db.inference_requests.hold_before,
            db.inference_requests.delete_listed,
        ),
    ),
    _retained(
        "generations",
        "created_at",
        "none",
        lambda db: Queries(
            db.generations.count_before,
            db.generations.list_before,
            db.generations.hold_before,
            db.generations.delete_listed,
        ),
        NO_UUID,
    ),
    _retained(
        "evaluations",
        "created_at",
        "those of an experiment or a benchmark that is not over",
        lambda db: Queries(
            db.evaluations.count_before,
            db.evaluations.list_before,
            db.evaluations.hold_before,
            db.evaluations.delete_listed,
        ),
        NO_UUID,
    ),
    Retained(
        "jobs",
        "completed_at",
        "completed_at",
        "waiting, running and dead ones: `plainbase jobs purge` removes the dead",
        _jobs,
        _finished_jobs,
    ),
    _retained(
        "login_attempts",
        "attempted_at",
        NEWEST,
        lambda db: Queries(
            db.login_attempts.count_before,
            db.login_attempts.list_before,
            db.login_attempts.hold_before,
            db.login_attempts.delete_listed,
        ),
    ),
)
"""In the order in which they are cleaned."""

NOT_OFFERED: Mapping[str, str] = {
    "audit_logs": "its chain of hashes can be verified only whole",
    "erasures": "they are done again after a restore, so they are kept for good",
}
"""Tables that grow and are never cleaned, and why."""

NAMES = tuple(table.name for table in RETAINED)
PARENTS_FIRST = {name: place for place, name in enumerate(NAMES)}
"""The order in which archives are restored: sessions before their requests."""


def found(names: Iterable[str], whose: str) -> tuple[Retained, ...]:
    """The tables of these names, in the order of RETAINED. Raises UnknownTable, which lists the known ones."""
    wanted = set(names)
    unknown = sorted(wanted - set(NAMES))
    if unknown:
        reasons = [f"{name} ({NOT_OFFERED[name]})" if name in NOT_OFFERED else name for name in unknown]
        raise UnknownTable(
            f"{whose} what cannot be cleaned: {', '.join(reasons)}; known are {', '.join(NAMES)}; nothing was removed"
        )
    return tuple(table for table in RETAINED if table.name in wanted)
