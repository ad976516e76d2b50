"""`plainbase types`: a Python module from which editors and type checkers know every query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import plainbase
from plainbase import shipped
from plainbase.check.queries import snapshot
from plainbase.check.queries.loading import by_name, load_both
from plainbase.check.types.module import TypedQuery, render
from plainbase.cli.opening import command, queries_option, query_folders
from plainbase.errors import ConfigurationError

SHOWN = 10
"""Queries that are named, where more do not fit the snapshot."""


@click.command()
@queries_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The module to write, such as lab_queries.py; needed for queries of your own.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the module is not current.")
@command
async def types(queries: tuple[Path, ...], out: Path | None, only_check: bool) -> None:
    """Write the types of every query as one Python module.

    Its Database and Transaction are plainbase's own at run time; to type checkers they have these query files, and no
    others, with real parameters and rows. Open a database by it: `lab_queries.Database.open(url)`. The types are read
    from checked.json, which `plainbase check --update` writes; no database is needed.
    """
    folders = query_folders(queries)
    place = out or _own_module(folders)
    text = module(folders)
    current = place.read_text(encoding="utf-8") if place.exists() else None
    if current == text:
        click.echo(f"{place} is current")
    elif only_check:
        state = "is missing" if current is None else "is not current"
        raise ConfigurationError(f"{place} {state}: `plainbase types` writes it, with the same options but --check")
    else:
        place.write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"{place} is written")


def module(folders: Sequence[Path]) -> str:
    """The module's text. Raises ConfigurationError where checked.json does not fit the query files."""
    path = folders[0] / snapshot.NAME
    remedy = "`plainbase check --update` writes it, with the same folders"
    found = snapshot.read(path)
    if found is None:
        raise ConfigurationError(f"{path} is missing, and the types are read from it: {remedy}")
    queries = by_name(load_both(folders))
    texts = {name: snapshot.text_digest(each) for name, each in queries.items()}
    problems = [f"{name}: {what}" for name, what in snapshot.stale(found, texts, {})]
    if problems:
        more = f", and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise ConfigurationError(f"{path} is not current ({'; '.join(problems[:SHOWN])}{more}): {remedy}")
    typed = {name: TypedQuery(each, found.queries[name]) for name, each in queries.items()}
    ours = list(folders) == [shipped.folder("queries")]
    names = ", ".join(folder.resolve().name for folder in folders)
    return render(typed, "the queries that plainbase ships" if ours else f"the queries in {names}")


def _own_module(folders: Sequence[Path]) -> Path:
    """The module of the shipped queries, in a checkout."""
    package = Path(plainbase.__file__).resolve().parent
    ours = shipped.folder("queries")
    if list(folders) != [ours] or ours.is_relative_to(package):
        raise ConfigurationError("say where to write the types: --out lab_queries.py")
    return package / "typed.py"
