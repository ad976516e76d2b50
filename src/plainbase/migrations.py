"""Migrations: plain .sql files, planned (pure), then applied in order, each with its record in one transaction."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from plainbase.dialect import Dialect
from plainbase.drivers.base import Driver, Executor, Session
from plainbase.errors import MigrationError, PlainbaseError
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile import lexer
from plainbase.sqlfile.query import Query

LOCK_SECONDS = 60.0
"""How long a migrator waits for another one."""

_FILE = re.compile(r"(\d{4}|\d{14})_(\w+)\.(up|down)\.sql")
_COMMENTS = (lexer.COMMENT, lexer.BLOCK)
_NO_TRANSACTION = "-- no-transaction"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema, as its up file says it."""

    version: int
    name: str
    where: str
    text: str

    @property
    def label(self) -> str:
        """The file name without its ending, such as `0001_data`."""
        return self.where.rpartition("/")[2].removesuffix(".up.sql")


@dataclass(frozen=True, slots=True)
class State:
    """Where a database stands: the last migration applied, and those that are not."""

    version: str | None
    pending: tuple[str, ...]


def read(folders: Sequence[Path], dialect: Dialect) -> tuple[Migration, ...]:
    """Read the up migrations of one dialect in order. Raises MigrationError with every problem found."""
    found: dict[int, Migration] = {}
    problems: list[str] = []
    for folder in folders:
        directory = folder / dialect / "migrations"
        if not directory.is_dir():
            problems.append(f"{directory}: there is no such folder")
            continue
        for path in sorted(directory.glob("*.sql")):
            where = f"{folder.name}/{dialect}/migrations/{path.name}"
            match = _FILE.fullmatch(path.name)
            if match is None:
                problems.append(f"{where}: name it NNNN_name.up.sql and NNNN_name.down.sql")
            elif match[3] == "up":
                version = int(match[1])
                if version in found:
                    problems.append(f"{where}: its number is that of {found[version].where} too")
                    continue
                try:
                    text = path.read_text("utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    problems.append(f"{where}: cannot be read as UTF-8 text: {type(error).__name__}")
                    continue
                if not any(token.kind not in _COMMENTS for token in lexer.tokens(text, dialect)):
                    problems.append(f"{where}: holds no statement")
                    continue
                found[version] = Migration(version, match[2], where, text)
    if problems:
        raise MigrationError("\n".join(problems))
    return tuple(found[version] for version in sorted(found))


def plan(migrations: Sequence[Migration], applied: Sequence[Row], dialect: Dialect) -> tuple[Migration, ...]:
    """Return what is to be applied, in order.

    Raises MigrationError if a migration was edited after it was applied, or the database is newer than the files.
    """
    known = {migration.version: migration for migration in migrations}
    for row in applied:
        migration = known.get(row["version"])
        if migration is None:
            raise MigrationError(f"the database has migration {row['version']} {row['name']}, which no file has")
        if sql_checksum(migration.text, dialect) != row["sql_checksum"]:
            raise MigrationError(f"{migration.where}: its statements were changed after it was applied; add a new one")
    done = {row["version"] for row in applied}
    return tuple(migration for migration in migrations if migration.version not in done)


async def apply(driver: Driver, folders: Sequence[Path]) -> tuple[str, ...]:
    """Apply what is pending, one migrator at a time; return the names. Raises MigrationError."""
    migrations = read(folders, driver.dialect)
    queries = internal_queries(driver.dialect, "migrations")
    applied: list[str] = []
    while True:
        session = await driver.lock_migrations(LOCK_SECONDS)
        try:
            await session.script(queries["create_table"].script, "schema_migrations")
            await session.script(internal_queries(driver.dialect, "views")["create_table"].script, "view_refreshes")
            pending = plan(migrations, await _applied(session, queries), driver.dialect)
            if pending:
                await _apply_one(session, pending[0], queries, driver.dialect)
        except BaseException:
            await session.rollback()
            raise
        await session.commit()
        if not pending:
            return tuple(applied)
        applied.append(pending[0].label)


async def state(driver: Driver, folders: Sequence[Path]) -> State:
    """Say where a database stands; a folder without migrations has nothing pending."""
    queries = internal_queries(driver.dialect, "migrations")
    try:
        migrations = read(folders, driver.dialect)
    except MigrationError:
        migrations = ()
    statement, values = queries["table_exists"].bind({})
    found = await driver.fetch(statement, values)
    rows = await _applied(driver, queries) if found[0][0] else []
    done = {row["version"] for row in rows}
    last = f"{rows[-1]['version']:04}_{rows[-1]['name']}" if rows else None
    return State(last, tuple(migration.label for migration in migrations if migration.version not in done))


def text_checksum(text: str) -> str:
    """SHA-256 of a file's text, line ends normalised."""
    return hashlib.sha256("\n".join(text.splitlines()).encode()).hexdigest()


def sql_checksum(text: str, dialect: Dialect) -> str:
    """SHA-256 of a file's statements, without comments and spacing."""
    words = (token.text for token in lexer.tokens(text, dialect) if token.kind not in _COMMENTS)
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


async def _apply_one(session: Session, migration: Migration, queries: Mapping[str, Query], dialect: Dialect) -> None:
    if migration.text.startswith(_NO_TRANSACTION):
        raise MigrationError("migrations outside a transaction are not supported yet", where=migration.where)
    began = perf_counter()
    try:
        await session.script(migration.text, migration.where)
    except PlainbaseError as error:
        raise MigrationError(f"{error.message}; nothing of it was applied", where=migration.where) from None
    statement, values = queries["record"].bind(
        {
            "version": migration.version,
            "name": migration.name,
            "text_checksum": text_checksum(migration.text),
            "sql_checksum": sql_checksum(migration.text, dialect),
            "duration_ms": round((perf_counter() - began) * 1000),
        }
    )
    await session.execute(statement, values)


async def _applied(executor: Executor, queries: Mapping[str, Query]) -> list[Row]:
    statement, values = queries["list_applied"].bind({})
    return await executor.fetch(statement, values)
