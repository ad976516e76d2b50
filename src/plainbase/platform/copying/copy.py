"""A copy from its beginning to its end."""

from __future__ import annotations

from time import perf_counter
from uuid import UUID

from plainbase import views
from plainbase.database import Database
from plainbase.errors import PlainbaseError
from plainbase.platform.copying import statements
from plainbase.platform.copying.comparing import differing, first_difference
from plainbase.platform.copying.groups import groups, with_descendants
from plainbase.platform.copying.loading import empty, hold, load
from plainbase.platform.copying.outcome import Copied, CopiedTable, CopyError
from plainbase.platform.copying.preparing import listed, matching, prepare, refuse_same, refuse_unready
from plainbase.platform.progress import Progress, untold
from plainbase.platform.tables import Digest, Table, digest, row_counts
from plainbase.transaction import Transaction
from plainbase.values import uuid7


async def copy(source: Database, target: Database, *, progress: Progress = untold) -> Copied:
    """Copy all rows of one database into another, as they are at one moment, and compare both by digests.

    The target is empty, or what an earlier run that was ended left: that is marked as unfinished and is gone on with.
    Tables whose rows are those of the source by now are kept then, the others brought anew, with all that refer to
    them. Writers of the source are not hindered; nobody should write into the target before it is done.
    Raises CopyError where that cannot be, and where a value or a row cannot be brought: with its table and key.
    """
    await refuse_same(source, target)
    await refuse_unready(source)
    run = uuid7()
    async with source.transaction(isolation="repeatable_read", read_only=True) as seen:
        await statements.script(seen, "see_all")
        counts = await row_counts(seen)  # so that what the role may not read is told before the target is changed
        resumed = await prepare(source, target, run)
        began = perf_counter()
        tables = await matching(source, target)
        wrong = {table.name for table in tables}
        kept: dict[str, Digest] = {}
        if resumed:
            async with target.transaction(isolation="repeatable_read", read_only=True) as there:
                await statements.script(there, "see_all")
                wrong, kept = await differing(seen, there, tables, progress)
        redone = with_descendants(wrong, tables)
        digests = {name: found for name, found in kept.items() if name not in redone}
        try:
            await empty(target, run, [table for table in tables if table.name in redone])
            for group in groups([table for table in tables if table.name in redone]):
                digests |= await load(seen, target, run, group, counts, progress)
            await statements.script(target, "advance", "sequences")
        except PlainbaseError as error:
            error.message = f"{error.message} (the copy is unfinished: run it again when that is mended)"
            error.args = (error.message,)
            raise
        loaded = perf_counter()
        await _compare(seen, target, tables, digests, progress)
    compared = perf_counter()
    refreshed = await _finish(target, run, progress)
    return Copied(
        source.options.safe_url,
        target.options.safe_url,
        resumed,
        tuple(
            CopiedTable(name, digests[name].rows, digests[name].sha256, name not in redone) for name in sorted(digests)
        ),
        refreshed,
        loaded - began,
        compared - loaded,
    )


async def _compare(
    seen: Transaction, target: Database, tables: tuple[Table, ...], digests: dict[str, Digest], progress: Progress
) -> None:
    """Raise CopyError where a table of the target has not the rows that were read."""
    async with target.transaction(isolation="repeatable_read", read_only=True) as there:
        await statements.script(there, "see_all")
        differ = []
        for done, table in enumerate(tables):
            progress("tables compared", done, len(tables))
            if await digest(there, table) != digests[table.name]:
                where = await first_difference(seen, there, table)
                differ.append(f"{table.name} ({where})" if where else table.name)
        progress("tables compared", len(tables), len(tables))
    if differ:
        raise CopyError(
            f"the target has not the rows of the source in {listed(differ)}: does something write there? "
            "The copy is unfinished: run it again"
        )


async def _finish(target: Database, run: UUID, progress: Progress) -> tuple[str, ...]:
    """Compute the stored views, let the planner know, and take the mark away."""
    names = await views.names(target._driver)
    for done, name in enumerate(names):
        progress("views refreshed", done, len(names))
        await target.refresh(name, full=True)
    progress("views refreshed", len(names), len(names))
    await statements.script(target, "analyze")
    async with target.transaction() as tx:
        await hold(tx, run)
        await statements.script(tx, "unmark")
    return names
