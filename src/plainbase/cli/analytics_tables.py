"""How each analytic stands in a terminal: its columns, and what to do where it is empty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from plainbase.cli.shown import NOTHING, cell, compact, day, lasting, plain

WIDEST = 40
"""The characters of a name that a column shows."""
SHORT = 16
"""A text of so many characters stands in one line."""

Column = tuple[str, str | Callable[[Any], object]]
"""A heading, and the attribute or what is made of a row."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The title, the columns, and where rows of it come from."""

    title: str
    columns: Sequence[Column]
    comes_from: str


def table(layout: Layout, rows: Sequence[Any]) -> Table:
    """The rows as a table, numbers to the right."""
    made = Table(title=layout.title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    cells = [[getattr(row, take) if isinstance(take, str) else take(row) for _, take in layout.columns] for row in rows]
    for place, (heading, _) in enumerate(layout.columns):
        column = [line[place] for line in cells]
        numbers = any(isinstance(value, int | float) and not isinstance(value, bool) for value in column)
        short = numbers or all(len(plain(value)) <= SHORT for value in column)
        made.add_column(heading, justify="right" if numbers else "left", no_wrap=short, overflow="fold")
    for line in cells:
        made.add_row(*map(cell, line))
    return made


def _cut(value: object) -> object:
    if isinstance(value, str) and len(value) > WIDEST:
        return value[: WIDEST - 1] + "…"
    return value


def _counts(row: Any) -> str:
    return ", ".join(f"{plain(number)} {status}".strip() for status, number in sorted(row[1].items()))


def _group(row: Any) -> str:
    return str(_cut(row.architecture or row.dataset or ""))


def _finding(row: Any) -> str:
    if row.diverged:
        return f"diverged: {row.reason}"
    return "plateau" if row.plateau else "still improving" if row.converged_step is not None else NOTHING


def _p(value: float | None) -> str:
    return plain(None) if value is None else "< 0.0001" if value < 0.0001 else f"{value:.4f}"


OVERVIEW = Layout("Overview", (("", lambda row: row[0].replace("_", " ")), ("", _counts)), "any row")
LEADERBOARD = Layout(
    "Leaderboard",
    (
        ("benchmark", "benchmark"),
        ("metric", "metric"),
        ("place", "place"),
        ("model", lambda row: _cut(f"{row.model}:{row.version}")),
        ("architecture", lambda row: _cut(row.architecture)),
        ("value", "value"),
        ("± error", "standard_error"),
        ("stage", "stage"),
    ),
    "db.model_benchmarks.record",
)
MODELS = Layout(
    "Architectures",
    (
        ("benchmark", lambda row: f"{_cut(row.benchmark)} {_cut(row.metric)}"),
        ("architecture", lambda row: _cut(row.architecture)),
        ("versions", "versions"),
        ("place", "best_place"),
        ("best", "best_value"),
        ("mean", "avg_value"),
        ("worst", "worst_value"),
        ("best model", lambda row: _cut(f"{row.model}:{row.version}")),
        ("parameters", lambda row: compact(row.max_parameter_count)),
        ("ms", "avg_latency_ms"),
        ("USD each", "avg_cost_usd"),
    ),
    "db.model_benchmarks.record",
)
PERFORMANCE = Layout(
    "Model performance",
    (
        ("provider", lambda row: _cut(row.provider)),
        ("model", lambda row: _cut(row.model)),
        ("evaluations", "evaluations"),
        ("score", "avg_score"),
        ("rating", "avg_rating"),
        ("ms", "avg_latency_ms"),
        ("USD", "cost_usd"),
    ),
    "evaluations.create_many",
)
TRENDS = Layout(
    "Training runs",
    (
        ("from", lambda row: day(row.starts_at)),
        ("group", _group),
        ("runs", "runs"),
        ("completed", "completed_runs"),
        ("failed", "failed_runs"),
        ("success", "success_rate"),
        ("lasting", lambda row: lasting(row.avg_duration_seconds)),
        ("best", "best_value"),
        ("mean best", "avg_best_value"),
        ("mean last", "avg_last_value"),
    ),
    "training.run",
)
CONVERGENCE = Layout(
    "Convergence",
    (
        ("run", lambda row: _cut(row.run)),
        ("status", "status"),
        ("points", "points"),
        ("NaN", "nan_points"),
        ("first", "first_value"),
        ("last", "last_value"),
        ("best", "best_value"),
        ("at step", "best_step"),
        ("near it from", "converged_step"),
        ("", _finding),
    ),
    "training.log_metrics",
)
HYPERPARAMETERS = Layout(
    "Hyperparameters (association, not cause)",
    (
        ("hyperparameter", lambda row: _cut(row.name)),
        ("n", "n"),
        ("groups", "groups"),
        ("test", lambda row: row.test and row.test.replace("_", " ")),
        ("effect", "effect_size"),
        ("p", lambda row: _p(row.p_value)),
        ("adjusted p", lambda row: _p(row.adjusted_p_value)),
        ("", lambda row: row.reason or ("exact" if row.exact else "")),
    ),
    "training.run",
)
DATASETS = Layout(
    "Datasets",
    (
        ("dataset", lambda row: _cut(f"{row.name}:{row.version}")),
        ("rows", "row_count"),
        ("runs", "runs"),
        ("success", "success_rate"),
        ("experiments", "experiments"),
        ("benchmarks", "benchmarks"),
        ("best loss", "best_loss"),
        ("best accuracy", "best_accuracy"),
        ("last run", "last_run_at"),
    ),
    "db.datasets.register",
)
USAGE = Layout(
    "Usage by day",
    (
        ("day", lambda row: day(row.day)),
        ("kind", "kind"),
        ("model", lambda row: _cut(row.model)),
        ("requests", "requests"),
        ("errors", "errors"),
        ("tokens", lambda row: row.input_tokens + row.output_tokens),
        ("USD", "cost_usd"),
        ("p50 ms", "p50_latency_ms"),
        ("p95", "p95_latency_ms"),
        ("p99", "p99_latency_ms"),
    ),
    "inference.log_request",
)
RESOURCES = Layout(
    "Resources by day",
    (
        ("day", lambda row: day(row.day)),
        ("source", "source"),
        ("name", lambda row: _cut(row.name)),
        ("unit", "unit"),
        ("readings", "readings"),
        ("total", "total"),
        ("mean", "avg_value"),
        ("lowest", "min_value"),
        ("highest", "max_value"),
    ),
    "db.system_metrics.log",
)
EXPERIMENTS = Layout(
    "Recent experiments",
    (
        ("experiment", lambda row: _cut(row.name)),
        ("status", "status"),
        ("runs", "runs"),
        ("evaluations", "evaluations"),
        ("score", "avg_score"),
        ("rating", "avg_rating"),
        ("USD", "evaluations_cost_usd"),
        ("created", "created_at"),
    ),
    "experiments.begin",
)
ACTIVITY = Layout(
    "Recent activity",
    (("at", "at"), ("", lambda row: row.entity.replace("_", " ")), ("name", "name"), ("", "status")),
    "any row",
)
