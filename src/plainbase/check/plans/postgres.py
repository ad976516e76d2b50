"""PostgreSQL's plans, read from its JSON."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from plainbase.check.plans.indexes import Index, Indexes
from plainbase.check.plans.nodes import Kind, Node
from plainbase.drivers import generic_plans
from plainbase.drivers.postgres import PostgresDriver
from plainbase.sqlfile.statement import Statement

_SCANS = frozenset({"Seq Scan", "Sample Scan", "Foreign Scan", "Custom Scan"})
_INDEX_SCANS = frozenset({"Index Scan", "Index Only Scan", "Bitmap Index Scan"})
_TID_SCANS = frozenset({"Tid Scan", "Tid Range Scan"})
_NO_TABLES = frozenset(
    {"Function Scan", "Table Function Scan", "Values Scan", "WorkTable Scan", "Named Tuplestore Scan"}
)
_WORDS: Mapping[str, Kind] = {
    **dict.fromkeys(("Aggregate", "Group", "Unique", "SetOp"), "group"),
    **dict.fromkeys(("Append", "Merge Append", "Recursive Union"), "append"),
    "WindowAgg": "window",
    "Limit": "limit",
}
"""Steps that are told by their kind and filter alone."""

_JOINS = frozenset({"Nested Loop", "Hash Join", "Merge Join"})
_WRAPPERS = frozenset({"Hash", "Materialize", "Memoize", "Sort", "Incremental Sort"})
_FILTERS = ("Filter", "One-Time Filter")
_JOIN_CONDITIONS = ("Hash Cond", "Merge Cond", "Join Filter")
_OPTIONAL_SIDES = {"Inner": (1, 0), "Left": (1,), "Right": (0,), "Semi": (1,), "Anti": (1,)}
"""Which of its sides a join may look up for each row of the other."""

_PRESENT = re.compile(r"\([^()]+ IS NOT NULL\)")

Json = Mapping[str, Any]


AVOIDING: Sequence[Sequence[str]] = (
    ("seqscan",),
    ("seqscan", "bitmapscan"),
    ("seqscan", "sort"),
    ("seqscan", "bitmapscan", "sort"),
    ("seqscan", "hashjoin", "mergejoin", "material"),
)
"""What is avoided on empty tables, one choice after the other."""


@asynccontextmanager
async def reading(
    driver: PostgresDriver, indexes: Indexes, *, empty: bool = True
) -> AsyncIterator[Callable[[Statement], AsyncIterator[Node]]]:
    """Give what reads the plans of a statement, of which at least one is taken for many rows.

    There is one where the tables are not `empty`. Without rows all methods cost nearly the same, and which is taken
    says little; each plan here does without some, so that what an index can do is seen in one of them. The reader
    raises StatementFailed.
    """
    async with generic_plans.of_postgres(driver) as explain:

        async def read(statement: Statement) -> AsyncIterator[Node]:
            for avoiding in AVOIDING if empty else [()]:
                yield tree(await explain(statement, avoiding), indexes)

        yield read


def tree(plan: Json, indexes: Indexes) -> Node:
    """The tree of a plan as EXPLAIN (VERBOSE, FORMAT JSON) gives it."""
    return _Reader(indexes).node(plan)


class _Reader:
    """The reading of one plan; what a name stands for comes before its use."""

    def __init__(self, indexes: Indexes) -> None:
        self._indexes = indexes
        self._named: dict[str, Node] = {}

    def _table(self, plan: Json) -> str:
        """The table as the catalog has it, and not the partition of it that has the rows."""
        name = _table(plan)
        return self._indexes.parents.get(name, name)

    def node(self, plan: Json) -> Node:
        asides, children = [], []
        for below in plan.get("Plans", ()):
            if below.get("Parent Relationship") not in ("InitPlan", "SubPlan"):
                children.append(below)
                continue
            aside = self.node(below)
            name = below.get("Subplan Name", "")
            if name.startswith("CTE "):
                self._named[name.removeprefix("CTE ")] = aside
            asides.append(aside)
        return self._node(plan, children, tuple(asides))

    def _node(self, plan: Json, below: Sequence[Json], asides: tuple[Node, ...]) -> Node:
        kind = plan["Node Type"]
        filters = " AND ".join(plan[key] for key in _FILTERS if key in plan)
        if kind in _SCANS or kind in _TID_SCANS:
            condition = plan.get("TID Cond", "")
            return Node(
                "index" if condition else "scan",
                table=self._table(plan),
                condition=condition,
                filter=filters,
                at_most_one=kind == "Tid Scan",
                rows=plan["Plan Rows"],
                asides=asides,
            )
        if kind in _INDEX_SCANS:
            return self._index(plan, filters, asides)
        if kind == "Bitmap Heap Scan":
            return self._bitmap(plan, below, filters, asides)
        if kind == "CTE Scan":
            name = plan["CTE Name"]
            return Node("named", table=name, filter=filters, asides=asides, source=self._named.get(name))
        if kind in _NO_TABLES or not below:
            return Node("rows", filter=filters, asides=asides)
        children = tuple(self.node(each) for each in below)
        if kind in _JOINS:
            looked_up = self._looked_up(plan, below, children)
            if looked_up == children and "Join Filter" in plan:
                filters = " AND ".join(filter(None, (filters, plan["Join Filter"])))
            # A hash or a merge reads the second side once, whole; a loop looks it up.
            whole = kind != "Nested Loop" and looked_up == children
            return Node("join", filter=filters, whole=whole, children=looked_up, asides=asides)
        if kind == "ModifyTable":
            arbiters = " + ".join(plan.get("Conflict Arbiter Indexes", ()))
            return Node("change", table=self._table(plan), index=arbiters, children=children, asides=asides)
        if kind == "Sort":
            return Node("sort", condition=_listed(plan["Sort Key"]), children=children, asides=asides)
        if kind == "Incremental Sort":
            return Node("sort of ties", condition=_listed(plan["Sort Key"]), children=children, asides=asides)
        return Node(_WORDS.get(kind, "pass"), filter=filters, children=children, asides=asides)

    def _looked_up(self, plan: Json, below: Sequence[Json], children: tuple[Node, ...]) -> tuple[Node, ...]:
        """The sides of a join, one of them looked up by the join's condition where an index serves that.

        Of few rows a side is read whole, and joined by a hash or row by row; of many it is looked up. The first side
        gives the order of the rows, but where they are hashed.
        """
        sides = _OPTIONAL_SIDES.get(plan["Join Type"], ())
        conditions = " AND ".join(plan[key] for key in _JOIN_CONDITIONS if key in plan)
        for side in sides if plan["Node Type"] == "Hash Join" else {1}.intersection(sides):
            leaf, node = below[side], children[side]
            while leaf["Node Type"] in _WRAPPERS:
                (leaf,), node = leaf["Plans"], node.children[0]
            if node.kind not in ("scan", "index") or node.condition:
                continue
            # The one that it uses already, if it can.
            for index in sorted(self._indexes.of(node.table), key=lambda index: index.name != node.index):
                column = rf"{re.escape(leaf['Alias'])}\.{re.escape(index.expressions[0])}"
                if index.ordered and not index.predicate and re.search(rf"\({column} = | = {column}\)", conditions):
                    found = Node(
                        "index",
                        table=node.table,
                        index=index.name,
                        condition=conditions,
                        filter=node.filter,
                        at_most_one=index.unique and len(index.columns) == 1,
                        asides=node.asides,
                    )
                    return (children[0], found) if side else (children[1], found)
        return children

    def _index(self, plan: Json, filters: str, asides: tuple[Node, ...]) -> Node:
        name = plan["Index Name"]
        index = self._indexes.by_name.get(name)
        condition = " AND ".join(plan[key] for key in ("Index Cond", "Order By") if key in plan)
        narrow = _PRESENT.sub("", condition)  # nulls lie at an end of the index: nearly all of it is read, and no more
        leads = index is None or not index.ordered or _bounds(narrow, index, 0)
        table = self._table(plan) or (index.table if index else "")
        return Node(
            "index",
            table=table,
            index=name,
            # A condition on later columns alone is a test of each entry.
            condition=condition if leads else "",
            filter=filters if leads else " AND ".join(filter(None, (narrow.strip("() AND"), filters))),
            at_most_one=index is not None and is_whole_key(condition, index),
            rows=plan["Plan Rows"],
            asides=asides,
        )

    def _bitmap(self, plan: Json, below: Sequence[Json], filters: str, asides: tuple[Node, ...]) -> Node:
        """The table's rows that a bitmap names; of several bitmaps that are combined, all their indexes."""
        (bitmap,) = below
        parts = [self.node(each) for each in _leaves(bitmap)]
        narrow = all if bitmap["Node Type"] == "BitmapOr" else any
        conditioned = narrow(bool(part.condition) for part in parts)
        return Node(
            "index",
            table=self._table(plan),
            index=" + ".join(part.index for part in parts),
            condition=" AND ".join(part.condition for part in parts) if conditioned else "",
            filter=filters,
            at_most_one=narrow(part.at_most_one for part in parts),
            rows=plan["Plan Rows"],
            asides=(*asides, *(aside for part in parts for aside in part.asides)),
        )


def is_whole_key(condition: str, index: Index) -> bool:
    """Whether a condition gives each column of a unique index: one row, or one for each of the values given."""
    return index.unique and all(_bounds(condition, index, place, equal=True) for place in range(len(index.columns)))


def _bounds(condition: str, index: Index, place: int, *, equal: bool = False) -> bool:
    """Whether a condition compares a column of an index, which stands on the left, alone or in a row."""
    expression = re.escape(index.expressions[place])
    name = expression if index.columns[place] is None else rf"(?:[\w\"]+\.)?{expression}"
    left = rf"\(\(?{name}\)?(?:::[\w \[\]]+)?"
    return re.search(f"{left} = " if equal else f"{left}[ ,]", condition) is not None


def _leaves(bitmap: Json) -> list[Json]:
    below = bitmap.get("Plans", ())
    return [leaf for each in below for leaf in _leaves(each)] if below else [bitmap]


def _table(plan: Json) -> str:
    schema, name = plan.get("Schema", ""), plan.get("Relation Name", "")
    return f"{schema}.{name}" if schema in ("pg_catalog", "information_schema") else name


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(keys)
