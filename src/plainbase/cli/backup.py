"""`plainbase backup`: the database into a folder, while others go on writing."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plainbase.cli.backup_options import (
    described,
    folder_argument,
    found,
    json_option,
    opened_as_it_is,
    size,
    tell,
    verify_server_option,
)
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.progress import shown
from plainbase.cli.written_file import ended_cleanly
from plainbase.platform import backup as backups
from plainbase.platform.backup import Backup, Compression


@click.command(short_help="Write the database into a folder of backups.")
@folder_argument
@url_option
@click.option("--verify", is_flag=True, help="Restore it into scratch, and compare.")
@verify_server_option
@click.option("--keep", type=int, metavar="N", help="Remove all but the newest N of this database.")
@click.option(
    "--keep-days", type=int, metavar="N", help="Remove those older than N days; with --keep, if neither keeps."
)
@click.option(
    "--compression",
    type=click.Choice(("zstd", "gzip", "none")),
    default="zstd",
    show_default=True,
    help="How the file is compressed.",
)
@json_option
@command
async def backup(
    folder: Path,
    url: str | None,
    verify: bool,
    server: str | None,
    keep: int | None,
    keep_days: int | None,
    compression: Compression,
    as_object: bool,
) -> None:
    """Write the database of one moment into FOLDER (else PLAINBASE_BACKUPS, else backups), which is made.

    Others go on writing. SQLite is copied and checked, PostgreSQL dumped by pg_dump. A manifest beside the file says
    what must be in it; a file without one is of a run that did not end. `plainbase backups` lists them,
    `plainbase restore` brings one back.

    The newest backup of a database is never removed, nor what is not a backup of this database.
    """
    with ended_cleanly():
        async with opened_as_it_is(url, pool_size=3) as db:
            with shown(quiet=as_object) as progress, options_named():
                made = await backups.backup(
                    db,
                    folder,
                    compression=compression,
                    verify=verify,
                    keep=keep,
                    keep_days=keep_days,
                    server=server,
                    progress=progress,
                )
    if as_object:
        _print_object(made)
    else:
        _print(made)


def _print(made: Backup) -> None:
    assert made.manifest is not None  # noqa: S101 (what was made has it; tells the type checker)
    rows = sum(made.manifest.rows.values())
    click.echo(f"{made.path}  {size(made.manifest.bytes)}, {rows:,} rows, {made.seconds:.1f} s")
    if made.verified is not None:
        tell(made.verified)
    for path in made.removed:
        click.echo(f"removed {path}")
    if made.unrecorded:
        click.echo(f"it is good, but the database could not note it: {made.unrecorded}", err=True)


def _print_object(made: Backup) -> None:
    about = {
        **described(made),
        "seconds": round(made.seconds or 0, 3),
        "verified": found(made.verified) if made.verified else None,
        "removed": [str(path) for path in made.removed],
        "unrecorded": made.unrecorded,
    }
    click.echo(json.dumps(about, indent=2))
