"""What the hyperparameters of runs have to do with what the runs reach."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Literal

from plainbase.errors import ParameterError
from plainbase.platform import analytics, charts
from plainbase.platform.comparison.metrics import direction
from plainbase.platform.report import logged
from plainbase.platform.report.document import Block, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, label, name, probability, signed

METRICS = 2
RUNS = 60
"""How many runs are asked which metrics they have logged."""
DECADES = 50
"""How many times the smallest the largest value must be for a logarithmic scale."""
DRAWN = 4
"""The most hyperparameters of a metric that are drawn, the strongest first."""


async def blocks(subject: Subject) -> list[Block]:
    """Tables of the hyperparameters for the metrics that most runs logged, and charts of the strongest."""
    metrics = [each for each in logged.by_use(await logged.runs(subject, RUNS)) if direction(each) is not None]
    if not metrics:
        return [Paragraph("No run has logged a metric that hyperparameters could have to do with.", kind="missing")]
    found: list[Block] = [
        Paragraph(
            "Numbers by Spearman's rank correlation, categories by Kruskal and Wallis's test, p values corrected by"
            " Holm's method over the hyperparameters of a metric. They go together with the metric or they do not; what"
            " causes what they do not say."
        )
    ]
    for metric in metrics[:METRICS]:
        rising = bool(direction(metric))
        rows: Sequence[analytics.Impact] = ()
        with suppress(ParameterError):  # a metric that nobody had logged at the last refresh
            impacts = await analytics.hyperparameter_impact(
                subject.db, metric, higher_is_better=rising, experiment_id=subject.experiment_id
            )
            rows = impacts.rows
        if not rows:
            found.append(Paragraph(_nothing(metric), kind="missing"))
            continue
        drawn = [_chart(impact, metric) for impact in rows if impact.effect_size is not None]
        if drawn:
            found.append(Figures(drawn[:DRAWN]))
        found.append(_table(rows, metric, rising))
    return found


def _chart(impact: analytics.Impact, metric: str) -> charts.Chart:
    effect = _EFFECTS.get(impact.effect_name or "", "effect")
    title = f"{label(impact.name)}: {effect} = {signed(impact.effect_size, 3)}, n = {impact.n}"
    if impact.kind == "numeric":
        series = [charts.Series(label(metric), impact.points)]
        return charts.points(
            title,
            series,
            x_label=label(impact.name),
            y_label=label(metric),
            x_kind=_scale([x for x, _ in impact.points]),
        )
    bars = [charts.Bar(f"{label(each.label)} (n = {each.runs})", each.mean) for each in impact.categories]
    return charts.bars(title, bars)


def _scale(values: Sequence[float]) -> Literal["linear", "log"]:
    """Logarithmic for what is tried in powers, as learning rates are."""
    return "log" if values and min(values) > 0 and max(values) / min(values) >= DECADES else "linear"


def _table(impacts: Sequence[analytics.Impact], metric: str, rising: bool) -> Table:
    return Table(
        f"Hyperparameters and the {'highest' if rising else 'lowest'} {name(metric, 80)} of a run, the strongest first",
        [
            Column("Hyperparameter"),
            Column("Kind"),
            Column("n", figures=True),
            Column("Effect", figures=True),
            Column("p", figures=True),
            Column("Adjusted p", figures=True),
            Column("What it says"),
        ],
        [
            (
                name(impact.name),
                impact.kind,
                count(impact.n),
                f"{_EFFECTS.get(impact.effect_name, impact.effect_name)} = {signed(impact.effect_size, 3)}"
                if impact.effect_name and impact.effect_size is not None
                else NONE,
                probability(impact.p_value),
                probability(impact.adjusted_p_value),
                _says(impact),
            )
            for impact in impacts
        ],
    )


_EFFECTS = {"rho": "\u03c1", "epsilon_squared": "\u03b5²"}


def _says(impact: analytics.Impact) -> str:
    if impact.reason:
        return name(impact.reason)
    p = impact.adjusted_p_value if impact.adjusted_p_value is not None else impact.p_value
    if p is None or impact.effect_size is None:
        return NONE
    if p >= 0.05:
        return "no connection shown"
    if impact.kind != "numeric":
        return "differs between the values"
    return "rises with it" if impact.effect_size > 0 else "falls with it"


def _nothing(metric: str) -> str:
    return (
        f"As of the last refresh no completed run that logged {label(metric)} has hyperparameters: training_runs.create"
        " takes them, `plainbase refresh` or `plainbase report --fresh` brings them here."
    )
