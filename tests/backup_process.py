"""A backup or a restore in a process of its own, to be killed, and to be kept from writing large files.

    python backup_process.py backup URL FOLDER [MEGABYTES]
    python backup_process.py restore FOLDER URL [MEGABYTES]

It says `begun` when everything is imported and the first step is told, and `done` at the end.
"""

from __future__ import annotations

import asyncio
import resource
import sys

import plainbase
from plainbase.platform.backup import backup, restore

told = False


def begun(what: str, done: int, total: int | None) -> None:
    """Say once that it goes on."""
    global told
    if not told:
        told = True
        print("begun", flush=True)


async def main(what: str, first: str, second: str, *megabytes: str) -> None:
    """Do it."""
    for size in megabytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(size) << 20, int(size) << 20))
    if what == "restore":
        await restore(first, second, force=True, progress=begun)
    else:
        async with plainbase.open(first, pool_size=3) as db:
            await backup(db, second, compression="none", keep=2, progress=begun)
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
