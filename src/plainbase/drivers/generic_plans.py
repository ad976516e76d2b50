"""Plans that rest on no values: what an engine does with a statement in principle."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

from plainbase.drivers.base import Driver
from plainbase.drivers.postgres import PostgresDriver
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_errors import translate
from plainbase.drivers.sqlite import SqliteDriver
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts

Step = tuple[int, int, str]
"""A line of SQLite's plan: its number, its parent's, and what is done."""

_NUMBERS = itertools.count()

Read = Callable[[Statement, Sequence[str]], Awaitable[Mapping[str, Any]]]

METHODS = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material")
"""What PostgreSQL can be told to avoid, by the names of its settings without `enable_`."""


@asynccontextmanager
async def of_postgres(driver: PostgresDriver) -> AsyncIterator[Read]:
    """Give what reads plans, as PostgreSQL's JSON has them, all on one connection.

    It is called with a statement and the methods that are used only where there is no other. Raises StatementFailed.
    """
    slot = await driver.pool.acquire()
    avoided: set[str] = set()

    async def read(statement: Statement, avoiding: Sequence[str]) -> Mapping[str, Any]:
        settings = [
            f"SET enable_{each} = {'off' if each in avoiding else 'on'};"
            for each in METHODS
            if (each in avoiding) is not (each in avoided)
        ]
        if settings:
            await slot.connection.execute(" ".join(settings))
            avoided.clear()
            avoided.update(avoiding)
        return await _postgres(slot.connection, statement)

    try:
        await slot.connection.execute("SET plan_cache_mode = force_generic_plan")
        yield read
    finally:
        await driver.cleanse(slot)


async def _postgres(connection: PostgresConnection, statement: Statement) -> Mapping[str, Any]:
    (document,) = await _explained(connection, statement, "(VERBOSE, FORMAT JSON)")
    plan: Mapping[str, Any] = document[0]["Plan"]
    return plan


async def text_of_postgres(driver: PostgresDriver, statement: Statement) -> str:
    """The plan as PostgreSQL writes it, for the rows there are. Raises StatementFailed."""
    slot = await driver.pool.acquire()
    try:
        await slot.connection.execute("SET plan_cache_mode = force_generic_plan")
        return "\n".join(await _explained(slot.connection, statement, ""))
    finally:
        await driver.cleanse(slot)


async def text_of_sqlite(driver: SqliteDriver, statement: Statement) -> str:
    """The plan as SQLite writes it, step below step. Raises StatementFailed."""
    depth, lines = {0: -1}, []
    for number, parent, detail in await of_sqlite(driver, statement):
        depth[number] = depth.get(parent, -1) + 1
        lines.append("  " * depth[number] + detail)
    return "\n".join(lines)


async def text(driver: Driver, statement: Statement) -> str:
    """The plan of a statement whatever its values, as the engine writes it. Raises StatementFailed."""
    if isinstance(driver, PostgresDriver):
        return await text_of_postgres(driver, statement)
    return await text_of_sqlite(cast(SqliteDriver, driver), statement)


async def accepts(driver: Driver, statement: Statement) -> Sequence[Accepts]:
    """What each parameter of a statement accepts, by position. Raises StatementFailed."""
    await driver.execute_batch(statement, [])  # prepares it, and runs it for no row
    return cast(PostgresDriver | SqliteDriver, driver).plans.known[statement].accepts


async def _explained(connection: PostgresConnection, statement: Statement, how: str) -> list[Any]:
    values = ", ".join(["NULL"] * len(statement.names))
    call = f"plainbase_plan ({values})" if values else "plainbase_plan"
    try:
        await connection.execute(f"PREPARE plainbase_plan AS {statement.text}")
        try:
            rows = await connection.fetch(f"EXPLAIN {how} EXECUTE {call}")
        finally:
            await connection.execute("DEALLOCATE plainbase_plan")
    except Exception as error:
        raise translate(error, statement) from None
    return [row[0] for row in rows]


async def of_sqlite(driver: SqliteDriver, statement: Statement) -> list[Step]:
    """The plan's lines, with NULL for each value. Raises StatementFailed."""
    steps: list[Step] = await driver.read(partial(_sqlite, statement), statement)
    return steps


def _sqlite(statement: Statement, connection: sqlite3.Connection) -> list[Step]:
    # What only explains is never run, and so never sees that the schema changed: neither as a statement that the module
    # has kept, which the number prevents, nor in what the connection knows, which a read brings up to date.
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    text = f"EXPLAIN QUERY PLAN {statement.text}\n-- {next(_NUMBERS)}"
    cursor = connection.execute(text, [None] * len(statement.names))
    return [(number, parent, detail) for number, parent, _, detail in cursor.fetchall()]
