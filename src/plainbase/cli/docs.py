"""`plainbase docs`: the schema and the queries as one page for DBAs."""

from __future__ import annotations

import difflib
from itertools import islice
from pathlib import Path

import click

from plainbase import migrations, shipped
from plainbase.cli import wheel_server
from plainbase.cli.opening import (
    callers_option,
    command,
    queries_option,
    query_folders,
    schema_folders,
    schema_option,
    server_option,
)
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError

NAME = "README.md"
SHOWN = 40
"""Lines of a difference."""


@click.command(short_help="Write the page that tells a DBA what there is.")
@queries_option
@schema_option(None)
@server_option
@callers_option("the page then says which of them name each query")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write; without it {NAME} in the schema folder.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 where the file is not what it would be.")
@command
async def docs(
    queries: tuple[Path, ...],
    folders: tuple[Path, ...],
    server: str | None,
    callers: tuple[Path, ...],
    out: Path | None,
    check: bool,
) -> None:
    """Write the page that tells a DBA of every table, view and query.

    Columns, rules, indexes and what they serve, diagrams; parameters, results, plans and callers of each query. With
    --schema of your own and no --queries it is about the tables alone.
    """
    from plainbase.check import docs as pages  # which imports what the extra `check` brings

    queries = () if folders and not queries else query_folders(queries)
    folders = schema_folders(folders)
    path = out or folders[-1] / NAME
    with wheel_server.scratch(server, needed=Dialect.POSTGRES in migrations.dialects(folders)) as url:
        text = await pages.generate(queries, folders, url, path.parent, callers=callers)
    if not check and shipped.is_installed(path):
        raise ConfigurationError(f"{path} belongs to an installed plainbase; name another file by --out")
    before = path.read_text("utf-8", "replace") if path.is_file() else ""
    if not check:
        path.write_text(text, "utf-8")
        click.echo(f"{path}: {'as it was' if text == before else 'written'}")
    elif text != before:
        lines = difflib.unified_diff(before.splitlines(), text.splitlines(), str(path), "as it would be", "", "", 1, "")
        click.echo("\n".join(islice(lines, SHOWN)))
        raise click.ClickException(
            f"{path} is not current: `plainbase docs` writes it, with the same options but --check"
        )
    else:
        click.echo(f"{path} is current")
