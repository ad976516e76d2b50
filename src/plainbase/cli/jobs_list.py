"""`plainbase jobs list`, `show` and `queues`: the jobs there are, one of them whole, and the queues."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from plainbase import OMIT
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, lasting, moment, plain, print_table
from plainbase.errors import RowNotFound

if TYPE_CHECKING:
    from plainbase.typed import JobsGetRow

STATES = ("available", "running", "completed", "cancelled", "dead")
MOST = 10_000
CUT = 4000
"""Characters of a payload, and of a result, that `show` prints."""

queue_option = click.option("--queue", help="Of this queue only.")
type_option = click.option("--type", "job_type", help="Of this type only.")
lines_option = click.option("--json", "as_lines", is_flag=True, help="Print JSON, a line for each.")


def print_lines(rows: Iterable[Any]) -> None:
    """Each row as JSON in a line."""
    for row in rows:
        click.echo(json.dumps(as_json(row)))


def _failure(row: JobsGetRow) -> str:
    """The first line of the error, which says what it was; its trace follows in others."""
    return (row.error or "").partition("\n")[0]


JOBS = (
    Column("id", "id", "word"),
    Column("type", "job_type", "name"),
    Column("queue", "queue", "name"),
    Column("state", "state", "word"),
    Column("priority", "priority"),
    Column("attempt", lambda row: f"{row.attempt}/{row.max_attempts}"),
    Column("created (UTC)", "created_at", "word"),
    Column("not before", "run_at", "word"),
    Column("lasted", lambda row: _lasted(row) or "", "word"),
    Column("worker", lambda row: row.worker_id or "", "name"),
    Column("error", _failure, "text"),
)
LEAST = ("worker", "priority", "not before", "lasted", "created (UTC)", "queue", "attempt", "error")
"""What is left out where the terminal is narrow, the first one first."""

QUEUES = (
    Column("queue", "name", "name"),
    Column("waiting", "waiting"),
    Column("running", "running"),
    Column("paused since (UTC)", lambda row: row.paused_at or "", "word"),
)


@click.command("list")
@url_option
@queue_option
@type_option
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(STATES),
    help="In this state only; or several.",
)
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=click.UUID, metavar="ID", help="Older than this one, as the next page is.")
@lines_option
@command
async def list_jobs(
    url: str | None,
    queue: str | None,
    job_type: str | None,
    states: Sequence[str],
    limit: int,
    before: UUID | None,
    as_lines: bool,
) -> None:
    """List jobs, the newest first.

    A job that waits for a worker or for its time is available, and one that failed for good is dead.
    """
    async with opened_to_read(url) as db:
        last = None
        if before is not None:
            try:
                last = await db.jobs.get(id=before)
            except RowNotFound:
                raise click.ClickException(f"there is no job {before}") from None
        rows = await db.jobs.list(
            queue=OMIT if queue is None else queue,
            job_type=OMIT if job_type is None else job_type,
            states=list(states) or OMIT,
            before_created_at=last.created_at if last else OMIT,
            before_id=last.id if last else OMIT,
            limit=limit + 1,
        )
    page = rows[:limit]
    if as_lines:
        print_lines(page)
    elif page:
        print_table(console(), "Jobs", JOBS, page, LEAST)
        if len(rows) > limit:
            click.echo(f"there are more: the same with --before {page[-1].id}")
    else:
        click.echo("no such job" if any((queue, job_type, states, before)) else "no job")


@click.command(short_help="Show a job whole, its error and trace included.")
@click.argument("job_id", metavar="ID", type=click.UUID)
@url_option
@click.option("--json", "as_object", is_flag=True, help="Print JSON, with nothing cut.")
@command
async def show(job_id: UUID, url: str | None, as_object: bool) -> None:
    """Show a job whole: its times, its error with the trace, its payload and its result."""
    async with opened_to_read(url) as db:
        try:
            row = await db.jobs.get(id=job_id)
        except RowNotFound:
            raise click.ClickException(f"there is no job {job_id}") from None
    if as_object:
        click.echo(json.dumps(as_json(row), indent=2))
        return
    for line in _whole(row):
        click.echo(line)


@click.command()
@url_option
@lines_option
@command
async def queues(url: str | None, as_lines: bool) -> None:
    """List the queues that were named or paused, or have jobs to do."""
    async with opened_to_read(url) as db:
        rows = await db.job_queues.list()
    if as_lines:
        print_lines(rows)
    elif rows:
        print_table(console(), "Queues", QUEUES, rows, ())
    else:
        click.echo("no queue has a job, and none is named")


def _lasted(row: JobsGetRow) -> str | None:
    """How long the last attempt took, where it is over."""
    if row.started_at is None or row.completed_at is None:
        return None
    return lasting(max(0.0, (row.completed_at - row.started_at).total_seconds()))


def _whole(row: JobsGetRow) -> Iterator[str]:
    """A line for each thing that is known, then what may take several."""
    known = {
        "id": row.id,
        "type": row.job_type,
        "queue": row.queue,
        "state": row.state,
        "priority": row.priority,
        "attempt": f"{row.attempt} of {row.max_attempts}",
        "created": moment(row.created_at),
        "not before": moment(row.run_at),
        "started": moment(row.started_at),
        "ended": moment(row.completed_at),
        "lasted": _lasted(row),
        "timeout": None if row.timeout_seconds is None else lasting(row.timeout_seconds),
        "worker": row.worker_id,
        "lease until": moment(row.lease_expires_at),
        "unique key": row.unique_key,
        "unique while": None if row.unique_key is None else row.unique_states.replace(",", ", "),
        "changed": moment(row.updated_at),
    }
    for what, value in known.items():
        if value is not None:
            yield f"{what:<14}{plain(value)}"
    yield from _block("error", row.error)
    yield from _block("payload", row.payload, as_data=True)
    yield from _block("result", row.result, as_data=True)


def _block(what: str, value: Any, *, as_data: bool = False) -> Iterator[str]:
    """A title, and what is shown under it, with nothing that a terminal would obey."""
    if value is None:
        return
    text = json.dumps(as_json(value), indent=2, ensure_ascii=False) if as_data else value
    yield what
    for line in (text[:CUT] if as_data else text).split("\n"):
        yield f"  {plain(line)}".rstrip()
    if as_data and len(text) > CUT:
        yield f"  … and {len(text) - CUT:,} more characters: --json has all"
