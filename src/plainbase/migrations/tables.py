"""Which tables and indexes the statements of a migration are about, read from their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

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


class Name(NamedTuple):
    """A name as it is written, with or without its schema."""

    schema: str | None
    name: str

    @property
    def title(self) -> str:
        """Both."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


def concurrent_index(part: Part) -> Name | None:
    """The index that a CREATE or DROP INDEX CONCURRENTLY is about; a new one goes where its table is."""
    found = words(part)
    if found[:1] not in (("CREATE",), ("DROP",)) or "INDEX" not in found[:3] or "CONCURRENTLY" not in found[:4]:
        return None
    position = found.index("CONCURRENTLY") + 1
    if found[position : position + 1] == ("IF",):
        position = found.index("EXISTS") + 1
    index = _written_at(part, position)
    if found[0] == "DROP":
        return index
    at = found.index("ON", position) + 1
    table = _written_at(part, at + 1 if found[at : at + 1] == ("ONLY",) else at)
    return Name(table.schema, index.name)


def _rename(part: Part) -> tuple[str, str]:
    found = words(part)
    if found[:2] == ("ALTER", "TABLE") and found[-3:-1] == ("RENAME", "TO"):
        return _name_after(part, 2).lower(), _name_after(part, len(found) - 1).lower()
    return "", ""


def _name_after(part: Part, position: int) -> str:
    """The name that begins with the word at a position; of `main.notes` the last part."""
    return _written_at(part, position).name


def _written_at(part: Part, position: int) -> Name:
    tokens = [token for token in part.tokens if token.kind in (lexer.WORD, lexer.QUOTED)]
    if position >= len(tokens):
        return Name(None, "")
    index = part.tokens.index(tokens[position])
    names = [lexer.identifier(part.tokens[index]) or ""]
    while [token.text for token in part.tokens[index + 1 : index + 2]] == ["."]:
        index += 2
        names.append(lexer.identifier(part.tokens[index]) or "")
    return Name(names[-2] if len(names) > 1 else None, names[-1])
