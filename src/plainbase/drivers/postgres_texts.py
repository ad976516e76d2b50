"""What the text of a PostgreSQL statement tells before it is sent."""

from __future__ import annotations

from collections.abc import Iterable

from plainbase.dialect import Dialect
from plainbase.errors import StatementFailed
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.script import split
from plainbase.sqlfile.statement import Statement

DEFINES = frozenset({"CREATE", "ALTER", "DROP"})

_SHORT = frozenset({"select", "insert", "update", "delete", "merge", "values", "with"})
_LEAVING = ("pg_advisory_lock", "pg_try_advisory_lock", "dblink")
_LEAVING_WORDS = frozenset({"set_config", "setseed"})
_READING = frozenset({"SELECT", "VALUES", "TABLE"})
_CHANGING = frozenset({"insert", "update", "delete", "merge"})
_ONE_ROW_CALLS = frozenset({"cast", "coalesce", "nullif", "greatest", "least", "now"})


def is_short(statement: Statement) -> bool:
    """Whether a statement leaves nothing behind in its session, as far as its text tells.

    Such a statement needs no reset afterwards. `INTO` counts only after something else than INSERT or MERGE.
    """
    words = statement.words
    if not words or words[0] not in _SHORT:
        return False
    before = ""
    for word in words:
        if word == "into" and before not in ("insert", "merge"):
            return False
        before = word
    names = [*words, *_quoted(statement.text)]
    if "update" in words and "pg_settings" in names:
        return False
    return not any(name in _LEAVING_WORDS or name.startswith(_LEAVING) for name in names)


def _quoted(text: str) -> Iterable[str]:
    """The quoted identifiers; one with escapes could be any name, so it stands for a leaving one."""
    if '"' not in text:
        return []
    quoted = [token for token in _code(text) if token.kind == lexer.QUOTED]
    return [lexer.identifier(token) or "set_config" for token in quoted]


def changes_rows(statement: Statement) -> bool:
    """Whether a statement may change rows, a CTE of it included; `FOR UPDATE` only locks them."""
    if statement.verb not in _READING:
        return True
    words = statement.words
    return any(
        word in _CHANGING and not (word == "update" and before in ("for", "key"))
        for before, word in zip(("", *words), words, strict=False)
    )


def inserts_one_row(statement: Statement) -> bool:
    """Whether a statement is an INSERT that gives one row at most: one tuple of VALUES, no function that makes more."""
    words = statement.words
    if words[:1] != ("insert",) or words.count("values") != 1 or "select" in words:
        return False
    code = _code(statement.text)
    up = [token.text.lower() if token.kind == lexer.WORD else token.text for token in code]
    start = up.index("values")
    if "returning" in up[:start] or up[:start].count("(") != up[:start].count(")"):
        return False
    depth = 0
    for position in range(start + 1, len(up)):
        if up[position] == "(":
            before = code[position - 1]
            if depth and before.kind in (lexer.WORD, lexer.QUOTED) and up[position - 1] not in _ONE_ROW_CALLS:
                return False
            depth += 1
        elif up[position] == ")":
            depth -= 1
        if not depth:
            return up[position] == ")" and up[position + 1 : position + 2] != [","]
    return False


def refuse_control(text: str) -> None:
    """Raise StatementFailed where a text that runs inside a transaction would begin or end one."""
    for part in split(text, Dialect.POSTGRES):
        if part.control:
            raise StatementFailed(
                f"{part.control} cannot stand inside a transaction; leave it out, and use transaction() for a savepoint"
            )


def _code(text: str) -> list[Token]:
    """The tokens of a text without its comments."""
    return [token for token in lexer.tokens(text, Dialect.POSTGRES) if token.kind not in (lexer.COMMENT, lexer.BLOCK)]
