"""Databases of older systems, made of the files in tests/legacy."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg

from conftest import SERVER, named, on_server
from plainbase.platform.legacy import Part, Report

FOLDER = Path(__file__).parent / "legacy"


def text(*names: str) -> str:
    """The SQL of some files."""
    return "\n".join((FOLDER / f"{name}.sql").read_text() for name in names)


def sqlite_file(path: Path, *names: str) -> str:
    """An SQLite file made of some files; return its URL."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(text(*names))
        connection.commit()
    return f"sqlite:///{path}"


@contextlib.asynccontextmanager
async def postgres_database(script: str) -> AsyncIterator[str]:
    """A PostgreSQL database made by a script; yield its URL."""
    name = f"legacy_{uuid.uuid4().hex}"
    await on_server(f"CREATE DATABASE {name}")
    url = named(os.environ[SERVER], name)
    try:
        await run(url, script)
        yield url
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def run(url: str, script: str) -> None:
    """Run statements on a PostgreSQL database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(script)
    finally:
        await connection.close()


def part(report: Report, table: str, target: str | None = None) -> Part:
    """The part of a report that is about a table."""
    (found,) = [each for each in report.parts if each.source_table == table and target in (None, each.target)]
    return found


def check_sums(report: Report) -> None:
    """Every row that was read was taken, was there already, or was left."""
    for each in report.parts:
        assert each.rows == each.taken + each.already + each.left_rows, each
