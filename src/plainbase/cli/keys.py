"""`plainbase keys …`: API keys on the command line; every command of the group is named here."""

from __future__ import annotations

import click

from plainbase.cli.keys_change import revoke
from plainbase.cli.keys_check import check
from plainbase.cli.keys_list import list_keys
from plainbase.cli.keys_make import add, rotate


@click.group(short_help="Make, list, replace and revoke API keys.")
def keys() -> None:
    """Make, list, replace, revoke and check the API keys of accounts.

    ACCOUNT is an address, a username or an id; KEY is an id or a public id. A new key is printed this once, and only
    its hash is kept.
    """


for each in (list_keys, add, rotate, revoke, check):
    keys.add_command(each)
