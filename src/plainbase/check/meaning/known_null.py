"""Is an expression known to be NULL at times? Unlike may_be_null this errs towards no: it has seen where NULL comes."""

from __future__ import annotations

from sqlglot import exp

from plainbase.check.meaning.dependence import unwrapped
from plainbase.check.meaning.expressions import may_be_null
from plainbase.check.meaning.parts import Placed, branches_of, outputs
from plainbase.dialect import Dialect


def known_null(placed: Placed) -> bool:
    """Tell whether an expression is known to be NULL at times; False where that cannot be told."""
    expression, scope = unwrapped(placed.expression), placed.scope
    if not may_be_null(expression, scope):
        return False
    match expression:
        case exp.Column():
            return _known_null_column(placed)
        case exp.Null() | exp.Nullif() | exp.Filter() | exp.JSONExtractScalar():
            return True
        case exp.Lag() | exp.Lead() if expression.args.get("default") is None:
            return True
        case exp.Query():
            given = outputs(scope.relation(expression), 0)
            return not scope.gives_one_row(expression) or any(map(known_null, given))
        case exp.Case() | exp.If() if len(branches_of(expression)) < len(expression.args.get("ifs") or [0]) + 1:
            return True
        case exp.Coalesce():
            return all(map(known_null, placed.of(branches_of(expression))))
        case exp.Case() | exp.If():
            return any(map(known_null, placed.of(branches_of(expression))))
        case exp.Greatest() | exp.Least() if scope.dialect is Dialect.POSTGRES:
            return all(map(known_null, placed.of([expression.this, *expression.expressions])))
        case exp.Window():
            return known_null(Placed(expression.this, scope))
        case exp.Anonymous() | exp.Concat() | exp.ConcatWs():
            return False
    return any(known_null(Placed(each, scope)) for each in expression.iter_expressions())


def _known_null_column(placed: Placed) -> bool:
    column = unwrapped(placed.expression)
    found = placed.scope.resolve(column) if isinstance(column, exp.Column) else None
    if found is None:
        return False
    source = found[0].sources[found[1]]
    relation = source.relation
    if not source.nullable(found[2]):  # NULL only where there is no row at all
        return False
    if source.absent:
        return True
    names = [name for name, _ in relation.columns]
    while relation.view is not None:
        relation = relation.view
    if relation.table:
        return placed.scope.reader.catalog.tables[relation.table].fillable
    return found[2] in names and any(map(known_null, outputs(relation, names.index(found[2]))))
