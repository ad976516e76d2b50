"""Open a database once in this process and print the seconds it took: `python -m benchmarks.opening URL FOLDER`."""

from __future__ import annotations

import asyncio
import sys
from time import perf_counter

from plainbase import Database


async def seconds_to_open(url: str, queries: str) -> float:
    """How long it takes until the database is open."""
    began = perf_counter()
    async with Database.open(url, queries=queries, schema=None):
        return perf_counter() - began


if __name__ == "__main__":
    print(asyncio.run(seconds_to_open(*sys.argv[1:])))
