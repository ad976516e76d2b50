"""`plainbase users add`: a new account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import as_json
from plainbase.cli.users_list import ROLES
from plainbase.cli.users_named import as_option, by_email, by_username, operator, who
from plainbase.cli.users_secrets import AskingCommand, secret, stdin_option
from plainbase.errors import ConstraintViolation
from plainbase.platform import identity

if TYPE_CHECKING:
    from plainbase.typed import Database


@click.command(cls=AskingCommand, short_help="Add an account; its password is asked for.")
@click.argument("email", metavar="ADDRESS")
@click.argument("username", metavar="USERNAME")
@url_option
@click.option("--role", type=click.Choice(ROLES), default="user", show_default=True, help="What it may do.")
@click.option("--no-password", is_flag=True, help="Give it none: nobody can sign in before one is set.")
@stdin_option
@as_option
@click.option("--json", "as_object", is_flag=True, help="Print the account as JSON.")
@command
async def add(
    email: str,
    username: str,
    url: str | None,
    role: str,
    no_password: bool,
    piped: bool,
    acting: str | None,
    as_object: bool,
) -> None:
    """Add an account. Its password is asked for twice, or read from standard input with --stdin.

    One address is one account, in upper or lower case.
    """
    if no_password and piped:
        raise click.UsageError("--stdin gives a password and --no-password none: say one of them")
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        password = None if no_password else secret("password", piped=piped, twice=True)
        try:
            row = await identity.create_user(db, email, username, password, role=role, actor=actor)
        except ConstraintViolation as error:
            if error.kind != "unique":
                raise
            raise click.ClickException(await taken(db, email=email, username=username)) from None
    if as_object:
        click.echo(json.dumps(as_json(row), indent=2))
    else:
        later = "; nobody can sign in before `plainbase users password` sets one" if no_password else ""
        click.echo(f"account {who(row)} is made, as {row.role}{later}")


async def taken(db: Database, *, email: str | None = None, username: str | None = None) -> str:
    """Whose the address or the name is already, which an operator may be told."""
    if email is not None and (row := await by_email(db, email)):
        return f"the address is that of the account {who(row)} already"
    if username is not None and (row := await by_username(db, username)):
        return f"the username is that of the account {who(row)} already, or looks the same"
    return "another account has this address or username already"
