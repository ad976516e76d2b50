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


def drops_tables(parts: Iterable[Part]) -> bool:
    """Whether a table is dropped."""
    return any(words(part)[:2] == ("DROP", "TABLE") for part in parts)


def rebuilt(parts: Iterable[Part]) -> tuple[str, ...]:
    """The tables that are dropped, whatever they are called by then, and whose own name another has at the end."""
    return _followed(parts)[0]


def uncounted(parts: Iterable[Part]) -> tuple[Part, ...]:
    """What drops a table only `IF EXISTS` whose name another has at the end, so that its rows cannot be counted."""
    return _followed(parts)[1]


def beside_rebuild(parts: Sequence[Part]) -> tuple[Part, ...]:
    """What renames or drops something else than a rebuilt table, in a file that rebuilds one."""
    tables = rebuilt(parts)
    alters = [part for part in parts if tables and words(part)[:2] == ("ALTER", "TABLE")]
    others = [
        part for part in alters if {"RENAME", "DROP"} & set(words(part)[3:]) and not set(_rename(part)) & {*tables}
    ]
    return tuple(others)


def _followed(parts: Iterable[Part]) -> tuple[tuple[str, ...], tuple[Part, ...]]:
    """Follow each table by its name: those that are rebuilt, and the statements that make it unsure."""
    first: dict[str, str | None] = {}  # what a table of now was called at first; None: made here
    lost: list[str | None] = []
    unsure: dict[str, Part] = {}
    for part in parts:
        found = words(part)
        old, new = _rename(part)
        if found[:2] == ("CREATE", "TABLE"):
            first[_folded(_name_after(part, 5 if found[2:5] == ("IF", "NOT", "EXISTS") else 2))] = None
        elif found[:4] == ("DROP", "TABLE", "IF", "EXISTS"):
            name = _folded(_name_after(part, 4))
            if first.pop(name, name) is not None:
                unsure[name] = part
        elif found[:2] == ("DROP", "TABLE"):
            name = _folded(_name_after(part, 2))
            lost.append(first.pop(name, name))
        elif new:
            first[new] = first.pop(old, old)
    kept = tuple(dict.fromkeys(name for name in lost if name is not None and name in first))
    return kept, tuple(part for name, part in unsure.items() if name in first)


def _folded(name: str) -> str:
    """As SQLite folds names: ASCII letters only."""
    return name.translate(_ASCII_LOWER)


_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


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
    rest = found[found.index("CONCURRENTLY") + 1 :]
    if rest[:1] == ("IF",):
        rest = rest[rest.index("EXISTS") + 1 :] if "EXISTS" in rest else ()
    if not rest or rest[0] == "ON" or (found[0] == "CREATE" and "ON" not in rest):
        return None
    index = _written_at(part, len(found) - len(rest))
    if found[0] == "DROP":
        return index
    at = len(found) - len(rest) + rest.index("ON") + 1
    table = _written_at(part, at + 1 if found[at : at + 1] == ("ONLY",) else at)
    return Name(table.schema, index.name)


def table_of(part: Part) -> Name | None:
    """The table whose rows or columns a statement changes: INSERT, UPDATE, DELETE, ALTER, DROP; the first of several.

    A table that is renamed, and what is switched on or off for one, is not changed.
    """
    found = words(part)
    if found[:1] in (("INSERT",), ("REPLACE",)) and "INTO" in found[:4]:
        return _written_at(part, found.index("INTO") + 1)
    for head in _HEADS:
        if found[: len(head)] == head:
            rest = found[len(head) :]
            at = len(head) + next((len(each) for each in _FILLERS if rest[: len(each)] == each), 0)
            return _written_at(part, at)
    if found[:1] == ("UPDATE",):
        return _written_at(part, 3 if found[1:2] == ("OR",) else 2 if found[1:2] == ("ONLY",) else 1)
    return None


def renamed(part: Part) -> tuple[Name, str] | None:
    """A table and the name that a statement gives it."""
    found = words(part)
    if found[:2] != ("ALTER", "TABLE") or found[-3:-1] != ("RENAME", "TO"):
        return None
    at = next((2 + len(each) for each in _FILLERS if found[2 : 2 + len(each)] == each), 2)
    return _written_at(part, at), _name_after(part, len(found) - 1)


_HEADS: tuple[tuple[str, ...], ...] = (
    ("DELETE", "FROM"),
    ("MERGE", "INTO"),
    ("ALTER", "TABLE"),
    ("DROP", "TABLE"),
    ("TRUNCATE", "TABLE"),
    ("TRUNCATE",),
)
_FILLERS = (("IF", "EXISTS", "ONLY"), ("IF", "EXISTS"), ("ONLY",))


def _rename(part: Part) -> tuple[str, str]:
    found = words(part)
    if found[:2] == ("ALTER", "TABLE") and found[-3:-1] == ("RENAME", "TO"):
        return _folded(_name_after(part, 2)), _folded(_name_after(part, len(found) - 1))
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
