"""Asking with the queries of `statistics.*.sql`."""

from __future__ import annotations

from plainbase.dialect import Dialect
from plainbase.platform.runners import AnyRunner
from plainbase.rows import Row
from plainbase.shipped import internal_queries


async def rows(db: AnyRunner, name: str) -> list[Row]:
    """The rows of one; none where it is of the other engine."""
    dialect = Dialect(db.dialect)
    query = internal_queries(dialect, "statistics")[name]
    if query.only not in (None, dialect):
        return []
    found: list[Row] = await db.fetch_all(query.source)
    return found
