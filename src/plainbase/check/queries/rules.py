"""What is asked of the queries as a whole: a sentence, a caller, one meaning, lasting plans, no silent change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from plainbase.check.finding import Finding
from plainbase.check.plans import grows, index_report, review
from plainbase.check.queries import compare, computed, snapshot, uses
from plainbase.check.queries.description import Description
from plainbase.check.queries.engines import Engine
from plainbase.check.queries.snapshot import Snapshot
from plainbase.check.schema import dialects
from plainbase.dialect import Dialect
from plainbase.migrations import Migration
from plainbase.sqlfile import Query

Named = Mapping[str, Sequence[Query]]
"""Each query by name, on the engines that it is for."""
Engines = Mapping[Dialect, Engine]

OWN = frozenset({"schema_migrations", "view_refreshes"})
"""The tables of plainbase itself, which no migration makes."""
SHOWN = 5
"""New queries that are named; their places are theirs to see."""
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


def differences(engines: Engines, wanted: Collection[Dialect]) -> Iterator[Finding]:
    """Yield what differs between the engines, and what the one that has a query for itself cannot tell of it."""
    if Dialect.SQLITE in engines:
        sqlite = engines[Dialect.SQLITE]
        sqlite.seen.update({name: computed.complete(seen, sqlite.catalog) for name, seen in sqlite.seen.items()})
    if len(engines) == len(Dialect):
        yield from compare.differences(engines[Dialect.POSTGRES], engines[Dialect.SQLITE])
    for engine in engines.values():
        for seen in engine.seen.values():
            if len(wanted) == 1 or seen.query.only is not None:
                yield from compare.alone(seen)


def tables(engines: Engines) -> Iterator[Finding]:
    """Yield what the tables of the two dialects do not have in common."""
    if len(engines) == len(Dialect):
        postgres, sqlite = engines[Dialect.POSTGRES], engines[Dialect.SQLITE]
        yield from dialects.differences(postgres.catalog, sqlite.catalog, OWN)


def plans(engines: Engines, migrations: Mapping[Dialect, Sequence[Migration]]) -> Iterator[Finding]:
    """Yield the plans that take longer with every row of a growing table, and marks of such tables that mislead."""
    for dialect, engine in engines.items():
        yield from grows.misplaced(migrations[dialect])
        yield from review.review(engine.planned, engine.growing)
    if len(engines) == len(Dialect):
        first, second = engines.values()
        both = first.catalog.tables.keys() & second.catalog.tables.keys()
        yield from grows.differences(first.growing, second.growing, both)


def indexes(engines: Engines, migrations: Mapping[Dialect, Sequence[Migration]], named: Named) -> Iterator[Finding]:
    """Yield the indexes that serve nothing, or not what they say, and the foreign keys that none serves."""
    for dialect, engine in engines.items():
        report = index_report.report(
            engine.catalog, engine.indexes, engine.planned, migrations[dialect], named.keys(), own=OWN
        )
        for line in report.findings:
            where, colon, message = line.partition(": ")
            where, message = (where, message) if colon and ":" in where else (f"schema/{dialect}", line)
            yield Finding(where, "index", f"{message} on {dialect.engine}")


def stale(before: Snapshot, now: Snapshot, named: Named, place: str) -> Iterator[Finding]:
    """Yield what has changed since the snapshot in `place` was written, of what it alone knows."""
    for name, what in snapshot.stale(before, now.texts, now.schema):
        where = named[name][0].where if name in named else place
        yield Finding(where, name, f"{what} since {snapshot.NAME} was written; {UPDATE} where PostgreSQL is")
    for name, description in now.queries.items():
        known = before.queries.get(name)
        if known is not None and snapshot.outline(known) != snapshot.outline(description):
            message = f"{snapshot.NAME} says otherwise of its names; {UPDATE} where PostgreSQL is"
            yield Finding.of(named[name][0], message)


def changed(
    before: Snapshot, now: Mapping[str, Description], named: Named, engines: Engines, place: str
) -> Iterator[Finding]:
    """Yield what callers of the queries would have to know, and the snapshot in `place` does not.

    Of a query that does not prepare on each engine it is for too little is known.
    """
    now = {
        name: each
        for name, each in now.items()
        if all(name in engines[one.dialect].seen for one in named[name] if one.dialect in engines)
    }
    new = [name for name in now if name not in before.queries]
    if new:
        others = f" and {len(new) - SHOWN} more" if len(new) > SHOWN else ""
        yield Finding(place, f"{', '.join(new[:SHOWN])}{others}", f"new, and not in {snapshot.NAME} yet; {UPDATE}")
    for name, description in now.items():
        for change in snapshot.changes(before.queries[name], description) if name in before.queries else ():
            yield Finding.of(named[name][0], f"{change}; if that is meant, {UPDATE}")
    for name in sorted(before.queries.keys() - named.keys()):
        yield Finding(place, name, f"there is no such query any more; {UPDATE}")
