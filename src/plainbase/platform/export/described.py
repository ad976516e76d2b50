"""Filters in words, for whoever reads what was exported."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from plainbase.platform.results import SearchFilters

_LISTS = {
    "experiment_ids": "experiment",
    "benchmark_ids": "benchmark",
    "model_version_ids": "model version",
    "providers": "provider",
    "models": "model",
    "experiment_statuses": "experiment status",
    "benchmark_statuses": "benchmark status",
    "team_ids": "team",
    "created_by": "created by",
}
_RANGES = {
    "rating": "human rating",
    "score": "score",
    "cost": "cost in US dollars",
    "latency_ms": "latency in ms",
    "input_tokens": "input tokens",
    "output_tokens": "output tokens",
}


def described(filters: SearchFilters) -> list[tuple[str, str]]:
    """Pairs of what is filtered and how; none where everything is meant."""
    return list(_parts(filters))


def _parts(filters: SearchFilters) -> Iterator[tuple[str, str]]:
    if filters.query_text is not None:
        yield f"text in {_either(filters.text_in)}", filters.query_text
    for field, name in _LISTS.items():
        if wanted := getattr(filters, field):
            yield name, _either(wanted)
    for field, name in _RANGES.items():
        if text := _range(getattr(filters, f"min_{field}"), getattr(filters, f"max_{field}")):
            yield name, text
    if filters.date_from is not None:
        yield "created from", _moment(filters.date_from)
    if filters.date_to is not None:
        yield "created before", _moment(filters.date_to)
    for key, value in filters.metadata.items():
        yield f"metadata {key}", str(value)
    for group in filters.all_of:
        yield from _parts(group)
    if filters.any_of:
        yield "any of", " or ".join(f"({_sentence(group)})" for group in filters.any_of)


def _sentence(filters: SearchFilters) -> str:
    return "; ".join(f"{name}: {text}" for name, text in _parts(filters)) or "everything"


def _range(low: Any, high: Any) -> str:
    if low is None:
        return "" if high is None else f"at most {high}"
    if high is None:
        return f"at least {low}"
    return f"{low}" if low == high else f"{low} to {high}"


def _either(wanted: Collection[Any]) -> str:
    *others, last = map(str, wanted)
    return f"{', '.join(others)} or {last}" if others else last


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC).isoformat(sep=' ').removesuffix('+00:00')} UTC"
