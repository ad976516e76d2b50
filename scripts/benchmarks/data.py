"""The rows that are read and written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

RECORDS = 10_000
FIRST, LAST = 4_001, 4_200
"""The ids of the 200 rows that are read at once."""
KEYS = tuple(1 + n * 7_919 % RECORDS for n in range(1_000))
COUNTER, STEP = 1, 7
RECORD_COLUMNS = ("id", "name", "status", "step", "value", "score", "note", "parent_id")
EVENT_COLUMNS = ("record_id", "name", "step", "value")
EVENT = (17, "loss", 1_200, 0.6931)
EVENTS = [(n % 50, "loss", n, 1 / (n + 1)) for n in range(2_000)]
NAMED_EVENT: dict[str, Any] = dict(zip(EVENT_COLUMNS, EVENT, strict=True))
NAMED_EVENTS: list[dict[str, Any]] = [dict(zip(EVENT_COLUMNS, event, strict=True)) for event in EVENTS]
DOCUMENTS = 200


def record(number: int) -> tuple[object, ...]:
    """The record with a number."""
    note = None if number % 10 == 0 else f"a note on record {number}"
    return (
        number,
        f"record {number}",
        ("pending", "running", "completed")[number % 3],
        number * 10,
        number / 7,
        number / 11,
        note,
        number // 2,
    )


def document(number: int) -> tuple[int, UUID, datetime, dict[str, object]]:
    """The document with a number."""
    created_at = datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=number, microseconds=number)
    return (
        number,
        UUID(int=number * 2**64 + 1),
        created_at,
        {"epoch": number, "tags": ["a", "b"], "rates": {"start": 0.5}},
    )
