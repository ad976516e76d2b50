"""Which tables hold rows of their own, those that others refer to first; those that do not are left out here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from pypika import Query
from pypika.functions import Count

from plainbase.check import catalog
from plainbase.dialect import Dialect
from plainbase.drivers.base import Executor
from plainbase.platform.tables.names import table_named
from plainbase.runner import Runner
from plainbase.shipped import internal_queries

LEFT_OUT: Mapping[str, str] = {
    "schema_migrations": "what was applied to this very database, by the files of its own engine",
    "view_refreshes": "when this database computed its stored views",
    "run_metric_summary_touched": "what the next refresh of a stored view has to look at",
    "audit_context": "who acts in the open transaction; empty otherwise",
    "audit_conflicts": "what a trigger tells another within one insert",
    "evaluation_documents": "of one engine only: triggers fill it from evaluations, for the full-text index",
    "unfinished_copy": "what a copy into this database notes of itself until it is done",
}
"""The tables of the shipped schema that hold nothing of their own, and why.

So do the stored results of views, which a refresh computes, virtual tables and what SQLite keeps for them, and parts of
partitioned tables, whose rows are those of the whole.
"""

_ORDERED = frozenset({"uuid", "text", "integer", "integer32", "integer16", "timestamp", "boolean", "bytes"})
"""The types of keys by which both engines order rows alike."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column whose values are stored, and its logical type; generated columns are none.

    `verbatim` says of JSON that the engine keeps its text, and not what that means.
    """

    name: str
    type: str
    verbatim: bool = False

    def with_verbatim(self, verbatim: bool) -> Column:
        """The same where that is so, or not."""
        return replace(self, verbatim=verbatim)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its key, in whose order both engines bring its rows, and the tables that it refers to.

    `key` is empty where there is none, or none that both engines order alike. `parents` may name the table itself.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    parents: tuple[str, ...]
    references: tuple[catalog.Reference, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the catalog is read by: whatever runs the statements of a database or of a transaction."""

    dialect: Dialect
    executor: Executor

    @property
    def fetch(self) -> object:
        return self.executor.fetch


async def tables(runner: Runner) -> tuple[Table, ...]:
    """Every table with rows of its own, by name, parents before children where no cycle forbids it.

    Read from the live catalog, so tables of nobody's migrations are among them; see `LEFT_OUT` for what is not.
    """
    reader = _Reader(Dialect(runner.dialect), runner._executor)
    found = (await catalog.read(reader)).tables  # type: ignore[arg-type]  # a property is as good as a method
    statement, values = internal_queries(reader.dialect, "tables")["list_parts"].bind({})
    parts = {row["table_name"] for row in await runner._executor.fetch(statement, values)}
    own = {
        name: _table(table, found)
        for name, table in sorted(found.items())
        if table.fillable and not table.view and name not in LEFT_OUT and name not in parts
    }
    return tuple(own[name] for name in _parents_first(own))


def _table(table: catalog.Table, found: Collection[str]) -> Table:
    columns = tuple(
        sorted(
            (
                Column(each.name, each.type, each.type == "json" and each.declared != "jsonb")
                for each in table.columns.values()
                if not each.generated
            ),
            key=lambda column: column.name,
        )
    )
    parents = tuple(sorted({reference.table for reference in table.references} & set(found)))
    candidates = [table.primary_key, *sorted(table.unique)]
    key = next((names for names in candidates if _is_key(names, table)), ())
    return Table(table.name, columns, key, parents, table.references)


def _is_key(names: Iterable[str], table: catalog.Table) -> bool:
    columns = [table.columns[name] for name in names]
    return bool(columns) and all(
        column.type in _ORDERED and not column.generated and (column.required or names == table.primary_key)
        for column in columns
    )


def _parents_first(own: Mapping[str, Table]) -> list[str]:
    done: dict[str, None] = {}

    def walk(name: str, above: frozenset[str]) -> None:
        if name not in done and name in own and name not in above:
            for parent in own[name].parents:
                walk(parent, above | {name})
            done[name] = None

    for name in own:
        walk(name, frozenset())
    return list(done)


async def row_counts(runner: Runner) -> dict[str, int]:
    """How many rows each table has; of one moment where `runner` is a transaction that sees one."""
    counted = {}
    for table in await tables(runner):
        query = Query.from_(table_named(table.name)).select(Count("*"))
        counted[table.name] = int(await runner.fetch_value(query))
    return counted
