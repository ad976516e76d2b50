"""SQLite's plans, read from the lines of EXPLAIN QUERY PLAN, whose words differ a little from version to version.

They leave out what is no loop: a LIMIT, a condition that no index serves, an aggregate without a sort. The text of the
statement says those, select by select.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from plainbase.check.plans import selects
from plainbase.check.plans.indexes import Indexes
from plainbase.check.plans.nodes import Node
from plainbase.check.plans.selects import Select
from plainbase.drivers import generic_plans
from plainbase.drivers.generic_plans import Step
from plainbase.drivers.sqlite import SqliteDriver
from plainbase.sqlfile.statement import Statement

_LOOP = re.compile(
    r"(?P<how>SCAN|SEARCH) (?P<name>\(.*?\)|.+?)"
    r"(?: USING (?P<automatic>AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?"
    r"(?P<key>INTEGER PRIMARY KEY|PRIMARY KEY|INDEX)(?: (?P<index>[^\s(]+))?(?: \((?P<condition>.*)\))?"
    r"| VIRTUAL TABLE INDEX (?P<virtual>.*?))?"
    r"(?: (?:LEFT|RIGHT)-JOIN| EXISTS)*"
)
_IN_OPERATOR = re.compile(r"USING (?:ROWID SEARCH ON TABLE (?P<table>\S+)|INDEX (?P<index>\S+)) FOR IN-OPERATOR")
_NAMED = re.compile(r"(?:CO-ROUTINE|MATERIALIZE) (?P<name>.+)")
_SUBQUERY = re.compile(r"(?:CORRELATED )?(?P<kind>SCALAR|LIST) SUBQUERY \d+")
_OWN = re.compile(r"\(?subquery-\d+\)?")
"""What SQLite makes of a SELECT with window functions: its rows, before the functions see them."""

_ORDER = re.compile(r"USE TEMP B-TREE FOR (?P<part>.+ OF )?ORDER BY")
_TEMPORARY = "USE TEMP B-TREE FOR "
_PARTS = ("COMPOUND QUERY", "MERGE (UNION ALL)", "SETUP", "RECURSIVE STEP", "UNION ALL", "LEFT-MOST SUBQUERY", "LEFT")
_DISTINCT = ("UNION", "EXCEPT", "INTERSECT", "MERGE (")


@asynccontextmanager
async def reading(
    driver: SqliteDriver, indexes: Indexes, *, empty: bool = True
) -> AsyncIterator[Callable[[Statement], AsyncIterator[Node]]]:
    """Give what reads a statement's only plan, whether the tables are `empty` or not. It raises StatementFailed."""

    async def read(statement: Statement) -> AsyncIterator[Node]:
        yield tree(await generic_plans.of_sqlite(driver, statement), statement.text, indexes)

    yield read


def tree(steps: Sequence[Step], text: str, indexes: Indexes) -> Node:
    """The tree of a plan as EXPLAIN QUERY PLAN gives it, of a statement with this text."""
    return _Reader(steps, text, indexes).whole()


