"""What follows from columns that are certain: through keys, equalities, joins and groups, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from plainbase.check.meaning.expressions import conjuncts, quantified, within
from plainbase.check.meaning.scopes import Join, Relation, Scope

_LOOSE_COLLATIONS = {"nocase", "rtrim"}
_VOLATILE = {"random", "gen_random_uuid", "uuidv4", "uuidv7", "clock_timestamp", "nextval"}


def settled(relation: Relation, given: frozenset[int], filled: frozenset[str] = frozenset()) -> frozenset[int]:
    """Return the columns, by position, whose values are certain once those of the given ones are.

    `filled` are columns that are not NULL where the relation is used.
    """
    every = frozenset(range(len(relation.columns)))
    if given == every or relation.single:
        return every
    names = [name for name, _ in relation.columns]
    known = {names[position] for position in given}
    for premises, implied in relation.implied:
        if premises <= known:
            known |= implied
    for key in relation.keys:
        if key <= known and all(name in filled or not relation.nullable(name) for name in key):
            return every
    found = {at for at, name in enumerate(names) if name in known}
    if relation.view is not None:
        inner = [name for name, _ in relation.view.columns]
        more = settled(relation.view, frozenset(at for at, name in enumerate(inner) if name in known))
        found |= {at for at, name in enumerate(names) if name in {inner[each] for each in more}}
    if relation.scope is not None:
        found |= _settled_by_scope(relation.scope, given)
    if relation.branches:
        found |= _settled_by_branches(relation, given)
    return frozenset(found)


class Knowledge:
    """Columns and expressions of a scope that are certain, and all that follows from them.

    `conditions` is False for the rows that an UPDATE returns: what it searched for is no longer what they hold.
    """

    def __init__(self, scope: Scope, expressions: Iterable[exp.Expr] = (), *, conditions: bool = True) -> None:
        self.scope = scope
        self.expressions: set[exp.Expr] = set()
        self.columns: set[tuple[str, str]] = set()
        self._conditions = conditions
        self.learn(expressions)

    def learn(self, expressions: Iterable[exp.Expr]) -> None:
        """Take in what is certain, and work out what follows."""
        for each in map(unwrapped, expressions):
            self.expressions.add(each)
            if isinstance(each, exp.Column) and (column := _own(self.scope, each)):
                self.columns.add(column)
        rules = list(self._rules()) if self._conditions else []
        before = -1
        while before != len(self.columns):
            before = len(self.columns)
            self.columns.update(target for premises, target in rules if premises <= self.columns)
            for alias in self.scope.sources:
                self._complete(alias)

    def settles(self, expression: exp.Expr) -> bool:
        """Tell whether an expression is certain, in a grouped SELECT for each group."""
        if expression in self.expressions or self.settles_groups():
            return True
        match expression:
            case exp.Column():
                found = self.scope.resolve(expression)
                return found is not None and (found[0] is not self.scope or found[1:] in self.columns)
            case exp.Window():
                return all(map(self.settles_source, self.scope.sources))
            case exp.AggFunc() | exp.Star():
                return False
            case exp.Query():
                return _referenced(self.scope, expression) <= self.columns
            case exp.Rand() | exp.Uuid():
                return False
            case exp.Anonymous() if expression.name.lower() in _VOLATILE:
                return False
        return all(map(self.settles, expression.iter_expressions()))

    def settles_groups(self) -> bool:
        """Tell whether only one group can be meant."""
        scope = self.scope
        return scope.grouped and all(map(self._settles_below, scope.groups or ()))

    def settles_source(self, alias: str) -> bool:
        """Tell whether only one row of a source, or alike ones, can be meant."""
        source = self.scope.sources[alias]
        return source.relation.complete and all((alias, name) in self.columns for name, _ in source.relation.columns)

    def _settles_below(self, expression: exp.Expr) -> bool:
        return unwrapped(expression) in self.expressions or _referenced(self.scope, expression) <= self.columns

    def _complete(self, alias: str) -> None:
        source = self.scope.sources[alias]
        relation = source.relation
        names = [name for name, _ in relation.columns]
        given = frozenset(at for at, name in enumerate(names) if (alias, name) in self.columns)
        for each in source.beside:
            if not _referenced(self.scope, each) <= self.columns:
                return
        if source.absent and not any(names[at] in source.filled or not relation.columns[at][1] for at in given):
            deciding = self._deciding(alias)
            if deciding is None or not deciding <= self.columns:
                return
        self.columns.update(
            (alias, names[at]) for at in settled(relation, given, frozenset(source.filled - source.assigned.keys()))
        )

    def _deciding(self, alias: str) -> frozenset[tuple[str, str]] | None:
        """The columns on its left that decide whether an outer join finds a row of this source."""
        joins = [join for join in self.scope.joins if alias in join.right and join.side == "LEFT"]
        lost = [join for join in self.scope.joins if join.side in ("RIGHT", "FULL")]
        return _on_the_left(self.scope, joins[0]) if len(joins) == 1 and not lost else None

    def _rules(self) -> Iterator[tuple[frozenset[tuple[str, str]], tuple[str, str]]]:
        scope = self.scope
        for condition in conjuncts(scope.where):
            yield from _implied(scope, condition)
        lost = any(join.side in ("RIGHT", "FULL") for join in scope.joins)
        for join in scope.joins if not lost else ():
            for condition in [part for whole in join.conditions for part in conjuncts(whole)]:
                for premises, target in _implied(scope, condition):
                    if not join.side:
                        # Where the row is lost later on, there is nothing in it to be certain.
                        if not scope.sources[target[0]].absent:
                            yield premises, target
                    elif target[0] in join.right:
                        yield premises | _on_the_left(scope, join), target


def _settled_by_scope(scope: Scope, given: frozenset[int]) -> set[int]:
    every = set(range(len(scope.outputs)))
    known = [scope.outputs[at].expression for at in given]
    knowledge = Knowledge(scope, known, conditions=not (scope.changes and given))
    if scope.changes:
        # A row of the target is changed once, and is then no longer what the conditions say.
        return every if knowledge.settles_source(next(iter(scope.sources))) else set(given)
    if scope.distinct_on and all(map(knowledge.settles, scope.distinct_on)):
        return every
    for each in known:
        numbered = isinstance(each, exp.Window) and isinstance(each.this, exp.RowNumber) and not each.args.get("alias")
        if numbered and all(map(knowledge.settles, each.args.get("partition_by") or ())):
            return every
    return {at for at, output in enumerate(scope.outputs) if knowledge.settles(output.expression)}


def _settled_by_branches(relation: Relation, given: frozenset[int]) -> set[int]:
    """Of a UNION: where a constant tells the branches apart, or all give the same columns of one table."""
    if relation.subset:
        return set(settled(relation.branches[0], given))
    leaves = list(_leaves(relation))
    columns = [_table_columns(leaf) for leaf in leaves]
    if None not in columns and all(each == columns[0] for each in columns) and columns[0]:
        table, names = columns[0]
        positions = [name for name, _ in table.columns]
        more = settled(table, frozenset(positions.index(names[at]) for at in given))
        return {at for at, name in enumerate(names) if positions.index(name) in more}
    for position in given:
        words = [leaf.scope.outputs[position].expression if leaf.scope else None for leaf in leaves]
        constants = [unwrapped(word, casts=True) for word in words if word is not None]
        literal = [each for each in constants if isinstance(each, exp.Literal)]
        if len({(each.this, each.is_string) for each in literal}) == len(leaves):
            return set.intersection(*(set(settled(leaf, given)) for leaf in leaves))
    return set()


def _leaves(relation: Relation) -> Iterator[Relation]:
    if relation.branches and not relation.subset and not relation.single:
        for branch in relation.branches:
            yield from _leaves(branch)
    else:
        yield relation


def _table_columns(relation: Relation) -> tuple[Relation, tuple[str, ...]] | None:
    """The table whose columns, and nothing else, a SELECT gives row by row."""
    scope = relation.scope
    if scope is None or len(scope.sources) != 1 or scope.groups is not None:
        return None
    table = next(iter(scope.sources.values())).relation
    found = [scope.resolve(each.expression) for each in scope.outputs if isinstance(each.expression, exp.Column)]
    names = tuple(each[2] for each in found if each is not None and each[0] is scope)
    return (table, names) if table.table and len(names) == len(scope.outputs) else None


def _implied(scope: Scope, condition: exp.Expr) -> Iterator[tuple[frozenset[tuple[str, str]], tuple[str, str]]]:
    """What a true condition settles: the column, once the columns it is equal to an expression of are known."""
    while isinstance(condition, exp.Paren):
        condition = condition.this
    pairs: list[tuple[exp.Expr, exp.Expr]] = []
    if isinstance(condition, exp.EQ) and isinstance(condition.this, exp.Tuple):
        if isinstance(condition.expression, exp.Tuple):
            pairs = list(zip(condition.this.expressions, condition.expression.expressions, strict=False))
    elif isinstance(condition, exp.EQ | exp.NullSafeEQ) or (
        isinstance(condition, exp.Is)
        and isinstance(condition.expression, exp.Null | exp.Boolean)
        and not condition.args.get("negate")
    ):
        pairs = [(condition.this, condition.expression)]
    elif isinstance(condition, exp.Column):
        pairs = [(condition, exp.true())]
    elif isinstance(condition, exp.Not):
        pairs = [(condition.this, exp.false())]
    for left, right in pairs:
        for column, other in ((left, right), (right, left)):
            target = _own(scope, column) if isinstance(column, exp.Column) else None
            if target is not None and not _varies(other):
                yield _referenced(scope, other), target


def _varies(expression: exp.Expr) -> bool:
    """Tell whether an expression stands for several values, or for another one each time."""
    return any(
        isinstance(each, exp.Rand | exp.Uuid)
        or quantified(each)
        or (isinstance(each, exp.Anonymous) and each.name.lower() in _VOLATILE)
        for each in within(expression)
    )


def _referenced(scope: Scope, expression: exp.Expr) -> frozenset[tuple[str, str]]:
    """The columns of the scope in an expression; one that cannot be told stands for itself and is never known."""
    found: set[tuple[str, str]] = set()
    for part in within(expression):
        inside = part.find_all(exp.Column) if isinstance(part, exp.Query) else [part]
        for column in inside:
            if not isinstance(column, exp.Column):
                continue
            own = scope.resolve(column)
            if own is not None and own[0] is scope:
                found.add(own[1:])
            elif own is None and (part is column or not scope.complete):
                found.add(("", column.sql()))
    return frozenset(found)


def _on_the_left(scope: Scope, join: Join) -> frozenset[tuple[str, str]]:
    found = {each for condition in join.conditions for each in _referenced(scope, condition)}
    return frozenset(each for each in found if each[0] not in join.right)


def _own(scope: Scope, column: exp.Column) -> tuple[str, str] | None:
    found = scope.resolve(column)
    return found[1:] if found is not None and found[0] is scope else None


def unwrapped(expression: exp.Expr, *, casts: bool = False) -> exp.Expr:
    """See through what keeps different values different."""
    while True:
        match expression:
            case exp.Paren() | exp.Alias():
                expression = expression.this
            case exp.Collate() if expression.expression.name.lower() not in _LOOSE_COLLATIONS:
                expression = expression.this
            case exp.Cast() if casts:
                expression = expression.this
            case _:
                return expression
