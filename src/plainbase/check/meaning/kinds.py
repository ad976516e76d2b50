"""The type of an expression, as far as its text and the catalog tell."""

from __future__ import annotations

from sqlglot import exp

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.dependence import unwrapped
from plainbase.check.meaning.parts import Placed, branches_of, outputs, source_of
from plainbase.check.meaning.scopes import Relation

_KINDS = {
    **dict.fromkeys((exp.DType.DOUBLE, exp.DType.FLOAT), "real"),
    **dict.fromkeys((exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT), "integer"),
    **dict.fromkeys((exp.DType.DECIMAL, exp.DType.BIGDECIMAL), "number"),
    **dict.fromkeys((exp.DType.TEXT, exp.DType.VARCHAR, exp.DType.CHAR), "text"),
}


def kind_of(placed: Placed) -> str:
    """The type of an expression; `""` where that cannot be told."""
    expression = placed.expression
    match expression:
        case exp.Column():
            source = source_of(placed)
            return _kind_of(*source, placed.scope.reader.catalog) if source is not None else ""
        case exp.Cast():
            return _KINDS.get(expression.to.this, "")
        case exp.Literal():
            return "text" if expression.is_string else "integer" if expression.this.isdigit() else "real"
        case exp.Sum():
            return {"decimal": "real"}.get(kind := kind_of(Placed(expression.this, placed.scope)), kind)
        case exp.Avg() | exp.Round():
            return "real"
        case exp.Count() | exp.Length() | exp.RowNumber() | exp.Rank() | exp.DenseRank():
            return "integer"
        case exp.DPipe() | exp.Lower() | exp.Upper() | exp.Trim() | exp.Substring() | exp.Replace() | exp.TimeToStr():
            return "text"
        case exp.Query():
            return _one({kind_of(each) for each in outputs(placed.scope.relation(expression), 0)})
        case exp.Coalesce() | exp.Case() | exp.If():
            return _one({kind_of(each) for each in placed.of(branches_of(expression))})
        case exp.Add() | exp.Sub() | exp.Mul() | exp.Div():
            kinds = {kind_of(each) for each in placed.of([expression.this, expression.expression])}
            return "real" if "real" in kinds else "integer" if kinds == {"integer"} else ""
    through = (exp.Paren, exp.Neg, exp.Collate, exp.Filter, exp.Window, exp.Min, exp.Max, exp.Abs, exp.Lag, exp.Lead)
    return kind_of(Placed(expression.this, placed.scope)) if isinstance(expression, through) else ""


def affinity(placed: Placed) -> str:
    """The type that a side of a comparison gives to the other on SQLite: that of a column, or of a CAST."""
    placed = Placed(unwrapped(placed.expression), placed.scope)
    if isinstance(placed.expression, exp.Query):
        found = [affinity(each) for each in outputs(placed.scope.relation(placed.expression), 0)]
        return found[0] if found else ""
    kind = kind_of(placed) if isinstance(placed.expression, exp.Column | exp.Cast) else ""
    return "text" if kind in ("uuid", "timestamp", "json", "decimal") else kind


def _one(kinds: set[str]) -> str:
    if "decimal" in kinds:
        return "decimal"
    return "real" if kinds == {"real", "integer"} else kinds.pop() if len(kinds) == 1 else ""


def _kind_of(relation: Relation, position: int, catalog: Catalog) -> str:
    if relation.table:
        columns = list(catalog.tables[relation.table].columns.values())
        kind = columns[position].type.rstrip("0123456789")
        if kind != "any" or relation.view is None:
            return kind
        return _kind_of(relation.view, position, catalog)
    return _one({kind_of(each) for each in outputs(relation, position)} or {""})
