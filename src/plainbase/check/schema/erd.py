"""An entity relationship diagram of tables, in the language of Mermaid."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from plainbase.check.catalog import Catalog, Column, Reference, Table

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS = frozenset(
    """
    accdescr acctitle class classdef direction end erdiagram many o one only optionally style subgraph title to u zero
    """.split()  # noqa: SIM905 (one to a line would be a page)
)
"""Names that Mermaid would take for its own; those of several words begin with one of these."""
_KEYS = frozenset({"pk", "fk", "uk"})
_SHORT = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
}
"""The types that have two names, and the one that a schema uses."""
_DIRECTION = re.compile(r"(direction)\s+(?=TB|BT|RL|LR)", re.IGNORECASE)


def diagram(catalog: Catalog, only: Collection[str] | None = None) -> str:
    """Draw all tables, or `only` these (views as well) and the tables that they refer to, by name.

    A foreign key is one line, with its columns beside it: the row referred to is optional where a column may be null,
    and referred to once at most where the columns are a key. A name or type that Mermaid cannot write stands as a
    comment beside one that it can.
    """
    shown = _shown(catalog, only)
    lines = ["erDiagram"]
    for table in shown:
        lines += [f"    {_entity(table.name)} {{", *(f"        {each}" for each in _attributes(table)), "    }"]
    names = {table.name for table in shown}
    for table in shown:
        for reference in sorted(table.references):
            if reference.table in names or reference.table not in catalog.tables:
                lines.append(f"    {_relationship(table, reference)}")
    return "\n".join(lines) + "\n"


def _shown(catalog: Catalog, only: Collection[str] | None) -> list[Table]:
    if only is None:
        return sorted((table for table in catalog.tables.values() if table.fillable), key=lambda table: table.name)
    chosen = {name: catalog.tables[name] for name in only if name in catalog.tables}
    referred = {reference.table for table in chosen.values() for reference in table.references}
    names = sorted(chosen.keys() | (referred & catalog.tables.keys()))
    return [catalog.tables[name] for name in names]


def _attributes(table: Table) -> Iterator[str]:
    referring = {column for reference in table.references for column in reference.columns}
    for column in table.columns.values():
        keys = [
            *(["PK"] if column.name in table.primary_key else []),
            *(["FK"] if column.name in referring else []),
            *(["UK"] if (column.name,) in table.unique and (column.name,) != table.primary_key else []),
        ]
        yield _attribute(column, keys)


def _attribute(column: Column, keys: Iterable[str]) -> str:
    declared = _SHORT.get(column.declared, column.declared or column.type)
    kind = _word(declared, r"[^A-Za-z0-9_()\[\]]")
    name = _word(column.name, r"[^A-Za-z0-9_]")
    hidden = [column.name] if name != column.name else []
    hidden += [declared] if kind != declared.replace(" ", "_") else []
    parts = [kind, name, ", ".join(keys), f'"{_text(", ".join(hidden))}"' if hidden else ""]
    return " ".join(filter(None, parts))


def _relationship(table: Table, reference: Reference) -> str:
    required = all(table.columns[each].required for each in reference.columns if each in table.columns)
    once = any(set(key) <= set(reference.columns) for key in table.unique)
    line = f"{'|o' if once else '}o'}--{'||' if required else 'o|'}"
    return f'{_entity(table.name)} {line} {_entity(reference.table)} : "{_text(", ".join(reference.columns))}"'


def _word(text: str, refused: str) -> str:
    """A type or a name as one word of an entity's block."""
    word = re.sub(refused, "_", text)
    if not _PLAIN.match(word):
        word = f"_{word}"
    return f"{word}_" if word.lower() in _KEYS else word


def _entity(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name.lower() not in _KEYWORDS else f'"{_text(name)}"'


def _text(text: str) -> str:
    """A text between quotation marks, without what Mermaid would read in it."""
    text = re.sub(r"[%\\~#;\x00-\x1f\x7f]", "_", text.replace('"', "'"))
    return _DIRECTION.sub(r"\1_", text)
