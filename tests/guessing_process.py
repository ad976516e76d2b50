"""A process that guesses a password many times at once: `python guessing_process.py URL EMAIL TRIES` prints how many
were verified, once a line on stdin lets it begin."""

from __future__ import annotations

import asyncio
import sys

import plainbase
from identity_accounts import FAST, SLOW
from plainbase.platform import identity


async def guess(url: str, email: str, tries: int) -> None:
    """Guess, and tell the reasons."""
    async with plainbase.open(url, pool_size=8) as db:
        await db.fetch_value("SELECT 1")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        reasons = await asyncio.gather(*(reason(db, email, number) for number in range(tries)))
        print(reasons.count("wrong password"), reasons.count("too many tries"), flush=True)


async def reason(db: plainbase.Database, email: str, number: int) -> str | None:
    """Why one guess failed."""
    try:
        await identity.authenticate(
            db, email, f"guess number {number}", ip_address=f"192.0.2.{number % 40}", passwords=FAST, limits=SLOW
        )
    except identity.LoginFailed as error:
        return error.reason
    return None


if __name__ == "__main__":
    asyncio.run(guess(sys.argv[1], sys.argv[2], int(sys.argv[3])))
