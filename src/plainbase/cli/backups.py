"""`plainbase backups`: what lies in a folder of backups, and whether it can be relied on."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plainbase.cli.backup_options import described, folder_argument, found, json_option, size, tell
from plainbase.cli.opening import command, server_option
from plainbase.cli.progress import shown
from plainbase.cli.shown import Column, console, print_table
from plainbase.cli.written_file import ended_cleanly
from plainbase.platform import backup as platform

COLUMNS = (
    Column("file", lambda each: each.path.name, "word"),
    Column("state", "state", "word"),
    Column("taken (UTC)", lambda each: each.manifest and each.manifest.created_at, "word"),
    Column("size", lambda each: each.manifest and size(each.manifest.bytes), "number"),
    Column("rows", lambda each: each.manifest and sum(each.manifest.rows.values()), "number"),
    Column("schema", lambda each: each.manifest and each.manifest.schema_version, "word"),
    Column("database", lambda each: each.manifest and each.manifest.database, "name"),
    Column("note", "note", "sentence"),
)
LEAST = ("database", "schema", "rows", "size", "taken (UTC)")


@click.command(short_help="List the backups of a folder, or verify one.")
@folder_argument
@click.option("--verify", is_flag=True, help="Restore the newest, or the file named, into scratch, and compare.")
@server_option
@json_option
@command
async def backups(folder: Path, verify: bool, server: str | None, as_object: bool) -> None:
    """List the backups of FOLDER (else PLAINBASE_BACKUPS, else backups), the newest first.

    With --verify FOLDER may be one backup's file. What is not complete is said to be interrupted or damaged; the exit
    code is 1 where there is no complete one, or where verifying finds something.
    """
    if verify:
        await _verify(folder, server, as_object)
        return
    listed = platform.backups(folder)
    if as_object:
        click.echo(json.dumps([described(each) for each in listed], indent=2))
    elif listed:
        print_table(console(), f"Backups in {folder}", COLUMNS, listed, LEAST)
    else:
        click.echo(f"no backup in {folder}: `plainbase backup {folder}` makes one")
    if not any(each.is_complete for each in listed):
        raise SystemExit(1)


async def _verify(path: Path, server: str | None, as_object: bool) -> None:
    with ended_cleanly(), shown(quiet=as_object) as progress:
        verification = await platform.verify(path, server=server, progress=progress)
    if as_object:
        click.echo(json.dumps(found(verification), indent=2))
    else:
        tell(verification)
    if not verification.is_good:
        raise SystemExit(1)
