"""A query is shared or forked, never overridden: what all files hold -> one tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from plainbase.dialect import Dialect
from plainbase.sqlfile.query import Query


class Found(NamedTuple):
    """A query's name as found in one file; `query` is None where it has problems of its own."""

    name: str
    where: str
    fork: Dialect | None
    only: Dialect | None
    query: Query | None


def merge(found: Iterable[Found], dialect: Dialect, problems: list[str]) -> dict[str, Any]:
    """Choose each name's query for `dialect` and hang it into a tree of dicts; report what does not fit."""
    by_name: dict[str, list[Found]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    tree: dict[str, Any] = {}
    for name, places in by_name.items():
        faults = list(_faults(name, places))
        problems.extend(faults)
        query = None if faults else _chosen(places, dialect)
        if query is not None:
            *folders, leaf = name.split(".")
            branch = tree
            for folder in folders:
                branch = branch.setdefault(folder, {})
            branch[leaf] = query
    return tree


def _chosen(places: Sequence[Found], dialect: Dialect) -> Query | None:
    for place in places:
        if place.fork in (None, dialect):
            return place.query
    query = places[0].query
    return query and replace(query, dialect=dialect, statements=(), script="")


def _faults(name: str, places: Sequence[Found]) -> Iterator[str]:
    seen: dict[Dialect | None, Found] = {}
    for place in places:
        if place.fork in seen:
            yield f"{place.where} {name}: stands twice; the other is at {seen[place.fork].where}"
        seen.setdefault(place.fork, place)
    shared = seen.get(None)
    forks = [place for fork, place in seen.items() if fork is not None]
    if shared is not None:
        for place in forks:
            yield f"{place.where} {name}: stands in the shared file too, at {shared.where}; fork it or share it"
    elif len(forks) == 1:
        place = forks[0]
        if place.only is None:
            other = next(dialect for dialect in Dialect if dialect is not place.fork)
            yield f"{place.where} {name}: has no {other} half; write it, or mark this `-- only: {place.fork}, why`"
    else:
        yield from _unequal_halves(name, *forks)


def _unequal_halves(name: str, first: Found, second: Found) -> Iterator[str]:
    """Report what a caller would have to know about the engine."""
    for half in (first, second):
        if half.only is not None:
            yield f"{half.where} {name}: is marked `-- only:` and stands for both engines"
    if first.query is None or second.query is None:
        return
    for what, mine, theirs in (
        ("kind", f":{first.query.kind}", f":{second.query.kind}"),
        ("parameters", sorted(first.query.parameters), sorted(second.query.parameters)),
        ("defaults", _defaults(first.query), _defaults(second.query)),
        ("optional lines", _groups(first.query), _groups(second.query)),
    ):
        if mine != theirs:
            yield f"{second.where} {name}: {what} {_said(theirs)}, but {_said(mine)} at {first.where}"


def _defaults(query: Query) -> list[str]:
    return sorted(
        f"{name} = {default.text if default.compute else default.constant!r}"
        for name, default in query.defaults.items()
    )


def _groups(query: Query) -> list[str]:
    return sorted(" and ".join(sorted(group)) for group in query.groups)


def _said(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value) or "none"
