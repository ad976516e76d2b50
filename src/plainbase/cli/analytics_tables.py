"""How each analytic stands in a terminal: its columns, and what to do where it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plainbase.cli.shown import NOTHING, Column, compact, day, lasting, plain


@dataclass(frozen=True, slots=True)
class Layout:
    """The title, the columns, where rows of it come from, what is left out first where it is narrow, and a note."""

    title: str
    columns: Sequence[Column]
    comes_from: str
    least: Sequence[str] = ()
    note: str = ""


def _counts(row: Any) -> str:
    return ", ".join(f"{plain(number)} {status}".strip() for status, number in sorted(row[1].items()))


def _finding(row: Any) -> str:
    if row.diverged:
        return f"diverged: {row.reason}"
    return "plateau" if row.plateau else "still improving" if row.converged_step is not None else NOTHING


def _p(value: float | None) -> str:
    return plain(None) if value is None else "< 0.0001" if value < 0.0001 else f"{value:.4f}"


def _cost_of_model(row: Any) -> float | None:
    """A model's cost; its mean is unknown where no evaluation has a price, and the sum is then 0."""
    return None if row.avg_cost_usd is None else row.cost_usd


def _cost_of_experiment(row: Any) -> float | None:
    if row.cost_usd is not None:
        return float(row.cost_usd)
    return row.evaluations_cost_usd if row.evaluations else None


def _unless_prediction(row: Any, value: float) -> float | None:
    """Of predictions neither tokens nor a cost are kept."""
    return None if row.kind == "prediction" else value


