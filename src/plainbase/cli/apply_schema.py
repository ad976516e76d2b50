"""Apply the shipped schema to a database: `python -m plainbase.cli.apply_schema [URL]`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

import plainbase
from plainbase.errors import PlainbaseError


def main(arguments: Sequence[str] | None = None) -> None:
    """Apply what is pending and say so; an error is one line and exit code 1."""
    parser = argparse.ArgumentParser(prog="apply-schema", description="Apply the schema of plainbase to a database.")
    parser.add_argument("url", nargs="?", help="the database; without it DATABASE_URL or its parts decide")
    url = parser.parse_args(arguments).url
    try:
        lines = asyncio.run(_apply(url))
    except PlainbaseError as error:
        sys.exit(f"apply-schema: {error}")
    sys.stdout.write("".join(f"{line}\n" for line in lines))


async def _apply(url: str | None) -> list[str]:
    async with plainbase.open(url) as db:
        applied = [f"applied {name}" for name in await db.migrate()]
        health = await db.health()
        return [*applied, f"{db.options.safe_url} is at {health.schema_version}"]


if __name__ == "__main__":
    main()
