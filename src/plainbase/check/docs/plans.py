"""By which index a query reads each table: the same on all versions of an engine, as its whole plan is not.

What is left out are the steps between, which an engine chooses by cost: the order of joins, hashes, sorts. Told alike
are also: an index that is walked whole and a table that is; a join of a table with itself by its primary key and none,
since a newer PostgreSQL leaves it out; a key whose columns are all given and another index, since of no rows PostgreSQL
takes either. SQLite tells of the tables that a foreign key makes it look into, PostgreSQL does not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from plainbase.check.plans.indexes import Indexes
from plainbase.check.plans.nodes import Node
from plainbase.check.plans.review import Planned
from plainbase.sqlfile import Statement

BY_ALL_ROWS = frozenset({"sort", "group", "window"})
"""Steps that want all rows before they give the first."""

ROWID = "{} itself"
"""The index that a table of SQLite is, which is stored in the order of its key."""
ROWS = "rows"
ALL, BY, IN_ORDER = "all of", "by", "in the order of"


class Plans(NamedTuple):
    """What is read without optional lines, and with all of them."""

    least: str
    most: str


class _Access(NamedTuple):
    table: str
    how: str
    by: str


def ends(planned: Iterable[Planned], indexes: Indexes, names: Mapping[str, str]) -> Mapping[str, Plans]:
    """The plans of each query's first text and of its last one; `names` are other names of indexes."""
    texts: dict[str, list[Planned]] = {}
    for each in planned:
        texts.setdefault(each.query.name, []).append(each)
    return {
        name: Plans(*(told(each.plan, each.statement, indexes, names) for each in (found[0], found[-1])))
        for name, found in texts.items()
    }


def told(plan: Node, statement: Statement, indexes: Indexes, names: Mapping[str, str]) -> str:
    """The tables in the order of the text, those of views behind them; not those that only a foreign key looks into."""
    order = {table: place for place, table in enumerate(statement.tables)}
    named = statement.verb == "SELECT" or any(view.lower() in order for view in indexes.views)
    accesses = _accesses(plan, indexes, stops=False)
    found = {_named(each, names) for each in accesses if named or each.table.lower() in order}
    primary = {names.get(index.name, index.name) for index in indexes.by_name.values() if index.primary}
    texts = [
        (order.get(each.table.lower(), len(order)), _text(each))
        for each in found
        if not any(_goes_without(each, other, primary if statement.verb == "SELECT" else ()) for other in found)
    ]
    return ", ".join(text for _, text in sorted(texts))


def _accesses(node: Node, indexes: Indexes, *, stops: bool) -> Iterator[_Access]:
    """How each table is read; under a LIMIT, as long as nothing wants all rows, no more is read than is given."""
    if node.kind == "limit":
        stops = True
    elif node.kind in BY_ALL_ROWS or node.filter:
        stops = False
    if node.kind == "index" and node.condition:
        yield _Access(node.table, BY, _key_given(node, indexes) or node.index or ROWS)
    elif node.kind in ("scan", "index"):
        yield _Access(node.table, IN_ORDER if stops else ALL, (node.index or ROWS) if stops else "")
    for place, child in enumerate(node.children):
        yield from _accesses(child, indexes, stops=stops and (node.kind != "join" or not place))
    for aside in node.asides:
        yield from _accesses(aside, indexes, stops=False)


def _key_given(node: Node, indexes: Indexes) -> str:
    """The unique index all whose columns are given, some of them tested on the rows of another index."""
    given = f"{node.condition} AND {node.filter}"
    unique = [each for each in indexes.of(node.table) if each.unique and not each.predicate]
    keys = [each for each in unique if all(_is_given(expression, given) for expression in each.expressions)]
    keys.sort(key=lambda index: (index.name != node.index, not index.primary, index.name))
    return keys[0].name if keys and not node.at_most_one else ""


def _is_given(expression: str, given: str) -> bool:
    """Whether a column is compared with a parameter; with another table's column it may be that one's namesake."""
    return re.search(rf"(?<![\w.])(?:[\w\"]+\.)?{re.escape(expression)}\)?(?:::[\w ]+)? = \(?\$", given) is not None


def _named(access: _Access, names: Mapping[str, str]) -> _Access:
    """The same with the names that the indexes have in the migrations."""
    if access.by in (ROWS, "primary key"):
        own = names.get(ROWID.format(access.table), "")
        how = access.how if own or access.how == BY else ALL
        return access._replace(how=how, by=own)
    return access._replace(by=" and ".join(sorted({names.get(name, name) for name in access.by.split(" + ")})))


def _text(access: _Access) -> str:
    if access.how == ALL:
        return f"{ALL} {access.table}"
    return f"{access.table} {access.how} {access.by or 'its own index'}"


def _goes_without(access: _Access, other: _Access, primary: Collection[str]) -> bool:
    """Whether nothing need be said of a lookup beside another of the same table."""
    if access.table != other.table or access == other:
        return False
    if access.how == IN_ORDER:
        return access.by == other.by
    return access.how == BY and access.by in primary and other.how == BY
