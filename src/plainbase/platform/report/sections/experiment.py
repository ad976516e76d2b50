"""An experiment: what was asked, on which data, with which runs, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plainbase.platform.report.document import Block, Cell, Column, Facts, Heading, Paragraph, Table, Tile, Tiles
from plainbase.platform.report.sections.badges import status
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, counted, duration, money, name, number, plain, share, when
from plainbase.typed import ExperimentsGetRow, ExperimentsSummaryRow

RUNS = 40
DEEP = 3
"""How many levels of a JSON object are written as one name: `scores.mean.low`."""
HYPOTHESIS = 4000
FACTS = 60
"""The most values of the results, the metrics and the configuration each."""


async def blocks(subject: Subject) -> list[Block]:
    """The experiment in figures, facts, results and runs."""
    experiment = subject.experiment
    if experiment is None:
        return []
    summary = await subject.db.experiments.summary(id=experiment.id)
    found: list[Block] = [_tiles(summary)]
    if experiment.hypothesis:
        found.append(Paragraph(f"Hypothesis: {name(experiment.hypothesis, HYPOTHESIS)}"))
    found.append(await _facts(subject, experiment))
    for title, values in (
        ("Results", experiment.results),
        ("Metrics", experiment.metrics),
        ("Configuration", experiment.config),
    ):
        if values:
            facts = _flat(values)
            found += [Heading(title), Facts(facts[:FACTS])]
            if len(facts) > FACTS:
                found.append(Paragraph(f"The first {FACTS} of {len(facts):,}."))
    if not experiment.results and not experiment.metrics:
        how = "platform.experiments.store_results keeps them."
        found.append(Paragraph(f"No results or metrics are kept with this experiment: {how}", kind="missing"))
    found.append(await _runs(subject))
    return found


def _tiles(summary: ExperimentsSummaryRow) -> Tiles:
    states = ("completed", "running", "pending", "failed", "cancelled")
    runs = ", ".join(f"{summary[f'{state}_runs']:,} {state}" for state in states if summary[f"{state}_runs"])
    cost = summary.cost_usd if summary.cost_usd is not None else summary.evaluations_cost_usd or None
    whose = "as kept with the experiment" if summary.cost_usd is not None else "of its evaluations, an estimate"
    scores = f"{number(summary.min_score)} to {number(summary.max_score)}" if summary.scored_evaluations else "no score"
    best = name(summary.best_model, 60) if summary.best_model else NONE
    since = summary.finished_at or summary.started_at
    return Tiles(
        [
            Tile("Status", summary.status, f"since {when(since)}" if since else "not started"),
            Tile("Training runs", count(summary.runs), runs or "none is attached"),
            Tile("Evaluations", count(summary.evaluations), f"{summary.rated_evaluations} rated by people"),
            Tile("Mean score", number(summary.avg_score), scores),
            Tile("Cost", money(cost), "none is kept" if cost is None else whose),
            Tile("Highest score", best, name(summary.best_provider, 60) if summary.best_provider else "no score"),
        ]
    )


async def _facts(subject: Subject, experiment: ExperimentsGetRow) -> Facts:
    items: list[tuple[str, Cell]] = []
    if experiment.dataset_id:
        dataset = await subject.db.datasets.get(id=experiment.dataset_id)
        items.append(("Dataset", f"{name(dataset.name)} {name(dataset.version)}"))
    if experiment.model_version_id:
        version = await subject.db.model_versions.get(id=experiment.model_version_id)
        model = await subject.db.models.get(id=version.model_id)
        items.append(("Model version", f"{name(model.name)} {name(version.version)}"))
    items += [
        ("Created", when(experiment.created_at)),
        ("Started", when(experiment.started_at)),
        ("Finished", when(experiment.finished_at)),
        ("Took", duration(experiment.duration_seconds)),
        ("Id", str(experiment.id)),
    ]
    return Facts(items)


def _flat(values: Any, prefix: str = "", depth: int = 1) -> list[tuple[str, Cell]]:
    if not isinstance(values, Mapping):
        return [(prefix or "value", plain(values))]
    found: list[tuple[str, Cell]] = []
    for key, value in values.items():
        path = f"{prefix}.{name(key, 80)}" if prefix else name(key, 80)
        if isinstance(value, Mapping) and value and depth < DEEP:
            found += _flat(value, path, depth + 1)
        else:
            found.append((path, plain(value)))
    return found


async def _runs(subject: Subject) -> Block:
    if subject.experiment is None:
        return Paragraph("")
    rows = await subject.db.experiments.list_runs(experiment_id=subject.experiment.id, limit=RUNS)
    if not rows:
        return Paragraph(
            "No training run is part of this experiment: experiments.attach_run makes one part of it.", kind="missing"
        )
    return Table(
        f"The {RUNS} newest training runs"
        if len(rows) == RUNS
        else f"{counted(len(rows), 'training run')}, the newest first",
        [
            Column("Run"),
            Column("Label"),
            Column("Status"),
            Column("Progress", figures=True),
            Column("Took", figures=True),
            Column("Started", whole=True),
        ],
        [
            (
                name(row.name),
                name(row.label),
                status(row.status),
                share(row.progress, 100),
                duration(row.duration_seconds),
                when(row.started_at),
            )
            for row in rows
        ],
    )
