"""`plainbase keys check`: whose a key is, and what it may."""

from __future__ import annotations

import click

from plainbase.cli.keys_named import called, of_secret
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import plain
from plainbase.cli.users_named import operator, who
from plainbase.cli.users_secrets import AskingCommand, refused, secret, stdin_option
from plainbase.platform import identity


@click.command(cls=AskingCommand, short_help="Say whose a key is, or why it is refused.")
@url_option
@stdin_option
@command
async def check(url: str | None, piped: bool) -> None:
    """Say whose a key is and what it may, or why it is refused; then the exit code is 1.

    The key is asked for, or read from standard input with --stdin. To ask counts as use, and is
    recorded with the operator's name.
    """
    async with opened_to_read(url) as db:
        given = secret("key", piped=piped)
        agent = f"plainbase keys check by {(await operator(db, None)).name}"
        try:
            await identity.key_of(db, given, user_agent=agent)
        except identity.TokenRefused as error:
            raise refused("key", error) from None
        row = await of_secret(db, given)
        owner = await db.users.get(id=row.user_id)
    may = ", ".join(map(plain, row.scopes)) or "no scope, so it may do nothing"
    until = "" if row.expires_at is None else f"; good until {plain(row.expires_at)} UTC"
    click.echo(f"key {called(row)} of {who(owner)}, {owner.role}: {may}{until}")
