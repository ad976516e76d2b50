"""What is done on one PostgreSQL connection; the driver and the session share it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from plainbase.drivers.base import OnConflict
from plainbase.drivers.named import check_columns, encode_rows, quote
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_types import TypeInput, Types
from plainbase.encoding import regrouped
from plainbase.errors import ParameterError, RowNotFound, TooManyRows
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})


async def fetch(connection: PostgresConnection, statement: Statement, values: list[Any]) -> list[Row]:
    """Run a statement and return its rows."""
    rows: Any = await connection.fetch(statement.text, *values)
    return rows  # type: ignore[no-any-return]  # a record_class makes them Rows


async def fetch_first(connection: PostgresConnection, statement: Statement, values: list[Any]) -> list[Row]:
    """Run a statement and return its first row, if it has one."""
    row: Any = await connection.fetchrow(statement.text, *values)
    return [] if row is None else [row]


async def execute(connection: PostgresConnection, statement: Statement, values: list[Any]) -> int:
    """Run a statement and return the number of rows it changed."""
    status: str = await connection.execute(statement.text, *values)
    if statement.verb not in CHANGES:
        return 0
    return int(status.rpartition(" ")[2])


async def fetch_batch(
    connection: PostgresConnection, statement: Statement, rows: Sequence[Sequence[Any]], *, one_row: bool
) -> list[Row]:
    """Run a statement once per row of values, each giving exactly one row; in a transaction of the caller's.

    With `one_row` it is known to give no more.
    """
    if one_row:
        result: Any = await connection.fetchmany(statement.text, rows)
        if len(result) != len(rows):
            raise RowNotFound(f"{len(rows) - len(result)} rows of the batch gave no row, expected exactly one each")
        return result  # type: ignore[no-any-return]
    collected: list[Row] = []
    for index, values in enumerate(rows):
        got: Any = await connection.fetch(statement.text, *values)
        if not got:
            raise RowNotFound(f"no row for row {index} of the batch, expected exactly one")
        if len(got) > 1:
            raise TooManyRows(f"{len(got)} rows for row {index} of the batch, expected exactly one")
        collected.append(got[0])
    return collected


async def explain(connection: PostgresConnection, statement: Statement, values: list[Any]) -> str:
    """PostgreSQL's plan as text."""
    lines = await connection.fetch(f"EXPLAIN {statement.text}", *values)
    return "\n".join(line[0] for line in lines)


class Target(NamedTuple):
    """A table that rows are inserted into."""

    into: str
    schema: str
    name: str
    guarded: bool
    oids: dict[str, int]
    types: dict[str, str]


_COLUMNS = """
SELECT
    n.nspname,
    c.relname,
    row_security_active(c.oid) AS guarded,
    a.attname,
    a.atttypid,
    format_type(a.atttypid, a.atttypmod) AS type
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid = coalesce(to_regclass($1), to_regclass($2))
ORDER BY a.attnum
"""


async def target(connection: PostgresConnection, table: str) -> Target | None:
    """Look a table up, as the search path finds it; a dot stands in its name or after its schema's."""
    columns = await connection.fetch(_COLUMNS, quote(table), ".".join(map(quote, table.split(".", 1))))
    if not columns:
        return None
    schema, name, guarded, *_ = columns[0]
    oids = {column[3]: column[4] for column in columns}
    types = {column[3]: column[5] for column in columns}
    return Target(f"{quote(schema)}.{quote(name)}", schema, name, guarded, oids, types)


class Insertion(NamedTuple):
    """Rows on their way into a table, checked and converted."""

    target: Target
    names: tuple[str, ...]
    types: Sequence[TypeInput]
    blocks: Sequence[Sequence[Any]]

    def records(self) -> Iterable[tuple[Any, ...]]:
        """The rows."""
        return chain.from_iterable(regrouped(block, len(self.names)) for block in self.blocks)


