"""The command line of `scripts/bench hooks`: one row by key, again and again, with and without whoever looks on."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager, nullcontext
from pathlib import Path
from time import perf_counter

import asyncpg
from rich.console import Console
from rich.table import Table

from benchmarks import data, prepared
from benchmarks.arguments import positive
from plainbase import Database, PlainbaseError
from plainbase.cli import wheel_server

ENGINES = ("sqlite", "postgres")
ROUNDS, SECONDS = 100, 0.02
BASE = "nothing is counted"
AT_MOST = 1.02
"""How many times as long a read may take when nobody looks on."""


def main(arguments: Sequence[str]) -> None:
    """Measure on each engine, and print what was measured."""
    given = _parser().parse_args(arguments)
    try:
        found = asyncio.run(_run(given))
    except (PlainbaseError, asyncpg.PostgresError, OSError) as error:
        sys.exit(f"bench: {error}")
    if given.json:
        print(json.dumps({"suite": "hooks", "rounds": given.rounds, "engines": found}, indent=2))
        return
    for engine, figures in found.items():
        title = f"{engine}: one row by key, fastest of {given.rounds} rounds; aim of counting ≤ {AT_MOST:.2f}"
        table = Table("with", title=title, title_justify="left", min_width=72)
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column(f"beside “{BASE}”", justify="right", no_wrap=True)
        for name, figure in figures.items():
            table.add_row(name, f"{figure['seconds'] * 1e6:,.1f} µs", f"{figure['ratio']:.3f}")
        Console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench hooks",
        description="Measure what counting, hooks, Prometheus and OpenTelemetry cost a query; nothing is asserted.",
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: both")
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    parser.add_argument("--rounds", type=positive, default=ROUNDS, help=f"default: {ROUNDS}; the fastest one counts")
    parser.add_argument("--quick", action="store_true", help="hardly measure: only see that everything runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


async def _run(given: argparse.Namespace) -> dict[str, dict[str, dict[str, float]]]:
    rounds, seconds = (2, 0.002) if given.quick else (given.rounds, SECONDS)
    found = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
        for engine in [given.engine] if given.engine else ENGINES:
            if engine == "sqlite":
                copy = await stack.enter_async_context(prepared.sqlite(folder, "NORMAL"))
            else:
                server = given.url or os.environ.get("TEST_DATABASE_URL")
                server = server or stack.enter_context(wheel_server.running(folder / "server"))
                copy = await stack.enter_async_context(prepared.postgres(server))
            async with copy() as own, own.opened() as db:
                found[(await db.health()).engine or engine] = await _measure(db, rounds, seconds)
    return found


async def _measure(db: Database, rounds: int, seconds: float) -> dict[str, dict[str, float]]:
    """Read in turns, in changing order; of each the fastest round counts, which was disturbed least."""
    onlookers = _onlookers(db)
    times = 8
    while (spent := await _read(db, times)) < seconds:
        times *= 2
    took: dict[str, list[float]] = {name: [] for name in onlookers}
    order = list(onlookers)
    for number in range(rounds):
        turn = number % len(order)
        for name in order[turn:] + order[:turn]:
            with onlookers[name]():
                await _read(db, max(1, times // 10))
                took[name].append(await _read(db, times) / times)
        order.reverse()
    del spent
    return {
        name: {
            "seconds": min(each),
            "ratio": min(each) / min(took[BASE]),
        }
        for name, each in took.items()
    }


async def _read(db: Database, times: int) -> float:
    gc.collect(0)
    began = perf_counter()
    for number in range(times):
        await db.records.get(id=number % data.RECORDS + 1)
    return perf_counter() - began


def _onlookers(db: Database) -> dict[str, Callable[[], AbstractContextManager[object]]]:
    from plainbase.platform.metrics import Metrics, telemetry

    @contextmanager
    def uncounted() -> Iterator[None]:
        db._events.ran = lambda *args: None  # type: ignore[method-assign]  # what there would be without counting
        try:
            yield
        finally:
            del db._events.ran

    @contextmanager
    def hooked() -> Iterator[None]:
        off = db.on("query", lambda event: None)
        try:
            yield
        finally:
            off()

    silent = telemetry(db)
    silent.detach()
    metrics = Metrics(db)  # type: ignore[arg-type]  # of queries and connections it needs no shipped query
    found: dict[str, Callable[[], AbstractContextManager[object]]] = {
        BASE: uncounted,
        "counting, as always": nullcontext,
        "Prometheus attached": lambda: metrics,
        "a hook that does nothing": hooked,
        "OpenTelemetry's API alone": lambda: silent,
    }
    try:
        from opentelemetry.sdk.metrics import MeterProvider
        from opentelemetry.sdk.metrics.export import InMemoryMetricReader
        from opentelemetry.sdk.trace import TracerProvider
    except ModuleNotFoundError:
        return found
    told = telemetry(db, TracerProvider(), MeterProvider([InMemoryMetricReader()]))
    told.detach()
    return {**found, "OpenTelemetry's SDK, spans and metrics": lambda: told}
