"""What one text means differently on the two engines, or leaves to chance, though both of them run it."""

from __future__ import annotations

from collections.abc import Iterator

import sqlglot
from sqlglot import exp

from plainbase.check.catalog import Catalog
from plainbase.check.meaning.dependence import Knowledge, settled
from plainbase.check.meaning.kinds import affinity, kind_of
from plainbase.check.meaning.known_null import known_null
from plainbase.check.meaning.parsing import limit_of, parse
from plainbase.check.meaning.parts import Parts, Placed, Read, branches_of, origins
from plainbase.check.meaning.scopes import Scope
from plainbase.dialect import Dialect
from plainbase.sqlfile import Query

_EQUALITIES = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ)
_SUMS = (exp.Sum, exp.Avg)
_EXTREMES = (exp.Min, exp.Max, exp.Greatest, exp.Least)
_NUMBERS = ("integer", "real", "number")
_DOUBLE = "CAST({} AS double precision)"


def traps(query: Query, dialect: Dialect, catalog: Catalog, *, both: bool = True) -> Iterator[str]:
    """Say what the engines understand differently, and which rows are left to chance. Raises Unreadable.

    Where `both` is False, or the query is for one engine only, only what is wrong on that engine by itself is said.
    """
    parity = query.notes.get("parity", "")
    if not query.statements or parity.startswith("shape"):
        return
    both = both and query.only is None
    found: dict[str, None] = {}
    for text in dict.fromkeys((_without_optional(query.source), query.source)):
        tree = parse(text, dialect)
        parts = Parts(query, tree, catalog, dialect)
        if both:
            found.update(dict.fromkeys(_null_orders(parts, text)))
            found.update(dict.fromkeys(_likes(parts)))
        if dialect is Dialect.SQLITE:
            found.update(dict.fromkeys(_decimals(parts)))
        if both and dialect is Dialect.SQLITE:
            found.update(dict.fromkeys(_mixed_numbers(parts)))
            found.update(dict.fromkeys(_json_values(parts)))
        # With RETURNING the note is about the order of what it gives, which says nothing of which rows those are.
        if not parity.startswith("unordered") or tree.args.get("returning"):
            found.update(dict.fromkeys(_limits(parts)))
    yield from found


def _null_orders(parts: Parts, text: str) -> Iterator[str]:
    found = [ordered for ordered, keys in parts.ordered() if any(map(known_null, keys))]
    unsaid = _unsaid(parts, text) if found else set()
    for ordered in found:
        if id(ordered) in unsaid and not _told_before(ordered):
            descends = bool(ordered.args.get("desc"))
            written = parts.shown(ordered.this)
            key = f"{written} DESC" if descends else written
            first, last = (Dialect.POSTGRES, Dialect.SQLITE) if descends else (Dialect.SQLITE, Dialect.POSTGRES)
            remedy = f"write {key} NULLS LAST, or NULLS FIRST"
            if isinstance(ordered.this, exp.Column):
                remedy += f"; or {written} IS NOT NULL in WHERE, where it never is"
            yield f"ORDER BY {key}: NULL comes first on {first.engine} and last on {last.engine}; {remedy}"


def _told_before(ordered: exp.Expr) -> bool:
    """Tell whether an earlier key asks whether this one is NULL."""
    earlier = ordered.parent.expressions[: ordered.index] if ordered.parent is not None else []
    tests = [test for each in earlier for test in each.find_all(exp.Is)]
    return any(test.this == ordered.this and isinstance(test.expression, exp.Null) for test in tests)


def _likes(parts: Parts) -> Iterator[str]:
    for like in parts.tree.find_all(exp.Like) if parts.shared else ():
        sides = (like.this, like.expression)
        letters = not isinstance(like.expression, exp.Literal) or any(map(str.isalpha, like.expression.this))
        if letters and not any(all(_folded(side, to) for side in sides) for to in (exp.Lower, exp.Upper)):
            wanted = " LIKE ".join(parts.shown(_lower(side)) for side in sides)
            remedy = f"write {wanted}, or fork the query"
            yield f"{parts.shown(like)}: LIKE tells upper from lower case on PostgreSQL only; {remedy}"


