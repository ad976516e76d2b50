"""Scratch databases: made empty, given as a URL, and gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import uuid4

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.options import resolve


@asynccontextmanager
async def postgres(server_url: str) -> AsyncIterator[str]:
    """Make a database on a server, of the same encoding and order of text whatever the server's own; give its URL.

    Whoever is still connected to it at the end is cut off. Raises ConfigurationError or ConnectionLost.
    """
    if resolve(server_url).dialect is not Dialect.POSTGRES:
        raise ConfigurationError("a scratch database of PostgreSQL needs the URL of a PostgreSQL server")
    async with Database.open(server_url, queries=None, schema=None, pool_size=1) as server:
        name = f"scratch_{uuid4().hex}"
        await server.script(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'"
        )
        try:
            await server.script(f"ALTER DATABASE {name} SET synchronous_commit = off")  # it need not outlive a crash
            yield _on_server(server_url, name)
        finally:
            await server.script(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def sqlite() -> AsyncIterator[str]:
    """Make a folder for a database; give the URL of a file in it that does not exist yet."""
    with tempfile.TemporaryDirectory(prefix="plainbase-scratch-") as folder:
        yield f"sqlite:///{quote(str(Path(folder, 'scratch.db')), safe='/:')}"


def _on_server(url: str, name: str) -> str:
    """The server's URL with another database, which no option of it names otherwise."""
    parts = urlsplit(url.strip())
    options = [each for each in parts.query.split("&") if each.partition("=")[0].lower() != "dbname"]
    return urlunsplit(parts._replace(path=f"/{name}", query="&".join(options)))
