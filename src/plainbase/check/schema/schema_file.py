"""`schema.sql`: the whole schema of a migrated database as one text, the same each time, that loads by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from plainbase.check import scratch
from plainbase.check.schema import inserted_rows, unqualified
from plainbase.check.schema import pg_dump as dumping
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, MigrationError
from plainbase.migrations.pieces import internal
from plainbase.migrations.records import is_prepared, records
from plainbase.options import resolve
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile import lexer

_SQLITE_HEADER = """\
-- The whole schema for SQLite as it stands after the last migration.
-- Generated from the migrations by `plainbase migrate dump`: change it there, by a new one.
-- Load it into a new file by: sqlite3 -bail lab.db < schema.sql
-- The database then counts as migrated: schema_migrations has its rows.
-- Rows that migrations insert are there too. Left out: all other rows, and PRAGMA settings.
"""
_POSTGRES_HEADER = """\
-- The whole schema for PostgreSQL as it stands after the last migration.
-- Generated from the migrations by `plainbase migrate dump`: change it there, by a new one.
-- Load it into an empty schema, the first of the search path, by: psql -v ON_ERROR_STOP=1 -1 -f schema.sql
-- The database then counts as migrated: schema_migrations has its rows.
-- Rows that migrations insert are there too. Left out: all other rows; owners, privileges, roles, tablespaces, access
-- methods of tables, publications, subscriptions, user mappings, security labels, settings of the database.
-- What a function's body or a string says is left as it is, so a schema named there is still that one.
"""
_SETTINGS = {
    # Escapes and the bodies of functions that come before their tables are read as they were dumped.
    "client_encoding": "'UTF8'",
    "standard_conforming_strings": "on",
    "check_function_bodies": "off",
}


async def generate(schema_folders: Sequence[Path], dialect: Dialect, server_url: str | None = None) -> str:
    """Migrate a scratch database by these folders, and return its schema as SQL; PostgreSQL needs a server's URL.

    Raises ConfigurationError or MigrationError.
    """
    if dialect is Dialect.SQLITE:
        async with scratch.sqlite() as url, Database.open(url, queries=None, schema=schema_folders) as db:
            await db.migrate()
            return await sqlite_schema(db, schema_folders)
    if server_url is None:
        raise ConfigurationError("the schema for PostgreSQL is generated on a server: pass its URL")
    async with scratch.postgres(server_url) as url:
        async with Database.open(url, queries=None, schema=schema_folders) as db:
            await db.migrate()
        return await postgres_schema(url, schema_folders)


async def sqlite_schema(db: Database, schema_folders: Sequence[Path] = ()) -> str:
    """Return the schema of a migrated SQLite database as SQL: tables, indexes, views, triggers. Raises MigrationError.

    Shadow tables and automatic indexes are left out, since they come back by themselves. The rows are those that the
    migrations of the folders insert.
    """
    objects = [_ended(row["sql"]) for row in await _rows(db, "list_objects")]
    recorded = await _records(db)
    inserted = await inserted_rows.statements(db, schema_folders)
    return _joined([_SQLITE_HEADER.rstrip(), *objects, *inserted, *recorded])


async def postgres_schema(url: str | None, schema_folders: Sequence[Path] = (), *, pg_dump: str | None = None) -> str:
    """Return the schema of a migrated PostgreSQL database as SQL, by pg_dump, made to load into any schema.

    Names of the current schema, the first of the URL's search path, lose their qualifier; those of others keep it.
    The rows are those that the migrations of the folders insert. `pg_dump` is the program's path.
    Raises ConfigurationError, ConnectionLost or MigrationError.
    """
    options = resolve(url)
    async with Database.open(url, queries=None, schema=None, pool_size=1) as db:
        place = (await _rows(db, "place"))[0]
        schema = place["schema"]
        if schema is None:
            raise ConfigurationError(f"the search path of {options.safe_url} names no schema that exists")
        hidden = [f"{row['kind']} {row['name']}" for row in await _rows(db, "list_hidden")]
        if hidden:
            raise ConfigurationError(
                f"names of pg_catalog are found before those of schema {schema}; rename {', '.join(hidden)}"
            )
        populated = {row["name"] for row in await _rows(db, "list_populated")}
        revoked = [row["statement"] for row in await _rows(db, "list_revoked")]
        recorded = await _records(db)
        inserted = await inserted_rows.statements(db, schema_folders)
    program = pg_dump or dumping.find()
    dump = await dumping.schema_only(program, options, place["database"], place["major"])
    statements = unqualified.statements(dump, schema, populated, inserted)
    before = "\n".join(f"SET {name} = {value};" for name, value in _SETTINGS.items())
    after = "\n".join(f"RESET {name};" for name in _SETTINGS)
    return _joined([_POSTGRES_HEADER.rstrip(), before, *statements, *revoked, *recorded, after])


async def _rows(db: Database, query: str) -> list[Row]:
    return await db.fetch_all(internal_queries(Dialect(db.dialect), "schema_file")[query].source)


async def _records(db: Database) -> list[str]:
    """The statements that record the migrations, without when and how long."""
    dialect = Dialect(db.dialect)
    if not await is_prepared(db._driver, dialect):
        raise MigrationError("this database was never migrated: it has no schema_migrations")
    found = [{**asdict(record), "duration_ms": None} for record in await records(db._driver, dialect)]
    pieces = [piece for values in found for piece in internal(dialect, "record", values)]
    return ["\n".join(piece.text for piece in pieces)] if pieces else []


def _ended(sql: str) -> str:
    """A statement of SQLite with its semicolon, out of reach of a comment that stands last."""
    *_, last = lexer.tokens(sql, Dialect.SQLITE)
    return sql.rstrip() + ("\n;" if last.kind == lexer.COMMENT else ";")


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(parts) + "\n"
