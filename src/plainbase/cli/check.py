"""Prove that no shipped statement which is run without a reset leaves anything behind in its PostgreSQL session.

On a scratch database: of the server that TEST_DATABASE_URL names, else of one from the wheel.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import uuid
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import plainbase
from plainbase import Database, shipped
from plainbase.check import session_state
from plainbase.cli import wheel_server
from plainbase.errors import PlainbaseError


def main() -> int:
    """Run the proof and print what it found; return 1 where something is to be mended."""
    try:
        with ExitStack() as stack:
            server = os.environ.get("TEST_DATABASE_URL")
            if not server:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-check-"))
                server = stack.enter_context(wheel_server.running(Path(folder, "postgres")))
            report = asyncio.run(_prove(server))
    except PlainbaseError as error:
        sys.exit(f"check: {error}")
    sys.stdout.write("".join(f"{line}\n" for line in (*report.findings, f"check: {report.summary}")))
    return int(bool(report.findings))


async def _prove(server: str) -> session_state.Report:
    name = f"check_{uuid.uuid4().hex}"
    scratch = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    async with Database.open(server, queries=None, schema=None) as db:
        await db.script(f"CREATE DATABASE {name}")
        try:
            async with plainbase.open(scratch, migrate=True):
                return await session_state.left_behind(scratch, [shipped.folder("queries")])
        finally:
            await db.script(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    sys.exit(main())