async def _insertion(
    connection: PostgresConnection, known: Types, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Insertion:
    """Look a table up, and convert the rows for it."""
    found = await target(connection, table)
    if found is None:
        raise ParameterError(f"insert_rows: there is no table {table!r}")
    names = check_columns(table, columns, found.types)
    if connection.filled.setdefault(found.into, found.oids) != found.oids:
        await connection.reload_schema_state()  # else asyncpg would go on writing the types that it saw first
        connection.filled[found.into] = found.oids
    types = await known.of(connection, [found.oids[name] for name in names])
    return Insertion(found, names, types, encode_rows(table, names, [each.accepts() for each in types], rows))


async def insert_rows(
    connection: PostgresConnection,
    known: Types,
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    on_conflict: OnConflict,
) -> int:
    """Insert many rows by COPY; all or nothing, with `ignore` in a transaction of the caller's.

    Rows that may be there already go through a staging table.
    """
    given = await _insertion(connection, known, table, columns, rows)
    if not given.blocks:
        return 0
    listed = ", ".join(map(quote, given.names))
    # COPY gives an identity column the values it gets, so the others do as well.
    insert = f"INSERT INTO {given.target.into} ({listed}) OVERRIDING SYSTEM VALUE"
    tail = " ON CONFLICT DO NOTHING" if on_conflict == "ignore" else ""
    if given.target.guarded:
        return await _insert_guarded(connection, given, insert, tail)
    if not tail:
        status = await connection.copy_records_to_table(
            given.target.name, records=given.records(), columns=given.names, schema_name=given.target.schema
        )
        return int(status.rpartition(" ")[2])
    staging = connection.staging(tuple((name, given.target.oids[name]) for name in given.names))
    await connection.execute(
        f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {listed} FROM {given.target.into} WITH NO DATA"  # noqa: S608 (catalog names)
    )
    await connection.copy_records_to_table(staging, records=given.records(), columns=given.names, schema_name="pg_temp")
    status = await connection.execute(f"{insert} SELECT {listed} FROM pg_temp.{staging}{tail}")  # noqa: S608 (catalog names)
    await connection.execute(f"DROP TABLE pg_temp.{staging}")
    return int(status.rpartition(" ")[2])


async def _insert_guarded(connection: PostgresConnection, rows: Insertion, insert: str, tail: str) -> int:
    """Insert past row-level security, where COPY is refused: by `unnest`, which flattens arrays, else row by row."""
    if not any(each.listed or each.composite for each in rows.types):
        types = [rows.target.types[name] for name in rows.names]
        arrays = ", ".join(f"${number}::{name}[]" for number, name in enumerate(types, 1))
        status = await connection.execute(
            f"{insert} SELECT * FROM unnest({arrays}){tail}",  # noqa: S608 (catalog names)
            *(list(column) for column in zip(*rows.records(), strict=True)),
        )
        return int(status.rpartition(" ")[2])
    text = f"{insert} VALUES ({', '.join(f'${number}' for number in range(1, len(rows.names) + 1))}){tail}"
    records = list(rows.records())
    if not tail:
        await connection.executemany(text, records)
        return len(records)
    return sum([int((await connection.execute(text, *row)).rpartition(" ")[2]) for row in records])


_VIEW = """
SELECT
    n.nspname,
    c.relkind = 'm' AS materialized,
    c.relispopulated
    AND EXISTS (
        SELECT 1
        FROM pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
    ) AS concurrently,
    ARRAY(
        SELECT a.attname
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ORDER BY a.attnum
    ) AS columns,
    ARRAY(
        SELECT a.attname
        FROM pg_class AS touched
        JOIN pg_attribute AS a ON a.attrelid = touched.oid
        WHERE
            touched.relnamespace = c.relnamespace
            AND touched.relname = c.relname || '_touched'
            AND touched.relkind = 'r'
            AND a.attnum > 0
            AND NOT a.attisdropped
            AND a.attname <> 'id'
        ORDER BY a.attnum
    ) AS keys
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1)
"""


async def refill(connection: PostgresConnection, view: str, rows: int | None) -> int:
    """Refresh a materialized view, beside its readers where its unique index allows; fill one that is a table."""
    ((schema, materialized, concurrently, columns, keys),) = await connection.fetch(_VIEW, quote(view))
    stored, live, touched = (f"{quote(schema)}.{quote(view + end)}" for end in ("", "_live", "_touched"))
    if materialized:
        await connection.execute(f"REFRESH MATERIALIZED VIEW {'CONCURRENTLY ' if concurrently else ''}{stored}")
        count: int = await connection.fetchval(f"SELECT count(*) FROM {stored}")  # noqa: S608 (names of the catalog)
        return count
    listed = ", ".join(map(quote, columns))
    of_view = ", ".join(f"view.{quote(name)}" for name in columns)
    fill = f"INSERT INTO {stored} ({listed}) SELECT {of_view} FROM"
    if keys and await _take_touched(connection, stored, touched, keys) and rows is not None:
        gone = await connection.execute(
            f"DELETE FROM {stored} AS view USING pg_temp.touched WHERE {_is_key('view', keys)}"  # noqa: S608 (catalog)
        )
        # OFFSET keeps the definition a subquery for each key; joined to all keys it would be computed whole.
        of_key = f"SELECT * FROM {live} AS view WHERE {_is_key('view', keys)} OFFSET 0"  # noqa: S608 (catalog)
        come = await connection.execute(f"{fill} pg_temp.touched CROSS JOIN LATERAL ({of_key}) AS view")
        return rows - int(gone.split()[-1]) + int(come.split()[-1])
    await connection.execute(f"DELETE FROM {stored}")  # noqa: S608 (catalog)
    come = await connection.execute(f"{fill} {live} AS view")
    return int(come.split()[-1])


async def _take_touched(connection: PostgresConnection, stored: str, touched: str, keys: Sequence[str]) -> bool:
    """Move the keys that were touched into a temporary table; False where all of the view is to be computed.

    Whoever commits a change after this leaves its key for the next time, though the definition, which is read later,
    may show that change already; whose key is moved here has committed its change as well.
    """
    listed = ", ".join(map(quote, keys))
    none = f"SELECT {listed} FROM {touched} WITH NO DATA"  # noqa: S608 (catalog)
    await connection.execute(f"CREATE TEMP TABLE touched ON COMMIT DROP AS {none}")
    await connection.execute(
        f"WITH taken AS (DELETE FROM {touched} RETURNING {listed})"  # noqa: S608 (catalog)
        f" INSERT INTO pg_temp.touched ({listed}) SELECT DISTINCT {listed} FROM taken"
    )
    await connection.execute("ANALYZE pg_temp.touched")
    unknown = " OR ".join(f"{quote(name)} IS NULL" for name in keys)
    everything = f"SELECT 1 FROM pg_temp.touched WHERE {unknown}"  # noqa: S608 (catalog)
    known: bool = await connection.fetchval(
        f"SELECT EXISTS (SELECT 1 FROM {stored}) AND NOT EXISTS ({everything})"  # noqa: S608 (catalog)
    )
    return known


def _is_key(table: str, keys: Sequence[str]) -> str:
    return " AND ".join(f"{table}.{quote(name)} = touched.{quote(name)}" for name in keys)
