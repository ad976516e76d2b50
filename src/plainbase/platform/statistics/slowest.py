"""The queries that take the most time, by name: of this process, and of all where the server counts them."""

from __future__ import annotations

from dataclasses import dataclass

from plainbase.errors import StatementFailed
from plainbase.platform.runners import AnyDatabase
from plainbase.platform.statistics.asking import rows

WITHOUT = "pg_stat_statements is not there, or not readable for this role: the server's statements are not counted"


@dataclass(frozen=True, slots=True)
class Slow:
    """What a query has done: `seconds` in all, `slowest` its longest call; errors are None where nobody counts them."""

    name: str
    calls: int
    errors: int | None
    rows: int
    seconds: float
    slowest: float

    @property
    def mean(self) -> float:
        """Seconds a call."""
        return self.seconds / self.calls if self.calls else 0.0


def in_process(db: AnyDatabase, most: int = 20) -> tuple[Slow, ...]:
    """The queries of this open database, those that took the most time first."""
    found = [
        Slow(name, stats.calls, stats.errors, stats.rows, stats.seconds, stats.slowest)
        for name, stats in db.query_stats().items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.seconds, each.name))[:most])


async def on_server(db: AnyDatabase, most: int = 20) -> tuple[Slow, ...] | None:
    """The same of whoever asked, from pg_stat_statements; None where it cannot be read, and on SQLite."""
    if db.dialect != "postgres":
        return None
    try:
        found = await rows(db, "statements")
    except StatementFailed:
        return None
    return tuple(
        Slow(each["query_name"], each["calls"], None, each["row_count"], each["seconds"], each["slowest"])
        for each in found[:most]
    )
