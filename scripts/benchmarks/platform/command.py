"""The command line of `scripts/bench platform`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from rich.console import Console
from rich.table import Table

import plainbase
from benchmarks.arguments import positive
from benchmarks.platform import filled
from benchmarks.platform.measuring import Figure, measure
from plainbase import PlainbaseError
from plainbase.cli import wheel_server

ENGINES = ("sqlite", "postgres")
ROUNDS = 9


@dataclass
class OnEngine:
    """What was measured on one engine."""

    engine: str
    version: str
    figures: list[Figure] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    """Fill a database of a platform's size on each engine, measure, and print what was measured."""
    given = _parser().parse_args(arguments)
    size = filled.QUICK if given.quick else filled.Size(given.evaluations, given.metrics, given.versions)
    console = Console(stderr=True)
    try:
        found = asyncio.run(_run(given, size, console))
    except (PlainbaseError, asyncpg.PostgresError, OSError) as error:
        sys.exit(f"bench: {error}")
    if given.json:
        sizes = asdict(size)
        print(json.dumps({"suite": "platform", "size": sizes, "engines": [asdict(each) for each in found]}, indent=2))
    else:
        for each in found:
            Console().print(_table(each, size))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench platform",
        description="Measure search, export, analytics and the dashboard; nothing is asserted.",
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: both")
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    for name, default in asdict(filled.Size()).items():
        parser.add_argument(f"--{name}", type=positive, default=default, help=f"default: {default:,}")
    parser.add_argument("--rounds", type=positive, default=ROUNDS, help=f"default: {ROUNDS}; times are their medians")
    parser.add_argument("--quick", action="store_true", help="few rows: only see that everything runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


async def _run(given: argparse.Namespace, size: filled.Size, console: Console) -> list[OnEngine]:
    found = []
    for engine in [given.engine] if given.engine else ENGINES:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
            url = f"sqlite:///{folder / 'platform.db'}"
            if engine == "postgres":
                server = given.url or os.environ.get("TEST_DATABASE_URL")
                server = server or stack.enter_context(wheel_server.running(folder / "server"))
                url = await stack.enter_async_context(database(server))
            db = await stack.enter_async_context(plainbase.open(url, migrate=True))
            say = console.print
            await filled.fill(db, size, say)
            each = OnEngine(engine, (await db.health()).engine or engine)
            each.figures = await measure(db, url, folder, given.rounds, say)
            found.append(each)
    return found


@asynccontextmanager
async def database(server: str) -> AsyncIterator[str]:
    name = f"bench_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(server)
    await connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


def _table(each: OnEngine, size: filled.Size) -> Table:
    rows = f"{size.evaluations:,} evaluations, {size.metrics:,} metrics in one run, {size.versions:,} versions"
    title = f"{each.version}: {rows}"
    table = Table("part", "what", title=title, title_justify="left")
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("beside")
    part = ""
    for figure in each.figures:
        if part and figure.part != part:
            table.add_section()
        told = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in figure.told.items())
        table.add_row("" if figure.part == part else figure.part, figure.name, _duration(figure.seconds), told)
        part = figure.part
    return table


def _duration(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{seconds * 1e3:,.2f} ms"
