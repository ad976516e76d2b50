"""The columns of an export and what their values are; the same for every format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

from pypika.terms import Term

from plainbase.dialect import Dialect
from plainbase.platform.export.options import ExportOptions
from plainbase.platform.results.engines import Written


class Kind(Enum):
    """What the values of a column are; ids, JSON and timestamps come from the database as texts."""

    ID = auto()
    TEXT = auto()
    JSON = auto()
    REAL = auto()
    INTEGER = auto()
    TIMESTAMP = auto()


KINDS: Mapping[str, Kind] = {
    "id": Kind.ID,
    "experiment_id": Kind.ID,
    "benchmark_id": Kind.ID,
    "model_version_id": Kind.ID,
    "provider": Kind.TEXT,
    "model": Kind.TEXT,
    "input": Kind.TEXT,
    "input_digest": Kind.TEXT,
    "output": Kind.TEXT,
    "expected": Kind.TEXT,
    "metrics": Kind.JSON,
    "score": Kind.REAL,
    "human_rating": Kind.INTEGER,
    "human_feedback": Kind.TEXT,
    "latency_ms": Kind.REAL,
    "input_tokens": Kind.INTEGER,
    "output_tokens": Kind.INTEGER,
    "cost_usd": Kind.REAL,
    "metadata": Kind.JSON,
    "created_by": Kind.ID,
    "team_id": Kind.ID,
    "created_at": Kind.TIMESTAMP,
    "updated_at": Kind.TIMESTAMP,
}
"""The columns in their order, that of `results.COLUMNS`."""

_METADATA = {"metadata", "metrics"}
_HUMAN_FEEDBACK = {"human_rating", "human_feedback"}


def chosen(options: ExportOptions) -> tuple[str, ...]:
    """The columns that are exported."""
    left_out: set[str] = set()
    if not options.include_metadata:
        left_out |= _METADATA
    if not options.include_human_feedback:
        left_out |= _HUMAN_FEEDBACK
    return tuple(name for name in KINDS if name not in left_out)


AS_TEXT: Mapping[Kind, Mapping[str, str]] = {
    Kind.ID: dict.fromkeys(Dialect, "CAST({name} AS text)"),
    Kind.JSON: dict.fromkeys(Dialect, "CAST({name} AS text)"),
    Kind.TIMESTAMP: {
        Dialect.SQLITE: "CAST({name} AS text)",
        # What no year from 1 to 9999 has, infinity as well, is as PostgreSQL writes it; to_char would leave BC out.
        Dialect.POSTGRES: (
            "CASE WHEN {name} AT TIME ZONE 'UTC' >= '0001-01-01' AND {name} AT TIME ZONE 'UTC' < '10000-01-01'"
            """ THEN to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
            " ELSE CAST({name} AT TIME ZONE 'UTC' AS text) END"
        ),
    },
}
"""What is selected as a text by the engine, so that no object is made of a value that is written as a text anyway."""


def selected(columns: Sequence[str], dialect: str) -> list[str | Term]:
    """What to select; under names of their own, since rows are ordered by the columns themselves."""
    return [_selected(name, dialect) for name in columns]


def _selected(name: str, dialect: str) -> str | Term:
    texts = AS_TEXT.get(KINDS[name])
    return name if texts is None else Written(f"{texts[dialect].format(name=name)} AS {name}_text")
