"""Calls of the queries over stored results: leaderboard, usage and summaries."""

from __future__ import annotations

from collections.abc import Iterator

from parity.call import AT, UNKNOWN_ID, UNTIL, Call, Sample


def calls(sample: Sample) -> Iterator[Call]:
    """Each query over a stored result."""
    score = sample["model_benchmarks"][0]
    of_score = {"benchmark": score["benchmark"], "metric": score["metric"]}
    yield Call("model_leaderboard.list", {"limit": 500})
    version = next(row for row in sample["model_versions"] if row["id"] == score["model_version_id"])
    yield Call(
        "model_leaderboard.list",
        {**of_score, "architecture": version["architecture"] or "", "stages": [version["stage"], "archived"]},
    )
    yield Call("model_leaderboard.list", {"stages": []})
    yield Call("model_leaderboard.by_architecture", of_score)
    yield Call("model_leaderboard.by_architecture", {"benchmark": "unknown", "metric": "none"})
    yield Call("daily_usage.list")
    yield Call("daily_usage.list", {"since": AT, "until": UNTIL, "kind": "prediction", "model": "none", "limit": 5})
    for kind in ("inference", "evaluation", "prediction"):
        yield Call("daily_usage.list", {"kind": kind, "limit": 40})
    yield Call("daily_usage.totals", {"since": AT, "until": UNTIL, "kind": "inference"})
    experiment = sample["experiments"][2]
    yield Call("experiment_summary.get", {"experiment_id": experiment["id"]})
    yield Call("experiment_summary.get", {"experiment_id": UNKNOWN_ID})
    yield Call(
        "experiment_summary.list",
        {
            "statuses": [experiment["status"]],
            "before_created_at": experiment["created_at"],
            "before_id": experiment["id"],
            "limit": 3,
        },
    )
    dataset = sample["training_runs"][0]["dataset_id"] or sample["datasets"][0]["id"]
    yield Call("dataset_usage.get", {"dataset_id": dataset})
    yield Call("dataset_usage.get", {"dataset_id": UNKNOWN_ID})
    for domain in {row["domain"] for row in sample["datasets"]} - {None}:
        yield Call("dataset_usage.list", {"domain": domain, "limit": 10})
    metric = sample["training_metrics"][0]
    yield Call("run_metric_summary.list_for_run", {"run_id": metric["run_id"]})
    yield Call("run_metric_summary.list_for_run", {"run_id": UNKNOWN_ID})
    yield Call("run_metric_summary.list_lowest", {"name": metric["name"], "limit": 20})
    yield Call("run_metric_summary.list_highest", {"name": metric["name"], "limit": 20})
    yield from _analytics(sample)


def _analytics(sample: Sample) -> Iterator[Call]:
    """What the analytics read, and `plainbase top`."""
    metric = sample["training_metrics"][0]
    run = next(row for row in sample["training_runs"] if row["id"] == metric["run_id"])
    yield Call("model_leaderboard.by_architecture")
    yield Call("evaluated_models.list")
    yield Call("evaluated_models.list", {"limit": 2})
    yield Call("platform_overview.list")
    yield Call("recent_activity.list", {"limit": 100})
    yield Call("recent_activity.list")
    yield Call("daily_resources.list", {"limit": 400})
    yield Call(
        "daily_resources.list",
        {"since": AT, "until": UNTIL, "source": "training", "name": "duration_seconds", "limit": 5},
    )
    for period in ("day", "week", "month"):
        yield Call("training_run_summary.trends", {"period": period, "metric": metric["name"]})
    for by in ("architecture", "dataset"):
        yield Call(
            "training_run_summary.trends", {"by": by, "metric": metric["name"], "higher_is_better": by == "dataset"}
        )
    yield Call(
        "training_run_summary.trends",
        {"since": AT, "until": UNTIL, "dataset_id": run["dataset_id"], "architecture": "mamba", "period": "month"},
    )
    yield Call("run_metric_summary.list_names")
    yield Call("convergence.list_runs", {"metric": metric["name"], "limit": 500})
    yield Call(
        "convergence.list_runs",
        {"metric": metric["name"], "run_ids": [run["id"], UNKNOWN_ID], "dataset_id": run["dataset_id"], "limit": 3},
    )
    yield Call("convergence.list_runs", {"metric": metric["name"], "run_ids": []})
    values = sorted(
        row["value"]
        for row in sample["training_metrics"]
        if (row["run_id"], row["name"]) == (metric["run_id"], metric["name"]) and row["value"] is not None
    )
    of_run = {"run_id": metric["run_id"], "metric": metric["name"]}
    for sign, bound in ((1.0, values[len(values) // 2]), (-1.0, -values[len(values) // 2]), (1.0, values[0] - 1)):
        yield Call("convergence.first_step", {**of_run, "from_step": 0, "to_step": 10**9, "sign": sign, "bound": bound})
        yield Call(
            "convergence.first_mark",
            {**of_run, "from_step": 3, "apart": 7, "marks": 50, "sign": sign, "bound": bound},
        )
    yield Call("hyperparameters.list_values", {"metric": metric["name"]})
    yield Call(
        "hyperparameters.list_values",
        {"metric": metric["name"], "run_ids": [run["id"]], "dataset_id": run["dataset_id"]},
    )
    yield Call("view_refreshes.ages", {"views": ["daily_usage", "platform_overview", "none"]})
    yield Call("top.requests", {"seconds": 1e9})
    yield Call("top.requests", {"seconds": 1.0})
    yield Call("top.jobs", {"seconds": 1e9})
