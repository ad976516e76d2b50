"""A fast read beside a slow one: how long it takes while the other runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from statistics import median
from time import perf_counter

from benchmarks.contenders import PRODUCT, SlowReader
from benchmarks.data import FIRST
from benchmarks.rounds import Bound, Taking

SLOW = 0.25
"""What the slow read takes, in seconds."""
HEAD_START = 0.02
"""Seconds after which the slow read is under way."""
PROBE = 100_000
"""How far is counted to see how long counting takes."""


async def measure(taking: Mapping[str, Taking], rounds: int) -> Bound:
    """Read by key while the same contender counts to a large number, in turns."""
    seconds: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, each in taking.items():
            async with each.open() as contender:
                if isinstance(contender, SlowReader):
                    seconds.setdefault(name, []).append(await _fast_read(contender))
    figures = {name: median(each) for name, each in seconds.items()}
    return Bound("fast read beside a slow one", figures, figures.get(PRODUCT), at_most=0.02, unit="seconds")


async def _fast_read(reader: SlowReader) -> float:
    began = perf_counter()
    await reader.count_to(PROBE)
    last = round(PROBE * SLOW / (perf_counter() - began))
    slow = asyncio.create_task(reader.count_to(last))
    await asyncio.sleep(HEAD_START)
    began = perf_counter()
    await reader.one(FIRST)
    spent = perf_counter() - began
    await slow
    return spent
