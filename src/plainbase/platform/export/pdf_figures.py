"""The figures of a PDF export, computed from its rows as they pass: the summary, and the charts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import fmean, stdev

from plainbase.platform import charts
from plainbase.platform.charts import Bar, Chart, formats, ticks
from plainbase.rows import Row

MODELS = 12
FEW = 30
_DAYS = 366


@dataclass(slots=True)
class Figures:
    """What the rows add up to."""

    rows: int = 0
    scores: dict[str, list[float]] = field(default_factory=dict)
    latencies: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    models: Counter[str] = field(default_factory=Counter)
    ratings: list[float] = field(default_factory=list)
    days: Counter[tuple[date, str]] = field(default_factory=Counter)
    priced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, row: Row) -> None:
        """Take one row into account."""
        model = model_name(row)
        self.rows += 1
        self.models[model] += 1
        _append(self.scores, model, row.get("score"))
        _append(self.latencies, model, row.get("latency_ms"))
        rating = row.get("human_rating")
        if rating is not None:
            self.ratings.append(float(rating))
        cost = row.get("cost_usd")
        if cost is not None and math.isfinite(cost):
            self.priced += 1
            self.costs[model] = self.costs.get(model, 0.0) + float(cost)
        self.input_tokens += row.get("input_tokens") or 0
        self.output_tokens += row.get("output_tokens") or 0
        made = row.get("created_at")
        if made is not None:
            self.first = min(self.first or made, made)
            self.last = max(self.last or made, made)
            self.days[made.date(), model] += 1

    def summary(self) -> list[tuple[str, str]]:
        """Return the figures as names and values; what no row has is left out."""
        said = [("Evaluations", f"{self.rows:,}"), ("Models", f"{len(self.models):,}")]
        if self.first and self.last:
            said.append(("Created", f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M} UTC"))
        scores = [v for values in self.scores.values() for v in values]
        if scores:
            low, high, mean = (charts.number(v) for v in (min(scores), max(scores), fmean(scores)))
            said.append(("Score", f"mean {mean}, from {low} to {high} ({len(scores):,} scored)"))
        if self.ratings:
            said.append(("Rating", f"mean {charts.number(fmean(self.ratings))} ({len(self.ratings):,} rated)"))
        latencies = sorted(v for values in self.latencies.values() for v in values)
        if latencies:
            p50, p95, p99 = (charts.number(percentile(latencies, p), "ms") for p in (50, 95, 99))
            said.append(("Latency", f"p50 {p50}, p95 {p95}, p99 {p99}"))
        if self.priced:
            total = sum(self.costs.values())
            each = charts.number(total / self.priced, "$")
            said.append(("Cost", f"{charts.number(total, '$')} in all, {each} each ({self.priced:,} priced)"))
        if self.input_tokens or self.output_tokens:
            said.append(("Tokens", f"{self.input_tokens:,} in, {self.output_tokens:,} out"))
        return said

    def charts(self) -> list[Chart]:
        """Return the charts that the rows have figures for."""
        drawn: list[Chart] = []
        named = [name for name, _ in self.models.most_common(MODELS)]
        of = f" ({MODELS} most frequent models)" if len(self.models) > MODELS else ""
        scores = [v for values in self.scores.values() for v in values]
        if scores:
            drawn.append(histogram("Score distribution", scores, "score, from"))
            drawn.append(charts.bars(f"Mean score by model, 95% interval from {FEW} scores on{of}", self._means(named)))
        if self.latencies:
            rows = [_spread(n, sorted(self.latencies[n])) for n in named if n in self.latencies]
            drawn.append(charts.bars(f"Median latency by model, p5 to p95{of}", rows, unit="ms"))
        if self.priced:
            priced = [charts.Bar(n, self.costs[n]) for n in named if n in self.costs]
            drawn.append(charts.bars(f"Cost by model{of}", sorted(priced, key=lambda b: -(b.value or 0)), unit="$"))
        if len({day for day, _ in self.days}) > 1:
            drawn.append(self._by_day(named[:7]))
        return drawn

    def _means(self, named: Sequence[str]) -> list[Bar]:
        found = [mean_bar(n, self.scores[n]) for n in named if n in self.scores]
        return sorted(found, key=lambda b: -(b.value or 0))

    def _by_day(self, named: Sequence[str]) -> Chart:
        first, last = min(d for d, _ in self.days), max(d for d, _ in self.days)
        span = (last - first).days + 1
        step = -(-span // _DAYS)
        places = [first + timedelta(days=i) for i in range(0, span, step)]
        counts: dict[str, list[float | None]] = {n: [0.0] * len(places) for n in (*named, "others")}
        for (day, model), count in self.days.items():
            series = counts.get(model, counts["others"])
            place = (day - first).days // step
            series[place] = (series[place] or 0) + count
        shown = [charts.Values(n, v) for n, v in counts.items() if any(v)]
        title = "Evaluations by day" if step == 1 else f"Evaluations by {step} days"
        return charts.columns(title, places, shown)


def model_name(row: Row) -> str:
    """Return provider and model as one name."""
    return "/".join(str(part) for part in (row.get("provider"), row.get("model")) if part) or "unnamed"


def _append(into: dict[str, list[float]], model: str, value: float | None) -> None:
    if value is not None and math.isfinite(value):
        into.setdefault(model, []).append(float(value))


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return a percentile of ordered values, between two of them linearly, as PostgreSQL's percentile_cont does."""
    at = (len(ordered) - 1) * percent / 100
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (at - below)


def mean_bar(name: str, values: Sequence[float]) -> Bar:
    """Return the mean with its interval of 95%, which fewer than FEW values do not have."""
    mean = fmean(values)
    if len(values) < FEW:
        return charts.Bar(name, mean)
    # The normal interval of a mean: 1.96 standard errors to each side; of few values it would be too narrow.
    margin = 1.96 * stdev(values) / math.sqrt(len(values))
    return charts.Bar(name, mean, mean - margin, mean + margin)


def _spread(name: str, ordered: Sequence[float]) -> charts.Bar:
    return charts.Bar(name, percentile(ordered, 50), percentile(ordered, 5), percentile(ordered, 95))


def histogram(title: str, values: Sequence[float], x_label: str) -> Chart:
    """Draw how many values fall between the marks of an axis; the last bin has its upper end too."""
    edges = ticks.linear(*ticks.domain(values), 11)
    counts: list[float | None] = [0.0] * (len(edges) - 1)
    for value in values:
        place = min(int((value - edges[0]) / (edges[-1] - edges[0]) * len(counts)), len(counts) - 1)
        while place and value < edges[place]:
            place -= 1
        while place < len(counts) - 1 and value >= edges[place + 1]:
            place += 1
        counts[place] = (counts[place] or 0) + 1
    return charts.columns(
        title, formats.axis_labels(edges)[:-1], [charts.Values("", counts)], x_label=x_label, y_label="evaluations"
    )
