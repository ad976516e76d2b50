"""Which indexes are used: on PostgreSQL the server counts, on SQLite the plans of the shipped queries tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from plainbase import shipped
from plainbase.check import catalog
from plainbase.check.plans import indexes as known_indexes
from plainbase.check.plans import review
from plainbase.check.plans.index_report import said, serves
from plainbase.dialect import Dialect
from plainbase.migrations.files import read
from plainbase.platform.runners import AnyDatabase
from plainbase.platform.statistics.asking import rows
from plainbase.platform.statistics.measuring import Sizes
from plainbase.sqlfile import load, walk

BY_PLANS = "SQLite counts no scans: used is what the plan of a shipped query uses on this database"


@dataclass(frozen=True, slots=True)
class Use:
    """An index: its bytes, how often it was scanned, or how many shipped queries use it; None is unknown.

    `needed` says why it is there without being used: it holds a rule (`unique`), a `foreign key` is looked up by it, or
    it serves what is no query file's (`other`), as the free search.
    """

    name: str
    table: str
    bytes: int | None
    scans: int | None
    queries: int | None
    needed: str | None

    @property
    def is_unused(self) -> bool:
        """Whether nothing uses it, and nothing needs it."""
        return not self.scans and not self.queries and self.needed is None


@dataclass(frozen=True, slots=True)
class IndexUse:
    """Every index by table and name; `note` says what the figures are, `since` when the server began to count."""

    indexes: tuple[Use, ...]
    since: datetime | None
    note: str


async def index_use(db: AnyDatabase, measured: Sizes) -> IndexUse:
    """Tell of every index how much it is used."""
    driver = db._driver
    known = await known_indexes.read(driver)
    tables = (await catalog.read(driver)).tables
    shipped_queries = {each.name: each for each in walk(load([shipped.folder("queries")], driver.dialect))}
    others = said(read([shipped.folder("schema")], driver.dialect), shipped_queries)
    counted: dict[str, int] = {}
    queries: Counter[str] | None = None
    since = None
    if driver.dialect is Dialect.POSTGRES:
        counted = {str(each.index_name): each.scans or 0 for each in await db.maintenance.index_use()}
        since = (await rows(db, "cache"))[0]["since"]
        note = "as the server has counted since it began, or since its counters were reset"
    else:
        queries = Counter()
        used: dict[str, set[str]] = {}
        async for planned in review.read(driver, shipped_queries.values(), known, empty=False):
            used.setdefault(planned.query.name, set()).update(planned.uses)
        for names in used.values():
            queries.update(names)
        note = BY_PLANS
    found = []
    for index in sorted(known.by_name.values(), key=lambda each: (each.table, each.name)):
        references = tables[index.table].references if index.table in tables else ()
        needed = "unique" if index.unique else None
        if needed is None and any(serves(index, key) for key in references):
            needed = "foreign key"
        if needed is None and index.name in others:
            needed = "other"
        found.append(
            Use(
                index.name,
                index.table,
                measured.index_bytes.get(index.name),
                counted.get(index.name),
                None if queries is None else queries[index.name],
                needed,
            )
        )
    return IndexUse(tuple(found), since, note)
