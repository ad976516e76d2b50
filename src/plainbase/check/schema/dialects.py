"""What the tables of the two dialects do not have in common, whether or not a query shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from plainbase.check.catalog import Catalog, Table
from plainbase.check.finding import Finding
from plainbase.dialect import Dialect


def differences(postgres: Catalog, sqlite: Catalog, own: Collection[str]) -> Iterator[Finding]:
    """Yield NOT NULL, keys and references that a table has in one dialect only; not of plainbase's `own`."""
    for name in sorted(postgres.tables.keys() & sqlite.tables.keys() - set(own)):
        ours, theirs = postgres.tables[name], sqlite.tables[name]
        if ours.fillable and theirs.fillable:
            yield from (Finding("schema", name, said) for said in (*_columns(ours, theirs), *_keys(ours, theirs)))


def _columns(ours: Table, theirs: Table) -> Iterator[str]:
    for name, one in ours.columns.items():
        other = theirs.columns.get(name)
        if other is not None and one.required != other.required:
            yield f"{name} is NOT NULL on {_where(one.required)} only"


def _keys(ours: Table, theirs: Table) -> Iterator[str]:
    keys, others_keys = (
        {frozenset(key) for key in (table.primary_key, *table.unique) if key} for table in (ours, theirs)
    )
    for columns in sorted(map(sorted, keys ^ others_keys)):
        yield f"({', '.join(columns)}) is unique on {_where(frozenset(columns) in keys)} only"
    references, others = ({each._replace(name="") for each in table.references} for table in (ours, theirs))
    for each in sorted(references ^ others):
        said = f"({', '.join(each.columns)}) refers to {each.table}, on delete {each.on_delete.lower()},"
        yield f"{said} on {_where(each in references)} only"


def _where(on_postgres: bool) -> str:
    return (Dialect.POSTGRES if on_postgres else Dialect.SQLITE).engine
