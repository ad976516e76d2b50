"""OpenTelemetry's spans and metrics, by its stable conventions for database clients.

https://opentelemetry.io/docs/specs/semconv/db/: names of attributes, instruments, units and buckets are from there;
those of connections and of returned rows are still called experimental. Only the API is used: without an SDK nothing
is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import time_ns
from types import TracebackType
from typing import TYPE_CHECKING, Self

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers.base import PoolStatus
from plainbase.errors import PlainbaseError
from plainbase.events import AT_THE_CALL, QueryEvent, WaitEvent
from plainbase.options import Options
from plainbase.platform.extras import require

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, MeterProvider, Observation
    from opentelemetry.trace import TracerProvider

SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The buckets that the conventions advise for durations."""
ROWS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
"""Those for numbers of rows."""
SCHEMA = "https://opentelemetry.io/schemas/1.33.0"

SELECTS = re.compile(r"\s*SELECT\b", re.IGNORECASE)
"""What gives rows for certain; no operation's name is told, since the conventions want none that is read from SQL."""

Attributes = Mapping[str, str | int]


def telemetry(
    db: Database, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
) -> Telemetry:
    """Tell OpenTelemetry of every query from now on, until `detach`; without providers the global ones are meant.

    A span is a child of the caller's current one; its name is the query's, and no value of a parameter, nor any SQL,
    is in it. `error.type` is the error's class, `db.response.status_code` the SQLSTATE where PostgreSQL refused.
    Raises ConfigurationError where opentelemetry-api is missing.
    """
    require("metrics", "opentelemetry.trace", "opentelemetry.metrics")
    return Telemetry(db, tracer_provider, meter_provider).attach()


class Telemetry:
    """What `telemetry` returns."""

    def __init__(
        self, db: Database, tracer_provider: TracerProvider | None, meter_provider: MeterProvider | None
    ) -> None:
        from opentelemetry import metrics, trace

        self._db = db
        self._place = _place(db.options)
        self._known: dict[str, Attributes] = {}
        self._off: list[Callable[[], None]] = []
        self._kind, self._error = trace.SpanKind.CLIENT, trace.StatusCode.ERROR
        self._tracer = trace.get_tracer("plainbase", None, tracer_provider, SCHEMA)
        meter = metrics.get_meter("plainbase", "", meter_provider, SCHEMA)
        self._durations = meter.create_histogram(
            "db.client.operation.duration",
            "s",
            "Duration of database client operations.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._rows = meter.create_histogram(
            "db.client.response.returned_rows",
            "{row}",
            "The actual number of records returned by the database operation.",
            explicit_bucket_boundaries_advisory=ROWS,
        )
        self._waits = meter.create_histogram(
            "db.client.connection.wait_time",
            "s",
            "The time it took to obtain an open connection from the pool.",
            explicit_bucket_boundaries_advisory=SECONDS,
        )
        self._pool: Attributes = {"db.client.connection.pool.name": _pool_name(self._place)}
        self._observe(meter)

    def attach(self) -> Self:
        """Tell from now on."""
        if not self._off:
            self._off = [self._db.on("query", self._ran), self._db.on("wait", self._waited)]
        return self

    def detach(self) -> None:
        """Tell no more."""
        while self._off:
            self._off.pop()()

    def __enter__(self) -> Self:
        return self.attach()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.detach()

    def _ran(self, event: QueryEvent) -> None:
        ended = time_ns()
        name = event.name or AT_THE_CALL
        attributes = self._known.get(name)
        if attributes is None:
            attributes = self._known[name] = {**self._place, "db.query.summary": name}
        if event.error is not None:
            attributes = {**attributes, "error.type": type(event.error).__name__, **_code(event.error)}
        span = self._tracer.start_span(
            name,
            kind=self._kind,
            attributes=attributes,
            start_time=ended - round(event.seconds * 1e9),
        )
        if event.error is not None:
            # What other exceptions say may hold values; plainbase's own errors never do.
            said = str(event.error) if isinstance(event.error, PlainbaseError) else None
            span.set_status(self._error, said)
        elif SELECTS.match(event.sql):
            span.set_attribute("db.response.returned_rows", event.rows)
            self._rows.record(event.rows, attributes)
        span.end(ended)
        self._durations.record(event.seconds, attributes)

    def _waited(self, event: WaitEvent) -> None:
        if not event.timed_out:
            self._waits.record(event.seconds, self._pool)

    def _observe(self, meter: Meter) -> None:
        from opentelemetry.metrics import Observation

        def callback(
            read: Callable[[PoolStatus], Mapping[str, int]],
        ) -> Callable[[CallbackOptions], Iterator[Observation]]:
            def observe(_: CallbackOptions) -> Iterator[Observation]:
                if self._off:
                    for state, value in read(self._db.pool_status()).items():
                        more = {"db.client.connection.state": state} if state else {}
                        yield Observation(value, {**self._pool, **more})

            return observe

        meter.create_observable_up_down_counter(
            "db.client.connection.count",
            [callback(lambda pool: {"used": pool.busy, "idle": pool.open - pool.busy})],
            "{connection}",
            "The number of connections that are currently in state described by the state attribute.",
        )
        meter.create_observable_up_down_counter(
            "db.client.connection.max",
            [callback(lambda pool: {"": pool.limit})],
            "{connection}",
            "The maximum number of open connections allowed.",
        )
        meter.create_observable_up_down_counter(
            "db.client.connection.pending_requests",
            [callback(lambda pool: {"": pool.waiting})],
            "{request}",
            "The number of current pending requests for an open connection.",
        )
        meter.create_observable_counter(
            "db.client.connection.timeouts",
            [callback(lambda pool: {"": pool.timeouts})],
            "{timeout}",
            "The number of connection timeouts that have occurred trying to obtain a connection from the pool.",
        )


SYSTEM = "db.system.name"


def _code(error: BaseException) -> Attributes:
    """The server's code: asyncpg's own error has it, which Python keeps as the context of plainbase's."""
    code = getattr(error.__context__, "sqlstate", None)
    return {"db.response.status_code": code} if isinstance(code, str) else {}


def _place(options: Options) -> Attributes:
    """Where the database is: of an SQLite file its name, without the folders."""
    if options.dialect is Dialect.SQLITE:
        return {SYSTEM: "sqlite", "db.namespace": Path(options.path or "").name}
    place: dict[str, str | int] = {SYSTEM: "postgresql"}
    if options.database:
        place["db.namespace"] = options.database
    if options.host:
        place["server.address"] = options.host
        if options.port != 5432 and not options.host.startswith("/"):
            place["server.port"] = options.port
    return place


def _pool_name(place: Attributes) -> str:
    """As the conventions compose it: address, port, namespace."""
    address = ":".join(str(place[name]) for name in ("server.address", "server.port") if name in place)
    return f"{address}/{place.get('db.namespace', '')}" if address else str(place.get("db.namespace", place[SYSTEM]))
