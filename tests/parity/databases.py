"""Databases with the sample in them: one per engine is made and kept, copies of it are used."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import plainbase
from conftest import SERVER, named, on_server
from parity.call import SEED, UNTIL
from plainbase import Database, Dialect, drivers, shipped
from plainbase.database import RESERVED
from plainbase.options import resolve
from plainbase.platform import sample
from plainbase.sources import QuerySources


async def make(templates: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Make a database per engine with the sample, its views filled; return the file and the name."""
    made = {"sqlite": str(folder / "sampled.db"), "postgres": f"sampled_{uuid.uuid4().hex}"}
    shutil.copy(templates["sqlite"], made["sqlite"])
    await on_server(f"CREATE DATABASE {made['postgres']} TEMPLATE {templates['postgres']}")
    for url in (f"sqlite:///{made['sqlite']}", named(os.environ[SERVER], made["postgres"])):
        async with plainbase.open(url) as db:
            await sample.load(db, seed=SEED, until=UNTIL, hard=True)
            await db.refresh_all()
    return made


@cache
def _queries(folder: Path, dialect: Dialect) -> QuerySources:
    """The queries of a folder, read once for all databases."""
    return QuerySources([folder], dialect, RESERVED)


async def _opened(url: str, queries: Path) -> Database:
    options = resolve(url, pool_size=2)
    return Database(await drivers.connect(options), _queries(queries, options.dialect), [shipped.folder("schema")])


@asynccontextmanager
async def copies(
    sampled: Mapping[str, str], folder: Path, queries: Path | None = None
) -> AsyncIterator[tuple[Database, Database]]:
    """Both databases with the sample, to change at will: SQLite's, then PostgreSQL's."""
    folder_of_queries = queries or shipped.folder("queries")
    name = f"parity_{uuid.uuid4().hex}"
    file = folder / f"{name}.db"
    shutil.copy(sampled["sqlite"], file)
    await on_server(f"CREATE DATABASE {name} TEMPLATE {sampled['postgres']}")
    try:
        async with (
            await _opened(f"sqlite:///{file}", folder_of_queries) as sqlite,
            await _opened(named(os.environ[SERVER], name), folder_of_queries) as postgres,
        ):
            yield sqlite, postgres
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")
