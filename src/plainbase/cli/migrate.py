"""`plainbase migrate …`: the schema's life on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from plainbase import migrations
from plainbase.cli import migrate_report
from plainbase.cli.migrate_files import dump, new, review
from plainbase.cli.opening import command, opened, opened_to_look, opened_to_plan, schema_option, url_option
from plainbase.migrations import Step, Timeouts
from plainbase.migrations.pieces import USUAL

wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=migrations.WAIT,
    show_default=True,
    help="Seconds to wait for another migrator.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
out_of_order_option = click.option(
    "--out-of-order", is_flag=True, help="Also apply what is older than the last one applied."
)
_TIMEOUTS = (
    click.option(
        "--lock-timeout",
        type=click.FloatRange(min=0),
        default=USUAL.lock_timeout,
        show_default=True,
        help="Seconds a statement waits for a lock, and stands in front of others; 0 waits for ever (PostgreSQL).",
    ),
    click.option(
        "--statement-timeout",
        type=click.FloatRange(min=0),
        default=USUAL.statement_timeout,
        show_default=True,
        help="Seconds a statement may run; 0 is no limit (PostgreSQL).",
    ),
    click.option(
        "--attempts",
        type=click.IntRange(min=1),
        default=USUAL.attempts,
        show_default=True,
        help="How often a step is tried whose lock is not to be had.",
    ),
)


def timeout_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the three of them."""
    for option in reversed(_TIMEOUTS):
        function = option(function)
    return function


@click.group()
def migrate() -> None:
    """Apply, undo, look at and write migrations."""


@migrate.command()
@url_option
@schema_option(None)
@click.option("--to", metavar="VERSION", help="The last one to apply; without it all.")
@out_of_order_option
@dry_run_option
@wait_option
@timeout_options
@command
async def up(
    url: str | None,
    folders: tuple[Path, ...],
    to: str | None,
    out_of_order: bool,
    dry_run: bool,
    wait: float,
    **limits: Any,
) -> None:
    """Apply what is pending, in order."""
    async with opened_to_plan(url, folders) if dry_run else opened(url, folders) as db:
        planned = await migrations.up(
            db,
            to,
            out_of_order=out_of_order,
            dry_run=dry_run,
            wait=wait,
            timeouts=Timeouts(**limits),
            on_step=_tell("applied"),
        )
        for label in planned if dry_run else ():
            click.echo(f"would apply {label}")
        click.echo(migrate_report.standing(db, await migrations.status(db)))


@migrate.command()
@url_option
@schema_option(None)
@click.option("--to", metavar="VERSION", help="The last one to keep; 0 undoes everything.")
@click.option("--steps", type=click.IntRange(min=1), metavar="N", help="How many to undo.")
@dry_run_option
@wait_option
@timeout_options
@command
async def down(
    url: str | None,
    folders: tuple[Path, ...],
    to: str | None,
    steps: int | None,
    dry_run: bool,
    wait: float,
    **limits: Any,
) -> None:
    """Undo the newest migrations, down to --to or so many --steps."""
    if (to is None) == (steps is None):
        raise click.UsageError("say how far down: to a version (--to; 0 undoes everything), or so many --steps")
    async with opened_to_look(url, folders) as db:
        planned = await migrations.down(
            db, to=to, steps=steps, dry_run=dry_run, wait=wait, timeouts=Timeouts(**limits), on_step=_tell("undid")
        )
        for label in planned if dry_run else ():
            click.echo(f"would undo {label}")
        click.echo(migrate_report.standing(db, await migrations.status(db)))


@migrate.command()
@url_option
@schema_option(None)
@json_option
@click.option("--check", is_flag=True, help="Exit with 1 unless everything is applied as its file says.")
@command
async def status(url: str | None, folders: tuple[Path, ...], as_json: bool, check: bool) -> None:
    """Show what is applied, pending, changed or missing.

    Also what is out of order or was interrupted, and indexes that are INVALID.
    """
    async with opened_to_look(url, folders) as db:
        found = await migrations.status(db)
        if as_json:
            click.echo(
                json.dumps({**asdict(found), "is_current": found.is_current}, indent=2, default=datetime.isoformat)
            )
        else:
            click.echo(migrate_report.table(found), nl=False)
            click.echo(migrate_report.standing(db, found))
        if check and not found.is_current:
            raise SystemExit(1)


@migrate.command()
@url_option
@schema_option(None)
@json_option
@command
async def verify(url: str | None, folders: tuple[Path, ...], as_json: bool) -> None:
    """Compare the live database with schema.sql.

    Names what drifted, and exits with 1 where anything did.
    """
    async with opened_to_look(url, folders) as db:
        findings = await migrations.verify(db)
        if as_json:
            click.echo(json.dumps({"findings": findings}, indent=2))
        else:
            for line in findings:
                click.echo(line)
            if not findings:
                click.echo(f"{db.options.safe_url} is as schema.sql says")
        if findings:
            raise SystemExit(1)


@migrate.command()
@url_option
@schema_option(None)
@click.argument("version")
@wait_option
@command
async def baseline(url: str | None, folders: tuple[Path, ...], version: str, wait: float) -> None:
    """Take over a database that was made otherwise.

    Records everything up to VERSION as there already, without running it.
    """
    async with opened(url, folders) as db:
        for label in await migrations.baseline(db, version, wait=wait):
            click.echo(f"recorded {label} as there before")
        click.echo("`plainbase migrate verify` tells whether it is so")


@migrate.command()
@url_option
@schema_option(None)
@click.option("--done", metavar="VERSION", help="One that was interrupted, and was done.")
@click.option("--undone", metavar="VERSION", help="One that was interrupted and not done, or whose file is gone.")
@wait_option
@command
async def repair(url: str | None, folders: tuple[Path, ...], done: str | None, undone: str | None, wait: float) -> None:
    """Correct the records, not the tables.

    Records the files as they are now as what was applied; --done and --undone settle one that was interrupted.
    """
    async with opened_to_look(url, folders) as db:
        for line in await migrations.repair(db, done=done, undone=undone, wait=wait) or ("nothing to repair",):
            click.echo(line)


@migrate.command()
@url_option
@schema_option(None)
@click.option("--to", metavar="VERSION", help="The last one to apply (or, with --down, to keep).")
@click.option("--down", "direction", flag_value="down", help="Write what undoes them.")
@out_of_order_option
@timeout_options
@command
async def render(
    url: str | None,
    folders: tuple[Path, ...],
    to: str | None,
    direction: str | None,
    out_of_order: bool,
    **limits: Any,
) -> None:
    """Write the exact SQL that would run, for psql or sqlite3."""
    async with opened_to_plan(url, folders) as db:
        text = await migrations.render(
            db,
            to,
            direction="down" if direction else "up",
            out_of_order=out_of_order,
            timeouts=Timeouts(**limits),
        )
        click.echo(f"{text}\n".encode(), nl=False)  # UTF-8, as the file says, whatever the terminal's encoding


migrate.add_command(new)
migrate.add_command(dump)
migrate.add_command(review)


def _tell(verb: str) -> Callable[[Step, int], None]:
    def tell(step: Step, milliseconds: int) -> None:
        click.echo(f"{verb} {step.migration.label}  {milliseconds} ms")

    return tell
