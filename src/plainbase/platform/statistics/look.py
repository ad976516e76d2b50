"""All figures at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from plainbase.errors import PlainbaseError
from plainbase.platform.analytics.dashboard_parts import unless_it_fails
from plainbase.platform.runners import AnyDatabase
from plainbase.platform.statistics import cache_hits, slowest
from plainbase.platform.statistics.cache_hits import Cache
from plainbase.platform.statistics.indexes import IndexUse, index_use
from plainbase.platform.statistics.keeping import DAYS, Growth, growth, require_days
from plainbase.platform.statistics.measuring import Sizes, sizes
from plainbase.platform.statistics.slowest import Slow


@dataclass(frozen=True, slots=True)
class Statistics:
    """A part that failed is None, and its error stands in `failed` under its name; `notes` say what is not known.

    `slow_here` are this process's queries, `slow_there` everybody's, where the server counts them.
    """

    at: datetime | None
    sizes: Sizes | None
    grown: Growth | None
    tables_grown: dict[str, Growth]
    indexes: IndexUse | None
    cache: Cache | None
    slow_here: tuple[Slow, ...]
    slow_there: tuple[Slow, ...] | None
    notes: tuple[str, ...]
    failed: dict[str, PlainbaseError] = field(default_factory=dict)


async def look(db: AnyDatabase, *, days: int = DAYS, most: int = 20) -> Statistics:
    """Measure everything; the growth is that of at most so many days, and `most` is the number of slow queries.

    Raises ParameterError where one of them makes no sense.
    """
    require_days(days)
    here = slowest.in_process(db, most)  # before this adds its own
    failed: dict[str, PlainbaseError] = {}
    measured = await unless_it_fails(failed, "sizes", sizes(db))
    whole: Growth | None = None
    tables: dict[str, Growth] = {}
    indexes = None
    if measured is not None:
        grown = await unless_it_fails(failed, "growth", growth(db, measured, days))
        whole, tables = grown or (None, {})
        indexes = await unless_it_fails(failed, "indexes", index_use(db, measured))
    there = await slowest.on_server(db, most)
    postgres = db.dialect == "postgres"
    notes = [measured.note] if measured is not None and measured.note else []
    notes += [] if postgres else [cache_hits.UNKNOWN]
    notes += [slowest.WITHOUT] if postgres and there is None else []
    if whole is None and "growth" not in failed:
        notes.append("no sizes were kept before, so growth is unknown: `plainbase stats --keep`, daily")
    return Statistics(
        await unless_it_fails(failed, "at", db.jobs.clock()),
        measured,
        whole,
        tables,
        indexes,
        await unless_it_fails(failed, "cache", cache_hits.cache(db)),
        here,
        there,
        tuple(notes),
        failed,
    )
