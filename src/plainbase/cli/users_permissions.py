"""`plainbase users permissions`: what a role may do, or an account in its role."""

from __future__ import annotations

import click

from plainbase.cli.jobs_list import lines_option, print_lines
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, console, print_table
from plainbase.cli.users_list import ROLES
from plainbase.cli.users_named import account, who

PERMISSIONS = (
    Column("role", "role", "word"),
    Column("entity", "entity_type", "name"),
    Column("action", "action", "name"),
    Column("reach", "reach", "word"),
)


@click.command(short_help="List what roles may do, or one account.")
@click.argument("name", metavar="[ACCOUNT]", required=False)
@url_option
@click.option("--role", type=click.Choice(ROLES), help="Of this role only.")
@lines_option
@command
async def permissions(name: str | None, url: str | None, role: str | None, as_lines: bool) -> None:
    """List what each role may do, and with what; what is not listed is denied.

    Reach is all, or own (what the account made), or team (what its teams have).
    """
    if name is not None and role is not None:
        raise click.UsageError("name an account or a --role, not both")
    title = "Permissions"
    async with opened_to_read(url) as db:
        if name is not None:
            row = await account(db, name)
            role, title = row.role, f"Permissions of {who(row)}"
            if not row.active:
                click.echo(f"{who(row)} is deactivated, and may do nothing", err=True)
        rows = await db.role_permissions.list()
    shown = sorted(
        (each for each in rows if role in (None, each.role)),
        key=lambda each: (each.role, each.entity_type, each.action),
    )
    if as_lines:
        print_lines(shown)
    elif shown:
        print_table(console(), title, PERMISSIONS, shown, ())
    else:
        click.echo("no role may do anything")
