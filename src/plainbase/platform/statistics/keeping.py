"""Sizes kept once a day in `system_metrics`, and what has grown since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plainbase.errors import ParameterError
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.platform.statistics.asking import rows
from plainbase.platform.statistics.measuring import Sizes, sizes

if TYPE_CHECKING:
    from plainbase.typed import SystemMetricsLogParams

DAYS = 30
DATABASE, TABLE, ROWS = "database_bytes", "table_bytes", "table_rows"
"""The measurements; those of a table are labelled `{"table": …}`."""


@dataclass(frozen=True, slots=True)
class Growth:
    """By how many rows and bytes something has grown since a time; None where it was not known then, or is not now."""

    since: datetime
    rows: int | None
    bytes: int | None


async def keep_sizes(db: AnyDatabase) -> int:
    """Write the sizes of today (UTC, by the database's clock) unless they are written; return how many measurements.

    Whoever does so at the same time, they are written once.
    """
    if await _is_kept(db, await db.jobs.clock()):
        return 0
    measured = await sizes(db)
    async with db.transaction(isolation="read_committed") as tx:
        await rows(tx, "take_turn")
        now = await tx.jobs.clock()
        if await _is_kept(tx, now):
            return 0
        return await tx.system_metrics.log.batch(_measurements(measured, now))


async def growth(db: AnyDatabase, now: Sizes, days: int = DAYS) -> tuple[Growth | None, dict[str, Growth]]:
    """What the database, and each table by name, has grown by since the oldest sizes that were kept in so many days.

    Raises ParameterError unless `days` is 1 to 3650.
    """
    require_days(days)
    since = await db.jobs.clock() - timedelta(days=days)
    whole = await db.system_metrics.series(name=DATABASE, since=since)
    of_tables: dict[str, dict[str, tuple[datetime, float]]] = {}
    for name in (TABLE, ROWS):
        for each in await db.system_metrics.series(name=name, since=since):
            table = (each.labels or {}).get("table")
            if isinstance(table, str):
                of_tables.setdefault(table, {}).setdefault(name, (each.recorded_at, each.value))
    tables = {}
    for size in now.tables:
        then = of_tables.get(size.name)
        if then:
            tables[size.name] = Growth(
                min(at for at, _ in then.values()), _more(size.rows, then.get(ROWS)), _more(size.bytes, then.get(TABLE))
            )
    first = whole[0] if whole else None
    return Growth(first.recorded_at, None, now.bytes - round(first.value)) if first else None, tables


def require_days(days: int) -> None:
    """Raise ParameterError unless it is a number of days to look back."""
    if not 1 <= days <= 3650:
        raise ParameterError(f"days is 1 to 3650, not {days}")


def _more(now: int | None, then: tuple[datetime, float] | None) -> int | None:
    return None if now is None or then is None else now - round(then[1])


async def _is_kept(db: AnyRunner, now: datetime) -> bool:
    """Whether today's are there; the database's own size is written with all others."""
    begins = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return bool(await db.system_metrics.series(name=DATABASE, since=begins, until=begins + timedelta(days=1)))


def _measurements(measured: Sizes, now: datetime) -> list[SystemMetricsLogParams]:
    found: list[tuple[str, float, str, dict[str, str]]] = [(DATABASE, float(measured.bytes), "bytes", {})]
    for each in measured.tables:
        labels = {"table": each.name}
        if each.rows is not None:
            found.append((ROWS, float(each.rows), "rows", labels))
        if each.bytes is not None:
            found.append((TABLE, float(each.bytes), "bytes", labels))
    return [
        {"name": name, "value": value, "unit": unit, "labels": labels, "recorded_at": now}
        for name, value, unit, labels in found
    ]
