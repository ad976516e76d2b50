"""Random filters of results, and what they mean in plain Python, for what is no text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import hypothesis.strategies as st

from plainbase import values
from plainbase.platform.results import SearchFilters

RANGES = {
    "rating": "human_rating",
    "score": "score",
    "cost": "cost_usd",
    "latency_ms": "latency_ms",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
}
EQUALS = {
    "experiment_ids": "experiment_id",
    "benchmark_ids": "benchmark_id",
    "model_version_ids": "model_version_id",
    "providers": "provider",
    "models": "model",
    "team_ids": "team_id",
    "created_by": "created_by",
}
STATUSES = {
    "experiment_statuses": ("experiments", "experiment_id"),
    "benchmark_statuses": ("benchmarks", "benchmark_id"),
}

STATUS = ("pending", "running", "completed", "failed", "cancelled")


class Known:
    """The rows that there are, which are too many to be shown."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows = rows


def holds(filters: SearchFilters, row: Mapping[str, Any], statuses: Mapping[str, Mapping[Any, str]]) -> bool:
    """Whether a row meets filters, of which none is a text; `statuses` are by table and id."""
    checks = [row[column] in wanted for name, column in EQUALS.items() if (wanted := getattr(filters, name))]
    for name, (table, column) in STATUSES.items():
        if wanted := getattr(filters, name):
            checks.append(statuses[table].get(row[column]) in wanted)
    for name, column in RANGES.items():
        low, high = getattr(filters, f"min_{name}"), getattr(filters, f"max_{name}")
        checks += [row[column] is not None and row[column] >= low] if low is not None else []
        checks += [row[column] is not None and row[column] <= high] if high is not None else []
    checks += [row["created_at"] >= filters.date_from] if filters.date_from else []
    checks += [row["created_at"] < filters.date_to] if filters.date_to else []
    checks += [has(row["metadata"], key, value) for key, value in filters.metadata.items()]
    checks += [holds(group, row, statuses) for group in filters.all_of]
    checks += [any(holds(group, row, statuses) for group in filters.any_of)] if filters.any_of else []
    return all(checks)


def has(metadata: Any, key: str, value: Any) -> bool:
    """Whether metadata have a value under a key: numbers by what is written of them, all else by type and value."""
    if not isinstance(metadata, dict) or key not in metadata:
        return False
    there = metadata[key]
    if isinstance(there, dict | list):
        return False
    if isinstance(there, bool) or isinstance(value, bool) or not isinstance(there, int | float):
        return type(there) is type(value) and there == value
    return isinstance(value, int | float) and written(there) == written(value)


def written(number: float) -> Decimal:
    """The number that stands in the JSON."""
    return Decimal(values.json_text(number))


def filters(known: Known, words: Sequence[str] = ()) -> st.SearchStrategy[SearchFilters]:
    """Filters about what rows have, and a little beside it, with groups in groups."""
    return st.recursive(
        _flat(known, words).filter(lambda each: not each.is_empty),
        lambda inner: st.builds(_grouped, _flat(known, words), _groups(inner), _groups(inner)).filter(
            lambda each: not each.is_empty
        ),
        max_leaves=4,
    )


def _groups(inner: st.SearchStrategy[SearchFilters]) -> st.SearchStrategy[list[SearchFilters]]:
    return st.lists(inner, max_size=3)


def _grouped(outer: SearchFilters, any_of: list[SearchFilters], all_of: list[SearchFilters]) -> SearchFilters:
    return replace(outer, any_of=any_of, all_of=all_of)


@st.composite
def _flat(draw: st.DrawFn, known: Known, words: Sequence[str]) -> SearchFilters:
    rows = known.rows
    given: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from([*EQUALS, *STATUSES, *RANGES, "dates", "metadata", "text"]), max_size=3)):
        row = draw(st.sampled_from(rows))
        if name in EQUALS:
            there = sorted({each[EQUALS[name]] for each in rows} - {None}, key=str)
            given[name] = draw(st.lists(st.sampled_from(there), min_size=1, max_size=3))
        elif name in STATUSES:
            given[name] = draw(st.lists(st.sampled_from(STATUS), min_size=1, max_size=3))
        elif name in RANGES and row[RANGES[name]] is not None:
            given[f"{draw(st.sampled_from(('min', 'max')))}_{name}"] = row[RANGES[name]]
        elif name == "dates":
            end = draw(st.sampled_from(("date_from", "date_to")))
            given[end] = row["created_at"] + timedelta(microseconds=draw(st.integers(0, 1)))
        elif name == "metadata":
            pairs = [(key, value) for each in rows for key, value in _pairs(each["metadata"])]
            key, value = draw(st.sampled_from(pairs))
            given["metadata"] = {key: draw(st.sampled_from([value, value, *(other for _, other in pairs)]))}
        elif name == "text" and words:
            given["query_text"] = " ".join(draw(st.lists(st.sampled_from(words), min_size=1, max_size=3)))
            parts = ("input", "output", "human_feedback")
            given["text_in"] = draw(st.lists(st.sampled_from(parts), min_size=1, unique=True))
    low, high = given.get("date_from"), given.get("date_to")
    if low and high and low >= high:
        del given["date_to"]
    for name in RANGES:
        low, high = given.get(f"min_{name}"), given.get(f"max_{name}")
        if low is not None and high is not None and low > high:
            given[f"min_{name}"], given[f"max_{name}"] = high, low
    return SearchFilters(**given)


def _pairs(metadata: Any) -> list[tuple[str, Any]]:
    found = metadata.items() if isinstance(metadata, dict) else []
    return [(key, value) for key, value in found if not isinstance(value, dict | list)]


HOSTILE: Sequence[Mapping[str, Any]] = [
    {"a": 1, "b": "1"},
    {"a": 1.0},
    {"a": True},
    {"a": "true"},
    {"a": None},
    {"a": ""},
    {"a": [1]},
    {"a": {"a": 1}},
    {"A": 1},
    {"": 1},
    {"": ""},
    {"a.b": 1, "$.a": 2, "$": 3},
    {'quo"te': "quo'te", "back\\slash": "\\", "new\nline": "\t"},
    {"ключ": "значение", "🗝": "🔒", "\u00e9": "e\u0301", "e\u0301": "\u00e9"},
    {"big": 10**23},
    {"big": 10**23 + 1},
    {"big": 1e23},
    {"big": 2**63},
    {"big": 2**63 - 1},
    {"big": -(2**63)},
    {"big": 2**60},
    {"big": float(2**60)},
    {"big": 2**53 + 1},
    {"big": 1.7976931348623157e308},
    {"big": 10**400},
    {"f": 0.1},
    {"f": 0.1 + 0.2},
    {"f": 0.3},
    {"f": 1e-7},
    {"f": 5e-324},
    {"f": -0.0},
    {"f": 0},
    {"f": -1.5},
    {"f": 1234567.8999999999},
    {"long": "x" * 200},
    {"long": "x" * 199 + "y"},
    {"k" * 150 + "a": 1},
    {"k" * 150 + "b": 1},
    {"seed": 999999.9999996817},
    {"seed": 1000000},
]
"""Metadata of which each must be told from all others."""

HOSTILE_AT = datetime(2026, 3, 1, tzinfo=UTC)
