"""Which locks the statements of a migration take, as a PostgreSQL server shows them while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from plainbase.calls import Call
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import QueryTimeout
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile.query import Query

SECONDS = 60.0
"""Longest time that one statement may take."""
POLL = 0.002
"""Seconds between two looks at the server."""

BLOCKS: Mapping[str, str] = {
    "ACCESS SHARE": "schema changes that stop reads",
    "ROW SHARE": "schema changes that stop reads or row locks",
    "ROW EXCLUSIVE": "schema changes that stop writes",
    "SHARE UPDATE EXCLUSIVE": "other schema changes",
    "SHARE": "writes",
    "SHARE ROW EXCLUSIVE": "writes",
    "EXCLUSIVE": "writes and row locks",
    "ACCESS EXCLUSIVE": "reads and writes",
}
"""What each mode keeps others from, by the server's manual; the weakest first."""

_STRENGTH = {mode: position for position, mode in enumerate(BLOCKS)}


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock on a relation: its name as SQL writes it, its kind, the mode, and what the mode blocks."""

    name: str
    kind: str
    mode: str
    blocks: str


_Seen = set[tuple[int, str]]
"""Relations and modes."""


async def observe(
    db: Database, watcher: Database, statements: Sequence[str], *, in_transaction: bool, seconds: float = SECONDS
) -> list[tuple[Lock, ...]]:
    """Run the statements of a migration on a scratch database; return the locks that each took, the strongest first.

    Only relations that existed before count, the catalog's left out. In a transaction, which is committed, they are
    the locks that a statement adds. Outside one a statement's locks are gone when it ends: they are seen while it
    waits for locks of `watcher`, the same database with two connections at least. What such a statement takes without
    waiting once more is not seen: the index that DROP INDEX CONCURRENTLY removes when nobody uses it any more, the
    further indexes of a table that is locked alone, and of materialized views all but the one that comes first.
    Errors of the statements are raised as they come; QueryTimeout where one does not end within `seconds`.
    """
    queries = internal_queries(Dialect(db.dialect), "locks")
    existing = {row["relation"]: row for row in await Call(queries["list_relations"], watcher)()}
    if in_transaction:
        seen = await _together(db, watcher, statements, queries, seconds)
    else:
        seen = [await _alone(db, watcher, statement, existing, queries, seconds) for statement in statements]
    return [_locks(each, existing) for each in seen]


def _locks(seen: _Seen, existing: Mapping[int, Row]) -> tuple[Lock, ...]:
    locks = [
        Lock(existing[relation]["name"], existing[relation]["kind"], mode, BLOCKS[mode])
        for relation, mode in seen
        if relation in existing
    ]
    return tuple(sorted(locks, key=lambda lock: (-_STRENGTH[lock.mode], lock.name)))


async def _together(
    db: Database, watcher: Database, statements: Sequence[str], queries: Mapping[str, Query], seconds: float
) -> list[_Seen]:
    """Run statements in one transaction; say which locks each adds to those before it."""
    added: list[_Seen] = []
    async with db.transaction() as tx:
        pid = await Call(queries["backend"], tx)()
        held: _Seen = set()
        for statement in statements:
            async with _bounded(seconds):
                await tx.script(statement)
            rows = await Call(queries["list_locks"], watcher)(pid=pid)
            now = {(row["relation"], row["mode"]) for row in rows}
            added.append(now - held)
            held |= now
    return added


async def _alone(
    db: Database,
    watcher: Database,
    statement: str,
    existing: Mapping[int, Row],
    queries: Mapping[str, Query],
    seconds: float,
) -> _Seen:
    """Run one statement outside a transaction; say which locks it had, or wanted, whenever it was kept waiting."""
    look = Call(queries["list_locks_of_statement"], watcher)
    blockers = _Blockers(watcher, queries, await Call(queries["list_blockers"], watcher)())
    seen: _Seen = set()
    async with _bounded(seconds), AsyncExitStack() as stack:
        stack.push_async_callback(blockers.release)
        await blockers.hold()
        running = asyncio.create_task(db.script(statement))
        stack.push_async_callback(_stop, running)
        while not running.done():
            locks = await look(statement=statement, blocker=blockers.pid) if blockers.held else []
            if not all(lock["granted"] for lock in locks):  # they may have been listed before it began to wait
                seen |= {(lock["relation"], lock["mode"]) for lock in locks if lock["relation"] is not None}
                blockers.make_way(locks, existing)
                await blockers.hold()
            await asyncio.wait([running], timeout=POLL)
        await running
    return seen


@asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise QueryTimeout(f"it did not end within {seconds:g} s on the scratch database") from None


async def _stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class _Blockers:
    """Locks on every table that keep a statement waiting, fewer of them each time that it was seen to wait.

    Before one transaction ends, the next holds what is to stay locked: so nothing is passed unseen, and both hold
    locks that allow each other. First a table cannot be changed, then it can, but not be had exclusively.
    """

    def __init__(self, watcher: Database, queries: Mapping[str, Query], tables: Iterable[Row]) -> None:
        self._watcher = watcher
        self._queries = queries
        self._tables = {row["relation"]: row for row in tables}
        self._unchanging = set(self._tables)
        self.held = set(self._tables)
        self.pid = 0
        self._transaction = AsyncExitStack()

    async def hold(self) -> None:
        """Lock what is left to lock, and only then give up the locks of the time before."""
        tables = [self._tables[relation] for relation in self._tables if relation in self.held]
        script = [row["against_exclusive"] for row in tables]
        script += [row["against_changes"] for row in tables if row["relation"] in self._unchanging]
        async with AsyncExitStack() as stack:
            if script:
                tx = await stack.enter_async_context(self._watcher.transaction())
                await tx.script("\n".join(script))
                self.pid = await Call(self._queries["backend"], tx)()
            transaction = stack.pop_all()
        await self.release()
        self._transaction = transaction

    async def release(self) -> None:
        """Give up all locks."""
        await self._transaction.aclose()

    def make_way(self, locks: Iterable[Row], existing: Mapping[int, Row]) -> None:
        """Leave out next time what the statement waits for; everything, where that is none of the tables."""
        waiting = [lock for lock in locks if not lock["granted"]]
        awaited = {lock["relation"]: lock["mode"] for lock in waiting if lock["relation"] in existing}
        if not awaited:  # it waits for the end of every transaction that has a lock on the same table
            awaited = {lock["relation"]: lock["mode"] for lock in locks if lock["relation"] in existing}
        tables = {existing[relation]["owner"] for relation in awaited} & self.held
        exclusive = {existing[each]["owner"] for each, mode in awaited.items() if mode == "ACCESS EXCLUSIVE"}
        self.held -= exclusive | (tables - self._unchanging)
        self._unchanging -= tables | {each for each, row in self._tables.items() if not row["is_shareable"]}
        if not tables:
            self.held.clear()
        self._unchanging &= self.held
