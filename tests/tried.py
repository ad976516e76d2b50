"""Tables of a catalog and queries over them, as tests of the analysis write them."""

from __future__ import annotations

from plainbase import Dialect
from plainbase.check.catalog import Column, Reference, Table
from plainbase.sqlfile import Query, parse

BOTH = tuple(Dialect)
POSTGRES, SQLITE = (Dialect.POSTGRES,), (Dialect.SQLITE,)


def table(
    name: str, columns: str, *unique: str, view: str = "", references: tuple[Reference, ...] = (), computed: str = ""
) -> Table:
    """A table of columns, `!` behind those that are NOT NULL; the first of its keys is the primary one."""
    made = {
        each.strip("!"): Column(each.strip("!"), "text", each.endswith("!"), False, each in computed.split(), ())
        for each in columns.split()
    }
    keys = tuple(tuple(key.split()) for key in unique)
    return Table(name, not view, made, references, keys[0] if keys else (), keys, view)


def query(sql: str, dialect: Dialect, *notes: str, kind: str = "many") -> Query:
    """The query that a file with this statement and these notes has."""
    text = "\n".join([f"-- name: tried :{kind}", "-- Tried.", *(f"-- {note}" for note in notes), f"{sql};", ""])
    queries, problems = parse(text, file="tried.sql", namespace="tests", dialect=dialect)
    assert problems == []
    return queries[0]
