"""`plainbase audit …`: the audit log on the command line; every command of the group is named here."""

from __future__ import annotations

import click

from plainbase.cli.audit_chain import head, seal, verify
from plainbase.cli.audit_list import list_entries, show


@click.group(short_help="See who did what, and prove that the log is whole.")
def audit() -> None:
    """See who did what, and prove that nothing of the log was changed, added or taken away.

    Reading the log is recorded in it, under `operator:` and your login name.
    """


for each in (list_entries, show, verify, head, seal):
    audit.add_command(each)
