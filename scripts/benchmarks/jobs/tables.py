"""What was measured, as tables or as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from statistics import median, quantiles

from rich.console import Console
from rich.table import Column, Table

from benchmarks.arguments import versions
from benchmarks.jobs import crowds, targets
from benchmarks.jobs.contenders import WORKER
from benchmarks.jobs.figures import OnEngine, Size

PACKAGES = ("plainbase", "pgqueuer", "procrastinate", "huey", "asyncpg", "psycopg", "aiosqlite", "uvloop")
HOW = (
    "Each worker runs in a process of its own, alike for all, and its jobs are enqueued by this one. Throughput counts "
    "from the start of the worker until the tool's own state says that all is done; PgQueuer's worker runs on uvloop "
    "as by its command, the others on asyncio's loop as by theirs; the Worker has its defaults, and what was made "
    "before it is left out of garbage collection, as by `plainbase jobs work`. SQLite: WAL and "
    "synchronous = NORMAL for both tools; Huey keeps nothing of a job that is done. Pick-up: from the commit, as the "
    "client knows it, to the handler's beginning, one job at a time, 25 to 75 ms apart."
)


def as_json(results: Sequence[OnEngine], size: Size) -> str:
    """Everything that was measured: jobs per second, and times in seconds."""
    return json.dumps(
        {
            "suite": "jobs",
            "python": platform.python_version(),
            "packages": versions(PACKAGES),
            "size": asdict(size),
            "engines": [{**asdict(each), "ratios": _ratios(each)} for each in results],
            "targets": [{**asdict(target), "met": target.met} for target in targets.of(results)],
        },
        indent=2,
    )


def _ratios(each: OnEngine) -> dict[str, tuple[float, ...]]:
    return {name: targets.ratios(each, name) for name in each.work}


def print_tables(results: Sequence[OnEngine], size: Size, console: Console) -> None:
    """Print the tables of each engine, and the targets."""
    installed = ", ".join(f"{package} {version}" for package, version in versions(PACKAGES).items())
    console.print(f"Python {platform.python_version()}, {installed}", highlight=False)
    console.print(f"Medians of {size.rounds} interleaved rounds (least … most). {HOW}", highlight=False)
    for each in results:
        console.print(_work(each))
        console.print(_enqueueing(each))
        console.print(_pick_up(each))
        if each.crowded:
            console.print(_crowded(each, size))
        if each.held:
            console.print(_held(each, size))
        for name, why in each.left_out.items():
            console.print(f"Left out: {name}, since {why}.", highlight=False)
    console.print(_targets(results))


def _table(title: str, *columns: str) -> Table:
    table = Table(Column(no_wrap=True, min_width=28), title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _work(each: OnEngine) -> Table:
    columns = ("jobs/s", "rounds", "Worker: so many times", "the process's CPU per job")
    table = _table(f"{each.version}: empty jobs claimed, handled and completed", *columns)
    for name, rates in each.work.items():
        ratio = targets.ratios(each, name)
        beside = "" if name == WORKER else f"{median(ratio):.2f} ({min(ratio):.2f} … {max(ratio):.2f})"
        cpu = f"{median(each.cpu[name]) * 1e6:,.0f} µs"
        table.add_row(name, _rate(median(rates)), _spread(rates), beside, cpu)
    return table


def _enqueueing(each: OnEngine) -> Table:
    columns = ("one by one, jobs/s", "rounds", "many at once, jobs/s", "rounds")
    table = _table(f"{each.version}: jobs enqueued", *columns)
    for name, rates in each.one_by_one.items():
        many = each.many[name]
        table.add_row(name, _rate(median(rates)), _spread(rates), _rate(median(many)), _spread(many))
    return table


def _pick_up(each: OnEngine) -> Table:
    columns = ("median", "95 of 100 within", "worst", "median from the call")
    table = _table(f"{each.version}: pick-up on an idle queue", *columns)
    for name, rounds in each.pick_up.items():
        waited = [seconds for waits in rounds for seconds in waits.committed]
        called = [seconds for waits in rounds for seconds in waits.called]
        most = quantiles(waited, n=20, method="inclusive")[-1]
        table.add_row(
            name, *(f"{seconds * 1e3:,.1f} ms" for seconds in (median(waited), most, max(waited), median(called)))
        )
    return table


def _crowded(each: OnEngine, size: Size) -> Table:
    title = f"{each.version}: the Worker, until {size.jobs:,} handlers were called, with other rows there"
    table = _table(title, "jobs/s", "rounds", "of those on an empty table")
    for crowd in crowds.ALL:
        if (figure := each.crowded.get(crowd.name)) is not None:
            count = size.waiting if crowd.long else size.finished
            row = f"{count:,} {crowd.title}"
            table.add_row(row, _rate(median(figure.rates)), _spread(figure.rates), f"{median(figure.parts):.2f}")
    return table


def _held(each: OnEngine, size: Size) -> Table:
    columns = [
        f"{(number + 1) * size.slice_seconds:g} s" for number in range(max(len(s.rates) for s in each.held.values()))
    ]
    title = f"{each.version}: the Worker's jobs/s in each {size.slice_seconds:g} s, {size.waiting:,} waiting"
    table = _table(title, *columns)
    for name, slices in each.held.items():
        used_up = " (then all were done)" if slices.used_up else ""
        table.add_row(f"{name} a transaction held open{used_up}", *(_rate(rate) for rate in slices.rates))
    return table


def _targets(results: Sequence[OnEngine]) -> Table:
    table = _table("Targets", "reached", "target", "met")
    for target in targets.of(results):
        if target.unit == "seconds":
            reached, bound = f"{target.value * 1e3:.1f} ms", f"< {target.bound * 1e3:g} ms"
        else:
            reached, bound = f"{target.value:.2f} times", f"≥ {target.bound:g} times"
        table.add_row(target.title, reached, bound, "yes" if target.met else "no")
    return table


def _rate(rate: float) -> str:
    return f"{rate:,.0f}"


def _spread(rates: Sequence[float]) -> str:
    return f"{min(rates):,.0f} … {max(rates):,.0f}"
