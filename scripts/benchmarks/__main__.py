"""The command line of `scripts/bench`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import replace

import asyncpg

from benchmarks import contenders, drivers
from benchmarks.arguments import names, positive
from benchmarks.rounds import Pace
from benchmarks.verify import WrongResult
from plainbase import PlainbaseError

QUICK = Pace(rounds=2, seconds=0.01)
STOPPED = 130
"""The exit code after Ctrl-C, as of any program ended by that signal."""


def main() -> None:
    """Measure, and print what was measured."""
    try:
        from rich.console import Console

        from benchmarks import report
        from benchmarks.copying import command as copying
        from benchmarks.hooks import command as hooks
        from benchmarks.identity import command as identity
        from benchmarks.jobs import command as jobs
        from benchmarks.platform import command as platform
    except ModuleNotFoundError as error:
        sys.exit(f"bench: {error.name} is missing: pip install plainbase[bench]")
    suites = {
        "copy": copying.main,
        "hooks": hooks.main,
        "identity": identity.main,
        "jobs": jobs.main,
        "platform": platform.main,
    }
    suite = suites.get("".join(sys.argv[1:2]))
    if suite is not None:
        suite(sys.argv[2:])
        return
    arguments = _parser().parse_args()
    settings = drivers.Settings(
        engines=[arguments.engine] if arguments.engine else drivers.ENGINES,
        only=arguments.only,
        works=arguments.work,
        pace=_pace(arguments),
        synchronous=arguments.synchronous,
        one_cpu=arguments.one_cpu,
        server=arguments.url or os.environ.get("TEST_DATABASE_URL") or None,
    )
    try:
        results = asyncio.run(drivers.run(settings))
    except (PlainbaseError, WrongResult, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    if arguments.json:
        print(report.as_json(results, settings))
    else:
        report.print_tables(results, settings, Console())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench",
        description="Measure plainbase beside the raw drivers and its peers, interleaved in one process.",
        epilog="`scripts/bench platform --help`, the same with `jobs`, `identity` and `hooks`, tell "
        "of the other suites: search, export, analytics, the dashboard; the job queue beside others; logins; counting. "
        f"contenders: {', '.join(contenders.NAMES)}. work: {', '.join(drivers.WORK_NAMES)}.",
    )
    parser.add_argument("suite", nargs="?", choices=["drivers"], default="drivers", help="what to measure")
    parser.add_argument("--engine", choices=drivers.ENGINES, help="default: both")
    parser.add_argument(
        "--only",
        metavar="NAME,…",
        type=names("contender", contenders.NAMES),
        default=contenders.NAMES,
        help="these contenders, and the raw driver",
    )
    parser.add_argument(
        "--work",
        metavar="NAME,…",
        type=names("work", drivers.WORK_NAMES),
        default=drivers.WORK_NAMES,
        help="this work",
    )
    parser.add_argument("--rounds", type=positive, help=f"default: {Pace.rounds}; ratios are medians of them")
    parser.add_argument("--quick", action="store_true", help="hardly measure: only see that everything runs")
    parser.add_argument(
        "--synchronous", choices=["NORMAL", "FULL"], default="NORMAL", help="of every SQLite connection"
    )
    parser.add_argument("--one-cpu", action="store_true", help="measure SQLite on one CPU: steadier, not real use")
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _pace(arguments: argparse.Namespace) -> Pace:
    pace = QUICK if arguments.quick else Pace()
    return replace(pace, rounds=arguments.rounds) if arguments.rounds else pace


if __name__ == "__main__":
    main()
