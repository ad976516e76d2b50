"""Which results of RETURNING are columns by themselves.

SQLite keeps whole numbers of a REAL column as integers, and before 3.41 or so hands them out of RETURNING like that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

ALL = "*"


def returned_columns(text: str) -> dict[str, str]:
    """Return the column of each result that is nothing but a column; `*` stands for all of them by their own names."""
    tokens = [token for token in lexer.tokens(text, Dialect.SQLITE) if token.kind not in (lexer.COMMENT, lexer.BLOCK)]
    starts = [index for index, token in enumerate(tokens) if _is_word(token, "returning")]
    return dict(filter(None, map(_plain, _items(tokens[starts[-1] + 1 :])))) if starts else {}


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    item: list[Token] = []
    depth = 0
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and not depth:
            yield item
            item = []
        elif token.text != ";":
            item.append(token)
    yield item


def _plain(item: list[Token]) -> tuple[str, str] | None:
    if len(item) == 1 and item[0].text == ALL:
        return ALL, ALL
    if len(item) > 2 and item[1].text == ".":
        item = item[2:]
    if len(item) == 3 and _is_word(item[1], "as"):
        item = [item[0], item[2]]
    names = [token.text if token.kind == lexer.WORD else lexer.identifier(token) for token in item]
    if len(names) in (1, 2) and names[0] and names[-1]:
        return names[-1], names[0]
    return None


def _is_word(token: Token, word: str) -> bool:
    return token.kind == lexer.WORD and token.text.lower() == word
