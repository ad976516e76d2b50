"""A cleanup in a process of its own, which says when each part is done.

    python cleaning_process.py URL [FOLDER]

With a folder old predictions are archived there, else they are deleted.
"""

from __future__ import annotations

import asyncio
import sys

import plainbase
from plainbase.platform import retention


async def main(url: str, folder: str | None = None) -> None:
    """Clean predictions of more than a day, a few at a time."""
    async with plainbase.open(url) as db:
        await retention.clean(
            db,
            days=1,
            tables=["predictions"],
            archive_folder=folder,
            format="jsonl",
            compression="none",
            chunk=20,
            archive_rows=100,
            pause=0.001,
            progress=lambda what, done, total: print("part", flush=True),
        )
    print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
