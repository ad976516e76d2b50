"""What a schema consists of, as the engine's own catalog tells it, and how two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plainbase.dialect import Dialect
from plainbase.rows import Row
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

_WHOLES = ("table", "view", "materialized view", "type", "column", "index", "sequence")
_PARTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "EXCLUDE")


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """A table, a column, a constraint, an index and so on; `definition` is SQL, spaced alike.

    `table` is what it belongs to; a table belongs to itself, a function to nothing. `folded` is what to compare
    instead, where the catalog keeps what was typed.
    """

    kind: str
    table: str
    name: str
    definition: str
    folded: str = ""

    @property
    def title(self) -> str:
        """How it is called in a finding."""
        if self.kind in ("column", "constraint"):
            return f"{self.kind} {self.table}.{self.name}"
        on = f" on {self.table}" if self.table not in ("", self.name) and self.kind != "comment" else ""
        return f"{self.kind} {self.name}{on}"


def objects(rows: Iterable[Row], dialect: Dialect) -> tuple[SchemaObject, ...]:
    """The objects of a catalog; a table that the catalog keeps as its statement becomes its columns and constraints."""
    found: list[SchemaObject] = []
    for row in rows:
        text = row["definition"]
        if row["kind"] == "table" and text.upper().startswith("CREATE TABLE"):
            found += _of_table(row["name"], text, dialect)
        elif row["kind"] == "comment":
            found.append(SchemaObject(row["kind"], row["table_name"], row["name"], text))
        else:
            tokens = _tokens(text, dialect)
            folded = _folded(tokens) if dialect is Dialect.SQLITE else ""
            found.append(SchemaObject(row["kind"], row["table_name"], row["name"], _spaced(tokens), folded))
    return tuple(found)


def differences(expected: Sequence[SchemaObject], found: Sequence[SchemaObject]) -> tuple[str, ...]:
    """Name what is missing, extra or different; of a table that is missing or extra, nothing but the table."""
    wanted, there = _by_key(expected), _by_key(found)
    absent, extra = _wholes(wanted.keys() - there.keys()), _wholes(there.keys() - wanted.keys())
    lines = []
    for key in sorted(wanted.keys() | there.keys()):
        want, have = wanted.get(key), there.get(key)
        if want is None and have is not None and not _goes_along(have, extra):
            lines.append(f"extra {have.title}")
        elif have is None and want is not None and not _goes_along(want, absent):
            lines.append(f"missing {want.title}")
        elif want is not None and have is not None and _compared(want) != _compared(have):
            lines.append(f"changed {want.title}: {_shown(have)}; it should be {_shown(want)}")
    return (*lines, *_reordered(expected, found))


def _wholes(keys: Iterable[tuple[str, str, str]]) -> set[str]:
    """The names of what others belong to; a column's is `table.column`."""
    return {f"{table}.{name}" if kind == "column" else name for table, kind, name in keys if kind in _WHOLES}


def _goes_along(each: SchemaObject, wholes: set[str]) -> bool:
    """Whether it is missing, or extra, since what it belongs to is."""
    if each.kind == "comment":
        return each.name in wholes or each.table in wholes
    return each.kind not in ("table", "view", "materialized view", "type") and each.table in wholes


def _compared(each: SchemaObject) -> str:
    return each.folded or each.definition


def _reordered(expected: Iterable[SchemaObject], found: Iterable[SchemaObject]) -> Iterator[str]:
    """Tables whose columns stand in another order."""
    wanted, there = _columns(expected), _columns(found)
    for table in sorted(wanted.keys() & there.keys()):
        common = set(wanted[table]) & set(there[table])
        order = [name for name in wanted[table] if name in common]
        if order != [name for name in there[table] if name in common]:
            yield f"changed table {table}: its columns stand in another order; it should be {', '.join(order)}"


def _columns(found: Iterable[SchemaObject]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for each in found:
        if each.kind == "column":
            tables.setdefault(each.table, []).append(each.name)
    return tables


def _by_key(found: Iterable[SchemaObject]) -> Mapping[tuple[str, str, str], SchemaObject]:
    return {_key(each): each for each in found}


def _key(each: SchemaObject) -> tuple[str, str, str]:
    return (each.table, each.kind, each.name)


def _shown(each: SchemaObject) -> str:
    return each.definition or "plain"


def _of_table(table: str, text: str, dialect: Dialect) -> Iterator[SchemaObject]:
    """Cut a CREATE TABLE at the commas of its outermost brackets."""
    tokens = _tokens(text, dialect)
    start = next((index for index, token in enumerate(tokens) if token.text == "("), len(tokens))
    depth = 0
    item: list[Token] = []
    end = len(tokens)
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.text in ("(", ")"):
            depth += 1 if token.text == "(" else -1
        if depth == 0 or (depth == 1 and token.text == ","):
            yield _of_item(table, item)
            item = []
            end = index + 1
            if depth == 0:
                break
        elif index > start:
            item.append(token)
    yield SchemaObject("table", table, table, _spaced(tokens[end:]), _folded(tokens[end:]))


def _of_item(table: str, item: Sequence[Token]) -> SchemaObject:
    first = item[0].text.upper() if item[0].kind == lexer.WORD else ""
    name = lexer.identifier(item[1 if first == "CONSTRAINT" else 0]) or item[0].text
    if first == "CONSTRAINT":
        return SchemaObject("constraint", table, name, _spaced(item[2:]), _folded(item[2:]))
    if first in _PARTS:
        return SchemaObject("constraint", table, _spaced(item), _spaced(item), _folded(item))
    return SchemaObject("column", table, name, _spaced(item[1:]), _folded(item[1:]))


def _tokens(text: str, dialect: Dialect) -> list[Token]:
    return [token for token in lexer.tokens(text, dialect) if token.kind not in (lexer.COMMENT, lexer.BLOCK)]


def _spaced(tokens: Iterable[Token]) -> str:
    """The tokens with one space between them, names without the quotes they can do without."""
    text, before = "", "("
    for token in tokens:
        name = lexer.identifier(token) if token.kind == lexer.QUOTED else None
        word = name if name is not None and name.isidentifier() and name == name.lower() else token.text
        text += word if before in ("(", ".") or word in (")", ",", ".") else f" {word}"
        before = word
    return text


def _folded(tokens: Sequence[Token]) -> str:
    """For comparing where the catalog keeps what was typed: words in one case."""
    words = []
    for token in tokens:
        name = lexer.identifier(token)
        plain = token.kind == lexer.WORD or (name is not None and name.isidentifier())
        words.append(Token(lexer.WORD, (name or "").upper(), token.start, token.end) if plain else token)
    return _spaced(words)
