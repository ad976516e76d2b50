"""Calls of the queries of experiments, benchmarks, evaluations and comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from parity.call import AT, UNKNOWN_ID, Call, Sample

ENDS = ("completed", "failed", "cancelled")
FIRST_PAGE = {"limit": 1000}


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of this domain."""
    yield from _experiments(sample)
    yield from _experiment_changes(sample)
    yield from _benchmarks(sample)
    yield from _benchmark_changes(sample)
    yield from _evaluations(sample)
    yield from _evaluation_changes(sample)
    yield from _comparisons(sample)


def _of_status(sample: Sample, table: str, status: str) -> UUID:
    found: UUID = next(row["id"] for row in sample[table] if row["status"] == status)
    return found


def _page(row: Mapping[str, Any], limit: int = 5) -> dict[str, Any]:
    """The page that begins after a row."""
    return {"before_created_at": row["created_at"], "before_id": row["id"], "limit": limit}


def _middle(sample: Sample, table: str) -> Mapping[str, Any]:
    rows = sorted(sample[table], key=lambda row: (row["created_at"], row["id"]))
    return rows[2 * len(rows) // 3]


def _having(sample: Sample, table: str, *columns: str) -> Mapping[str, Any]:
    return next(row for row in sample[table] if all(row[column] is not None for column in columns))


def _experiments(sample: Sample) -> Iterator[Call]:
    middle = _middle(sample, "experiments")
    owned = _having(sample, "experiments", "created_by")
    team = next((row["team_id"] for row in sample["experiments"] if row["team_id"]), UNKNOWN_ID)
    link = sample["experiment_runs"][0]
    for row in sample["experiments"][:6]:
        yield Call("experiments.get", {"id": row["id"]})
        yield Call("experiments.summary", {"id": row["id"]})
        yield Call("experiments.list_runs", {"experiment_id": row["id"]})
    for name in ("get", "summary"):
        yield Call(f"experiments.{name}", {"id": UNKNOWN_ID})
    yield Call("experiments.get", {"id": None})
    yield Call("experiments.get", {"id": "no id"})
    yield Call("experiments.list", FIRST_PAGE)
    yield Call(
        "experiments.list",
        {
            "statuses": ["completed", "failed", "running", "pending"],
            "created_by": owned["created_by"],
            "team_id": team,
            "since": sample["experiments"][0]["created_at"],
            **_page(middle),
        },
    )
    yield Call("experiments.list", {"statuses": [], "limit": 3})
    yield Call("experiments.list", {"since": AT, "limit": 0})
    for status in ("pending", "completed", "unknown"):
        yield Call("experiments.list_by_status", {"status": status, **_page(middle, 3)})
    on = _having(sample, "experiments", "dataset_id")["dataset_id"]
    yield Call("experiments.list_for_dataset", {"dataset_id": on, "statuses": ENDS, "since": AT, **_page(middle)})
    version = _having(sample, "experiments", "model_version_id")["model_version_id"]
    yield Call(
        "experiments.list_for_model_version",
        {"model_version_id": version, "statuses": [*ENDS, "running"], "since": AT, **_page(middle)},
    )
    yield Call("experiments.list_for_run", {"training_run_id": link["training_run_id"]})
    yield Call("experiments.list_for_run", {"training_run_id": UNKNOWN_ID})
    runs = {row["id"]: row for row in sample["training_runs"]}
    of_most = max(
        (row["experiment_id"] for row in sample["experiment_runs"]),
        key=lambda id_: sum(row["experiment_id"] == id_ for row in sample["experiment_runs"]),
    )
    own = sorted(
        (runs[row["training_run_id"]] for row in sample["experiment_runs"] if row["experiment_id"] == of_most),
        key=lambda row: (row["created_at"], row["id"]),
    )
    statuses = [row["status"] for row in own[:2]]
    yield Call("experiments.list_runs", {"experiment_id": of_most, "statuses": statuses, **_page(own[-1], 2)})
    yield Call("experiments.count_by_status")


def _experiment_changes(sample: Sample) -> Iterator[Call]:
    old = sample["experiments"][0]
    pending, running = (_of_status(sample, "experiments", status) for status in ("pending", "running"))
    full = {
        "name": "neu: größer",
        "hypothesis": "",
        "dataset_id": sample["datasets"][0]["id"],
        "model_version_id": sample["model_versions"][0]["id"],
        "config": {"lr": 1e-4, "steps": 10**15, "tags": ["a", None, True], "text": "ü\n'\""},
        "created_by": sample["users"][0]["id"],
        "team_id": sample["teams"][0]["id"],
    }
    yield Call("experiments.create", full)
    yield Call("experiments.create", {"name": "n" * 255})
    for wrong in (
        {"name": ""},
        {"name": "ü" * 256},
        {"name": None},
        {"name": 1},
        {"id": old["id"]},
        {"dataset_id": UNKNOWN_ID},
        {"model_version_id": UNKNOWN_ID},
        {"created_by": UNKNOWN_ID},
        {"config": {"lr": float("nan")}},
    ):
        yield Call("experiments.create", {"name": "wrong", **wrong})
    yield Call("experiments.create", rows=[{"name": "one"}, {"name": "two", "config": {"n": 2}}])
    yield Call("experiments.create", rows=[{"name": "one"}, {"name": ""}])
    for experiment in (pending, running, UNKNOWN_ID, *(_of_status(sample, "experiments", end) for end in ENDS)):
        yield Call("experiments.start", {"id": experiment})
        for status in ("pending", "running", *ENDS):
            yield Call("experiments.update_status", {"id": experiment, "status": status})
        yield Call("experiments.finish", {"id": experiment})
        yield Call("experiments.delete", {"id": experiment})
    stored = {"results": {"winner": None}, "metrics": {"f1": 0.5}, "cost_usd": 0.1 + 0.2}
    for status in (*ENDS, "running", "done"):
        yield Call("experiments.finish", {"id": running, "status": status, **stored})
    yield Call("experiments.finish", {"id": running, "cost_usd": -1.0})
    yield Call("experiments.store_results", {"id": old["id"], **stored})
    yield Call("experiments.store_results", {"id": old["id"], "cost_usd": None})
    for cost in (-0.5, float("inf"), float("nan"), "1"):
        yield Call("experiments.store_results", {"id": old["id"], "cost_usd": cost})
    yield Call("experiments.store_results", {"id": UNKNOWN_ID, "results": {}})
    changed = {name: full[name] for name in ("name", "hypothesis", "dataset_id", "model_version_id", "team_id")}
    yield Call("experiments.update", {"id": old["id"], **changed})
    yield Call("experiments.update", {"id": old["id"], "name": None})
    yield Call("experiments.update_config", {"id": old["id"], "config": full["config"]})
    yield Call("experiments.update_config", {"id": UNKNOWN_ID, "config": []})
    link = sample["experiment_runs"][0]
    key = {name: link[name] for name in ("experiment_id", "training_run_id")}
    yield Call("experiments.attach_run", key)
    yield Call("experiments.attach_run", {**key, "label": "neu"})
    yield Call("experiments.attach_run", {**key, "label": ""})
    yield Call("experiments.attach_run", {**key, "training_run_id": UNKNOWN_ID})
    yield Call("experiments.attach_run", {**key, "experiment_id": UNKNOWN_ID})
    yield Call(
        "experiments.attach_run",
        rows=[{"experiment_id": pending, "training_run_id": run["id"], "label": run["name"]} for run in _runs(sample)],
    )
    yield Call("experiments.detach_run", key)
    yield Call("experiments.detach_run", {**key, "training_run_id": UNKNOWN_ID})
    yield Call("experiments.delete", {"id": link["experiment_id"]})


def _runs(sample: Sample) -> list[dict[str, Any]]:
    return [run for run in sample["training_runs"] if run["name"]][:3]


def _benchmarks(sample: Sample) -> Iterator[Call]:
    middle = _middle(sample, "benchmarks")
    owned = _having(sample, "benchmarks", "created_by")
    team = next((row["team_id"] for row in sample["benchmarks"] if row["team_id"]), UNKNOWN_ID)
    for row in sample["benchmarks"][:4]:
        yield Call("benchmarks.get", {"id": row["id"]})
    yield Call("benchmarks.get", {"id": UNKNOWN_ID})
    yield Call("benchmarks.list_recent", FIRST_PAGE)
    yield Call(
        "benchmarks.list_recent",
        {
            "statuses": ["completed", "failed"],
            "created_by": owned["created_by"],
            "team_id": team,
            "since": sample["benchmarks"][0]["created_at"],
            **_page(middle),
        },
    )
    yield Call("benchmarks.list_by_status", {"status": "completed", **_page(middle, 2)})
    yield Call("benchmarks.list_by_status", {"status": "unknown"})
    for row in sample["benchmarks"][:3]:
        yield Call(
            "benchmarks.list_for_provider", {"provider": row["provider"], "model": row["model"], **_page(middle)}
        )
    yield Call("benchmarks.count_by_status")


def _benchmark_changes(sample: Sample) -> Iterator[Call]:
    old = sample["benchmarks"][0]
    pending, running = (_of_status(sample, "benchmarks", status) for status in ("pending", "running"))
    named = {"name": "mmlu", "provider": "openai", "model": "gpt", "dataset": "mmlu"}
    full = {
        **named,
        "description": "",
        "model_version_id": sample["model_versions"][0]["id"],
        "dataset_id": sample["datasets"][0]["id"],
        "total_iterations": 2**62,
        "created_by": sample["users"][0]["id"],
        "team_id": sample["teams"][0]["id"],
    }
    yield Call("benchmarks.create", full)
    for wrong in (
        {},
        {"name": ""},
        {"provider": "p" * 101},
        {"model": ""},
        {"dataset": "d" * 256},
        {"total_iterations": 1.5},
        {"total_iterations": 2**63},
        {"id": old["id"]},
        {"dataset_id": UNKNOWN_ID},
        {"model_version_id": UNKNOWN_ID},
    ):
        yield Call("benchmarks.create", {**named, **wrong})
    ended = [_of_status(sample, "benchmarks", end) for end in ENDS]
    for benchmark in (pending, running, UNKNOWN_ID, *ended):
        yield Call("benchmarks.start", {"id": benchmark, "total_iterations": 7})
        for status in ("pending", "running", *ENDS):
            yield Call("benchmarks.update", {"id": benchmark, "status": status})
        yield Call("benchmarks.finish", {"id": benchmark, "error": "late"})
        yield Call("benchmarks.record_iterations", {"id": benchmark, "completed": 1})
        yield Call("benchmarks.delete", {"id": benchmark})
    stored = {"results": {"best": 1}, "metrics": {"p50": 1.5}, "error": "é"}
    for status in (*ENDS, "running", "done"):
        yield Call("benchmarks.finish", {"id": running, "status": status, **stored})
    changes = {"completed_iterations": 1, "failed_iterations": 0, **stored}
    yield Call("benchmarks.update", {"id": running, "status": "completed", **changes})
    yield Call("benchmarks.update", {"id": ended[0], "results": {}, "error": None})
    yield Call("benchmarks.update", {"id": pending, "status": "done"})
    yield Call("benchmarks.update", {"id": running, "completed_iterations": 2**62})
    yield Call("benchmarks.update", {"id": running, "failed_iterations": -1})
    for completed, failed in ((0, 1), (-1, 0), (2**62, 0), (2**63 - 1, 2**63 - 1), (1.5, 0)):
        yield Call("benchmarks.record_iterations", {"id": running, "completed": completed, "failed": failed})
    details = {name: full[name] for name in ("name", "description", "model_version_id", "dataset_id", "team_id")}
    yield Call("benchmarks.update_details", {"id": old["id"], **details, "total_iterations": 2**60})
    yield Call("benchmarks.update_details", {"id": UNKNOWN_ID, "name": "none"})
    yield Call("benchmarks.update_details", {"id": old["id"], "dataset_id": UNKNOWN_ID})


def _evaluations(sample: Sample) -> Iterator[Call]:
    rows = sample["evaluations"]
    middle = _middle(sample, "evaluations")
    first = _having(sample, "evaluations", "experiment_id", "benchmark_id", "model_version_id", "input_digest")
    for row in (rows[0], rows[-1], first):
        yield Call("evaluations.get", {"id": row["id"]})
    yield Call("evaluations.get", {"id": UNKNOWN_ID})
    yield Call("evaluations.list", FIRST_PAGE)
    named = {"provider": first["provider"], "model": first["model"]}
    yield Call("evaluations.list", {**named, "min_score": 0.4, "min_rating": 3, "since": AT, **_page(middle, 9)})
    yield Call("evaluations.list", {"min_score": float("-inf"), "limit": 4})
    of_experiment = {"experiment_id": first["experiment_id"]}
    of_benchmark = {"benchmark_id": first["benchmark_id"]}
    yield Call("evaluations.list_for_experiment", {**of_experiment, "model": first["model"], **_page(middle)})
    yield Call("evaluations.list_for_experiment", {"experiment_id": UNKNOWN_ID})
    yield Call("evaluations.list_for_benchmark", {**of_benchmark, "model": first["model"], **_page(middle)})
    version = {"model_version_id": first["model_version_id"]}
    yield Call("evaluations.list_for_model_version", {**version, "since": AT, **_page(middle)})
    yield Call("evaluations.list_for_model", {**named, "since": AT, **_page(middle)})
    yield Call("evaluations.list_for_model", {"model": first["model"].upper() + "?"})
    asked = [row for row in rows if row["input_digest"] == first["input_digest"]]
    yield Call(
        "evaluations.list_for_input",
        {"input_digest": first["input_digest"], **of_experiment, "after_id": min(row["id"] for row in asked)},
    )
    yield Call("evaluations.list_for_input", {"input_digest": "", "limit": 2})
    yield Call("evaluations.aggregates", {**of_experiment, **of_benchmark, "since": rows[0]["created_at"]})
    yield Call("evaluations.aggregates", {"since": AT})
    yield Call("evaluations.aggregates", {"experiment_id": UNKNOWN_ID})
    everything = {**of_experiment, **of_benchmark, **version, "model": first["model"], "since": AT}
    yield Call("evaluations.count", everything)
    yield Call("evaluations.count", {"experiment_id": UNKNOWN_ID})


def _evaluation_changes(sample: Sample) -> Iterator[Call]:
    old = sample["evaluations"][0]
    said = {"provider": "openai", "model": "gpt", "input": "2 + 2?", "output": ""}
    full = {
        **said,
        "experiment_id": sample["experiments"][0]["id"],
        "benchmark_id": sample["benchmarks"][0]["id"],
        "model_version_id": sample["model_versions"][0]["id"],
        "input_digest": "d" * 64,
        "expected": "4 \U0001f914",
        "metrics": {"bleu": 0.25, "n": 1},
        "score": float("inf"),
        "human_rating": 5,
        "human_feedback": "gut",
        "latency_ms": 0.1,
        "input_tokens": 10**12,
        "output_tokens": 0,
        "cost_usd": 1e-9,
        "metadata": {"b": 1, "a": [1.0, 1e22]},
        "created_by": sample["users"][0]["id"],
        "team_id": sample["teams"][0]["id"],
    }
    yield Call("evaluations.create", full)
    for wrong in (
        {},
        {"human_rating": 0},
        {"human_rating": 6},
        {"human_rating": True},
        {"provider": ""},
        {"model": "m" * 256},
        {"input": None},
        {"input": "a\0b"},
        {"input_digest": ""},
        {"latency_ms": -1.0},
        {"latency_ms": float("inf")},
        {"score": float("nan")},
        {"input_tokens": -1},
        {"cost_usd": 1e13},
        {"experiment_id": UNKNOWN_ID},
        {"benchmark_id": UNKNOWN_ID},
        {"model_version_id": UNKNOWN_ID},
        {"id": old["id"]},
    ):
        yield Call("evaluations.create", {**said, **wrong})
    yield Call("evaluations.create", rows=[full, {**full, "id": UNKNOWN_ID, "human_rating": None}])
    yield Call("evaluations.create", rows=[full, {**full, "human_rating": 6}])
    yield Call("evaluations.rate", {"id": old["id"], "human_rating": 1, "human_feedback": "schlecht"})
    yield Call("evaluations.rate", {"id": old["id"], "human_rating": None, "human_feedback": None})
    for rating in (0, 6, 2**63, 1.0):
        yield Call("evaluations.rate", {"id": old["id"], "human_rating": rating})
    yield Call("evaluations.rate", {"id": UNKNOWN_ID, "human_rating": 3})
    yield Call("evaluations.set_score", {"id": old["id"], "score": 1, "metrics": {"f1": None}})
    yield Call("evaluations.set_score", {"id": UNKNOWN_ID, "score": None})
    for evaluation in (old["id"], UNKNOWN_ID):
        yield Call("evaluations.delete", {"id": evaluation})


def _comparisons(sample: Sample) -> Iterator[Call]:
    rows = sample["comparison_results"]
    middle = _middle(sample, "comparison_results")
    for row in rows[:3]:
        yield Call("comparison_results.get", {"id": row["id"]})
        for side in ("a_id", "b_id"):
            yield Call("comparison_results.list_for", {"id": row[side], "metric": row["metric"], **_page(middle)})
            yield Call("comparison_results.list_for", {"id": row[side], "limit": 2})
    yield Call("comparison_results.get", {"id": UNKNOWN_ID})
    yield Call("comparison_results.list_for", {"id": UNKNOWN_ID})
    yield Call("comparison_results.list", FIRST_PAGE)
    some = {"kind": rows[0]["kind"], "metric": rows[0]["metric"], "winners": ["a", "b", "no_difference"]}
    yield Call("comparison_results.list", {**some, "since": rows[0]["created_at"], **_page(middle)})
    of = _having(sample, "comparison_results", "experiment_id")
    yield Call(
        "comparison_results.list_for_experiment",
        {"experiment_id": of["experiment_id"], "metric": of["metric"], **_page(middle)},
    )
    plain = {
        "kind": "model_version",
        "a_id": sample["model_versions"][0]["id"],
        "b_id": sample["model_versions"][1]["id"],
        "a_label": "a",
        "b_label": "b",
        "metric": "score",
        "test": "welch",
        "a_n": 0,
        "b_n": 2**40,
    }
    full = {
        **plain,
        "experiment_id": sample["experiments"][0]["id"],
        "paired": True,
        "a_mean": 0.1,
        "b_mean": float("inf"),
        "statistic": -1e300,
        "p_value": 5e-324,
        "adjusted_p_value": 1,
        "correction": "holm",
        "effect_name": "cohens_d",
        "effect_size": 0.8,
        "confidence_level": 0.95,
        "confidence_low": float("-inf"),
        "confidence_high": float("inf"),
        "alpha": 0.01,
        "winner": "no_difference",
        "details": {"n": [1, 2]},
        "created_by": sample["users"][0]["id"],
    }
    yield Call("comparison_results.record", full)
    for wrong in (
        {},
        {"kind": "user"},
        {"b_id": plain["a_id"]},
        {"metric": ""},
        {"a_n": -1},
        {"p_value": 1.5},
        {"p_value": float("nan")},
        {"correction": "bonferroni"},
        {"confidence_level": 1},
        {"confidence_low": 2.0, "confidence_high": 1.0},
        {"alpha": 0},
        {"winner": "c"},
        {"paired": 1},
        {"experiment_id": UNKNOWN_ID},
        {"created_by": UNKNOWN_ID},
    ):
        yield Call("comparison_results.record", {**plain, **wrong})
    for comparison in (rows[0]["id"], UNKNOWN_ID):
        yield Call("comparison_results.delete", {"id": comparison})
    yield from _samples(sample)


def _samples(sample: Sample) -> Iterator[Call]:
    """What of comparisons: subjects of each kind, and what their evaluations measured."""
    answered = [row for row in sample["evaluations"] if row["model_version_id"] and row["experiment_id"]]
    of = answered[len(answered) // 2]
    versions = sorted({row["model_version_id"] for row in answered})
    for ids in (versions[:3], of["model_version_id"], [UNKNOWN_ID], []):
        found = {"model_version_ids": ids, "experiment_id": of["experiment_id"], "since": AT}
        yield Call("comparison_samples.list_for_model_versions", found)
    for experiment in (of["experiment_id"], UNKNOWN_ID):
        yield Call("comparison_samples.list_for_experiment", {"experiment_id": experiment, "since": AT})
    subjects = [sample[table][1]["id"] for table in ("models", "model_versions", "training_runs", "experiments")]
    yield Call("comparison_samples.subjects", {"ids": [*subjects, UNKNOWN_ID]})
    yield Call("comparison_samples.subjects", {"ids": subjects[0]})
    yield Call("comparison_samples.subjects", {"ids": []})
