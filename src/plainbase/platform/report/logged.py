"""Which training runs a report is about, and which metrics they have logged."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from plainbase.platform.comparison.metrics import direction
from plainbase.platform.report.subject import Subject

LOOKED_AT = 100
"""How many of the newest runs are asked whether they have logged anything."""
METRICS = 50
"""How many metrics are looked for in older runs."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A run with the names of the metrics it has logged."""

    id: UUID
    name: str
    metrics: Sequence[str]


async def runs(subject: Subject, limit: int) -> list[Logged]:
    """The runs asked for, else the newest of the experiment or of all: those that logged anything."""
    db = subject.db
    if subject.run_ids:
        listed = [(run.id, run.name) for run in [await db.training_runs.get(id=each) for each in subject.run_ids]]
    elif subject.experiment_id:
        own = await db.experiments.list_runs(experiment_id=subject.experiment_id, limit=LOOKED_AT)
        listed = [(run.id, run.label or run.name) for run in own]
    else:
        newest = await db.training_runs.list(statuses=["running", "completed"], limit=LOOKED_AT)
        listed = [(run.id, run.name) for run in newest]
    found = []
    for run_id, run_name in listed:
        metrics = [row.name for row in await db.training_metrics.latest(run_id=run_id)]
        if metrics:
            found.append(Logged(run_id, run_name, metrics))
        if len(found) == limit:
            break
    if subject.experiment_id and not subject.run_ids:
        found.reverse()  # what an experiment began with is most often the baseline
    return found if found or subject.run_ids or subject.experiment_id else await _older(subject, limit)


async def _older(subject: Subject, limit: int) -> list[Logged]:
    """The newest runs that had logged anything at the last refresh, for where the newest of all have not."""
    db = subject.db
    metrics: dict[UUID, list[str]] = defaultdict(list)
    names: dict[UUID, str] = {}
    for metric in [row.name for row in await db.run_metric_summary.list_names()][:METRICS]:
        for run in await db.convergence.list_runs(metric=metric, limit=limit):
            metrics[run.run_id].append(metric)
            names[run.run_id] = run.run
    newest = sorted(names, key=lambda run_id: run_id.int, reverse=True)  # the ids begin with the time
    return [Logged(run_id, names[run_id], metrics[run_id]) for run_id in newest[:limit]]


def by_use(logged: Sequence[Logged]) -> list[str]:
    """The metrics of these runs, those that have a better and a worse first, of these those that most runs logged."""
    times = Counter(metric for run in logged for metric in run.metrics)
    return sorted(times, key=lambda metric: (direction(metric) is None, -times[metric], metric))
