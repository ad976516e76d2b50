"""What is asked of every query beside preparing: a sentence, a caller, an order, one meaning, no silent change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from plainbase.check.meaning import order
from plainbase.check.meaning.relations import Unreadable
from plainbase.check.plans import grows, index_report
from plainbase.check.queries import compare, computed, snapshot, uses
from plainbase.check.queries.description import Description
from plainbase.check.queries.engines import Engine
from plainbase.check.queries.finding import Finding
from plainbase.check.queries.snapshot import Snapshot
from plainbase.dialect import Dialect
from plainbase.migrations import Migration
from plainbase.sqlfile import Query

Named = Mapping[str, Sequence[Query]]
"""Each query by name, on the engines that it is for."""
Engines = Mapping[Dialect, Engine]

OWN = frozenset({"schema_migrations", "view_refreshes"})
"""The tables of plainbase itself, which no migration makes."""
UPDATE = "run `plainbase check --update`"


def undocumented(named: Named) -> Iterator[Finding]:
    """Yield the queries that say nothing of themselves."""
    for found in named.values():
        for query in found:
            if not query.doc:
                yield Finding.of(query, "says nothing of itself; write a sentence above it, for whoever calls it")


def unused(named: Named, callers: Sequence[Path]) -> Iterator[Finding]:
    """Yield the queries that none of these files names."""
    places = ", ".join(map(str, callers))
    for name, files in uses.callers(named.keys(), callers).items():
        if not files:
            yield Finding.of(named[name][0], f"nothing calls it in {places}; delete it, or use it")


def unordered(engines: Engines) -> Iterator[Finding]:
    """Yield the lists whose rows may come in another order each time, unless they say so by `-- parity:`."""
    for dialect, engine in engines.items():
        for seen in engine.seen.values():
            if seen.query.notes.get("parity", "").startswith(("unordered", "shape")):
                continue
            try:
                why = order.unordered(seen.query, dialect, engine.catalog)
            except Unreadable:
                continue
            if why is not None:
                yield Finding.of(seen.query, f"{why}; or say `-- parity: unordered, why`")


def differences(engines: Engines, wanted: Collection[Dialect]) -> Iterator[Finding]:
    """Yield what differs between the engines, and what the one that has a query for itself cannot tell of it."""
    if len(engines) == len(Dialect):
        yield from compare.differences(engines[Dialect.POSTGRES], engines[Dialect.SQLITE])
    for dialect, engine in engines.items():
        for name, seen in engine.seen.items():
            if len(wanted) == 1 or seen.query.only is not None:
                engine.seen[name] = computed.complete(seen) if dialect is Dialect.SQLITE else seen
                yield from compare.alone(engine.seen[name])


def grows_in_one(engines: Engines) -> Iterator[Finding]:
    """Yield the tables that the migrations of one dialect mark as growing, and those of the other do not."""
    if len(engines) == len(Dialect):
        first, second = engines.values()
        both = first.catalog.tables.keys() & second.catalog.tables.keys()
        yield from grows.differences(first.growing, second.growing, both)


def indexes(engines: Engines, migrations: Mapping[Dialect, Sequence[Migration]], named: Named) -> Iterator[Finding]:
    """Yield the indexes that serve nothing, or not what they say, and the foreign keys that none serves."""
    for dialect, engine in engines.items():
        report = index_report.report(engine.indexes, engine.planned, migrations[dialect], named.keys(), own=OWN)
        for line in report.findings:
            where, colon, message = line.partition(": ")
            where, message = (where, message) if colon and ":" in where else (f"schema/{dialect}", line)
            yield Finding(where, "index", f"{message} on {dialect.engine}")


def stale(before: Snapshot, now: Snapshot, named: Named) -> Iterator[Finding]:
    """Yield what has changed since the snapshot was written, of what it alone knows."""
    for name, what in snapshot.stale(before, now.texts, now.schema):
        place = named[name][0].where if name in named else snapshot.NAME
        yield Finding(place, name, f"{what} since {snapshot.NAME} was written; {UPDATE} where PostgreSQL is")


def changed(before: Snapshot, now: Mapping[str, Description], named: Named) -> Iterator[Finding]:
    """Yield what callers of the queries would have to know, and the snapshot does not."""
    for name, description in now.items():
        known = before.queries.get(name)
        for change in ["it is new"] if known is None else snapshot.changes(known, description):
            yield Finding.of(named[name][0], f"{change}; if that is meant, {UPDATE}")
    for name in sorted(before.queries.keys() - named.keys()):
        yield Finding(snapshot.NAME, name, f"there is no such query any more; {UPDATE}")
