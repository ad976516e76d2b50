"""Calls of the system queries: measurements, retention, maintenance, refreshes of views."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from parity.call import AT, UNTIL, Call, Sample
from plainbase import shipped


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of the domain."""
    yield from _metrics(sample)
    yield from _retention(sample)
    yield from _cleanups(sample)
    yield from _maintenance()
    yield from _views()


def _metrics(sample: Sample) -> Iterator[Call]:
    rows = sample["system_metrics"]
    row = next(each for each in rows if each["labels"])
    new = {"name": "cpu_percent", "value": 12.5}
    yield Call("system_metrics.log", new)
    yield Call("system_metrics.log", {**new, "unit": "%", "labels": {"host": "a"}, "recorded_at": AT})
    yield Call("system_metrics.log", rows=[{**new, "value": 3}, {**new, "value": float("inf")}])
    for wrong in (
        {"name": ""},
        {"name": "x" * 256},
        {"unit": ""},
        {"unit": "x" * 51},
        {"value": None},
        {"value": float("nan")},
        {"value": "1"},
        {"labels": None},
        {"recorded_at": datetime(2026, 1, 1)},
    ):
        yield Call("system_metrics.log", {**new, **wrong})
    yield Call("system_metrics.series", {"name": rows[0]["name"], "until": rows[0]["recorded_at"]})
    times = {"since": AT - timedelta(days=2), "until": UNTIL - timedelta(days=1)}
    for name in sorted({each["name"] for each in rows}):
        yield Call("system_metrics.series", {"name": name, **times})
        yield Call("system_metrics.series_sampled", {"name": name, "max_points": 10, **times})
    for labels in (row["labels"], {**row["labels"], "no": "such"}, {"no": "such"}, {}):
        yield Call("system_metrics.series", {"name": row["name"], "labels": labels, **times})
        yield Call("system_metrics.series_sampled", {"name": row["name"], "labels": labels, "max_points": 3})
    for points in (0, 1, 7, 100_000):
        yield Call("system_metrics.series_sampled", {"name": row["name"], "max_points": points})
    yield Call("system_metrics.series", {"name": row["name"].upper()})
    yield Call("system_metrics.latest", {"names": [row["name"], "no such name"]})
    yield Call("system_metrics.latest", {"names": []})
    yield Call("system_metrics.list_names")
    for since in (AT, times["since"], UNTIL, row["recorded_at"]):
        yield Call("system_metrics.resource_use", {"since": since})
    yield Call("system_metrics.delete_before", {"before": AT, "limit": 5})
    yield Call("system_metrics.delete_before", {"before": UNTIL})
    yield Call("system_metrics.delete_before", {"before": AT, "limit": 0})


def _retention(sample: Sample) -> Iterator[Call]:
    known = sample["retention_policies"][0]["table_name"]
    new = {"table_name": "jobs", "keep_days": 30}
    for params in (
        new,
        {"action": "archive", "enabled": False},
        {"table_name": known},
        {"table_name": ""},
        {"table_name": "x" * 64},
        {"keep_days": 0},
        {"keep_days": 36501},
        {"keep_days": 1.5},
        {"action": "burn"},
        {"enabled": None},
    ):
        yield Call("retention_policies.set", {**new, **params})
    for query in ("get", "mark_run", "delete"):
        yield Call(f"retention_policies.{query}", {"table_name": known})
        yield Call(f"retention_policies.{query}", {"table_name": "nothing"})
    yield Call("retention_policies.mark_run", {"table_name": known, "now": AT})
    yield Call("retention_policies.list", {"enabled": True})
    yield Call("retention_policies.list", {"enabled": False})


_AGES = {
    "predictions": "created_at",
    "system_metrics": "recorded_at",
    "login_attempts": "attempted_at",
    "generations": "created_at",
    "inference_requests": "created_at",
    "inference_sessions": "created_at",
    "evaluations": "created_at",
    "jobs": "completed_at",
}


def _cleanups(sample: Sample) -> Iterator[Call]:
    for table, age in _AGES.items():
        rows = sorted((row for row in sample[table] if row[age]), key=lambda row: (row[age], row["id"]))
        middle = rows[len(rows) // 2]
        page = {"after_age": middle[age], "after_id": middle["id"]}
        states: list[dict[str, object]] = [{}]
        if table == "jobs":
            states = [{"state": state} for state in ("completed", "cancelled", "dead")]
        for before in (UNTIL + timedelta(days=1), AT, middle[age], rows[0][age]):
            yield Call(f"{table}.count_before", {"before": before})
            yield Call(f"{table}.hold_before", {"before": before, "ids": [row["id"] for row in rows]})
            for state in states:
                yield Call(f"{table}.list_before", {"before": before, "limit": 20, **state})
                yield Call(f"{table}.list_before", {"before": before, "limit": 20, **state, **page})
        yield Call(f"{table}.hold_before", {"before": UNTIL, "ids": []})
        yield Call(f"{table}.delete_listed", {"ids": [row["id"] for row in rows[::2]]})
        yield Call(f"{table}.delete_listed", {"ids": []})
    yield from _measured_runs(sample)
    yield Call("maintenance.hold_cleanup")
    for last in (1, 10**9):
        yield Call("maintenance.pass_ids", {"table_name": "predictions", "id": last})


def _measured_runs(sample: Sample) -> Iterator[Call]:
    runs = [row for row in sample["training_runs"] if row["finished_at"]]
    metrics = sample["training_metrics"]
    middle = sorted(runs, key=lambda row: row["finished_at"])[len(runs) // 2]
    for before in (UNTIL + timedelta(days=1), AT, middle["finished_at"], UNTIL - timedelta(days=4000)):
        yield Call("training_metrics.count_before", {"before": before})
        yield Call("training_metrics.hold_before", {"before": before, "ids": [row["id"] for row in metrics[::3]]})
        yield Call("training_runs.list_measured_before", {"before": before})
        yield Call("training_runs.list_measured_before", {"before": before, "after_id": middle["id"], "limit": 3})
    for run in [*runs[:2], *(row for row in sample["training_runs"] if not row["finished_at"])][:4]:
        of = {"run_id": run["id"], "before": UNTIL + timedelta(days=1), "limit": 5}
        yield Call("training_metrics.list_before", of)
        for row in [row for row in metrics if row["run_id"] == run["id"]][:1]:
            place = {"after_name": row["name"], "after_step": row["step"], "after_id": row["id"]}
            yield Call("training_metrics.list_before", {**of, **place})
    yield Call("training_metrics.delete_listed", {"ids": [row["id"] for row in metrics[::2]]})


def _maintenance() -> Iterator[Call]:
    for query in ("table_statistics", "index_use", "database_size", "version", "schema_version"):
        yield Call(f"maintenance.{query}")
    for query in ("jobs", "workers", "database"):
        yield Call(f"metrics.{query}")
    yield Call("metrics.workers", {"seconds": 1e9})


def _views() -> Iterator[Call]:
    yield Call("view_refreshes.list")
    for file in sorted((shipped.folder("schema") / "sqlite" / "migrations").glob("*.up.sql")):
        for name in re.findall(r"CREATE VIEW (\w+)_live", file.read_text()):
            yield Call("view_refreshes.get", {"view_name": name})
    yield Call("view_refreshes.get", {"view_name": "nothing"})
