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
