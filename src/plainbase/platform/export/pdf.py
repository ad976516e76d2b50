"""Results as a PDF to read and print: what was asked, what came of it, charts, and a table of the rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from plainbase.platform import charts
from plainbase.platform.export.pdf_figures import Figures, model_name
from plainbase.platform.export.threads import in_thread
from plainbase.platform.pdf import Column, Document
from plainbase.rows import Row

# As much of a text as three lines of a column usually hold, and a little more.
_LONGEST = 240
_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Shown:
    column: Column
    needs: str
    cell: Callable[[Row], str]


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: shortened(str(row[name] or ""))


def shortened(text: str) -> str:
    """Return as much of a text as a cell could show; where it is cut, an ellipsis says so."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _number(name: str, unit: str = "") -> Callable[[Row], str]:
    return lambda row: "" if row[name] is None else charts.number(row[name], unit)


def _score(row: Row) -> str:
    score = row["score"]
    return "" if score is None else f"{score:.3f}" if abs(score) < 1e6 else charts.number(score)


def _moment(row: Row) -> str:
    made = row["created_at"]
    return f"{made:%Y-%m-%d %H:%M}" if made else ""


_SHOWN = (
    _Shown(Column("created"), "created_at", _moment),
    _Shown(Column("model"), "model", lambda row: shortened(model_name(row))),
    _Shown(Column("input", lines=3), "input", _text("input")),
    _Shown(Column("output", lines=3), "output", _text("output")),
    _Shown(Column("score", "right", 1), "score", _score),
    _Shown(Column("rating", "right", 1), "human_rating", _number("human_rating")),
    _Shown(Column("feedback"), "human_feedback", _text("human_feedback")),
    _Shown(Column("latency", "right", 1), "latency_ms", _number("latency_ms", "ms")),
    _Shown(Column("cost", "right", 1), "cost_usd", _number("cost_usd", "$")),
)
# Columns that are shown as part of another.
_TOLD = {"provider"}


async def write(
    file: BinaryIO,
    rows: AsyncIterator[Row],
    *,
    columns: Sequence[str],
    title: str,
    filters: Sequence[tuple[str, str]],
    total: int,
    made_at: datetime,
) -> int:
    """Write rows, newest first, of `total` that the filters find; returns how many were written.

    Raises ConfigurationError where the extra `export` is not installed.
    """
    shown = [each for each in _SHOWN if each.needs in columns]
    figures = Figures()
    table: list[tuple[str, ...]] = []
    batch: list[Row] = []

    def take() -> None:
        for row in batch:
            figures.add(row)
            table.append(tuple(each.cell(row) for each in shown))
        batch.clear()

    async for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            await in_thread(take)
    await in_thread(take)
    document = Document(title, _extent(figures.rows, total), made_at=made_at)
    document.heading("Filters")
    if filters:
        document.facts(filters)
    else:
        document.paragraph("None: all evaluations.")
    document.heading("Summary")
    if figures.rows < total:
        document.paragraph(
            f"Of the newest {figures.rows:,} evaluations; {total - figures.rows:,} more match.", quiet=True
        )
    document.facts(figures.summary())
    drawn = figures.charts()
    if drawn:
        document.heading("Charts")
        document.charts(*drawn)
    document.heading("Evaluations")
    left_out = [c for c in columns if c not in _TOLD and all(each.needs != c for each in shown)]
    if left_out:
        document.paragraph(
            f"Not shown here: {', '.join(left_out)}. CSV, JSON and Parquet have every column.", quiet=True
        )
    if table:
        document.table([each.column for each in shown], table)
    else:
        document.paragraph("No evaluation matches.")
    await in_thread(document.write, file)
    return figures.rows


def _extent(shown: int, total: int) -> str:
    if shown < total:
        return f"The newest {shown:,} of {total:,}"
    return "1 evaluation" if shown == 1 else f"{shown:,} evaluations"
