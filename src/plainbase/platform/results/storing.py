"""Keeping results: what came out of an experiment with its evaluations, ratings, and the summary of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform import evaluations as evaluation_rows
from plainbase.platform import experiments
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit
from plainbase.typed import EvaluationsAggregatesRow, EvaluationsGetRow, ExperimentsGetRow, ExperimentsSummaryRow


@dataclass(frozen=True, slots=True)
class Summary:
    """An experiment as it stands: its runs and evaluations added up, and the latter for each provider's model."""

    experiment: ExperimentsSummaryRow
    models: tuple[EvaluationsAggregatesRow, ...]


async def store(
    db: AnyRunner,
    experiment_id: UUID,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
    cost_usd: float | Omit | None = OMIT,
    evaluations: Iterable[Evaluation] = (),
) -> ExperimentsGetRow:
    """Store what came out of an experiment, and its evaluations, all or nothing; what is not passed stays.

    Raises as `experiments.store_results` and `evaluations.create_many` do, and ParameterError for an evaluation that
    names another experiment.
    """
    async with db.transaction() as tx:
        row = await experiments.store_results(tx, experiment_id, results=results, metrics=metrics, cost_usd=cost_usd)
        await evaluation_rows.create_many(tx, _of_experiment(experiment_id, evaluations))
        return row


async def rate(
    db: AnyRunner, evaluation_id: UUID, rating: int | None, *, feedback: str | Omit | None = OMIT
) -> EvaluationsGetRow:
    """Set the human rating of a result, 1 to 5 or None to take it back; raises as `evaluations.rate` does."""
    return await evaluation_rows.rate(db, evaluation_id, rating, feedback=feedback)


async def summary(db: AnyRunner, experiment_id: UUID) -> Summary:
    """Add up what an experiment has now. Raises RowNotFound for an unknown one."""
    async with db.transaction() as tx:
        experiment = await tx.experiments.summary(id=experiment_id)
        return Summary(experiment, tuple(await tx.evaluations.aggregates(experiment_id=experiment_id)))


def _of_experiment(experiment_id: UUID, evaluations: Iterable[Evaluation]) -> Iterator[Evaluation]:
    for each in evaluations:
        if each.experiment_id not in (None, experiment_id):
            raise ParameterError("evaluations: one of them is of another experiment")
        yield replace(each, experiment_id=experiment_id)
