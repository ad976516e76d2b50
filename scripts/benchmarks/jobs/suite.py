"""The suite: every contender in turn in each round, then plainbase's Worker under harder conditions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import plainbase
from benchmarks.jobs import contenders, crowded, measuring
from benchmarks.jobs.contenders import WORKER, Contender
from benchmarks.jobs.figures import OnEngine, Size
from benchmarks.jobs.places import Fresh, Place, installed
from plainbase.cli import wheel_server

ENGINES = ("postgres", "sqlite")
FEWEST = 50
"""Jobs of the slowest contender, at least."""


@dataclass(frozen=True)
class Settings:
    """What is measured, and how."""

    size: Size = field(default_factory=Size)
    engines: Collection[str] = ENGINES
    only: Collection[str] = contenders.TOOLS
    """The tools that take part; the Worker does in any case."""
    long: bool = True
    """Whether to fill tables with a million rows, and to hold transactions open."""
    server: str | None = None
    """The URL of a PostgreSQL; else one from the wheel is started."""


async def run(settings: Settings, say: Callable[[str], object]) -> list[OnEngine]:
    """Measure what is wanted, on each engine."""
    found = []
    for engine in settings.engines:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
            server = settings.server
            if engine == "postgres":
                server = server or stack.enter_context(wheel_server.running(folder / "server"))
            place = Place(engine, folder, server if engine == "postgres" else None)
            found.append(await _on_engine(place, settings, say))
    return found


async def _on_engine(place: Place, settings: Settings, say: Callable[[str], object]) -> OnEngine:
    results, size = OnEngine(place.engine), settings.size
    async with AsyncExitStack() as stack:
        taking: list[tuple[Contender, Fresh]] = []
        by_tool: dict[str, Fresh] = {}
        for contender in contenders.on(place.engine, settings.only):
            try:
                if contender.tool not in by_tool:
                    by_tool[contender.tool] = await stack.enter_async_context(installed(place, contender))
            except ModuleNotFoundError as error:
                results.left_out[contender.name] = f"{error.name} is not installed"
                continue
            taking.append((contender, by_tool[contender.tool]))
        async with by_tool["plainbase"]() as url, plainbase.open(url) as db:
            results.version = (await db.health()).engine or place.engine
            if place.server:
                ((fsync,),) = await db.fetch_all("SELECT current_setting('fsync')")
                results.version += f" with fsync = {fsync}"
        for number in range(1, size.rounds + 1):
            say(f"{results.version}: round {number} of {size.rounds}")
            await _round(results, place, taking, size)
            taking.reverse()
        worker = contenders.named(place.engine, WORKER)
        fresh = by_tool[worker.tool]
        await crowded.measure(results, place, worker, fresh, size, say, long=settings.long)
    return results


async def _round(results: OnEngine, place: Place, taking: Sequence[tuple[Contender, Fresh]], size: Size) -> None:
    for contender, fresh in taking:
        name, count = contender.name, max(FEWEST, round(size.jobs * contender.share))
        if contender.first:
            rate = await measuring.enqueue(contender, place, fresh, size.one_by_one, many=False)
            results.one_by_one.setdefault(name, []).append(rate)
            rate = await measuring.enqueue(contender, place, fresh, count, many=True)
            results.many.setdefault(name, []).append(rate)
            waits = await measuring.pick_up(contender, place, fresh, size.tries)
            results.pick_up.setdefault(name, []).append(waits)
        worked = await measuring.work(contender, place, fresh, count)
        results.work.setdefault(name, []).append(count / worked.settled_seconds)
        results.cpu.setdefault(name, []).append(worked.cpu_seconds / count)
