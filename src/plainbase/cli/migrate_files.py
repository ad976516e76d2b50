"""The commands of `plainbase migrate` that write files: new, dump, review."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TextIO

import click

from plainbase import migrations
from plainbase.check.schema import review as reviewing
from plainbase.check.schema import schema_file
from plainbase.cli import wheel_server
from plainbase.cli.opening import (
    command,
    opened_to_plan,
    schema_folders,
    schema_option,
    server_option,
    url_option,
)
from plainbase.dialect import Dialect
from plainbase.errors import MigrationError

dialect_option = click.option(
    "--dialect", type=click.Choice([each.value for each in Dialect]), help="One only; without it both."
)


@click.command()
@click.argument("name")
@click.option("--timestamp", is_flag=True, help="Number it by the UTC time, not by the next four digits.")
@click.option(
    "--schema",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("schema"),
    show_default=True,
    help="The schema folder to write into.",
)
@command
async def new(name: str, timestamp: bool, folder: Path) -> None:
    """Begin a migration: its up and down files for both dialects."""
    for path in migrations.new(folder, name, timestamp=timestamp):
        click.echo(str(path))
    click.echo(f"write them, then: plainbase migrate up --schema {folder}")


@click.command()
@schema_option("schema")
@dialect_option
@server_option
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where schema.sql is not what it would be.")
@command
async def dump(folders: tuple[Path, ...], dialect: str | None, server: str | None, check: bool) -> None:
    """Write schema.sql from the migrations.

    They are applied to a scratch database of each dialect, which is then written down.
    """
    folders = schema_folders(folders)
    chosen = [each for each in Dialect if dialect in (None, each) and (folders[-1] / each).is_dir()]
    if not chosen:
        raise MigrationError(f"{folders[-1]}: has no folder {dialect or ' or '.join(Dialect)}")
    stale = False
    with wheel_server.scratch(server, needed=Dialect.POSTGRES in chosen) as url:
        for each in chosen:
            text = await schema_file.generate(folders, each, url)
            path = folders[-1] / each / "schema.sql"
            before = path.read_text("utf-8", "replace") if path.is_file() else ""
            if not check:
                path.write_text(text, "utf-8")
                click.echo(f"{path}: {'as it was' if text == before else 'written'}")
            elif text != before:
                stale = True
                click.echo("".join(difflib.unified_diff(*_lines(before, text), str(path), "the migrations")))
    if check and not stale:
        click.echo("schema.sql is what the migrations make")
    if stale:
        raise click.ClickException("schema.sql is not what the migrations make; run `plainbase migrate dump`")


@click.command()
@url_option
@schema_option(None)
@click.option("--to", metavar="VERSION", help="The last one to review; without it all that are pending.")
@server_option
@click.option(
    "--out",
    type=click.File("w", encoding="utf-8", lazy=True),
    default="-",
    help="The file to write; without it stdout.",
)
@command
async def review(url: str | None, folders: tuple[Path, ...], to: str | None, server: str | None, out: TextIO) -> None:
    """Write what is pending as Markdown, for a DBA.

    SQL, the locks it takes, squawk's lint, what becomes of schema.sql, SQLite's rules, a diagram.
    """
    folders = schema_folders(folders)
    async with opened_to_plan(url, folders) as db:
        found = migrations.read(folders, Dialect(db.dialect))
        planned = [migrations.version_of(found, label) for label in await migrations.up(db, to, dry_run=True)]
    if not planned:
        raise MigrationError("nothing is pending, so there is nothing to review")
    applied = max((each.version for each in found if each.version < planned[0]), default=0)
    last = planned[-1]
    with wheel_server.scratch(server, needed=(folders[-1] / Dialect.POSTGRES).is_dir()) as scratch:
        text = await reviewing.review(folders, applied, last, scratch)
    out.write(text)


def _lines(before: str, after: str) -> tuple[list[str], list[str]]:
    return before.splitlines(keepends=True), after.splitlines(keepends=True)
