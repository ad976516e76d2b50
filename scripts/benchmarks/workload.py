"""The work: what one operation of each kind is, and the ratios that are aimed at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from benchmarks.contenders import Contender
from benchmarks.data import KEYS

READERS = 32


@dataclass(frozen=True)
class Work:
    """One kind of work: `run` does it so many times."""

    name: str
    title: str
    run: Callable[[Contender, int], Awaitable[object]]
    targets: Mapping[str, float]
    """By engine: how often it should be done in the time in which the raw driver does it once."""
    writes: bool = False
    together: int = 1
    """How many are done at once."""


async def _one(contender: Contender, times: int, first: int = 0) -> None:
    for n in range(first, first + times):
        await contender.one(KEYS[n % len(KEYS)])


async def _many(contender: Contender, times: int) -> None:
    for _ in range(times):
        await contender.many()


async def _insert(contender: Contender, times: int) -> None:
    for _ in range(times):
        await contender.insert()


async def _rows_in(contender: Contender, times: int) -> None:
    for _ in range(times):
        await contender.rows_in()


async def _readers(contender: Contender, times: int) -> None:
    """Read in 32 tasks at once, which share the reads."""
    await asyncio.gather(*(_one(contender, times // READERS, first=31 * n) for n in range(READERS)))


async def _transaction(contender: Contender, times: int) -> None:
    for _ in range(times):
        await contender.transaction()


async def _typed(contender: Contender, times: int) -> None:
    for _ in range(times):
        await contender.typed()


_ALL = (
    Work("one_row", "one row by key", _one, {"sqlite": 2.8, "postgres": 2.3}),
    Work("many_rows", "200 rows of 8 columns", _many, {"sqlite": 1.7, "postgres": 1.5}),
    Work("insert", "one durable insert", _insert, {"sqlite": 2.3, "postgres": 1.6}, writes=True),
    Work("rows_in", "2,000 rows in", _rows_in, {"sqlite": 1.0, "postgres": 2.2}, writes=True),
    Work("readers", "32 readers, a row by key", _readers, {"sqlite": 4.0, "postgres": 2.4}, together=READERS),
    Work("transaction", "5-statement transaction", _transaction, {"sqlite": 1.8, "postgres": 1.0}, writes=True),
    # At most 1.3 times the time of the raw driver, as a ratio of throughput like the others.
    Work("typed_rows", "200 rows: UUID, time, JSON", _typed, {"sqlite": 1 / 1.3, "postgres": 1 / 1.3}),
)
WORKS = {work.name: work for work in _ALL}
