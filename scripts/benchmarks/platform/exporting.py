"""One export in a process of its own, so that its memory can be told: python -m benchmarks.platform.exporting …"""

from __future__ import annotations

import asyncio
import csv
import json
import re
import resource
import sqlite3
import sys
from pathlib import Path
from time import perf_counter

import asyncpg

import plainbase
from plainbase.platform.export import ExportOptions, export
from plainbase.platform.results import COLUMNS, SearchFilters

RAW = "raw"
CHUNK = 1000
QUERY = f"SELECT {', '.join(COLUMNS)} FROM evaluations ORDER BY created_at DESC, id DESC LIMIT"  # noqa: S608 (a fixed list)


async def run(who: str, url: str, form: str, limit: int, to: Path) -> float:
    """Export by plainbase, or by the raw driver with csv.writer; return the seconds of the export alone."""
    if who == RAW:
        by = _by_sqlite3 if url.startswith("sqlite:") else _by_asyncpg
        return await by(url, limit, to)
    async with plainbase.open(url) as db:
        began = perf_counter()
        await export(db, SearchFilters(), ExportOptions(format=form, max_records=limit), to)
        return perf_counter() - began


def main(who: str, url: str, form: str, limit: str, to: Path) -> None:
    """Export, and print the seconds, the bytes and the peak of memory in MB."""
    seconds = asyncio.run(run(who, url, form, int(limit), to))
    print(json.dumps({"seconds": seconds, "bytes": to.stat().st_size, "peak_mb": _peak() / 1024}))


def _peak() -> int:
    """The most memory that this process has had, in KiB; what getrusage tells counts its parent's in."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.findall(r"^VmHWM:\s+(\d+)", status.read_text(), re.MULTILINE)[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def _by_sqlite3(url: str, limit: int, to: Path) -> float:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    began = perf_counter()
    with to.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        cursor = connection.execute(f"{QUERY} ?", (limit,))
        while rows := cursor.fetchmany(CHUNK):
            writer.writerows(rows)
    seconds = perf_counter() - began
    connection.close()
    return seconds


async def _by_asyncpg(url: str, limit: int, to: Path) -> float:
    connection = await asyncpg.connect(url)
    began = perf_counter()
    with to.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        async with connection.transaction(readonly=True):
            cursor = await connection.cursor(f"{QUERY} $1", limit)
            while rows := await cursor.fetch(CHUNK):
                writer.writerows(rows)
    seconds = perf_counter() - began
    await connection.close()
    return seconds


if __name__ == "__main__":
    *given, target = sys.argv[1:]
    main(*given, to=Path(target))
