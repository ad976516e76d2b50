"""SQL text -> tokens, as SQLite and PostgreSQL themselves cut it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from plainbase.dialect import Dialect

WORD = "word"
QUOTED = "quoted"
STRING = "string"
NUMBER = "number"
PARAM = "param"
OPERATOR = "operator"
PUNCTUATION = "punctuation"
COLON = "colon"
PLACEHOLDER = "placeholder"
COMMENT = "comment"
BLOCK = "block"
OPEN = "open"
OTHER = "other"


class Token(NamedTuple):
    """One token; `text` is as written, so a string or a quoted name never equals a keyword or a bracket.

    An OPEN token is a string, quoted name or comment that nothing closes; it runs to the end of the text.
    """

    kind: str
    text: str
    start: int
    end: int


# Every character beyond ASCII is a letter to both engines, even a no-break space.
# Said by what it is not: classes of ASCII alone compile many times faster.
_FIRST = r"[^\x00-@\[-\^`{-\x7f]"
_DIGIT_TOO = r"[^\x00-/:-@\[-\^`{-\x7f]"
_REST = r"[^\x00-#%-/:-@\[-\^`{-\x7f]"
_SPACE = r"[ \t\r\n\f\v]"
_NUMBER = r"(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?|\.[0-9][0-9_]*+)(?:[eE][+-]?[0-9]++)?" rf"{_REST}*+"
_PLAIN = r"'[^']*+(?:''[^']*+)*+'"
_ESCAPED = r"'(?:[^'\\]++|\\.|'')*+'"
# A string goes on after a line break; what began as E'…' keeps its backslashes there.
_CONTINUED = rf"(?:(?:[ \t\f\v]|--[^\r\n]*+)*+[\r\n](?:{_SPACE}++|--[^\r\n]*+[\r\n])*+{_ESCAPED})*+"
_DOLLAR = rf"\$(?:{_FIRST}{_DIGIT_TOO}*+)?\$"
_DOUBLE = r'"[^"]*+(?:""[^"]*+)*+"'
_FLAT_COMMENT = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
_UNNESTED_COMMENT = r"/\*[^*/]*+(?:(?:\*(?!/)|/(?!\*))[^*/]*+)*+\*/"


_SQLITE = {
    "word": rf"(?![xX]'){_FIRST}{_REST}*+",
    "punctuation": r"[(),;\]]|\.(?![0-9])",
    "param": rf"(?<![:\w\]]):[A-Za-z_]{_REST}*+",
    "string": rf"[xX]?{_PLAIN}",
    "number": _NUMBER,
    "comment": r"--[^\n]*+",
    "block": _FLAT_COMMENT,
    "quoted": rf"{_DOUBLE}|`[^`]*+(?:``[^`]*+)*+`|\[[^\]]*+\]",
    "open": r"[xX]?'|\"|`|\[|/\*",
    "operator": r"::|:=|(?:(?!--|/\*)[-+*/<>=~!%&|])++",
    "colon": ":",
    "placeholder": rf"\?[0-9]*+|[@#$]{_REST}++",
    "other": r"[^ \t\r\n\f\v]",
}
_POSTGRES = {
    "word": rf"(?![eEbBxXnN]'|[uU]&['\"]){_FIRST}{_REST}*+",
    "punctuation": r"[(),;\[\]]|\.(?![0-9])",
    "param": rf"(?<![:\w\]]):[A-Za-z_]{_REST}*+",
    "string": rf"(?:[bBxXnN]|[uU]&)?{_PLAIN}|[eE]{_ESCAPED}{_CONTINUED}|({_DOLLAR}).*?\5",
    "number": _NUMBER,
    "comment": r"--[^\r\n]*+",
    "block": _UNNESTED_COMMENT,
    "quoted": rf"(?:[uU]&)?{_DOUBLE}",
    "open": rf"(?:[eEbBxXnN]|[uU]&)?'|(?:[uU]&)?\"|{_DOLLAR}|/\*",
    "operator": r"::|:=|(?:(?!--|/\*)[-+*/<>=~!@#%^&|`?])++",
    "colon": ":",
    "placeholder": r"\$[0-9]++",
    "other": r"[^ \t\r\n\f\v]",
}
_NESTING = re.compile(r"/\*|\*/")


@cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    """Compile a dialect's tokens when they are first needed: it takes longer than the rest of the import."""
    kinds = _SQLITE if dialect is Dialect.SQLITE else _POSTGRES
    alternatives = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in kinds.items())
    return re.compile(rf"{_SPACE}*+(?:{alternatives})", re.DOTALL)


def tokens(text: str, dialect: Dialect, start: int = 0) -> Iterator[Token]:
    """Yield the tokens of `text` from offset `start` on; white space lies between them."""
    pattern = _pattern(dialect)
    stop = len(text.rstrip(" \t\r\n\f\v"))
    position: int | None = start
    new = tuple.__new__  # a third of the time of Token(…)
    while position is not None:
        matches = pattern.finditer(text, position, stop)
        position = None
        for match in matches:
            kind = match.lastgroup or OTHER
            begin, end = match.span(kind)
            if kind != OPEN:
                yield new(Token, (kind, text[begin:end], begin, end))
            else:
                closed = _nested_comment_end(text, begin) if dialect is Dialect.POSTGRES else None
                if closed is not None:
                    yield Token(BLOCK, text[begin:closed], begin, closed)
                    position = closed
                else:
                    yield Token(OPEN, text[begin:], begin, len(text))
                break


def _nested_comment_end(text: str, start: int) -> int | None:
    """Return where the comment at `start` ends, or None where nothing closes it or it is no comment."""
    depth = 0
    if text.startswith("/*", start):
        for mark in _NESTING.finditer(text, start):
            depth += 1 if mark[0] == "/*" else -1
            if not depth:
                return mark.end()
    return None


def identifier(token: Token) -> str | None:
    """Return the name a bare or quoted token stands for, bare ones in lower case, else None."""
    if token.kind == WORD:
        return token.text.lower()
    if token.kind != QUOTED:
        return None
    text = token.text
    if text[0] in "uU":
        return None
    if text[0] == "[":
        return text[1:-1]
    return text[1:-1].replace(text[0] * 2, text[0])
