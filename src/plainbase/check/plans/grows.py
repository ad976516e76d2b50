"""Which tables grow with use: their migrations say so, by `-- grows` or `-- grows: why` above CREATE TABLE."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from plainbase.check.finding import Finding
from plainbase.migrations import File, Migration
from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part

MARK = "-- grows"
_MARK = re.compile(r"\s*--\s*grows\s*(?::.*)?")
_MAKES = frozenset({"TABLE", "VIEW"})
_KINDS = frozenset(
    {
        *("CREATE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "VIRTUAL", "FOREIGN", "MATERIALIZED"),
        *("IF", "NOT", "EXISTS"),
    }
)


def read(migrations: Iterable[Migration]) -> dict[str, str]:
    """The tables, and stored views, that are marked and still there after the last migration; each with its place.

    A table keeps its mark when it is renamed, or made anew under its name.
    """
    marks: dict[str, str] = {}
    there: set[str] = set()
    for migration in migrations:
        for part in migration.up.parts:
            words = _words(part)
            name = _made(part)
            if name:
                there.add(name)
                line = _mark(migration.up, part)
                if line:
                    marks[name] = f"{migration.up.where}:{line}"
            elif words[:2] == ["DROP", "TABLE"] or words[:3] == ["DROP", "MATERIALIZED", "VIEW"]:
                there -= {_names(part)[-1]}
            elif words[:2] == ["ALTER", "TABLE"] and words[-3:-1] == ["RENAME", "TO"]:
                old, new = _name_after(part, "TABLE"), _names(part)[-1]
                there = there - {old} | {new}
                if old in marks:
                    marks.setdefault(new, marks[old])
    return {name: place for name, place in marks.items() if name in there}


def misplaced(migrations: Iterable[Migration]) -> Iterator[Finding]:
    """Yield the marks that stand above no CREATE TABLE, and so mean nothing."""
    for migration in migrations:
        marked = {_mark(migration.up, part) for part in migration.up.parts if _made(part)}
        for number, line in enumerate(migration.up.text.split("\n"), 1):
            if _MARK.fullmatch(line) and number not in marked:
                yield Finding(
                    f"{migration.up.where}:{number}", MARK, "marks no table; write it right above CREATE TABLE"
                )


def differences(first: Mapping[str, str], second: Mapping[str, str], both: Collection[str]) -> Iterator[Finding]:
    """Yield the tables of `both` dialects that only one marks."""
    for marks, others in ((first, second), (second, first)):
        for name in sorted((marks.keys() - others.keys()) & set(both)):
            yield Finding(marks[name], MARK, f"{name} is marked here, and not in the other dialect")


def _made(part: Part) -> str:
    """The table that a statement makes, else an empty text."""
    words = _words(part)
    place = next((place for place, word in enumerate(words) if word in _MAKES), 0)
    before = set(words[:place])
    if words[:1] != ["CREATE"] or not before <= _KINDS or (words[place] == "VIEW" and "MATERIALIZED" not in before):
        return ""
    return _name_after(part, words[place])


def _name_after(part: Part, word: str) -> str:
    """The name that follows a word, IF EXISTS left out; the last part of one with its schema."""
    tokens = part.tokens
    index = next(place for place, token in enumerate(tokens) if token.text.upper() == word) + 1
    while tokens[index].kind == lexer.WORD and tokens[index].text.upper() in ("IF", "NOT", "EXISTS", "ONLY"):
        index += 1
    while [token.text for token in tokens[index + 1 : index + 2]] == ["."]:
        index += 2
    return (lexer.identifier(tokens[index]) or "").lower()


def _names(part: Part) -> list[str]:
    """All words and names of a statement, but CASCADE and RESTRICT at its end."""
    names = [(lexer.identifier(token) or "").lower() for token in part.tokens if lexer.identifier(token)]
    return names[:-1] if names[-1] in ("cascade", "restrict") else names


def _words(part: Part) -> list[str]:
    return [token.text.upper() for token in part.tokens if token.kind in (lexer.WORD, lexer.QUOTED)]


def _mark(file: File, part: Part) -> int:
    """The line of the mark in the comment right above a statement, else 0."""
    lines = file.text.split("\n")
    number = part.line - 1
    while number and lines[number - 1].lstrip().startswith("--"):
        if _MARK.fullmatch(lines[number - 1]):
            return number
        number -= 1
    return 0
