"""The command line of `scripts/bench copy`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

import plainbase
from benchmarks.arguments import positive
from benchmarks.platform.command import database
from plainbase import PlainbaseError
from plainbase.cli import wheel_server
from plainbase.platform import copying, sample

ROWS = 1_000_000
AT_ONCE = 10_000


def main(arguments: Sequence[str]) -> None:
    """Copy to PostgreSQL and back, and print how many rows a second that was; comparing is told apart."""
    parser = argparse.ArgumentParser("scripts/bench copy", description="Measure `plainbase copy` in both directions.")
    parser.add_argument("--rows", type=positive, default=ROWS, help=f"seven of ten are metrics; default: {ROWS:,}")
    parser.add_argument("--url", help="a PostgreSQL server; default: TEST_DATABASE_URL, else one from the wheel")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    try:
        found = asyncio.run(_run(given))
    except (PlainbaseError, asyncpg.PostgresError, OSError) as error:
        sys.exit(f"bench: {error}")
    if given.json:
        print(json.dumps({"suite": "copy", "copies": found}, indent=2))
        return
    for each in found:
        print(
            "{way}: {rows:,} rows, {per_second:,.0f} rows/s; compared at {compared_per_second:,.0f} rows/s".format(
                **each
            )
        )


async def _run(given: argparse.Namespace) -> list[dict[str, Any]]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="plainbase-bench-")))
        server = given.url or os.environ.get("TEST_DATABASE_URL")
        server = server or stack.enter_context(wheel_server.running(folder / "server"))
        files = [f"sqlite:///{folder / name}.db" for name in ("lab", "back")]
        other = await stack.enter_async_context(database(server))
        await _fill(files[0], given.rows)
        return [
            await _copied("SQLite to PostgreSQL", files[0], other),
            await _copied("PostgreSQL to SQLite", other, files[1]),
        ]


async def _copied(way: str, source: str, target: str) -> dict[str, Any]:
    async with plainbase.open(source) as here, plainbase.open(target) as there:
        done = await copying.copy(here, there)
    return {
        "way": way,
        "rows": done.rows,
        "per_second": done.rows / done.load_seconds,
        "compared_per_second": done.rows / done.compare_seconds,
    }


async def _fill(url: str, rows: int) -> None:
    """The sample, and rows of metrics and predictions as many as are asked for."""
    since = datetime(2026, 1, 1, tzinfo=UTC)
    async with plainbase.open(url, migrate=True) as db:
        await sample.load(db)
        runs = [row.id for row in await db.fetch_all("SELECT id FROM training_runs ORDER BY id")]
        known = [dict(row) for row in await db.fetch_all("SELECT * FROM predictions ORDER BY id LIMIT 100")]
        names = tuple(name for name in known[0] if name != "id")
        for start in range(0, rows, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, rows))
            metrics = [
                (runs[n % len(runs)], f"metric_{n % 5}", n, n / 7, since + timedelta(seconds=n))
                for n in numbers
                if n % 10 < 7
            ]
            served = [{**known[n % len(known)], "request_id": f"bench-{n}"} for n in numbers if n % 10 >= 7]
            await db.insert_rows("training_metrics", ("run_id", "name", "step", "value", "recorded_at"), metrics)
            await db.insert_rows("predictions", names, [tuple(row[name] for name in names) for row in served])
