"""What one engine says: a scratch database is made from the migrations, and asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from plainbase import migrations
from plainbase.check import catalog, scratch
from plainbase.check.docs import plans, written
from plainbase.check.docs.facts import OWN, Facts, ForeignKey
from plainbase.check.plans import grows, indexes
from plainbase.check.plans.indexes import Indexes
from plainbase.check.queries.engines import Engine, on_postgres, on_sqlite, run_scripts
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers import connect
from plainbase.drivers.base import Driver
from plainbase.drivers.postgres import PostgresDriver
from plainbase.drivers.sqlite import SqliteDriver
from plainbase.migrations import File, Migration
from plainbase.migrations.verify import live_objects
from plainbase.options import resolve
from plainbase.shipped import internal_queries
from plainbase.sqlfile import Query


async def read(dialect: Dialect, schema: Sequence[Path], queries: Sequence[Query], server: str | None) -> Facts:
    """Make a scratch database from the migrations, and read what it says of itself and of the queries.

    Raises MigrationError, ConfigurationError.
    """
    found = migrations.read(schema, dialect)
    async with AsyncExitStack() as stack:
        place = scratch.sqlite() if dialect is Dialect.SQLITE else scratch.postgres(server or "")
        url = await stack.enter_async_context(place)
        db = await stack.enter_async_context(Database.open(url, queries=None, schema=schema, migrate=True))
        driver = await connect(resolve(url, pool_size=1, max_overflow=0))
        stack.push_async_callback(driver.close)
        known = await indexes.read(driver)
        engine = await _engine(driver, [query for query in queries if query.statements])
        growing = _growing(found)
        prepared = [] if engine.findings else [each.query for each in engine.seen.values()]
        facts = Facts(
            dialect,
            found,
            written.read([*_own(dialect), *found]),
            await live_objects(db),
            await _foreign_keys(driver),
            growing,
            engine,
        )
        found_plans = await plans.read(driver, prepared, growing, known, _names(facts, known))
        await run_scripts(engine, driver, queries)  # last: one may count rows, and a plan for none is another
        return replace(facts, plans=found_plans)


async def _engine(driver: Driver, queries: Sequence[Query]) -> Engine:
    if isinstance(driver, PostgresDriver):
        return await on_postgres(driver, queries)
    if isinstance(driver, SqliteDriver) and queries:
        return await on_sqlite(driver, queries)
    return Engine(driver.dialect, await catalog.read(driver))  # tables alone need nothing installed


def _names(facts: Facts, known: Indexes) -> dict[str, str]:
    """The constraints whose indexes have a name of the engine's making, by that name."""
    found: dict[str, str] = {}
    for table in facts.tables:
        parts = [
            part for part in facts.parts("constraint", table) if part.text.upper().startswith(("PRIMARY", "UNIQUE"))
        ]
        keys = {part.text.partition("(")[2].replace('"', "").rstrip(") "): part.name for part in parts}
        primary = ", ".join(facts.tables[table].primary_key)
        made = [index for index in known.of(table) if index.name.startswith("sqlite_autoindex_")]
        found |= {index.name: keys[columns] for index in made if (columns := ", ".join(index.expressions)) in keys}
        itself = facts.dialect is Dialect.SQLITE and (facts.stored(table) or not any(index.primary for index in made))
        if itself and primary in keys:
            found[plans.ROWID.format(table)] = keys[primary]
    return found


async def _foreign_keys(driver: Driver) -> list[ForeignKey]:
    statement, values = internal_queries(driver.dialect, "docs")["list_foreign_keys"].bind({})
    return [
        ForeignKey(
            row["table_name"],
            row["name"],
            tuple(row["columns"]),
            row["referenced_table"],
            tuple(row["referenced_columns"]),
            row["on_delete"],
        )
        for row in await driver.fetch(statement, values)
    ]


def _own(dialect: Dialect) -> Iterator[Migration]:
    """The tables that plainbase makes before the first migration, as if one made them."""
    for name in ("migrations", "views"):
        script = internal_queries(dialect, name)["create_table"]
        file = File(script.where, script.script, dialect)
        yield Migration(0, name, OWN, file, file)


def _growing(found: Sequence[Migration]) -> dict[str, str]:
    lines = {each.up.where: each.up.text.split("\n") for each in found}
    reasons = {}
    for name, place in grows.read(found).items():
        where, _, number = place.rpartition(":")
        reasons[name] = lines[where][int(number) - 1].partition("grows")[2].removeprefix(":").strip()
    return reasons
