"""Which result columns of a query may be NULL, and for which parameters NULL makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.parsing import assignments, parse, texts
from plainbase.check.meaning.relations import Reader
from plainbase.check.meaning.scopes import Relation
from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query

Use = Literal["refused", "handled", "compared", "tested", "stored", "unknown"]
"""What NULL meets: NOT NULL or LIMIT, words about NULL, a condition, one beside others, a column, or who knows."""

_COMPARISONS = (
    *(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike, exp.Glob, exp.RegexpLike, exp.Between),
    *(exp.In, exp.MatchAgainst, exp.Match, exp.ArrayContainsAll),
)
_STRICT = (
    *(exp.Paren, exp.Cast, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Collate, exp.Tuple),
    *(exp.Lower, exp.Upper, exp.Abs, exp.Round, exp.Length, exp.Trim, exp.MakeInterval, exp.Kwarg, exp.Not, exp.Any),
    *(exp.JSONExtract, exp.JSONExtractScalar, exp.AtTimeZone, exp.Nullif, exp.TimeToStr, exp.TsOrDsToTimestamp),
    *(exp.Substring, exp.Left, exp.Right, exp.Alias, exp.Escape),
)
_CHOICES = (exp.Coalesce, exp.Greatest, exp.Least, exp.Case, exp.If)
_STRICT_NAMES = {"strftime", "datetime", "julianday", "unixepoch"}


def results(query: Query, dialect: Dialect, catalog: Catalog) -> dict[str, bool] | None:
    """Tell of each result column whether it may be NULL; None where the query gives no rows. Raises Unreadable."""
    if query.kind is Kind.SCRIPT:
        return None
    reader = Reader(catalog, dialect)
    found: dict[str, bool] = {}
    for text in texts(query):
        tree = parse(text, dialect)
        if isinstance(tree, exp.Insert | exp.Update | exp.Delete | exp.Merge) and not tree.args.get("returning"):
            return None
        for name, nullable in reader.relation(tree, {}, None).columns:
            found[name] = found.get(name, False) or nullable
    return found


def parameters(query: Query, dialect: Dialect, catalog: Catalog) -> dict[str, bool]:
    """Tell of each parameter whether NULL makes sense for it. Raises Unreadable."""
    if query.kind is Kind.SCRIPT:
        return {}
    reader = Reader(catalog, dialect)
    uses: dict[str, set[Use]] = {name: set() for name in query.parameters}
    for placeholder in parse(query.source, dialect).find_all(exp.Placeholder):
        if placeholder.name in uses:
            uses[placeholder.name].update(_uses(placeholder, reader))
    usual = {name for name, each in query.defaults.items() if each.compute is None and each.constant is None}
    return {name: name in usual or _sensible(found) for name, found in uses.items()}


def _sensible(uses: set[Use]) -> bool:
    if "refused" in uses:
        return False
    return "handled" in uses or ("compared" not in uses and not uses.isdisjoint({"stored", "unknown"}))


def _uses(placeholder: exp.Expr, reader: Reader) -> Iterator[Use]:
    """Follow a value up to where it is compared or stored."""
    node, above = placeholder, placeholder.parent
    while above is not None:
        match above:
            case exp.Limit() | exp.Offset() | exp.Fetch():
                yield "refused"
                return
            case exp.EQ() if isinstance(above.parent, exp.Update | exp.OnConflict) and above.arg_key == "expressions":
                yield from _stored_by_set(above, placeholder, reader)
                return
            case exp.Is() | exp.NullSafeEQ() | exp.NullSafeNEQ():
                yield "handled"
                return
            case exp.Coalesce() if node is not above.expressions[-1]:
                yield "handled"
                return
            case exp.Greatest() | exp.Least() if reader.dialect is Dialect.POSTGRES:
                yield "handled"
                return
            case exp.Case() | exp.If() if node.arg_key == "this":
                yield "tested"
                return
            case exp.Table() | exp.Unnest() | exp.ExplodingGenerateSeries():
                yield "compared"  # NULL gives no rows
                return
            case exp.Values() | exp.Select():
                yield _stored_by_insert(above, node, node.index, reader)
                return
            case exp.Tuple() if isinstance(above.parent, exp.Values):
                yield _stored_by_insert(above.parent, above, node.index, reader)
                return
        if isinstance(above, (*_COMPARISONS, exp.Where, exp.Having, exp.Join, exp.And, exp.Or)):
            yield "compared" if _must_be_true(above) else "tested"
            return
        if not isinstance(above, (*_STRICT, *_CHOICES)) and not _gives_null(above):
            break
        node, above = above, above.parent
    yield "unknown"


def _gives_null(function: exp.Expr) -> bool:
    """Tell whether a function of NULL gives NULL, or no rows."""
    named = isinstance(function, exp.Anonymous) and function.name.lower() in _STRICT_NAMES
    return named or isinstance(function.parent, exp.Table)


def _must_be_true(condition: exp.Expr) -> bool:
    """Tell whether a row is passed over where the condition is NULL."""
    above: exp.Expr | None = condition
    while isinstance(above, (*_COMPARISONS, exp.Paren, exp.And, exp.Not)):
        above = above.parent
    return isinstance(above, exp.Where | exp.Having | exp.Join)


def _stored_by_set(assignment: exp.EQ, placeholder: exp.Expr, reader: Reader) -> Iterator[Use]:
    above = assignment.find_ancestor(exp.Insert, exp.Update)
    if above is None:
        return
    for column, value in assignments([assignment]):
        if value is not None and any(each is placeholder for each in value.find_all(exp.Placeholder)):
            yield _stored(_table(above.this, reader), reader.fold(column.this))


def _stored_by_insert(rows: exp.Expr, node: exp.Expr, position: int | None, reader: Reader) -> Use:
    insert = rows.parent
    if not isinstance(insert, exp.Insert) or rows is not insert.expression or node.arg_key != "expressions":
        return "unknown"
    table = _table(insert.this, reader)
    columns = reader.inserted(insert, table)
    return _stored(table, columns[position]) if position is not None and position < len(columns) else "unknown"


def _stored(table: Relation, column: str) -> Use:
    if not table.has(column):
        return "unknown"
    return "stored" if table.nullable(column) else "refused"


def _table(target: exp.Expr, reader: Reader) -> Relation:
    named = target.this if isinstance(target, exp.Schema) else target
    return reader.table(reader.fold(named.this))
