"""What a DBA reads before a migration is applied: SQL, locks, lint, the schema's difference, a diagram, in Markdown."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from plainbase import migrations
from plainbase.check import catalog, scratch
from plainbase.check.schema import erd, locks, schema_file, sqlite_rules, squawk
from plainbase.check.schema.locks import Lock
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers import connect
from plainbase.errors import MigrationError
from plainbase.migrations import Migration
from plainbase.migrations.objects import SchemaObject
from plainbase.migrations.pieces import own_tables
from plainbase.migrations.verify import live_objects
from plainbase.options import resolve
from plainbase.sqlfile.script import Part

SHOWN = 60
"""Characters of a statement in a table."""


@dataclass(slots=True)
class Side:
    """What was found out about the pending migrations in one dialect."""

    pending: Sequence[Migration]
    before: str
    after: str
    locks: dict[str, list[tuple[Lock, ...]]] = field(default_factory=dict)
    lint: dict[str, str] = field(default_factory=dict)
    findings: Sequence[str] = ()
    diagram: str = ""


async def review(folders: Sequence[Path], applied: int, to: int, server_url: str | None) -> str:
    """Review the migrations after version `applied` up to `to`, each run on scratch databases of both dialects.

    PostgreSQL needs the URL of a server. Raises MigrationError, as `up` would on an empty database.
    """
    sides = {}
    for dialect in (Dialect.POSTGRES, Dialect.SQLITE):
        if (folders[-1] / dialect / "migrations").is_dir():
            found = migrations.read(folders, dialect)
            pending = [each for each in found if applied < each.version <= to]
            look = _on_postgres if dialect is Dialect.POSTGRES else _on_sqlite
            sides[dialect] = await look(folders, applied, pending, server_url or "")
    return "\n".join(_bundle(sides))


async def _on_postgres(folders: Sequence[Path], applied: int, pending: Sequence[Migration], server: str) -> Side:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(scratch.postgres(server))
        db = await stack.enter_async_context(Database.open(url, queries=None, schema=folders))
        before, after, touched = await _both_schemas(
            db, applied, pending, lambda: schema_file.postgres_schema(url, folders)
        )
        side = Side(pending, before, after)
        driver = await connect(resolve(url))
        try:
            side.diagram = erd.diagram(await catalog.read(driver), touched)
        finally:
            await driver.close()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(scratch.postgres(server))
        db = await stack.enter_async_context(Database.open(url, queries=None, schema=folders))
        watcher = await stack.enter_async_context(Database.open(url, queries=None, schema=None))
        await db.migrate(applied)
        if not applied:  # what migrates has them by then
            await db.script(own_tables(Dialect.POSTGRES))
        for each in pending:
            statements = [part.text for part in each.up.parts]
            side.locks[each.label] = await locks.observe(db, watcher, statements, in_transaction=each.up.in_transaction)
            side.lint[each.label] = await asyncio.to_thread(
                squawk.lint, each.up.text, Path(each.up.where).name, in_transaction=each.up.in_transaction
            )
    return side


async def _on_sqlite(folders: Sequence[Path], applied: int, pending: Sequence[Migration], server: str) -> Side:
    async with scratch.sqlite() as url, Database.open(url, queries=None, schema=folders) as db:
        await db.migrate(applied)
        known = set(await sqlite_rules.findings(db))
        before, after, _ = await _both_schemas(db, applied, pending, partial(schema_file.sqlite_schema, db, folders))
        findings = [line for line in await sqlite_rules.findings(db) if line not in known]
        return Side(pending, before, after, findings=findings)


async def _both_schemas(
    db: Database, applied: int, pending: Sequence[Migration], dump: Callable[[], Awaitable[str]]
) -> tuple[str, str, set[str]]:
    """schema.sql before and after, and the tables that differ."""
    await db.migrate(applied)
    before = await dump() if applied else ""
    there = set(await live_objects(db))
    await db.migrate(pending[-1].version if pending else applied)
    after = await dump() if pending else before
    return before, after, _tables(there ^ set(await live_objects(db)))


def _tables(changed: Iterable[SchemaObject]) -> set[str]:
    own = {"schema_migrations", "view_refreshes"}
    return {each.table for each in changed if each.table} - own


def _bundle(sides: dict[Dialect, Side]) -> Iterator[str]:
    labels = list(dict.fromkeys(each.label for side in sides.values() for each in side.pending))
    if not labels:
        raise MigrationError("nothing is pending, so there is nothing to review")
    yield f"# Review: {', '.join(labels)}\n"
    yield "Each was run on empty scratch databases. Locks are those that PostgreSQL itself showed, on what was there"
    yield "before the migration; how long they are held depends on the rows.\n"
    for label in labels:
        yield f"## {label}\n"
        for dialect, side in sides.items():
            yield from _migration(dialect, side, next(each for each in side.pending if each.label == label))
    yield "## What becomes of schema.sql\n"
    for dialect, side in sides.items():
        yield f"### {dialect.engine}\n"
        lines = difflib.unified_diff(side.before.splitlines(), side.after.splitlines(), "before", "after", lineterm="")
        yield _fenced("diff", "\n".join(lines) or "no difference")
    if Dialect.SQLITE in sides:
        yield "## SQLite's rules\n"
        findings = sides[Dialect.SQLITE].findings
        yield "".join(f"- {line}\n" for line in findings) or "Nothing that was not there before.\n"
    if Dialect.POSTGRES in sides:
        yield "## Tables touched, and those they refer to\n"
        yield _fenced("mermaid", sides[Dialect.POSTGRES].diagram)


def _migration(dialect: Dialect, side: Side, migration: Migration) -> Iterator[str]:
    yield f"### {dialect.engine}\n"
    yield _fenced("sql", migration.up.text)
    yield "Undo:\n"
    yield _fenced("sql", migration.down.text)
    if dialect is Dialect.POSTGRES:
        yield "Locks:\n"
        yield from _locks(migration, side.locks[migration.label])
        yield "Lint (squawk):\n"
        yield _fenced("text", side.lint[migration.label])


def _locks(migration: Migration, seen: Sequence[tuple[Lock, ...]]) -> Iterator[str]:
    rows = [
        f"| {part.line} | {_code(_shortened(part))} | {lock.mode} | {lock.kind} {_cell(lock.name)} | {lock.blocks} |"
        for part, found in zip(migration.up.parts, seen, strict=True)
        for lock in found
    ]
    if not rows:
        yield "none on anything that was there before.\n"
        return
    yield "| line | statement | lock | on | blocks |\n|---|---|---|---|---|"
    yield "\n".join(rows) + "\n"


def _shortened(part: Part) -> str:
    text = " ".join(part.text.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _code(text: str) -> str:
    """A code span, whatever backticks it holds."""
    marks = "`" * (1 + _longest(text))
    space = " " if "`" in text else ""
    return f"{marks}{space}{text.replace('|', '¦')}{space}{marks}"


def _fenced(language: str, text: str) -> str:
    marks = "`" * max(3, 1 + _longest(text))
    return f"{marks}{language}\n{text.strip()}\n{marks}\n"


def _longest(text: str) -> int:
    """The longest run of backticks."""
    return max(map(len, re.findall("`+", text)), default=0)
