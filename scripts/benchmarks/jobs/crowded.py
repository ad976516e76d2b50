"""plainbase's Worker under harder conditions: with many rows there, and beside a transaction that is held open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from benchmarks.jobs import crowds, measuring
from benchmarks.jobs.contenders import Contender
from benchmarks.jobs.crowds import Crowd
from benchmarks.jobs.figures import Crowded, OnEngine, Size, Slices
from benchmarks.jobs.places import Fresh, Place
from benchmarks.jobs.working import Task

ROUNDS = 3
"""At most: each takes its share of the million that is worked off."""
HELD = {"without": False, "with": True}


async def measure(
    results: OnEngine,
    place: Place,
    worker: Contender,
    fresh: Fresh,
    size: Size,
    say: Callable[[str], object],
    *,
    long: bool,
) -> None:
    """Measure the Worker; what takes long only where it is wanted."""
    wanted = [crowd for crowd in crowds.ALL if long or not crowd.long]
    await _crowds(results, place, worker, fresh, size, wanted, say)
    if long:
        for name, open_ in HELD.items():
            say(f"{results.version}: {size.held_seconds:g} s {name} a transaction held open")
            results.held[name] = await _beside(place, worker, fresh, size, open_=open_)


async def _crowds(
    results: OnEngine,
    place: Place,
    worker: Contender,
    fresh: Fresh,
    size: Size,
    wanted: list[Crowd],
    say: Callable[[str], object],
) -> None:
    async with AsyncExitStack() as stack:
        urls = {}
        for crowd in wanted:
            count = size.waiting if crowd.long else size.finished
            say(f"{results.version}: {count:,} rows {crowd.title}")
            urls[crowd] = await stack.enter_async_context(fresh())
            await crowds.fill(urls[crowd], crowd, count)
        for number in range(min(size.rounds, ROUNDS)):
            say(f"{results.version}: crowded, round {number + 1}")
            async with fresh() as url:
                empty = await _rate(place, worker, url, size.jobs)
            for crowd, url in urls.items():
                rate = await _rate(place, worker, url, size.jobs, add=not crowd.worked)
                figure = results.crowded.setdefault(crowd.name, Crowded())
                figure.rates.append(rate)
                figure.parts.append(rate / empty)


async def _rate(place: Place, worker: Contender, url: str, count: int, *, add: bool = True) -> float:
    """Calls per second until so many handlers were called."""
    async with worker.load().opened(url, {}) as queue:
        before = await queue.done()
        if add:
            await queue.enqueue_many(count)
    worked = await measuring.worked_off(worker, place, url, Task(calls=count), before)
    return count / worked.called_seconds


async def _beside(place: Place, worker: Contender, fresh: Fresh, size: Size, *, open_: bool) -> Slices:
    async with fresh() as url:
        await crowds.fill(url, crowds.WORKED, size.waiting)
        task = Task(calls=size.waiting, seconds=size.held_seconds, slice_seconds=size.slice_seconds)
        async with crowds.held(url, open_=open_):
            worked = await measuring.worked_off(worker, place, url, task)
    whole = int(size.held_seconds / size.slice_seconds)
    rates = [calls / size.slice_seconds for calls in worked.slices[:whole]]
    return Slices(rates, used_up=worked.calls >= size.waiting)
