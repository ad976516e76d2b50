"""What an INSERT leaves out: columns that must have a value, and get none by a default."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.parsing import parse
from plainbase.check.meaning.relations import Reader
from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query


def left_out(query: Query, dialect: Dialect, catalog: Catalog) -> Iterator[tuple[str, list[str]]]:
    """Yield each table with the columns that an INSERT into it must name and does not. Raises Unreadable."""
    if query.kind is Kind.SCRIPT:
        return
    reader = Reader(catalog, dialect)
    for insert in parse(query.source, dialect).find_all(exp.Insert):
        target = insert.this
        if not isinstance(target, exp.Schema) and insert.expression is not None:
            continue  # all columns, in their order: the engine counts them
        named = target.this if isinstance(target, exp.Schema) else target
        if not isinstance(named, exp.Table) or named.db:
            continue
        key = reader.fold(named.this)
        table = next((each for name, each in catalog.tables.items() if reader.same(name, key)), None)
        if table is None or not table.fillable:
            continue
        given = [reader.fold(each) for each in target.expressions] if isinstance(target, exp.Schema) else []
        missing = [
            name
            for name, column in table.columns.items()
            if column.required and not (column.has_default or column.computed)
            if not any(reader.same(name, each) for each in given)
        ]
        if missing:
            yield table.name, missing
