"""`plainbase users …`: accounts on the command line; every command of the group is named here."""

from __future__ import annotations

import click

from plainbase.cli.users_add import add
from plainbase.cli.users_change import activate, deactivate, password, role, unlock
from plainbase.cli.users_list import list_users, show
from plainbase.cli.users_names import email, rename, verify
from plainbase.cli.users_permissions import permissions
from plainbase.cli.users_personal import erase, export, replay


@click.group(short_help="Add, see, change and erase accounts.")
def users() -> None:
    """Add, see, change and erase accounts. ACCOUNT is an address, a username or an id.

    Secrets are asked for, or read from standard input with --stdin; never write them as arguments. Whatever is changed
    stands in the audit trail under `operator:` and your login name.
    """


for each in (
    list_users,
    show,
    add,
    role,
    password,
    email,
    rename,
    verify,
    deactivate,
    activate,
    unlock,
    permissions,
    export,
    erase,
    replay,
):
    users.add_command(each)
