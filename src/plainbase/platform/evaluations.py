"""Evaluations: outputs of models with their scores, kept one by one or many at once, and rated by people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from typing import Any
from uuid import UUID

from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit
from plainbase.typed import EvaluationsGetRow
from plainbase.values import uuid7


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One output of a model: the latency in milliseconds, the cost in US dollars, the rating from 1 to 5."""

    provider: str
    model: str
    input: str
    output: str
    expected: str | None = None
    experiment_id: UUID | None = None
    benchmark_id: UUID | None = None
    model_version_id: UUID | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    score: float | None = None
    human_rating: int | None = None
    human_feedback: str | None = None
    latency_ms: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    created_by: UUID | None = None
    team_id: UUID | None = None


FIELDS = tuple(each.name for each in fields(Evaluation))
COLUMNS = ("id", "input_digest", *FIELDS)


def input_digest(text: str) -> str:
    """The SHA-256 of an input's UTF-8 in hexadecimal, by which `evaluations.list_for_input` finds it."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()


async def create(db: AnyRunner, evaluation: Evaluation) -> EvaluationsGetRow:
    """Keep an evaluation.

    Raises ConstraintViolation for an unknown experiment, benchmark or version, or a rating outside 1 to 5, and
    DataInvalid for NaN.
    """
    values = _values(uuid7(), evaluation)
    return await db.evaluations.create(**dict(zip(COLUMNS, values, strict=True)))


async def create_many(db: AnyRunner, evaluations: Iterable[Evaluation]) -> list[UUID]:
    """Keep many evaluations, all or nothing; return their ids in order. Raises as `create` does."""
    rows = [_values(uuid7(), each) for each in evaluations]
    await db.insert_rows("evaluations", COLUMNS, rows)
    return [row[0] for row in rows]


async def rate(
    db: AnyRunner, evaluation_id: UUID, rating: int | None, *, feedback: str | Omit | None = OMIT
) -> EvaluationsGetRow:
    """Set an evaluation's human rating, 1 to 5 or None to take it back, and the feedback where it is passed.

    Raises RowNotFound for an unknown evaluation and ConstraintViolation for a rating outside 1 to 5.
    """
    async with db.transaction() as tx:
        await tx.evaluations.rate(id=evaluation_id, human_rating=rating, human_feedback=feedback)
        return await tx.evaluations.get(id=evaluation_id)


def _values(identifier: UUID, evaluation: Evaluation) -> tuple[Any, ...]:
    text = evaluation.input
    digest = input_digest(text) if isinstance(text, str) else None  # what is not a text is refused with the others
    return (identifier, digest, *(_plain(getattr(evaluation, name)) for name in FIELDS))


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
