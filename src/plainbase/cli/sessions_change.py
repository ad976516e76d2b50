"""`plainbase sessions revoke`: the end of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.users_named import account, as_option, operator, who
from plainbase.cli.users_open import counted, of_account
from plainbase.errors import RowNotFound
from plainbase.platform import identity


@click.command(short_help="End sessions at once.")
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@url_option
@click.option("--of", "name", metavar="ACCOUNT", help="All of an account's sessions.")
@as_option
@command
async def revoke(ids: Sequence[UUID], url: str | None, name: str | None, acting: str | None) -> None:
    """End sessions at once: those named by their ids, or with --of all of an account.

    One that is not there does not stop the others; then the exit code is 1.
    """
    if bool(ids) == (name is not None):
        raise click.UsageError("name sessions by their ids, or with --of an account" + (", not both" if ids else ""))
    wrong = 0
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        if name is not None:
            row = await account(db, name)
            many = (await of_account(db, row.id)).sessions
            await identity.revoke_sessions(db, row.id, actor=actor)
            click.echo(f"{counted(many, 'session')} of {who(row)} ended")
        for each in ids:
            try:
                ended = await identity.revoke_session(db, each, actor=actor)
            except RowNotFound:
                click.echo(f"Error: there is no session {each}", err=True)
                wrong += 1
                continue
            click.echo(f"session {each} " + ("is ended" if ended else "was over already"))
    if wrong:
        raise SystemExit(1)
