"""The items of a CREATE TABLE: its columns and constraints, each with the comment that stands above it or behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE"})
_CLAUSES = frozenset(
    {"COLLATE", "NOT", "NULL", "DEFAULT", "GENERATED", "AS", "PRIMARY", "UNIQUE", "CHECK", "REFERENCES", "CONSTRAINT"}
)
_AFTER_GENERATED = _CLAUSES - {"AS", "DEFAULT", "GENERATED"}


@dataclass(frozen=True, slots=True)
class Item:
    """A column (`text` is what follows its name) or a constraint (what follows its name, or all of it)."""

    kind: str
    name: str
    text: str
    comment: str

    @classmethod
    def of(cls, tokens: Sequence[Token], comment: str) -> Item:
        """Tell what an item is by its first word."""
        first = tokens[0].text.upper() if tokens[0].kind == lexer.WORD else ""
        if first == "CONSTRAINT":
            return cls("constraint", lexer.identifier(tokens[1]) or "", spaced(tokens[2:]), comment)
        if first in _CONSTRAINTS:
            return cls("constraint", spaced(tokens), spaced(tokens), comment)
        return cls("column", lexer.identifier(tokens[0]) or "", spaced(tokens[1:]), comment)


@dataclass(slots=True)
class _Growing:
    tokens: list[Token] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def item(self, comments: Sequence[str]) -> Item:
        return Item.of(self.tokens, " ".join(comments))


def items(text: str, dialect: Dialect) -> tuple[str, list[Item]]:
    """The items of a CREATE TABLE, and what is said of the table itself, above its first column.

    A comment belongs to the item below it, but one that stands behind an item on its line to that one.
    """
    found: list[_Growing] = []
    now = _Growing()
    depth, before = 0, None
    for token in lexer.tokens(text, dialect):
        if token.kind in (lexer.COMMENT, lexer.BLOCK):
            if depth:
                behind = before is not None and "\n" not in text[before.end : token.start]
                ended = before is not None and before.text == "," and not now.tokens
                owner = found[-1] if behind and ended and found else now
                owner.comments.append(token.text.lstrip("-").strip(" */\n"))
            continue
        before = token
        if token.text in ("(", "["):
            depth += 1
            if depth == 1:
                continue
        elif token.text in (")", "]"):
            depth -= 1
            if not depth:
                break
        elif token.text == "," and depth == 1:
            found.append(now)
            now = _Growing()
            continue
        if depth:
            now.tokens.append(token)
    if now.tokens:
        found.append(now)
    if not found:
        return "", []
    inside = found[0].comments if dialect is Dialect.SQLITE else []
    rest = [] if dialect is Dialect.SQLITE else found[0].comments
    return " ".join(inside), [found[0].item(rest), *(each.item(each.comments) for each in found[1:])]


def cut(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Cut at the commas outside all brackets."""
    depth = 0
    part: list[Token] = []
    for token in tokens:
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if token.text == "," and not depth:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part


def one_line(text: str, dialect: Dialect) -> str:
    """A statement on one line, without its comments."""
    return spaced([token for token in lexer.tokens(text, dialect) if token.kind not in (lexer.COMMENT, lexer.BLOCK)])


def spaced(tokens: Sequence[Token]) -> str:
    """The tokens with a space where there was any, but none inside a bracket's edges."""
    parts: list[str] = []
    before: Token | None = None
    for token in tokens:
        if before is not None and before.end != token.start and before.text != "(" and token.text != ")":
            parts.append(" ")
        parts.append(token.text)
        before = token
    return "".join(parts)


def clauses(definition: str, dialect: Dialect) -> dict[str, str]:
    """What a column's definition says after its type: its COLLATE, and its DEFAULT (or how it is GENERATED)."""
    tokens = list(lexer.tokens(definition, dialect))
    found: dict[str, list[Token]] = {"TYPE": []}
    clause, depth = "TYPE", 0
    for token in tokens:
        word = token.text.upper() if token.kind == lexer.WORD and not depth else ""
        if word in (_AFTER_GENERATED if clause == "GENERATED" else _CLAUSES):
            clause = word
            found[clause] = [token] if word == "GENERATED" else []
        else:
            found[clause].append(token)
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
    return {word: spaced(parts) for word, parts in found.items()}
