"""`plainbase cleanup`: old rows deleted or archived, by their policies or by days."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plainbase.cli import progress
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, day, lasting, plain, print_table
from plainbase.cli.users_named import as_option, operator
from plainbase.cli.written_file import ended_cleanly

if TYPE_CHECKING:
    from plainbase.platform.retention import Cleaned
    from plainbase.platform.retention.files import Compression, Format

COLUMNS = (
    Column("table", "table", "name"),
    Column("older than", lambda row: day(row.before), "word"),
    Column("old", "matched"),
    Column("deleted", "deleted"),
    Column("archived", "archived"),
    Column("kept", "kept"),
    Column("took", lambda row: lasting(row.seconds), "word"),
)
DAYS = click.IntRange(1, 36_500)


@click.command(short_help="Delete or archive old rows, in small parts.")
@url_option
@click.option("--days", metavar="N", type=DAYS, help="Rows of more than so many days go, whatever the policies say.")
@click.option("--table", "tables", metavar="TABLE", multiple=True, help="Only this table, or several.")
@click.option("--dry-run", is_flag=True, help="Count what would go, and change nothing.")
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where archives go; also what no policy says anything of is archived then.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["parquet", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Of archives.",
)
@click.option(
    "--compression", type=click.Choice(["zstd", "none"]), default="zstd", show_default=True, help="Of archives."
)
@as_option
@click.option("--json", "in_json", is_flag=True, help="Print JSON.")
@command
async def cleanup(
    url: str | None,
    days: int | None,
    tables: tuple[str, ...],
    dry_run: bool,
    folder: Path | None,
    format_: Format,
    compression: Compression,
    acting: str | None,
    in_json: bool,
) -> None:
    """Delete or archive rows that are older than their policies keep them; `plainbase retention` sets policies.

    With --days: of the tables named, else of those with a policy, else predictions and system_metrics. The rows go a
    thousand at a time, so that nobody waits long; ended at any moment, the next run goes on. One runs at a time.
    """
    from plainbase.platform import retention

    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        with ended_cleanly(), progress.shown(quiet=in_json) as told:
            done = await retention.clean(
                db,
                days=days,
                tables=tables or None,
                dry_run=dry_run,
                archive_folder=folder,
                format=format_,
                compression=compression,
                actor=actor,
                progress=told,
            )
    if in_json:
        click.echo(json.dumps(_json(done), indent=2))
    else:
        _print(done, click.echo)


def _json(done: Cleaned) -> dict[str, object]:
    found: dict[str, object] = as_json(done)
    tables = [{**as_json(table), "archives": [str(path) for path in table.archives]} for table in done.tables]
    return {**found, "tables": tables, "removed": done.removed}


def _print(done: Cleaned, say: Callable[[str], object]) -> None:
    if not done.tables:
        say("no policy is in force, so nothing goes: `plainbase retention set TABLE --days N`, or --days")
        return
    title = "What a cleanup would remove" if done.dry_run else "Cleaned"
    print_table(console(), title, COLUMNS, done.tables, ("took", "older than", "kept", "old"))
    for table in done.tables:
        for path in table.archives:
            say(f"archived to {plain(path)}")