def _lower(expression: exp.Expr) -> exp.Expr:
    if isinstance(expression, exp.Literal):
        return exp.Literal.string(expression.this.lower())
    return expression if _folded(expression, exp.Lower) else exp.Lower(this=expression.copy())


def _folded(expression: exp.Expr, to: type[exp.Lower] | type[exp.Upper]) -> bool:
    """Tell whether the letters of a text are all of one case."""
    if isinstance(expression, exp.Literal):
        return bool(expression.this == (expression.this.lower() if to is exp.Lower else expression.this.upper()))
    if isinstance(expression, to | exp.Null):
        return True
    made_of = [each for each in expression.iter_expressions() if not isinstance(each, exp.DataType)]
    through = not isinstance(expression, exp.Column | exp.Query)
    return through and bool(made_of) and all(_folded(each, to) for each in made_of)


def _decimals(parts: Parts) -> Iterator[str]:
    for comparison, sides in parts.compared():
        decimals = [each for each in sides if kind_of(each) == "decimal"]
        if decimals and not any(affinity(each) in _NUMBERS for each in sides):  # which make a number of the text
            same = isinstance(comparison.expression, (*_EQUALITIES, exp.In))
            says = "10.5 and 10.50 are not the same" if same else "it is compared digit by digit"
            yield _decimal(parts.shown(decimals[0].expression), says)
    for placed in parts.placed:
        function = placed.expression
        if isinstance(function, (*_SUMS, *_EXTREMES)):
            for each in placed.of([function.this, *function.expressions]):
                if kind_of(each) == "decimal":
                    adds = "adds up binary fractions" if isinstance(function, _SUMS) else "compares it digit by digit"
                    yield _decimal(parts.shown(each.expression), f"{function.sql_name().lower()}() {adds}")
    for ordered, keys in parts.ordered():
        if any(kind_of(each) == "decimal" for each in keys):
            yield _decimal(parts.shown(ordered.this), "ORDER BY compares it digit by digit")


def _decimal(column: str, says: str) -> str:
    return f"{column} is a decimal, which is text on SQLite: {says}; write {_DOUBLE.format(column)}"


def _mixed_numbers(parts: Parts) -> Iterator[str]:
    for name, result in parts.results():
        for placed in origins(result):
            branches = placed.of(branches_of(placed.expression))
            kinds = [kind_of(each) for each in branches]
            if "real" in kinds and "integer" in kinds:
                written = parts.shown(branches[kinds.index("integer")].expression)
                wanted = f"{written}.0" if written.lstrip("-").isdigit() else _DOUBLE.format(written)
                whole = f"{parts.shown(placed.expression)} as {name}"
                yield f"{whole}: where it is {written}, SQLite gives an integer and PostgreSQL a real; write {wanted}"


def _json_values(parts: Parts) -> Iterator[str]:
    uses = [(found, f" as {name}") for name, result in parts.results() for found in origins(result)]
    for comparison, sides in parts.compared():
        for side in sides:
            others = [each for each in sides if each is not side]
            if not _compares_alike(comparison.expression, others):
                uses += [(found, " is compared") for found in origins(side)]
    uses += [(found, " in ORDER BY") for _, keys in parts.ordered() for key in keys for found in origins(key)]
    for found, use in uses:
        if isinstance(found.expression, exp.JSONExtractScalar):
            written = parts.shown(found.expression)
            says = "a JSON number or boolean is a number on SQLite, and text on PostgreSQL"
            yield f"{written}{use}: {says}; write CAST({written} AS text), or as another type"


def _compares_alike(comparison: exp.Expr, others: list[Placed]) -> bool:
    """Tell whether a number and its text compare alike with the others, or PostgreSQL would refuse the text."""
    typed = ("text", *_NUMBERS)
    if isinstance(comparison, exp.In) and not comparison.args.get("query"):
        return all(_is_word(each.expression) for each in others)  # the type of what is listed counts for nothing
    if isinstance(comparison, _EQUALITIES) and all(_is_word(each.expression) for each in others):
        return True
    return all(affinity(each) in typed for each in others)


def _is_word(expression: exp.Expr) -> bool:
    """Tell whether this is a text that no JSON number or boolean has."""
    if not isinstance(expression, exp.Literal) or not expression.is_string:
        return isinstance(expression, exp.Null)
    try:
        float(expression.this)
    except ValueError:
        return expression.this not in ("true", "false")
    return False


