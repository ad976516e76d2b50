"""What one engine says: a scratch database is made from the migrations, and asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from plainbase import migrations
from plainbase.check import scratch
from plainbase.check.docs import plans, written
from plainbase.check.docs.facts import OWN, Facts
from plainbase.check.queries.engines import examine
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers import connect
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
        engine = await examine(driver, queries, found)
        facts = Facts(
            dialect,
            found,
            written.read([*_own(dialect), *found]),
            await live_objects(db),
            _reasons(engine.growing, found),
            engine,
        )
        return replace(facts, plans=plans.ends(engine.planned, engine.indexes, _names(facts)))


def _names(facts: Facts) -> dict[str, str]:
    """The constraints whose indexes have a name of the engine's making, by that name."""
    found: dict[str, str] = {}
    for table in facts.tables:
        parts = [
            part for part in facts.parts("constraint", table) if part.text.upper().startswith(("PRIMARY", "UNIQUE"))
        ]
        keys = {part.text.partition("(")[2].replace('"', "").rstrip(") "): part.name for part in parts}
        primary = ", ".join(facts.tables[table].primary_key)
        made = [index for index in facts.engine.indexes.of(table) if index.name.startswith("sqlite_autoindex_")]
        found |= {index.name: keys[columns] for index in made if (columns := ", ".join(index.expressions)) in keys}
        itself = facts.dialect is Dialect.SQLITE and (facts.stored(table) or not any(index.primary for index in made))
        if itself and primary in keys:
            found[plans.ROWID.format(table)] = keys[primary]
    return found


def _own(dialect: Dialect) -> Iterator[Migration]:
    """The tables that plainbase makes before the first migration, as if one made them."""
    for name in ("migrations", "views"):
        script = internal_queries(dialect, name)["create_table"]
        file = File(script.where, script.script, dialect)
        yield Migration(0, name, OWN, file, file)


def _reasons(growing: Mapping[str, str], found: Sequence[Migration]) -> dict[str, str]:
    """Why each of the growing tables grows, as its mark says."""
    lines = {each.up.where: each.up.text.split("\n") for each in found}
    reasons = {}
    for name, place in growing.items():
        where, _, number = place.rpartition(":")
        reasons[name] = lines[where][int(number) - 1].partition("grows")[2].removeprefix(":").strip()
    return reasons
