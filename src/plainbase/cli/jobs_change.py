"""`plainbase jobs retry`, `cancel`, `purge`, `pause` and `resume`: what an operator changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import click

from plainbase.cli.asking import check_askable, confirm, yes_option
from plainbase.cli.jobs_list import queue_option, type_option
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import plain
from plainbase.errors import ConstraintViolation, RowNotFound
from plainbase.platform.jobs import control

if TYPE_CHECKING:
    from plainbase.typed import Database


@click.command(short_help="Let dead or cancelled jobs run again.")
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@url_option
@click.option("--dead", is_flag=True, help="All that failed for good, or those of --queue and --type.")
@queue_option
@type_option
@command
async def retry(ids: Sequence[UUID], url: str | None, dead: bool, queue: str | None, job_type: str | None) -> None:
    """Let dead or cancelled jobs run again, due at once: those named, or with --dead all dead ones.

    Each has one attempt at least, even where all were used. One that cannot run again does not stop the others; then
    the exit code is 1.
    """
    if bool(ids) == dead:
        raise click.UsageError("name jobs by their ids, or write --dead for all dead ones" + (", not both" * dead))
    if not dead and (queue or job_type):
        raise click.UsageError("--queue and --type choose among dead jobs: write --dead too")
    async with opened_to_read(url) as db:
        if dead:
            with options_named():
                many = await control.retry_dead(db, queue=queue, job_type=job_type)
            click.echo(f"{_jobs(many)} will run again")
            return
        await _each(db, ids, control.retry, "will run again", "is {state}: only dead and cancelled jobs are run again")


@click.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)
@url_option
@command
async def cancel(ids: Sequence[UUID], url: str | None) -> None:
    """Cancel jobs that wait or run; a worker that has one stops it.

    It hears of it at once on PostgreSQL, and by its next heartbeat, a sixth of its lease, on SQLite.

    One that cannot be cancelled does not stop the others; then the exit code is 1.
    """
    async with opened_to_read(url) as db:
        await _each(db, ids, control.cancel, "is cancelled", "is {state}: only what waits or runs is cancelled")


@click.command()
@url_option
@click.option("--days", type=float, default=0, help="Those that have been dead for more than so many days; else all.")
@queue_option
@type_option
@yes_option
@command
async def purge(url: str | None, days: float, queue: str | None, job_type: str | None, yes: bool) -> None:
    """Delete dead jobs, and say how many."""
    check_askable(yes, "nothing is deleted")
    async with opened_to_read(url) as db:
        if not yes:
            there = _jobs((await db.jobs.statistics()).dead, "dead ")
            confirm(f"There are {there}. Delete {_which(days, queue, job_type)} for good?", yes=yes)
        with options_named():
            many = await control.purge(db, days=days, queue=queue, job_type=job_type)
    click.echo(f"{_jobs(many, 'dead ')} deleted")


@click.command()
@click.argument("queue")
@url_option
@command
async def pause(queue: str, url: str | None) -> None:
    """Keep a queue's jobs from being taken; what runs goes on."""
    async with opened_to_read(url) as db:
        await control.pause(db, queue)
    click.echo(f"queue {plain(queue)} is paused")


@click.command()
@click.argument("queue")
@url_option
@command
async def resume(queue: str, url: str | None) -> None:
    """Let a paused queue's jobs be taken again."""
    async with opened_to_read(url) as db:
        was_paused = await control.resume(db, queue)
    click.echo(f"queue {plain(queue)} " + ("goes on" if was_paused else "was not paused"))


async def _each(
    db: Database, ids: Sequence[UUID], change: Callable[[Database, UUID], Awaitable[bool]], done: str, otherwise: str
) -> None:
    """Change each, and say what became of it; exit with 1 where one could not be, which is told on stderr."""
    wrong = 0
    for each in ids:
        try:
            if await change(db, each):
                click.echo(f"job {each} {done}")
                continue
            why = f"job {each} {otherwise.format(state=(await db.jobs.get(id=each)).state)}"
        except RowNotFound:
            why = f"there is no job {each}"
        except ConstraintViolation as error:
            if error.kind != "unique":
                raise
            why = f"job {each} cannot run again: another job has its unique key"
        click.echo(f"Error: {why}", err=True)
        wrong += 1
    if wrong:
        raise SystemExit(1)


def _jobs(many: int, which: str = "") -> str:
    return f"{many:,} {which}job{'' if many == 1 else 's'}"


def _which(days: float, queue: str | None, job_type: str | None) -> str:
    said = [f"of queue {plain(queue)}"] if queue is not None else []
    said += [f"of type {plain(job_type)}"] if job_type is not None else []
    said += [f"dead for more than {days:g} days"] if days else []
    return f"those {', '.join(said)}" if said else "all of them"
