"""An export in a process of its own, which says when the first rows are written, and then its memory.

    python exporting_process.py URL TO [MEGABYTES]

With MEGABYTES no file may grow larger. It waits for a line after the first rows, unless there is no input.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import plainbase
from plainbase.platform.export import ExportOptions, export
from plainbase.platform.results import SearchFilters


def first_rows(rows: int) -> None:
    """Tell, and wait."""
    global told
    if not told:
        told = True
        print("begun", flush=True)
        sys.stdin.readline()


told = False


def peak() -> int:
    """Megabytes that this program held at most; `ru_maxrss` would count what was there before exec as well."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) // 1024
    return 0


async def main(url: str, to: str, *megabytes: str) -> None:
    """Export everything."""
    for size in megabytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size) << 20, int(size) << 20))
    async with plainbase.open(url) as db:
        exported = await export(db, SearchFilters(), ExportOptions(overwrite=True), to, on_rows=first_rows)
    print(exported.rows, peak(), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
