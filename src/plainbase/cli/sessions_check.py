"""`plainbase sessions check`: whose a token is, and until when."""

from __future__ import annotations

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import plain
from plainbase.cli.users_named import operator, who
from plainbase.cli.users_secrets import AskingCommand, refused, secret, stdin_option
from plainbase.platform import identity


@click.command(cls=AskingCommand, short_help="Say whose a token is, or why it is refused.")
@url_option
@stdin_option
@command
async def check(url: str | None, piped: bool) -> None:
    """Say whose session a token is, or why it is refused; then the exit code is 1.

    The token is asked for, or read from standard input with --stdin. To ask counts as use: the session stays open for
    its idle time from now on.
    """
    async with opened_to_read(url) as db:
        token = secret("token", piped=piped)
        agent = f"plainbase sessions check by {(await operator(db, None)).name}"
        try:
            found = await identity.session_of(db, token, user_agent=agent)
        except identity.TokenRefused as error:
            raise refused("token", error) from None
        row = await db.users.get(id=found.user_id)
    click.echo(
        f"session {found.session_id} of {who(row)}, {row.role}, ends {plain(found.expires_at)} UTC at the latest"
    )
