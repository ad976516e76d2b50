"""One PostgreSQL transaction on a connection of its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg

from plainbase.actor import Actor
from plainbase.drivers import postgres_work
from plainbase.drivers.acting import told
from plainbase.drivers.chunk_sizes import FEWEST, next_size
from plainbase.drivers.finishing import finished
from plainbase.drivers.pool import Slot
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_errors import is_lost, translate
from plainbase.drivers.postgres_texts import DEFINES, changes_rows, refuse_control
from plainbase.errors import CommitUnknown, ConnectionLost, ParameterError, StatementFailed, TransactionAborted
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

if TYPE_CHECKING:
    from plainbase.drivers.base import OnConflict
    from plainbase.drivers.postgres import PostgresDriver

T = TypeVar("T")


class PostgresSession:
    """A transaction; tasks that share it take turns, since a connection runs one statement at a time."""

    def __init__(self, driver: PostgresDriver, slot: Slot[PostgresConnection]) -> None:
        self._driver = driver
        self._plans = driver.plans
        self._slot = slot
        self._connection = slot.connection
        self._turn = asyncio.Lock()
        self._failed = False
        self._over = False
        self._defined = False

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        return await self.run(lambda connection: self._fetch(connection, statement, values, limit), statement)

    async def execute(self, statement: Statement, values: list[Any]) -> int:
        async def work(connection: PostgresConnection) -> int:
            await self._plans.encode(statement, values, connection)
            return await postgres_work.execute(connection, statement, values)

        changed = await self.run(work, statement)
        if statement.verb in DEFINES:
            await self._schema_changed()
        return changed

    async def insert(self, statement: Statement, values: list[Any]) -> Any:
        await self.execute(statement, values)

    async def execute_batch(self, statement: Statement, rows: list[list[Any]]) -> int:
        async def work(connection: PostgresConnection) -> int:
            _, encoded = await self._plans.encode_batch(statement, rows, connection)
            await connection.executemany(statement.text, encoded)
            return len(rows)

        return await self.run(work, statement)

    async def fetch_batch(self, statement: Statement, rows: list[list[Any]]) -> list[Row]:
        async def work(connection: PostgresConnection) -> list[Row]:
            plan, encoded = await self._plans.encode_batch(statement, rows, connection)
            return await postgres_work.fetch_batch(connection, statement, encoded, one_row=plan.one_row)

        return await self.run(work, statement)

    async def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[list[Row]]:
        if changes_rows(statement):  # all of it is done, however many rows are read
            if whole := await self.fetch(statement, values):
                yield whole
            return

        async def begin(connection: PostgresConnection) -> Any:
            await self._plans.encode(statement, values, connection)
            return await connection.cursor(statement.text, *values)

        async def proceed(connection: PostgresConnection) -> Any:
            return await cursor.fetch(size)

        cursor = await self.run(begin, statement)
        size = 2 * FEWEST  # to the server it is further than to a thread
        while size and (chunk := await self.run(proceed, statement)):
            size = next_size(chunk, size) if len(chunk) == size else 0
            yield chunk

    async def script(self, text: str, name: str) -> None:
        async def work(connection: PostgresConnection) -> None:
            refuse_control(text)
            await connection.execute(text)

        await self.run(work, None, name)
        await self._schema_changed()

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        return await self.run(
            lambda connection: postgres_work.insert_rows(
                connection, self._plans.types, table, columns, rows, on_conflict
            ),
            None,
        )

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        async def work(connection: PostgresConnection) -> str:
            await self._plans.encode(statement, values, connection)
            return await postgres_work.explain(connection, statement, values)

        return await self.run(work, statement)

    async def refill(self, view: str, rows: int | None) -> int:
        name = f"refresh of {view}"
        return await self.run(lambda connection: postgres_work.refill(connection, view, rows), None, name)

    async def commit(self) -> None:
        if self._failed:
            await self.rollback()
            raise TransactionAborted("an earlier statement failed, so nothing was committed")
        if self._connection.is_closed():
            await self.rollback()
            raise ConnectionLost("the connection to PostgreSQL was lost before COMMIT, so nothing was committed")
        status = ""
        try:
            status = await finished(self._connection.execute("COMMIT"))
        except Exception as error:
            await self.rollback()
            unknown = is_lost(error)
            failure = translate(error)
            if unknown:
                failure = CommitUnknown("the connection was lost during COMMIT; look whether it was committed")
            raise failure from None
        except BaseException:
            await self.rollback()
            raise
        await self._leave()
        if status != "COMMIT":
            raise TransactionAborted("the server rolled the transaction back")

    async def rollback(self) -> None:
        await self._leave(rolled_back=True)

    async def act_as(self, actor: Actor | None) -> None:
        text, values = told(self._driver.dialect, actor)
        await self.run(lambda connection: connection.execute(text, *values), None)

    async def savepoint(self, name: str) -> None:
        await self.run(lambda connection: connection.execute(f"SAVEPOINT {name}"), None)

    async def release(self, name: str) -> None:
        if self._failed:
            await self.rollback_to(name)
            raise TransactionAborted("an earlier statement failed, so the savepoint was rolled back")
        await self.run(lambda connection: connection.execute(f"RELEASE {name}"), None)

    async def rollback_to(self, name: str) -> None:
        if self._connection.is_closed():
            return
        text = f"ROLLBACK TO {name}; RELEASE {name}"
        async with self._turn:
            try:
                await finished(self._connection.execute(text))
            except Exception as error:
                raise translate(error) from None
        self._failed = False

    async def run(
        self, work: Callable[[PostgresConnection], Awaitable[T]], statement: Statement | None, name: str = ""
    ) -> T:
        """Run a function inside the transaction; what the server refuses fails the transaction."""
        async with self._turn:
            if self._over:
                raise TransactionAborted("the transaction is over")
            if self._failed:
                raise TransactionAborted(
                    "an earlier statement of this transaction failed; leave the block, or use a savepoint"
                )
            try:
                result = await work(self._connection)
                if not self._connection.is_in_transaction():
                    raise StatementFailed("the script ended the transaction it runs in; leave COMMIT and ROLLBACK out")
                return result
            except Exception as error:
                failure = translate(error, statement, name=name)
                self._failed = not isinstance(failure, ParameterError) or isinstance(error, asyncpg.PostgresError)
                raise failure from None
            except BaseException:
                self._failed = True
                raise

    async def _fetch(
        self, connection: PostgresConnection, statement: Statement, values: list[Any], limit: int
    ) -> list[Row]:
        await self._plans.encode(statement, values, connection)
        work = postgres_work.fetch_first if limit == 1 else postgres_work.fetch
        return await work(connection, statement, values)

    async def _schema_changed(self) -> None:
        self._defined = True
        self._driver.schema_changed()
        await self._connection.reload_schema_state()

    async def _leave(self, *, rolled_back: bool = False) -> None:
        if not self._over:
            self._over = True
            if self._defined:  # what others learned meanwhile is out of date now
                self._driver.schema_changed()
            if rolled_back or self._driver.pool.is_full():
                await self._driver.cleanse(self._slot, rolled_back=rolled_back)
            else:
                self._driver.cleanse_afterwards(self._slot)
