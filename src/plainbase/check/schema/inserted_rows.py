"""The rows that migrations insert, as the statements of schema.sql that insert them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.migrations.files import read
from plainbase.migrations.pieces import internal, quoted
from plainbase.migrations.records import records
from plainbase.migrations.statements import Name, renamed, table_of, words
from plainbase.rows import Row
from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part

_QUOTED = {
    Dialect.POSTGRES: "coalesce(quote_literal(CAST({} AS text)), 'NULL')",
    Dialect.SQLITE: "quote({})",
}
_FILE = "schema_file"
_INSERTS = ("INSERT", "REPLACE")


@dataclass
class _Table:
    """A table into which migrations insert: by which statements, and what else is done to it.

    `place` is that of the first statement, among all of the migrations.
    """

    name: Name
    place: int
    inserts: list[Part] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    is_changed: bool = False

    def note(self, part: Part) -> None:
        """Note a statement about this table."""
        self.said |= {each.upper() for each in words(part)}
        if _is_plain(part):
            self.inserts.append(part)
        else:
            self.is_changed = True
        if not _names_columns(part):
            self.said.add("*")


async def statements(db: Database, folders: Sequence[Path]) -> list[str]:
    """The INSERT statements for a database that these folders have migrated, in the order of its migrations.

    They are those of the migrations, as they are written, where these only give values to a table that nothing
    changes later. Of another table they have the rows that it has now, without generated columns and without those
    whose default is computed and that no statement gives. What triggers write elsewhere is not among them.
    """
    dialect = Dialect(db.dialect)
    applied = {record.version for record in await records(db._driver, dialect)}
    found = [each for each in (read(folders, dialect) if folders else ()) if each.version in applied]
    parts = [part for migration in found for part in migration.up.parts]
    placed: list[tuple[int, str]] = []
    for table in _tables(parts):
        if table.is_changed:
            placed += [(table.place, text) for text in await _as_they_are(db, table)]
        else:
            texts = [part.text if part.text.endswith(";") else f"{part.text}\n;" for part in table.inserts]
            at = [next(place for place, each in enumerate(parts) if each is part) for part in table.inserts]
            placed += zip(at, texts, strict=True)
    return [text for _, text in sorted(placed)]


def _tables(parts: Iterable[Part]) -> Iterable[_Table]:
    """The tables into which a statement inserts and that are there at the end."""
    found: dict[str, _Table] = {}
    dropped: dict[str, int] = {}
    for place, part in enumerate(parts):
        new, name = renamed(part), table_of(part)
        if new is not None:
            table = found.pop(_key(new[0]), None)
            if table is not None:
                table.name, table.is_changed = Name(new[0].schema, new[1]), True
                table.place = dropped.pop(_key(table.name), table.place)
                found[_key(table.name)] = table
        elif name is None or (part.verb == "ALTER" and _only_guards(part)):
            continue
        elif part.verb == "DROP":
            table = found.pop(_key(name), None)
            if table is not None:
                dropped[_key(name)] = table.place
        elif _key(name) in found or (part.verb in _INSERTS and not _takes_from_others(part, found)):
            found.setdefault(_key(name), _Table(name, place)).note(part)
    return found.values()


def _key(name: Name) -> str:
    return name.name.lower()


def _only_guards(part: Part) -> bool:
    """Whether an ALTER TABLE leaves rows and columns as they are."""
    found = {*words(part)}
    return not {"COLUMN", "ADD", "DROP", "TYPE", "RENAME"} & found or ("CONSTRAINT" in found and "COLUMN" not in found)


def _is_plain(part: Part) -> bool:
    """Whether a statement inserts values that it says itself."""
    found = words(part)
    return part.verb in _INSERTS and "VALUES" in found and "SELECT" not in found


def _takes_from_others(part: Part, found: Collection[str]) -> bool:
    """Whether an INSERT takes its rows from tables alone into which no migration inserts: it finds what triggers wrote.

    Such rows are another database's, as those of an audit log.
    """
    said = {*words(part)}
    if "SELECT" not in said or said & {"VALUES", "WITH"}:
        return False
    pairs = zip(part.tokens, part.tokens[1:], part.tokens[2:] + part.tokens[:1], strict=False)
    sources = [(name, after) for word, name, after in pairs if word.text.upper() in ("FROM", "JOIN")]
    return bool(sources) and all(
        name.text != "(" and after.text != "(" and lexer.identifier(name) not in found for name, after in sources
    )


def _names_columns(part: Part) -> bool:
    """Whether an INSERT says which columns it gives."""
    if part.verb not in _INSERTS:
        return True
    start = next(index for index, token in enumerate(part.tokens) if token.text.upper() == "INTO") + 2
    while [token.text for token in part.tokens[start : start + 1]] == ["."]:
        start += 2
    return [token.text for token in part.tokens[start : start + 1]] == ["("]


async def _as_they_are(db: Database, table: _Table) -> list[str]:
    dialect = Dialect(db.dialect)
    name = quoted(*filter(None, table.name))
    (listing,) = internal(dialect, "list_columns_to_insert", {"table_name": name}, file=_FILE)
    found = await db.fetch_all(listing.text)
    columns = [row for row in found if _is_given(row, table.said, dialect)]
    if not columns:
        return []
    names = [quoted(row["name"]) for row in columns]
    values = " || ', ' || ".join(_QUOTED[dialect].format(column) for column in names)
    numbered = [quoted(row["name"]) for row in found if row["is_identity"] and row not in columns]
    put_in = {"a_table": name, "the_values": values, "the_number": (*numbered, "ctid")[0]}
    (reading,) = internal(dialect, "list_rows_to_insert", names=put_in, file=_FILE)
    rows = [f"({row['row_values']})" for row in await db.fetch_all(reading.text)]
    overriding = " OVERRIDING SYSTEM VALUE" if any(row["is_always"] for row in columns) else ""
    if not rows:
        return []
    return [f"INSERT INTO {name} ({', '.join(names)}){overriding} VALUES\n    " + ",\n    ".join(rows) + ";"]


def _is_given(column: Row, said: Iterable[str], dialect: Dialect) -> bool:
    """Whether a column's values are part of the text: not where they are another time's, or the engine's own."""
    named = {"*", column["name"].upper()} & {*said}
    return bool(named) or not (column["is_identity"] or _is_computed(column["default_value"], dialect))


def _is_computed(default: str | None, dialect: Dialect) -> bool:
    tokens = [*lexer.tokens(default or "", dialect)]
    return any(token.text == "(" or token.text.upper().startswith("CURRENT_") for token in tokens)
