"""OpenTelemetry's spans and metrics, as the SDK's in-memory exporters get them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import db_attributes as incubating
from opentelemetry.semconv.attributes import db_attributes, error_attributes, server_attributes
from opentelemetry.trace import SpanKind, StatusCode

import plainbase
from plainbase import ConstraintViolation, PoolTimeout, typed
from plainbase.platform.metrics import telemetry

SECRET = "5ecret"
STABLE = {
    db_attributes.DB_SYSTEM_NAME,
    db_attributes.DB_NAMESPACE,
    db_attributes.DB_QUERY_SUMMARY,
    db_attributes.DB_RESPONSE_STATUS_CODE,
    error_attributes.ERROR_TYPE,
    server_attributes.SERVER_ADDRESS,
    server_attributes.SERVER_PORT,
    incubating.DB_RESPONSE_RETURNED_ROWS,
}
"""Every attribute that is used, by the names of the package of conventions."""

Point = NumberDataPoint | HistogramDataPoint


@dataclass
class Sdk:
    """The real SDK, which keeps what it is told."""

    tracers: TracerProvider
    meters: MeterProvider
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    def spans(self) -> tuple[ReadableSpan, ...]:
        found = self.exporter.get_finished_spans()
        self.exporter.clear()
        return found

    def points(self) -> dict[str, list[Point]]:
        data = self.reader.get_metrics_data()
        if data is None:
            return {}
        return {
            metric.name: list(metric.data.data_points)  # type: ignore[arg-type]  # none is an exponential histogram
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def sdk() -> Iterator[Sdk]:
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    yield Sdk(tracers, meters, exporter, reader)
    tracers.shutdown()
    meters.shutdown()


def attributes(of: ReadableSpan | Point) -> Mapping[str, Any]:
    return of.attributes or {}


async def test_a_span_for_each_query(db: typed.Database, url: str, engine: str, sdk: Sdk) -> None:
    with telemetry(db, sdk.tracers, sdk.meters):
        before = time.time_ns()
        await db.jobs.enqueue(job_type="work", payload={"token": SECRET})
        after = time.time_ns()
        await db.users.list()
        await db.fetch_all(f"SELECT '{SECRET}' AS said, :a AS a", {"a": "b"})
        await db.fetch_value("WITH n AS (SELECT 1 AS one) SELECT one FROM n")
    enqueued, listed, written, other = sdk.spans()
    assert enqueued.name == "jobs.enqueue"
    assert enqueued.kind is SpanKind.CLIENT
    assert enqueued.start_time is not None
    assert enqueued.end_time is not None
    assert before - 1_000_000 <= enqueued.start_time < enqueued.end_time <= after
    place = {"db.system.name": "sqlite", "db.namespace": "test.db"}
    if engine == "postgres":
        parts = urlsplit(url)
        place = {"db.system.name": "postgresql", "db.namespace": parts.path[1:]}
        assert db.options.host is not None
        place["server.address"] = db.options.host
        seen = dict(attributes(enqueued))
        assert seen.pop("server.port", 5432) == db.options.port or db.options.host.startswith("/")
    else:
        seen = dict(attributes(enqueued))
    assert seen == {**place, "db.query.summary": "jobs.enqueue"}
    assert attributes(listed)["db.response.returned_rows"] == 0
    for span in (written, other):
        assert span.name == attributes(span)["db.query.summary"] == "SQL at the call"
    assert [attributes(span).get("db.response.returned_rows") for span in (enqueued, written, other)] == [None, 1, None]
    for span in (enqueued, listed, written, other):
        assert set(attributes(span)) <= STABLE
        assert SECRET not in span.to_json()
        assert span.status.status_code is StatusCode.UNSET


async def test_a_span_is_the_child_of_the_callers(db: typed.Database, sdk: Sdk) -> None:
    tracer = sdk.tracers.get_tracer("test")

    async def work(name: str) -> None:
        with tracer.start_as_current_span(name):
            await db.jobs.clock()
            async with db.transaction() as tx:
                await tx.jobs.clock()
            assert [row async for row in db.users.list.stream()] == []

    with telemetry(db, sdk.tracers, sdk.meters):
        await asyncio.gather(work("one"), work("two"))
        await db.jobs.clock()
    spans = sdk.spans()
    parents = {span.context.span_id: span.name for span in spans if span.name in ("one", "two") and span.context}
    children = [span for span in spans if span.name not in ("one", "two")]
    assert len(children) == 7
    assert [parents[span.parent.span_id] for span in children if span.parent].count("one") == 3
    assert sum(span.parent is None for span in children) == 1


async def test_errors_have_their_class_and_no_value(db: typed.Database, engine: str, sdk: Sdk) -> None:
    with telemetry(db, sdk.tracers, sdk.meters):
        await db.teams.create(name=SECRET)
        with pytest.raises(ConstraintViolation):
            await db.teams.create(name=SECRET)
    made, failed = sdk.spans()
    assert made.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
    assert attributes(failed)["error.type"] == "ConstraintViolation"
    code = "23505" if engine == "postgres" else None
    assert attributes(failed).get("db.response.status_code") == code
    assert "teams.create" in (failed.status.description or "")
    assert SECRET not in failed.to_json()
    durations = sdk.points()["db.client.operation.duration"]
    assert {attributes(point).get("error.type") for point in durations} == {None, "ConstraintViolation"}


async def test_metrics_of_queries_and_of_the_pool(url: str, sdk: Sdk) -> None:
    async with plainbase.open(url, pool_size=1, max_overflow=0, pool_timeout=0.05) as db:
        told = telemetry(db, sdk.tracers, sdk.meters)
        for _ in range(3):
            await db.jobs.enqueue(job_type="work")
        async with db.transaction(read_only=True):

            async def other() -> None:
                async with db.transaction(read_only=True):
                    pass

            with pytest.raises(PoolTimeout):
                await asyncio.create_task(other())
        await asyncio.gather(*(db.jobs.enqueue(job_type="work") for _ in range(4)))
        points = sdk.points()
        (durations,) = points["db.client.operation.duration"]
        assert isinstance(durations, HistogramDataPoint)
        assert durations.count == 7
        assert durations.sum == pytest.approx(db.query_stats()["jobs.enqueue"].seconds)
        assert tuple(durations.explicit_bounds) == (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
        (waited,) = points["db.client.connection.wait_time"]
        assert isinstance(waited, HistogramDataPoint)
        assert waited.count == db.pool_status().waits - 1
        numbers = {
            (name, attributes(point).get("db.client.connection.state")): point.value
            for name, each in points.items()
            for point in each
            if isinstance(point, NumberDataPoint)
        }
        status = db.pool_status()
        assert numbers == {
            ("db.client.connection.count", "used"): status.busy,
            ("db.client.connection.count", "idle"): status.open - status.busy,
            ("db.client.connection.max", None): status.limit,
            ("db.client.connection.pending_requests", None): 0,
            ("db.client.connection.timeouts", None): 1,
        }
        (count,) = points["db.client.connection.max"]
        assert db.options.database is None or db.options.database in attributes(count)["db.client.connection.pool.name"]
        told.detach()
        await db.jobs.enqueue(job_type="work")
        sdk.spans()
        await db.jobs.enqueue(job_type="work")
        assert sdk.spans() == ()
        assert "db.client.connection.count" not in sdk.points()


SILENT = """
import asyncio, sys, warnings
warnings.simplefilter("error")
sys.modules["opentelemetry.sdk"] = None  # the API alone
import plainbase
from plainbase.platform.metrics import telemetry
async def main():
    async with plainbase.open("sqlite://") as db:
        with telemetry(db):
            await db.fetch_value("SELECT 1 AS one")
asyncio.run(main())
"""


def test_without_an_sdk_nothing_is_said() -> None:
    ran = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
