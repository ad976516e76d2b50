"""`plainbase init`: a database that is there, with all its tables."""

from __future__ import annotations

from pathlib import Path

import click

from plainbase import migrations
from plainbase.cli.opening import command, opened, schema_folders, schema_option, url_option
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers.named import quote
from plainbase.errors import DatabaseMissing, PlainbaseError
from plainbase.options import resolve


@click.command()
@url_option
@schema_option(None)
@command
async def init(url: str | None, folders: tuple[Path, ...]) -> None:
    """Make the database and its tables, where they are missing.

    May be run again at any time: what is there already stays as it is.
    """
    migrations.read(schema_folders(folders), resolve(url).dialect)
    if await _make(url):
        click.echo(f"made the database {resolve(url).safe_url}")
    async with opened(url, folders) as db:
        await migrations.up(db, on_step=lambda step, _: click.echo(f"applied {step.migration.label}"))
        standing = await migrations.status(db)
        click.echo(f"{db.options.safe_url} is ready, at {standing.version or 'no migration'}")


async def _make(url: str | None) -> bool:
    """Make a PostgreSQL database that does not exist yet; SQLite makes its file by itself."""
    options = resolve(url)
    if options.dialect is not Dialect.POSTGRES or options.database is None or await _is_there(url):
        return False
    async with Database.open(url, queries=None, schema=None, pool_size=1, database="postgres") as server:
        try:
            await server.script(f"CREATE DATABASE {quote(options.database)}")
        except PlainbaseError:
            if await _is_there(url):  # somebody else has just made it
                return False
            raise
    return True


async def _is_there(url: str | None) -> bool:
    try:
        async with Database.open(url, queries=None, schema=None, pool_size=1):
            return True
    except DatabaseMissing:
        return False
