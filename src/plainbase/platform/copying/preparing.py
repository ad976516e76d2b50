"""Whether a copy may begin, or go on: two databases, of one schema version, the target empty or marked by this copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from plainbase import migrations
from plainbase.check import catalog
from plainbase.database import Database
from plainbase.platform.copying import statements
from plainbase.platform.copying.outcome import CopyError
from plainbase.platform.tables import Table, row_counts, tables
from plainbase.runner import Runner

SEEDED = frozenset({"audited_tables", "audit_head", "audit_logs", "role_permissions"})
"""The tables that migrations themselves put rows into; a copy brings the source's instead."""
NAMED = 6
"""So many tables are named in an error, and the number of the others."""


async def refuse_same(source: Database, target: Database) -> None:
    """Raise CopyError where both are one database, by whichever names they were opened."""
    if ":memory:" in (source.options.path, target.options.path):
        raise CopyError("a database in memory is gone with the process that has it: name a file")
    if source.dialect == target.dialect:
        here, there = await statements.value(source, "identity"), await statements.value(target, "identity")
        if here == there:
            raise CopyError(f"{source.options.safe_url} is the source and the target: name two databases")


def named(db: Database) -> str:
    """The URL of a database without its secrets, the same from whichever folder a file is named."""
    path = db.options.path
    return db.options.safe_url if path is None else f"sqlite:///{Path(path).resolve()}"


async def refuse_unready(source: Database) -> None:
    """Raise CopyError where the source is not at the last migration of the files, or is itself an unfinished copy."""
    state = await migrations.standing(source)
    name = source.options.safe_url
    if state.pending:
        raise CopyError(
            f"the source {name} lacks migration {', '.join(state.pending)}: run `plainbase migrate up` there first"
        )
    if state.unknown:
        raise CopyError(f"the source {name} has migration {', '.join(state.unknown)}, which these files do not")
    if await unfinished(source):
        raise CopyError(f"the source {name} is itself a copy that was not finished: finish that first")


async def unfinished(db: Runner) -> bool:
    """Whether a copy into this database was begun and not finished, so that rows are missing."""
    return bool(await statements.value(db, "is_marked"))


async def prepare(source: Database, target: Database, run: UUID) -> bool:
    """Make the target ready and mark it; return whether an earlier run of the same copy marked it.

    An empty database is migrated. Raises CopyError for one that holds rows, that another copy was begun into, or of
    another schema version; nothing is changed then.
    """
    name, mark = target.options.safe_url, None
    if await unfinished(target):
        async with target.transaction() as tx:
            found = await statements.fetch(tx, "marked")
            mark = found[0] if found else None
            if mark is not None and mark["source"] != named(source):
                raise CopyError(
                    f"a copy into {name} was begun from {mark['source']} and is not finished: finish that with the "
                    "same command, or begin with a new database"
                )
            if mark is not None:
                await statements.execute(tx, "take_over", run=run)
    if mark is None:
        await _refuse_used(target)
        async with target.transaction() as tx:
            await statements.script(tx, "mark")
            await statements.execute(tx, "begin", source=named(source), run=run)
    await target.migrate()
    return mark is not None


async def _refuse_used(target: Database) -> None:
    name = target.options.safe_url
    found = (await catalog.read(target._driver)).tables
    if not any(table.fillable for table in found.values() if table.name != "unfinished_copy"):
        return
    others = [row["table_name"] for row in await statements.fetch(target, "list_of_others")]
    if strange := [table for table in others if table in found and found[table].fillable]:
        raise CopyError(
            f"the role does not own {listed(strange)} in the target {name}, so it cannot switch off triggers there: "
            "copy as the owner of the tables"
        )
    state = await migrations.standing(target)
    if state.pending or state.unknown:
        what = f"lacks migration {', '.join(state.pending)}" if state.pending else f"has {', '.join(state.unknown)}"
        raise CopyError(f"the target {name} is of another schema version, it {what}: begin with an empty database")
    counts = await row_counts(target)
    used = [table for table, rows in counts.items() if rows and table not in SEEDED]
    if not used and "audit_logs" in counts and await statements.value(target, "count_audited"):
        used = ["audit_logs"]
    if used:
        raise CopyError(f"the target {name} holds rows in {listed(used)}: copy into an empty database")


def listed(names: Sequence[str]) -> str:
    """Some names in a sentence."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


async def matching(source: Database, target: Database) -> tuple[Table, ...]:
    """The tables of the source, which the target has with the same columns. Raises CopyError where it has not."""
    there = {table.name: table for table in await tables(target)}
    here = await tables(source)
    name = target.options.safe_url
    missing = [table.name for table in here if table.name not in there]
    if missing:
        raise CopyError(
            f"the target {name} has no table {listed(missing)}, which no migration made in the source: make it there, "
            "then run the same command again"
        )
    for table in here:
        others = there[table.name].names
        if table.names != others:
            differing = sorted({*table.names} ^ {*others})
            raise CopyError(f"the table {table.name} has not the same columns in {name}: see {listed(differing)}")
    extra = sorted(there.keys() - {table.name for table in here})
    if extra:
        raise CopyError(f"the target {name} has the table {listed(extra)}, which the source has not")
    return tuple(_of_both(table, there[table.name]) for table in here)


def _of_both(here: Table, there: Table) -> Table:
    """A table as both sides have it: in an order that both know, with JSON as the target keeps it."""
    kept = {column.name for column in there.columns if column.verbatim}
    return Table(
        here.name,
        tuple(column.with_verbatim(column.name in kept) for column in here.columns),
        here.key if here.key == there.key else (),
        tuple(sorted({*here.parents, *there.parents})),
        there.references,
    )
