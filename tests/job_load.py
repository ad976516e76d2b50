"""Workers and enqueuers on a database that has a ledger, to which something is done meanwhile."""

from __future__ import annotations

import random
from typing import Any

import job_ledger
from job_processes import Running, Starter
from plainbase import ConnectionLost, Database
from waiting import until

FINISH = 60.0
"""Seconds in which all that was enqueued is to be over; leases of the dead are part of it."""


class Load:
    """So many workers, and two enqueuers, each replaced when it is killed."""

    def __init__(self, start: Starter, **options: Any) -> None:
        self._start = start
        self._options = options
        self._chance = random.Random(8)
        self.workers: list[Running] = []
        self.enqueuers: list[Running] = []
        self.kills = 0

    async def begin(self, workers: int) -> None:
        """Start them all, and wait until each has something to do."""
        for _ in range(2):
            self.enqueuers.append(await self._enqueuer())
        for _ in range(workers):
            self.workers.append(await self._worker())
        await self.go_on(1)

    async def go_on(self, jobs: int) -> None:
        """Wait until each worker has begun so many jobs more."""
        for worker in self.workers:
            await worker.tells("begun", len(worker.told("begun")) + jobs)

    async def kill_a_worker(self) -> None:
        """Kill one that has begun some jobs, at no moment in particular, and start another."""
        victim = self._chance.randrange(len(self.workers))
        await self.workers[victim].tells("begun", self._chance.randint(2, 20))
        await self.workers[victim].kill()
        self.kills += 1
        self.workers[victim] = await self._worker()

    async def kill_an_enqueuer(self) -> None:
        """Kill one in the middle, and start another."""
        victim = self._chance.randrange(len(self.enqueuers))
        await self.enqueuers[victim].tells("promised", self._chance.randint(2, 20))
        await self.enqueuers[victim].kill()
        self.enqueuers[victim] = await self._enqueuer()

    async def finish(self, db: Database) -> None:
        """Let no more be enqueued, and the rest be done; stop the workers as one should."""
        for enqueuer in self.enqueuers:
            enqueuer.goes_on()
            await enqueuer.terminate()
        for enqueuer in self.enqueuers:
            assert await enqueuer.ended() == 0, enqueuer.said[-20:]

        async def over() -> bool:
            for worker in self.workers:
                worker.goes_on()
            try:
                return await job_ledger.unfinished(db) == 0
            except ConnectionLost:
                return False

        await until(over, FINISH)
        for worker in self.workers:
            await worker.terminate()
        for worker in self.workers:
            assert await worker.ended() == 0, worker.said[-20:]

    async def check(self, db: Database) -> job_ledger.Evidence:
        """Fail for whatever a queue that loses nothing cannot have done."""
        found = await job_ledger.evidence(db)
        promised, refused = self._start.ids("promised"), self._start.ids("refused")
        assert promised
        assert refused
        assert job_ledger.problems(found, promised, refused) == []
        return found

    async def _worker(self) -> Running:
        return await self._start("worker", **self._options)

    async def _enqueuer(self) -> Running:
        return await self._start("enqueuer", seed=self._chance.randrange(10**9))
