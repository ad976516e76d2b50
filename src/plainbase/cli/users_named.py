"""The account that a command names, by address, username or id, and who is recorded as having done it."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING
from uuid import UUID

import click

from plainbase import Actor
from plainbase.cli.shown import plain
from plainbase.errors import DataInvalid, RowNotFound
from plainbase.platform.identity import folded_username, normal_email, normal_username

if TYPE_CHECKING:
    from plainbase.typed import Database, UsersGetRow

SECRET = ("pb_", "pbs_", "pbt_")
"""What keys and tokens begin with."""

account_argument = click.argument("name", metavar="ACCOUNT")
as_option = click.option(
    "--as",
    "acting",
    metavar="ACCOUNT",
    help="The account that the audit trail names as the actor, beside the operator's login name.",
)


async def account(db: Database, name: str) -> UsersGetRow:
    """The account of an id, an address or a username, in any case. Raises ClickException where there is none."""
    try:
        return await db.users.get(id=UUID(name))
    except (ValueError, RowNotFound):
        pass
    found = await by_email(db, name) if "@" in name else None
    found = found or await by_username(db, name)
    if found is None and name.startswith(SECRET):
        raise click.ClickException(
            "that is a key or a token, which others can read among the words of a command: end it, and name the account"
        )
    if found is None:
        raise click.ClickException(f"there is no account {plain(name)}: `plainbase users list` shows them")
    return found


async def operator(db: Database, acting: str | None) -> Actor:
    """Who is recorded: the operator's login name, and the id of --as. Raises ClickException for one that is barred."""
    name = f"operator:{_login_name()}"
    if acting is None:
        return Actor(name=name)
    row = await account(db, acting)
    if not row.active:
        raise click.ClickException(f"{who(row)} is deactivated, and can do nothing: --as names another")
    return Actor(id=row.id, name=name)


def who(row: UsersGetRow) -> str:
    """An account in a sentence."""
    return f"{plain(row.username)} ({plain(row.email)})"


async def by_email(db: Database, name: str) -> UsersGetRow | None:
    """The account of an address, in any case."""
    try:
        return await db.users.get_by_email(email=normal_email(name))
    except DataInvalid:
        return None


async def by_username(db: Database, name: str) -> UsersGetRow | None:
    """The account of this name, else the one whose name looks the same: there is one at most."""
    try:
        found = await db.users.get_by_username(username=normal_username(name))
        return found or await db.users.get_by_folded_username(folded_username=folded_username(name))
    except DataInvalid:
        return None


def _login_name() -> str:
    """The operating system's user, by its number: the environment says what anybody writes there."""
    try:
        import pwd
    except ModuleNotFoundError:
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
