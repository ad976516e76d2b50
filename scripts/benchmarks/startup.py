"""What starting costs: the import, and opening a database with 300 queries."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.opening import seconds_to_open
from benchmarks.rounds import Bound, compared

HERE = Path(__file__).parent
NOTES = HERE / "opening_queries" / "notes.sql"
FILES = 20
"""Copies of the file with 15 queries, each about a table of its own."""
OURS, DRIVERS = "import plainbase", "import aiosqlite, asyncpg"
TIMED = "from time import perf_counter; began = perf_counter(); {}; print(perf_counter() - began)"


async def measure_import(rounds: int) -> Bound:
    """Import plainbase, and its drivers alone, each time in a new process."""
    seconds: dict[str, list[float]] = {OURS: [], DRIVERS: []}
    for n in range(rounds + 1):
        for statement, measured in seconds.items():
            spent = await _printed(["-c", TIMED.format(statement)])
            if n:  # the first time may compile
                measured.append(spent)
    ratio = median(compared(seconds[OURS], seconds[DRIVERS]))
    medians = {name: median(each) for name, each in seconds.items()}
    return Bound("import time", medians, ratio, at_most=1.15, unit="times")


async def measure_opening(url: str, rounds: int) -> Bound:
    """Open with 300 queries and with none: in new processes (cold), and in this one (warm)."""
    cold, warm = [], []
    with TemporaryDirectory() as folder:
        full, empty = _write(Path(folder))
        for _ in range(rounds):
            cold.append([await _printed(["-m", "benchmarks.opening", url, str(each)]) for each in (empty, full)])
            warm.append([await seconds_to_open(url, str(each)) for each in (empty, full)])
    figures = {"cold": _beyond(cold), "warm": _beyond(warm)}
    return Bound("opening with 300 queries", figures, figures["cold"], at_most=0.05, unit="seconds")


def _write(folder: Path) -> tuple[Path, Path]:
    """A folder with all the files, and an empty one."""
    full, empty = folder / "full", folder / "empty"
    full.mkdir()
    empty.mkdir()
    text = NOTES.read_text(encoding="utf-8")
    for n in range(FILES):
        (full / f"notes_{n}.sql").write_text(text.replace(" notes", f" notes_{n}"), encoding="utf-8")
    return full, empty


def _beyond(pairs: Sequence[Sequence[float]]) -> float:
    return median(full - empty for empty, full in pairs)


async def _printed(arguments: Sequence[str]) -> float:
    """The number that a new Python prints."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # else what is not compiled yet is compiled each time
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return float(output)
