"""`plainbase keys revoke` and `check`: the end of keys, and whose one is."""

from __future__ import annotations

from collections.abc import Sequence

import click

from plainbase.cli.keys_named import called, key
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.users_named import as_option, operator
from plainbase.platform import identity


@click.command(short_help="End keys at once.")
@click.argument("names", metavar="KEY...", nargs=-1, required=True)
@url_option
@as_option
@command
async def revoke(names: Sequence[str], url: str | None, acting: str | None) -> None:
    """End keys at once, each named by its id or public id.

    One that is not there does not stop the others; then the exit code is 1.
    """
    wrong = 0
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        for name in names:
            try:
                row = await key(db, name)
            except click.ClickException as error:
                error.show()
                wrong += 1
                continue
            if row.revoked_at is not None:
                click.echo(f"key {called(row)} is revoked already")
                continue
            await identity.revoke_key(db, row.id, actor=actor)
            click.echo(f"key {called(row)} is revoked")
    if wrong:
        raise SystemExit(1)
