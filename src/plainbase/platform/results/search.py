"""Finding results: a page of them in any order, all of them newest first, or how many there are."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pypika import Parameter
from pypika.terms import Criterion, Term, Tuple

from plainbase.errors import ParameterError
from plainbase.platform.results import paging
from plainbase.platform.results.columns import COLUMNS, SORTS
from plainbase.platform.results.conditions import Statement, never_null, probe
from plainbase.platform.results.engines import EVALUATIONS
from plainbase.platform.results.filters import SearchFilters
from plainbase.platform.results.paging import Place
from plainbase.platform.runners import AnyRunner
from plainbase.rows import Row

MOST_ROWS = 10_000
"""The largest page; `stream` gives more."""
FEW = 1001
"""From so many rows on that a text or the metadata find, they are tested in order, and not read by their ids."""
EVERYTHING = SearchFilters()


@dataclass(frozen=True, slots=True)
class Page:
    """Some results; `next` is what to pass as `after` for those that follow, `total` counts all where asked for."""

    rows: tuple[Row, ...]
    next: str | None = None
    total: int | None = None


async def search(
    db: AnyRunner,
    filters: SearchFilters = EVERYTHING,
    *,
    sort: str = "created_at",
    descending: bool = True,
    limit: int = 50,
    after: str | None = None,
    count: bool = False,
) -> Page:
    """Find evaluations, a page at a time, with the columns COLUMNS.

    Rows without a value in the column `sort` come last in both directions; where it is the same, the ids decide, in
    the same direction. `after` is the `next` of the page before. The exact total is counted only with `count`, and
    then on every page. Raises ParameterError for an unknown column, a limit under 1 or over 10,000, and a cursor that
    is broken or of another search.
    """
    if not isinstance(sort, str) or sort not in SORTS:
        raise ParameterError(f"unknown sort {str(sort)[:100]!r}; known are {', '.join(SORTS)}")
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise ParameterError(f"limit is a whole number from 1 to {MOST_ROWS:,}; stream gives more")
    place = None if after is None else paging.read(after, filters, sort, descending=descending)
    rows = await _page(db, filters, sort, descending, limit + 1, place)
    last = None
    if len(rows) > limit:
        del rows[limit:]
        last = paging.write(Place(rows[-1][sort], rows[-1]["id"]), filters, sort, descending=descending)
    return Page(tuple(rows), last, await _count(db, filters) if count else None)


def stream(db: AnyRunner, filters: SearchFilters = EVERYTHING, *, limit: int | None = None) -> AsyncGenerator[Row]:
    """Give all evaluations that are found, newest first, in bounded memory, at most `limit` of them.

    Leave the loop early inside `contextlib.aclosing`. Raises ParameterError for a limit below zero.
    """
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise ParameterError("limit is a whole number from 0 on, or None")
    if probe(db.dialect, filters, FEW) is None:
        statement = Statement(db.dialect, filters)
        return db.iterate(_newest(statement, limit), statement.values)
    return _probed(db, filters, limit)


async def newest(
    db: AnyRunner, filters: SearchFilters, *, limit: int | None = None, columns: Sequence[str | Term] = COLUMNS
) -> tuple[str, dict[str, Any]]:
    """Write the statement that `stream` runs, with these columns, and its parameters."""
    statement = Statement(db.dialect, filters, many=await _is_many(db, filters))
    return _newest(statement, limit, columns), statement.values


async def count(db: AnyRunner, filters: SearchFilters = EVERYTHING) -> int:
    """Count the evaluations that are found."""
    return await _count(db, filters)


async def _probed(db: AnyRunner, filters: SearchFilters, limit: int | None) -> AsyncGenerator[Row]:
    async with aclosing(db.iterate(*await newest(db, filters, limit=limit))) as rows:
        async for row in rows:
            yield row


def _newest(statement: Statement, limit: int | None, columns: Sequence[str | Term] = COLUMNS) -> str:
    return statement.rows(("created_at", "id"), descending=True, limit=limit, columns=columns)


async def _is_many(db: AnyRunner, filters: SearchFilters) -> bool:
    """Whether what texts and metadata find is better read in order than by ids, where the engine does not know."""
    asked = probe(db.dialect, filters, FEW)
    return asked is not None and await db.fetch_value(*asked) == FEW


async def _count(db: AnyRunner, filters: SearchFilters) -> int:
    statement = Statement(db.dialect, filters, many=await _is_many(db, filters))
    found: int = await db.fetch_value(statement.count(), statement.values)
    return found


async def _page(
    db: AnyRunner, filters: SearchFilters, sort: str, descending: bool, wanted: int, place: Place | None
) -> list[Row]:
    """The rows after a place: those with a value in order, then those without by id, each from an index of its own."""
    many = await _is_many(db, filters)
    column = EVALUATIONS.field(sort)
    nullable = SORTS[sort].nullable
    rows: list[Row] = []
    if place is None or place.value is not None:
        statement = Statement(db.dialect, filters, many=many)
        if nullable:
            statement.where(column.isnotnull())
        if place is not None:
            values = Tuple(Parameter(statement.bind(place.value)), Parameter(statement.bind(place.id)))
            statement.where(_past(Tuple(column, EVALUATIONS.id), values, descending))
        text = statement.rows((sort, "id"), descending=descending, limit=wanted)
        rows = await db.fetch_all(text, statement.values)
    if nullable and len(rows) < wanted and not never_null(filters, sort):
        statement = Statement(db.dialect, filters, many=many)
        statement.where(column.isnull())
        if place is not None and place.value is None:
            statement.where(_past(EVALUATIONS.id, Parameter(statement.bind(place.id)), descending))
        text = statement.rows(("id",), descending=descending, limit=wanted - len(rows))
        rows += await db.fetch_all(text, statement.values)
    return rows


def _past(column: Term, value: Term, descending: bool) -> Criterion:
    return column < value if descending else column > value
