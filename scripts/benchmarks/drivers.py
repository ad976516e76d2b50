"""The suite `drivers`: every contender at every kind of work, on one engine after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks import beside_slow, checking, contenders, prepared, startup
from benchmarks.rounds import Bound, Figure, Pace, Taking, measure, on_one_cpu
from benchmarks.verify import verify
from benchmarks.workload import WORKS
from plainbase.cli import wheel_server

ENGINES = ("sqlite", "postgres")
BESIDE_SLOW, OPENING, IMPORT, CHECK = "beside_slow", "opening", "import", "check"
WORK_NAMES = (*WORKS, BESIDE_SLOW, OPENING, IMPORT, CHECK)


@dataclass(frozen=True)
class Settings:
    """What is measured, and how."""

    engines: Collection[str] = ENGINES
    only: Collection[str] = contenders.NAMES
    """The contenders that take part; the raw drivers do in any case."""
    works: Collection[str] = WORK_NAMES
    pace: Pace = field(default_factory=Pace)
    synchronous: str = "NORMAL"
    one_cpu: bool = False
    """On SQLite; a PostgreSQL is better off with a CPU that its client leaves free."""
    server: str | None = None
    """The URL of a PostgreSQL; else one from the wheel is started."""


@dataclass
class OnEngine:
    """What was measured on one engine."""

    engine: str
    version: str
    raw: str
    """The contender that is the measure of all."""
    left_out: dict[str, str]
    """The contenders that cannot take part, and why."""
    works: dict[str, dict[str, Figure]] = field(default_factory=dict)
    bounds: dict[str, Bound] = field(default_factory=dict)


@dataclass
class Results:
    """What was measured."""

    engines: list[OnEngine] = field(default_factory=list)
    bounds: dict[str, Bound] = field(default_factory=dict)


async def run(settings: Settings) -> Results:
    """Measure what is wanted, on each engine."""
    results = Results()
    engines = settings.engines if set(settings.works) - {IMPORT} else ()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
        if "sqlite" in engines:
            copy = await stack.enter_async_context(prepared.sqlite(folder, settings.synchronous))
            results.engines.append(await _on_engine("sqlite", copy, settings))
        if "postgres" in engines:
            server = settings.server or stack.enter_context(wheel_server.running(folder / "server"))
            copy = await stack.enter_async_context(prepared.postgres(server))
            results.engines.append(await _on_engine("postgres", copy, settings))
            if CHECK in settings.works:
                results.bounds[CHECK] = await checking.measure_check(server, settings.pace.rounds)
        if IMPORT in settings.works:
            results.bounds[IMPORT] = await startup.measure_import(settings.pace.rounds)
    return results


async def _on_engine(engine: str, copy: prepared.Copy, settings: Settings) -> OnEngine:
    async with AsyncExitStack() as stack:
        if settings.one_cpu and engine == "sqlite":
            stack.enter_context(on_one_cpu())
        raw, taking, left_out = contenders.raw(engine), {}, {}
        for entry in contenders.on(engine, settings.only):
            try:
                module = entry.load()
            except ModuleNotFoundError as error:
                left_out[entry.name] = f"{error.name} is not installed"
                continue
            own = await stack.enter_async_context(copy())
            taking[entry.name] = Taking(partial(module.opened, own), own)
            async with module.opened(own) as contender:
                await verify(entry.name, contender, own)

        results = OnEngine(engine, await taking[raw].prepared.version(), raw, left_out)
        for name, work in WORKS.items():
            if name in settings.works:
                results.works[name] = await measure(work, taking, raw, settings.pace)
        if BESIDE_SLOW in settings.works and engine == "sqlite":
            results.bounds[BESIDE_SLOW] = await beside_slow.measure(taking, settings.pace.rounds)
    if OPENING in settings.works:
        async with copy() as own:
            results.bounds[OPENING] = await startup.measure_opening(own.url, settings.pace.rounds)
    return results
