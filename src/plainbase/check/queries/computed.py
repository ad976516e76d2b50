"""The types of results that SQLite computes, where the expression itself tells."""

from __future__ import annotations

from dataclasses import replace

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.kinds import kind_of
from plainbase.check.meaning.parsing import Unreadable, parse
from plainbase.check.meaning.parts import outputs
from plainbase.check.meaning.relations import Reader
from plainbase.check.queries.description import ANY
from plainbase.check.queries.engines import Seen
from plainbase.dialect import Dialect

TOLD = frozenset({"integer", "real", "text"})
"""What SQLite gives as it is; whatever else an expression is meant to be, the engine gives one of these."""


def complete(seen: Seen, catalog: Catalog) -> Seen:
    """Give the result columns without a type that of their expression: `count(*)` is an integer."""
    if seen.result is None or all(kind.name != ANY for kind in seen.result.values()):
        return seen
    try:
        relation = Reader(catalog, Dialect.SQLITE).relation(
            parse(seen.query.statements[-1].text, Dialect.SQLITE), {}, None
        )
    except Unreadable:
        return seen
    if len(relation.columns) != len(seen.result):
        return seen
    result = dict(seen.result)
    for position, (name, kind) in enumerate(seen.result.items()):
        kinds = {kind_of(each) for each in outputs(relation, position)}
        if kind.name == ANY and len(kinds) == 1 and kinds <= TOLD:
            result[name] = kind._replace(name=kinds.pop())
    return replace(seen, result=result)
