"""The types of results that SQLite computes, where no PostgreSQL is asked and the expression itself tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types

from plainbase.check.catalog import Catalog, Table
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


_COLUMNS = {"integer": "BIGINT", "integer32": "BIGINT", "integer16": "BIGINT", "real": "DOUBLE", "text": "TEXT"}


def complete(seen: Seen, catalog: Catalog) -> Seen:
    """Give the result columns without a type that of their expression: `count(*)` is an integer."""
    if seen.result is None or all(kind.name != ANY for kind in seen.result.values()):
        return seen
    try:
        tree = parse(seen.query.statements[-1].text, Dialect.SQLITE)
        expressions = _expressions(tree)
    except Unreadable:
        return seen
    if len(expressions) != len(seen.result):  # a star stands for several
        return seen
    named = {table.name.lower() for table in tree.find_all(exp.Table)}
    tables = [table for name, table in catalog.tables.items() if name.lower() in named]
    result = {
        name: kind._replace(name=_type(each, tables)) if kind.name == ANY else kind
        for (name, kind), each in zip(seen.result.items(), expressions, strict=True)
    }
    return replace(seen, result=result)


def _expressions(tree: exp.Expr) -> list[exp.Expr]:
    returning = tree.args.get("returning")
    if returning is not None:
        return list(returning.expressions)
    return list(tree.selects) if isinstance(tree, exp.Query) else []


def _type(expression: exp.Expr, tables: Sequence[Table]) -> str:
    known = exp.Alias(this=expression.copy(), alias=exp.to_identifier("it"))
    for column in list(known.find_all(exp.Column)):
        types = {
            each.type for table in tables for name, each in table.columns.items() if name.lower() == column.name.lower()
        }
        if len(types) == 1 and (written := _COLUMNS.get(types.pop())):
            column.replace(exp.cast(column.copy(), written))
    found = annotate_types(known, dialect=Dialect.SQLITE.value).this.type
    return _NUMBERS_AND_TEXTS.get(found.this, ANY) if found is not None else ANY
