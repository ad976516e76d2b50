"""What every command does: open the database that its options or the environment name, and tell errors in a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from plainbase import shipped
from plainbase.database import Database, Opening
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, DatabaseMissing, PlainbaseError
from plainbase.options import Options, resolve

P = ParamSpec("P")
T = TypeVar("T")

EXTRAS = {
    "sqlglot": "check",
    "apsw": "check",
    "scipy": "stats",
    "pyarrow": "export",
    "fpdf": "export",
    "argon2": "identity",
    "cryptography": "identity",
    "zstandard": "backup",
    "prometheus_client": "metrics",
    "opentelemetry": "metrics",
    "psutil": "metrics",
    "fastapi": "web",
    "uvicorn": "web",
}
"""What a command imports when it is called, and the extra that brings it."""
STOPPED = 130
"""The exit code after Ctrl-C, as of any program ended by that signal."""

url_option = click.option(
    "--url",
    help="The database, such as sqlite:///lab.db or postgresql://user@host/lab; without it DATABASE_URL or its parts, "
    "else sqlite:///plainbase.db.",
)

queries_option = click.option(
    "--queries",
    "queries",
    multiple=True,
    envvar="PLAINBASE_QUERIES",
    show_envvar=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder of query files of your own, or several; without it the one that plainbase ships.",
)
server_option = click.option(
    "--server",
    help="A PostgreSQL server on which scratch databases may be made; without it TEST_DATABASE_URL, else the wheel's.",
)


def callers_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Where to look for callers of queries, and what is made of that."""
    return click.option(
        "--callers",
        multiple=True,
        type=click.Path(path_type=Path),
        help=f"A folder of Python files, or a file of any kind; {what}.",
    )


def schema_option(default: str | None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The folders; without a default the one that plainbase ships."""
    return click.option(
        "--schema",
        "folders",
        multiple=True,
        default=[default] if default else None,
        envvar="PLAINBASE_SCHEMA",
        show_envvar=True,
        metavar="FOLDER",
        type=click.Path(file_okay=False, path_type=Path),
        help="A schema folder of your own, or several; without it "
        + (f"the folder {default}." if default else "the one that plainbase ships."),
    )


def command(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """Run a coroutine function as a command; an error of plainbase's is told on stderr, with exit code 1.

    So is an extra that it needs and that is not installed.
    """

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return asyncio.run(function(*args, **kwargs))
        except PlainbaseError as error:
            raise click.ClickException(str(error)) from None
        except ModuleNotFoundError as error:
            extra = EXTRAS.get((error.name or "").partition(".")[0])
            if extra is None:
                raise
            raise click.ClickException(f"{error.name} is missing: pip install 'plainbase[{extra}]'") from None
        except KeyboardInterrupt:
            words = click.get_current_context().command_path.split()
            tells = "; `plainbase migrate status` tells how far it came" if {"migrate", "init"} & set(words) else ""
            click.echo(f"stopped{tells}", err=True)
            raise SystemExit(STOPPED) from None
        except BrokenPipeError:  # whoever read has enough; click ends the process quietly
            raise
        except OSError as error:
            what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise click.ClickException(what) from None

    return run


def schema_folders(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders given, else the one that plainbase ships."""
    return folders or (shipped.folder("schema"),)


def query_folders(folders: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders given, else the one that plainbase ships."""
    return folders or (shipped.folder("queries"),)


def opened(url: str | None, folders: tuple[Path, ...], **options: Any) -> Opening[Database]:
    """The database, with these schema folders and no queries."""
    return Database.open(url, queries=None, schema=schema_folders(folders), **options)


@asynccontextmanager
async def opened_to_look(url: str | None, folders: tuple[Path, ...]) -> AsyncIterator[Database]:
    """The same, for a command that only looks at it: where there is none, none is made."""
    options = resolve(url)
    missing = f"there is no database {options.safe_url} yet; `plainbase init` makes it"
    if options.dialect is Dialect.SQLITE and not _is_there(options):
        raise ConfigurationError(missing)
    try:
        db = await opened(url, folders)
    except DatabaseMissing:
        raise ConfigurationError(missing) from None
    async with db:
        yield db


@asynccontextmanager
async def opened_to_plan(url: str | None, folders: tuple[Path, ...]) -> AsyncIterator[Database]:
    """The same, for a command that says what it would do: an SQLite file that is not there is an empty database."""
    options = resolve(url)
    if options.dialect is Dialect.SQLITE and not _is_there(options):
        url = "sqlite://"
    async with opened(url, folders) as db:
        yield db


def _is_there(options: Options) -> bool:
    return options.path == ":memory:" or Path(options.path or "").exists()
