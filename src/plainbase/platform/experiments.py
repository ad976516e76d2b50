"""The life of an experiment: begun with its training runs, given results, ended once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn
from uuid import UUID

from plainbase.errors import ConstraintViolation
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit
from plainbase.transaction import Transaction
from plainbase.typed import ExperimentsAttachRunRow, ExperimentsGetRow

PATH_CHECK = "experiments_status_path_check"
"""The rule by which an experiment goes from pending to running to one end."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """What is to be tried, on which dataset, with which version of a model."""

    name: str
    hypothesis: str | None = None
    dataset_id: UUID | None = None
    model_version_id: UUID | None = None
    config: dict[str, Any] = field(default_factory=dict)
    created_by: UUID | None = None
    team_id: UUID | None = None


async def begin(
    db: AnyRunner, experiment: Experiment, *, runs: Mapping[UUID, str | None] | Iterable[UUID] = ()
) -> ExperimentsGetRow:
    """Create an experiment, attach its training runs (ids, or a label by id) and start it, all or nothing.

    Raises ConstraintViolation for an unknown dataset, version, run or owner.
    """
    async with db.transaction() as tx:
        created = await tx.experiments.create(**asdict(experiment))
        await attach_runs(tx, created.id, runs)
        return await start(tx, created.id)


async def attach_runs(
    db: AnyRunner, experiment_id: UUID, runs: Mapping[UUID, str | None] | Iterable[UUID]
) -> list[ExperimentsAttachRunRow]:
    """Make training runs (ids, or a label by id) part of an experiment, all or nothing; return their rows in order.

    A run that is attached already keeps its label unless a new one is given. Raises ConstraintViolation for an unknown
    experiment or run.
    """
    labels = runs if isinstance(runs, Mapping) else dict.fromkeys(runs)
    return await db.experiments.attach_run.batch(
        [{"experiment_id": experiment_id, "training_run_id": run, "label": label} for run, label in labels.items()]
    )


async def named(db: AnyRunner, name: str) -> list[UUID]:
    """The ids of the experiments of one name, the newest first; it reads them all, since names have no index."""
    return [row.id async for row in db.experiments.list.stream(limit=2**31) if row.name == name]


async def start(db: AnyRunner, experiment_id: UUID) -> ExperimentsGetRow:
    """Start a pending experiment; raises as `finish` does."""
    async with db.transaction() as tx:
        if not await tx.experiments.start(id=experiment_id):
            await _refuse(tx, experiment_id, "running")
        return await tx.experiments.get(id=experiment_id)


async def store_results(
    db: AnyRunner,
    experiment_id: UUID,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
    cost_usd: float | Omit | None = OMIT,
) -> ExperimentsGetRow:
    """Store what came out, whatever the status; what is not passed stays. The cost is in US dollars.

    Raises RowNotFound for an unknown experiment.
    """
    async with db.transaction() as tx:
        await tx.experiments.store_results(id=experiment_id, results=results, metrics=metrics, cost_usd=cost_usd)
        return await tx.experiments.get(id=experiment_id)


async def finish(
    db: AnyRunner,
    experiment_id: UUID,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
    cost_usd: float | Omit | None = OMIT,
) -> ExperimentsGetRow:
    """End a running experiment as completed, with what came out.

    Raises RowNotFound for an unknown experiment and ConstraintViolation (`experiments_status_path_check`) where its
    status does not lead there; nothing is written then.
    """
    return await _end(db, experiment_id, "completed", results=results, metrics=metrics, cost_usd=cost_usd)


async def fail(
    db: AnyRunner,
    experiment_id: UUID,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
    cost_usd: float | Omit | None = OMIT,
) -> ExperimentsGetRow:
    """End a pending or running experiment as failed, with what came out; raises as `finish` does."""
    return await _end(db, experiment_id, "failed", results=results, metrics=metrics, cost_usd=cost_usd)


async def cancel(db: AnyRunner, experiment_id: UUID) -> ExperimentsGetRow:
    """End a pending or running experiment as cancelled; raises as `finish` does."""
    return await _end(db, experiment_id, "cancelled")


async def _end(db: AnyRunner, experiment_id: UUID, status: str, **stored: Any) -> ExperimentsGetRow:
    async with db.transaction() as tx:
        if not await tx.experiments.update_status(id=experiment_id, status=status):
            await _refuse(tx, experiment_id, status)
        if any(value is not OMIT for value in stored.values()):
            await tx.experiments.store_results(id=experiment_id, **stored)
        return await tx.experiments.get(id=experiment_id)


async def _refuse(tx: Transaction, experiment_id: UUID, status: str) -> NoReturn:
    row = await tx.experiments.get(id=experiment_id)
    message = f"an experiment that is {row.status} cannot become {status}"
    raise ConstraintViolation(message, kind="check", constraint=PATH_CHECK, query="experiments.update_status")
