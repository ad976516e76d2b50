"""Materialized views: `<name>_live` is the definition, `<name>` the stored result; adding one is adding files.

One refresh of a view runs at a time, in all processes: its record in `view_refreshes` is locked meanwhile, on SQLite
the whole database is. Whoever waited takes the result of a refresh that began after they had asked; one that began
before may lack what they have written. Times are the database's.

A table `<name>_touched` beside a view that is a table holds the keys whose rows are to be made anew, so that a refresh
costs what changed; its columns but `id` are the key, and NULL in one says that all of it is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from plainbase.drivers.base import Driver, Executor, Session
from plainbase.errors import ParameterError, PlainbaseError, StatementFailed
from plainbase.events import Events, RefreshEvent
from plainbase.rows import Row
from plainbase.shipped import internal_queries


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one view: its number of rows or the error, and the seconds that it took, waiting included."""

    view: str
    rows: int | None
    seconds: float
    error: PlainbaseError | None = None


async def refresh(driver: Driver, view: str, events: Events, *, full: bool = False) -> int:
    """Refresh one view; readers see the old result until the new one is whole. Returns its number of rows.

    `full` computes all of it, also where it is known what changed. A failure is recorded and raised.
    Raises ParameterError for an unknown view.
    """
    (asked,) = await _asked(driver, [view])
    return await _refresh(driver, asked, events, full=full)


async def refresh_all(driver: Driver, older_than: float | None, events: Events) -> dict[str, int]:
    """Refresh every view, or those whose result is older than so many seconds; return their rows by name.

    All are tried. Of the errors the first is raised, and its message names every view that failed.
    """
    rows: dict[str, int] = {}
    failed: dict[str, PlainbaseError] = {}
    async with aclosing(refresh_each(driver, events, older_than=older_than)) as outcomes:
        async for outcome in outcomes:
            if outcome.error is not None:
                failed[outcome.view] = outcome.error
            elif outcome.rows is not None:
                rows[outcome.view] = outcome.rows
    for error in failed.values():
        error.message = f"{error.message} (not refreshed: {', '.join(failed)}; refreshed: {', '.join(rows) or 'none'})"
        error.args = (error.message,)
        raise error
    return rows


async def refresh_each(
    driver: Driver, events: Events, only: Collection[str] = (), *, older_than: float | None = None
) -> AsyncGenerator[Outcome]:
    """Refresh these views, or all, by name, and yield what came of each; one that fails does not stop the others.

    With `older_than` only those whose result is older than so many seconds. Raises ParameterError for unknown names.
    """
    for asked in await _asked(driver, only):
        age = asked["age_seconds"]
        if older_than is not None and age is not None and age <= older_than:
            continue
        began = perf_counter()
        rows, failure = None, None
        try:
            rows = await _refresh(driver, asked, events, full=False)
        except PlainbaseError as error:
            failure = error
        yield Outcome(asked["view_name"], rows, perf_counter() - began, failure)


async def names(driver: Driver) -> tuple[str, ...]:
    """The names of all materialized views, in order."""
    return tuple(row["view_name"] for row in await _asked(driver, ()))


async def _asked(driver: Driver, only: Collection[str]) -> list[Row]:
    """What is recorded of these views, or of all, at the time of asking."""
    known = await _fetch(driver, driver, "list_views")
    unknown = sorted(set(only) - {row["view_name"] for row in known})
    if unknown:
        there = ", ".join(row["view_name"] for row in known) or "none"
        raise ParameterError(f"there is no materialized view {', '.join(map(repr, unknown))}; there are {there}")
    return [row for row in known if not only or row["view_name"] in only]


async def _refresh(driver: Driver, asked: Row, events: Events, *, full: bool) -> int:
    began = perf_counter()
    if asked["through_owner"]:
        rows, refreshed = await _through_owner(driver, asked, full=full)
    else:
        rows, refreshed = await _by_ourselves(driver, asked, full=full)
    if refreshed:
        events.emit("refresh", RefreshEvent(asked["view_name"], perf_counter() - began, rows))
    return rows


async def _by_ourselves(driver: Driver, asked: Row, *, full: bool) -> tuple[int, bool]:
    view = asked["view_name"]
    ours = False
    try:
        async with _transaction(driver) as session:
            (turn,) = await _fetch(driver, session, "take_turn", view_name=view)
            if not full and _answers(turn["started_at"], asked):
                return turn["row_count"], False
            ours = True
            began = perf_counter()
            rows = await session.refill(view, None if full else turn["row_count"])
            await _execute(
                driver,
                session,
                "record",
                view_name=view,
                started_at=turn["began_at"],
                duration_ms=round((perf_counter() - began) * 1000),
                row_count=rows,
            )
    except PlainbaseError as error:
        if ours:
            with suppress(PlainbaseError):  # the error itself matters more
                await _execute(driver, driver, "record_error", view_name=view, last_error=error.message)
        raise
    return rows, True


async def _through_owner(driver: Driver, asked: Row, *, full: bool) -> tuple[int, bool]:
    view = asked["view_name"]
    ((allowed,),) = await _fetch(driver, driver, "may_refresh_through_owner")
    if not allowed:
        raise StatementFailed(
            f"the view {view!r} is {asked['owner']}'s, and this role may not have it refreshed: "
            "GRANT EXECUTE ON FUNCTION refresh_materialized_view TO it, or connect as the owner"
        )
    try:
        async with _transaction(driver) as session:
            (done,) = await _fetch(
                driver,
                session,
                "refresh_through_owner",
                view_name=view,
                asked_at=asked["asked_at"],
                seen_at=asked["started_at"],
                entire=full,
            )
    except PlainbaseError as error:
        with suppress(PlainbaseError):
            await _execute(driver, driver, "record_error_through_owner", view_name=view, last_error=error.message)
        raise
    return done["row_count"], done["refreshed"]


def _answers(started_at: datetime | None, asked: Row) -> bool:
    """Whether the last refresh began after the asking; one recorded by then did not, whatever the clock has done."""
    return started_at is not None and started_at != asked["started_at"] and started_at > asked["asked_at"]


@asynccontextmanager
async def _transaction(driver: Driver) -> AsyncIterator[Session]:
    """One in which each statement sees what was committed before it, so that who has waited sees the newest."""
    session = await driver.begin(isolation="read_committed")
    try:
        yield session
    except BaseException:
        await session.rollback()
        raise
    await session.commit()


async def _fetch(driver: Driver, executor: Executor, name: str, **params: Any) -> list[Row]:
    statement, values = internal_queries(driver.dialect, "views")[name].bind(params)
    return await executor.fetch(statement, values)


async def _execute(driver: Driver, executor: Executor, name: str, **params: Any) -> None:
    statement, values = internal_queries(driver.dialect, "views")[name].bind(params)
    await executor.execute(statement, values)
