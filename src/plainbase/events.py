"""What is counted and told about each call: statistics by query name, and the hooks of `db.on`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from plainbase.errors import ParameterError

EventName = Literal["query", "commit", "migrate", "refresh"]

log = logging.getLogger("plainbase")


@dataclass(frozen=True, slots=True)
class QueryEvent:
    """A statement was run: its name, text, seconds, rows returned or changed, and the error it raised, if any."""

    name: str
    sql: str
    seconds: float
    rows: int
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class CommitEvent:
    """A transaction was committed; `seconds` since it began."""

    seconds: float


@dataclass(frozen=True, slots=True)
class MigrateEvent:
    """Migrations were applied, or undone, in this order."""

    applied: tuple[str, ...]
    undone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefreshEvent:
    """A materialized view was refreshed."""

    view: str
    seconds: float
    rows: int


@dataclass(slots=True)
class QueryStats:
    """What a query has done since the database was opened; times in seconds, waiting for a connection included."""

    calls: int = 0
    errors: int = 0
    rows: int = 0
    seconds: float = 0.0
    slowest: float = 0.0


class Events:
    """The statistics and hooks of one open database."""

    def __init__(self, *, debug: bool) -> None:
        self.stats: dict[str, QueryStats] = {}
        self._hooks: dict[EventName, list[Callable[[Any], object]]] = {name: [] for name in get_args(EventName)}
        self._query_hooks = self._hooks["query"]
        if debug:
            _show_log()
            self._query_hooks.append(_log_query)

    def on(self, event: EventName, hook: Callable[[Any], object]) -> Callable[[], None]:
        """Call `hook` with each event of a kind; the function returned ends that."""
        if event not in self._hooks:
            raise ParameterError(f"unknown event {event!r}; known are {', '.join(self._hooks)}")
        self._hooks[event].append(hook)

        def off() -> None:
            if hook in self._hooks[event]:
                self._hooks[event].remove(hook)

        return off

    def counters(self, name: str) -> QueryStats:
        """The statistics of one query."""
        found = self.stats.get(name)
        if found is None:
            found = self.stats[name] = QueryStats()
        return found

    def ran(
        self, counters: QueryStats, name: str, sql: str, seconds: float, rows: int, error: BaseException | None = None
    ) -> None:
        """Count one call."""
        counters.calls += 1
        counters.rows += rows
        counters.seconds += seconds
        if seconds > counters.slowest:
            counters.slowest = seconds
        if error is not None:
            counters.errors += 1
        if self._query_hooks:
            self.emit("query", QueryEvent(name, sql, seconds, rows, error))

    def emit(self, event: EventName, what: object) -> None:
        """Call the hooks; one that raises is logged and harms nobody."""
        for hook in tuple(self._hooks[event]):
            try:
                hook(what)
            except Exception:
                log.exception("a hook for %r events raised", event)


def _log_query(event: QueryEvent) -> None:
    outcome = f"{event.rows} rows" if event.error is None else type(event.error).__name__
    log.debug("%s %.3f ms, %s: %s", event.name, event.seconds * 1000, outcome, event.sql)


def _show_log() -> None:
    log.setLevel(logging.DEBUG)
    if not log.hasHandlers():
        log.addHandler(logging.StreamHandler())
