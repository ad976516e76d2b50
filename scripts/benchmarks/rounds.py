"""Measure contenders in turns, so that whatever the machine does meanwhile happens to all of them alike."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Literal

from benchmarks.contenders import Contender
from benchmarks.prepared import Prepared
from benchmarks.workload import Work


@dataclass(frozen=True)
class Taking:
    """A contender that takes part: how it is opened, on which database of its own."""

    open: Callable[[], AbstractAsyncContextManager[Contender]]
    prepared: Prepared


@dataclass(frozen=True)
class Pace:
    """How long is measured."""

    rounds: int = 5
    seconds: float = 0.25
    """Of one contender in one round."""


@dataclass(frozen=True)
class Figure:
    """What one contender needed for one kind of work, beside the raw driver."""

    seconds: float
    """The median of the rounds, for one operation."""
    ratio: float
    """The raw driver's time by the contender's, the median of the rounds."""
    ratios: tuple[float, ...]
    """The same in each round."""


@dataclass(frozen=True)
class Bound:
    """Something that should take at most so long, or at most so many times as long as something else."""

    title: str
    seconds: Mapping[str, float]
    """The times that were measured, by what they are of; medians of the rounds."""
    value: float | None
    """What is held against the bound; None where plainbase does not take part."""
    at_most: float
    unit: Literal["seconds", "times"]

    @property
    def reached(self) -> bool | None:
        """Whether it stays below; None where plainbase does not take part."""
        return None if self.value is None else self.value <= self.at_most


async def measure(work: Work, taking: Mapping[str, Taking], raw: str, pace: Pace) -> dict[str, Figure]:
    """Do the work with every contender in turn, in alternating order.

    A contender is open only in its turn: where the system puts its threads would else depend on those of the others.
    """
    order = list(taking)
    times: dict[str, int] = {}
    seconds: dict[str, list[float]] = {name: [] for name in order}
    for _ in range(pace.rounds):
        if work.writes:
            await _empty(taking.values())
        for name in order:
            async with taking[name].open() as contender:
                if name not in times:
                    times[name] = await _fitting(work, contender, pace)
                await work.run(contender, max(1, times[name] // work.together // 10) * work.together)
                gc.collect()
                seconds[name].append(await _timed(work, contender, times[name]) / times[name])
        order.reverse()
    if work.writes:
        await _empty(taking.values())
    ratios = {name: compared(seconds[raw], seconds[name]) for name in taking}
    return {name: Figure(median(seconds[name]), median(ratios[name]), ratios[name]) for name in taking}


@contextmanager
def on_one_cpu() -> Iterator[None]:
    """Keep the process, with the threads that it starts meanwhile, on one CPU.

    How long one thread takes to wake another depends on where the two happen to be, which the system may change at
    any time. Does nothing where processes cannot be kept in place.
    """
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cpus)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cpus)


def compared(times: Sequence[float], others: Sequence[float]) -> tuple[float, ...]:
    """How many times as long the ones took as the others, round by round."""
    return tuple(time / other for time, other in zip(times, others, strict=True))


async def _fitting(work: Work, contender: Contender, pace: Pace) -> int:
    """How many operations fill a contender's time in a round."""
    times = work.together
    await work.run(contender, times)
    while (spent := await _timed(work, contender, times)) < pace.seconds / 10:
        times *= 2
    return max(1, round(pace.seconds / spent * times / work.together)) * work.together


async def _timed(work: Work, contender: Contender, times: int) -> float:
    began = perf_counter()
    await work.run(contender, times)
    return perf_counter() - began


async def _empty(taking: Iterable[Taking]) -> None:
    for each in taking:
        async with each.prepared.opened() as db:
            await db.events.empty()
