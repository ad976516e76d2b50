"""Evaluations to export, the same in every database, and what their values are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from plainbase import Database

COLUMNS = (
    "id",
    "provider",
    "model",
    "input",
    "output",
    "expected",
    "metrics",
    "score",
    "human_rating",
    "human_feedback",
    "latency_ms",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "metadata",
    "created_at",
    "updated_at",
)
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

HOSTILE = (
    "plain",
    "",
    " ",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\ufeff=1",
    "\u200b@x",
    "\uff1d1+1",
    "\uff0b1",
    "\uff0d1",
    "\uff20x",
    "'",
    "'=1",
    "''=1",
    "'plain",
    '"=1"',
    'a "quoted" text',
    '"',
    '""',
    "a,b;c",
    "two\nlines",
    "two\r\nlines\r",
    "back\\slash \\n \\u0000",
    "null",
    "NaN",
    "emoji 👩‍🚀 and 🇩🇪",
    "مرحبا \u202eabc\u202c",
    "line\u2028and\u2029paragraph \x85 \x7f \x01\x1f",
    "e\u0301 é \U0010ffff \ufffe",
    "=cmd|'/c calc'!A1",
)
"""Texts that a format might break, or a spreadsheet run."""

METADATA: tuple[Any, ...] = (
    {},
    {"split": "test", "seed": 7, "a": [1, 2.5, None, True], "Z": {"y": 1, "b": -0.1}},
    {"b": 1, "aa": 2, "a": 3, "é": "ü", "=1": "=1", "": '"'},
    {"big": 2**70, "small": 1e-7, "large": 1e22, "tenth": 0.1, "whole": 1.0, "deep": [[[{}]]]},
    {"text": "two\nlines \u2028 \\ 👩‍🚀 ,\n"},
)


def row(number: int) -> tuple[Any, ...]:
    """An evaluation; each number has another mix of values."""
    text = HOSTILE[number % len(HOSTILE)]
    at = NOON + timedelta(seconds=number // 2, microseconds=number % 3)
    return (
        UUID(int=(7 << 76) + (2 << 62) + number),
        text[:90] or "nobody",
        f"model {text}"[:90],
        text,
        HOSTILE[(number * 7 + 1) % len(HOSTILE)] * (1 + number % 3),
        None if number % 3 == 0 else text,
        {"accuracy": number / 7, "exact": number % 2 == 0},
        None if number % 4 == 0 else (number - 50) / 3,
        None if number % 2 else 1 + number % 5,
        None if number % 5 == 0 else text,
        None if number % 6 == 0 else number * 1.1,
        None if number % 7 == 0 else number % 900 * 10**9,
        number,
        None if number % 8 == 0 else number / 1e6,
        METADATA[number % len(METADATA)],
        at,
        at + timedelta(days=1),
    )


def rows(count: int) -> list[tuple[Any, ...]]:
    """So many evaluations, newest first, as an export gives them."""
    return sorted(map(row, range(count)), key=lambda each: (each[15], str(each[0])), reverse=True)


async def insert(db: Database, count: int) -> list[dict[str, Any]]:
    """Insert so many; give them as an export gives them."""
    made = rows(count)
    for start in range(0, count, 20_000):
        await db.insert_rows("evaluations", COLUMNS, made[start : start + 20_000])
    return [dict(zip(COLUMNS, each, strict=True)) for each in made]
