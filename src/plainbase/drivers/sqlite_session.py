"""One SQLite transaction: BEGIN travels with its first statement, and a failed statement fails it whole.

Differs from the engine alone, so that both engines mean the same: after an error nothing more is accepted until the
block (or the savepoint) is left, and nothing of it can be committed by accident.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from plainbase.drivers import sqlite_work
from plainbase.drivers.lanes import Lane, Work, outcome
from plainbase.drivers.pool import Pool, Slot
from plainbase.drivers.sqlite_plans import DEFINES
from plainbase.errors import StatementFailed, TransactionAborted
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

if TYPE_CHECKING:
    from plainbase.drivers.base import OnConflict
    from plainbase.drivers.sqlite import SqliteDriver


class SqliteSession:
    """A transaction on a connection that is its own until it ends."""

    def __init__(self, driver: SqliteDriver, pool: Pool[Lane], slot: Slot[Lane], begin: str) -> None:
        self.read_only = False
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

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        plan = await self._plans.encode(statement, values, self._look)
        work = sqlite_work.fetch if plan.reads else sqlite_work.fetch_changed
        rows: list[Row] = await self.run(partial(work, plan, values, limit), statement)
        return rows

    async def execute(self, statement: Statement, values: list[Any]) -> int:
        plan = await self._plans.encode(statement, values, self._look)
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

    async def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[Row]:
        plan = await self._plans.encode(statement, values, self._look)
        async for row in sqlite_work.rows(self._lane, lambda work: self.run(work, statement), plan, values):
            yield row

    async def script(self, text: str, name: str) -> None:
        await self.run(sqlite_work.script_in_transaction(text), None, name=name)
        self._schema_changed()

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        work = await self._plans.insert_rows(table, columns, rows, on_conflict, self._look)
        count: int = await self.run(work, None)
        return count

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        plan = await self._plans.encode(statement, values, self._look)
        text: str = await self.run(partial(sqlite_work.explain, plan, values), statement)
        return text

    async def refill(self, view: str) -> int:
        count: int = await self.run(partial(sqlite_work.refill, view), None)
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
        except StatementFailed:
            self._slot.connection.stop()  # it cannot be used again; closing it rolls back
        finally:
            self._leave()

    async def savepoint(self, name: str) -> None:
        await self.run(lambda connection: connection.execute(f"SAVEPOINT {name}").close(), None)

    async def release(self, name: str) -> None:
        if self._failed:
            await self.rollback_to(name)
            raise TransactionAborted("an earlier statement failed, so the savepoint was rolled back")
        await self.run(lambda connection: connection.execute(f"RELEASE {name}").close(), None)

    async def rollback_to(self, name: str) -> None:
        def undo(connection: sqlite3.Connection) -> bool:
            if not connection.in_transaction:  # an interrupted change has rolled all of it back
                return False
            connection.execute(f"ROLLBACK TO {name}")
            connection.execute(f"RELEASE {name}")
            return True

        if self._begun:
            self._failed = not await outcome(self._lane.run(undo), stoppable=False)

    async def run(
        self, work: Work, statement: Statement | None, *, patience: float | None = None, name: str = ""
    ) -> Any:
        """Run a function inside the transaction, beginning it first if need be."""
        if self._over:
            raise TransactionAborted("the transaction is over")
        if self._failed:
            raise TransactionAborted(
                "an earlier statement of this transaction failed; leave the block, or use a savepoint"
            )
        begun = self._begun
        try:
            return await self._driver.patient(
                self._lane,
                work if begun else partial(self._first, work),
                statement,
                patience=patience,
                name=name,
                begun=lambda: self._begun,
            )
        except (Exception, asyncio.CancelledError):
            self._failed = self._begun
            raise

    def _first(self, work: Work, connection: sqlite3.Connection) -> Any:
        if not self._begun:
            if self.read_only:
                connection.execute("PRAGMA query_only = ON")
            connection.execute(self._begin)
            self._begun = True
        return work(connection)

    def _schema_changed(self) -> None:
        self._defined = True
        self._driver.schema_changed()

    async def _look(self, work: Work) -> Any:
        return await self.run(work, None)

    async def _end(self, how: str) -> None:
        def end(connection: sqlite3.Connection) -> None:
            if connection.in_transaction:
                connection.execute(how)
            if self.read_only:
                connection.execute("PRAGMA query_only = OFF")

        if self._begun:
            job = self._lane.run(end)
            try:
                await outcome(job, stoppable=False)
            except Exception as error:
                raise self._driver.failure(error, job, None) from None

    def _leave(self) -> None:
        if not self._over:
            self._over = True
            if self._defined:  # what others learned meanwhile is out of date now
                self._driver.schema_changed()
            if self._pool is self._driver.writers:
                self._driver.owner = None
            self._pool.release(self._slot)
