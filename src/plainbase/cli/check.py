"""Prove that no shipped statement which is run without a reset leaves anything behind in its PostgreSQL session.

On a scratch database: of the server that TEST_DATABASE_URL names, else of one from the wheel.
"""

from __future__ import annotations

import asyncio
import sys

import plainbase
from plainbase import shipped
from plainbase.check import scratch, session_state
from plainbase.cli import wheel_server
from plainbase.errors import PlainbaseError


def main() -> int:
    """Run the proof and print what it found; return 1 where something is to be mended."""
    try:
        with wheel_server.scratch() as server:
            report = asyncio.run(_prove(server or ""))
    except PlainbaseError as error:
        sys.exit(f"check: {error}")
    sys.stdout.write("".join(f"{line}\n" for line in (*report.findings, f"check: {report.summary}")))
    return int(bool(report.findings))


async def _prove(server: str) -> session_state.Report:
    async with scratch.postgres(server) as url, plainbase.open(url, migrate=True):
        return await session_state.left_behind(url, [shipped.folder("queries")])


if __name__ == "__main__":
    sys.exit(main())
