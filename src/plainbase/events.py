"""What is counted and told about each call: statistics by query name, and the hooks of `db.on`."""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from inspect import iscoroutinefunction
from math import inf
from typing import Any, Literal, get_args

from plainbase.drivers.waits import Waits
from plainbase.errors import ParameterError
from plainbase.options import Options

EventName = Literal["query", "commit", "migrate", "refresh", "wait"]

AT_THE_CALL = "SQL at the call"
"""The one name under which all SQL written at the call is counted."""

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: a call counts in the first bucket whose bound it does not exceed, else in one more."""

log = logging.getLogger("plainbase")


@dataclass(frozen=True, slots=True)
class QueryEvent:
    """A statement was run: its name, text, seconds, rows returned or changed, the error it raised, its `file:line`.

    The seconds of a stream are without its reader's; a commit that failed is the statement `commit`.
    """

    name: str
    sql: str
    seconds: float
    rows: int
    error: BaseException | None
    where: str = AT_THE_CALL


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


@dataclass(frozen=True, slots=True)
class WaitEvent:
    """Somebody waited for a connection, so many seconds, and got one or not."""

    seconds: float
    timed_out: bool


@dataclass(slots=True)
class QueryStats:
    """What a query has done since the database was opened; times in seconds, waiting for a connection included.

    `kinds` counts the errors by their class, `buckets` the calls by how long they took (`BOUNDS`, and one more for
    longer ones), `waits` those that had to wait for a connection. `where` is the query's file and line.
    """

    rows: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    waits: int = 0
    waited_seconds: float = 0.0
    where: str = AT_THE_CALL

    @property
    def calls(self) -> int:
        """How often it was called, with success or without."""
        return sum(self.buckets)

    @property
    def errors(self) -> int:
        """How many of the calls raised."""
        return sum(self.kinds.values())

    def within(self, share: float) -> float:
        """The seconds within which this share of the calls ended, such as 0.95: at most those, as buckets tell."""
        wanted, seen = share * self.calls, 0
        for bound, count in zip(BOUNDS, self.buckets, strict=False):
            seen += count
            if seen >= wanted:
                return min(bound, self.slowest)
        return self.slowest


class Events:
    """The statistics and hooks of one open database."""

    def __init__(self, options: Options, waits: Waits) -> None:
        self.stats: dict[str, QueryStats] = {}
        self._slow = options.slow_query_seconds or inf
        self._waits = waits
        self._hooks: dict[EventName, list[Callable[[Any], object]]] = {name: [] for name in get_args(EventName)}
        self._query_hooks = self._hooks["query"]
        if options.debug:
            _show_log()
            self._query_hooks.append(_log_query)

    def on(self, event: EventName, hook: Callable[[Any], object]) -> Callable[[], None]:
        """Call `hook` with each event of a kind; the function returned ends that."""
        if event not in self._hooks:
            raise ParameterError(f"unknown event {event!r}; known are {', '.join(self._hooks)}")
        if iscoroutinefunction(hook):
            raise ParameterError(f"a hook for {event!r} events is an ordinary function: nobody would await this one")
        if event == "wait":
            self._waits.tell = self._waited

        told = partial(hook)  # an object of its own, so that one hook can be there twice
        self._hooks[event].append(told)

        def off() -> None:
            if told in self._hooks[event]:
                self._hooks[event].remove(told)

        return off

    def counters(self, name: str, where: str = AT_THE_CALL) -> QueryStats:
        """The statistics of one query."""
        found = self.stats.get(name)
        if found is None:
            found = self.stats[name] = QueryStats(where=AT_THE_CALL if name == AT_THE_CALL else where)
        return found

    def ran(
        self, counters: QueryStats, name: str, sql: str, seconds: float, rows: int, error: BaseException | None = None
    ) -> None:
        """Count one call. Every call pays for what stands here: what is seldom needed has one test."""
        counters.rows += rows
        counters.seconds += seconds
        counters.buckets[bisect_left(BOUNDS, seconds)] += 1
        if seconds > counters.slowest:
            counters.slowest = seconds
        if error is not None or seconds >= self._slow or self._query_hooks or self._waits.pending:
            self._tell(counters, QueryEvent(name, sql, seconds, rows, error, counters.where))

    def _tell(self, counters: QueryStats, event: QueryEvent) -> None:
        if event.error is not None:
            kind = type(event.error).__name__
            counters.kinds[kind] = counters.kinds.get(kind, 0) + 1
        if self._waits.pending and (waited := self._waits.taken()):
            counters.waits += 1
            counters.waited_seconds += waited
        if event.seconds >= self._slow:
            _log_slow(event)
        self.emit("query", event)

    def began(self) -> None:
        """A transaction began, or did not: what it waited for is no query's."""
        if self._waits.pending:
            self._waits.taken()

    def emit(self, event: EventName, what: object) -> None:
        """Call the hooks; one that raises is logged and harms nobody."""
        for hook in tuple(self._hooks[event]):
            try:
                hook(what)
            except Exception:
                log.exception("a hook for %r events raised", event)

    def _waited(self, seconds: float, timed_out: bool) -> None:
        self.emit("wait", WaitEvent(seconds, timed_out))


def _log_query(event: QueryEvent) -> None:
    log.debug("%s %.3f ms, %s: %s", event.name, event.seconds * 1000, _outcome(event), event.sql, extra=_fields(event))


def _log_slow(event: QueryEvent) -> None:
    name = event.name or AT_THE_CALL
    where = f" ({event.where})" if event.where != name else ""
    log.warning("slow query %s: %.3f s, %s%s", name, event.seconds, _outcome(event), where, extra=_fields(event))


def _outcome(event: QueryEvent) -> str:
    return f"{event.rows} rows" if event.error is None else type(event.error).__name__


def _fields(event: QueryEvent) -> dict[str, object]:
    """What a formatter such as `plainbase.logs.JsonFormatter` gives fields of their own."""
    error = None if event.error is None else type(event.error).__name__
    found = {"query": event.name or AT_THE_CALL, "seconds": event.seconds, "rows": event.rows, "error": error}
    return {**found, "where": event.where}


def _show_log() -> None:
    log.setLevel(logging.DEBUG)
    if not log.hasHandlers():
        log.addHandler(logging.StreamHandler())
