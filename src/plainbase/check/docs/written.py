"""What the migrations say of the objects they make: the text as somebody wrote it, and the comments beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from plainbase.check.docs.items import Item, cut, items, one_line
from plainbase.check.docs.unnamed import constraints
from plainbase.dialect import Dialect
from plainbase.migrations import File, Migration
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.script import Part

_KINDS = {
    "TABLE": "table",
    "VIEW": "view",
    "INDEX": "index",
    "TRIGGER": "trigger",
    "FUNCTION": "function",
    "PROCEDURE": "function",
}
_BEFORE_KIND = frozenset(
    {
        *("OR", "REPLACE", "GLOBAL", "LOCAL", "TEMP", "TEMPORARY", "UNLOGGED", "FOREIGN", "VIRTUAL"),
        *("MATERIALIZED", "RECURSIVE", "UNIQUE", "CONSTRAINT"),
    }
)
_BEFORE_NAME = frozenset({"CONCURRENTLY", "IF", "NOT", "EXISTS", "ONLY"})
_DIRECTIVE = re.compile(r"(?:grows\b|noqa\b|squawk-ignore|sqlfluff\b|no-transaction$|irreversible:)")
_ENTRY = re.compile(r"(Locks|Undo|By hand):\s*(.*)")


class Key(NamedTuple):
    """Which object: its kind, the table it belongs to (its own name, where to none), and its name, in lower case."""

    kind: str
    table: str
    name: str


@dataclass(frozen=True, slots=True)
class Said:
    """One object: its SQL on one line, "" where a later statement has changed it; its comment; which migration."""

    text: str
    comment: str
    label: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a migration begins with: what it is for, its locks and its undo; `notes` stand above no statement."""

    title: str
    sentence: str
    locks: str
    undo: str
    notes: tuple[str, ...]


@dataclass(slots=True)
class Written:
    """Everything by its key, in the order of the migrations; those that are gone too."""

    headers: dict[str, Header] = field(default_factory=dict)
    said: dict[Key, Said] = field(default_factory=dict)

    def get(self, kind: str, table: str, name: str) -> Said | None:
        """What is said of one object."""
        return self.said.get(Key(kind, table.lower(), name.lower()))


def read(migrations: Iterable[Migration]) -> Written:
    """Read the migrations' up files."""
    written = Written()
    for migration in migrations:
        written.headers[migration.label] = _header(migration)
        for part in migration.up.parts:
            comment = _prose(_above(migration.up, part.line))
            _Statement(written, migration, part, comment).read()
    return written


class _Statement:
    """The reading of one statement."""

    def __init__(self, written: Written, migration: Migration, part: Part, comment: str) -> None:
        self._said = written.said
        self._label = migration.label
        self._dialect: Dialect = migration.up.dialect
        self._part = part
        self._tokens = part.tokens
        self._comment = comment

    def read(self) -> None:
        words = [_word(token) for token in self._tokens]
        if words[:1] == ["CREATE"]:
            self._create(words)
        elif words[:2] == ["ALTER", "TABLE"]:
            self._alter_table(words)
        elif words[:1] == ["ALTER"] and words[-3:-1] == ["RENAME", "TO"] and words[1] in ("INDEX", "VIEW"):
            old, _ = self._name(self._skip(words, 2))
            self._rename(words[1].lower(), old, self._name(len(words) - 1)[0])

    def _create(self, words: Sequence[str]) -> None:
        index = 1
        while words[index : index + 1] and words[index] in _BEFORE_KIND:
            index += 1
        kind = _KINDS.get(words[index] if index < len(words) else "")
        if kind is None:
            return
        index = self._skip(words, index + 1)
        if index >= len(words) or words[index] == "ON":  # an index without a name
            return
        name, _ = self._name(index)
        text = one_line(self._part.text.removesuffix(";"), self._dialect)
        if kind in ("index", "trigger"):
            on = next((place for place in range(index, len(words)) if words[place] == "ON"), None)
            table = "" if on is None else self._name(self._skip(words, on + 1))[0]
            self._put(kind, table, name, text, self._comment)
        elif kind == "table":
            virtual = "VIRTUAL" in words[:index]  # whose brackets hold a module's arguments
            inside, found = ("", []) if virtual else items(self._part.text, self._dialect)
            self._put("table", name, name, text, inside or self._comment)
            rules = constraints(name, found, self._dialect)
            for item in (*(each for each in found if each.kind == "column"), *rules):
                self._put(item.kind, name, item.name, item.text, item.comment)
        elif kind == "view":
            inside = _after_as(self._part.text, self._dialect)
            self._put("view", name, name, text, inside or self._comment)
        else:
            self._put("function", "", name, text, self._comment)

    def _alter_table(self, words: Sequence[str]) -> None:
        table, start = self._name(self._skip(words, 2))
        for action in cut(self._tokens[start:]):
            verbs = [_word(token) for token in action]
            if verbs[:2] == ["RENAME", "TO"]:
                self._rename("table", table, lexer.identifier(action[2]) or "")
            elif verbs[:2] == ["RENAME", "CONSTRAINT"]:
                self._move("constraint", table, verbs[2], verbs[4])
            elif verbs[:1] == ["RENAME"] and "TO" in verbs:
                self._forget(table)
                self._move("column", table, verbs[-3], verbs[-1])
            elif verbs[:1] == ["ADD"]:
                place = 1 + (verbs[1:2] == ["COLUMN"])
                item = Item.of(action[self._skip(verbs, place) :], self._comment)
                self._put(item.kind, table, item.name, item.text, item.comment)
            elif verbs[:1] in (["ALTER"], ["VALIDATE"]):
                self._forget(table)

    def _put(self, kind: str, table: str, name: str, text: str, comment: str) -> None:
        self._said[Key(kind, table.lower(), name.lower())] = Said(text, comment, self._label)

    def _forget(self, table: str) -> None:
        """Trust the texts of a table's parts no more, once a statement has changed one of them."""
        for key, said in self._said.items():
            if key.table == table.lower() and key.kind in ("column", "constraint", "index"):
                self._said[key] = replace(said, text="")

    def _move(self, kind: str, table: str, old: str, new: str) -> None:
        said = self._said.pop(Key(kind, table.lower(), old.lower()), None)
        if said is not None:
            self._said[Key(kind, table.lower(), new.lower())] = said

    def _rename(self, kind: str, old: str, new: str) -> None:
        """A table takes all that belongs to it along, and the place of one of that name which is gone."""
        old, new = old.lower(), new.lower()
        if kind == "index":
            moved = [key for key in self._said if key.kind == kind and key.name == old]
            renamed = {key: key._replace(name=new) for key in moved}
        else:
            moved = [key for key in self._said if key.table == old]
            renamed = {key: Key(key.kind, new, new if key.name == old else key.name) for key in moved}
        for key in moved:
            said = self._said.pop(key)
            known = self._said.get(renamed[key])
            self._said[renamed[key]] = said if known is None else replace(said, label=known.label)

    def _skip(self, words: Sequence[str], index: int) -> int:
        while index < len(words) and words[index] in _BEFORE_NAME:
            index += 1
        return index

    def _name(self, index: int) -> tuple[str, int]:
        """The last part of a name that may have a schema, and where it ends."""
        while [token.text for token in self._tokens[index + 1 : index + 2]] == ["."]:
            index += 2
        found = lexer.identifier(self._tokens[index]) if index < len(self._tokens) else None
        return found or "", index + 1


