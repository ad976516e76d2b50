"""Databases to back up and restore: filled ones, places for more, and a table of what one holds."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

import plainbase
from conftest import SERVER, named, on_server
from plainbase import Database
from plainbase.platform import tables

PROCESS = Path(__file__).with_name("backup_process.py")


@asynccontextmanager
async def place(engine: str, folder: Path, template: str | None = None) -> AsyncIterator[str]:
    """The URL of a database that is a copy of a template, or is not there; gone afterwards."""
    name = f"backup_{uuid.uuid4().hex}"
    if engine == "sqlite":
        path = folder / f"{name}.db"
        if template is not None:
            shutil.copy(template, path)
        yield f"sqlite:///{path}"
        return
    if template is not None:
        await on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield named(os.environ[SERVER], name)
    finally:
        await on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def digests(url: str, *, but: tuple[str, ...] = ("audit_logs", "audit_head", "system_metrics")) -> dict[str, str]:
    """The digest of each table but those in which backups and restores are noted."""
    async with plainbase.open(url, pool_size=2) as db, db.transaction("repeatable_read", read_only=True) as tx:
        found = await tables.tables(tx)
        return {each.name: (await tables.digest(tx, each)).sha256 for each in found if each.name not in but}


async def databases_like(word: str) -> list[str]:
    """The names of the server's databases in which a word stands."""
    connection = await asyncpg.connect(os.environ[SERVER])
    try:
        rows = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE $1", f"%{word}%")
    finally:
        await connection.close()
    return sorted(row[0] for row in rows)


async def leftovers(url: str) -> list[str]:
    """What a restore left beside the database."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return sorted(each.name for each in path.parent.iterdir() if each != path)
    tag = hashlib.sha256(database(url).encode()).hexdigest()[:12]
    return await databases_like(f"plainbase_re%{tag}")


def database(url: str) -> str:
    """The name in a server's URL."""
    return urlsplit(url).path.removeprefix("/")


async def started(*words: str | Path) -> Process:
    """A process of backup_process.py."""
    return await asyncio.create_subprocess_exec(sys.executable, PROCESS, *words, stdin=PIPE, stdout=PIPE, stderr=PIPE)


async def write_pair(db: Database, name: str) -> None:
    """One transaction that keeps as many rows in one table as in another."""
    async with db.transaction() as tx:
        await tx.neural_configs.create(name=name, config={})
        await tx.system_metrics.log(name="pair", value=1.0)


async def pairs(url: str) -> tuple[int, int]:
    """How many rows each of the two tables has."""
    async with plainbase.open(url, pool_size=2) as db:
        return (
            await db.fetch_value("SELECT count(*) FROM neural_configs"),
            await db.fetch_value("SELECT count(*) FROM system_metrics WHERE name = 'pair'"),
        )
