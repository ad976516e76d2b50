"""A database of a platform's size: the same rows on both engines, drawn from a seed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from plainbase.platform.evaluations import input_digest
from plainbase.typed import Database

SEED = 7
END = datetime(2026, 6, 30, tzinfo=UTC)
DAYS = 180
AT_ONCE = 20_000
"""Rows of one transaction."""
RUNS = 400
EXPERIMENTS = 200
BENCHMARKS = 100
QUESTIONS = 20_000
ARCHITECTURES = ("transformer", "mamba", "rwkv", "moe")
SUBJECTS = tuple(
    re.findall(
        r"\w+",
        "gradient clipping kernel attention token cache router expert schedule warmup dropout batch shard checkpoint "
        "prompt context answer question corpus dataset metric latency throughput memory bandwidth quantization pruning "
        "distillation reward policy value model adapter rank embedding layer norm residual vocabulary sampling beam",
    )
)
SMALL = tuple(re.findall(r"\w+", "the a of to in is with for and on that which uses where every after its"))

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Size:
    """How many rows: evaluations, metrics of the one long run, versions of models."""

    evaluations: int = 1_000_000
    metrics: int = 10_000_000
    versions: int = 10_000


QUICK = Size(evaluations=2_000, metrics=4_000, versions=400)


async def fill(db: Database, size: Size, say: Callable[[str], object]) -> None:
    """Fill an empty database that is migrated, refresh its views and renew what the planner knows."""
    draw = Random(SEED)  # noqa: S311 (made-up rows, not a secret)
    made = _Made(draw, size)
    for table, columns, rows, count in made.tables():
        say(f"{table}: {count:,} rows")
        while block := list(islice(rows, AT_ONCE)):
            await db.insert_rows(table, columns, block)
    say("refreshing the views")
    await db.refresh_all()
    await db.execute("ANALYZE")


def version_id(n: int) -> UUID:
    """The id of a version of a model; those of model m are m, m + models, …"""
    return _id(2, n)


def long_run() -> UUID:
    """The run that most metrics are of."""
    return _id(4, 0)


def experiment_id(n: int) -> UUID:
    """The id of an experiment."""
    return _id(5, n)


def benchmark_id(n: int) -> UUID:
    """The id of a benchmark."""
    return _id(6, n)


class _Made:
    def __init__(self, draw: Random, size: Size) -> None:
        self.draw = draw
        self.size = size
        self.models = max(1, size.versions // 100)

    def tables(self) -> Iterator[tuple[str, Sequence[str], Iterator[Row], int]]:
        """The tables, parents first: name, columns, rows, how many."""
        size = self.size
        yield "models", ("id", "name", "kind", "provider"), self._models(), self.models
        version = ("id", "model_id", "version", "stage", "architecture", "parameter_count", "created_at")
        yield "model_versions", version, self._versions(), size.versions
        score = ("id", "model_version_id", "benchmark", "metric", "value", "higher_is_better")
        yield "model_benchmarks", score, self._scores(), 2 * size.versions
        run = ("id", "name", "status", "progress", "hyperparameters", "started_at", "finished_at", "created_at")
        yield "training_runs", run, self._runs(), RUNS
        metric = ("run_id", "name", "step", "value", "recorded_at")
        yield "training_metrics", metric, self._metrics(), size.metrics
        experiment = ("id", "name", "status", "started_at", "finished_at", "created_at")
        yield "experiments", experiment, self._experiments(), EXPERIMENTS
        yield "experiment_runs", ("experiment_id", "training_run_id"), self._attached(), RUNS
        benchmark = ("id", "name", "provider", "model", "dataset", "created_at")
        yield "benchmarks", benchmark, self._benchmarks(), BENCHMARKS
        yield "evaluations", EVALUATION, self._evaluations(), size.evaluations

    def _models(self) -> Iterator[Row]:
        for n in range(self.models):
            yield _id(1, n), f"model-{n:03}", "fine_tuned", f"provider-{n % 7}"

    def _versions(self) -> Iterator[Row]:
        for n in range(self.size.versions):
            model = n % self.models
            architecture = ARCHITECTURES[model % len(ARCHITECTURES)]
            at = _at(n / self.size.versions)
            yield _id(2, n), _id(1, model), f"{n // self.models}", "staging", architecture, 10**6 * (1 + n % 70), at

    def _scores(self) -> Iterator[Row]:
        for n in range(self.size.versions):
            for k, benchmark in enumerate(("mmlu", "gsm8k")):
                yield _id(3, 2 * n + k), _id(2, n), benchmark, "accuracy", self.draw.betavariate(6, 3), True

    def _runs(self) -> Iterator[Row]:
        for n in range(RUNS):
            at = _at(n / RUNS)
            known = {"lr": 10 ** -self.draw.uniform(2, 5), "layers": self.draw.randint(2, 48)}
            given = {**known, "optimizer": self.draw.choice(("adamw", "lion", "sgd"))}
            yield _id(4, n), f"run {n}", "completed", 100.0, given, at, at + timedelta(hours=1 + n % 20), at

    def _metrics(self) -> Iterator[Row]:
        """The long run's losses by turns under two names, then a short curve of each other run."""
        long, draw = long_run(), self.draw.random
        for n in range(self.size.metrics):
            step, name = n >> 1, ("loss", "val_loss")[n & 1]
            yield long, name, step, 8 / math.sqrt(step + 4) + 0.1 * draw(), END
        for n in range(1, RUNS):
            for step in range(50):
                yield _id(4, n), "loss", step, 4 / math.sqrt(step + 1) + 0.2 * draw(), END

    def _experiments(self) -> Iterator[Row]:
        for n in range(EXPERIMENTS):
            at = _at(n / EXPERIMENTS)
            yield _id(5, n), f"experiment {n}", "completed", at, at + timedelta(days=1), at

    def _attached(self) -> Iterator[Row]:
        for n in range(RUNS):
            yield _id(5, n % EXPERIMENTS), _id(4, n)

    def _benchmarks(self) -> Iterator[Row]:
        for n in range(BENCHMARKS):
            yield _id(6, n), f"benchmark {n}", f"provider-{n % 7}", f"model-{n:03}", "mmlu", _at(n / BENCHMARKS)

    def _evaluations(self) -> Iterator[Row]:
        draw, count = self.draw, self.size.evaluations
        for n in range(count):
            model = draw.randrange(self.models)
            question = f"{n % QUESTIONS} {_words(Random(n % QUESTIONS), 8)}"  # noqa: S311 (as above)
            rated = n % 5 == 0
            yield (
                _id(7, n),
                _id(5, draw.randrange(EXPERIMENTS)) if n % 3 else None,
                _id(6, draw.randrange(BENCHMARKS)) if n % 4 == 0 else None,
                _id(2, model + self.models * draw.randrange(self.size.versions // self.models)),
                f"provider-{model % 7}",
                f"model-{model:03}",
                question,
                input_digest(question),
                _words(draw, 20),
                {"bleu": round(draw.random(), 4), "exact_match": draw.random() < 0.4},
                round(draw.betavariate(5, 2), 4) if n % 10 else None,
                draw.randint(1, 5) if rated else None,
                _words(draw, 6) if n % 25 == 0 else None,
                round(draw.lognormvariate(6, 0.6), 2),
                draw.randint(10, 900),
                draw.randint(1, 700),
                round(draw.lognormvariate(-6, 1), 6),
                {"batch": n // 1000, "temperature": (0.0, 0.2, 1.0)[n % 3], "suite": ("nightly", "release")[n % 2]},
                _at(n / count),
            )


EVALUATION = (
    "id",
    "experiment_id",
    "benchmark_id",
    "model_version_id",
    "provider",
    "model",
    "input",
    "input_digest",
    "output",
    "metrics",
    "score",
    "human_rating",
    "human_feedback",
    "latency_ms",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "metadata",
    "created_at",
)


def _words(draw: Random, count: int) -> str:
    return " ".join(draw.choice(SUBJECTS) if n % 2 else draw.choice(SMALL) for n in range(count))


def _at(share: float) -> datetime:
    return END - timedelta(days=DAYS) * (1 - share)


def _id(kind: int, n: int) -> UUID:
    """A UUID of version 7 whose order is that of n, as ids made one after the other have it."""
    return UUID(int=(0x018000000000 + n) << 80 | 0x7 << 76 | kind << 64 | 0b10 << 62 | n)
