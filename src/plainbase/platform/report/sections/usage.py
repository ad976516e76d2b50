"""Cost and latency: what was asked of which model by day, what it cost, how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from plainbase.platform import analytics, charts
from plainbase.platform.report.document import Block, Column, Figures, Paragraph, Table
from plainbase.platform.report.subject import Subject
from plainbase.platform.report.wording import NONE, count, counted, label, milliseconds, money, name, share
from plainbase.typed import DailyUsageListRow

DAYS = 30
READ = 100_000
MODELS = 6
"""The most models whose latency is drawn, those most asked first."""
LISTED = 40


async def blocks(subject: Subject) -> list[Block]:
    """The last days by kind, and each model's totals and percentiles."""
    since = (subject.made_at - timedelta(days=DAYS)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = await analytics.daily_usage(subject.db, since=since, limit=READ)
    rows = found.rows
    if not rows:
        return [
            Paragraph(
                f"No request, prediction or evaluation in the last {DAYS} days, as of the last refresh: "
                "platform.inference, platform.predictions and platform.evaluations log them, `plainbase refresh` or "
                "`plainbase report --fresh` adds them up.",
                kind="missing",
            )
        ]
    return [
        Paragraph(
            f"The last {DAYS} days (UTC), of {counted(len({row.model for row in rows}), 'model')}. Costs are estimates."
            " Percentiles of days cannot be added up: those of a model are the means of its days', each day weighted by"
            " its requests."
        ),
        Figures(_charts(rows)),
        _table(rows),
    ]


def _charts(rows: Sequence[DailyUsageListRow]) -> list[charts.Chart]:
    first, last = min(row.day for row in rows), max(row.day for row in rows)
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    kinds = sorted({row.kind for row in rows})
    busiest = sorted(_models(rows).items(), key=lambda item: -sum(row.requests for row in item[1]))
    found = [
        _by_day("Cost by day", days, kinds, rows, lambda row: row.cost_usd, unit="$"),
        _by_day("Requests by day", days, kinds, rows, lambda row: row.requests),
    ]
    slow = [(model, of) for (_, model), of in busiest if any(row.p95_latency_ms is not None for row in of)][:MODELS]
    if slow:
        found.append(
            charts.lines(
                "95th percentile of latency by day",
                [charts.Series(label(model), _latencies(of, days)) for model, of in slow],
                y_unit="ms",
                from_zero=True,
            )
        )
        found.append(
            charts.bars(
                "95th percentile of latency by model",
                [charts.Bar(label(model), _mean(of, lambda row: row.p95_latency_ms)) for model, of in slow],
                unit="ms",
            )
        )
    return found if any(row.cost_usd for row in rows) else found[1:]


def _by_day(
    title: str,
    days: Sequence[datetime],
    kinds: Sequence[str],
    rows: Iterable[DailyUsageListRow],
    value: Callable[[DailyUsageListRow], float],
    unit: str = "",
) -> charts.Chart:
    sums: dict[tuple[str, datetime], float] = defaultdict(float)
    for row in rows:
        sums[row.kind, row.day] += value(row)
    series = [charts.Values(label(kind), [sums[kind, day] for day in days]) for kind in kinds]
    return charts.columns(title, [f"{day:%-d %b}" for day in days], series, unit=unit)


def _latencies(rows: Iterable[DailyUsageListRow], days: Sequence[datetime]) -> list[tuple[datetime, float | None]]:
    known = {row.day: row.p95_latency_ms for row in rows}
    return [(day, known.get(day)) for day in days]


def _models(rows: Iterable[DailyUsageListRow]) -> dict[tuple[str, str], list[DailyUsageListRow]]:
    found: dict[tuple[str, str], list[DailyUsageListRow]] = defaultdict(list)
    for row in rows:
        found[row.kind, row.model].append(row)
    return found


def _mean(rows: Iterable[DailyUsageListRow], value: Callable[[DailyUsageListRow], float | None]) -> float | None:
    known = [(row.requests, each) for row in rows if (each := value(row)) is not None]
    requests = sum(weight for weight, _ in known)
    return sum(weight * each for weight, each in known) / requests if requests else None


def _table(rows: Sequence[DailyUsageListRow]) -> Table:
    by_cost = sorted(
        _models(rows).items(), key=lambda item: (-sum(row.cost_usd for row in item[1]), -len(item[1]), item[0])
    )
    more = f", the first {LISTED} of {len(by_cost)}" if len(by_cost) > LISTED else ""
    figures = ("Requests", "Errors", "Tokens in", "Tokens out", "Cost", "p50", "p95", "p99")
    return Table(
        f"By model, the dearest first{more}",
        [Column("Model"), Column("Kind"), *(Column(each, figures=True) for each in figures)],
        [_row(kind, model, of) for (kind, model), of in by_cost[:LISTED]],
    )


def _row(kind: str, model: str, rows: Sequence[DailyUsageListRow]) -> Sequence[str]:
    requests, errors = sum(row.requests for row in rows), sum(row.errors for row in rows)
    return (
        name(model),
        kind,
        count(requests),
        f"{count(errors)} ({share(errors, requests)})" if errors else "0",
        count(sum(row.input_tokens for row in rows)) if any(row.input_tokens for row in rows) else NONE,
        count(sum(row.output_tokens for row in rows)) if any(row.output_tokens for row in rows) else NONE,
        money(sum(row.cost_usd for row in rows)) if any(row.cost_usd for row in rows) else NONE,
        milliseconds(_mean(rows, lambda row: row.p50_latency_ms)),
        milliseconds(_mean(rows, lambda row: row.p95_latency_ms)),
        milliseconds(_mean(rows, lambda row: row.p99_latency_ms)),
    )
