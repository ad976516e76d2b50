"""Does the ORDER BY of a query decide between any two of its rows?"""

from __future__ import annotations

from itertools import combinations

from sqlglot import exp

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.dependence import Knowledge, settled, unwrapped
from plainbase.check.meaning.parsing import Unreadable, limit_of, parse, texts
from plainbase.check.meaning.relations import Reader
from plainbase.check.meaning.scopes import Relation
from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query


def unordered(query: Query, dialect: Dialect, catalog: Catalog) -> str | None:
    """Say why the rows of a list, or the one that LIMIT 1 takes, come in no settled order; None where they do.

    Rows that are alike in every column of the result need not be told apart. Raises Unreadable.
    """
    if query.kind not in (Kind.MANY, Kind.OPTIONAL, Kind.ONE, Kind.VALUE):
        return None
    reader = Reader(catalog, dialect)
    for text in texts(query):
        tree = parse(text, dialect)
        if (query.kind is Kind.MANY or limit_of(tree) == 1) and (fault := _fault(tree, reader)):
            return fault
    return None


def several(query: Query, dialect: Dialect, catalog: Catalog) -> bool:
    """Tell whether a query of one row may find several, as far as keys and conditions say. Raises Unreadable."""
    if query.kind not in (Kind.OPTIONAL, Kind.ONE):
        return False
    reader = Reader(catalog, dialect)
    for text in texts(query):
        tree = parse(text, dialect)
        if limit_of(tree) in (0, 1):
            continue
        inserted = tree.expression if isinstance(tree, exp.Insert) and not tree.args.get("with_") else None
        relation = reader.relation(inserted if isinstance(inserted, exp.Select) else tree, {}, None)
        if not relation.one_row and len(settled(relation, frozenset())) < len(relation.columns):
            return True
    return False


def is_written(query: Query, dialect: Dialect) -> bool:
    """Tell whether there is an ORDER BY at all, or nothing that one could stand in."""
    try:
        tree = parse(query.statements[-1].text, dialect)
    except Unreadable:
        return True
    while isinstance(tree, exp.Subquery):
        tree = tree.this
    return not isinstance(tree, exp.Query) or tree.args.get("order") is not None


def _fault(tree: exp.Expr, reader: Reader) -> str | None:
    while isinstance(tree, exp.Subquery):
        tree = tree.this
    relation = reader.relation(tree, {}, None, limited=False)
    every = frozenset(range(len(relation.columns)))
    if not every or settled(relation, frozenset()) == every:
        return None
    if isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        return "RETURNING gives its rows in no order, and there may be several"
    order = tree.args.get("order")
    keys = [_key(each.this, relation) for each in order.expressions] if order is not None else []
    says = "there is no ORDER BY to decide"
    if order is not None:
        written = ", ".join(each.this.sql(reader.dialect.value) for each in order.expressions)
        says = f"ORDER BY {written} does not decide"
    scope = relation.scope
    if scope is None:
        given = frozenset(each for each in keys if isinstance(each, int))
        return None if settled(relation, given) == every else f"{says} between rows{_by_columns(relation, given)}"
    knowledge = Knowledge(scope, [each for each in keys if isinstance(each, exp.Expr)])
    if all(knowledge.settles(each.expression) for each in scope.outputs):
        return None
    return says + _missing(knowledge, reader)


def _key(expression: exp.Expr, relation: Relation) -> exp.Expr | int:
    """What an ORDER BY names: an expression of the SELECT, or the position of a column of a UNION."""
    expression = unwrapped(expression)
    position = None
    if isinstance(expression, exp.Literal) and not expression.is_string:
        position = int(expression.this) - 1
    elif isinstance(expression, exp.Column) and not expression.table:
        names = [name for name, _ in relation.columns]
        position = names.index(expression.name.lower()) if expression.name.lower() in names else None
    if position is None:
        return expression
    return position if relation.scope is None else relation.scope.outputs[position].expression


def _missing(knowledge: Knowledge, reader: Reader) -> str:
    """Name the rows that an order leaves undecided, and what to add; adds it to the knowledge."""
    scope = knowledge.scope
    if scope.grouped:
        wanted = [each.sql(reader.dialect.value) for each in scope.groups or () if not knowledge.settles(each)]
        return f" between groups; add {', '.join(wanted)}"
    undecided, wanted, kinds = [], [], set()
    for alias, source in scope.sources.items():
        if all(knowledge.settles(each.expression) for each in scope.outputs):
            break
        if knowledge.settles_source(alias):
            continue
        relation = source.relation
        undecided.append(relation.table or alias)
        key, kind = _distinguishing(relation, reader)
        kinds.add(kind)
        named = [f"{alias}.{name}" if len(scope.sources) > 1 else name for name in key]
        wanted += [shown for shown, name in zip(named, key, strict=True) if (alias, name) not in knowledge.columns]
        knowledge.learn(exp.column(name, table=alias, quoted=True) for name in key)
    found = f" between rows of {', '.join(undecided)}" if undecided else " between rows"
    if not wanted:
        return f"{found}, and nothing is known that would"
    return f"{found}; add {', '.join(wanted)}" + (
        f" (its {kinds.pop()})" if len(undecided) == 1 and kinds != {"columns"} else ""
    )


def _distinguishing(relation: Relation, reader: Reader) -> tuple[tuple[str, ...], str]:
    """The columns that tell the rows of a relation apart, and what to call them."""
    table = reader.catalog.tables.get(relation.table)
    if table is not None and table.primary_key:
        return table.primary_key, "primary key"
    names = [name for name, _ in relation.columns]
    for size in (1, 2, 3):
        for chosen in combinations(range(len(names)), size):
            if len(settled(relation, frozenset(chosen))) == len(names):
                return tuple(names[at] for at in chosen), "key" if size < len(names) else "columns"
    return (), "key"


def _by_columns(relation: Relation, given: frozenset[int]) -> str:
    names = [name for name, _ in relation.columns]
    rest = [at for at in range(len(names)) if at not in given]
    for size in (1, 2, 3):
        for chosen in combinations(rest, size):
            if len(settled(relation, given | frozenset(chosen))) == len(names):
                return f"; add {', '.join(names[at] for at in chosen)}"
    return "; nothing short of all its columns is known to"
