"""The names and labels of what Prometheus reads; every label has a bounded number of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric

from plainbase.drivers.base import PoolStatus
from plainbase.events import BOUNDS, QueryStats
from plainbase.platform.metrics.figures import Figures

MOST = 100
"""Queues that have labels of their own; those beyond, with the fewest jobs, are one."""
OTHERS = "(others)"

LES = [*map(str, BOUNDS), "+Inf"]


def of_queries(stats: Mapping[str, QueryStats]) -> Iterator[Metric]:
    """What each named query did; all SQL written at the call has one name."""
    durations = HistogramMetricFamily(
        "plainbase_query_duration_seconds", "Time of calls, waiting for a connection included.", labels=["query"]
    )
    errors = CounterMetricFamily(
        "plainbase_query_errors", "Calls that raised, by the error's class.", labels=["query", "error"]
    )
    rows = CounterMetricFamily("plainbase_query_rows", "Rows returned or changed.", labels=["query"])
    waits = CounterMetricFamily("plainbase_query_waits", "Calls that waited for a connection.", labels=["query"])
    waited = CounterMetricFamily(
        "plainbase_query_wait_seconds", "Time that calls waited for a connection.", labels=["query"]
    )
    for name, each in sorted(stats.items()):
        counts = accumulate(each.buckets)
        durations.add_metric([name], list(zip(LES, counts, strict=True)), each.seconds)
        rows.add_metric([name], each.rows)
        waits.add_metric([name], each.waits)
        waited.add_metric([name], each.waited_seconds)
        for kind, count in sorted(each.kinds.items()):
            errors.add_metric([name, kind], count)
    yield from (durations, errors, rows, waits, waited)


def of_pool(status: PoolStatus) -> Iterator[Metric]:
    """The connections of this process."""
    connections = GaugeMetricFamily("plainbase_pool_connections", "Open connections.", labels=["state"])
    connections.add_metric(["busy"], status.busy)
    connections.add_metric(["idle"], status.open - status.busy)
    yield connections
    yield GaugeMetricFamily("plainbase_pool_connections_max", "The most connections there may be.", value=status.limit)
    yield GaugeMetricFamily("plainbase_pool_waiting", "Callers that wait for a connection.", value=status.waiting)
    yield CounterMetricFamily("plainbase_pool_waits", "Callers that had to wait for a connection.", value=status.waits)
    yield CounterMetricFamily(
        "plainbase_pool_wait_seconds", "Time that callers waited for a connection.", value=status.waited_seconds
    )
    yield CounterMetricFamily(
        "plainbase_pool_timeouts", "Callers that waited for a connection in vain.", value=status.timeouts
    )


def of_events(commits: int, commit_seconds: float, refreshes: Mapping[str, tuple[int, float]]) -> Iterator[Metric]:
    """What was committed and refreshed since somebody began to listen."""
    yield CounterMetricFamily("plainbase_commits", "Transactions committed.", value=commits)
    yield CounterMetricFamily(
        "plainbase_commit_seconds", "Time from the begin of transactions to their commit.", value=commit_seconds
    )
    done = CounterMetricFamily("plainbase_refreshes", "Refreshes of a materialized view.", labels=["view"])
    took = CounterMetricFamily(
        "plainbase_refresh_seconds", "Time that refreshes of a materialized view took.", labels=["view"]
    )
    for view, (count, seconds) in sorted(refreshes.items()):
        done.add_metric([view], count)
        took.add_metric([view], seconds)
    yield from (done, took)


def of_database(figures: Figures) -> Iterator[Metric]:
    """What the database told when it was last looked at."""
    failed = GaugeMetricFamily("plainbase_part_failed", "Parts that could not be looked at.", labels=["part"])
    for part in sorted(figures.failed):
        failed.add_metric([part], 1)
    yield failed
    info = GaugeMetricFamily(
        "plainbase_database_info", "The engine and the schema's version.", labels=["engine", "schema_version"]
    )
    info.add_metric([figures.engine or "", str(figures.schema_version or "")], 1)
    yield info
    database = figures.database
    times = [row.last_run_at.timestamp() for row in figures.retention or () if row.last_run_at]
    singles: tuple[tuple[str, str, float | None], ...] = (
        ("database_bytes", "Size of the database.", None if database is None else database.bytes),
        ("wal_bytes", "Size of SQLite's write-ahead log.", figures.wal_bytes),
        ("disk_bytes", "Size of the disk that holds an SQLite file.", figures.disk_bytes),
        ("disk_free_bytes", "What is free on the disk that holds an SQLite file.", figures.disk_free_bytes),
        (
            "replication_slot_retained_bytes",
            "Log kept for the replication slot furthest behind.",
            None if database is None else database.slot_retained_bytes,
        ),
        (
            "replication_lag_seconds",
            "How far the slowest replica is behind.",
            None if database is None else database.replication_lag_seconds,
        ),
        (
            "oldest_transaction_seconds",
            "How long the oldest transaction has been open.",
            None if database is None else database.oldest_transaction_seconds,
        ),
        (
            "backup_completed_timestamp_seconds",
            "When the last backup was complete.",
            None if figures.backup_at is None else figures.backup_at.timestamp(),
        ),
        ("retention_last_run_timestamp_seconds", "When rows were last cleaned away.", max(times, default=None)),
    )
    for name, help_text, value in singles:
        if value is not None:
            yield GaugeMetricFamily(f"plainbase_{name}", help_text, value=value)
    yield from _work(figures)
    yield from _snapshots(figures)


def _work(figures: Figures) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("plainbase_jobs", "Jobs, by queue and state.", labels=["queue", "state"])
    oldest = GaugeMetricFamily(
        "plainbase_jobs_oldest_due_seconds", "How long the oldest job that is due has waited.", labels=["queue"]
    )
    for queue, counts, waited in _queues(figures):
        for state, count in zip(("due", "scheduled", "running", "dead"), counts, strict=True):
            jobs.add_metric([queue, state], count)
        oldest.add_metric([queue], waited)
    yield from (jobs, oldest)
    if figures.workers is not None:
        workers = GaugeMetricFamily(
            "plainbase_workers", "Workers that have not stopped: heard of lately, or not.", labels=["state"]
        )
        workers.add_metric(["alive"], figures.workers.alive)
        workers.add_metric(["silent"], figures.workers.silent)
        yield workers
        yield GaugeMetricFamily("plainbase_worker_tasks", "Tasks that workers have.", value=figures.workers.tasks)
        yield GaugeMetricFamily(
            "plainbase_worker_capacity", "Tasks that workers have room for.", value=figures.workers.capacity
        )


def _queues(figures: Figures) -> list[tuple[str, Sequence[int], float]]:
    found: list[tuple[str, Sequence[int], float]] = [
        (row.queue, (row.due, row.scheduled, row.running, row.dead), max(0.0, row.oldest_due_seconds or 0.0))
        for row in figures.jobs or ()
    ]
    if len(found) <= MOST:
        return found
    found.sort(key=lambda each: (-sum(each[1]), each[0]))
    rest = found[MOST:]
    counts = [sum(column) for column in zip(*(each[1] for each in rest), strict=True)]
    return [*sorted(found[:MOST]), (OTHERS, counts, max(each[2] for each in rest))]


def _snapshots(figures: Figures) -> Iterator[Metric]:
    refreshed = GaugeMetricFamily(
        "plainbase_snapshot_refreshed_timestamp_seconds",
        "When a materialized view was last refreshed.",
        labels=["view"],
    )
    failing = GaugeMetricFamily(
        "plainbase_snapshot_failing", "Whether the last refresh of a materialized view failed.", labels=["view"]
    )
    for row in figures.snapshots or ():
        if row.refreshed_at is not None:
            refreshed.add_metric([row.view_name], row.refreshed_at.timestamp())
        failing.add_metric([row.view_name], row.last_error is not None)
    yield from (refreshed, failing)
