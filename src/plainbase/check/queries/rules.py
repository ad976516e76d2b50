"""What is asked of every query beside preparing: a sentence, a caller, an order, one meaning, no silent change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from plainbase.check.finding import Finding
from plainbase.check.meaning import inserts, order, traps
from plainbase.check.meaning.relations import Unreadable
from plainbase.check.plans import grows, index_report, review
from plainbase.check.queries import compare, computed, snapshot, uses
from plainbase.check.queries.description import Description
from plainbase.check.queries.engines import Engine
from plainbase.check.queries.snapshot import Snapshot
from plainbase.dialect import Dialect
from plainbase.migrations import Migration
from plainbase.sqlfile import Kind, Query

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


def unordered(engines: Engines) -> Iterator[Finding]:
    """Yield the lists whose rows may come in another order each time, unless they say so by `-- parity:`."""
    for dialect, engine in engines.items():
        for seen in engine.seen.values():
            if seen.query.notes.get("parity", "").startswith(("unordered", "shape")):
                continue
            try:
                why = order.unordered(seen.query, dialect, engine.catalog)
            except Unreadable as error:
                if seen.query.kind is Kind.MANY and not order.is_written(seen.query, dialect):
                    message = f"there is no ORDER BY to decide, and the rest is not understood ({error})"
                    yield Finding.of(seen.query, f"{message}; or say `-- parity: unordered, why`")
                continue
            if why is not None:
                yield Finding.of(seen.query, f"{why}; or say `-- parity: unordered, why`")


def several(engines: Engines) -> Iterator[Finding]:
    """Yield the queries of one row that nothing keeps from finding several, which callers get an error for."""
    for dialect, engine in engines.items():
        for seen in engine.seen.values():
            try:
                found = order.several(seen.query, dialect, engine.catalog)
            except Unreadable:
                continue
            if found and not seen.query.notes.get("parity", "").startswith("shape"):
                message = f"a :{seen.query.kind} query may find several rows; name a whole key, or say LIMIT 1"
                yield Finding.of(seen.query, message)


def left_out(engines: Engines) -> Iterator[Finding]:
    """Yield the INSERTs that no values can make succeed."""
    for dialect, engine in engines.items():
        for seen in engine.seen.values():
            try:
                found = [*inserts.left_out(seen.query, dialect, engine.catalog)]
            except Unreadable:
                continue
            for table, columns in found:
                message = f"leaves out {', '.join(columns)} of {table}, NOT NULL without a default"
                yield Finding.of(seen.query, f"{message} on {dialect.engine}")


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


def trapped(engines: Engines, wanted: Collection[Dialect]) -> Iterator[Finding]:
    """Yield what the engines take otherwise, though both prepare it, and rows that a LIMIT leaves to chance."""
    for dialect, engine in engines.items():
        for seen in engine.seen.values():
            try:
                found = [*traps.traps(seen.query, dialect, engine.catalog, both=len(wanted) == len(Dialect))]
            except Unreadable:
                continue
            yield from (Finding.of(seen.query, each) for each in found)


def tables_differ(engines: Engines) -> Iterator[Finding]:
    """Yield what the tables of both dialects do not have in common, whether or not a query shows it."""
    if len(engines) < len(Dialect):
        return
    first, second = (engines[each].catalog.tables for each in (Dialect.POSTGRES, Dialect.SQLITE))
    for name in sorted(first.keys() & second.keys() - OWN):
        ours, theirs = first[name], second[name]
        if not (ours.fillable and theirs.fillable):
            continue
        for column in ours.columns.keys() & theirs.columns.keys():
            one, other = ours.columns[column], theirs.columns[column]
            if one.required != other.required:
                yield Finding("schema", name, f"{column} is NOT NULL on {_where(one.required)} only")
            if one.has_default != other.has_default and not (one.computed or other.computed):
                yield Finding("schema", name, f"{column} has a default on {_where(one.has_default)} only")
        keys = [{frozenset(key) for key in (table.primary_key, *table.unique) if key} for table in (ours, theirs)]
        references = [
            {(each.columns, each.table, each.targets) for each in table.references} for table in (ours, theirs)
        ]
        for key in keys[0] ^ keys[1]:
            yield Finding("schema", name, f"({', '.join(sorted(key))}) is unique on {_where(key in keys[0])} only")
        for each in references[0] ^ references[1]:
            said = f"({', '.join(each[0])}) refers to {each[1]}"
            yield Finding("schema", name, f"{said} on {_where(each in references[0])} only")


def _where(on_postgres: bool) -> str:
    return (Dialect.POSTGRES if on_postgres else Dialect.SQLITE).engine


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
