"""The text of a query as a tree, and what is easily read off it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from plainbase.dialect import Dialect
from plainbase.sqlfile import Query

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # what it cannot read is said by Unreadable


class Unreadable(Exception):
    """A statement that this analysis does not understand."""


@lru_cache(maxsize=4096)
def parse(text: str, dialect: Dialect) -> exp.Expr:
    """Parse one statement, for reading only; raises Unreadable."""
    try:
        tree = sqlglot.parse_one(text, read=dialect.value)
    except SqlglotError as error:
        raise Unreadable(str(error).partition("\n")[0]) from None
    if isinstance(tree, exp.Command):
        raise Unreadable(f"{tree.name} is not analysed")
    return tree


def texts(query: Query) -> tuple[str, ...]:
    """The texts to look at: without the optional lines and with all, or each combination where one is no AND."""
    found = [statement.text for statement in query.statements] or [query.source]
    lines = [line.split() for line in query.source.splitlines() if line.rstrip().endswith("-- optional")]
    ands = all(words[0].upper() == "AND" for words in lines)
    return tuple(dict.fromkeys([found[0], found[-1]] if ands else found))


def limit_of(tree: exp.Expr) -> int | None:
    """The number that a LIMIT states; -1 where it is a parameter, None where there is none."""
    limit = tree.args.get("limit")
    if limit is None:
        return None
    count = limit.args.get("count") if isinstance(limit, exp.Fetch) else limit.expression
    ties = isinstance(limit, exp.Fetch) and "TIES" in limit.sql().upper()
    return int(count.this) if isinstance(count, exp.Literal) and count.this.isdigit() and not ties else -1


def assignments(
    expressions: Iterable[exp.Expr],
) -> Iterator[tuple[exp.Column, exp.Expr | None]]:
    """Yield each column of a SET with its value; None where that is not written by itself."""
    for each in expressions:
        if isinstance(each, exp.EQ) and isinstance(each.this, exp.Tuple):
            values = each.expression.expressions if isinstance(each.expression, exp.Tuple) else []
            for number, column in enumerate(each.this.expressions):
                yield column, values[number] if number < len(values) else None
        elif isinstance(each, exp.EQ) and isinstance(each.this, exp.Column):
            yield each.this, each.expression
