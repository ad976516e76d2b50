"""What one engine says of the schema after the last migration, beside what the migrations say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plainbase.check.catalog import Catalog, Table
from plainbase.check.docs.items import Item
from plainbase.check.docs.plans import Plans
from plainbase.check.docs.unnamed import constraints
from plainbase.check.docs.written import Said, Written
from plainbase.check.queries.engines import Engine
from plainbase.dialect import Dialect
from plainbase.migrations import Migration
from plainbase.migrations.objects import SchemaObject

OWN = "plainbase's own"
"""What stands for the migration that makes plainbase's own tables."""

_RELATIONS = frozenset({"table", "view", "materialized view"})


@dataclass(frozen=True, slots=True)
class Part:
    """A constraint, an index, a trigger, a function: its SQL, as written where that still holds, and its comment."""

    name: str
    text: str
    comment: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One dialect. `grows` has the reason of each table that does, "" where none is given."""

    dialect: Dialect
    migrations: Sequence[Migration]
    written: Written
    objects: Sequence[SchemaObject]
    grows: Mapping[str, str]
    engine: Engine
    plans: Mapping[str, Plans] = field(default_factory=dict)

    @property
    def catalog(self) -> Catalog:
        """What the engine says of tables."""
        return self.engine.catalog

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables and views by name."""
        return self.catalog.tables

    def kind(self, table: str) -> str:
        """`table`, `view`, `materialized view` or `virtual table`."""
        found = next((each for each in self.objects if each.name == table and each.kind in _RELATIONS), None)
        if found is None:
            return "table" if self.tables[table].fillable else "view"
        return "virtual table" if found.definition.startswith("CREATE VIRTUAL") else found.kind

    def stored(self, table: str) -> str:
        """What is said of a table as a whole: `WITHOUT ROWID`, storage parameters."""
        if self.kind(table) == "virtual table":
            return ""
        return next((each.definition for each in self.objects if each.kind == "table" and each.name == table), "")

    def comment(self, table: str, column: str = "") -> str:
        """What COMMENT ON says of a table or view, or of a column, else what its migration does."""
        name = f"{table}.{column}" if column else table
        found = [each.definition for each in self.objects if each.kind == "comment" and each.name == name]
        if found:
            return found[0]
        said = self.said("column", table, column) if column else self.said("table", table, table)
        return said.comment if said else ""

    def said(self, kind: str, table: str, name: str) -> Said | None:
        """What the migrations say; a view is asked for as a table."""
        found = self.written.get(kind, table, name)
        return self.written.get("view", table, name) if found is None and kind == "table" else found

    def definition(self, table: str, column: str) -> str:
        """A column's SQL after its name."""
        said = self.said("column", table, column)
        if said is not None and said.text:
            return said.text
        own = (each for each in self.objects if each.kind == "column" and each.table == table and each.name == column)
        return next((_tidied(each.definition) for each in own), "")

    def parts(self, kind: str, table: str) -> Iterator[Part]:
        """What of a kind belongs to a table, in the order in which it was written."""
        order = {key.name: place for place, key in enumerate(self.written.said) if key.kind == kind}
        found = list(self._found(kind, table))
        for name, definition in sorted(found, key=lambda each: order.get(each[0].lower(), len(order))):
            said = self.said(kind, table, name)
            text = said.text if said and said.text else _tidied(definition)
            yield Part(name, text, said.comment if said else "")

    def _found(self, kind: str, table: str) -> Iterator[tuple[str, str]]:
        own = [each for each in self.objects if each.table == table]
        if kind == "constraint" and self.dialect is Dialect.SQLITE:  # whose catalog is the text of CREATE TABLE
            items = [Item(each.kind, each.name, each.definition, "") for each in own if each.kind in ("column", kind)]
            yield from ((each.name, each.text) for each in constraints(table, items, self.dialect))
            return
        for each in own:
            if each.kind == kind:
                yield each.name.partition("(")[0] if kind == "function" else each.name, each.definition


def _tidied(definition: str) -> str:
    """A catalog's words, set apart by spaces, as somebody would write them."""
    text = re.sub(r" ?:: ?", "::", definition).replace("[ ", "[").replace(" ]", "]").replace(" [", "[")
    return re.sub(r"\b([a-z_]\w*) \(", r"\1(", text).removesuffix(" ;")
