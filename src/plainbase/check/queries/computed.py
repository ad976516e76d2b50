"""The types of results that SQLite computes, where no PostgreSQL is asked and the expression itself tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from plainbase.check.meaning.parsing import Unreadable, parse
from plainbase.check.queries.description import ANY
from plainbase.check.queries.engines import Seen
from plainbase.dialect import Dialect

_NUMBERS_AND_TEXTS: Mapping[exp.DType, str] = {
    **dict.fromkeys((exp.DType.INT, exp.DType.BIGINT), "integer"),
    **dict.fromkeys((exp.DType.DOUBLE, exp.DType.FLOAT), "real"),
    **dict.fromkeys((exp.DType.VARCHAR, exp.DType.TEXT), "text"),
}
"""What SQLite gives as it is; whatever else an expression is meant to be, the engine gives one of these."""


def complete(seen: Seen) -> Seen:
    """Give the result columns without a type that of their expression: `count(*)` is an integer."""
    if seen.result is None or all(kind.name != ANY for kind in seen.result.values()):
        return seen
    try:
        expressions = _expressions(parse(seen.query.statements[-1].text, Dialect.SQLITE))
    except Unreadable:
        return seen
    if len(expressions) != len(seen.result):  # a star stands for several
        return seen
    result = {
        name: kind._replace(name=_type(each)) if kind.name == ANY else kind
        for (name, kind), each in zip(seen.result.items(), expressions, strict=True)
    }
    return replace(seen, result=result)


def _expressions(tree: exp.Expr) -> list[exp.Expr]:
    returning = tree.args.get("returning")
    if returning is not None:
        return list(returning.expressions)
    return list(tree.selects) if isinstance(tree, exp.Query) else []


def _type(expression: exp.Expr) -> str:
    found = annotate_types(expression.copy(), dialect=Dialect.SQLITE.value).type
    return _NUMBERS_AND_TEXTS.get(found.this, ANY) if found is not None else ANY
