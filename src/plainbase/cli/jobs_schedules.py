"""`plainbase jobs schedules`: what makes jobs again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from plainbase.cli.jobs_list import lines_option, print_lines
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, console, plain, print_table
from plainbase.errors import RowNotFound
from plainbase.platform.jobs.cron import next_run

if TYPE_CHECKING:
    from plainbase.typed import Database, JobSchedulesGetRow

PAGE = 1000

SCHEDULES = (
    Column("schedule", "name", "name"),
    Column("cron", "cron", "word"),
    Column("time zone", "timezone", "name"),
    Column("type", "job_type", "name"),
    Column("queue", "queue", "name"),
    Column("enabled", "enabled", "word"),
    Column("next run (UTC)", "next_run_at", "word"),
    Column("last run (UTC)", "last_run_at", "word"),
)
LEAST = ("queue", "time zone", "type", "last run (UTC)", "cron", "next run (UTC)")


@click.group(invoke_without_command=True, short_help="List, disable and enable schedules.")
@url_option
@lines_option
@click.pass_context
def schedules(ctx: click.Context, url: str | None, as_lines: bool) -> None:
    """List the schedules with their next and last run; or disable or enable one.

    They are made in Python, as `plainbase jobs work --help` shows.
    """
    if ctx.invoked_subcommand is None:
        _list(url, as_lines)
    elif url is not None or as_lines:
        raise click.UsageError(f"write options after it: plainbase jobs schedules {ctx.invoked_subcommand} …")


@schedules.command()
@click.argument("name")
@url_option
@command
async def disable(name: str, url: str | None) -> None:
    """Keep a schedule from making jobs; what it made stays."""
    async with opened_to_read(url) as db:
        if not await db.job_schedules.disable(name=name):
            raise _missing(name)
    click.echo(f"schedule {plain(name)} makes no more jobs")


@schedules.command()
@click.argument("name")
@url_option
@command
async def enable(name: str, url: str | None) -> None:
    """Let a schedule make jobs again, from its next time on.

    For the times that passed meanwhile none is made.
    """
    async with opened_to_read(url) as db:
        try:
            row = await db.job_schedules.get(name=name)
        except RowNotFound:
            raise _missing(name) from None
        if row.enabled:
            click.echo(f"schedule {plain(name)} is enabled already")
            return
        next_run_at = next_run(row.cron, row.timezone, await db.jobs.clock())
        await db.job_schedules.enable(name=name, next_run_at=next_run_at)
    click.echo(f"schedule {plain(name)} makes jobs again, next {plain(next_run_at)} UTC")


@command
async def _list(url: str | None, as_lines: bool) -> None:
    async with opened_to_read(url) as db:
        rows = await _every(db)
    if as_lines:
        print_lines(rows)
    elif rows:
        print_table(console(), "Schedules", SCHEDULES, rows, LEAST)
    else:
        click.echo("no schedule: `plainbase jobs work --help` shows how one is made")


async def _every(db: Database) -> list[JobSchedulesGetRow]:
    rows = page = await db.job_schedules.list(limit=PAGE)
    while len(page) == PAGE:
        page = await db.job_schedules.list(limit=PAGE, after_name=page[-1].name)
        rows = [*rows, *page]
    return rows


def _missing(name: str) -> click.ClickException:
    return click.ClickException(f"there is no schedule {plain(name)}")
