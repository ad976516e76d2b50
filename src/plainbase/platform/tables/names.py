"""Names of the catalog in a statement that pypika builds.

The second place, beside the free search, where a statement is not written in a file: a table that is known by its name
only, such as one that was added by its users, can stand in none. Every name here comes from the engine's own catalog.
"""

from __future__ import annotations

from pypika import Field, Table


def table_named(name: str) -> Table:
    """A table; pypika writes its name in quotes, and leaves those that stand in it as they are."""
    return Table(name.replace('"', '""'))


def column_named(name: str) -> Field:
    """A column, by the same rule."""
    return Field(name.replace('"', '""'))
