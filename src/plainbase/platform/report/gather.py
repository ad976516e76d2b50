"""Everything a report shows, read from a database; a section that fails is told, and the others are made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypeAlias
from uuid import UUID

from plainbase.errors import ParameterError, PlainbaseError, RowNotFound
from plainbase.platform import experiments
from plainbase.platform.report.document import Block, Report, Section, Snapshot, Table
from plainbase.platform.report.sections import (
    comparisons,
    curves,
    evaluations,
    experiment,
    hyperparameters,
    leaderboard,
    summary,
    usage,
)
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, name
from plainbase.platform.runners import AnyDatabase
from plainbase.typed import ExperimentsGetRow

Make: TypeAlias = Callable[[Subject], Awaitable[list[Block]]]

PLATFORM: Sequence[tuple[str, str, Make]] = (
    ("summary", "Summary", summary.blocks),
    ("leaderboard", "Leaderboard", leaderboard.blocks),
    ("curves", "Learning curves", curves.blocks),
    ("comparisons", "Comparisons", comparisons.blocks),
    ("usage", "Cost and latency", usage.blocks),
    ("hyperparameters", "Hyperparameters", hyperparameters.blocks),
)
EXPERIMENT: Sequence[tuple[str, str, Make]] = (
    ("experiment", "The experiment", experiment.blocks),
    ("comparisons", "Comparisons", comparisons.blocks),
    ("curves", "Learning curves", curves.blocks),
    ("evaluations", "Evaluations, cost and latency", evaluations.blocks),
    ("leaderboard", "Leaderboard", leaderboard.blocks),
    ("hyperparameters", "Hyperparameters", hyperparameters.blocks),
)


async def gather(
    db: AnyDatabase, experiment_id: UUID | None = None, *, run_ids: Sequence[UUID] = (), fresh: bool = False
) -> Report:
    """Read what a report of an experiment shows, or without one of the whole platform.

    The curves are those of `run_ids` where given. `fresh` refreshes the materialized views first; one that cannot be
    is told in the report. Raises ParameterError for an unknown experiment, and where no section can be made the error
    of the first.
    """
    subject = Subject(db, datetime.now(UTC), await _experiment(db, experiment_id), tuple(run_ids))
    if fresh:
        with suppress(PlainbaseError):  # kept in view_refreshes, and told with the snapshots
            await db.refresh_all()
    sections = []
    errors = []
    for key, title, make in EXPERIMENT if subject.experiment else PLATFORM:
        try:
            sections.append(Section(key, title, [_without_empty(block) for block in await make(subject)]))
        except PlainbaseError as error:
            errors.append(error)
            sections.append(Section(key, title, error=" ".join(str(error).split())))
    if len(errors) == len(sections):
        raise errors[0]
    return Report(
        title=name(subject.experiment.name, 300) if subject.experiment else "Models, runs and experiments",
        subtitle="Experiment report" if subject.experiment else "Platform report",
        database=db.options.safe_url,
        made_at=subject.made_at,
        version=version("plainbase"),
        snapshots=await _snapshots(db),
        sections=sections,
    )


def _without_empty(block: Block) -> Block:
    """A table without the columns in which no row has anything."""
    if not isinstance(block, Table) or not block.rows:
        return block
    kept = [place for place in range(len(block.columns)) if any(row[place] != NONE for row in block.rows)]
    return Table(
        block.caption, [block.columns[place] for place in kept], [[row[place] for place in kept] for row in block.rows]
    )


async def find(db: AnyDatabase, reference: str) -> UUID:
    """The id of the experiment with this id or name; raises ParameterError for none, and for several of one name."""
    try:
        return UUID(reference)
    except ValueError:
        pass
    found = await experiments.named(db, reference)
    if not found:
        raise ParameterError(f"there is no experiment {name(reference, 80)!r}; give its id or its whole name")
    if len(found) > 1:
        ids = ", ".join(map(str, found[:3]))
        raise ParameterError(f"{len(found)} experiments are named {name(reference, 80)!r}; give an id: {ids}")
    return found[0]


async def _experiment(db: AnyDatabase, experiment_id: UUID | None) -> ExperimentsGetRow | None:
    if experiment_id is None:
        return None
    try:
        return await db.experiments.get(id=experiment_id)
    except RowNotFound:
        raise ParameterError(f"there is no experiment {experiment_id}") from None


async def _snapshots(db: AnyDatabase) -> list[Snapshot]:
    try:
        rows = await db.view_refreshes.list()
    except PlainbaseError:
        return []
    return [Snapshot(row.view_name, row.refreshed_at, row.last_error) for row in rows]
