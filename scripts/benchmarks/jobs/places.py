"""Databases of their own: each measurement gets a fresh copy of what a tool has installed."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from benchmarks.jobs.contenders import Contender


@dataclass(frozen=True)
class Place:
    """Where databases are made."""

    engine: str
    folder: Path
    server: str | None = None

    def database(self, template: str | None = None) -> AbstractAsyncContextManager[str]:
        """Make a database, empty or as another one is; give its URL, and drop it afterwards."""
        return self._on_server(template) if self.server else self._in_folder(template)

    async def settle(self) -> None:
        """Write out what others left unwritten, so that it burdens nobody who is measured."""
        if self.server:
            with suppress(asyncpg.InsufficientPrivilegeError):
                await self._execute("CHECKPOINT")

    @asynccontextmanager
    async def _in_folder(self, template: str | None) -> AsyncIterator[str]:
        path = self.folder / f"{uuid.uuid4().hex}.db"
        if template:
            shutil.copy(urlsplit(template).path[1:], path)
        try:
            yield f"sqlite:///{path}"
        finally:
            for file in self.folder.glob(f"{path.name}*"):
                file.unlink()

    @asynccontextmanager
    async def _on_server(self, template: str | None) -> AsyncIterator[str]:
        name = f"bench_{uuid.uuid4().hex}"
        source = urlsplit(template).path[1:] if template else "template1"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {source}")
        try:
            yield urlunsplit(urlsplit(self.server or "")._replace(path=f"/{name}"))
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


Fresh = Callable[[], AbstractAsyncContextManager[str]]
"""Gives the URL of a database with a tool's tables and no job, for as long."""


@asynccontextmanager
async def installed(place: Place, contender: Contender) -> AsyncIterator[Fresh]:
    """Install a tool once, and copy that as often as is asked."""
    async with place.database() as template:
        async with contender.load().opened(template, {}) as queue:
            await queue.install()
        yield lambda: place.database(template)
