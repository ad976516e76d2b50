"""What every command does: open the database that its options or the environment name, and tell errors in a line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from plainbase import shipped
from plainbase.database import Database, Opening
from plainbase.errors import PlainbaseError

P = ParamSpec("P")
T = TypeVar("T")

url_option = click.option("--url", help="The database; without it the environment decides.")
schema_option = click.option(
    "--schema",
    "folders",
    multiple=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="A schema folder of your own (may be given several times), not the one that plainbase ships.",
)


def command(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run a coroutine function as a command; an error of plainbase's is told on stderr, with exit code 1."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return asyncio.run(function(*args, **kwargs))
        except PlainbaseError as error:
            raise click.ClickException(str(error)) from None

    return run


def schema_folders(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders given, else the one that plainbase ships."""
    return folders or (shipped.folder("schema"),)


def opened(url: str | None, folders: tuple[Path, ...], **options: Any) -> Opening:
    """The database, with these schema folders and no queries."""
    return Database.open(url, queries=None, schema=schema_folders(folders), **options)
