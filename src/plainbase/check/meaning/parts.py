"""A statement with every part of it read: what each expression's names stand for, and where its value comes from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.dependence import unwrapped
from plainbase.check.meaning.expressions import within
from plainbase.check.meaning.relations import Reader
from plainbase.check.meaning.scopes import Relation, Scope
from plainbase.dialect import Dialect
from plainbase.sqlfile import Query

COMPARISONS = (
    *(exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.In),
)
_COLLECTING = (exp.ArrayAgg, exp.GroupConcat, exp.JSONArrayAgg)
_COLLECTING_NAMES = {"json_group_array", "jsonb_group_array", "json_agg", "jsonb_agg"}
_KEY = re.compile(r"(?<=> ')\$\.(\w+)(?=')")
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Placed(NamedTuple):
    """An expression, and what its names stand for."""

    expression: exp.Expr
    scope: Scope

    def of(self, expressions: Iterable[exp.Expr | None]) -> list[Placed]:
        """Place others beside it."""
        return [Placed(each, self.scope) for each in expressions if each is not None]


@dataclass(frozen=True)
class Read:
    """What a part of the statement was read as, and from where."""

    tree: exp.Expr
    relation: Relation
    ctes: Mapping[str, Relation]
    outer: Scope | None

    def key(self, expression: exp.Expr) -> Iterator[Placed]:
        """Yield what an ORDER BY names: result columns by name or position, in each branch, or an expression."""
        bare, scope, position = unwrapped(expression), self.relation.scope, None
        if isinstance(bare, exp.Literal) and not bare.is_string:
            position = int(bare.this) - 1
        elif isinstance(bare, exp.Column) and not bare.table:
            names = [name for name, _ in self.relation.columns]
            position = names.index(bare.name.lower()) if bare.name.lower() in names else None
        if position is not None:
            yield from outputs(self.relation, position)
        elif scope is not None:
            yield Placed(expression, scope)


class _Notes(Reader):
    """A reader that notes what it made of each part."""

    def __init__(self, catalog: Catalog, dialect: Dialect) -> None:
        super().__init__(catalog, dialect)
        self.made: dict[int, Read] = {}

    def relation(
        self, tree: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None, *, limited: bool = True
    ) -> Relation:
        """Read what gives rows, and note it."""
        found = super().relation(tree, ctes, outer, limited=limited)
        self.made[id(tree)] = Read(tree, found, ctes, outer)
        return found


class Parts:
    """A statement of a query, every part of which has been read; raises Unreadable."""

    def __init__(self, query: Query, tree: exp.Expr, catalog: Catalog, dialect: Dialect) -> None:
        self.query, self.tree, self.catalog, self.dialect = query, tree, catalog, dialect
        self._notes = notes = _Notes(catalog, dialect)
        place = query.where.rpartition(":")[0]
        self.shared = not place.endswith(tuple(f".{each}.sql" for each in Dialect))
        notes.relation(tree, {}, None)
        self.reads: list[Read] = []
        for node in tree.walk():  # what stands further out comes first
            if isinstance(node, exp.Query) and id(node) not in notes.made and (scope := self._around(node)):
                scope.relation(node)
            if id(node) in notes.made and not isinstance(node, exp.Subquery):
                self.reads.append(notes.made[id(node)])
        self.placed = [
            Placed(each, read.relation.scope)
            for read in self.reads
            if read.relation.scope is not None
            for child in read.tree.iter_expressions()
            if child.arg_key != "with_"
            for each in within(child)
        ]

    def unlimited(self, read: Read) -> Read:
        """Read a part again, as if it had no LIMIT of its own."""
        relation = Reader(self.catalog, self.dialect).relation(read.tree, read.ctes, read.outer, limited=False)
        return replace(read, relation=relation)

    def compared(self) -> Iterator[tuple[Placed, list[Placed]]]:
        """Yield the comparisons, with what each compares."""
        for placed in self.placed:
            found = placed.expression
            assigns = isinstance(found.parent, exp.Update | exp.OnConflict) and found.arg_key == "expressions"
            if isinstance(found, COMPARISONS) and not assigns:
                others = [found.args.get(each) for each in ("query", "low", "high", "expression")]
                sides = [each for each in (found.this, *others, *found.expressions) if each is not None]
                wide = [side.expressions if isinstance(side, exp.Tuple) else [side] for side in sides]
                yield placed, placed.of(part for parts in wide for part in parts)

    def ordered(self) -> Iterator[tuple[exp.Expr, list[Placed]]]:
        """Yield what a window or an aggregate function is ordered by."""
        for placed in self.placed:
            order = placed.expression if isinstance(placed.expression, exp.Order) else None
            if order is not None and not isinstance(order.parent, exp.Query | exp.WithinGroup):
                yield from ((each, placed.of([each.this])) for each in order.expressions)
        for read in self.reads:
            order = read.tree.args.get("order")
            if order is not None and self._order_matters(read.tree):
                yield from ((each, list(read.key(each.this))) for each in order.expressions)

    def results(self) -> Iterator[tuple[str, Placed]]:
        """Yield what the result columns are made of, those whose type the file says left out."""
        relation = self._notes.made[id(self.tree)].relation
        for position, (name, _) in enumerate(relation.columns):
            if name not in self.query.results:
                yield from ((name, each) for each in outputs(relation, position))

    def shown(self, expression: exp.Expr) -> str:
        """Write an expression, in a shared text the same for both engines."""
        dialect = Dialect.SQLITE if self.shared else self.dialect
        text = expression.sql(dialect.value, normalize_functions="lower", unsupported_level=ErrorLevel.IGNORE)
        return _KEY.sub(r"\1", _PLACEHOLDER.sub(r":\1", text))

    def _order_matters(self, tree: exp.Expr) -> bool:
        """Tell whether the order of a SELECT is seen: by callers, LIMIT, DISTINCT ON, or what collects its rows."""
        above = tree.parent
        while isinstance(above, exp.Subquery):
            above = above.parent
        distinct = tree.args.get("distinct")
        if tree is self.tree or above is None or tree.args.get("limit") or (distinct and distinct.args.get("on")):
            return True
        select = above.parent if isinstance(above, exp.From) else None
        return isinstance(select, exp.Select) and any(
            isinstance(each, _COLLECTING)
            or (isinstance(each, exp.Anonymous) and each.name.lower() in _COLLECTING_NAMES)
            for output in select.expressions
            for each in within(output)
            if not each.find(exp.Order)
        )

    def _around(self, node: exp.Expr) -> Scope | None:
        above = node.parent
        while above is not None:
            if id(above) in self._notes.made and (scope := self._notes.made[id(above)].relation.scope):
                return scope
            above = above.parent
        return None


def outputs(relation: Relation, position: int) -> Iterator[Placed]:
    """Yield what a result column is made of, in each branch of a UNION."""
    if relation.scope is not None and position < len(relation.scope.outputs):
        yield Placed(relation.scope.outputs[position].expression, relation.scope)
    for branch in relation.branches:
        yield from outputs(branch, position)


def source_of(placed: Placed) -> tuple[Relation, int] | None:
    """Find where a column comes from."""
    found = placed.scope.resolve(placed.expression) if isinstance(placed.expression, exp.Column) else None
    if found is None:
        return None
    relation = found[0].sources[found[1]].relation
    names = [name for name, _ in relation.columns]
    return (relation, names.index(found[2])) if found[2] in names else None


def origins(placed: Placed) -> Iterator[Placed]:
    """Yield an expression and what it may be the value of: branches, and columns of subqueries and CTEs."""
    placed = Placed(unwrapped(placed.expression), placed.scope)
    yield placed
    for branch in placed.of(branches_of(placed.expression)):
        yield from origins(branch)
    if isinstance(placed.expression, exp.Query):
        for output in outputs(placed.scope.relation(placed.expression), 0):
            yield from origins(output)
    source = source_of(placed)
    if source is not None:
        for output in outputs(*source):
            yield from origins(output)


def branches_of(expression: exp.Expr) -> list[exp.Expr]:
    """Return what a COALESCE or CASE chooses from; nothing of any other expression."""
    match expression:
        case exp.Coalesce():
            return [expression.this, *expression.expressions]
        case exp.Case():
            found = [*(each.args["true"] for each in expression.args["ifs"]), expression.args.get("default")]
        case exp.If():
            found = [expression.args["true"], expression.args.get("false")]
        case _:
            return []
    return [each for each in found if each is not None]
