"""Migrating PostgreSQL: a lock of the session, held on the one connection that every statement runs on."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any

import asyncpg

from plainbase.dialect import Dialect
from plainbase.drivers.named import quote
from plainbase.drivers.pool import Slot
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_errors import translate
from plainbase.errors import MigrationError
from plainbase.rows import Row
from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part, split
from plainbase.sqlfile.statement import Statement

if TYPE_CHECKING:
    from plainbase.drivers.postgres import PostgresDriver

MIGRATION_LOCK = 0x706C61696E626173
"""The advisory lock of migrators: "plainbas" in ASCII."""

_HOLDER = """
SELECT a.pid, a.application_name, a.client_addr
FROM pg_locks AS l INNER JOIN pg_stat_activity AS a ON l.pid = a.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.classid = $1 AND l.objid = $2
"""


async def take_lock(connection: PostgresConnection, wait: float) -> None:
    """Poll for the lock: a migrator that blocks in it deadlocks with CREATE INDEX CONCURRENTLY.

    Raises MigrationError after `wait` seconds, naming who holds it.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MIGRATION_LOCK):
        if loop.time() >= deadline:
            holder = await connection.fetchrow(_HOLDER, MIGRATION_LOCK >> 32, MIGRATION_LOCK & 0xFFFFFFFF)
            who = f" (process {holder[0]} of the server, {holder[1] or 'nameless'})" if holder else ""
            raise MigrationError(f"another migrator{who} has held the lock for {wait:g} s; try again, or --wait longer")
        await asyncio.sleep(random.uniform(0.03, 0.07))  # noqa: S311 (so that they do not all ask at once)


async def make_scratch(script: str, connection: PostgresConnection) -> None:
    """Make a schema that shadows all others until the transaction is rolled back.

    Schemas that the script makes itself are out of its way as long, which nobody else sees.
    """
    path = await connection.fetchval("SHOW search_path")
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    role = await connection.fetchval("SELECT quote_ident(current_user)")
    try:
        await connection.execute("CREATE SCHEMA plainbase_scratch")
    except asyncpg.InsufficientPrivilegeError:
        raise MigrationError(
            f"permission denied for database {database}: role {role} may not create the schema in which schema.sql is "
            f"run (and rolled back); connect as another role, or GRANT CREATE ON DATABASE {database} TO {role}"
        ) from None
    except asyncpg.DuplicateSchemaError:
        raise MigrationError(
            "there is a schema plainbase_scratch already, whose name is needed for a moment; rename or drop it"
        ) from None
    for schema in {name for part in split(script, Dialect.POSTGRES) if (name := _made_schema(part))}:
        if await connection.fetchval("SELECT to_regnamespace(quote_ident($1)) IS NOT NULL", schema):
            await connection.execute(f"ALTER SCHEMA {quote(schema)} RENAME TO {quote(f'plainbase_{schema}')}")
    await connection.execute(f"SET LOCAL search_path = plainbase_scratch, {path or chr(34) * 2}")


def _made_schema(part: Part) -> str | None:
    words = [lexer.identifier(token) for token in part.tokens[:6]]
    if words[:2] != ["create", "schema"]:
        return None
    return words[5] if words[2:5] == ["if", "not", "exists"] else words[2]


class PostgresMigrator:
    """The one migrator of a database, until it is closed or its connection dies."""

    def __init__(self, driver: PostgresDriver, slot: Slot[PostgresConnection]) -> None:
        self._driver = driver
        self._slot = slot
        self._connection = slot.connection

    async def run(self, text: str, name: str) -> None:
        try:
            await self._connection.execute(text)
        except Exception as error:
            raise translate(error, name=name) from None

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        try:
            rows: Any = await self._connection.fetch(statement.text, *values)
        except Exception as error:
            raise translate(error, statement) from None
        found: list[Row] = rows
        return found

    async def rollback(self) -> None:
        if self._connection.is_in_transaction():
            await self.run("ROLLBACK", "")

    async def close(self) -> None:
        await self._driver.cleanse(self._slot, rolled_back=True)
        self._driver.schema_changed()
