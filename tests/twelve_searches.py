"""The twelve searches of results whose first page must come from an index on both engines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from plainbase.platform.results import SearchFilters

SOMETHING = UUID("01900000-0000-7000-8000-000000000001")


class Asked(NamedTuple):
    """What is asked, and in which order."""

    filters: SearchFilters
    sort: str = "created_at"
    descending: bool = True


def twelve(
    *,
    experiment: UUID = SOMETHING,
    benchmark: UUID = SOMETHING,
    model_version: UUID = SOMETHING,
    provider: str = "openai",
    model: str = "gpt-4o",
    words: str = "gradient descent",
    key: str = "temperature",
    value: Any = 0.2,
    date_from: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    date_to: datetime = datetime(2026, 2, 1, tzinfo=UTC),
) -> dict[str, Asked]:
    """The searches by name, about what a database has."""
    return {
        "newest": Asked(SearchFilters()),
        "of an experiment": Asked(SearchFilters(experiment_ids=(experiment,))),
        "of a benchmark": Asked(SearchFilters(benchmark_ids=(benchmark,))),
        "of a model version": Asked(SearchFilters(model_version_ids=(model_version,))),
        "of a provider's model in some days": Asked(
            SearchFilters(providers=(provider,), models=(model,), date_from=date_from, date_to=date_to)
        ),
        "words": Asked(SearchFilters(query_text=words)),
        "words of a model": Asked(SearchFilters(query_text=words, models=(model,))),
        "metadata": Asked(SearchFilters(metadata={key: value})),
        "score at least, best first": Asked(SearchFilters(min_score=0.5), sort="score"),
        "rated well, newest first": Asked(SearchFilters(min_rating=4)),
        "dearest first": Asked(SearchFilters(), sort="cost_usd"),
        "slowest first": Asked(SearchFilters(), sort="latency_ms"),
    }
