"""A process that changes what is audited, in several tasks at once, some of it rolled back.

    python audit_writing.py URL NAME TASKS CHANGES

It tells `ready`, waits for a line, and tells how many changes it has committed.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from uuid import uuid4

import plainbase
from plainbase import Actor, Database, Transaction

INSERT = "INSERT INTO models (id, name, kind) VALUES (:id, :name, 'base')"
RENAME = "UPDATE models SET provider = :provider WHERE id = :id"


async def write(db: Database, name: str, changes: int) -> int:
    """So many committed changes, in transactions of one to three, one in five undone; how many entries they made."""
    actor = Actor(name=name)
    made = 0
    for number in range(changes):
        key = uuid4()
        params = {"id": key, "name": f"{name} {number}"}
        if number % 5 == 0:
            try:
                async with db.transaction(actor=actor) as tx:
                    await tx.execute(INSERT, {**params, "name": f"{name} {number} undone"})
                    raise ValueError
            except ValueError:
                pass
        if number % 3 == 0:
            await db.execute(INSERT, params)
            made += 1
        else:
            made += await db.run_transaction(partial(_two, params), attempts=50, actor=actor)
    return made


async def _two(params: dict[str, object], tx: Transaction) -> int:
    await tx.execute(INSERT, params)
    async with tx.transaction(actor=Actor(name="part")):
        await tx.execute(RENAME, {"id": params["id"], "provider": 'it\'s "own"'})
    return 2


async def _main(url: str, name: str, tasks: int, changes: int) -> None:
    async with plainbase.open(url, pool_size=4, max_overflow=2, pool_timeout=120) as db:
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        made = await asyncio.gather(*(write(db, f"{name}.{task}", changes) for task in range(tasks)))
        print(sum(made), flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
