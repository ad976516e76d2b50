"""The sources of one SELECT: their columns, how they are joined, and what the conditions say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

from plainbase.check.meaning.expressions import filled_by, within
from plainbase.check.meaning.parsing import Unreadable

if TYPE_CHECKING:
    from plainbase.check.meaning.relations import Reader

_AGGREGATES = {"total", "json_group_object", "jsonb_group_array", "jsonb_group_object", "json_agg", "jsonb_agg"}
ONE_ROW = (frozenset[str](),)


class Output(NamedTuple):
    """A result column, and what it is made of."""

    name: str
    expression: exp.Expr


@dataclass(frozen=True)
class Relation:
    """Rows: columns with whether they may be NULL, and what tells rows apart.

    That is `keys`, the columns that foreign keys make others depend on, the view it is defined by, the scope of its
    SELECT, or the branches of its UNION.
    """

    columns: tuple[tuple[str, bool], ...]
    keys: tuple[frozenset[str], ...] = ()
    implied: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    table: str = ""
    view: Relation | None = None
    scope: Scope | None = None
    branches: tuple[Relation, ...] = ()
    subset: bool = False
    one_row: bool = False
    complete: bool = True

    @property
    def single(self) -> bool:
        """Whether there is one row at most."""
        return frozenset() in self.keys

    def has(self, name: str) -> bool:
        """Tell whether there is a column of this name."""
        return any(name == column for column, _ in self.columns)

    def nullable(self, name: str) -> bool:
        """Tell whether a column may be NULL."""
        return not self.has(name) or any(nullable for column, nullable in self.columns if column == name)

    def renamed(self, names: Iterable[str]) -> Relation:
        """Name the first columns anew."""
        given = tuple(names)
        if not given:
            return self
        columns = self.columns if self.complete else tuple((name, True) for name in given)
        before = [name for name, _ in columns]
        new = dict(zip(before, given, strict=False))
        keys = tuple(frozenset(new.get(name, name) for name in key) for key in self.keys)
        implied = tuple(
            (frozenset(new.get(name, name) for name in some), frozenset(new.get(name, name) for name in others))
            for some, others in self.implied
        )
        kept = tuple((given[at] if at < len(given) else name, null) for at, (name, null) in enumerate(columns))
        return replace(self, columns=kept, keys=keys, implied=implied, table="", view=None, complete=True)


@dataclass
class Source:
    """A relation in a FROM; `absent` where an outer join may leave its columns NULL.

    `filled` are columns that a condition keeps from being NULL while the row is there; `assigned` what an UPDATE set
    since. `beside` are the expressions of other sources that its rows depend on.
    """

    relation: Relation
    beside: tuple[exp.Expr, ...] = ()
    absent: bool = False
    filled: set[str] = field(default_factory=set)
    assigned: dict[str, bool] = field(default_factory=dict)

    def nullable(self, name: str) -> bool:
        """Tell whether a column of the source may be NULL here."""
        if name in self.assigned:
            return self.assigned[name]
        return self.absent or (self.relation.nullable(name) and name not in self.filled)


class Join(NamedTuple):
    """A join as it was written: the sources on its left, those on its right, and its conditions."""

    side: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    conditions: tuple[exp.Expr, ...]


class Scope:
    """The sources of one statement or SELECT, and what its conditions say of them."""

    def __init__(self, reader: Reader, ctes: Mapping[str, Relation], outer: Scope | None) -> None:
        self.reader = reader
        self.dialect = reader.dialect
        self.ctes = ctes
        self.outer = outer
        self.sources: dict[str, Source] = {}
        self.joins: list[Join] = []
        self.where: exp.Expr | None = None
        self.outputs: tuple[Output, ...] = ()
        self.groups: tuple[exp.Expr, ...] | None = None
        self.distinct_on: tuple[exp.Expr, ...] = ()
        self.changes = False
        self.merged: dict[str, str] = {}
        self._grouping_sets = False

    @property
    def complete(self) -> bool:
        """Whether all columns of all sources are known."""
        return all(source.relation.complete for source in self.sources.values())

    @property
    def grouped(self) -> bool:
        """Whether an aggregate function sees one row at least."""
        return bool(self.groups) and not self._grouping_sets

    def resolve(self, column: exp.Column) -> tuple[Scope, str, str] | None:
        """Find the scope, the source and the column's name; None where that cannot be told."""
        name, qualifier = self.reader.fold(column.this), column.args.get("table")
        scope: Scope | None = self
        while scope is not None:
            if qualifier is not None:
                found = [alias for alias in scope.sources if alias == self.reader.fold(qualifier)]
                if found and not _may_have(scope.sources[found[0]], name):
                    return None
            elif name in scope.merged:
                found = [scope.merged[name]]
            else:
                if not scope.complete and (scope.outer is not None or len(scope.sources) > 1):
                    return None
                found = [alias for alias, source in scope.sources.items() if _may_have(source, name)]
            if len(found) > 1 and scope.changes:
                del found[1:]  # SQLite's RETURNING knows the target alone
            if len(found) > 1:
                return None
            if found:
                return scope, found[0], name
            scope = scope.outer
        return None

    def nullable(self, column: exp.Column) -> bool:
        """Tell whether a column may be NULL here."""
        found = self.resolve(column)
        if found is None:
            return True
        scope, alias, name = found
        bare = scope.groups is not None and not scope.grouped  # of no row at all, or left out of a grouping set
        return bare or scope.sources[alias].nullable(name)

    def nullables(self, query: exp.Query) -> tuple[bool, ...]:
        """Tell of each column of a subquery whether it may be NULL."""
        return tuple(nullable for _, nullable in self.relation(query).columns)

    def gives_one_row(self, query: exp.Query) -> bool:
        """Tell whether a subquery gives exactly one row."""
        return self.relation(query).one_row

    def relation(self, query: exp.Expr) -> Relation:
        """Read a subquery of this scope."""
        return self.reader.relation(query, self.ctes, self)

    def add(self, node: exp.Expr) -> tuple[str, ...]:
        """Add what stands in a FROM, with the joins that hang on it; return the names of its sources."""
        if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Select | exp.SetOperation):
            if node.alias:
                raise Unreadable("brackets in FROM that have a name")
            added = self.add(node.this)
        else:
            alias = self._alias(node)
            if alias in self.sources:
                raise Unreadable(f"two sources are called {alias}")
            self.sources[alias] = Source(*self.reader.source(node, self))
            added = (alias,)
        for join in node.args.get("joins") or ():
            added += self.join(join, added)
        return added

    def join(self, join: exp.Join, left: tuple[str, ...]) -> tuple[str, ...]:
        """Add a join to what stands on its left."""
        if join.method or (join.args.get("using") and join.side not in ("", "LEFT")):
            raise Unreadable(f"a {join.method or join.side} JOIN whose condition is not written out")
        right = self.add(join.this)
        conditions = [join.args["on"]] if join.args.get("on") else []
        for shared in join.args.get("using") or ():
            name = self.reader.fold(shared)
            sides = [next((a for a in group if self.sources[a].relation.has(name)), None) for group in (left, right)]
            if sides[0] is None or sides[1] is None:
                raise Unreadable(f"USING ({name}) of an unknown table")
            self.merged.setdefault(name, sides[0])
            conditions.append(exp.EQ(this=_column(sides[0], name), expression=_column(sides[1], name)))
        self.joins.append(Join(join.side, left, right, tuple(conditions)))
        self._narrow(self.joins[-1])
        return right

    def conclude(self, where: exp.Expr | None) -> None:
        """Take in the condition on all rows; an outer join whose missing rows it refuses is an inner one."""
        self.where = where
        certain = self._filled([where] if where else [])
        firm = {alias for alias, _ in certain}
        if any(join.side and firm.intersection(join.right) for join in self.joins):
            self.joins = [
                join._replace(side="") if join.side == "LEFT" and firm.intersection(join.right) else join
                for join in self.joins
            ]
            for source in self.sources.values():
                source.absent = False
                source.filled.clear()
            for join in self.joins:
                self._narrow(join)
        for alias, name in certain:
            self.sources[alias].absent = False
            self.sources[alias].filled.add(name)

    def group(self, select: exp.Select) -> None:
        """Note what the rows are grouped by; nothing where an aggregate function makes one row of all."""
        clauses = [*select.expressions, select.args.get("having"), select.args.get("order")]
        group = select.args.get("group")
        if group is None:
            if select.args.get("having") or any(map(_aggregates, filter(None, clauses))):
                self.groups = ()
            return
        by = [each for each in group.expressions if not (isinstance(each, exp.Tuple) and not each.expressions)]
        self.groups = tuple(self._by_position(each) for each in by)
        sets = ("grouping_sets", "cube", "rollup", "totals", "all")
        self._grouping_sets = any(group.args.get(key) for key in sets) or any(
            isinstance(each, exp.GroupingSets | exp.Cube | exp.Rollup) for each in by
        )

    def _by_position(self, expression: exp.Expr) -> exp.Expr:
        if isinstance(expression, exp.Literal) and not expression.is_string:
            return self.outputs[int(expression.this) - 1].expression
        if isinstance(expression, exp.Column) and not expression.table and self.resolve(expression) is None:
            named = [each for each in self.outputs if each.name == self.reader.fold(expression.this)]
            return named[0].expression if named else expression
        return expression

    def expand(self, expressions: Iterable[exp.Expr]) -> Iterator[Output]:
        """Yield the result columns, those of a star one by one."""
        for each in expressions:
            if isinstance(each, exp.Star) or (isinstance(each, exp.Column) and isinstance(each.this, exp.Star)):
                qualifier = each.args.get("table")
                if self.merged and not qualifier:
                    raise Unreadable("* where a join says USING")
                wanted = [self.reader.fold(qualifier)] if qualifier else list(self.sources)
                for alias in wanted:
                    if alias not in self.sources or not self.sources[alias].relation.complete:
                        raise Unreadable(f"the columns of {alias} are not known")
                    for name, _ in self.sources[alias].relation.columns:
                        yield Output(name, _column(alias, name))
            else:
                yield Output(self.reader.name(each), each.unalias())

    def _narrow(self, join: Join) -> None:
        lost = {"LEFT": join.right, "RIGHT": join.left, "FULL": (*join.left, *join.right)}.get(join.side, ())
        for alias in lost:
            self.sources[alias].absent = True
        if join.side != "FULL":
            for alias, name in self._filled(join.conditions):
                if not lost:
                    self.sources[alias].absent = False
                if not lost or alias in lost:
                    self.sources[alias].filled.add(name)

    def _filled(self, conditions: Iterable[exp.Expr]) -> set[tuple[str, str]]:
        found = [self.resolve(column) for condition in conditions for column in filled_by(condition)]
        return {(alias, name) for scope, alias, name in filter(None, found) if scope is self}

    def _alias(self, node: exp.Expr) -> str:
        alias = node.args.get("alias")
        if alias is not None and alias.args.get("this") is not None:
            return self.reader.fold(alias.this)
        if isinstance(node, exp.Table):
            return self.reader.fold(node.this) if isinstance(node.this, exp.Identifier) else node.name.lower()
        return f"source {len(self.sources) + 1}"


def _may_have(source: Source, name: str) -> bool:
    return source.relation.has(name) or not source.relation.complete


def _column(source: str, name: str) -> exp.Column:
    return exp.column(name, table=source, quoted=True)


def _aggregates(clause: exp.Expr) -> bool:
    """Tell whether an aggregate function stands here, outside of a window."""
    windows = {id(part) for each in within(clause) if isinstance(each, exp.Window) for part in _function_of(each)}
    return any(
        isinstance(each, exp.AggFunc) or (isinstance(each, exp.Anonymous) and each.name.lower() in _AGGREGATES)
        for each in within(clause)
        if id(each) not in windows
    )


def _function_of(window: exp.Window) -> list[exp.Expr]:
    parts = [window.this]
    while isinstance(parts[-1], exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        parts.append(parts[-1].this)
    return parts
