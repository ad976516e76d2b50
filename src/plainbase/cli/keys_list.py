"""`plainbase keys list`: the API keys of an account."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from plainbase.cli.jobs_list import lines_option
from plainbase.cli.keys_named import PREFIX
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, print_table
from plainbase.cli.users_named import account, account_argument, who
from plainbase.cli.users_open import is_live
from plainbase.cli.users_open import keys as keys_of

if TYPE_CHECKING:
    from plainbase.typed import ApiKeysGetRow

LEAST = ("id", "created (UTC)", "last use", "expires", "scopes")
"""What is left out where the terminal is narrow, the first one first."""


@click.command("list", short_help="List an account's keys, the newest first.")
@account_argument
@url_option
@click.option("--all", "every", is_flag=True, help="Those that are revoked or over too.")
@lines_option
@command
async def list_keys(name: str, url: str | None, every: bool, as_lines: bool) -> None:
    """List an account's keys, the newest first; the keys themselves are kept nowhere."""
    async with opened_to_read(url) as db:
        row = await account(db, name)
        now = await db.jobs.clock()
        rows = [each for each in await keys_of(db, row.id) if every or is_live(each, now)]
    if as_lines:
        for each in rows:
            click.echo(json.dumps({**as_json(each), "state": _state(each, now)}))
    elif rows:
        print_table(console(), f"Keys of {who(row)}", _columns(now), rows, LEAST)
    else:
        click.echo(f"{who(row)} has no key" + ("" if every else " in use; --all lists those that are over too"))


def _columns(now: datetime) -> Sequence[Column]:
    return (
        Column("name", "name", "name"),
        Column("public id", lambda row: f"{PREFIX}{row.public_id}", "word"),
        Column("state", lambda row: _state(row, now), "word"),
        Column("scopes", lambda row: ", ".join(map(str, row.scopes)) or "none: it may do nothing", "text"),
        Column("last use", lambda row: row.last_used_at or "", "word"),
        Column("expires", lambda row: row.expires_at or "never", "word"),
        Column("created (UTC)", "created_at", "word"),
        Column("id", "id", "word"),
    )


def _state(row: ApiKeysGetRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if not is_live(row, now):
        return "expired"
    return "in use" if row.replaced_at is None else "replaced"
