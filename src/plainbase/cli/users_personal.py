"""`plainbase users export`, `erase` and `replay`: everything about a person, given and taken away."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import click

from plainbase.cli.asking import check_askable, confirm, yes_option
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import as_json
from plainbase.cli.users_named import account, account_argument, as_option, operator, who
from plainbase.cli.users_open import counted, of_account
from plainbase.cli.written_file import overwrite_option, refuse_existing
from plainbase.platform import personal


@click.command(short_help="Write everything about an account as JSON.")
@account_argument
@url_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file, which only you can read then; without it standard output.",
)
@overwrite_option
@as_option
@command
async def export(name: str, url: str | None, output: Path | None, overwrite: bool, acting: str | None) -> None:
    """Write everything that is kept about an account's person as JSON, no secret among it.

    The audit trail notes that it was read.
    """
    if output is not None:
        refuse_existing(output, overwrite=overwrite)
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        found = await personal.export_user(db, row.id, actor=actor)
    text = json.dumps(as_json(found), indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text)
    click.echo(f"everything about {who(row)} is in {output}")


@click.command(short_help="Erase a person's data for good.")
@account_argument
@url_option
@click.option(
    "--reason",
    metavar="CODE",
    default="request",
    show_default=True,
    help="Why, for the record, in words such as account-closed; name nobody in it.",
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file beside the backups that keeps the erasure, for a restore to do it again.",
)
@as_option
@yes_option
@command
async def erase(name: str, url: str | None, reason: str, ledger: Path | None, acting: str | None, yes: bool) -> None:
    """Erase a person's data for good: name, address, sessions, keys, and what the audit trail holds of them.

    The account stays under a made-up name, so that what it made stays. Nothing brings the data back but a backup from
    before; --ledger keeps what a restore needs to erase it again.
    """
    check_askable(yes)
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        row = await account(db, name)
        ends = await of_account(db, row.id)
        confirm(f"Erase the personal data of {who(row)} for good? That ends {ends}, and cannot be undone.", yes=yes)
        with options_named():
            erased = await personal.erase_user(db, row.id, reason=reason, actor=actor, ledger=ledger)
    if erased.repeated:
        click.echo(f"the personal data of {row.id} was erased before, and nothing of it was left")
        return
    rows = counted(sum(erased.counts.values()), "row")
    audited = counted(erased.audit_rows, "row")
    click.echo(f"the personal data of {row.id} is erased: in {rows}, and in {audited} of the audit trail")
    if ledger is None:
        click.echo("no --ledger was given: a backup from before that is restored brings it back", err=True)


@click.command(short_help="After a restore: erase again whom a ledger names.")
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@url_option
@as_option
@command
async def replay(ledger: Path, url: str | None, acting: str | None) -> None:
    """Erase again whom a ledger of erasures names and a restore brought back. A second time changes nothing."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        found = await personal.replay(db, ledger, actor=actor)
    click.echo(
        f"{counted(len(found.erased), 'account')} erased again, {len(found.unchanged):,} were erased already, "
        f"{len(found.unknown):,} are not in this database"
    )


def _write(path: Path, text: str) -> None:
    """Write the file whole or not at all, readable for its owner only."""
    handle, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(part).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
