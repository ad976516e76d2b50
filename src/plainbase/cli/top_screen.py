"""The screen of `plainbase top`: lines cut to a terminal's size."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text

from plainbase.cli.shown import lasting, plain
from plainbase.platform.analytics import Now
from plainbase.typed import RecentActivityListRow, TrainingRunsGetRow

BAR = 20
KEYS = "q or Ctrl-C ends; figures with an age are from stored views: `plainbase refresh`"
ENTITIES = ("experiments", "training_runs", "benchmarks", "evaluations", "model_versions", "datasets", "predictions")
"""What the overview counts, the most telling first; it shows as many as fit."""
FEWEST = 4
"""The lines that the running runs, and what lately happened, have at least."""


def draw(now: Now, where: str, width: int, height: int | None, *, keys: bool, ascii_only: bool) -> Text:
    """All lines, no longer than the width and no more than the height; of all of them where there is no height."""
    head = Text.assemble(("plainbase top", "bold"), f"  {plain(where)}  {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
    fixed = [head, *_overview(now, width), *_jobs(now), *_requests(now), *_workers(now)]
    runs, activity = _runs(now, ascii_only), _activity(now)
    end = [Text(KEYS, "dim")] if keys else []
    if height is not None:
        room = max(0, height - len(fixed) - len(end))
        for_runs = min(len(runs), max(FEWEST, room - len(activity)), room)
        runs, activity = _cut(runs, for_runs), _cut(activity, room - for_runs)
    lines = [*fixed, *runs, *activity, *end]
    for line in lines:
        line.truncate(width, overflow="crop" if ascii_only else "ellipsis")
    return Text("\n").join(lines[:height])


def _cut(lines: list[Text], most: int) -> list[Text]:
    """The first lines, and how many there are more."""
    if len(lines) <= most or most < 2:
        return lines[:most]
    return [*lines[: most - 1], Text(f"  and {len(lines) - most + 1} more", "dim")]


def _title(title: str, rest: str = "") -> Text:
    return Text.assemble((title, "bold cyan"), f"  {rest}" if rest else "")


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
    spent = f"{row.days} days: {row.requests:,} requests, {row.errors:,} errors, {row.cost_usd:,.2f} US dollars"
    return [_title("Overview", old), Text("  " + ", ".join(counts)), Text("  " + spent)]


def _jobs(now: Now) -> list[Text]:
    if now.jobs is None:
        return _failed(now, "jobs", "Jobs")
    jobs = now.jobs
    said = f"{jobs.pending:,} due, {jobs.scheduled:,} scheduled, {jobs.running:,} running"
    if jobs.oldest_waiting_seconds is not None:
        said += f"; the oldest has waited {lasting(max(0.0, jobs.oldest_waiting_seconds))}"
    said += f"; last {lasting(now.seconds)}: {jobs.completed:,} completed, {jobs.dead:,} dead"
    return [_title("Jobs", said)]


def _requests(now: Now) -> list[Text]:
    if now.requests is None:
        return _failed(now, "requests", "Requests")
    title = _title("Requests", f"last {lasting(now.seconds)}")
    if not now.requests:
        return [title.append(": none")]
    return [
        title,
        *(
            Text(
                f"  {plain(row.kind):<10} {row.requests:>9,}  {row.errors:,} errors  {row.cost_usd:,.4f} USD"
                f"  mean {plain(row.avg_latency_ms)} ms  p95 {plain(row.p95_latency_ms)} ms"
            )
            for row in now.requests
        ),
    ]


def _workers(now: Now) -> list[Text]:
    if now.workers is None:
        return _failed(now, "workers", "Workers")
    busy = sum(row.current_tasks for row in now.workers)
    room = sum(row.capacity for row in now.workers)
    names = ", ".join(f"{plain(row.worker_id)} {row.current_tasks}/{row.capacity}" for row in now.workers)
    return [_title("Workers", f"{len(now.workers)}, {busy} of {room} places busy: {names}" if names else "none")]


def _runs(now: Now, ascii_only: bool) -> list[Text]:
    if now.runs is None:
        return _failed(now, "runs", "Running")
    if not now.runs:
        return [_title("Running", "no run")]
    return [_title("Running", f"{len(now.runs)} runs"), *(_run(row, ascii_only) for row in now.runs)]


def _run(row: TrainingRunsGetRow, ascii_only: bool) -> Text:
    done = round(BAR * row.progress / 100)
    full, rest = ("#", ".") if ascii_only else ("━", "─")
    took = lasting((datetime.now(UTC) - row.started_at).total_seconds()) if row.started_at else ""
    return Text.assemble(
        f"  {plain(row.name)[:24]:<24} ",
        (full * done, "green"),
        (rest * (BAR - done), "dim"),
        f" {row.progress:5.1f} %  {took}  {plain(row.message or '')}",
    )


def _activity(now: Now) -> list[Text]:
    if now.activity is None:
        return _failed(now, "activity", "Lately")
    age = now.activity.age_seconds
    title = _title("Lately", "never refreshed" if age is None else f"as of {lasting(max(0.0, age))} ago")
    return [title, *map(_event, now.activity.rows)]


def _event(row: RecentActivityListRow) -> Text:
    what = f"{plain(row.entity).replace('_', ' '):<13}"
    return Text(f"  {plain(row.at)}  {what}  {plain(row.status):<13}  {plain(row.name)}")
