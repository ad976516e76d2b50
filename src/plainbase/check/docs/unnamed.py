"""Constraints that have no name, or stand inside a column: each by itself, named as PostgreSQL names them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from plainbase.check.docs.items import Item, spaced
from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token


def constraints(table: str, items: Iterable[Item], dialect: Dialect) -> list[Item]:
    """The constraints of a table's items, all with a name; foreign keys only where they are items themselves."""
    items = list(items)
    columns = {item.name.lower() for item in items if item.kind == "column"}
    found = [each for item in items for each in (_inside(item, dialect) if item.kind == "column" else [item])]
    taken = {each.name.lower() for each in found if each.name.isidentifier()}
    named = []
    for each in found:
        name = each.name
        if not name.isidentifier():
            base = _default(table, each.text, columns, dialect)
            name = next(name for name in _numbered(base) if name not in taken)
            taken.add(name)
        named.append(replace(each, name=name))
    return named


def _inside(column: Item, dialect: Dialect) -> Iterator[Item]:
    """The keys and checks that stand behind a column's type."""
    tokens = list(lexer.tokens(column.text, dialect))
    name, index = "", 0
    while index < len(tokens):
        word = tokens[index].text.upper() if tokens[index].kind == lexer.WORD else ""
        after = tokens[index + 1 :]
        if word == "CONSTRAINT" and after:
            name = lexer.identifier(after[0]) or ""
            index += 2
            continue
        if word in ("PRIMARY", "UNIQUE"):
            kind = "PRIMARY KEY" if word == "PRIMARY" else word
            yield Item("constraint", name, f"{kind} ({column.name})", "")
        elif word == "CHECK":
            bracket = _bracket(after)
            yield Item("constraint", name, f"CHECK {spaced(bracket)}", "")
            index += len(bracket)
        elif tokens[index].text == "(":
            index += len(_bracket(tokens[index:])) - 1
        name = ""
        index += 1


def _bracket(tokens: Sequence[Token]) -> Sequence[Token]:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if not depth:
            return tokens[: index + 1]
    return tokens


def _default(table: str, text: str, columns: set[str], dialect: Dialect) -> str:
    words = [lexer.identifier(token) or "" for token in lexer.tokens(text, dialect)]
    named = [word for word in dict.fromkeys(map(str.lower, words)) if word in columns]
    kind = words[0].upper() if words else ""
    if kind == "PRIMARY":
        return f"{table}_pkey"
    if kind == "CHECK":
        return "_".join([table, *(named if len(named) == 1 else []), "check"])
    ending = {"UNIQUE": "key", "FOREIGN": "fkey"}.get(kind, "excl")
    if kind == "FOREIGN":
        named = [word for word in dict.fromkeys(words[1 : words.index("references")]) if word in columns]
    return "_".join([table, *named, ending])


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        yield f"{name}{number}"
        number += 1
