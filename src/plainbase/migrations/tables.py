"""Which tables and indexes the statements of a migration are about, read from their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part


def words(part: Part) -> tuple[str, ...]:
    """A statement's bare words in upper case; a quoted name is kept as written."""
    return tuple(
        token.text.upper() if token.kind == lexer.WORD else token.text
        for token in part.tokens
        if token.kind in (lexer.WORD, lexer.QUOTED)
    )


def dropped(parts: Iterable[Part]) -> tuple[str, ...]:
    """The tables that are dropped."""
    drops = [part for part in parts if words(part)[:2] == ("DROP", "TABLE")]
    return tuple(_name_after(part, 4 if words(part)[2:4] == ("IF", "EXISTS") else 2).lower() for part in drops)


def rebuilt(parts: Sequence[Part]) -> tuple[str, ...]:
    """The tables that are replaced: dropped, then another takes the name; or renamed, made anew, the old one dropped.

    One that is dropped only `IF EXISTS` may not have been there, and is not counted among them.
    """
    drops = {_name_after(part, 2).lower(): at for at, part in enumerate(parts) if words(part)[:2] == ("DROP", "TABLE")}
    made = {_name_after(part, 2).lower(): at for at, part in enumerate(parts) if words(part)[:2] == ("CREATE", "TABLE")}
    found = []
    for at, part in enumerate(parts):
        old, new = _rename(part)
        if drops.get(new, at) < at:
            found.append(new)
        elif drops.get(new, at) > at and made.get(old, at) > at:
            found.append(old)
    return tuple(dict.fromkeys(found))


def concurrent_index(part: Part) -> str | None:
    """The index that a CREATE or DROP INDEX CONCURRENTLY is about, as a name without its schema."""
    found = words(part)
    if found[:1] not in (("CREATE",), ("DROP",)) or "INDEX" not in found[:3] or "CONCURRENTLY" not in found[:4]:
        return None
    position = found.index("CONCURRENTLY") + 1
    if found[position : position + 1] == ("IF",):
        position = found.index("EXISTS") + 1
    return _name_after(part, position)


def _rename(part: Part) -> tuple[str, str]:
    found = words(part)
    if found[:2] == ("ALTER", "TABLE") and found[-3:-1] == ("RENAME", "TO"):
        return _name_after(part, 2).lower(), _name_after(part, len(found) - 1).lower()
    return "", ""


def _name_after(part: Part, position: int) -> str:
    """The name that begins with the word at a position, in lower case; of `main.notes` the last part."""
    tokens = [token for token in part.tokens if token.kind in (lexer.WORD, lexer.QUOTED)]
    if position >= len(tokens):
        return ""
    index = part.tokens.index(tokens[position])
    while part.tokens[index + 1 : index + 2] and part.tokens[index + 1].text == ".":
        index += 2
    return lexer.identifier(part.tokens[index]) or ""
