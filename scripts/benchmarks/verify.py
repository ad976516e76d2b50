"""Check that a contender does the work: the right values read, the right rows written."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks import data
from benchmarks.contenders import Contender
from benchmarks.prepared import Prepared


class WrongResult(Exception):
    """A contender that gives other values than it should, so that its figures would say nothing."""


async def verify(name: str, contender: Contender, prepared: Prepared) -> None:
    """Do each kind of work once and look at what comes of it. Raises WrongResult."""

    def same(work: str, seen: object, expected: object) -> None:
        if seen != expected:
            raise WrongResult(f"{name}, {work}: got {str(seen)[:200]}; expected {str(expected)[:200]}")

    def plain(rows: Iterable[object]) -> list[tuple[object, ...]]:
        return [contender.plain(row) for row in rows]

    first, last = data.FIRST, data.LAST
    key = data.KEYS[-1]
    same("one", contender.plain(await contender.one(key)), data.record(key))
    same("many", plain(await contender.many()), [data.record(n) for n in range(first, last + 1)])
    same("typed", plain(await contender.typed()), [data.document(n + 1) for n in range(data.DOCUMENTS)])
    async with prepared.opened() as db:
        await contender.insert()
        same("insert", await db.events.count(), 1)
        await contender.rows_in()
        same("rows in", await db.events.count(), 1 + len(data.EVENTS))
        read = await contender.transaction()
        same("transaction", plain(read), [data.record(first), data.record(last)])
        same("transaction", await db.events.count(), 3 + len(data.EVENTS))
        same("transaction", await db.counters.step(id=data.COUNTER), data.STEP)
        await db.events.empty()
