"""Materialized views: `<name>_live` is the definition, `<name>` the stored result; adding one is adding files."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from plainbase.drivers.base import Driver, Executor
from plainbase.errors import ParameterError, PlainbaseError
from plainbase.events import Events, RefreshEvent
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile.query import Query


async def refresh(driver: Driver, view: str, events: Events) -> int:
    """Refresh one view; readers see the old result until the new one is whole. Returns its number of rows.

    The engine lets one refresh of a view run at a time, whoever asks. A failure is recorded and raised.
    Raises ParameterError for an unknown view.
    """
    queries = internal_queries(driver.dialect, "views")
    known = [row["view_name"] for row in await _views(driver, queries)]
    if view not in known:
        raise ParameterError(f"there is no materialized view {view!r}; there are {', '.join(known) or 'none'}")
    began = perf_counter()
    try:
        session = await driver.begin()
        try:
            rows = await session.refill(view)
            await _run(
                session,
                queries["record"],
                view_name=view,
                duration_ms=round((perf_counter() - began) * 1000),
                row_count=rows,
            )
        except BaseException:
            await session.rollback()
            raise
        await session.commit()
    except PlainbaseError as error:
        await _run(driver, queries["record_error"], view_name=view, last_error=error.message)
        raise
    events.emit("refresh", RefreshEvent(view, perf_counter() - began, rows))
    return rows


async def refresh_all(driver: Driver, older_than: float | None, events: Events) -> dict[str, int]:
    """Refresh every view, or those whose result is older than so many seconds; return their rows by name."""
    queries = internal_queries(driver.dialect, "views")
    refreshed = {}
    for row in await _views(driver, queries):
        age = row["age_seconds"]
        if older_than is None or age is None or age > older_than:
            refreshed[row["view_name"]] = await refresh(driver, row["view_name"], events)
    return refreshed


async def _views(driver: Driver, queries: Mapping[str, Query]) -> list[Row]:
    statement, values = queries["list_views"].bind({})
    return await driver.fetch(statement, values)


async def _run(executor: Executor, query: Query, **params: Any) -> None:
    statement, values = query.bind(params)
    await executor.execute(statement, values)
