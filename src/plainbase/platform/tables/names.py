"""Names of the catalog in a statement that pypika builds.

The second place, beside the free search, where a statement is not written in a file: a table that is known by its name
only, such as one that was added by its users, can stand in none. Every name here comes from the engine's own catalog.
"""

from __future__ import annotations

from pypika import Field, Table

_DOUBLED = Field('"').get_sql(quote_char='"') == '""""'


def quoted(name: str) -> str:
    """A name for pypika, which writes it in quotes; those that stand in it only newer versions double themselves."""
    return name if _DOUBLED else name.replace('"', '""')


def table_named(name: str, alias: str | None = None) -> Table:
    """A table."""
    return Table(quoted(name), alias=alias)


def column_named(name: str) -> Field:
    """A column."""
    return Field(quoted(name))
