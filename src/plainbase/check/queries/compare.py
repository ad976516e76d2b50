"""Whether a query means the same on both engines: parameters and result columns, by name, order, type and null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plainbase.check.finding import Finding
from plainbase.check.queries.description import ANY, Description, Parameter, Passing, Type
from plainbase.check.queries.engines import Engine, Seen
from plainbase.dialect import Dialect
from plainbase.sqlfile.query import Kind, Query

STORED_AS_THEY_ARE = frozenset({"integer", "real", "text", "bytes"})
"""The types that SQLite's own values have; any other type of a computed column must be said by `-- result:`."""


def differences(postgres: Engine, sqlite: Engine) -> Iterator[Finding]:
    """Yield what differs between the engines in the queries that prepare on both."""
    for name, theirs in sqlite.seen.items():
        ours = postgres.seen.get(name)
        if ours is not None:
            yield from _parameters(ours, theirs)
            if not any(each.query.notes.get("parity", "").startswith("shape") for each in (ours, theirs)):
                yield from _results(ours, theirs)


def alone(seen: Seen) -> Iterator[Finding]:
    """Yield what an engine cannot tell of a query that no other runs, or tells otherwise than it says of itself."""
    for column, kind in (seen.result or {}).items():
        declared = seen.query.results.get(column)
        if kind.name == ANY and column in seen.computed:
            remedy = f"`-- result: {column} …`" if column.isidentifier() else "an alias and `-- result:`"
            yield Finding.of(seen.query, f"result column {column!r} has no type; say it by {remedy}")
        elif declared not in (None, kind.name):
            yield Finding.of(seen.query, f"-- result: {column} is {kind.name}, not {declared}")


def descriptions(engines: Mapping[Dialect, Engine]) -> dict[str, Description]:
    """What callers see of each query; PostgreSQL's types, where it is checked and has any."""
    found: dict[str, Description] = {}
    ordered = [engines[each] for each in (Dialect.POSTGRES, Dialect.SQLITE) if each in engines]
    for name in sorted({name for engine in ordered for name in engine.seen}):
        found[name] = _description([engine.seen[name] for engine in ordered if name in engine.seen])
    return found


def _description(seen: list[Seen]) -> Description:
    query = seen[0].query
    parameters = {
        name: Parameter(_known(each.parameters.get(name) for each in seen), _passing(query, name))
        for name in query.parameters
    }
    results = [each.result for each in seen if each.result]
    if not results:
        return Description(query.kind, parameters, None, query.only)
    if query.kind is Kind.VALUE:
        name = next(iter(results[0]))
        results = [{name: next(iter(each.values()))} for each in results]
    result = {name: _known(each.get(name) for each in results) for name in results[0]}
    return Description(query.kind, parameters, result, query.only)


def _known(types: Iterator[Type | None]) -> Type:
    """The first type that is known; null where any engine can give or take it."""
    found = [kind for kind in types if kind is not None]
    best = next((kind for kind in found if kind.name != ANY), found[0])
    return best._replace(nullable=any(kind.nullable for kind in found))


def _passing(query: Query, name: str) -> Passing:
    if name in query.defaults:
        return "default"
    return "optional" if any(name in group for group in query.groups) else ""


def _parameters(postgres: Seen, sqlite: Seen) -> Iterator[Finding]:
    for name, theirs in sqlite.parameters.items():
        ours = postgres.parameters.get(name)
        if ours is None or ours.name == ANY:
            continue
        if theirs.name == ANY:
            remedy = f"write `-- parameter: {name} {ours.name}`"
            yield Finding.of(sqlite.query, f"SQLite cannot tell the type of parameter {name!r}: {remedy}")
        elif (ours.name, ours.listed) != (theirs.name, theirs.listed):
            message = f"parameter {name!r} is {_bare(ours)} on PostgreSQL and {_bare(theirs)} on SQLite"
            yield Finding.of(sqlite.query, message)


def _results(postgres: Seen, sqlite: Seen) -> Iterator[Finding]:
    ours, theirs = postgres.result or {}, sqlite.result or {}
    computed = sqlite.computed
    if postgres.query.kind is Kind.VALUE:  # its column has no name for callers
        names = list(ours)[:1]
        computed = frozenset(names) if computed.intersection([*theirs][:1]) else frozenset()
        ours = {name: ours[name] for name in names}
        theirs = dict(zip(names, theirs.values(), strict=False))
    if list(ours) != list(theirs):
        listed = f"{', '.join(ours) or 'none'} on PostgreSQL and {', '.join(theirs) or 'none'} on SQLite"
        yield Finding.of(sqlite.query, f"the result columns are {listed}")
        return
    for name, kind in theirs.items():
        yield from _column(sqlite, postgres.query, name, ours[name], kind, computed=name in computed)


def _column(sqlite: Seen, other: Query, name: str, ours: Type, theirs: Type, *, computed: bool) -> Iterator[Finding]:
    query = sqlite.query
    declared = query.results.get(name)
    wrong = [each for each in (query, other) if each.results.get(name, ours.name) != ours.name != ANY]
    if wrong:
        for each in wrong:
            yield Finding.of(each, f"-- result: {name} is {ours.name}, not {each.results[name]}")
    elif computed and declared is None and ours.name not in (ANY, *STORED_AS_THEY_ARE):
        alias = "" if name in (sqlite.result or {}) else f"the alias {name}, and "
        yield Finding.of(
            query, f"SQLite cannot tell the type of {name!r}: write {alias}`-- result: {name} {ours.name}`"
        )
    elif theirs.name not in (ANY, ours.name):
        yield Finding.of(query, f"result column {name!r} is {_bare(ours)} on PostgreSQL and {_bare(theirs)} on SQLite")
    if ours.nullable != theirs.nullable:
        where = "PostgreSQL" if ours.nullable else "SQLite"
        remedy = f"declare NOT NULL in both schemas, or say `-- result: {name} {ours.name}!` where it never is"
        yield Finding.of(query, f"result column {name!r} can be null on {where} only; {remedy}")


def _bare(kind: Type) -> str:
    return str(kind._replace(nullable=False))
