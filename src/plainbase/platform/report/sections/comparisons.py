"""Comparisons as they were kept: intervals drawn, figures in a table, verdicts in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from plainbase.platform import charts
from plainbase.platform.comparison import effects
from plainbase.platform.report.document import Badge, Block, Cell, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import (
    MINUS,
    NONE,
    count,
    counted,
    interval,
    label,
    name,
    number,
    probability,
    signed,
)
from plainbase.platform.runners import AnyDatabase
from plainbase.typed import ComparisonResultsGetRow

NEWEST = 20
CHARTS = 6
LONGEST = 120
"""The most characters of a label in the table."""
TESTS = {
    "welch_t": "Welch's t",
    "paired_t": "paired t",
    "wilcoxon": "Wilcoxon signed-rank",
    "mann_whitney": "Mann\u2013Whitney U",
    "mcnemar": "McNemar",
    "fisher": "Fisher's exact",
}
SHORT = TESTS | {"wilcoxon": "Wilcoxon", "mann_whitney": "Mann\u2013Whitney", "fisher": "Fisher"}
_BH = "benjamini_hochberg"
CORRECTIONS = {"holm": "Holm", _BH: "BH"}


async def blocks(subject: Subject) -> list[Block]:
    """The comparisons of the experiment, or the newest."""
    experiment_id = subject.experiment_id
    rows = (
        await _of(subject.db, experiment_id)
        if experiment_id
        else await subject.db.comparison_results.list(limit=NEWEST)
    )
    if not rows:
        return [Paragraph(_nothing(subject), kind="missing")]
    by_metric = sorted(rows, key=_charted)  # stable: within a chart the newest first
    with_interval = [row for row in by_metric if row.confidence_low is not None and row.confidence_high is not None]
    drawn = [_chart(list(group)) for _, group in groupby(with_interval, key=_charted)]
    found: list[Block] = [Paragraph(verdict(row), kind="finding") for row in rows[:3]] if subject.experiment_id else []
    if drawn:
        found.append(Figures(drawn[:CHARTS]))
    newest = f"The {len(rows)} newest comparisons" if len(rows) == NEWEST else counted(len(rows), "comparison")
    return [*found, _table(rows, newest)]


async def _of(db: AnyDatabase, experiment_id: UUID) -> Sequence[ComparisonResultsGetRow]:
    """The newest comparisons within an experiment, and of the experiment itself with another."""
    within = await db.comparison_results.list_for_experiment(experiment_id=experiment_id, limit=NEWEST)
    itself = await db.comparison_results.list_for(id=experiment_id, limit=NEWEST)
    found = {
        row.id: row for row in (*within, *itself) if row.experiment_id == experiment_id or row.kind == "experiment"
    }
    return sorted(found.values(), key=lambda row: (row.created_at, row.id), reverse=True)[:NEWEST]


def _charted(row: ComparisonResultsGetRow) -> tuple[str, float]:
    """What the rows of a chart have in common: the metric, and how sure the intervals are."""
    return row.metric, -(row.confidence_level or 0)


def verdict(row: ComparisonResultsGetRow) -> str:
    """What a comparison found, in a sentence."""
    a, b = label(row.a_label), label(row.b_label)
    adjusted = row.adjusted_p_value is not None and row.correction != "none"
    p = row.adjusted_p_value if adjusted else row.p_value
    by = f"{TESTS.get(row.test, name(row.test))}, {_sizes(row)}"
    if p is not None:
        by += f", {'adjusted ' if adjusted else ''}p {_relation(p)}"
    ends = interval(row.confidence_low, row.confidence_high)
    if ends != NONE and row.confidence_level is not None:
        by += f", {row.confidence_level:.0%} interval of the difference {ends}"
    means = ""
    if row.a_mean is not None and row.b_mean is not None:
        means = f" ({number(row.a_mean)} against {number(row.b_mean)} on average)"
    if note := _kept(row, "note"):
        by += f"; {note}"
    if row.winner in {"a", "b"}:
        better, worse = (a, b) if row.winner == "a" else (b, a)
        if row.winner == "b" and means:
            means = f" ({number(row.b_mean)} against {number(row.a_mean)} on average)"
        return f"{better} is better than {worse} in {label(row.metric)}{means}: {by}."
    if row.winner == "no_difference":
        return (
            f"No difference between {a} and {b} in {label(row.metric)} is shown at the level {row.alpha:g}"
            f"{means}: {by}."
        )
    why = f"; {_why(row)}" if _why(row) else ""
    return f"Between {a} and {b} nothing is decided in {label(row.metric)}{means}: {by}{why}."


def _relation(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _sizes(row: ComparisonResultsGetRow) -> str:
    return f"{counted(row.a_n, 'pair')}" if row.paired else f"{row.a_n:,} and {row.b_n:,} values"


def _pair(row: ComparisonResultsGetRow) -> str:
    return f"{label(row.a_label)} {MINUS} {label(row.b_label)}"


def _chart(rows: Sequence[ComparisonResultsGetRow]) -> charts.Chart:
    metric = label(rows[0].metric)
    level = rows[0].confidence_level
    intervals = [charts.Interval(_pair(row), _difference(row), row.confidence_low, row.confidence_high) for row in rows]
    return charts.intervals(
        f"{metric}: difference and its {level:.0%} interval" if level else f"{metric}: difference and its interval",
        intervals,
    )


def _difference(row: ComparisonResultsGetRow) -> float | None:
    """The difference that the comparison has kept with its interval; None where it kept none."""
    kept = row.details.get("difference") if isinstance(row.details, dict) else None
    return float(kept) if isinstance(kept, int | float) else None


def _table(rows: Sequence[ComparisonResultsGetRow], newest: str) -> Table:
    explained = "; BH is Benjamini and Hochberg's correction" if any(r.correction == _BH for r in rows) else ""
    first, last = (f"{choose(row.created_at for row in rows):%Y-%m-%d}" for choose in (min, max))
    made = f"of {first}" if first == last else f"from {first} to {last}"
    figures = ("n", f"a {MINUS} b, interval", "p", "Adjusted p", "Effect")
    return Table(
        f"{newest} {made}, the newest first{explained}",
        [
            Column("a, b"),
            Column("Metric"),
            Column("Verdict"),
            Column("Test"),
            *(Column(each, figures=True) for each in figures),
        ],
        [_row(row) for row in rows],
    )


def _row(row: ComparisonResultsGetRow) -> Sequence[Cell]:
    effect = NONE
    if row.effect_name and row.effect_size is not None:
        effect = f"{effects.TITLES.get(row.effect_name, name(row.effect_name))} {signed(row.effect_size, 3)}"
    adjusted = NONE
    if row.adjusted_p_value is not None and row.correction != "none":
        adjusted = f"{probability(row.adjusted_p_value)} ({CORRECTIONS.get(row.correction, name(row.correction))})"
    return (
        f"{name(row.a_label, LONGEST)}, {name(row.b_label, LONGEST)}",
        name(row.metric),
        _decided(row),
        SHORT.get(row.test, name(row.test)) + (", paired" if row.paired else ""),
        count(row.a_n) if row.paired else f"{row.a_n:,}, {row.b_n:,}",
        interval(row.confidence_low, row.confidence_high, 3),
        probability(row.p_value),
        adjusted,
        effect,
    )


def _decided(row: ComparisonResultsGetRow) -> Cell:
    if row.winner in {"a", "b"}:
        return Badge(f"{label(row.a_label if row.winner == 'a' else row.b_label)} is better", "good")
    if row.winner == "no_difference":
        return Badge("no difference shown")
    return _why(row) or Badge("not decided")


def _why(row: ComparisonResultsGetRow) -> str:
    """Why there is no verdict, as the comparison has kept it."""
    return _kept(row, "why")


def _kept(row: ComparisonResultsGetRow, word: str) -> str:
    kept = row.details.get(word) if isinstance(row.details, dict) else None
    return name(kept) if isinstance(kept, str) else ""


def _nothing(subject: Subject) -> str:
    how = "`plainbase compare A B --metric score` compares two models, versions, runs or experiments and keeps it."
    return (
        f"Nothing has been compared for this experiment: {how}"
        if subject.experiment_id
        else f"No comparison yet: {how}"
    )
