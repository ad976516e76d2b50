"""`plainbase sessions list`: where an account is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from plainbase.cli.jobs_list import lines_option, print_lines
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, console, print_table
from plainbase.cli.users_named import account, account_argument, who
from plainbase.cli.users_open import sessions as sessions_of

if TYPE_CHECKING:
    from plainbase.typed import SessionsListForUserRow

LEAST = ("agent", "address", "ends at the latest", "last seen")
"""What is left out where the terminal is narrow, the first one first."""


def _state(row: SessionsListForUserRow) -> str:
    if row.live:
        return "open"
    return "over" if row.revoked_at is None else "revoked"


SESSIONS = (
    Column("id", "id", "word"),
    Column("state", _state, "word"),
    Column("began (UTC)", "created_at", "word"),
    Column("last seen", "last_seen_at", "word"),
    Column("idle until", "idle_expires_at", "word"),
    Column("ends at the latest", "expires_at", "word"),
    Column("address", lambda row: row.ip_address or "", "name"),
    Column("agent", lambda row: row.user_agent or "", "text"),
)


@click.command("list", short_help="List an account's sessions, the newest first.")
@account_argument
@url_option
@click.option("--all", "every", is_flag=True, help="Those that are revoked or over too.")
@lines_option
@command
async def list_sessions(name: str, url: str | None, every: bool, as_lines: bool) -> None:
    """List an account's sessions, the newest first; their tokens are kept nowhere."""
    async with opened_to_read(url) as db:
        row = await account(db, name)
        rows = [each for each in await sessions_of(db, row.id) if every or each.live]
    if as_lines:
        print_lines(rows)
    elif rows:
        print_table(console(), f"Sessions of {who(row)}", SESSIONS, rows, LEAST)
    else:
        click.echo(f"{who(row)} has no session" + ("" if every else " open; --all lists those that are over too"))
