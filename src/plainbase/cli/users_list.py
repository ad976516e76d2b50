"""`plainbase users list` and `show`: the accounts there are, and one of them whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from plainbase import OMIT
from plainbase.cli.jobs_list import lines_option, print_lines
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, moment, plain, print_table
from plainbase.cli.users_named import account, account_argument, as_option, operator
from plainbase.cli.users_open import Open, of_account
from plainbase.platform import audit

if TYPE_CHECKING:
    from plainbase.typed import UsersGetRow

ROLES = ("admin", "researcher", "user")
MOST = 10_000

USERS = (
    Column("username", "username", "name"),
    Column("address", "email", "name"),
    Column("role", "role", "word"),
    Column("active", "active", "word"),
    Column("verified", "email_verified", "word"),
    Column("last login (UTC)", lambda row: row.last_login_at or "", "word"),
    Column("created (UTC)", "created_at", "word"),
    Column("id", "id", "word"),
)
LEAST = ("id", "created (UTC)", "verified", "last login (UTC)", "active")
"""What is left out where the terminal is narrow, the first one first."""


@click.command("list")
@url_option
@click.option("--role", type=click.Choice(ROLES), help="In this role only.")
@click.option("--active/--inactive", default=None, help="Only those that may sign in, or only those that may not.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many.")
@click.option("--before", metavar="ACCOUNT", help="Older than this one, as the next page is.")
@as_option
@lines_option
@command
async def list_users(
    url: str | None,
    role: str | None,
    active: bool | None,
    limit: int,
    before: str | None,
    acting: str | None,
    as_lines: bool,
) -> None:
    """List accounts, the newest first. The audit trail notes that their addresses were read."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        last = None if before is None else await account(db, before)
        rows = await db.users.list(
            role=OMIT if role is None else role,
            active=OMIT if active is None else active,
            before_created_at=last.created_at if last else OMIT,
            before_id=last.id if last else OMIT,
            limit=limit + 1,
        )
        page = rows[:limit]
        if page:
            await audit.record(db, "personal_read", "users", actor=actor, details={"listed": len(page)})
    if as_lines:
        print_lines(page)
    elif page:
        print_table(console(), "Accounts", USERS, page, LEAST)
        if len(rows) > limit:
            click.echo(f"there are more: the same with --before {page[-1].id}")
    else:
        chosen = role is not None or active is not None or before is not None
        click.echo("no such account" if chosen else "no account: `plainbase users add` makes one")


@click.command()
@account_argument
@url_option
@as_option
@click.option("--json", "as_object", is_flag=True, help="Print JSON, with the preferences.")
@command
async def show(name: str, url: str | None, acting: str | None, as_object: bool) -> None:
    """Show an account whole, and what it has open. The audit trail notes that it was read."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        there = await of_account(db, row.id)
        await audit.record(db, "personal_read", "users", row.id, actor=actor)
    if as_object:
        click.echo(json.dumps({**as_json(row), "open": asdict(there)}, indent=2))
        return
    for line in _whole(row, there):
        click.echo(line)


def _whole(row: UsersGetRow, there: Open) -> Iterator[str]:
    known = {
        "id": row.id,
        "address": row.email,
        "username": row.username,
        "role": row.role,
        "active": row.active,
        "verified": row.email_verified,
        "last login": moment(row.last_login_at),
        "created": moment(row.created_at),
        "changed": moment(row.updated_at),
        "open": there,
    }
    for what, value in known.items():
        yield f"{what:<12}{plain(value)}"
