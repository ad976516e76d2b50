"""Learning curves: each metric with the runs laid over one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform import analytics, charts
from plainbase.platform.comparison.metrics import direction
from plainbase.platform.report import logged
from plainbase.platform.report.document import Badge, Block, Cell, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import count, counted, label, name, number

RUNS = 8
"""The most runs in one chart: no more can be told apart."""
METRICS = 6
POINTS = 240
"""The most points of a curve; more are narrower than a line is wide."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric of one run, under the name it has in the charts."""

    run: str
    points: Sequence[tuple[float, float | None]]


async def blocks(subject: Subject) -> list[Block]:
    """Charts of the runs' metrics, and when each came near its best."""
    runs = await logged.runs(subject, RUNS)
    if not runs:
        return [Paragraph(_nothing(subject), kind="missing")]
    names = _distinct(runs)
    metrics = logged.by_use(runs)
    shown = metrics[:METRICS]
    drawn, tables = [], []
    for metric in shown:
        curves = []
        for run in runs:
            if metric in run.metrics:
                rows = await subject.db.training_metrics.history_sampled(run_id=run.id, name=metric, max_points=POINTS)
                curves.append(Curve(names[run.id], [(float(row.step), row.value) for row in rows]))
        drawn.append(_chart(metric, curves))
        rising = direction(metric)
        if rising is not None:
            tables.append(await _converged(subject, metric, names, rising))
    return [Paragraph(_told(subject, len(runs), len(shown), len(metrics))), Figures(drawn), *tables]


def _distinct(runs: Sequence[logged.Logged]) -> dict[UUID, str]:
    """A label for each run; the end of its id goes with it where two would be the same."""
    labels = {run.id: label(run.name) for run in runs}
    times = Counter(labels.values())
    return {run_id: text if times[text] == 1 else f"{text} ({str(run_id)[-6:]})" for run_id, text in labels.items()}


def _chart(metric: str, curves: Sequence[Curve]) -> charts.Chart:
    told = []
    for curve in curves:
        known = [(step, value) for step, value in curve.points if value is not None]
        if known:
            (first, start), (last, end) = known[0], known[-1]
            told.append(
                f"{curve.run} goes from {number(start)} at step {count(first)} to {number(end)} at step {count(last)}."
            )
    return charts.lines(
        label(metric),
        [charts.Series(curve.run, curve.points) for curve in curves],
        x_label="step",
        y_label=label(metric),
        description=f"{label(metric)} by step, of {counted(len(curves), 'run')}. {' '.join(told)}",
    )


async def _converged(subject: Subject, metric: str, names: dict[UUID, str], rising: bool) -> Block:
    rows: Sequence[analytics.Convergence] = ()
    with suppress(ParameterError):  # a metric that nobody had logged at the last refresh
        rows = (await analytics.convergence(subject.db, metric, run_ids=list(names), higher_is_better=rising)).rows
    if not rows:
        return Paragraph(
            f"How the runs converged in {label(metric)} is not known yet: `plainbase refresh` or "
            "`plainbase report --fresh` sums them up.",
            kind="missing",
        )
    best = f"Best ({'highest' if rising else 'lowest'})"
    figures = ("Points", "First", "Last", best, "at step", "Within 1 % from step")
    return Table(
        f"{name(metric, 80)}: how the runs converged",
        [Column("Run"), *(Column(each, figures=True) for each in figures), Column("Course")],
        [
            (
                names[row.run_id],
                count(row.points),
                number(row.first_value),
                number(row.last_value),
                number(row.best_value),
                count(row.best_step),
                count(row.converged_step),
                _course(row),
            )
            for row in rows
        ],
    )


def _course(row: analytics.Convergence) -> Cell:
    if row.diverged:
        return Badge(f"diverged: {row.reason}" if row.reason else "diverged", "bad")
    return Badge("plateau", "calm") if row.plateau else Badge("still moving", "busy")


def _told(subject: Subject, runs: int, shown: int, metrics: int) -> str:
    if subject.run_ids:
        whose = "asked for"
    else:
        whose = "of the experiment" if subject.experiment_id else "that logged anything, the newest first"
        if subject.experiment_id and runs == RUNS:
            whose = "of the experiment, the newest that logged anything"
    more = f"; {shown} of their {metrics} metrics" if shown < metrics else ""
    return (
        f"{counted(runs, 'run')} {whose}{more}. At most {RUNS} runs, and {POINTS} points of each evenly spread, are"
        " drawn; a gap is a value that was NaN."
    )


def _nothing(subject: Subject) -> str:
    if subject.experiment_id:
        return (
            "No run of this experiment has logged a metric: experiments.attach_run makes a training run part of it, "
            "platform.training.log_metrics logs."
        )
    return "No training run has logged a metric yet: platform.training.run and training_metrics.log do that."
