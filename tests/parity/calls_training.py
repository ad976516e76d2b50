"""Calls of the queries of neural configurations, training runs, metrics, checkpoints and accuracies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from parity.call import AT, UNKNOWN_ID, Call, Sample

ALL = {"limit": 1000}
STATUSES = ("pending", "running", "completed", "failed", "cancelled")


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of this domain."""
    yield from _configs(sample)
    yield from _runs(sample)
    yield from _new_runs(sample)
    yield from _run_changes(sample)
    yield from _metrics(sample)
    yield from _new_metrics(sample)
    yield from _checkpoints(sample)
    yield from _checkpoint_changes(sample)
    yield from _accuracies(sample)


def _page(rows: Sequence[dict[str, Any]], limit: int = 5) -> dict[str, Any]:
    """A page that begins after a row of the newer half."""
    row = sorted(rows, key=lambda row: (row["created_at"], row["id"]))[2 * len(rows) // 3]
    return {"before_created_at": row["created_at"], "before_id": row["id"], "limit": limit}


def _configs(sample: Sample) -> Iterator[Call]:
    rows = sample["neural_configs"]
    used = {run["neural_config_id"] for run in sample["training_runs"]}
    unused = next(row for row in rows if row["id"] not in used)
    for row in rows:
        yield Call("neural_configs.get", {"id": row["id"]})
        yield Call("neural_configs.get_by_name", {"name": row["name"]})
    yield Call("neural_configs.get", {"id": UNKNOWN_ID})
    yield Call("neural_configs.get_by_name", {"name": "TINY"})
    yield Call("neural_configs.list", ALL)
    yield Call("neural_configs.list", _page(rows, 2))
    new = {"name": "neu", "config": {"layers": [1, 2.5, None], "é": True}}
    yield Call("neural_configs.create", new)
    refused: list[dict[str, Any]] = [
        {"name": rows[0]["name"]},
        {"name": ""},
        {"name": "x" * 256},
        {"config": None},
        {"config": {"lr": float("inf")}},
        {"id": rows[0]["id"]},
    ]
    for wrong in refused:
        yield Call("neural_configs.create", {**new, **wrong})
        if "id" not in wrong:
            yield Call("neural_configs.update", {**new, "id": rows[1]["id"], **wrong})
    yield Call("neural_configs.create", rows=[new, {**new, "name": "neuer"}])
    for identifier in (rows[0]["id"], unused["id"], UNKNOWN_ID):
        yield Call("neural_configs.update", {**new, "id": identifier})
        yield Call("neural_configs.delete", {"id": identifier})


def _runs(sample: Sample) -> Iterator[Call]:
    rows = sample["training_runs"]
    page = _page(rows)
    team = next((row["team_id"] for row in rows if row["team_id"]), UNKNOWN_ID)
    for row in rows[:8]:
        yield Call("training_runs.get", {"id": row["id"]})
    yield Call("training_runs.get", {"id": UNKNOWN_ID})
    yield Call("training_runs.list_by_ids", {"ids": [row["id"] for row in rows[::3]] + [UNKNOWN_ID]})
    yield Call("training_runs.list_by_ids", {"ids": []})
    yield Call("training_runs.list", ALL)
    early, late = AT - timedelta(days=20), AT + timedelta(days=10)
    wanted = {"statuses": ["completed", "failed", "running"], "since": early}
    yield Call("training_runs.list", {**wanted, "until": late, "team_id": team, **page})
    yield Call("training_runs.list", {"statuses": [], "team_id": UNKNOWN_ID, "limit": 0})
    yield Call("training_runs.list", {"since": AT.replace(tzinfo=None)})
    for status in (*STATUSES, "none"):
        yield Call("training_runs.list_by_status", {"status": status, **page})
    for column, query in (
        ("dataset_id", "list_for_dataset"),
        ("neural_config_id", "list_for_neural_config"),
        ("model_version_id", "list_for_model_version"),
        ("parent_run_id", "list_children"),
    ):
        values = sorted({row[column] for row in rows if row[column]})
        filters = wanted if column in ("dataset_id", "neural_config_id") else {}
        for value in (*values[:4], UNKNOWN_ID):
            paging = page if column != "parent_run_id" else {"limit": 2}
            yield Call(f"training_runs.{query}", {column: value, **filters, **paging})
    yield Call("training_runs.count_by_status")


def _new_runs(sample: Sample) -> Iterator[Call]:
    parent = sample["training_runs"][0]
    yield Call("training_runs.create", {"name": "neu"})
    yield Call(
        "training_runs.create",
        {
            "name": "neu",
            "neural_config_id": sample["neural_configs"][0]["id"],
            "config": {"a": [1]},
            "hyperparameters": {"lr": 1e-5},
            "dataset_id": sample["datasets"][0]["id"],
            "corpus_text_id": sample["corpus_texts"][0]["id"],
            "model_version_id": sample["model_versions"][0]["id"],
            "parent_run_id": parent["id"],
            "created_by": sample["users"][0]["id"],
            "team_id": sample["teams"][0]["id"],
        },
    )
    refused: list[dict[str, Any]] = [
        {"name": ""},
        {"name": "x" * 256},
        {"id": parent["id"]},
        {"id": UNKNOWN_ID, "parent_run_id": UNKNOWN_ID},
        {"corpus_text_id": 10**9},
        {"corpus_text_id": "1"},
        {"config": None},
    ]
    for wrong in refused:
        yield Call("training_runs.create", {"name": "neu", **wrong})
    for column in ("neural_config_id", "dataset_id", "model_version_id", "parent_run_id", "created_by", "team_id"):
        yield Call("training_runs.create", {"name": "neu", column: UNKNOWN_ID})
    yield Call("training_runs.create", rows=[{"name": "one"}, {"name": "two", "parent_run_id": parent["id"]}])


def _run_changes(sample: Sample) -> Iterator[Call]:
    rows = sample["training_runs"]
    chosen = [next(row for row in rows if row["status"] == status)["id"] for status in STATUSES]
    for identifier in (*chosen, UNKNOWN_ID):
        yield Call("training_runs.start", {"id": identifier})
        for status in (*STATUSES, "none"):
            yield Call("training_runs.update_status", {"id": identifier, "status": status})
        for status in ("completed", "failed", "cancelled"):
            ended = {"status": status, "message": "m", "error": "e", "resources": {"cpu_seconds": 0.5}}
            yield Call("training_runs.finish", {"id": identifier, **ended})
        for status in ("running", "none"):
            yield Call("training_runs.finish", {"id": identifier, "status": status})
        yield Call("training_runs.finish", {"id": identifier, "now": AT - timedelta(days=900)})
        for progress in (0, 33.5, 100, 100.5, -1, float("nan")):
            yield Call("training_runs.update_progress", {"id": identifier, "progress": progress, "message": "half"})
        for text in ("", "größer", None):
            yield Call("training_runs.update_message", {"id": identifier, "message": text})
            yield Call("training_runs.update_error", {"id": identifier, "error": text})
        for resources in ({"gpu": 1}, None):
            yield Call("training_runs.update_resources", {"id": identifier, "resources": resources})
        for config in ({}, {"mlflow": {"tags": {"ä": 1e22}}}, None):
            changed = {"config": config, "hyperparameters": {"lr": 0.1, "depth": 3}}
            yield Call("training_runs.update_config", {"id": identifier, **changed})
        yield Call("training_runs.touch", {"id": identifier})
        yield Call("training_runs.delete", {"id": identifier})
    yield Call("training_runs.update_message", {"id": chosen[0], "message": "nul\0"})
    for row in rows[::5]:
        yield Call("training_runs.delete", {"id": row["id"]})


def _metrics(sample: Sample) -> Iterator[Call]:
    rows = sample["training_metrics"]
    pairs = sorted({(row["run_id"], row["name"]) for row in rows})
    runs = sorted({run for run, _ in pairs})
    for run, name in (*pairs[:8], *((run, name) for run, name in pairs if name in ("limits", "lernrate"))):
        key = {"run_id": run, "name": name}
        yield Call("training_metrics.history", {**key, "since_step": 2, "until_step": 9})
        for points in (1, 5, 7, 10_000, 0):
            yield Call("training_metrics.history_sampled", {**key, "max_points": points})
        for higher in (True, False):
            yield Call("training_metrics.best", {**key, "higher_is_better": higher})
        yield Call("training_metrics.delete", key)
    for run in (*runs, UNKNOWN_ID):
        yield Call("training_metrics.latest", {"run_id": run})
        yield Call("training_metrics.list_names", {"run_id": run})
    unknown = {"run_id": UNKNOWN_ID, "name": "loss"}
    for query in ("history", "best", "delete"):
        yield Call(f"training_metrics.{query}", unknown)
    yield Call("training_metrics.history_sampled", {**unknown, "max_points": 5})


def _new_metrics(sample: Sample) -> Iterator[Call]:
    point = {"run_id": sample["training_runs"][0]["id"], "name": "loss", "step": 10, "value": 0.5}
    accepted: list[dict[str, Any]] = [
        {},
        {"value": None},
        {"value": 1},
        {"value": float("inf"), "step": 2**63 - 1},
        {"value": 5e-324, "recorded_at": AT},
    ]
    refused: list[dict[str, Any]] = [
        {"value": float("nan")},
        {"value": "1"},
        {"value": True},
        {"step": -1},
        {"step": 1.5},
        {"step": 2**63},
        {"name": ""},
        {"name": "x" * 256},
        {"run_id": UNKNOWN_ID},
        {"recorded_at": None},
    ]
    for change in (*accepted, *refused):
        yield Call("training_metrics.log", {**point, **change})
    yield Call("training_metrics.log", rows=[{**point, "step": step} for step in range(20)])
    yield Call("training_metrics.log", rows=[point, {**point, "step": -1}])
    yield Call("training_metrics.log", rows=[])


def _checkpoints(sample: Sample) -> Iterator[Call]:
    rows = sample["checkpoints"]
    runs = sorted({row["run_id"] for row in rows})
    for row in rows[:6]:
        yield Call("checkpoints.get", {"id": row["id"]})
    yield Call("checkpoints.get", {"id": UNKNOWN_ID})
    for run in (*runs, UNKNOWN_ID):
        for query in ("best", "latest", "lowest_loss"):
            yield Call(f"checkpoints.{query}", {"run_id": run})
        yield Call("checkpoints.list", {"run_id": run, **_page(rows, 3)})
    yield Call("checkpoints.list", ALL)


def _checkpoint_changes(sample: Sample) -> Iterator[Call]:
    rows = sample["checkpoints"]
    marked = next(row for row in rows if row["is_best"])
    unmarked = next(row for row in rows if not row["is_best"])
    free = next(row["id"] for row in sample["training_runs"] if row["id"] not in {each["run_id"] for each in rows})
    yield Call("checkpoints.create", {"run_id": free})
    yield Call(
        "checkpoints.create",
        {
            "run_id": free,
            "epochs": 3,
            "step": 2**63 - 1,
            "block_size": 0,
            "path": "größe.pt",
            "loss": float("inf"),
            "accuracy": 1,
            "notes": "",
            "is_best": True,
        },
    )
    refused: list[dict[str, Any]] = [
        {"run_id": UNKNOWN_ID},
        {"run_id": marked["run_id"], "is_best": True},
        {"accuracy": 1.1},
        {"loss": float("nan")},
        {"epochs": -1},
        {"step": -1},
        {"block_size": -1},
        {"is_best": None},
        {"is_best": 1},
        {"id": marked["id"]},
    ]
    for wrong in refused:
        yield Call("checkpoints.create", {"run_id": free, **wrong})
    yield Call("checkpoints.create", rows=[{"run_id": free, "step": step} for step in range(3)])
    for row in (marked, unmarked, *rows[3:9], {"id": UNKNOWN_ID}):
        yield Call("checkpoints.mark_best", {"id": row["id"]})
        yield Call("checkpoints.delete", {"id": row["id"]})


def _accuracies(sample: Sample) -> Iterator[Call]:
    rows = sample["accuracy_metrics"]
    checkpoint = next(row["checkpoint_id"] for row in rows if row["checkpoint_id"])
    kinds = sorted({row["metric_type"] for row in rows})
    yield Call("accuracy_metrics.list", ALL)
    for kind in (*kinds, "none"):
        wanted = {"metric_type": kind, "checkpoint_id": checkpoint, "before_id": rows[-2]["id"]}
        yield Call("accuracy_metrics.list", {**wanted, "limit": 3})
    for owner in (checkpoint, UNKNOWN_ID):
        yield Call("accuracy_metrics.summary", {"checkpoint_id": owner})
        yield Call("accuracy_metrics.delete_for_checkpoint", {"checkpoint_id": owner})
    new = {"metric_type": "top1", "value": 0.5}
    yield Call("accuracy_metrics.record", new)
    yield Call("accuracy_metrics.record", {**new, "checkpoint_id": checkpoint, "metadata": {"n": 5}, "value": -2})
    for wrong in ({"metric_type": ""}, {"value": None}, {"checkpoint_id": UNKNOWN_ID}, {"metadata": None}):
        yield Call("accuracy_metrics.record", {**new, **wrong})
    yield Call("accuracy_metrics.record", rows=[new, {**new, "value": 0.75}])
