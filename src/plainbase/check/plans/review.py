"""The review of plans: what a query does that takes longer with every row that a growing table gets."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from plainbase.check.finding import Finding
from plainbase.check.plans import postgres as plans_postgres
from plainbase.check.plans import sqlite as plans_sqlite
from plainbase.check.plans.indexes import Indexes
from plainbase.check.plans.indexes import read as read_indexes
from plainbase.check.plans.nodes import Node
from plainbase.dialect import Dialect
from plainbase.drivers.base import Driver
from plainbase.errors import DataInvalid, StatementFailed
from plainbase.sqlfile import Query, Statement

PLANNED = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES", "TABLE"})
"""Statements that have a plan."""

_READING: Mapping[Dialect, Callable[..., AbstractAsyncContextManager[Callable[[Statement], AsyncIterator[Node]]]]] = {
    Dialect.POSTGRES: plans_postgres.reading,
    Dialect.SQLITE: plans_sqlite.reading,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """One text of a query, the plan that is judged, and the indexes that any of its plans uses."""

    query: Query
    statement: Statement
    plan: Node
    uses: frozenset[str]


async def read(
    driver: Driver,
    queries: Iterable[Query],
    indexes: Indexes | None = None,
    growing: Collection[str] = (),
    *,
    empty: bool = True,
) -> AsyncIterator[Planned]:
    """Read the plans of all texts of some queries, those that have one; the tables are `empty` or not.

    Where an engine has several plans for empty tables, it is the one with the fewest findings: an engine that knows
    of many rows takes it, or a better one. A text that cannot be prepared has no plan, and is left out.
    """
    known = indexes or await read_indexes(driver)
    async with _READING[driver.dialect](driver, known, empty=empty) as plans:
        for query in queries:
            for statement in query.statements:
                if statement.verb in PLANNED:
                    try:
                        tried = [plan async for plan in _unsettled(plans(statement))]
                    except (StatementFailed, DataInvalid):
                        continue
                    best = min(tried, key=lambda plan: len(findings(plan, growing)))
                    uses = frozenset[str]().union(*(plan.indexes for plan in tried))
                    yield Planned(query, statement, best, uses)


async def _unsettled(plans: AsyncIterator[Node]) -> AsyncIterator[Node]:
    """The plans up to the first that finds every row by a whole key: another would do the same."""
    async for plan in plans:
        yield plan
        if all(node.at_most_one for node in plan.walk() if node.kind in ("scan", "index")):
            return


async def plan(
    driver: Driver,
    query: Query,
    statement: Statement,
    indexes: Indexes | None = None,
    growing: Collection[str] = (),
) -> Planned | None:
    """The same of one text, as for many rows whatever there are; None where it has no plan."""
    async for planned in read(driver, [replace(query, statements=(statement,))], indexes, growing):
        return Planned(query, statement, planned.plan, planned.uses)
    return None


def review(planned: Iterable[Planned], growing: Collection[str]) -> list[Finding]:
    """The findings of some plans, of queries that do not say why by `-- scan:`.

    What holds for several texts of a query is one finding, about the one with the fewest optional lines.
    """
    found: dict[tuple[str, str], list[Planned]] = {}
    for each in planned:
        for message in findings(each.plan, growing) if each.query.scan is None else ():
            found.setdefault((each.query.name, f"{message} on {each.query.dialect.engine}"), []).append(each)
    return [_about(texts, message) for (_, message), texts in found.items()]


def _about(texts: Sequence[Planned], message: str) -> Finding:
    first = min(texts, key=lambda each: len(each.query.passed(each.statement)))
    others = f", and with {len(texts) - 1} more choices of its optional lines" if len(texts) > 1 else ""
    advice = "add an index, or say `-- scan: why`"
    return Finding.of(first.query, f"{message}{others}; {advice}", first.statement)


def findings(plan: Node, growing: Collection[str]) -> list[str]:
    """What of a plan takes longer with every row that one of the `growing` tables gets.

    Three things are findings: a growing table that is read whole; an index of one that is walked without a condition;
    rows of one that are sorted. What is none of them, and why, stands at `_reads` and `_sorts`.
    """
    names = {name.lower() for name in growing}
    return list(dict.fromkeys([*_reads(plan, names, stops=False), *_sorts(plan, names)]))


def _reads(node: Node, growing: Collection[str], *, stops: bool) -> Iterator[str]:
    """The tables and indexes that are read whole.

    None is one that `stops`: under a LIMIT, with nothing between that wants all rows first or drops some, so that no
    more are read than are given. That is how `newest first` reads an index. A filter makes it one: where few rows
    pass, all are read. A loop that drives others may stop so where each of its rows finds its one row in them, by a
    key; what is looked up may not, nor the side of a join that is read whole before the first row comes out.
    Nor is one an index condition, however many rows meet it: how many those are, a plan does not know.
    """
    if node.kind == "limit":
        stops = True
    elif node.kind in ("sort", "group", "window") or node.filter:
        stops = False
    if node.table.lower() in growing and not stops:
        if node.kind == "scan":
            yield f"reads all of {node.table}"
        elif node.kind == "index" and not node.condition:
            tested = " and tests each row" if node.filter else ""
            yield f"walks all of {node.table} by {node.index} without a condition{tested}"
    keeps = node.kind != "join" or all(_has_its_row(child) for child in node.children[1:])
    for place, child in enumerate(node.children):
        drives = node.kind != "join" or place == 0
        yield from _reads(child, growing, stops=stops and keeps and drives)
    for aside in node.asides:
        yield from _reads(aside, growing, stops=False)


def _has_its_row(node: Node) -> bool:
    """Whether a row that is looked up is there: found by one key, and by nothing that the caller gives as well."""
    while node.kind == "pass" and not node.filter:
        (node,) = node.children
    given = "$" in node.condition or "'" in node.condition or node.condition.count("?") > 1
    return node.at_most_one and not node.filter and not given


def _sorts(node: Node, growing: Collection[str]) -> Iterator[str]:
    """The sorts of a growing table's rows, which an ORDER BY asked for and no index gives.

    None is the sort of: rows of other tables; rows that a condition on a whole unique key bounds, one for each value
    that was given; rows that came through a LIMIT or out of an aggregate, which are as many as the caller asked for or
    as there are groups; ties, where an index gives the order of the first columns. None either is a sort for the
    engine's own use, to group, to drop duplicates or to merge: it is one way of several, what it costs is what its rows
    cost to read, and that is judged by how they are read.
    """
    if node.kind == "sort":
        tables = dict.fromkeys(table for child in node.children for table in _unbounded(child, growing))
        if tables:
            yield f"sorts rows of {' and '.join(tables)}"
    own_use = node.kind == "group" or (node.kind == "join" and node.whole)
    for child in (*node.children, *node.asides):
        below: Sequence[Node] = child.children if own_use and child.kind == "sort" else (child,)
        for each in below:
            yield from _sorts(each, growing)


def _unbounded(node: Node, growing: Collection[str]) -> Iterator[str]:
    """The growing tables of which a node gives rows that no unique key, LIMIT or aggregate bounds."""
    if node.kind in ("scan", "index"):
        if node.table.lower() in growing and not node.at_most_one:
            yield node.table
    elif node.kind == "named" and node.source is not None:
        yield from _unbounded(node.source, growing)
    elif node.kind not in ("limit", "group"):
        for child in node.children:
            yield from _unbounded(child, growing)
