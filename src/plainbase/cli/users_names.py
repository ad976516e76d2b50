"""`plainbase users email`, `rename` and `verify`: how an account is called, and whether its address is its owner's."""

from __future__ import annotations

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import plain
from plainbase.cli.users_add import taken
from plainbase.cli.users_named import account, account_argument, as_option, operator, who
from plainbase.errors import ConstraintViolation
from plainbase.platform import identity


@click.command(short_help="Give an account another address.")
@account_argument
@click.argument("address", metavar="ADDRESS")
@url_option
@as_option
@command
async def email(name: str, address: str, url: str | None, acting: str | None) -> None:
    """Give an account another address, which is to be verified anew; what was mailed to the old one ends."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        new = identity.normal_email(address)
        if new == row.email:
            click.echo(f"{who(row)} has this address already")
            return
        try:
            await identity.change_email(db, row.id, new, actor=actor)
        except ConstraintViolation as error:
            if error.kind != "unique":
                raise
            raise click.ClickException(await taken(db, email=new)) from None
    click.echo(f"{who(row)} has the address {plain(new)} now, which is not verified")


@click.command(short_help="Give an account another username.")
@account_argument
@click.argument("username", metavar="USERNAME")
@url_option
@as_option
@command
async def rename(name: str, username: str, url: str | None, acting: str | None) -> None:
    """Give an account another username. Its sessions and keys go on."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        new = identity.normal_username(username)
        if new == row.username:
            click.echo(f"{who(row)} has this username already")
            return
        try:
            await identity.change_username(db, row.id, new, actor=actor)
        except ConstraintViolation as error:
            if error.kind != "unique":
                raise
            raise click.ClickException(await taken(db, username=new)) from None
    click.echo(f"{who(row)} is {plain(new)} now")


@click.command(short_help="Note that an account's address is its owner's.")
@account_argument
@url_option
@as_option
@command
async def verify(name: str, url: str | None, acting: str | None) -> None:
    """Note that an account's address is its owner's, on the operator's word; what was mailed to verify it ends."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        if row.email_verified:
            click.echo(f"the address of {who(row)} is verified already")
            return
        await identity.verify_address(db, row.id, actor=actor)
    click.echo(f"the address of {who(row)} is verified")