def _limits(parts: Parts) -> Iterator[str]:
    for read in parts.reads:
        tree, limit = read.tree, read.tree.args.get("limit")
        if tree is parts.tree or (limit_of(tree) is None and not tree.args.get("offset")):
            continue
        if isinstance(_above(tree), exp.Exists) or not _undecided(parts.unlimited(read), _needed(parts, tree)):
            continue
        order = tree.args.get("order")
        keys = [parts.shown(each.this) for each in order.expressions] if order is not None else []
        says = f"ORDER BY {', '.join(keys)} does not decide" if keys else "no ORDER BY decides"
        taken = f"which rows {parts.shown(limit).strip() if limit is not None else 'OFFSET'} takes{_place(tree)}"
        add = _primary_key(parts, read.relation.scope, keys) or "columns that do"
        either = "" if parts.tree.args.get("returning") else ", or say `-- parity: unordered, why`"
        yield f"{says} {taken}; add {add}{either}"


def _undecided(read: Read, needed: set[str] | None) -> bool:
    """Tell whether the rows of a subquery come in no settled order; False where that cannot be told."""
    relation, order, scope = read.relation, read.tree.args.get("order"), read.relation.scope
    if scope is None or not scope.complete or settled(relation, frozenset()) == frozenset(range(len(relation.columns))):
        return False
    keys = [key for each in (order.expressions if order is not None else ()) for key in read.key(each.this)]
    wanted = [each.expression for each in scope.outputs if needed is None or each.name in needed]
    for expression in (*(key.expression for key in keys), *wanted):
        if any(scope.resolve(column) is None for column in expression.find_all(exp.Column)):  # such as a rowid
            return False
    knowledge = Knowledge(scope, [key.expression for key in keys])
    return not all(map(knowledge.settles, wanted))


def _needed(parts: Parts, tree: exp.Expr) -> set[str] | None:
    """The columns of a subquery in FROM that the SELECT around it looks at; None where it may be all of them."""
    from_ = _above(tree)
    select = from_.parent if isinstance(from_, exp.From | exp.Join) else None
    if not isinstance(select, exp.Select) or any(
        each.is_star for each in select.expressions if not each.find(exp.Count)
    ):
        return None
    return {column.name.lower() for column in select.find_all(exp.Column) if not _inside(column, tree)}


def _inside(node: exp.Expr, tree: exp.Expr) -> bool:
    above: exp.Expr | None = node
    while above is not None and above is not tree:
        above = above.parent
    return above is tree


def _above(tree: exp.Expr) -> exp.Expr | None:
    above = tree.parent
    while isinstance(above, exp.Subquery):
        above = above.parent
    return above


def _place(tree: exp.Expr) -> str:
    if isinstance(tree.parent, exp.CTE):
        return f" in {tree.parent.alias}"
    tables = [each.name for each in [tree.args.get("from_")] if each is not None and each.name]
    return f" in the subquery of {tables[0]}" if tables else " in a subquery"


def _primary_key(parts: Parts, scope: Scope | None, keys: list[str]) -> str:
    """The primary key of the only table, less what is there already."""
    source = next(iter(scope.sources.values())) if scope is not None and len(scope.sources) == 1 else None
    table = parts.catalog.tables.get(source.relation.table) if source is not None else None
    return ", ".join(each for each in table.primary_key if each not in keys) if table is not None else ""


def _unsaid(parts: Parts, text: str) -> set[int]:
    """The keys of ORDER BY that do not say where NULL goes: those of which a contrary dialect thinks otherwise."""
    contrary = sqlglot.Dialect.get_or_raise(parts.dialect.value)
    contrary.NULL_ORDERING = "nulls_are_small" if parts.dialect is Dialect.POSTGRES else "nulls_are_large"
    others = sqlglot.parse_one(text, read=contrary).find_all(exp.Ordered)
    pairs = zip(parts.tree.find_all(exp.Ordered), others, strict=True)
    return {id(one) for one, other in pairs if one.args.get("nulls_first") != other.args.get("nulls_first")}


def _without_optional(source: str) -> str:
    lines = source.splitlines(keepends=True)
    return "".join(line for line in lines if not line.rstrip().endswith("-- optional"))