def _word(token: Token) -> str:
    """A word in upper case, a quoted name as it is."""
    return token.text.upper() if token.kind == lexer.WORD else lexer.identifier(token) or token.text


def _above(file: File, line: int) -> list[str]:
    """The comment lines right above a line, those with which a migration begins left out."""
    lines = file.text.split("\n")
    first = line - 1
    while first and lines[first - 1].lstrip().startswith("--"):
        first -= 1
    above = lines[first : line - 1]
    entries = [number for number, each in enumerate(above) if _ENTRY.match(each.lstrip("-").strip())]
    return above[entries[-1] + 1 :] if entries and not first else above


def _prose(lines: Iterable[str]) -> str:
    """Comment lines as a text, without what tools are told by them."""
    texts = [line.strip().lstrip("-").strip() for line in lines]
    return " ".join(text for text in texts if text and not _DIRECTIVE.match(text))


def _after_as(text: str, dialect: Dialect) -> str:
    """The comment that stands between AS and the SELECT of a view."""
    lines: list[str] = []
    after = False
    for token in lexer.tokens(text, dialect):
        if token.kind == lexer.COMMENT and after:
            lines.append(token.text)
        elif token.kind != lexer.COMMENT:
            if after:
                break
            after = _word(token) == "AS"
    return _prose(lines)


def _header(migration: Migration) -> Header:
    blocks = [block for block in re.split(r"\n\s*\n", migration.up.text) if block.lstrip().startswith("--")]
    first, *others = blocks or [""]
    entries = list(_entries(first.strip().split("\n")))
    number = migration.label.partition("_")[0]
    title, _, sentence = entries[0][1].partition(": ") if entries else ("", "", "")
    if not re.match(rf"{number}\b", title):
        title, sentence = "", ""
    notes = [_prose(block.split("\n")) for block in others if all(line.startswith("--") for line in block.split("\n"))]
    known = dict(entries)
    return Header(
        title or migration.label.replace("_", " "),
        sentence[:1].upper() + sentence[1:],
        known.get("Locks", ""),
        known.get("Undo", ""),
        tuple(filter(None, notes)),
    )


def _entries(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What a migration's first comment says, entry by entry; the first has no word before it."""
    word, parts = "", list[str]()
    for line in lines:
        if not line.startswith("--"):
            break
        text = line.lstrip("-").strip()
        match = _ENTRY.fullmatch(text)
        if match:
            yield word, " ".join(parts)
            word, parts = match[1], [match[2]]
        elif not _DIRECTIVE.match(text):
            parts.append(text)
    yield word, " ".join(parts)
