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


def _maintenance() -> Iterator[Call]:
    for query in ("table_statistics", "index_use", "database_size", "version", "schema_version"):
        yield Call(f"maintenance.{query}")


def _views() -> Iterator[Call]:
    yield Call("view_refreshes.list")
    for file in sorted((shipped.folder("schema") / "sqlite" / "migrations").glob("*.up.sql")):
        for name in re.findall(r"CREATE VIEW (\w+)_live", file.read_text()):
            yield Call("view_refreshes.get", {"view_name": name})
    yield Call("view_refreshes.get", {"view_name": "nothing"})
