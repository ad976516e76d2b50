"""The columns of a result, and those that results are sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

COLUMNS = (
    "id",
    "experiment_id",
    "benchmark_id",
    "model_version_id",
    "provider",
    "model",
    "input",
    "input_digest",
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
    "created_by",
    "team_id",
    "created_at",
    "updated_at",
)
"""The columns of a row, those of `evaluations.get`."""

TEXTS = ("input", "output", "human_feedback")
"""The columns that a text is looked for in."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column to sort by: what its values are, and whether a row may have none; `indexed` ones come in order."""

    type: type[datetime] | type[float] | type[int] | type[str]
    nullable: bool = True
    indexed: bool = False


SORTS: Mapping[str, Sort] = {
    "created_at": Sort(datetime, nullable=False, indexed=True),
    "updated_at": Sort(datetime, nullable=False),
    "score": Sort(float, indexed=True),
    "human_rating": Sort(int, indexed=True),
    "latency_ms": Sort(float, indexed=True),
    "cost_usd": Sort(float, indexed=True),
    "input_tokens": Sort(int),
    "output_tokens": Sort(int),
    "provider": Sort(str, nullable=False),
    "model": Sort(str, nullable=False),
}
"""What results can be sorted by; a column without an index takes a sort of all that are found."""
