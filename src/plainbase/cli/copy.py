"""`plainbase copy`: one database into another."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from plainbase.cli.opening import command, opened, opened_to_look, schema_option
from plainbase.cli.progress import shown
from plainbase.cli.shown import Column, console, print_table
from plainbase.cli.written_file import ended_cleanly
from plainbase.options import resolve
from plainbase.platform import copying

_COLUMNS = (
    Column("table", "name", "name"),
    Column("rows", "rows"),
    Column("sha256", lambda table: table.sha256[:16], "word"),
    Column("", lambda table: "was there" if table.kept else "", "word"),
)


@click.command(short_help="Copy a database into another, also of the other engine.")
@click.option("--from", "source", required=True, metavar="URL", help="The database that is copied; it is only read.")
@click.option("--to", "target", required=True, metavar="URL", help="An empty database; it is migrated first.")
@schema_option(None)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
async def copy(source: str, target: str, folders: tuple[Path, ...], as_json: bool) -> None:
    """Copy all rows of a database, as they are at one moment, and compare both sides by digests.

    Whoever writes into the source goes on. A copy that was ended leaves the target marked as unfinished; the same
    command again goes on with it, and brings anew what has changed since. Stored views and full-text indexes are made
    again, sequences go on behind the largest number.
    """
    resolve(target)  # so that a wrong one is told before anything is opened
    with ended_cleanly(), shown(quiet=as_json) as progress:
        async with opened_to_look(source, folders) as here, opened(target, folders) as there:
            copied = await copying.copy(here, there, progress=progress)
    if as_json:
        click.echo(json.dumps(asdict(copied) | {"rows": copied.rows}))
        return
    print_table(console(), "", _COLUMNS, copied.tables, ("table", "rows"))
    rate = copied.rows / copied.load_seconds if copied.load_seconds else 0
    click.echo(
        f"{copied.rows:,} rows of {len(copied.tables)} tables from {copied.source} to {copied.target}: brought in "
        f"{copied.load_seconds:.1f} s ({rate:,.0f} rows/s), compared in {copied.compare_seconds:.1f} s, all equal"
    )