class _Reader:
    """The reading of one plan; what a name stands for comes before its use."""

    def __init__(self, steps: Sequence[Step], text: str, indexes: Indexes) -> None:
        self._below: dict[int, list[Step]] = defaultdict(list)
        for step in steps:
            self._below[step[1]].append(step)
        self._indexes = indexes
        self._tables = {name.lower(): name for name in indexes.tables}
        self._root = selects.read(text, indexes.views)
        self._named: dict[str, Node] = {}
        self._used: set[tuple[Select, str]] = set()

    def whole(self) -> Node:
        return self._level(0, self._root)

    def _level(self, number: int, context: Select | None, *, limited: bool = False, own: bool = False) -> Node:
        """What the steps below one make together: loops, one in the other, and what is done with their rows.

        `context` is their SELECT, where it is known; `own` are the rows that SQLite's window functions are to see.
        """
        loops: list[Node] = []
        asides: list[Node] = []
        parts: list[Node] = []
        found: list[Select] = [] if context is None else [context]
        order, grouped = "", False
        for step, _, detail in self._below[number]:
            if match := _NAMED.fullmatch(detail):
                asides.append(self._name(step, match["name"], context))
            elif match := _SUBQUERY.fullmatch(detail):
                asides.append(self._level(step, None, limited=match["kind"] == "SCALAR"))
            elif match := _IN_OPERATOR.fullmatch(detail):
                asides.append(self._in_operator(match["table"], match["index"]))
            elif match := _ORDER.fullmatch(detail):
                order = "sort of ties" if match["part"] else "sort"
            elif detail.startswith(_TEMPORARY):
                grouped = True
            elif detail == "MULTI-INDEX OR":
                loops.append(self._alternatives(step, context, found))
            elif match := _LOOP.fullmatch(detail):
                loops.append(self._loop(match, context, found))
            elif detail.startswith((*_PARTS, *_DISTINCT, "RIGHT")):
                grouped = grouped or (detail not in _PARTS and detail != "RIGHT")
                parts.append(self._level(step, context))
            elif step in self._below:
                asides.append(self._level(step, None))
        is_limited = limited or (not own and any(each.is_limited for each in found))
        conditions = {condition for each in found for condition in each.conditions if condition}
        if parts:
            rows = parts[0] if len(parts) == 1 else Node("append", children=tuple(parts))
            is_limited = limited or (context is not None and context.is_limited)
        else:
            rows = self._joined(loops, conditions)
            grouped = grouped or (not own and any(each.is_grouped for each in found))
        if grouped:
            rows = Node("group", children=(rows,))
        if not own and not parts and any(each.is_windowed for each in found):
            rows = Node("window", children=(rows,))
        if order == "sort":
            rows = Node("sort", children=(rows,))
        elif order:
            rows = Node("sort of ties", children=(rows,))
        if is_limited:
            rows = Node("limit", children=(rows,))
        return rows if not asides else Node("pass", children=(rows,), asides=tuple(asides))

    def _name(self, step: int, name: str, context: Select | None) -> Node:
        """A part of the statement that has a name."""
        if _OWN.fullmatch(name):
            node = self._level(step, context, own=True)
        else:
            node = self._level(step, self._called(name.lower()))
        self._named[name.lower()] = node
        return node

    def _called(self, name: str) -> Select | None:
        """The SELECT that a name stands for: a CTE's, a subquery's, or a view's that has another name there."""
        pool = list(self._root.walk())
        names = {name, *(select.tables[name] for select in pool if name in select.tables)}
        return next((select for select in pool if select.name in names), None)

    def _table(self, name: str, context: Select | None, found: list[Select]) -> str:
        """The table that is called so in the statement; its SELECT is added to those found."""
        name = name.lower()
        pool = list((context or self._root).walk()) or []
        own = [select for select in pool if name in select.tables]
        own = own or [select for select in self._root.walk() if name in select.tables]
        if context is None:  # of a subquery: rather one that no other was taken for
            own = [select for select in own if (select, name) not in self._used] or own
        if not own:
            return name
        self._used.add((own[0], name))
        if own[0] not in found:
            found.append(own[0])
        return own[0].tables[name]

    def _loop(self, match: re.Match[str], context: Select | None, found: list[Select]) -> Node:
        name = match["index"] or ""
        table = self._table(match["name"], context, found)
        index = self._indexes.by_name.get(name)
        if index is not None:
            table = index.table.lower()
        elif table in self._named or match["name"].lower() in self._named:
            source = self._named.get(table) or self._named[match["name"].lower()]
            return Node("named", table="" if _OWN.fullmatch(table) else table, source=source)
        if table not in self._tables:
            return Node("rows")
        table, condition = self._tables[table], match["condition"] or ""
        if match["virtual"] is not None:
            condition = match["virtual"].removeprefix("0:")
            return Node("index" if condition else "scan", table=table, condition=condition)
        if match["automatic"]:  # an index for this one run, of all rows
            return Node("scan", table=table)
        if match["how"] == "SEARCH" and not condition:
            return Node("index", table=table, index=name, condition="min or max", at_most_one=True)
        if match["key"] is None:
            return Node("scan", table=table)
        if match["key"] != "INDEX":
            index = next((each for each in self._indexes.of(table) if each.primary), None)
        if match["key"] == "INTEGER PRIMARY KEY":
            at_most_one = condition == "rowid=?"
        else:
            given = {part.removesuffix("=?") for part in condition.split(" AND ") if part.endswith("=?")}
            at_most_one = index is not None and index.unique and given >= set(index.expressions)
        return Node(
            "index",
            table=table,
            index=name or (index.name if index else "primary key"),
            condition=condition,
            at_most_one=at_most_one,
        )

    def _joined(self, loops: Sequence[Node], conditions: set[str]) -> Node:
        """Loops, one in the other; those that no condition narrows are filtered, but by what their index is of."""
        marked = []
        for loop in loops:
            index = self._indexes.by_name.get(loop.index)
            met = selects.conditions(index.predicate) if index and index.predicate else set()
            marked.append(loop if loop.condition or conditions <= met else replace(loop, filter="WHERE"))
        if len(marked) == 1:
            return marked[0]
        return Node("join", children=tuple(marked)) if marked else Node("rows")

    def _alternatives(self, number: int, context: Select | None, found: list[Select]) -> Node:
        """A table's rows by several indexes, those of each alternative."""
        matches = [
            match
            for step, _, _ in self._below[number]
            for _, _, detail in self._below[step]
            if (match := _LOOP.fullmatch(detail))
        ]
        nodes = [self._loop(match, context, found) for match in matches]
        return Node(
            "index",
            table=nodes[0].table if nodes else "",
            index=" + ".join(node.index for node in nodes),
            condition=" OR ".join(node.condition for node in nodes) if all(node.condition for node in nodes) else "",
            at_most_one=all(node.at_most_one for node in nodes),
        )

    def _in_operator(self, table: str | None, name: str | None) -> Node:
        """A table or an index that is looked up as it is, instead of the list that it would be copied to."""
        index = self._indexes.by_name.get(name or "")
        if index is not None:
            return Node("index", table=index.table, index=index.name, condition="IN", at_most_one=True)
        return Node("index", table=table or "", index="primary key", condition="IN", at_most_one=True)
