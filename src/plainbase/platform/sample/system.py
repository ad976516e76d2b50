"""Measurements of the system over days, and how long rows are kept."""

from __future__ import annotations

import math
from datetime import timedelta

from plainbase.platform.sample.source import DAYS, Source

MEASURES = (("cpu_percent", "%", 35.0), ("memory_used", "bytes", 2.0**34), ("requests_per_second", None, 12.0))
POLICIES = (
    ("inference_requests", 90, "archive"),
    ("login_attempts", 30, "delete"),
    ("predictions", 365, "archive"),
    ("system_metrics", 14, "delete"),
    ("generations", 400, "delete"),
    ("evaluations", 36500, "archive"),
)


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _metrics(source)
    source.tables["retention_policies"] = [
        {
            "table_name": table,
            "keep_days": days,
            "action": action,
            "enabled": table != "evaluations",
            "last_run_at": source.time(0.99) if index % 2 else None,
            "created_at": source.time(0),
            "updated_at": source.time(0.99),
        }
        for index, (table, days, action) in enumerate(POLICIES)
    ]


def _metrics(source: Source) -> None:
    """Each measure follows the time of day; a few are odd: negative, infinite, without labels or with strange ones."""
    rows = source.tables["system_metrics"] = []
    count = source.many(60)
    for step in range(count):
        at = source.until - timedelta(days=DAYS / 2) * (1 - step / count)
        day = math.sin(at.hour / 24 * 2 * math.pi)
        for place, (name, unit, level) in enumerate(MEASURES):
            index = len(rows)
            rows.append(
                {
                    "id": index + 1,
                    "name": name,
                    "value": round(level * (1 + 0.4 * day + source.random.gauss(0, 0.08)), 3),
                    "unit": unit,
                    "labels": source.json(index, {"host": f"node-{step % 3}", "pool": "größe"}),
                    "recorded_at": at if place < 2 else at + timedelta(milliseconds=1, microseconds=-1),
                }
            )
    for value in source.edge((float("inf"), -float("inf"), 0.0, -273.15, 1.7976931348623157e308), ()):
        rows.append({**rows[-1], "id": len(rows) + 1, "name": "limits", "value": value, "unit": "°" * 50})
    for row in rows:
        row["recorded_at"] = min(row["recorded_at"], source.until)
