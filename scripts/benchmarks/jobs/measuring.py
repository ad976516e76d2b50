"""What is measured of every contender: enqueueing, working empty jobs off, and how soon a job is picked up."""

from __future__ import annotations

import asyncio
from random import Random
from time import perf_counter

from benchmarks.jobs.contenders import Contender
from benchmarks.jobs.figures import Waits
from benchmarks.jobs.places import Fresh, Place
from benchmarks.jobs.processes import Working, working
from benchmarks.jobs.queues import Queue
from benchmarks.jobs.working import Task, Worked
from benchmarks.verify import WrongResult

PAUSES = (0.025, 0.075)
"""Seconds from one try of the pick-up to the next: drawn, so that they do not fall in step with somebody's polling."""
SEED = 7


async def enqueue(contender: Contender, place: Place, fresh: Fresh, count: int, *, many: bool) -> float:
    """Enqueue jobs; the rate in jobs per second."""
    async with fresh() as url, contender.load().opened(url, {}) as queue:
        await place.settle()
        began = perf_counter()
        if many:
            await queue.enqueue_many(count)
        else:
            for _ in range(count):
                await queue.enqueue()
        seconds = perf_counter() - began
        await _require_waiting(contender, queue, count)
        return count / seconds


async def work(contender: Contender, place: Place, fresh: Fresh, count: int) -> Worked:
    """Enqueue jobs, then let a worker work them off, until its tool says that all are done."""
    async with fresh() as url:
        async with contender.load().opened(url, {}) as queue:
            await queue.enqueue_many(count)
            await _require_waiting(contender, queue, count)
        worked = await worked_off(contender, place, url, Task(calls=count, settled=True))
    if (worked.calls, worked.left) != (count, 0):
        raise WrongResult(f"{contender.name}: of {count} jobs {worked.calls} were handled, {worked.left} are left")
    return worked


async def worked_off(contender: Contender, place: Place, url: str, task: Task, done_before: int = 0) -> Worked:
    """Let a worker do a task in a process of its own."""
    async with working(contender, url, task, place.folder / "worker.log") as worker:
        await place.settle()
        await worker.go()
        return await worker.result(done_before)


async def pick_up(contender: Contender, place: Place, fresh: Fresh, tries: int) -> Waits:
    """Enqueue a job now and then, each when nothing else waits, and see when its handler begins.

    The times of two processes are compared: perf_counter is one clock for the whole machine.
    """
    log, draw = place.folder / "worker.log", Random(SEED)  # noqa: S311 (not a secret)
    async with (
        fresh() as url,
        contender.load().opened(url, {}) as queue,
        working(contender, url, Task(tell=True), log) as worker,
    ):
        await place.settle()
        await worker.go()
        await _one(queue, worker, 1)  # the worker has then begun, and the client connected
        waits = Waits()
        for number in range(2, tries + 2):
            await asyncio.sleep(draw.uniform(*PAUSES))
            called, committed, begun = await _one(queue, worker, number)
            waits.committed.append(max(0.0, begun - committed))
            waits.called.append(begun - called)
        await worker.stop()
        worked = await worker.result()
    if worked.calls != tries + 1:
        raise WrongResult(f"{contender.name}: of {tries + 1} jobs {worked.calls} were handled")
    return waits


async def _one(queue: Queue, worker: Working, number: int) -> tuple[float, float, float]:
    called = perf_counter()
    await queue.enqueue(number)
    committed = perf_counter()
    told = (await worker.line()).split()
    if told[0] != str(number):
        raise WrongResult(f"job {told[0]} was handled; expected {number}")
    return called, committed, float(told[1])


async def _require_waiting(contender: Contender, queue: Queue, count: int) -> None:
    if (there := await queue.left()) != count:
        raise WrongResult(f"{contender.name}: {count} jobs were enqueued, {there} wait")
