"""What is measured on a filled database: creating, searching, exporting, the dashboard and the analytics."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.platform import exporting, filled, searches
from plainbase.errors import StatementFailed
from plainbase.platform import analytics, evaluations, results
from plainbase.platform.evaluations import Evaluation
from plainbase.typed import Database

CREATED = 100
EXPORTED = (1_000, 1_000_000)
FORMATS = ("csv", "json", "jsonl", "parquet", "pdf")
PDF_ROWS = 5_000


@dataclass(frozen=True)
class Figure:
    """How long one thing took, in seconds; `told` is what else there is to say of it."""

    part: str
    name: str
    seconds: float
    told: dict[str, Any] = field(default_factory=dict)


async def measure(db: Database, url: str, folder: Path, rounds: int, say: Callable[[str], object]) -> list[Figure]:
    """Measure everything once over, each read as the median of some rounds."""
    found: list[Figure] = []
    for part in (_creating, _searching, _exporting, _dashboard, _analysing):
        say(f"measuring: {part.__name__.strip('_')}")
        found += [figure async for figure in part(db, url, folder, rounds)]
    return found


async def _creating(db: Database, url: str, folder: Path, rounds: int) -> Any:
    made = [Evaluation("provider-0", "model-000", f"question {n}", f"answer {n}", score=0.5) for n in range(CREATED)]
    created: list[Any] = []

    async def create() -> None:
        created.extend(await evaluations.create_many(db, made))

    yield Figure("create", f"{CREATED} evaluations", await _median(create, rounds))
    await db.execute("DELETE FROM evaluations WHERE id IN (:ids)", {"ids": created})


async def _searching(db: Database, url: str, folder: Path, rounds: int) -> Any:
    for name, search in searches.TWELVE.items():
        seconds = await _median(partial(search, db), rounds)
        yield Figure("search", name, seconds, {"rows": len((await search(db)).rows)})


async def _exporting(db: Database, url: str, folder: Path, rounds: int) -> Any:
    there = await results.count(db, results.SearchFilters())
    for asked in EXPORTED:
        limit = min(asked, there)
        raw = await _in_a_process(exporting.RAW, url, "csv", limit, folder)
        yield _exported("csv.writer over the raw driver", limit, raw, raw)
        for form in FORMATS:
            rows = min(limit, PDF_ROWS) if form == "pdf" else limit
            if rows == limit or asked == EXPORTED[-1]:
                yield _exported(form, rows, await _in_a_process("plainbase", url, form, rows, folder), raw)


def _exported(name: str, rows: int, took: dict[str, Any], raw: dict[str, Any]) -> Figure:
    told = {"peak_mb": round(took["peak_mb"]), "file_mb": round(took["bytes"] / 1e6, 1)}
    if took is not raw and name != "pdf":
        told["times_as_fast_as_csv.writer"] = round(raw["seconds"] / took["seconds"], 2)
    return Figure("export", f"{name}, {rows:,} rows", took["seconds"], told)


async def _in_a_process(who: str, url: str, form: str, limit: int, folder: Path) -> dict[str, Any]:
    to = folder / f"{who}.{form}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "benchmarks.platform.exporting", who, url, form, str(limit), str(to)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode:
        raise StatementFailed(f"export as {form}: {errors.decode().strip()[-500:]}")
    to.unlink()
    found: dict[str, Any] = json.loads(output)
    return found


async def _dashboard(db: Database, url: str, folder: Path, rounds: int) -> Any:
    parts: dict[str, Callable[[], Awaitable[Any]]] = {
        "overview": lambda: analytics.overview(db),
        "model performance": lambda: analytics.model_performance(db),
        "recent experiments": lambda: analytics.recent_experiments(db),
        "recent activity": lambda: analytics.recent_activity(db),
    }
    for name, read in parts.items():
        seconds = await _median(read, rounds)
        live = 0.0
        for view in (await read()).views:
            began = perf_counter()
            await db.fetch_all(f"SELECT * FROM {view}_live")  # noqa: S608 (the names of our own views)
            live += perf_counter() - began
        told = {"live_ms": round(live * 1000, 1), "times_as_fast_as_live": round(live / seconds)}
        yield Figure("dashboard", name, seconds, told)
    yield Figure("dashboard", "all four", await _median(lambda: analytics.dashboard(db), rounds))


async def _analysing(db: Database, url: str, folder: Path, rounds: int) -> Any:
    for name, analyse in _analytics(db):
        yield Figure("analytics", name, await _median(analyse, max(1, rounds // 3)))


def _analytics(db: Database) -> Iterator[tuple[str, Callable[[], Awaitable[Any]]]]:
    yield "leaderboard", lambda: analytics.leaderboard(db, benchmark="mmlu", metric="accuracy")
    yield "model comparison", lambda: analytics.model_comparison(db, benchmark="mmlu", metric="accuracy")
    yield "training trends", lambda: analytics.training_trends(db, metric="loss")
    yield "convergence of 100 runs", lambda: analytics.convergence(db, "loss", limit=100)
    long = [filled.long_run()]
    yield "convergence of the long run", lambda: analytics.convergence(db, "val_loss", run_ids=long)
    yield "hyperparameter impact", lambda: analytics.hyperparameter_impact(db, "loss")
    yield "dataset usage", lambda: analytics.dataset_usage(db)
    yield "daily usage", lambda: analytics.daily_usage(db)
    yield "resource use", lambda: analytics.resource_use(db)


async def _median(work: Callable[[], Awaitable[Any]], rounds: int) -> float:
    await work()
    seconds = []
    for _ in range(rounds):
        began = perf_counter()
        await work()
        seconds.append(perf_counter() - began)
    return median(seconds)
