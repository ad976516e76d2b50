"""The rows of some tables, brought in one transaction of the target; what it would do about new rows is switched off.

One task reads and digests, the other writes what was read before.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from plainbase.database import Database
from plainbase.errors import ConnectionLost, ConstraintViolation, DataInvalid, PlainbaseError, StatementFailed
from plainbase.platform.copying import statements
from plainbase.platform.copying.dangling import dangling
from plainbase.platform.copying.outcome import CopyError
from plainbase.platform.progress import Progress
from plainbase.platform.tables import Digest, Digesting, Table, chunks
from plainbase.transaction import Transaction
from plainbase.values import JsonText, without_exponents

AHEAD = 2
"""Batches that are read ahead."""
AT_ONCE = 8192
"""Rows that are written at once, or fewer where they are wide: a batch is `CHUNKS` of what the engine brings."""
CHUNKS = 8
LARGE = 10_000
"""Rows from which on it is quicker to make indexes anew."""

Rows = Sequence[Sequence[Any]]


async def load(
    source: Transaction,
    target: Database,
    run: UUID,
    group: Sequence[Table],
    counts: Mapping[str, int],
    progress: Progress,
) -> dict[str, Digest]:
    """Fill empty tables, all or none; return the digests of what was read."""
    try:
        async with target.transaction() as tx:
            await hold(tx, run)
            async with switched_off(tx, group, [table.name for table in group if counts[table.name] >= LARGE]):
                return {table.name: await _fill(source, tx, table, counts[table.name], progress) for table in group}
    except ConstraintViolation as error:  # at the end, so no row is named
        raise CopyError(await dangling(source, group) or error.message) from None


async def empty(target: Database, run: UUID, tables: Sequence[Table]) -> None:
    """Empty tables, and all that refer to them, which are among these; all or none."""
    if not tables:
        return
    order = {table.name: place for place, table in enumerate(tables)}
    async with target.transaction() as tx:
        await hold(tx, run)
        async with switched_off(tx, tables):
            found = await statements.fetch(tx, "list_emptyings", tables=list(order))
            for row in sorted(found, key=lambda row: -order.get(row["table_name"], 0)):
                await tx.script(row["emptying"])


async def hold(tx: Transaction, run: UUID) -> None:
    """Keep other runs of this copy out until the transaction ends. Raises CopyError where one has taken over."""
    found = await statements.fetch(tx, "marked")
    if not found or found[0]["run"] != run:
        raise CopyError("the same copy was begun once more and goes on there; this one has stopped")


@asynccontextmanager
async def switched_off(tx: Transaction, tables: Sequence[Table], large: Sequence[str] = ()) -> AsyncIterator[None]:
    """Without the triggers of some tables, and without some indexes of the large ones; all is there again at the end.

    What refers to what is checked then. Nobody else ever sees it otherwise, since it is one transaction.
    """
    names = [table.name for table in tables]
    switches = await statements.fetch(tx, "list_switches", tables=names, large=list(large))
    for switch in switches:
        await tx.script(switch["switch_off"])
    yield
    await statements.script(tx, "check_all")
    for switch in switches:
        await tx.script(switch["switch_on"])


async def _fill(source: Transaction, tx: Transaction, table: Table, rows: int, progress: Progress) -> Digest:
    digesting = Digesting(table)
    progress(table.name, 0, rows)
    written = 0
    async with aclosing(_ahead(_batches(source, table, digesting))) as batches:
        async for batch in batches:
            await _write(tx, table, batch)
            written += len(batch)
            progress(table.name, written, rows)
    return digesting.digest()


async def _batches(source: Transaction, table: Table, digesting: Digesting) -> AsyncGenerator[Rows]:
    texts = [
        (place, JsonText if column.verbatim else _for_jsonb)
        for place, column in enumerate(table.columns)
        if column.type == "json"
    ]
    batch: list[Sequence[Any]] = []
    parts = 0
    async with aclosing(chunks(source, table)) as brought:
        async for rows in brought:
            digesting.add(rows)
            batch += _with_texts(rows, texts) if texts else map(tuple, rows)
            parts += 1
            if parts >= CHUNKS or len(batch) >= AT_ONCE:
                yield batch
                batch, parts = [], 0
    if batch:
        yield batch


def _with_texts(rows: Sequence[Any], texts: Sequence[tuple[int, Callable[[str], JsonText]]]) -> Rows:
    """The rows, with what is JSON already said to be."""
    columns = list(zip(*rows, strict=True))
    for place, said in texts:
        columns[place] = tuple([None if value is None else said(value) for value in columns[place]])
    return list(zip(*columns, strict=True))


def _for_jsonb(text: str) -> JsonText:
    """JSON whose numbers jsonb gives back as what they were: it would write 1e22 as an integer."""
    return JsonText(without_exponents(text) if _EXPONENT.search(text) else text)


_EXPONENT = re.compile(r"\d[eE]")


async def _ahead(batches: AsyncGenerator[Rows]) -> AsyncGenerator[Rows]:
    """The same, read by a task of its own while what came before is written."""
    queue: asyncio.Queue[Rows | None] = asyncio.Queue(AHEAD)

    async def read() -> None:
        async with aclosing(batches):
            async for batch in batches:
                await queue.put(batch)
        await queue.put(None)

    reading = asyncio.create_task(read())
    try:
        while True:
            taking = asyncio.ensure_future(queue.get())
            await asyncio.wait({taking, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not taking.done() and reading.done():
                taking.cancel()
                await reading  # raises what ended it
            batch = await taking
            if batch is None:
                break
            yield batch
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, PlainbaseError):
            await reading


async def _write(tx: Transaction, table: Table, rows: Rows) -> None:
    """Insert rows. Raises CopyError with the key of the first that the target does not take."""
    try:
        async with tx.transaction():
            await tx.insert_rows(table.name, table.names, rows)
        return
    except ConnectionLost:
        raise
    except (DataInvalid, StatementFailed, ConstraintViolation) as error:
        failure: PlainbaseError = error
    if len(rows) > 1:
        half = len(rows) // 2
        await _write(tx, table, rows[:half])
        await _write(tx, table, rows[half:])
        raise CopyError(f"{table.name}: {failure.message}")
    (row,) = rows
    raise CopyError(f"{_where(table, row)}: {failure.message.removeprefix('insert_rows: ')}") from None


def _where(table: Table, row: Sequence[Any]) -> str:
    values = dict(zip(table.names, row, strict=True))
    key = ", ".join(f"{name} {values[name]}" for name in table.key)
    return f"table {table.name}, {key}" if key else f"table {table.name}"
