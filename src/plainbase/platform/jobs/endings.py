"""How attempts end in the database: many in one statement, each fenced, and tried until the database has noted it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence, Set
from itertools import groupby
from typing import Any

from plainbase.errors import ConstraintViolation, ParameterError, PlainbaseError, QueryTimeout, StatementFailed
from plainbase.platform.jobs.channel import tell_queue
from plainbase.platform.jobs.held import Completed, Ending, Failed, Held, Holding, Released
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

MOST = 1000
"""Endings in one statement."""

GATHER = 0.005
"""Seconds that endings are gathered while more jobs wait here, so that a statement has many."""

PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds before the next try, the first time and at most."""


class Endings:
    """What has ended and is not noted yet."""

    def __init__(
        self,
        db: AnyDatabase,
        worker_id: str,
        holding: Holding,
        noted: Callable[[], None],
        due: Callable[[str, float], None],
    ) -> None:
        self._db = db
        self._worker_id = worker_id
        self._holding = holding
        self._noted = noted
        self._due = due
        self._pending: list[Held] = []
        self._some = asyncio.Event()
        self._closing = False
        self.completed = self.failed = self.lost = 0

    def __len__(self) -> int:
        return len(self._pending)

    def add(self, held: Held, ending: Ending) -> bool:
        """Note an ending soon; False where the job has ended already."""
        if held.ended:
            return False
        held.ended = True
        held.ending = ending
        self._pending.append(held)
        self._some.set()
        return True

    def lose(self, held: Held) -> None:
        """Forget a job that is the worker's no more."""
        held.ended = True
        self.lost += 1
        log.warning("job %s (%s) is lost to this worker, or cancelled", held.job.id, held.job.job_type)
        self.drop(held)

    def drop(self, held: Held) -> None:
        """Forget a job whose end is another's to note, or was noted."""
        self._holding.remove(held)
        self._noted()

    def close(self) -> None:
        """Let `run` return when all is noted."""
        self._closing = True
        self._some.set()

    async def run(self) -> None:
        """Write what ends: while one statement is on its way, the next ones are gathered."""
        while True:
            await self._some.wait()
            if not self._pending:
                if self._closing:
                    return
                self._some.clear()
                continue
            if self._holding.waiting and len(self._pending) < MOST:
                await asyncio.sleep(GATHER)
            batch, self._pending = self._pending[:MOST], self._pending[MOST:]
            for kind, ended in groupby(sorted(batch, key=_kind), lambda held: type(held.ending)):
                await self._note(kind, list(ended))

    async def _note(self, kind: type[Ending | None], ended: Sequence[Held]) -> None:
        """Write ends until they are noted; one that the database refuses must not keep the others from it."""
        pause = PAUSE
        while True:
            try:
                noted = await self._write(kind, ended)
                break
            except PlainbaseError as error:
                refused = isinstance(error, ParameterError | ConstraintViolation)
                if len(ended) > 1 and (refused or (isinstance(error, StatementFailed) and not error.retryable)):
                    middle = len(ended) // 2
                    await self._note(kind, ended[:middle])
                    await self._note(kind, ended[middle:])
                    return
                if refused:
                    await self._refused(kind, ended[0], error)
                    return
                if pause == PAUSE:
                    log.warning("%d jobs that ended are not noted yet: %s", len(ended), error)
                for held in ended:
                    held.unsure = True
                await asyncio.sleep(pause)
                if isinstance(error, QueryTimeout):  # somebody locks the row, say: the others go first
                    self._pending.extend(ended)
                    return
                pause = min(LONGEST_PAUSE, pause * 2)
                # One whose end was noted after all may be claimed anew, by this worker and as the same attempt.
                ended = [held for held in ended if self._holding.jobs.get(held.job.id) is held]
        for held in ended:
            self._count(held, held.job.id in noted)
            self._holding.remove(held)
            if isinstance(held.ending, Failed | Released):
                self._due(held.job.queue, held.ending.delay)
        if kind is Released:
            await self._tell({held.job.queue for held in ended})
        self._noted()

    async def _tell(self, queues: Set[str]) -> None:
        """Let other workers know at once what this one does not do."""
        try:
            for queue in queues:
                await tell_queue(self._db, queue)
        except PlainbaseError as error:
            log.warning("other workers are not told of jobs that are handed back, and find them later: %s", error)

    async def _write(self, kind: type[Ending | None], ended: Sequence[Held]) -> set[Any]:
        """Write the ends of one kind in one statement, and give the ids of those that were still the worker's."""
        jobs = [held.key for held in ended]
        for job, held in zip(jobs, ended, strict=True):
            match held.ending:
                case Completed(result):
                    job["result"] = result
                case Failed(error, delay, retry):
                    job |= {"error": error, "delay_seconds": delay, "retry": retry}
                case Released(delay):
                    job["delay_seconds"] = delay
        queries = self._db.jobs
        if kind is Completed:
            return {row.id for row in await queries.complete_many(worker_id=self._worker_id, jobs=jobs)}
        if kind is Failed:
            return {row.id for row in await queries.fail_many(worker_id=self._worker_id, jobs=jobs)}
        return {row.id for row in await queries.release_many(worker_id=self._worker_id, jobs=jobs)}

    async def _refused(self, kind: type[Ending | None], held: Held, error: PlainbaseError) -> None:
        log.error("the end of job %s is refused: %s", held.job.id, error)
        if kind is Completed:
            held.ending = Failed(f"its result cannot be kept: {type(error).__name__}", retry=False)
            await self._note(Failed, [held])
        else:
            self.drop(held)  # its lease ends it

    def _count(self, held: Held, noted: bool) -> None:
        if isinstance(held.ending, Released):
            return
        completed = isinstance(held.ending, Completed)
        if (noted and completed) or (not noted and (held.job.ends_itself or (held.unsure and completed))):
            self.completed += 1
        elif noted:
            self.failed += 1
        else:
            self.lost += 1
            told = held.job.id, held.job.job_type
            log.warning("job %s (%s) is lost to this worker, or cancelled: its end is refused", *told)


def _kind(held: Held) -> str:
    return type(held.ending).__name__
