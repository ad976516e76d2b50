"""What a migrated SQLite database's tables lack that nothing else would tell, read from its catalog."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from plainbase.calls import Call
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers.named import quote
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile import lexer
from plainbase.sqlfile.query import Query


async def findings(db: Database) -> list[str]:
    """Say, table by table, what to add: indexes for foreign keys, checks of types, primary keys, ON DELETE.

    Virtual tables and plainbase's own records are left out. Raises ConfigurationError where it is no SQLite.
    """
    queries = internal_queries(Dialect(db.dialect), "sqlite_rules")
    tables = await Call(queries["list_tables"], db)()
    return [finding for row in tables for finding in _findings(await _table(db, queries, row))]


@dataclass(frozen=True, slots=True)
class _Index:
    """An index, or a constraint's: its columns (None for an expression), and the tokens of its WHERE."""

    columns: tuple[str | None, ...]
    where: tuple[str, ...]

    def serves(self, columns: Sequence[str]) -> bool:
        """Whether these columns are found by it, whatever they are: it may leave out only rows where one is null."""
        names = {name.lower() for name in columns}
        if set(self.columns[: len(columns)]) != names:
            return False
        words = [word for word in self.where if word not in ("(", ")")]
        conditions = [list(part) for joint, part in groupby(words, lambda word: word == "and") if not joint]
        present = [[name, *rest] for name in names for rest in (["is", "not", "null"], ["not", "null"], ["notnull"])]
        return all(_unquoted(condition) in present for condition in conditions)


@dataclass(frozen=True, slots=True)
class _ForeignKey:
    """A foreign key's columns, and whether it says what happens on delete."""

    columns: tuple[str, ...]
    says_on_delete: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """What the rules are about; names as they are written, but for the words of its definition."""

    name: str
    words: tuple[str, ...]
    keeps_keys: bool
    is_stored_view: bool
    columns: tuple[Row, ...]
    foreign_keys: tuple[_ForeignKey, ...]
    indexes: tuple[_Index, ...]


async def _table(db: Database, queries: Mapping[str, Query], row: Row) -> _Table:
    async def rows(query: str) -> Any:
        return await Call(queries[query], db)(table_name=row["name"])

    columns, keys, entries = (
        await rows("list_columns"),
        await rows("list_foreign_keys"),
        await rows("list_index_columns"),
    )
    words = tuple(_words(row["sql"]))
    indexes = []
    has_index_of_key = False
    for _, group in groupby(entries, lambda entry: entry["index_name"]):
        parts = list(group)
        has_index_of_key = has_index_of_key or parts[0]["origin"] == "pk"
        where = _where(parts[0]["sql"]) if parts[0]["is_partial"] else ()
        indexes.append(_Index(tuple(part["name"] and part["name"].lower() for part in parts), where))
    key = [column["name"].lower() for column in columns if column["key_position"]]
    if key and not has_index_of_key:  # it is the row's own number
        indexes.append(_Index(tuple(key), ()))
    written = list(reversed([*_references(words)]))
    foreign_keys = [
        _ForeignKey(tuple(part["name"] for part in parts), parts[0]["on_delete"] != "NO ACTION" or written[number])
        for number, parts in ((number, list(group)) for number, group in groupby(keys, lambda part: part["number"]))
    ]
    # Without a row number, or in a strict table, or as the row's number, a key is never null.
    keeps_keys = bool(row["is_without_rowid"] or row["is_strict"] or not has_index_of_key)
    stored = bool(row["is_stored_view"])
    return _Table(row["name"], words, keeps_keys, stored, tuple(columns), tuple(foreign_keys), tuple(indexes))


