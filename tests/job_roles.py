"""What a process of `job_processes.py` does until it is stopped or killed.

    python job_roles.py ROLE URL OPTIONS

OPTIONS are JSON. The roles are the functions here that take a URL.
"""

from __future__ import annotations

import asyncio
import dataclasses
import faulthandler
import json
import os
import random
import signal
import sys
from typing import Any

import job_ledger
import plainbase
from job_handlers import Handlers, tell
from plainbase import ConnectionLost, Database, uuid7
from plainbase.platform.jobs import Backoff, NewJob, Worker, enqueue, enqueue_many, run_due


async def worker(url: str, concurrency: int = 4, **options: object) -> None:
    """Do jobs, as a worker of the platform does."""
    async with plainbase.open(url, pool_size=4, max_overflow=8) as db:
        made = Handlers(db)
        backoff = Backoff(first=0.05, factor=1.0, most=0.05)
        doing = Worker(db, made.by_type, concurrency=concurrency, backoff=backoff, **options)  # type: ignore[arg-type]  # the Worker checks them

        def tell_status() -> None:
            tell("status", json.dumps(dataclasses.asdict(doing.status())))

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGUSR1, tell_status)
        loop.add_signal_handler(signal.SIGTERM, doing.stop)  # until it listens itself
        reading = asyncio.create_task(made.read_words())
        tell("started", doing.worker_id)
        await doing.run(signals=True)
        tell_status()
        reading.cancel()


async def enqueuer(url: str, seed: int = 0, pace: float = 0.03, seconds: float = 0.1) -> None:
    """Add jobs in transactions, one or several at once, and roll some of them back, until it is stopped."""
    chance = random.Random(seed)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with plainbase.open(url, pool_size=2) as db:
        tell("started", os.getpid())
        while not stop.is_set():
            jobs = [
                NewJob(
                    chance.choice(("ledger", "once")),
                    {"seconds": chance.uniform(0, seconds)},
                    priority=chance.randint(0, 2),
                    delay_seconds=chance.choice((0.0, 0.0, 0.2)),
                    max_attempts=1000,
                    id=uuid7(),
                )
                for _ in range(chance.choice((1, 1, 1, 4)))
            ]
            try:
                await add(db, jobs, rolled_back=chance.random() < 0.2)
            except ZeroDivisionError:
                word = "refused"
            except ConnectionLost as error:  # CommitUnknown is one
                word = "unknown"
                tell("lost", type(error).__name__)
            else:
                word = "promised"
            for job in jobs:
                tell(word, job.id)
            await asyncio.sleep(pace)


async def add(db: Database, jobs: list[NewJob], *, rolled_back: bool) -> None:
    """Add jobs in a transaction."""
    async with db.transaction() as tx:
        await tx.execute_many(job_ledger.WRITE_ENQUEUED, [{"job_id": job.id} for job in jobs])
        if len(jobs) == 1:
            named = {field.name: getattr(jobs[0], field.name) for field in dataclasses.fields(NewJob) if field.init}
            await enqueue(tx, **named)
        else:
            await enqueue_many(tx, jobs)
        if rolled_back:
            raise ZeroDivisionError


async def scheduler(url: str) -> None:
    """Make the jobs of the schedules that are due, as soon as it can."""
    async with plainbase.open(url, pool_size=2) as db:
        tell("started", os.getpid())
        while True:
            if not (await run_due(db)).made:
                await asyncio.sleep(0.002)


def main(role: str, url: str, options: str) -> None:
    """Be what is said until the end."""
    faulthandler.enable()
    roles: dict[str, Any] = {"worker": worker, "enqueuer": enqueuer, "scheduler": scheduler}
    asyncio.run(roles[role](url, **json.loads(options)))


if __name__ == "__main__":
    main(*sys.argv[1:])
