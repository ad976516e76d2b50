"""Databases to copy from and to, and what is asserted of every copy."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import plainbase
from conftest import SERVER, named, on_server
from plainbase import Database, migrations
from plainbase.platform import audit, copying
from plainbase.platform.tables import Digest, digest, tables

PAIRS = [("sqlite", "postgres"), ("postgres", "sqlite"), ("postgres", "postgres"), ("sqlite", "sqlite")]


@asynccontextmanager
async def empty(engine: str, folder: Path, templates: dict[str, str] | None = None) -> AsyncIterator[str]:
    """The URL of a database with nothing in it, or with templates of one that was migrated only, which is quicker."""
    name = f"copy_{uuid.uuid4().hex}"
    if engine == "sqlite":
        if templates:
            shutil.copy(templates["sqlite"], folder / f"{name}.db")
        yield f"sqlite:///{folder / name}.db"
        return
    await on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {templates['postgres']}" if templates else ""))
    try:
        yield named(os.environ[SERVER], name)
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def filled(engine: str, folder: Path, sampled: dict[str, str]) -> AsyncIterator[str]:
    """The URL of a database with the sample in it."""
    name = f"filled_{uuid.uuid4().hex}"
    if engine == "sqlite":
        shutil.copy(sampled["sqlite"], folder / f"{name}.db")
        yield f"sqlite:///{folder / name}.db"
        return
    await on_server(f"CREATE DATABASE {name} TEMPLATE {sampled['postgres']}")
    try:
        yield named(os.environ[SERVER], name)
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def digests(db: Database) -> dict[str, Digest]:
    """The digest of every table."""
    async with db.transaction(isolation="repeatable_read", read_only=True) as tx:
        return {table.name: await digest(tx, table) for table in await tables(tx)}


async def copied(source: str, target: str, *, schema: bool = False) -> copying.Copied:
    """Copy, and see that what came is whole."""
    async with plainbase.open(source) as here, plainbase.open(target) as there:
        done = await copying.copy(here, there)
        await assert_whole(here, there)
        if schema:
            assert await migrations.verify(there) == (), "a schema as the migrations make it"
    return done


async def assert_whole(here: Database, there: Database) -> None:
    """The same rows, and an unbroken audit log."""
    assert await digests(there) == await digests(here)
    verdict = await audit.verify(there)
    assert verdict.broken is None
    assert verdict.rows > 0
