"""`plainbase sessions …`: sessions on the command line; every command of the group is named here."""

from __future__ import annotations

import click

from plainbase.cli.sessions_change import revoke
from plainbase.cli.sessions_check import check
from plainbase.cli.sessions_list import list_sessions


@click.group(short_help="List, end and check sessions.")
def sessions() -> None:
    """List, end and check the sessions of accounts. ACCOUNT is an address, a username or an id."""


for each in (list_sessions, revoke, check):
    sessions.add_command(each)
