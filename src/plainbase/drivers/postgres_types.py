"""What the types of a PostgreSQL database accept, domains and arrays seen through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from plainbase import values as input_tables
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.values import Accepts, ListOf

LOGICAL = {
    "uuid": "uuid",
    "timestamptz": "timestamp",
    "bool": "boolean",
    "int8": "integer",
    "int4": "integer32",
    "int2": "integer16",
    "float8": "real",
    "float4": "real",
    "numeric": "decimal",
    "text": "text",
    "varchar": "text",
    "bpchar": "text",
    "bytea": "bytes",
    "jsonb": "json",
    "json": "json",
}
"""The logical types of the catalog's own; any other takes what the driver takes."""

# A domain is its base type, an array its elements' type; either may stand inside the other.
_RESOLVE = """
WITH RECURSIVE walk (origin, oid, listed) AS (
    SELECT t.oid, t.oid, false FROM pg_catalog.pg_type AS t WHERE t.oid = ANY($1::oid[])
    UNION ALL
    SELECT
        w.origin,
        CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.typelem END,
        w.listed OR t.typtype <> 'd'
    FROM walk AS w
    JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
    WHERE t.typtype = 'd' OR (t.typcategory = 'A' AND t.typelem <> 0)
)
SELECT
    w.origin,
    w.listed,
    t.typtype = 'c' AS composite,
    CASE WHEN n.nspname = 'pg_catalog' THEN t.typname::text ELSE '' END AS name
FROM walk AS w
JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE NOT (t.typtype = 'd' OR (t.typcategory = 'A' AND t.typelem <> 0))
"""


class TypeInput(NamedTuple):
    """What a type, or each element of an array, accepts."""

    element: Accepts
    listed: bool
    composite: bool

    def accepts(self) -> Accepts:
        """What a value of the type is converted by; an array may hold arrays of the same length."""
        if not self.listed:
            return self.element
        if self.element.lenient or self.element.name == "json":
            return ListOf(self.element, nullable=True)
        nested = Accepts(self.element.name, self.element)
        array = ListOf(nested, nullable=True)
        nested[list] = nested[tuple] = array[list]
        return array


class Types:
    """The types looked up so far, by oid."""

    def __init__(self) -> None:
        self.tables = input_tables.native()
        self._known: dict[int, TypeInput] = {}

    async def of(self, connection: PostgresConnection, oids: Sequence[int]) -> list[TypeInput]:
        """Look types up, in the catalog where one is met for the first time."""
        new = [oid for oid in oids if oid not in self._known]
        if new:
            for oid, listed, composite, name in await connection.fetch(_RESOLVE, new):
                self._known[oid] = TypeInput(self.tables[LOGICAL.get(name, "")], listed, composite)
        unknown = TypeInput(self.tables[""], listed=False, composite=False)  # dropped meanwhile
        return [self._known.get(oid, unknown) for oid in oids]
