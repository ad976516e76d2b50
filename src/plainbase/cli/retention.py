"""`plainbase retention list`, `set` and `remove`: how long the rows of each table are kept."""

from __future__ import annotations

import json

import click

from plainbase.cli.cleanup import DAYS
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, moment, plain, print_table
from plainbase.cli.users_named import as_option, operator

COLUMNS = (
    Column("table", "table_name", "name"),
    Column("keeps (days)", "keep_days"),
    Column("then", "action", "word"),
    Column("in force", "enabled", "word"),
    Column("last run (UTC)", lambda row: moment(row.last_run_at) or "never", "word"),
)


@click.group(short_help="How long the rows of a table are kept.")
def retention() -> None:
    """How long the rows of each table are kept; `plainbase cleanup` removes those that are older."""


@retention.command("list", short_help="The policies, by table.")
@url_option
@click.option("--json", "in_json", is_flag=True, help="Print JSON.")
@command
async def list_policies(url: str | None, in_json: bool) -> None:
    """The policies, by table, and when each was last cleaned."""
    from plainbase.platform.retention import NAMES

    async with opened_to_read(url) as db:
        rows = await db.retention_policies.list()
    if in_json:
        click.echo(json.dumps(as_json(rows), indent=2))
    elif rows:
        print_table(console(), "Retention policies", COLUMNS, rows, ("last run (UTC)",))
        for row in rows:
            if row.table_name not in NAMES:
                click.echo(
                    f"{plain(row.table_name)} cannot be cleaned, so no cleanup runs: "
                    f"`plainbase retention remove {plain(row.table_name)}`",
                    err=True,
                )
    else:
        click.echo(f"no policies: everything is kept; `plainbase retention set TABLE --days N` of {', '.join(NAMES)}")


@retention.command("set", short_help="Say how long a table's rows are kept.")
@click.argument("table")
@url_option
@click.option("--days", metavar="N", type=DAYS, required=True, help="How many days a row is kept.")
@click.option("--archive/--delete", "archive", default=False, help="What is done with older rows; deleted by default.")
@click.option("--disabled", is_flag=True, help="Note it without putting it in force.")
@as_option
@command
async def set_policy(table: str, url: str | None, days: int, archive: bool, disabled: bool, acting: str | None) -> None:
    """Say how long the rows of TABLE are kept, in place of what was said before."""
    from plainbase.platform import retention as functions

    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        action = "archive" if archive else "delete"
        row = await functions.set_policy(
            db, table, days, action="archive" if archive else "delete", enabled=not disabled, actor=actor
        )
    ends = "" if row.enabled else "; it is not in force"
    click.echo(f"rows of {plain(table)} are kept for {days:,} days, and then {action}d{ends}")


@retention.command("remove", short_help="Forget a policy, so that all rows stay.")
@click.argument("table")
@url_option
@as_option
@command
async def remove_policy(table: str, url: str | None, acting: str | None) -> None:
    """Forget the policy of TABLE, so that its rows stay."""
    from plainbase.platform import retention as functions

    async with opened_to_read(url) as db:
        removed = await functions.remove_policy(db, table, actor=await operator(db, acting))
    if not removed:
        raise click.ClickException(f"there is no policy of {plain(table)}: `plainbase retention list` shows them")
    click.echo(f"no policy of {plain(table)} any more: its rows stay")
