"""A script -> its statements, cut where SQLite and PostgreSQL themselves end them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import dropwhile

from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

_CONTROL = {
    Dialect.SQLITE: frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"}),
    Dialect.POSTGRES: frozenset({"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"}),
}
_ROUTINES = frozenset({"FUNCTION", "PROCEDURE"})
_TEMPORARY = frozenset({"TEMP", "TEMPORARY"})
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of a script.

    `text` runs from its first token that is no comment to its end, the `;` included where it is written; `line` is
    where it begins, counted from 1; `tokens` are without comments and the closing `;`, their offsets in the whole
    script; `control` are the words with which it begins, ends or cuts a transaction, else "".
    """

    text: str
    line: int
    tokens: tuple[Token, ...]
    control: str

    @property
    def verb(self) -> str:
        """Its first word in upper case, or "" where it begins with something else."""
        return _word(self.tokens[0])


def split(text: str, dialect: Dialect) -> list[Part]:
    """Split a script into its statements, empty ones left out; an OPEN token stays in the last one."""
    cut = _cut_sqlite if dialect is Dialect.SQLITE else _cut_postgres
    parts = []
    line, counted = 1, 0
    for code, end in cut(_significant(text, dialect)):
        if code:
            start = code[0].start
            line += text.count("\n", counted, start)
            counted = start
            parts.append(Part(text[start:end], line, tuple(code), _control(code, dialect)))
    return parts


def _significant(text: str, dialect: Dialect) -> Iterator[Token]:
    """The tokens without comments, and without the byte order marks that are white space to SQLite alone."""
    marks = dialect is Dialect.SQLITE and _MARK in text
    for token in lexer.tokens(text, dialect):
        if token.kind in (lexer.COMMENT, lexer.BLOCK):
            continue
        if marks and token.kind == lexer.WORD and token.text[0] == _MARK:
            bare = token.text.lstrip(_MARK)
            if bare:
                yield Token(lexer.WORD, bare, token.end - len(bare), token.end)
            continue
        yield token


def _cut_sqlite(tokens: Iterable[Token]) -> Iterator[tuple[list[Token], int]]:
    """Yield each statement's tokens and where it ends; only `; END ;` ends the definition of a trigger."""
    code: list[Token] = []
    trigger = False
    for token in tokens:
        if token.text == ";":
            trigger = trigger or _defines_trigger(code)
            if not trigger or _closes(code, ";"):
                yield code, token.end
                code, trigger = [], False
                continue
        code.append(token)
    if code:
        yield code, code[-1].end


def _cut_postgres(tokens: Iterable[Token]) -> Iterator[tuple[list[Token], int]]:
    """Yield each statement's tokens and where it ends; no `;` inside brackets or BEGIN ATOMIC … END does so.

    The END of such a body can only stand where a statement begins, other than that of a CASE or a column's name.
    """
    code: list[Token] = []
    depth, atomic = 0, False
    for token in tokens:
        if token.text == ";" and not depth and not atomic:
            yield code, token.end
            code = []
            continue
        code.append(token)
        if token.text == "(":
            depth += 1
        elif token.text == ")":
            depth = max(depth - 1, 0)
        elif atomic:
            atomic = not _closes(code, ";", "ATOMIC")
        elif not depth and _word(token) == "ATOMIC" and len(code) > 1 and _word(code[-2]) == "BEGIN":
            atomic = _defines_routine(code)
    if code:
        yield code, code[-1].end


def _closes(code: list[Token], *before: str) -> bool:
    """Whether the last token is an END right after one of these."""
    return len(code) > 1 and _word(code[-1]) == "END" and code[-2].text.upper() in before


def _defines_trigger(code: list[Token]) -> bool:
    words = map(_word, code)
    word = next(words, "")
    if word == "EXPLAIN":
        word = next(words, "")
        if word == "QUERY" and next(words, "") == "PLAN":
            word = next(words, "")
    return word == "CREATE" and next(dropwhile(_TEMPORARY.__contains__, words), "") == "TRIGGER"


def _defines_routine(code: list[Token]) -> bool:
    words = [*map(_word, code[:4])]
    if words[1:3] == ["OR", "REPLACE"]:
        del words[1:3]
    return words[0] == "CREATE" and words[1] in _ROUTINES


def _control(code: list[Token], dialect: Dialect) -> str:
    verb = _word(code[0])
    if verb in _CONTROL[dialect]:
        return verb
    if dialect is Dialect.POSTGRES and [*map(_word, code[:2])] == ["PREPARE", "TRANSACTION"]:
        return "PREPARE TRANSACTION"
    return ""


def _word(token: Token) -> str:
    return token.text.upper() if token.kind == lexer.WORD else ""
