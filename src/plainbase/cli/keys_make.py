"""`plainbase keys add` and `rotate`: a new key, which is shown this once."""

from __future__ import annotations

from collections.abc import Sequence

import click

from plainbase.cli.keys_named import called, key
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import lasting, plain
from plainbase.cli.users_named import account, account_argument, as_option, operator, who
from plainbase.platform import identity

ONCE = "it is shown this once: keep it where secrets are kept"


@click.command(short_help="Make a key, and print it this once.")
@account_argument
@click.argument("key_name", metavar="NAME")
@url_option
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    metavar="ACTION:ENTITY",
    help="What it may, of what the account's role may: read:models, read:*, or * for all; may be given several times.",
)
@click.option("--days", "lifetime", type=float, help="How long it is good; without it until it is revoked.")
@as_option
@command
async def add(
    name: str, key_name: str, url: str | None, scopes: Sequence[str], lifetime: float | None, acting: str | None
) -> None:
    """Make a key of an account for a program. Standard output gets the key alone, to be piped to where it is kept."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        if not row.active:
            raise click.ClickException(f"{who(row)} is deactivated: a key of it would be refused")
        with options_named():
            made = await identity.make_key(db, row.id, key_name, scopes=scopes, lifetime=lifetime, actor=actor)
        kept = await db.api_keys.get(id=made.id)
    until = "" if kept.expires_at is None else f", good until {plain(kept.expires_at)} UTC"
    click.echo(f"key {called(kept)} of {who(row)}{until}; {ONCE}", err=True)
    click.echo(made.key)


@click.command(short_help="Make a key's successor, and print it this once.")
@click.argument("name", metavar="KEY")
@url_option
@click.option(
    "--overlap",
    "overlap_seconds",
    metavar="DURATION",
    default="1d",
    show_default=True,
    callback=seconds,
    help="How long the old key is good yet: 0, 90s, 5m, 1h, 2d.",
)
@as_option
@command
async def rotate(name: str, url: str | None, overlap_seconds: float, acting: str | None) -> None:
    """Make a new key in place of one, with its name and scopes; the old one ends after the overlap.

    KEY is an id or a public id. Standard output gets the new key alone.
    """
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        old = await key(db, name)
        try:
            with options_named():
                made = await identity.rotate_key(db, old.id, overlap_seconds=overlap_seconds, actor=actor)
        except identity.TokenRefused as error:
            raise click.ClickException(f"key {called(old)} cannot be replaced: it was {error.reason}") from None
        kept = await db.api_keys.get(id=made.id)
    ends = f"in {lasting(overlap_seconds)}" if overlap_seconds else "now"
    click.echo(f"key {called(kept)} replaces {called(old)}, which ends {ends}; {ONCE}", err=True)
    click.echo(made.key)
