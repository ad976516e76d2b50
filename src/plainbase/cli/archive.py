"""`plainbase archive list` and `restore`: rows that a cleanup archived, and the way back."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plainbase.cli import progress
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, plain, print_table
from plainbase.cli.users_named import as_option, operator
from plainbase.cli.written_file import ended_cleanly

LISTED = (
    Column("file", lambda row: row.archive.manifest.file, "word"),
    Column("table", lambda row: row.archive.manifest.table, "word"),
    Column("rows", lambda row: row.archive.manifest.rows),
    Column("bytes", lambda row: row.archive.manifest.bytes),
    Column("from", lambda row: (row.archive.manifest.oldest or "")[:10], "word"),
    Column("to", lambda row: (row.archive.manifest.newest or "")[:10], "word"),
    Column("removed", lambda row: row.archive.manifest.deleted_at is not None, "word"),
)
RESTORED = (
    Column("archive", lambda row: row.path.name.partition(".")[0], "word"),
    Column("rows", "rows"),
    Column("restored", "restored"),
    Column("there already", "there"),
    Column("there, different", "different"),
    Column("never removed", "left"),
)


@click.group(short_help="Rows that a cleanup archived, and the way back.")
def archive() -> None:
    """Rows that a cleanup archived, and the way back."""


@archive.command("list", short_help="The archives of a folder.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "in_json", is_flag=True, help="Print JSON.")
@command
async def list_archives(folder: Path, in_json: bool) -> None:
    """The archives of FOLDER by their manifests; the exit code is 1 where one is not whole."""
    from plainbase.platform import retention

    found = retention.list_archives(folder)
    whole = [each for each in found if each.archive is not None]
    if in_json:
        rows = [
            {
                "path": str(each.path),
                "error": each.error,
                **({} if each.archive is None else as_json(each.archive.manifest)),
            }
            for each in found
        ]
        click.echo(json.dumps(rows, indent=2))
    elif whole:
        print_table(console(), "Archives", LISTED, whole, ("removed", "bytes", "to", "from"))
    elif not found:
        click.echo(f"{plain(folder)} has no archives")
    for each in found:
        if each.error is not None:
            click.echo(plain(each.error), err=True)
    if len(whole) < len(found):
        raise SystemExit(1)


@archive.command(short_help="Put the rows of an archive back.")
@click.argument("path", type=click.Path(path_type=Path))
@url_option
@click.option("--dry-run", is_flag=True, help="Check and count, and change nothing.")
@as_option
@click.option("--json", "in_json", is_flag=True, help="Print JSON.")
@command
async def restore(path: Path, url: str | None, dry_run: bool, acting: str | None, in_json: bool) -> None:
    """Put rows back: of the archive at PATH, its manifest or its file, or of all archives of a folder.

    Rows that are there stay as they are. Where one with the same key is there and says something else, the exit code
    is 1. The next cleanup removes them again unless its policy was changed.
    """
    from plainbase.platform import retention

    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        with ended_cleanly(), progress.shown(quiet=in_json) as told:
            done = await retention.restore_archives(db, path, dry_run=dry_run, actor=actor, progress=told)
    if in_json:
        rows = [{**as_json(each), "path": str(each.path)} for each in done.archives]
        click.echo(json.dumps({"dry_run": done.dry_run, "archives": rows}, indent=2))
    else:
        title = "What a restore would put back" if done.dry_run else "Restored"
        print_table(console(), title, RESTORED, done.archives, ("never removed", "there already"))
    if any(each.different for each in done.archives):
        raise SystemExit(1)
