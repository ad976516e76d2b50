"""May an expression be NULL, and which columns can a condition not leave NULL? Both err towards NULL.

Two things are not looked at: on SQLite, sums that leave the real numbers (Infinity - Infinity is NULL there), and
functions of the user's own, which may always give NULL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from sqlglot import exp

from plainbase.dialect import Dialect

_NEVER = (
    *(exp.Literal, exp.Boolean, exp.Count, exp.Exists, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Array, exp.Rand),
    *(exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.Localtimestamp, exp.Localtime, exp.Uuid, exp.Typeof),
    *(exp.JSONArray, exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist),
)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Like, exp.ILike, exp.Glob, exp.RegexpLike)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.BitwiseAnd, exp.BitwiseOr)
_WRAPPERS = (exp.Paren, exp.Neg, exp.Cast, exp.Collate, exp.Lower, exp.Upper, exp.Length, exp.Abs, exp.Round)
# NULL only where one of their arguments is.
_STRICT = (
    *(*_COMPARISONS, *_ARITHMETIC, *_WRAPPERS, exp.And, exp.Or, exp.Not, exp.Between, exp.DPipe, exp.Concat, exp.Trim),
    *(exp.Tuple, exp.Replace, exp.AtTimeZone, exp.Interval, exp.MakeInterval, exp.Kwarg, exp.TimestampTrunc),
    *(exp.Alias, exp.Distinct, exp.Escape, exp.StrPosition),
)
_NEVER_ON_SQLITE = (exp.JSONArrayAgg, exp.JSONObject)
_STRICT_ON_POSTGRES = (exp.Div, exp.Mod, exp.Ln, exp.Exp, exp.Sqrt, exp.Pow, exp.Floor, exp.Ceil)
_AGGREGATES = (*(exp.Sum, exp.Avg, exp.Min, exp.Max, exp.GroupConcat, exp.ArrayAgg, exp.LogicalAnd, exp.LogicalOr),)
_NAMED_NEVER = {
    Dialect.POSTGRES: {
        *("clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday", "uuidv4", "uuidv7", "random"),
        *("json_build_object", "jsonb_build_object", "json_build_array", "jsonb_build_array", "pg_backend_pid"),
    },
    Dialect.SQLITE: {
        *("total", "json_group_array", "json_group_object", "jsonb_group_array", "jsonb_group_object", "jsonb_array"),
        *("jsonb_object", "random", "changes", "total_changes", "last_insert_rowid", "quote", "sqlite_version", "bm25"),
    },
}
_NAMED_STRICT = {
    Dialect.POSTGRES: {"cardinality", "to_jsonb", "to_json", "clock_timestamp", "char_length", "octet_length"},
    Dialect.SQLITE: {"printf", "format", "instr", "json", "jsonb", "octet_length"},
}
_CLOCKS = {"strftime", "date", "time", "datetime", "julianday", "unixepoch"}
_FORMAT = re.compile(r"(?:[^%]|%[dfHjJmMsSwWY%])*")
_MODIFIER = re.compile(
    r"[+-]?\d{1,4}(?:\.\d+)? (?:second|minute|hour|day|month|year)s?|start of (?:day|month|year)|utc|localtime|subsec"
)


class Names(Protocol):
    """What the names in an expression stand for."""

    @property
    def dialect(self) -> Dialect:
        """The dialect."""

    @property
    def grouped(self) -> bool:
        """Whether an aggregate function sees one row at least."""

    def nullable(self, column: exp.Column) -> bool:
        """Tell whether a column may be NULL."""

    def nullables(self, query: exp.Query) -> tuple[bool, ...]:
        """Tell of each column of a subquery whether it may be NULL."""

    def gives_one_row(self, query: exp.Query) -> bool:
        """Tell whether a subquery gives exactly one row."""


def may_be_null(expression: exp.Expr, names: Names) -> bool:
    """Tell whether an expression may be NULL."""
    match expression:
        case exp.Column():
            return names.nullable(expression)
        case exp.Window():
            return _window_may_be_null(expression, names)
        case exp.Filter():
            return not isinstance(expression.this, exp.Count)
        case exp.Query():
            return not names.gives_one_row(expression) or any(names.nullables(expression))
        case exp.Coalesce():
            return all(may_be_null(each, names) for each in _arguments(expression))
        case exp.Greatest() | exp.Least():
            every = all if names.dialect is Dialect.POSTGRES else any
            return every([may_be_null(each, names) for each in _arguments(expression)])
        case exp.Case() | exp.If():
            return any(branch is None or may_be_null(branch, names) for branch in _branches(expression))
        case exp.In():
            return _membership_may_be_null(expression, names)
        case exp.Div() | exp.Mod() if names.dialect is Dialect.SQLITE:
            return not _cannot_be_zero(expression.expression, names) or may_be_null(expression.this, names)
        case exp.Order():
            return may_be_null(expression.this, names)
    if isinstance(expression, _AGGREGATES):
        return not names.grouped or may_be_null(expression.this, names)
    if isinstance(expression, (*_NEVER, *(_NEVER_ON_SQLITE if names.dialect is Dialect.SQLITE else ()))):
        return False
    strict = isinstance(expression, _STRICT)
    strict |= names.dialect is Dialect.POSTGRES and isinstance(expression, _STRICT_ON_POSTGRES)
    if strict or isinstance(expression, exp.Anonymous | exp.TimeToStr):
        if not strict:
            name = expression.name.lower()
            if name in _NAMED_NEVER[names.dialect] or (names.dialect is Dialect.SQLITE and _reads_clock(expression)):
                return False
            if name not in _NAMED_STRICT[names.dialect]:
                return True
        return any(may_be_null(each, names) for each in _arguments(expression))
    return True


def filled_by(condition: exp.Expr, *, negated: bool = False) -> set[exp.Column]:
    """Return the columns that cannot be NULL where a condition is true (false, where negated)."""
    match condition:
        case exp.Paren():
            return filled_by(condition.this, negated=negated)
        case exp.Not():
            return filled_by(condition.this, negated=not negated)
        case exp.And() | exp.Or():
            left, right = (filled_by(each, negated=negated) for each in (condition.this, condition.expression))
            both = isinstance(condition, exp.And) is not negated
            return left | right if both else left & right
        case exp.Is():
            null = isinstance(condition.expression, exp.Null)
            refused = bool(condition.args.get("negate")) is not negated
            return _operands(condition.this) if null and refused else set()
        case exp.Between():
            bounds = [] if negated else [condition.args["low"], condition.args["high"]]
            return set().union(*map(_operands, [condition.this, *bounds]))
        case exp.In():
            # NULL NOT IN (nothing) is true, and so is NULL <> ALL of nothing.
            listed = [each for each in condition.expressions if isinstance(each, exp.Literal)]
            return _operands(condition.this) if listed or not negated else set()
        case exp.Column():
            return {condition}
    if isinstance(condition, _COMPARISONS):
        return _compared(condition, negated=negated)
    return set()


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """Yield the conditions that all have to be true."""
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if isinstance(condition, exp.And):
        yield from conjuncts(condition.this)
        yield from conjuncts(condition.expression)
    elif condition is not None:
        yield condition


def quantified(expression: exp.Expr) -> str:
    """Return `any`, `some` or `all` where that stands before an array or a subquery."""
    if isinstance(expression, exp.Any | exp.All):
        return expression.key
    name = expression.name.lower() if isinstance(expression, exp.Anonymous) else ""
    return name if name in ("any", "some", "all") else ""


def within(expression: exp.Expr) -> Iterator[exp.Expr]:
    """Yield an expression and its parts, those of subqueries left out."""
    yield expression
    if not isinstance(expression, exp.Query):
        for child in expression.iter_expressions():
            yield from within(child)


def _compared(condition: exp.Expr, *, negated: bool) -> set[exp.Column]:
    sides = [condition.this, condition.expression]
    if any(map(quantified, sides)):
        return set() if negated or quantified(sides[1]) not in ("any", "some") else _operands(sides[0])
    rows = [side for side in sides if isinstance(side, exp.Tuple)]
    if rows and isinstance(condition, exp.NEQ if not negated else exp.EQ):
        return set()  # (1, NULL) <> (2, NULL) is true
    if rows and not isinstance(condition, exp.EQ | exp.NEQ):
        sides = [row.expressions[0] for row in rows if row.expressions]  # (1, NULL) < (2, NULL) is true
    return set().union(*map(_operands, sides))


def _operands(expression: exp.Expr) -> set[exp.Column]:
    """Return the columns whose NULL makes the expression NULL."""
    if isinstance(expression, exp.Column):
        return {expression}
    if isinstance(expression, (*_COMPARISONS, *_ARITHMETIC, *_WRAPPERS, exp.Tuple)):
        return set().union(*map(_operands, _arguments(expression)))
    return set()


def _arguments(expression: exp.Expr) -> Iterable[exp.Expr]:
    if isinstance(expression, exp.Alias | exp.Collate):
        return [expression.this]
    words = (exp.DataType, exp.Var, exp.Identifier)
    return [each for each in expression.iter_expressions() if not isinstance(each, words)]


def _branches(expression: exp.Case | exp.If) -> list[exp.Expr | None]:
    if isinstance(expression, exp.If):
        return [expression.args["true"], expression.args.get("false")]
    return [*(each.args["true"] for each in expression.args["ifs"]), expression.args.get("default")]


def _window_may_be_null(window: exp.Window, names: Names) -> bool:
    """A frame may be empty where it is not the usual one, which holds the row itself."""
    function = window.this.this if isinstance(window.this, exp.Filter) else window.this
    if isinstance(function, exp.Count | exp.RowNumber | exp.Rank | exp.DenseRank | exp.PercentRank | exp.CumeDist):
        return False
    usual = function is window.this and not window.args.get("spec") and not window.args.get("alias")
    return not (usual and isinstance(function, _AGGREGATES)) or may_be_null(function.this, names)


def _membership_may_be_null(expression: exp.In, names: Names) -> bool:
    query = expression.args.get("query")
    if expression.args.get("unnest") or may_be_null(expression.this, names):
        return True
    return any(names.nullables(query)) if query else any(may_be_null(each, names) for each in expression.expressions)


def _cannot_be_zero(expression: exp.Expr, names: Names) -> bool:
    while isinstance(expression, exp.Paren):
        expression = expression.this
    if isinstance(expression, exp.Count):
        counted = expression.this
        every = isinstance(counted, exp.Star) or not may_be_null(counted, names)
        return names.grouped and every
    return isinstance(expression, exp.Literal) and not expression.is_string and float(expression.this) != 0


def _reads_clock(expression: exp.Expr) -> bool:
    """Tell whether this is a date function of 'now' and plain modifiers, in plain words."""
    if isinstance(expression, exp.TimeToStr):
        arguments = [expression.args["format"], *_arguments(expression.this)]
    else:
        arguments = expression.expressions
    name = "strftime" if isinstance(expression, exp.TimeToStr) else expression.name.lower()
    if name not in _CLOCKS or not all(isinstance(each, exp.Literal) for each in arguments):
        return False
    words = [each.this for each in arguments]
    if name == "strftime" and not (words and _FORMAT.fullmatch(words.pop(0))):
        return False
    return not words or (words[0] == "now" and all(map(_MODIFIER.fullmatch, words[1:])))
