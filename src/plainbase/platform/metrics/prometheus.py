"""`Metrics`: what Prometheus reads of one open database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from plainbase.events import CommitEvent, RefreshEvent
from plainbase.platform.extras import require
from plainbase.platform.metrics.figures import Figures, look

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from plainbase.typed import Database


class Metrics:
    """The exposition of one database; nothing of it is global, and a call of a query costs nothing more.

    Queries and connections are those of this process, since the database was opened; `attach`, or `with`, counts
    commits and refreshes from then on. What the database itself tells (jobs, workers, snapshots, sizes) is as of the
    last `await metrics.look()`. Without `process` it is that alone.
    """

    def __init__(self, db: Database, *, openmetrics: bool = False, process: bool = True) -> None:
        require("metrics", "prometheus_client")
        from prometheus_client import CollectorRegistry

        self._db = db
        self._openmetrics = openmetrics
        self._process = process
        self._figures: Figures | None = None
        self._commits = 0
        self._commit_seconds = 0.0
        self._refreshes: dict[str, tuple[int, float]] = {}
        self._off: list[Callable[[], None]] = []
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collector(self))

    @property
    def content_type(self) -> str:
        """What `exposition` gives, for the HTTP header of that name."""
        return self._chosen(self._openmetrics)[1]

    def exposition(self) -> bytes:
        """All metrics as text."""
        text: bytes = self._chosen(self._openmetrics)[0](self._registry)
        return text

    def answer(self, accept: str | None) -> tuple[bytes, str]:
        """The text and its content type for what a scraper accepts, by its HTTP header of that name."""
        encode, content_type = self._chosen("application/openmetrics-text" in (accept or ""))
        return encode(self._registry), content_type

    async def look(self) -> Figures:
        """Look at the database, by a few cheap statements; a part that fails is left out and told as failed."""
        self._figures = await look(self._db)
        return self._figures

    def attach(self) -> Self:
        """Count commits and refreshes from now on."""
        if not self._off:
            self._off = [self._db.on("commit", self._committed), self._db.on("refresh", self._refreshed)]
        return self

    def detach(self) -> None:
        """Count them no more."""
        while self._off:
            self._off.pop()()

    def __enter__(self) -> Self:
        return self.attach()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.detach()

    def collected(self) -> Iterator[Metric]:
        """The metrics, as prometheus-client has them."""
        from plainbase.platform.metrics import families

        if self._process:
            yield from families.of_queries(self._db.query_stats())
            yield from families.of_pool(self._db.pool_status())
            if self._off:
                yield from families.of_events(self._commits, self._commit_seconds, self._refreshes)
        if self._figures is not None:
            yield from families.of_database(self._figures)

    def _chosen(self, openmetrics: bool) -> tuple[Any, str]:
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
        from prometheus_client.openmetrics import exposition

        if openmetrics:
            return exposition.generate_latest, exposition.CONTENT_TYPE_LATEST
        return generate_latest, CONTENT_TYPE_LATEST

    def _committed(self, event: CommitEvent) -> None:
        self._commits += 1
        self._commit_seconds += event.seconds

    def _refreshed(self, event: RefreshEvent) -> None:
        count, seconds = self._refreshes.get(event.view, (0, 0.0))
        self._refreshes[event.view] = count + 1, seconds + event.seconds


class _Collector:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return self._metrics.collected()
