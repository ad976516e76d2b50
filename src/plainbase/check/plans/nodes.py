"""A plan of either engine as one tree: how each table's rows are found, and what is done with them on the way up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "scan",  # a table, all of it
    "index",  # a table by an index; without a condition all of it, in the index's order
    "named",  # rows of a part of the statement that is computed once: `table` is its name, `source` its plan
    "rows",  # what is no table: values, functions, what a recursion has found so far
    "sort",
    "sort of ties",  # the rows come in the order of the first columns
    "group",  # one row of several: aggregates, DISTINCT, set operations that drop duplicates
    "window",  # each row with what its neighbours say: all are there before the first comes out
    "limit",
    "join",  # the first child drives; the others are looked up for each of its rows, or read whole where `whole`
    "append",  # the children's rows one after the other, or merged in their order
    "pass",  # rows as they come, perhaps fewer: what has a `filter`
    "change",  # INSERT, UPDATE, DELETE, MERGE
]

_WORDS: frozenset[Kind] = frozenset({"sort", "sort of ties", "group", "window", "limit", "change"})


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a plan.

    `table` is as the catalog has it, without its schema; `condition` is what an index is asked for and `filter` what
    is tested row by row, both as the engine writes them, and on SQLite only whether there is a filter is known.
    With `at_most_one` the condition gives a whole unique key. `asides` are computed beside the rows: subqueries in
    conditions and results, and what a name stands for. `rows` is how many the engine expects of one that reads a table,
    where it says so.
    """

    kind: Kind
    table: str = ""
    index: str = ""
    condition: str = ""
    filter: str = ""
    at_most_one: bool = False
    whole: bool = False
    children: tuple[Node, ...] = ()
    asides: tuple[Node, ...] = ()
    source: Node | None = None
    rows: int = 0

    def walk(self) -> Iterator[Node]:
        """The node and all below it; what a name stands for comes once, where it is computed."""
        yield self
        for each in (*self.children, *self.asides):
            yield from each.walk()

    @property
    def indexes(self) -> frozenset[str]:
        """The names of all indexes that the plan uses."""
        return frozenset(name for node in self.walk() for name in node.index.split(" + ") if name)


def summary(node: Node) -> str:
    """A plan in one line, from the result down: `limit < training_runs by training_runs_created_at_idx`.

    `< ` reads what stands behind it, ` > ` joins in the order of the loops, brackets hold subqueries. `(all)` is a
    whole index, walked in its order.
    """
    text = _chain(node)
    asides = [summary(aside) for each in _chained(node) for aside in each.asides]
    asides = [aside for aside in asides if aside != "values"]
    return f"{text} [{'; '.join(asides)}]" if asides else text


def _chained(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _chained(child)


def _chain(node: Node) -> str:
    word = node.kind if node.kind in _WORDS else ""
    if node.kind == "join":
        below = " > ".join(_bracketed(child) for child in node.children)
    elif node.kind == "append":
        below = " + ".join(_bracketed(child) for child in node.children)
    elif node.children:
        below = _chain(node.children[0])
    else:
        below = _leaf(node)
    return f"{word} < {below}" if word and below else word or below


def _bracketed(node: Node) -> str:
    text = _chain(node)
    return f"({text})" if node.kind in _WORDS or node.kind == "append" else text


def _leaf(node: Node) -> str:
    if node.kind == "scan":
        return f"all {node.table}"
    if node.kind == "index":
        return f"{node.table} by {node.index or 'itself'}" + ("" if node.condition else " (all)")
    return (node.table or "its rows") if node.kind == "named" else "values"
