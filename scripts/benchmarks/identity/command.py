"""The command line of `scripts/bench identity`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

import asyncpg
from rich.console import Console
from rich.table import Table

import plainbase
from benchmarks.arguments import positive
from benchmarks.identity.measuring import CONCURRENT, Figures, measure
from benchmarks.jobs.places import Place
from plainbase import PlainbaseError
from plainbase.cli import wheel_server
from plainbase.platform.identity import OWASP, Passwords

ENGINES = ("sqlite", "postgres")
TRIES, LOOKUPS = 200, 5_000
AIM = (0.95, 1.05)


def main(arguments: Sequence[str]) -> None:
    """Measure on each engine, and print what was measured."""
    given = _parser().parse_args(arguments)
    try:
        found = asyncio.run(_run(given))
    except (PlainbaseError, asyncpg.PostgresError, OSError) as error:
        sys.exit(f"bench: {error}")
    if given.json:
        engines = [
            {"engine": name, "ratios": figures.ratios, "reset_ratios": figures.reset_ratios, **asdict(figures)}
            for name, figures in found.items()
        ]
        print(json.dumps({"suite": "identity", "tries": given.tries, "engines": engines}, indent=2))
        return
    for name, figures in found.items():
        _print(name, figures, given.tries, Console())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "scripts/bench identity",
        description="Measure passwords, failed logins beside each other, and looking up who asks; nothing is asserted.",
    )
    parser.add_argument("--engine", choices=ENGINES, help="default: both")
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    parser.add_argument("--tries", type=positive, default=TRIES, help=f"failed logins of each kind; default: {TRIES}")
    parser.add_argument("--lookups", type=positive, default=LOOKUPS, help=f"of each kind; default: {LOOKUPS:,}")
    parser.add_argument("--quick", action="store_true", help="hardly measure: only see that everything runs")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


async def _run(given: argparse.Namespace) -> dict[str, Figures]:
    found = {}
    passwords = Passwords(memory_kib=64, passes=1) if given.quick else OWASP
    tries, lookups = (3, 64) if given.quick else (given.tries, given.lookups)
    for engine in [given.engine] if given.engine else ENGINES:
        async with AsyncExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
            server = None
            if engine == "postgres":
                server = given.url or os.environ.get("TEST_DATABASE_URL")
                server = server or stack.enter_context(wheel_server.running(folder / "server"))
            url = await stack.enter_async_context(Place(engine, folder, server).database())
            db = await stack.enter_async_context(plainbase.open(url, migrate=True))
            found[(await db.health()).engine or engine] = await measure(db, tries, lookups, passwords)
    return found


def _print(name: str, figures: Figures, tries: int, console: Console) -> None:
    for what, took, ratios in (
        ("failed logins", figures.failed_seconds, figures.ratios),
        ("asking for a reset", figures.reset_seconds, figures.reset_ratios),
    ):
        title = f"{name}: {what}, medians of {tries} each, aim {AIM[0]:.2f} to {AIM[1]:.2f}"
        table = Table("account", title=title, title_justify="left", min_width=72)
        for column in ("time", "beside known"):
            table.add_column(column, justify="right", no_wrap=True)
        for kind, seconds in took.items():
            table.add_row(kind, _milliseconds(seconds), "" if kind == "known" else f"{ratios[kind]:.3f}")
        console.print(table)
    times = Table("password", title=f"{name}: argon2id", title_justify="left", min_width=44)
    times.add_column("time", justify="right", no_wrap=True)
    for what, seconds in (
        ("hash", figures.hash_seconds),
        ("verify", figures.verify_seconds),
        ("log_in", figures.login_seconds),
    ):
        times.add_row(what, _milliseconds(seconds))
    console.print(times)
    rates = Table("look-up", title=f"{name}: a second", title_justify="left", min_width=44)
    for column in ("one after the other", f"{CONCURRENT} at once"):
        rates.add_column(column, justify="right", no_wrap=True)
    for what, (alone, together) in figures.per_second.items():
        rates.add_row(what, f"{alone:,.0f}", f"{together:,.0f}")
    console.print(rates)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:,.2f} ms"
