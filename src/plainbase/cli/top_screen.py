"""The screen of `plainbase top`: lines cut to a terminal's size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.text import Text

from plainbase.cli.screen import cut, head, heading, parted, short
from plainbase.cli.shown import NOTHING, lasting, plain, shortened
from plainbase.platform.analytics import Now
from plainbase.platform.analytics.live import HEARD_OF
from plainbase.typed import RecentActivityListRow, TopRequestsRow, TrainingRunsGetRow

BAR = 20
NARROW = 100
"""A narrower terminal has half the bar, so that the message has room."""
NAME = 24
"""The most that the name of a run gets."""
KEYS = "q or Ctrl-C ends; figures with an age are from stored views: `plainbase refresh`"
ENTITIES = ("experiments", "training_runs", "benchmarks", "evaluations", "model_versions", "datasets", "predictions")
"""What the overview counts, the most telling first; it shows as many as fit."""
FEWEST = 4
"""The lines that the running runs, and what lately happened, have at least."""


def draw(now: Now, where: str, width: int, height: int | None, *, keys: bool, ascii_only: bool) -> Text:
    """All lines, no longer than the width and no more than the height; of all of them where there is no height."""
    fixed = [
        head("plainbase top", datetime.now(UTC), where, width, ascii_only),
        *_overview(now, width),
        *_jobs(now, width),
        *_requests(now, width),
        *_workers(now, width),
    ]
    runs, activity = _runs(now, width, ascii_only), _activity(now)
    end = [Text(KEYS, "dim")] if keys else []
    if height is not None:
        room = max(0, height - len(fixed) - len(end))
        for_runs = min(len(runs), max(FEWEST, room - len(activity)), room)
        runs, activity = cut(runs, for_runs), cut(activity, room - for_runs)
    lines = [short(line, width, ascii_only) for line in (*fixed, *runs, *activity, *end)]
    return Text("\n").join(lines[:height])


def _failed(now: Now, part: str, title: str) -> list[Text]:
    return [Text.assemble((title, "bold cyan"), (f"  failed: {plain(now.failed[part].message)}", "red"))]


def _overview(now: Now, width: int) -> list[Text]:
    if now.overview is None:
        return _failed(now, "overview", "Overview")
    (row,) = now.overview.rows
    age = now.overview.age_seconds
    old = "never refreshed" if age is None else f"as of {lasting(max(0.0, age))} ago"
    counts: list[str] = []
    for entity in ENTITIES:
        word = f"{sum(row.counts.get(entity, {}).values()):,} {entity.replace('_', ' ')}"
        if sum(map(len, counts)) + 2 * len(counts) + len(word) + 2 > width:
            break
        counts.append(word)
    spent = (f"{row.requests:,} requests", f"{row.errors:,} errors", f"{row.cost_usd:,.2f} US dollars")
    in_days = (*spent[:-1], f"{spent[-1]} in {row.days} days")
    return [heading("Overview", old), Text("  " + ", ".join(counts)), *parted(Text("  "), in_days, width, ", ")]


def _jobs(now: Now, width: int) -> list[Text]:
    if now.jobs is None:
        return _failed(now, "jobs", "Jobs")
    jobs = now.jobs
    said = [
        f"{jobs.pending:,} due, {jobs.scheduled:,} scheduled, {jobs.running:,} running",
        f"{jobs.completed:,} completed, {jobs.dead:,} dead in {lasting(now.seconds)}",
    ]
    if jobs.oldest_waiting_seconds is not None:
        said.append(f"oldest waits {lasting(max(0.0, jobs.oldest_waiting_seconds))}")
    return parted(heading("Jobs").append("  "), said, width, "; ")


def _requests(now: Now, width: int) -> list[Text]:
    if now.requests is None:
        return _failed(now, "requests", "Requests")
    if not now.requests:
        return [heading("Requests", f"none in {lasting(now.seconds)}")]
    lines = (parted(Text(""), _request(row), width, "  ") for row in now.requests)
    return [heading("Requests", f"in {lasting(now.seconds)}"), *(line for each in lines for line in each)]


def _request(row: TopRequestsRow) -> Sequence[str]:
    """What is said of a kind of requests; of predictions no cost is kept."""
    return (
        f"  {plain(row.kind):<10} {row.requests:>9,}",
        f"{row.errors:,} errors",
        f"{NOTHING if row.kind == 'prediction' else f'{row.cost_usd:,.4f}'} USD",
        f"mean {plain(row.avg_latency_ms)} ms",
        f"p95 {plain(row.p95_latency_ms)} ms",
    )


def _workers(now: Now, width: int) -> list[Text]:
    """The workers in a line, as many by name as fit."""
    if now.workers is None:
        return _failed(now, "workers", "Workers")
    if not now.workers:
        return [heading("Workers", f"none heard of in the last {HEARD_OF:.0f} s")]
    busy = sum(row.current_tasks for row in now.workers)
    room = sum(row.capacity for row in now.workers)
    names = [f"{plain(row.worker_id)} {row.current_tasks:,}/{row.capacity:,}" for row in now.workers]
    line = heading("Workers", f"{len(names):,}, {busy:,} of {room:,} places busy")
    for many in range(len(names), 0, -1):
        said = ", ".join(names[:many]) + (f" and {len(names) - many:,} more" if many < len(names) else "")
        if line.cell_len + 2 + cell_len(said) <= width:
            return [line.append(f": {said}")]
    return [line]


def _runs(now: Now, width: int, ascii_only: bool) -> list[Text]:
    if now.runs is None:
        return _failed(now, "runs", "Running")
    if not now.runs:
        return [heading("Running", "no run")]
    name = min(NAME, max(cell_len(plain(row.name)) for row in now.runs))
    bar = BAR if width >= NARROW else BAR // 2
    return [heading("Running", f"{len(now.runs)} runs"), *(_run(row, name, bar, ascii_only) for row in now.runs)]


def _run(row: TrainingRunsGetRow, wide: int, bar: int, ascii_only: bool) -> Text:
    done = round(bar * row.progress / 100)
    full, rest = ("#", ".") if ascii_only else ("━", "─")
    took = lasting((datetime.now(UTC) - row.started_at).total_seconds()) if row.started_at else ""
    name = Text(plain(row.name))
    if ascii_only:
        name.truncate(wide, overflow="crop")
    else:
        name = shortened(name, wide)
    name.pad_right(wide - name.cell_len)
    return Text.assemble(
        "  ",
        name,
        " ",
        (full * done, "green"),
        (rest * (bar - done), "dim"),
        f" {row.progress:5.1f} %  {took}  {plain(row.message or '')}",
    )


def _activity(now: Now) -> list[Text]:
    if now.activity is None:
        return _failed(now, "activity", "Lately")
    age = now.activity.age_seconds
    title = heading("Lately", "never refreshed" if age is None else f"as of {lasting(max(0.0, age))} ago")
    return [title, *map(_event, now.activity.rows)]


def _event(row: RecentActivityListRow) -> Text:
    what = f"{plain(row.entity).replace('_', ' '):<13}"
    return Text(f"  {plain(row.at)}  {what}  {plain(row.status):<13}  {plain(row.name)}")
