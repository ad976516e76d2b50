"""Handlers that write down what they do, two of which act as if the whole process were to end."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import job_ledger
from plainbase import Database
from plainbase.platform.jobs.job import Job

TYPES = ("ledger", "once", "hold", "hold_once", "fail", "leave", "interrupt")


def tell(*words: object) -> None:
    """Say a line at once, whatever happens next."""
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


class Handlers:
    """The handlers of a worker; each is a job type."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._go = asyncio.Event()
        self.by_type = {name: getattr(self, name) for name in TYPES}

    def go(self) -> None:
        """Let the held jobs go on, and those to come."""
        self._go.set()

    async def read_words(self) -> None:
        """Let the held jobs go on once a line is read; where stdin ends nothing happens."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        if await reader.readline():
            self.go()

    async def ledger(self, job: Job) -> dict[str, Any]:
        """Write down that it begins, take some time, and write down that it is done."""
        await self._begun(job)
        await asyncio.sleep(job.payload["seconds"])
        return await self._done(job)

    async def once(self, job: Job) -> None:
        """Make an effect in the transaction that ends the job."""
        await self._begun(job)
        await asyncio.sleep(job.payload["seconds"])
        await self._end_once(job)

    async def hold(self, job: Job) -> dict[str, Any]:
        """Begin, and wait for the word to go on."""
        await self._held(job)
        return await self._done(job)

    async def hold_once(self, job: Job) -> None:
        """Begin, wait for the word to go on, and make an effect in the transaction that ends the job."""
        await self._held(job)
        await self._end_once(job)

    async def fail(self, job: Job) -> dict[str, Any]:
        """Fail the first so many attempts."""
        await self._begun(job)
        if job.attempt <= job.payload["failures"]:
            raise RuntimeError(f"attempt {job.attempt}")
        return await self._done(job)

    async def leave(self, job: Job) -> None:
        """End the process, or so it believes."""
        await self._begun(job)
        raise SystemExit(3)

    async def interrupt(self, job: Job) -> None:
        """Act as if somebody had pressed Ctrl-C."""
        await self._begun(job)
        raise KeyboardInterrupt

    async def _held(self, job: Job) -> None:
        await self._begun(job)
        try:
            await self._go.wait()
        except asyncio.CancelledError:
            tell("cancelled", job.id, job.attempt)
            raise

    async def _begun(self, job: Job) -> None:
        await self._db.execute(job_ledger.WRITE, {**_had(job), "step": job_ledger.BEGUN})
        tell("begun", job.id, job.attempt)

    async def _end_once(self, job: Job) -> None:
        async with self._db.transaction() as tx:
            await tx.execute(job_ledger.WRITE_EFFECT, _had(job))
            await tx.execute(job_ledger.WRITE, {**_had(job), "step": job_ledger.DONE})
            await job.complete(tx, _result(job))

    async def _done(self, job: Job) -> dict[str, Any]:
        await self._db.execute(job_ledger.WRITE, {**_had(job), "step": job_ledger.DONE})
        tell("done", job.id, job.attempt)
        return _result(job)


def _had(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "attempt": job.attempt, "worker_id": job.worker_id}


def _result(job: Job) -> dict[str, Any]:
    return {"attempt": job.attempt, "worker_id": job.worker_id}
