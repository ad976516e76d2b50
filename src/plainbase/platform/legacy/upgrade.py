"""Examining an older database, and taking it over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from plainbase.actor import Actor
from plainbase.check import catalog
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, SchemaOutOfDate
from plainbase.platform import audit
from plainbase.platform.legacy.importing import Import, Reject
from plainbase.platform.legacy.layout import Layout, Recognition
from plainbase.platform.legacy.layouts import LAYOUTS
from plainbase.platform.legacy.mapping import Mapped
from plainbase.platform.legacy.mapping_file import load
from plainbase.platform.legacy.report import Report
from plainbase.platform.legacy.safekeeping import back_up
from plainbase.platform.legacy.source import Source, opened
from plainbase.platform.progress import Progress, untold
from plainbase.platform.runners import AnyRunner
from plainbase.shipped import internal_queries
from plainbase.transaction import Transaction

SURE = 0.5
"""Below this a database is of no layout that is known."""


@dataclass(frozen=True, slots=True)
class ExaminedTable:
    """A table of the source: its rows, unless it is a view, and its columns with their types as declared."""

    name: str
    kind: str
    rows: int | None
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Examination:
    """What a source is: its layout, where one fits, how sure that is, and what the layout misses or does not know.

    `note` tells of schemas of the same database that are not read.
    """

    source: str
    engine: str
    name: str
    tables: tuple[ExaminedTable, ...]
    layout: str | None
    title: str | None
    sure: float
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    note: str | None = None


async def examine(url: str, *, name: str | None = None) -> Examination:
    """Say what a database holds and which layout fits; it is only read. Raises ConfigurationError, ConnectionLost."""
    async with opened(url, name=name) as source:
        tables = []
        for table in source.tables.values():
            try:
                rows = None if table.kind == "view" else await source.count(table.name)
            except ConfigurationError:  # a virtual table of a module that is not here
                if table.kind != "virtual":
                    raise
                rows = None
            tables.append(ExaminedTable(table.name, table.kind, rows, table.columns))
        layout, found = _best(source)
        return Examination(
            source.url,
            source.engine,
            source.name,
            tuple(tables),
            layout.name if found.sure >= SURE else None,
            layout.title if found.sure >= SURE else None,
            found.sure,
            found.missing,
            found.extra,
            source.said_elsewhere(),
        )


async def upgrade(
    source_url: str,
    db: Database,
    *,
    layout: str | Layout | None = None,
    mapping: Path | None = None,
    name: str | None = None,
    backup_folder: Path | None = None,
    dry_run: bool = False,
    progress: Progress = untold,
    reject: Reject | None = None,
    actor: Actor | None = None,
) -> Report:
    """Take over what an older database holds, all of it in one transaction, and tell what became of every row.

    `mapping` is a mapping file for a database of any other layout. Run again it adds only what is new. With
    `backup_folder` the source is copied there first (see `back_up`). With `dry_run` all is tried and nothing kept.
    `name` tells sources of one layout apart, when files were renamed say. `reject` is told of each row that is left.
    Raises ConfigurationError where no layout fits, SchemaOutOfDate where the target lacks migrations, and MappingError
    where the file does not fit; nothing is changed then.
    """
    await _refuse_unready(db)
    async with opened(source_url, name=name) as source:
        if await _is_plainbase(source):
            raise ConfigurationError("the source is a database of plainbase itself; `plainbase copy` copies it")
        chosen = await _mapped(source, db, mapping) if mapping is not None else _chosen(source, layout)
        backup = None
        if backup_folder is not None and not dry_run:
            backup = str(await back_up(source, backup_folder, progress))
        who = actor or Actor(name=f"upgrade-legacy {chosen.name}"[:255])
        try:
            async with db.transaction(actor=who) as tx:
                await _alone(tx)
                importing = Import(source, tx, chosen.name, progress=progress, reject=reject)
                await chosen.run(importing)
                if elsewhere := source.said_elsewhere():
                    importing.notes.append(elsewhere)
                report = await importing.report(backup=backup, dry_run=dry_run)
                if dry_run:
                    raise _Undone
                await _recorded(tx, report)
        except _Undone:
            pass
        return report


async def _alone(tx: Transaction) -> None:
    """Wait until no other import is under way, so that two of one source do not both find a row missing.

    An SQLite file has one writer at a time in any case.
    """
    if tx.dialect == Dialect.POSTGRES:
        await tx.fetch_value(internal_queries(Dialect.POSTGRES, "source")["take_turn"].source)


class _Undone(Exception):
    """Ends a transaction that was only tried."""


def layout_named(name: str) -> Layout:
    """A layout by its name. Raises ConfigurationError."""
    for each in LAYOUTS:
        if each.name == name:
            return each
    raise ConfigurationError(f"there is no layout {name}; known are {', '.join(each.name for each in LAYOUTS)}")


async def _mapped(source: Source, db: Database, path: Path) -> Layout:
    made = Mapped(await asyncio.to_thread(load, path), await catalog.read(db._driver))
    made.check(source)
    return made


def _chosen(source: Source, layout: str | Layout | None) -> Layout:
    if layout is not None:
        chosen = layout_named(layout) if isinstance(layout, str) else layout
        found = chosen.recognise(source.tables)
        if found.sure == 0:
            lacks = f"; it lacks {', '.join(found.missing[:8])}" if found.missing else ""
            raise ConfigurationError(f"{source.url} is nothing that {chosen.name} reads{lacks}")
        return chosen
    best, found = _best(source)
    if found.sure < SURE:
        tables = ", ".join(list(source.tables)[:20]) or "no tables at all"
        known = ", ".join(each.name for each in LAYOUTS)
        elsewhere = f" ({said})" if (said := source.said_elsewhere()) else ""
        raise ConfigurationError(
            f"{source.url} is of no layout that is known ({known}); it has {tables}{elsewhere}. "
            "Write a mapping file for it (--mapping FILE; --mapping 000, 002 and 003 are examples)"
        )
    return best


def _best(source: Source) -> tuple[Layout, Recognition]:
    found = [(each, each.recognise(source.tables)) for each in LAYOUTS]
    return max(found, key=lambda each: each[1].sure)


async def _is_plainbase(source: Source) -> bool:
    return "audited_tables" in source.tables and "view_refreshes" in source.tables


async def _refuse_unready(db: Database) -> None:
    health = await db.health()
    if health.pending or health.schema_version is None:
        raise SchemaOutOfDate("the target lacks migrations: run `plainbase migrate up` on it first")
    if health.error:
        raise ConfigurationError(health.error)


async def _recorded(tx: Transaction, report: Report) -> None:
    """Say in the audit log that there was an import, with its counts."""
    counts = {
        f"{part.source_table} to {part.target}": {"taken": part.taken, "already": part.already, "left": part.left_rows}
        for part in report.parts
        if part.target is not None
    }
    details = {"source": report.source, "layout": report.layout, "parts": counts}
    await audit.record(cast(AnyRunner, tx), "import", "database", details=details)
