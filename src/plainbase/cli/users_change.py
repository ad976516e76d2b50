"""`plainbase users role`, `password`, `deactivate`, `activate` and `unlock`: what an account may, and its end."""

from __future__ import annotations

import click

from plainbase.cli.asking import check_askable, confirm, yes_option
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.users_list import ROLES
from plainbase.cli.users_named import account, account_argument, as_option, operator, who
from plainbase.cli.users_open import counted, of_account
from plainbase.cli.users_secrets import AskingCommand, secret, stdin_option
from plainbase.platform import identity


@click.command(short_help="Give an account another role; ends its sessions.")
@account_argument
@click.argument("role", type=click.Choice(ROLES))
@url_option
@as_option
@yes_option
@command
async def role(name: str, role: str, url: str | None, acting: str | None, yes: bool) -> None:
    """Give an account another role, which ends its sessions. Its keys stay, and may what the role may."""
    check_askable(yes)
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        if row.role == role:
            click.echo(f"{who(row)} is {role} already")
            return
        ends = counted((await of_account(db, row.id)).sessions, "session")
        confirm(f"Make {who(row)} {role} instead of {row.role}? That ends {ends}.", yes=yes)
        await identity.change_role(db, row.id, role, actor=actor)
    click.echo(f"{who(row)} is {role} now, not {row.role}; {ends} ended")


@click.command(cls=AskingCommand, short_help="Set an account's password; ends its sessions.")
@account_argument
@url_option
@click.option("--end-keys", is_flag=True, help="End its API keys too, which stay otherwise.")
@stdin_option
@as_option
@command
async def password(name: str, url: str | None, end_keys: bool, piped: bool, acting: str | None) -> None:
    """Set an account's password, which ends its sessions. The password is asked for twice, or read with --stdin.

    Its API keys stay, since programs would stop with them: where they too may be in wrong hands say --end-keys.
    """
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        new = secret("password", piped=piped, twice=True)
        there = await of_account(db, row.id)
        await identity.set_password(db, row.id, new, end_keys=end_keys, actor=actor)
    ends = there if end_keys else counted(there.sessions, "session")
    stays = there.keys and not end_keys
    click.echo(f"the password of {who(row)} is set; {ends} ended")
    if stays:
        click.echo(
            f"{counted(there.keys, 'key')} of it can still be used: --end-keys, or `plainbase keys revoke`", err=True
        )


@click.command(short_help="Bar an account; ends its sessions and keys.")
@account_argument
@url_option
@as_option
@yes_option
@command
async def deactivate(name: str, url: str | None, acting: str | None, yes: bool) -> None:
    """Bar an account: nobody can sign in to it, and its sessions and keys end. What it made stays."""
    check_askable(yes)
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        ends = await of_account(db, row.id)
        if not row.active and not ends.sessions and not ends.keys:
            click.echo(f"{who(row)} is deactivated already")
            return
        confirm(f"Deactivate {who(row)}, {row.role}? That ends {ends}.", yes=yes)
        await identity.deactivate(db, row.id, actor=actor)
    click.echo(f"{who(row)} is deactivated; {ends} ended")


@click.command()
@account_argument
@url_option
@as_option
@command
async def activate(name: str, url: str | None, acting: str | None) -> None:
    """Let a deactivated account in again. Its sessions and keys stay ended."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        if row.active:
            click.echo(f"{who(row)} is active already")
            return
        await identity.activate(db, row.id, actor=actor)
    click.echo(f"{who(row)} is active; it can be signed in to again")


@click.command(short_help="Let a locked account be tried again at once.")
@account_argument
@url_option
@as_option
@command
async def unlock(name: str, url: str | None, acting: str | None) -> None:
    """Forget the failed logins of an account, so that the next try need not wait."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        many = await identity.unlock(db, row.id, actor=actor)
    click.echo(f"{counted(many, 'failed login')} of {who(row)} forgotten")
