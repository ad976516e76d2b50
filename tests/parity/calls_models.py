"""Calls of the queries of models, their versions, aliases, scores and measured performance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from parity.call import AT, UNKNOWN_ID, Call, Sample

ALL = {"limit": 1000}
STAGES = ("production", "staging", "development", "archived")
STATUSES = ("pending", "ready", "failed", "retired")


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of this domain."""
    yield from _models(sample)
    yield from _model_changes(sample)
    yield from _versions(sample)
    yield from _version_lists(sample)
    yield from _version_changes(sample)
    yield from _aliases(sample)
    yield from _scores(sample)
    yield from _score_changes(sample)
    yield from _performance(sample)


def _page(rows: Sequence[dict[str, Any]], limit: int = 4, column: str = "created_at") -> dict[str, Any]:
    """A page that begins after a row of the newer half."""
    row = sorted(rows, key=lambda row: (row[column], row["id"]))[2 * len(rows) // 3]
    return {f"before_{column}": row[column], "before_id": row["id"], "limit": limit}


def _models(sample: Sample) -> Iterator[Call]:
    rows = sample["models"]
    owned = next((row for row in rows if row["team_id"]), rows[0])
    for row in rows:
        yield Call("models.get", {"id": row["id"]})
        yield Call("models.get_by_name", {"name": row["name"]})
    yield Call("models.get", {"id": UNKNOWN_ID})
    yield Call("models.get_by_name", {"name": "MEADOW-7B"})
    yield Call("models.list", ALL)
    yield Call(
        "models.list",
        {
            "kinds": ["base", "fine_tuned"],
            "provider": owned["provider"] or "Meadow Labs",
            "team_id": owned["team_id"] or UNKNOWN_ID,
            **_page(rows),
        },
    )
    yield Call("models.list", {"kinds": [], "provider": "nobody", "team_id": UNKNOWN_ID, "limit": 0})
    yield Call("models.count_by_kind")


def _model_changes(sample: Sample) -> Iterator[Call]:
    known = sample["models"][0]
    user, team = sample["users"][0]["id"], sample["teams"][0]["id"]
    new = {"name": "neu", "kind": "base"}
    yield Call("models.create", new)
    yield Call(
        "models.create",
        {**new, "provider": "p", "description": "", "metadata": {"a": []}, "created_by": user, "team_id": team},
    )
    refused: list[dict[str, Any]] = [
        {"name": ""},
        {"name": "x" * 256},
        {"name": known["name"]},
        {"id": known["id"]},
        {"kind": "toy"},
        {"provider": ""},
        {"provider": "x" * 101},
        {"team_id": UNKNOWN_ID},
        {"created_by": UNKNOWN_ID},
        {"metadata": None},
    ]
    for wrong in refused:
        yield Call("models.create", {**new, **wrong})
    yield Call("models.create", rows=[new, {**new, "name": "neuer"}])
    yield Call("models.ensure", new)
    yield Call("models.ensure", {"name": known["name"], "kind": "commercial", "provider": "other"})
    yield Call("models.ensure", {**new, "kind": "toy"})
    changes = {"kind": "commercial", "provider": None, "description": "d", "metadata": {}, "team_id": team}
    for identifier in (known["id"], UNKNOWN_ID):
        yield Call("models.update", {"id": identifier, "name": "neu", **changes})
        yield Call("models.touch", {"id": identifier})
        yield Call("models.delete", {"id": identifier})
    for wrong in ({"name": sample["models"][1]["name"]}, {"kind": "toy"}, {"team_id": UNKNOWN_ID}):
        yield Call("models.update", {"id": known["id"], **wrong})
    for row in sample["models"][1:]:
        yield Call("models.delete", {"id": row["id"]})


def _versions(sample: Sample) -> Iterator[Call]:
    rows = sample["model_versions"]
    names = {row["id"]: row["name"] for row in sample["models"]}
    for row in rows[:10]:
        yield Call("model_versions.get", {"id": row["id"]})
        yield Call("model_versions.get_by_version", {"model": names[row["model_id"]], "version": row["version"]})
    for row in (*rows[1:6], {"digest": "none", "model_id": UNKNOWN_ID}):
        yield Call("model_versions.get_by_digest", {"digest": row["digest"] or "", "model_id": row["model_id"]})
    for alias in sample["model_aliases"]:
        yield Call("model_versions.get_by_alias", {"model": names[alias["model_id"]], "alias": alias["alias"]})
    for row in sample["models"]:
        yield Call("model_versions.latest", {"model_id": row["id"], "stage": "production", "status": "ready"})
    yield Call("model_versions.get", {"id": UNKNOWN_ID})
    yield Call("model_versions.get_by_version", {"model": "none", "version": "1.0"})
    yield Call("model_versions.get_by_alias", {"model": sample["models"][1]["name"], "alias": "none"})


def _version_lists(sample: Sample) -> Iterator[Call]:
    rows = sample["model_versions"]
    ids = [row["id"] for row in rows]
    wanted = {"stages": ["production", "archived"], "statuses": ["ready", "retired"]}
    yield Call("model_versions.list", ALL)
    yield Call("model_versions.list", {**wanted, "architecture": "transformer", **_page(rows)})
    yield Call("model_versions.list", {"stages": [], "statuses": "none", "architecture": "", "limit": 0})
    model = max({row["model_id"] for row in rows}, key=lambda key: sum(row["model_id"] == key for row in rows))
    own = [row for row in rows if row["model_id"] == model]
    yield Call("model_versions.list_for_model", {"model_id": model, **wanted, **_page(own, 2)})
    yield Call("model_versions.list_for_model", {"model_id": UNKNOWN_ID})
    for run in {row["training_run_id"] for row in rows if row["training_run_id"]} | {UNKNOWN_ID}:
        yield Call("model_versions.list_for_run", {"training_run_id": run})
    for stage in (*STAGES, "none"):
        yield Call("model_versions.list_by_stage", {"stage": stage, **_page(rows)})
    for status in (*STATUSES, "none"):
        yield Call("model_versions.list_by_status", {"status": status, **_page(rows)})
    yield Call("model_versions.compare", {"model_version_ids": ids, "benchmark": "mmlu"})
    yield Call("model_versions.compare", {"model_version_ids": [ids[1], UNKNOWN_ID, ids[5]], "benchmark": "wikitext"})
    yield Call("model_versions.compare", {"model_version_ids": []})
    yield Call("model_versions.count_by_stage")


def _version_changes(sample: Sample) -> Iterator[Call]:
    rows = sample["model_versions"]
    known, other = rows[0], rows[3]
    new = {"model_id": known["model_id"], "version": "neu"}
    yield Call("model_versions.register", new)
    yield Call(
        "model_versions.register",
        {
            **new,
            "stage": "staging",
            "status": "pending",
            "architecture": "mamba",
            "parameter_count": 2**63 - 1,
            "artifact_uri": "",
            "digest": "d",
            "metrics": {"f1": 0.5},
            "input_token_price": 0,
            "output_token_price": 1e12,
            "metadata": [],
            "training_run_id": sample["training_runs"][0]["id"],
        },
    )
    refused: list[dict[str, Any]] = [
        {"version": known["version"]},
        {"version": ""},
        {"model_id": UNKNOWN_ID},
        {"stage": "prod"},
        {"status": "done"},
        {"architecture": ""},
        {"parameter_count": -1},
        {"input_token_price": -0.5},
        {"output_token_price": float("inf")},
        {"training_run_id": UNKNOWN_ID},
    ]
    for wrong in refused:
        yield Call("model_versions.register", {**new, **wrong})
    yield Call("model_versions.register", rows=[new, {**new, "version": "neuer"}])
    yield Call("model_versions.register", rows=[new, new])
    for identifier in (other["id"], UNKNOWN_ID):
        for stage in ("production", "prod"):
            yield Call("model_versions.set_stage", {"id": identifier, "stage": stage})
        for status in ("failed", "bad"):
            yield Call("model_versions.set_status", {"id": identifier, "status": status})
        for values in ({"f1": 1}, None):
            yield Call("model_versions.update_metrics", {"id": identifier, "metrics": values})
            yield Call("model_versions.update_metadata", {"id": identifier, "metadata": values})
        for count in (7, -7):
            artifact = {"id": identifier, "artifact_uri": "s3://x", "digest": "d", "parameter_count": count}
            yield Call("model_versions.set_artifact", artifact)
        for price in (0.25, None, -1.0):
            prices = {"input_token_price": price, "output_token_price": 3}
            yield Call("model_versions.set_prices", {"id": identifier, **prices})
    yield Call("model_versions.set_artifact", {"id": other["id"], "artifact_uri": None})
    for stage in STAGES:
        one = next(row for row in rows if row["stage"] == stage)
        yield Call("model_versions.archive_others", {"model_id": one["model_id"], "stage": stage, "id": UNKNOWN_ID})
        yield Call("model_versions.archive_others", {"model_id": one["model_id"], "stage": stage, "id": one["id"]})
    for row in (*rows, {"id": UNKNOWN_ID}):
        yield Call("model_versions.delete", {"id": row["id"]})


def _aliases(sample: Sample) -> Iterator[Call]:
    known = sample["model_aliases"][0]
    versions = [row["id"] for row in sample["model_versions"] if row["model_id"] == known["model_id"]]
    foreign = next(row["id"] for row in sample["model_versions"] if row["model_id"] != known["model_id"])
    for row in sample["models"]:
        yield Call("model_aliases.list_for_model", {"model_id": row["id"]})
    for row in sample["model_versions"]:
        yield Call("model_aliases.list_for_version", {"model_version_id": row["id"]})
    key = {"model_id": known["model_id"], "alias": known["alias"]}
    for chosen in (key, {**key, "alias": "none"}, {**key, "model_id": UNKNOWN_ID}):
        yield Call("model_aliases.get", chosen)
        yield Call("model_aliases.delete", chosen)
    for version in (*versions, foreign, UNKNOWN_ID):
        yield Call("model_aliases.set", {**key, "model_version_id": version})
    for alias in ("neu", "", "x" * 101, None):
        yield Call("model_aliases.set", {**key, "alias": alias, "model_version_id": versions[0]})


def _scores(sample: Sample) -> Iterator[Call]:
    rows = sample["model_benchmarks"]
    for row in rows[:5]:
        yield Call("model_benchmarks.get", {"id": row["id"]})
        yield Call(
            "model_benchmarks.list_for_version",
            {"model_version_id": row["model_version_id"], "benchmark": row["benchmark"]},
        )
    yield Call("model_benchmarks.get", {"id": UNKNOWN_ID})
    yield Call("model_benchmarks.list_for_version", {"model_version_id": UNKNOWN_ID, "benchmark": "none"})
    for benchmark, metric in sorted({(row["benchmark"], row["metric"]) for row in rows} | {("none", "none")}):
        chosen = {"benchmark": benchmark, "metric": metric}
        yield Call("model_benchmarks.ranking", {**chosen, "stages": ["production", "staging"], **ALL})
        yield Call("model_benchmarks.ranking", {**chosen, "stages": "archived", "limit": 3})
    yield Call("model_benchmarks.list_benchmarks")


def _score_changes(sample: Sample) -> Iterator[Call]:
    known = sample["model_benchmarks"][0]
    dataset = sample["datasets"][0]["id"]
    key = {"model_version_id": known["model_version_id"], "benchmark": known["benchmark"], "metric": known["metric"]}
    yield Call("model_benchmarks.record", {**key, "value": 0.125})
    more = {"dataset_id": dataset, "higher_is_better": False, "standard_error": 0.5, "details": {"shots": 5}}
    yield Call("model_benchmarks.record", {**key, "value": 1, **more})
    yield Call("model_benchmarks.record", {**key, "metric": "neu", "value": float("-inf"), **more})
    refused: list[dict[str, Any]] = [
        {"value": None},
        {"value": float("nan")},
        {"value": "1"},
        {"benchmark": ""},
        {"metric": "x" * 256},
        {"standard_error": -0.1},
        {"standard_error": float("inf")},
        {"dataset_id": UNKNOWN_ID},
        {"model_version_id": UNKNOWN_ID},
        {"higher_is_better": None},
    ]
    for wrong in refused:
        yield Call("model_benchmarks.record", {**key, "value": 0.5, **wrong})
    yield Call("model_benchmarks.record", rows=[{**key, "value": 0.1}, {**key, "value": 0.2}])
    for identifier in (known["id"], UNKNOWN_ID):
        yield Call("model_benchmarks.delete", {"id": identifier})


def _performance(sample: Sample) -> Iterator[Call]:
    rows = sample["model_performance"]
    chosen = rows[len(rows) // 2]
    key = {"model_version_id": chosen["model_version_id"], "metric": chosen["metric"]}
    later = _page(rows, 5, "recorded_at")
    window = {"since": AT - timedelta(days=20), "until": AT + timedelta(days=10)}
    yield Call("model_performance.history", {**key, **later})
    yield Call("model_performance.history", {**key, "stage": chosen["stage"], **window})
    yield Call("model_performance.history", {**key, "dataset_version": chosen["dataset_version"] or "2025-01"})
    yield Call("model_performance.history", {**key, "model_version_id": UNKNOWN_ID})
    for version in sorted({row["model_version_id"] for row in rows} | {UNKNOWN_ID}):
        yield Call("model_performance.latest", {"model_version_id": version})
    for stage in (*STAGES, "none"):
        yield Call(
            "model_performance.list_for_stage", {"stage": stage, "metric": "mae", "since": window["since"], **later}
        )
    new = {**key, "stage": "staging", "value": 0.5}
    yield Call("model_performance.log", new)
    yield Call("model_performance.log", {**new, "dataset_version": "2", "value": float("inf"), "recorded_at": AT})
    refused: list[dict[str, Any]] = [
        {"stage": "prod"},
        {"metric": ""},
        {"dataset_version": ""},
        {"value": None},
        {"value": float("nan")},
        {"model_version_id": UNKNOWN_ID},
        {"recorded_at": AT.replace(tzinfo=None)},
    ]
    for wrong in refused:
        yield Call("model_performance.log", {**new, **wrong})
    yield Call("model_performance.log", rows=[new, {**new, "value": 2}, {**new, "metric": "neu"}])