OVERVIEW = Layout(
    "Overview",
    (
        Column("what", lambda row: row[0].replace("_", " "), "name"),
        Column("how many", _counts, "sentence"),
    ),
    "any row",
)
LEADERBOARD = Layout(
    "Leaderboard",
    (
        Column("benchmark", "benchmark", "name"),
        Column("metric", "metric", "name"),
        Column("place", "place"),
        Column("model", lambda row: f"{row.model}:{row.version}", "name"),
        Column("architecture", "architecture", "name"),
        Column("value", "value"),
        Column("± error", "standard_error"),
        Column("stage", "stage", "word"),
    ),
    "db.model_benchmarks.record",
    least=("stage", "architecture", "± error", "place"),
)
MODELS = Layout(
    "Architectures",
    (
        Column("benchmark", "benchmark", "name"),
        Column("metric", "metric", "name"),
        Column("architecture", "architecture", "name"),
        Column("versions", "versions"),
        Column("place", "best_place"),
        Column("best", "best_value"),
        Column("mean", "avg_value"),
        Column("worst", "worst_value"),
        Column("best model", lambda row: f"{row.model}:{row.version}", "name"),
        Column("parameters", lambda row: compact(row.max_parameter_count)),
        Column("ms", "avg_latency_ms"),
        Column("USD each", "avg_cost_usd"),
    ),
    "db.model_benchmarks.record",
    least=("USD each", "ms", "parameters", "place", "best model", "versions", "worst", "mean"),
)
PERFORMANCE = Layout(
    "Model performance",
    (
        Column("provider", "provider", "name"),
        Column("model", "model", "name"),
        Column("evaluations", "evaluations"),
        Column("score", "avg_score"),
        Column("rating", "avg_rating"),
        Column("ms", "avg_latency_ms"),
        Column("USD", _cost_of_model),
    ),
    "evaluations.create_many",
    least=("rating", "provider", "ms", "USD", "evaluations"),
    note="counted by the model's name in evaluations; `plainbase compare` takes a registered version",
)
TRENDS = Layout(
    "Training runs",
    (
        Column("from", lambda row: day(row.starts_at), "word"),
        Column("group", lambda row: row.architecture or row.dataset or "", "name"),
        Column("runs", "runs"),
        Column("completed", "completed_runs"),
        Column("failed", "failed_runs"),
        Column("success", "success_rate"),
        Column("lasting", lambda row: lasting(row.avg_duration_seconds), "word"),
        Column("best", "best_value"),
        Column("mean best", "avg_best_value"),
        Column("mean last", "avg_last_value"),
    ),
    "training.run",
    least=("completed", "failed", "lasting", "mean last", "mean best", "success", "runs", "best"),
    note="success is completed of completed and failed; how long, and the values of a metric, are of completed runs",
)
CONVERGENCE = Layout(
    "Convergence",
    (
        Column("run", "run", "name"),
        Column("status", "status", "word"),
        Column("points", "points"),
        Column("NaN", "nan_points"),
        Column("first", "first_value"),
        Column("last", "last_value"),
        Column("best", "best_value"),
        Column("at step", "best_step"),
        Column("near it from", "converged_step"),
        Column("finding", _finding, "sentence"),
    ),
    "training.log_metrics",
    least=("NaN", "points", "status", "at step", "first", "last", "near it from", "finding"),
)
HYPERPARAMETERS = Layout(
    "Hyperparameters (association, not cause)",
    (
        Column("hyperparameter", "name", "name"),
        Column("n", "n"),
        Column("groups", "groups"),
        Column("test", lambda row: row.test and row.test.replace("_", " "), "word"),
        Column("effect", "effect_size"),
        Column("p", lambda row: _p(row.p_value)),
        Column("adjusted p", lambda row: _p(row.adjusted_p_value)),
        Column("remark", lambda row: row.reason or ("exact p" if row.exact else ""), "sentence"),
    ),
    "training.run",
    least=("groups", "test", "remark", "n", "p", "adjusted p"),
)
DATASETS = Layout(
    "Datasets",
    (
        Column("dataset", lambda row: f"{row.name}:{row.version}", "name"),
        Column("rows", "row_count"),
        Column("runs", "runs"),
        Column("success", "success_rate"),
        Column("experiments", "experiments"),
        Column("benchmarks", "benchmarks"),
        Column("best loss", "best_loss"),
        Column("best accuracy", "best_accuracy"),
        Column("last run", "last_run_at", "word"),
    ),
    "db.datasets.register",
    least=("experiments", "benchmarks", "last run", "best accuracy", "success", "best loss", "rows"),
    note="success is completed of completed and failed runs; the best loss and accuracy are those of checkpoints",
)
USAGE = Layout(
    "Usage by day",
    (
        Column("day", lambda row: day(row.day), "word"),
        Column("kind", "kind", "word"),
        Column("model", "model", "name"),
        Column("requests", "requests"),
        Column("errors", "errors"),
        Column("tokens", lambda row: _unless_prediction(row, row.input_tokens + row.output_tokens)),
        Column("USD", lambda row: _unless_prediction(row, row.cost_usd)),
        Column("p50 ms", "p50_latency_ms"),
        Column("p95", "p95_latency_ms"),
        Column("p99", "p99_latency_ms"),
    ),
    "inference.log_request",
    least=("p99", "p95", "tokens", "p50 ms", "errors", "USD"),
    note="USD is of what was logged with a cost, so it is 0 too where nothing was",
)
RESOURCES = Layout(
    "Resources by day",
    (
        Column("day", lambda row: day(row.day), "word"),
        Column("source", "source", "word"),
        Column("name", "name", "name"),
        Column("unit", lambda row: row.unit or "", "name"),
        Column("readings", "readings"),
        Column("total", "total"),
        Column("mean", "avg_value"),
        Column("lowest", "min_value"),
        Column("highest", "max_value"),
    ),
    "db.system_metrics.log",
    least=("readings", "source", "lowest", "total", "highest", "unit"),
)
EXPERIMENTS = Layout(
    "Recent experiments",
    (
        Column("experiment", "name", "name"),
        Column("status", "status", "word"),
        Column("runs", "runs"),
        Column("evaluations", "evaluations"),
        Column("score", "avg_score"),
        Column("rating", "avg_rating"),
        Column("USD", _cost_of_experiment),
        Column("created", "created_at", "word"),
    ),
    "experiments.begin",
    least=("rating", "runs", "evaluations", "USD", "created", "score"),
    note="USD is the experiment's own cost where it is kept, else that of its evaluations",
)
ACTIVITY = Layout(
    "Recent activity",
    (
        Column("at", "at", "word"),
        Column("entity", lambda row: row.entity.replace("_", " "), "word"),
        Column("name", "name", "name"),
        Column("status", "status", "word"),
    ),
    "any row",
    least=("entity", "status"),
)