def _findings(table: _Table) -> Iterator[str]:
    def written(*names: str) -> str:
        """Names joined to one, in quotation marks where the definition has them."""
        needs = any(f'"{name.lower()}"' in table.words for name in names)
        return quote("_".join(names)) if needs else "_".join(names)

    # What tells a stored view's rows apart may be null, so a unique index may stand for its key.
    if not table.is_stored_view and not any(column["key_position"] for column in table.columns):
        yield f"{table.name}: it has no primary key; CONSTRAINT {written(table.name, 'pkey')} PRIMARY KEY (…)"
    for column in table.columns:
        name, required = column["name"], column["is_required"]
        if column["key_position"] and not required and not table.keeps_keys:
            yield f"{table.name}.{name}: SQLite takes null in this primary key; declare it NOT NULL"
        rules = {"JSON_TEXT": f"json_valid({written(name)})", "BOOLEAN_INTEGER": f"{written(name)} IN (0, 1)"}
        rule = rules.get(column["type"])
        if rule and not any(_holds(check, name.lower(), column["type"]) for check in _checks(table.words)):
            rule = rule if required else f"{written(name)} IS NULL OR {rule}"
            constraint = written(table.name, name, "type_check")
            yield f"{table.name}.{name}: no check holds it to its type; CONSTRAINT {constraint} CHECK ({rule})"
    for key in table.foreign_keys:
        place = (
            f"{table.name}.{key.columns[0]}" if len(key.columns) == 1 else f"{table.name} ({', '.join(key.columns)})"
        )
        if not any(index.serves(key.columns) for index in table.indexes):
            index = f"{written(table.name, *key.columns, 'idx')} ON {written(table.name)}"
            columns = ", ".join(map(written, key.columns))
            yield f"{place}: no index serves the foreign key; CREATE INDEX {index} ({columns})"
        if not key.says_on_delete:
            yield f"{place}: the foreign key leaves unsaid what a delete does; ON DELETE RESTRICT, CASCADE or SET NULL"


def _words(sql: str) -> Iterator[str]:
    """The tokens of a definition without comments, words in lower case, quoted names in double quotes."""
    for token in lexer.tokens(sql, Dialect.SQLITE):
        if token.kind == lexer.QUOTED:
            yield f'"{(lexer.identifier(token) or "").lower()}"'
        elif token.kind not in (lexer.COMMENT, lexer.BLOCK):
            yield token.text.lower() if token.kind == lexer.WORD else token.text


def _unquoted(words: Sequence[str]) -> list[str]:
    return [word[1:-1] if word.startswith('"') else word for word in words]


def _where(sql: str) -> tuple[str, ...]:
    words = tuple(_words(sql))
    return words[words.index("where") + 1 :]


def _enclosed(words: Sequence[str], start: int) -> Sequence[str]:
    """The words from `start` on, up to the bracket that closes what they stand in."""
    depth = 0
    for position in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[position], 0)
        if depth < 0:
            return words[start:position]
    return words[start:]


def _checks(words: Sequence[str]) -> Iterator[list[str]]:
    """What stands in each CHECK of a table, without quotation marks."""
    for position, word in enumerate(words[:-1]):
        if word == "check" and words[position + 1] == "(":
            yield _unquoted(_enclosed(words, position + 2))


def _holds(check: list[str], column: str, declared: str) -> bool:
    """Whether a check says what a type is: `json_valid(x`, or `x IN (0, 1)`."""
    if declared == "JSON_TEXT":
        rules = [["json_valid", "(", column]]
    else:
        rules = [[column, "in", "(", first, ",", second, ")"] for first, second in (("0", "1"), ("1", "0"))]
    return any(check[start : start + len(rule)] == rule for rule in rules for start in range(len(check)))


def _references(words: Sequence[str]) -> Iterator[bool]:
    """Whether each foreign key of a table says ON DELETE, in the order in which they are written."""
    for position, word in enumerate(words):
        if word == "references":
            clause = _clause(_enclosed(words, position + 1))
            yield any(pair == ("on", "delete") for pair in pairwise(clause))


def _clause(words: Sequence[str]) -> list[str]:
    """The words up to the next comma outside brackets, or the next foreign key."""
    depth = 0
    for position, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if not depth and word in (",", "references"):
            return list(words[:position])
    return list(words)
