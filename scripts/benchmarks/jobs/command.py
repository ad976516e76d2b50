"""The command line of `scripts/bench jobs`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
from rich.console import Console

from benchmarks.arguments import names, positive
from benchmarks.jobs import contenders, suite, tables
from benchmarks.jobs.figures import QUICK, Size
from benchmarks.verify import WrongResult
from plainbase import PlainbaseError

STOPPED = 130
"""The exit code after Ctrl-C, as of any program ended by that signal."""


def main(arguments: Sequence[str]) -> None:
    """Measure, and print what was measured."""
    given = _parser().parse_args(arguments)
    size = _size(given)
    settings = suite.Settings(
        size=size,
        engines=[given.engine] if given.engine else suite.ENGINES,
        only=given.only,
        long=not given.without_long,
        server=given.url or os.environ.get("TEST_DATABASE_URL") or None,
    )
    try:
        results = asyncio.run(suite.run(settings, Console(stderr=True, highlight=False).print))
    except (PlainbaseError, WrongResult, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    if given.json:
        print(tables.as_json(results, size))
    else:
        tables.print_tables(results, size, Console(width=None if sys.stdout.isatty() else 120))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench jobs",
        description="Measure plainbase's job queue beside PgQueuer, Procrastinate and Huey, each worker in a process "
        "of its own, in interleaved rounds; nothing is asserted but that every job is done.",
        epilog=f"tools: {', '.join(contenders.TOOLS)}.",
    )
    parser.add_argument("--engine", choices=suite.ENGINES, help="default: both")
    parser.add_argument(
        "--only",
        metavar="TOOL,…",
        type=names("tool", contenders.TOOLS),
        default=contenders.TOOLS,
        help="these tools, and plainbase's Worker",
    )
    parser.add_argument("--jobs", type=positive, help=f"of a round; default: {Size.jobs:,}, fewer for a slow tool")
    parser.add_argument("--rounds", type=positive, help=f"default: {Size.rounds}; figures are medians of them")
    parser.add_argument("--quick", action="store_true", help="hardly measure: only see that everything runs")
    parser.add_argument(
        "--without-long", action="store_true", help="no million of rows, and no transaction held open for a minute"
    )
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _size(given: argparse.Namespace) -> Size:
    size = QUICK if given.quick else Size()
    chosen = {name: value for name in ("jobs", "rounds") if (value := getattr(given, name)) is not None}
    return replace(size, **chosen)
