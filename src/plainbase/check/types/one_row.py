"""Which `:value` queries give a row whatever the tables hold: that add up, read no table, or insert one row."""

from __future__ import annotations

from collections.abc import Iterator

from plainbase.sqlfile import Query
from plainbase.sqlfile.lexer import WORD, tokens

_AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX", "TOTAL"})
_FEWER = frozenset(
    {
        *("GROUP", "HAVING", "LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT"),
        *("INSERT", "UPDATE", "DELETE", "MERGE"),
    }
)
_PERHAPS = frozenset({"NOTHING", "OR", "WHERE", "SELECT"})


def always_one(query: Query) -> bool:
    """Whether the query gives one row for certain; where the words do not say so plainly, it may give none."""
    words = list(_words(query))
    outer = [word for word, aggregated in words if not aggregated]
    if outer[:1] == ["INSERT"]:
        return {"VALUES", "RETURNING"}.issubset(outer) and _PERHAPS.isdisjoint(outer)
    if outer[:1] not in (["SELECT"], ["WITH"]) or not _FEWER.isdisjoint(outer):
        return False
    if "FROM" not in outer:
        return "WHERE" not in outer
    selected = words[words.index(("SELECT", False)) : words.index(("FROM", False))]
    return ("OVER", False) not in selected and any(aggregated for _, aggregated in selected)


def _words(query: Query) -> Iterator[tuple[str, bool]]:
    """The words outside of subqueries, and whether each is the name of an aggregate that is called."""
    found = [token for token in tokens(query.source, query.dialect) if token.kind not in ("comment", "block")]
    inside: list[bool] = []
    for token, after in zip(found, [*found[1:], found[-1]], strict=True):
        word = token.text.upper()
        if token.text == "(":
            inside.append(after.text.upper() in ("SELECT", "WITH", "VALUES") or any(inside))
        elif token.text == ")":
            inside[-1:] = []
        elif token.kind == WORD and not any(inside):
            called = word in _AGGREGATES and after.text == "("
            if called or not inside or word == "OVER":
                yield word, called
