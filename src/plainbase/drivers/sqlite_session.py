"""One SQLite transaction: BEGIN travels with its first statement, and a failed statement fails it whole.

Differs from the engine alone, so that both engines mean the same: after an error nothing more is accepted until the
block (or the savepoint) is left, and nothing of it can be committed by accident.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from plainbase.actor import Actor
from plainbase.drivers import sqlite_audit, sqlite_work
from plainbase.drivers.crossing import Work, outcome
from plainbase.drivers.lanes import Lane
from plainbase.drivers.pool import Pool, Slot
from plainbase.drivers.sqlite_plans import DEFINES
from plainbase.drivers.sqlite_scripts import ScriptInside
from plainbase.drivers.sqlite_streams import Stream, chunks
from plainbase.errors import PlainbaseError, TransactionAborted
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

if TYPE_CHECKING:
    from plainbase.drivers.base import OnConflict
    from plainbase.drivers.sqlite import SqliteDriver


class SqliteSession:
    """A transaction on a connection that is its own until it ends."""

    def __init__(self, driver: SqliteDriver, pool: Pool[Lane], slot: Slot[Lane], begin: str) -> None:
        self.read_only = False
        self.actor: Actor | None = None
        self._driver = driver
        self._plans = driver.plans
        self._pool = pool
        self._slot = slot
        self._lane = slot.connection
        self._begin = begin
        self._begun = False
        self._failed = False
        self._over = False
        self._defined = False
        self._told = False
        self._streams: set[Stream] = set()

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        plan = await self._plans.encode(statement, values, self._look)
        if plan.lingers:
            self._driver.use_up(self._lane)
        work = sqlite_work.fetch if plan.reads else sqlite_work.fetch_changed
        rows: list[Row] = await self.run(partial(work, plan, values, limit), statement)
        return rows

    async def execute(self, statement: Statement, values: list[Any]) -> int:
        plan = await self._plans.encode(statement, values, self._look)
        if plan.lingers:
            self._driver.use_up(self._lane)
        changed: int = await self.run(partial(sqlite_work.execute, plan, values), statement)
        if plan.verb in DEFINES:
            self._schema_changed()
        return changed

    async def insert(self, statement: Statement, values: list[Any]) -> Any:
        plan = await self._plans.encode(statement, values, self._look)
        return await self.run(partial(sqlite_work.insert, plan, values), statement)

    async def execute_batch(self, statement: Statement, rows: list[list[Any]]) -> int:
        plan, encoded = await self._plans.encode_batch(statement, rows, self._look)
        count: int = await self.run(partial(sqlite_work.execute_batch, plan, encoded), statement)
        return count

    async def fetch_batch(self, statement: Statement, rows: list[list[Any]]) -> list[Row]:
        plan, encoded = await self._plans.encode_batch(statement, rows, self._look)
        result: list[Row] = await self.run(partial(sqlite_work.fetch_batch, plan, encoded), statement)
        return result

    async def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[list[Row]]:
        plan = await self._plans.encode(statement, values, self._look)
        stream = Stream(plan, values)
        self._streams.add(stream)
        try:
            run = partial(self.run, statement=statement, stream=stream)
            async with aclosing(chunks(stream, self._lane, run)) as streamed:
                async for chunk in streamed:
                    yield chunk
        finally:
            self._streams.discard(stream)

    async def script(self, text: str, name: str) -> None:
        await self.run(ScriptInside(text), None, name=name)
        self._schema_changed()

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        work = await self._plans.insert_rows(table, columns, rows, on_conflict, self._look)
        count: int = await self.run(work, None)
        return count

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        plan = await self._plans.encode(statement, values, self._look)
        text: str = await self.run(partial(sqlite_work.explain, plan, values), statement)
        return text

    async def refill(self, view: str, rows: int | None) -> int:
        count: int = await self.run(partial(sqlite_work.refill, view, rows), None, name=f"refresh of {view}")
        return count

    async def commit(self) -> None:
        if self._failed:
            await self.rollback()
            raise TransactionAborted("an earlier statement failed, so nothing was committed")
        try:
            await self._end("COMMIT")
        except BaseException:
            await self.rollback()
            raise
        self._leave()
        if self._begun and not self.read_only:
            self._driver.committed()

    async def rollback(self) -> None:
        if self._over:
            return
        try:
            await self._end("ROLLBACK")
        except PlainbaseError:
            self._lane.broken = True  # it is closed, which rolls back as well
        finally:
            self._leave()

    async def act_as(self, actor: Actor | None) -> None:
        if self.read_only or self._pool is not self._driver.writers:
            return
        await self.run(partial(sqlite_audit.act_as, actor), None)
        self._told = True

    async def savepoint(self, name: str) -> None:
        await self.run(lambda connection: connection.execute(f"SAVEPOINT {name}").close(), None)

    async def release(self, name: str) -> None:
        if self._failed:
            await self.rollback_to(name)
            raise TransactionAborted("an earlier statement failed, so the savepoint was rolled back")
        await self.run(lambda connection: connection.execute(f"RELEASE {name}").close(), None)

    async def rollback_to(self, name: str) -> None:
        def undo(connection: sqlite3.Connection) -> bool:
            self._keep_streams(None)
            if not connection.in_transaction:  # an interrupted change has rolled all of it back
                return False
            connection.execute(f"ROLLBACK TO {name}")
            connection.execute(f"RELEASE {name}")
            return True

        if self._begun:
            self._failed = not await self._undisturbed(undo)

    async def run(
        self,
        work: Work,
        statement: Statement | None,
        stream: Stream | None = None,
        *,
        name: str = "",
    ) -> Any:
        """Run a function inside the transaction, beginning it first if need be.

        What is open of other streams than `stream` is brought in before.
        """
        if self._over:
            raise TransactionAborted("the transaction is over")
        if self._failed:
            raise TransactionAborted(
                "an earlier statement of this transaction failed; leave the block, or use a savepoint"
            )
        try:
            return await self._driver.patient(
                self._lane,
                partial(self._inside, work, stream),
                statement,
                timeout=self._driver.timeout,
                name=name,
                begun=lambda: self._begun,
            )
        except (Exception, asyncio.CancelledError):
            self._failed = self._begun
            raise

    def _inside(self, work: Work, stream: Stream | None, connection: sqlite3.Connection) -> Any:
        if not self._begun:
            if self.read_only:
                connection.execute("PRAGMA query_only = ON")
            connection.execute(self._begin)
            self._begun = True
            if self.actor is not None:
                self._told = True
                sqlite_audit.act_as(self.actor, connection)
        elif not connection.in_transaction:  # rolled back by what ran just before, whose caller has not heard of it yet
            raise TransactionAborted("an earlier statement of this transaction failed")
        if self._streams:
            self._keep_streams(stream)
        return work(connection)

    def _keep_streams(self, own: Stream | None) -> None:
        for stream in tuple(self._streams):
            if stream is not own:
                stream.keep()

    def _schema_changed(self) -> None:
        self._defined = True
        self._driver.schema_changed()

    async def _look(self, work: Work) -> Any:
        return await self.run(work, None)

    async def _end(self, how: str) -> None:
        def end(connection: sqlite3.Connection) -> None:
            for stream in tuple(self._streams):
                stream.close()  # an open one would keep the snapshot, and an interrupt alive
            if connection.in_transaction:
                if self._told and how == "COMMIT":
                    sqlite_audit.act_as(None, connection)
                connection.execute(how)
            if self.read_only:
                connection.execute("PRAGMA query_only = OFF")

        if self._begun:
            await self._undisturbed(end)

    async def _undisturbed(self, work: Work) -> Any:
        crossing = self._lane.run(work)
        try:
            return await outcome(crossing, stoppable=False)
        except Exception as error:
            failure = self._driver.failure(error, crossing, None)
        raise failure

    def _leave(self) -> None:
        if not self._over:
            self._over = True
            if self._defined:  # what others learned meanwhile is out of date now
                self._driver.schema_changed()
            if self._pool is self._driver.writers:
                self._driver.owner = None
            self._pool.release(self._slot)
