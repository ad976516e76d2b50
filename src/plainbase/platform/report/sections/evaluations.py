"""An experiment's evaluations by model: how good, how slow, what they cost."""

from __future__ import annotations

from collections.abc import Sequence

from plainbase.platform import charts
from plainbase.platform.report.document import Block, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, label, milliseconds, money, name, number
from plainbase.typed import EvaluationsAggregatesRow

DRAWN = 12
LISTED = 40


async def blocks(subject: Subject) -> list[Block]:
    """A chart of each figure that is known, and the table."""
    if subject.experiment is None:
        return []
    rows = await subject.db.evaluations.aggregates(experiment_id=subject.experiment.id)
    if not rows:
        return [
            Paragraph(
                "No evaluation belongs to this experiment: platform.evaluations.create_many with its experiment_id "
                "keeps them.",
                kind="missing",
            )
        ]
    best = sorted(rows, key=lambda row: -(row.avg_score if row.avg_score is not None else float("-inf")))
    drawn = _charts(best[:DRAWN])
    table = _table(best)
    return [Figures(drawn), table] if drawn else [table]


def _charts(rows: Sequence[EvaluationsAggregatesRow]) -> list[charts.Chart]:
    found = []
    if any(row.avg_score is not None for row in rows):
        found.append(charts.bars("Mean score by model", [charts.Bar(label(row.model), row.avg_score) for row in rows]))
    if any(row.p95_latency_ms is not None for row in rows):
        bars = [charts.Bar(label(row.model), row.p95_latency_ms) for row in rows]
        found.append(charts.bars("95th percentile of latency by model", bars, unit="ms"))
    if any(row.cost_usd for row in rows):
        bars = [charts.Bar(label(row.model), row.cost_usd / row.evaluations) for row in rows]
        found.append(charts.bars("Cost of an evaluation by model", bars, unit="$"))
    return found


def _table(rows: Sequence[EvaluationsAggregatesRow]) -> Table:
    scores = ("Evaluations", "Mean score", "Lowest", "Highest", "Rating")
    figures = (*scores, "p50", "p95", "Tokens in", "Tokens out", "Cost")
    more = f", the first {LISTED} of {len(rows):,}" if len(rows) > LISTED else ""
    return Table(
        f"Evaluations by model, the highest mean score first{more}",
        [Column("Model"), Column("Provider"), *(Column(each, figures=True) for each in figures)],
        [
            (
                name(row.model),
                name(row.provider),
                count(row.evaluations),
                number(row.avg_score),
                number(row.min_score),
                number(row.max_score),
                f"{number(row.avg_rating, 2)} ({row.rated_evaluations})" if row.rated_evaluations else NONE,
                milliseconds(row.p50_latency_ms),
                milliseconds(row.p95_latency_ms),
                count(row.input_tokens) if row.input_tokens else NONE,
                count(row.output_tokens) if row.output_tokens else NONE,
                money(row.cost_usd) if row.cost_usd else NONE,
            )
            for row in rows[:LISTED]
        ],
    )
