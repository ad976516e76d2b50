"""What was measured, as a table or as JSON."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.arguments import versions
from benchmarks.contenders import PRODUCT
from benchmarks.drivers import OnEngine, Results, Settings
from benchmarks.rounds import Bound
from benchmarks.workload import WORKS, Work

PACKAGES = ("plainbase", "aiosqlite", "asyncpg", "aiosql", "sqlalchemy", "databases", "psycopg")


def as_json(results: Results, settings: Settings) -> str:
    """Everything that was measured; times in seconds."""
    return json.dumps(
        {
            "suite": "drivers",
            "python": platform.python_version(),
            "packages": versions(PACKAGES),
            "rounds": settings.pace.rounds,
            "synchronous": settings.synchronous,
            "one_cpu": settings.one_cpu,
            "engines": {each.engine: _engine(each) for each in results.engines},
            "bounds": {name: _bound(bound) for name, bound in results.bounds.items()},
        },
        indent=2,
    )


def _engine(results: OnEngine) -> dict[str, Any]:
    return {
        "version": results.version,
        "raw": results.raw,
        "left_out": results.left_out,
        "works": {
            name: {
                "title": WORKS[name].title,
                "target": WORKS[name].targets[results.engine],
                "reached": _reached(WORKS[name], results),
                "contenders": {contender: asdict(figure) for contender, figure in figures.items()},
            }
            for name, figures in results.works.items()
        },
        "bounds": {name: _bound(bound) for name, bound in results.bounds.items()},
    }


def _bound(bound: Bound) -> dict[str, Any]:
    return {**asdict(bound), "reached": bound.reached}


def _reached(work: Work, results: OnEngine) -> bool | None:
    """Whether plainbase is as fast as it should be; None where it does not take part."""
    figure = results.works[work.name].get(PRODUCT)
    return None if figure is None else figure.ratio >= work.targets[results.engine]


def print_tables(results: Results, settings: Settings, console: Console) -> None:
    """Print a table for each engine, and one of what no engine has a part in."""
    installed = ", ".join(f"{package} {version}" for package, version in versions(PACKAGES).items())
    console.print(f"Python {platform.python_version()}, {installed}", highlight=False)
    console.print(
        f"Medians of {settings.pace.rounds} rounds; every SQLite connection has synchronous = {settings.synchronous}",
        highlight=False,
    )
    for each in results.engines:
        if each.works:
            console.print(_works_table(each))
        if each.bounds:
            console.print(
                _bounds_table(f"{each.version}: at most so long (opening: beyond connecting)", each.bounds.values())
            )
        for name, why in each.left_out.items():
            console.print(f"Left out: {name}, since {why}.", highlight=False)
    if results.bounds:
        console.print(_bounds_table("Python: at most so many times as long", results.bounds.values()))


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("work")
    table.add_column("of", no_wrap=True)
    for column in ("time", "ratio", "target"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("reached")
    return table


def _works_table(results: OnEngine) -> Table:
    table = _table(f"{results.version}: the time of one, and throughput as a ratio to {results.raw}")
    for name, figures in results.works.items():
        work = WORKS[name]
        title = work.title
        for contender, figure in figures.items():
            row = [title, contender, _duration(figure.seconds), f"{figure.ratio:.2f}"]
            if contender == PRODUCT:
                row += [f"≥ {work.targets[results.engine]:.2f}", _yes(_reached(work, results))]
            table.add_row(*row)
            title = ""
        table.add_section()
    return table


def _bounds_table(title: str, bounds: Iterable[Bound]) -> Table:
    table = _table(title)
    for bound in bounds:
        rows = [["", name, _duration(seconds)] for name, seconds in bound.seconds.items()]
        rows[0][0] = bound.title
        if bound.value is not None:
            at_most = bound.at_most
            if bound.unit == "times":
                rows[0] += [f"{bound.value:.2f}", f"≤ {at_most:.2f}", _yes(bound.reached)]
            else:
                rows[0] += ["", f"≤ {_duration(at_most)}", _yes(bound.reached)]
        for row in rows:
            table.add_row(*row)
        table.add_section()
    return table


def _yes(reached: bool | None) -> str:
    return "" if reached is None else "yes" if reached else "no"


def _duration(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} µs" if abs(seconds) < 1e-3 else f"{seconds * 1e3:,.2f} ms"
