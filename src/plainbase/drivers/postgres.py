"""The PostgreSQL driver: single statements on connections that need no reset, transactions on ones that get it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from plainbase.actor import Actor
from plainbase.dialect import Dialect
from plainbase.drivers import postgres_work
from plainbase.drivers.acting import told
from plainbase.drivers.base import Isolation, OnConflict, PoolStatus
from plainbase.drivers.finishing import GRACE, finished
from plainbase.drivers.named import encode_values
from plainbase.drivers.pool import Pool, Slot
from plainbase.drivers.postgres_connect import RESET, PostgresConnection, answers, connect, disconnect, usable
from plainbase.drivers.postgres_errors import is_lost, is_unknown, translate
from plainbase.drivers.postgres_listen import ChannelListener
from plainbase.drivers.postgres_migrator import PostgresMigrator, make_scratch, take_lock
from plainbase.drivers.postgres_plans import Plans
from plainbase.drivers.postgres_session import PostgresSession
from plainbase.drivers.postgres_texts import DEFINES, changes_rows
from plainbase.drivers.waits import Waits
from plainbase.errors import CommitUnknown, ConfigurationError, ConnectionLost
from plainbase.options import Options
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

T = TypeVar("T")

NEVER = float("inf")


class PostgresDriver:
    """An open PostgreSQL database."""

    dialect = Dialect.POSTGRES

    def __init__(self, options: Options) -> None:
        self.options = options
        self.plans = Plans()
        self.waits = Waits()
        self._listeners: set[ChannelListener] = set()
        self._closed = False
        self._schema = 0
        pooled = options.use_pool
        self.pool: Pool[PostgresConnection] = Pool(
            partial(connect, options),
            disconnect,
            usable,
            partial(answers, timeout=options.connect_timeout),
            size=options.pool_size if pooled else 0,
            overflow=options.max_overflow if pooled else options.pool_size + options.max_overflow,
            timeout=options.pool_timeout,
            recycle=options.pool_recycle or NEVER,
            idle_timeout=options.idle_timeout or NEVER,
            waits=self.waits,
        )

    @classmethod
    async def open(cls, options: Options) -> PostgresDriver:
        """Open the database with one connection, so that what is wrong shows now."""
        driver = cls(options)
        try:
            driver.pool.release(await driver.pool.acquire())
        except BaseException:
            await driver.close()
            raise
        return driver

    def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> Coroutine[Any, Any, list[Row]]:
        work = postgres_work.fetch_first if limit == 1 else postgres_work.fetch
        return self._single(work, statement, values)

    def execute(self, statement: Statement, values: list[Any]) -> Coroutine[Any, Any, int]:
        return self._single(postgres_work.execute, statement, values)

    async def insert(self, statement: Statement, values: list[Any]) -> Any:
        await self.execute(statement, values)

    async def execute_batch(self, statement: Statement, rows: list[list[Any]]) -> int:
        slot = await self._acquire()
        short = True
        try:
            plan, encoded = await self.plans.encode_batch(statement, rows, slot.connection)
            short = plan.short
            await slot.connection.executemany(statement.text, encoded)  # one implicit transaction
        except BaseException as error:
            raise await self._failed(slot, error, statement, short=short, changes=True) from None
        if short:
            self.pool.release(slot)
        else:
            await self.cleanse(slot)
        return len(rows)

    async def fetch_batch(self, statement: Statement, rows: list[list[Any]]) -> list[Row]:
        return await self._in_transaction(lambda session: session.fetch_batch(statement, rows))

    async def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[list[Row]]:
        if changes_rows(statement):  # all of it is done and committed, however many rows are read
            if whole := await self.fetch(statement, values):
                yield whole
            return
        session = await self.begin()
        try:
            async with aclosing(session.stream(statement, values)) as streamed:
                async for chunk in streamed:
                    yield chunk
        except BaseException:
            await session.rollback()
            raise
        await session.commit()

    async def script(self, text: str, name: str) -> None:
        slot = await self.pool.acquire()
        try:
            await slot.connection.execute(text)  # several statements, one implicit transaction
        except BaseException as error:
            raise await self._failed(slot, error, None, name, short=False, changes=True) from None
        await self.cleanse(slot)
        self.schema_changed()

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        if on_conflict == "ignore":
            return await self._in_transaction(lambda session: session.insert_rows(table, columns, rows, on_conflict))
        slot = await self._acquire()
        try:
            count = await postgres_work.insert_rows(
                slot.connection, self.plans.types, table, columns, rows, on_conflict
            )
        except BaseException as error:
            raise await self._failed(slot, error, None, changes=True) from None
        self.pool.release(slot)
        return count

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        return await self._in_transaction(lambda session: session.explain(statement, values))

    async def begin(
        self, *, isolation: Isolation | None = None, read_only: bool = False, actor: Actor | None = None
    ) -> PostgresSession:
        text = "BEGIN"
        if isolation is not None:
            text += f" ISOLATION LEVEL {isolation.replace('_', ' ').upper()}"
        if read_only:
            text += " READ ONLY"
        slot = await self._acquire()
        try:
            await slot.connection.execute(text)
            if actor is not None:
                text, values = told(self.dialect, actor)
                await slot.connection.execute(text, *values)
        except BaseException as error:
            raise await self._failed(slot, error, None) from None
        return PostgresSession(self, slot)

    async def migrator(self, wait: float) -> PostgresMigrator:
        slot = await self.pool.acquire()
        try:
            await take_lock(slot.connection, wait)
        except BaseException as error:
            raise await self._failed(slot, error, None, short=False) from None
        return PostgresMigrator(self, slot)

    async def scratch(self, script: str, name: str, statement: Statement, values: list[Any]) -> list[Row]:
        """In a schema of its own, made and forgotten in one transaction; what the public one has is still seen."""
        session = await self.begin()
        try:
            await session.run(partial(make_scratch, script), None)
            await session.script(script, name)
            return await session.fetch(statement, values)
        finally:
            await session.rollback()
            self.schema_changed()

    async def listen(self, channel: str) -> ChannelListener:
        if self._closed:
            raise ConnectionLost("the database is closed")
        listener = ChannelListener(await connect(self.options), channel, self._listeners)
        try:
            await listener.start()
        except BaseException as error:
            await listener.aclose()
            raise translate(error) from None
        return listener

    async def notify(self, channel: str, payload: str) -> None:
        slot = await self.pool.acquire()
        try:
            await slot.connection.execute("SELECT pg_notify($1, $2)", channel, payload)
        except BaseException as error:
            raise await self._failed(slot, error, None) from None
        self.pool.release(slot)

    async def copy_to(self, path: Path) -> None:
        raise ConfigurationError("a PostgreSQL database is no file to copy; pg_dump reads it")

    async def version(self) -> str:
        slot = await self.pool.acquire()
        try:
            found: str = await slot.connection.fetchval("SHOW server_version")
        except BaseException as error:
            raise await self._failed(slot, error, None) from None
        self.pool.release(slot)
        return f"PostgreSQL {found.split()[0]}"

    def warnings(self) -> tuple[str, ...]:
        return ()

    def schema_changed(self) -> None:
        self.plans.forget()
        self._schema += 1

    def pool_status(self) -> PoolStatus:
        return self.pool.status()

    async def close(self) -> None:
        self._closed = True
        for listener in tuple(self._listeners):
            await finished(listener.aclose())
        await finished(self.pool.close())

    # What the session uses as well.

    async def cleanse(self, slot: Slot[PostgresConnection], *, rolled_back: bool = False) -> None:
        """Give a connection back as if it were new: what it was doing is stopped, its transaction rolled back."""
        await finished(self._cleanse(slot, rolled_back=rolled_back))

    def cleanse_afterwards(self, slot: Slot[PostgresConnection]) -> None:
        """Do so without letting the caller wait: its transaction is committed already."""
        self.pool.afterwards(self._cleanse(slot, rolled_back=False))

    async def _cleanse(self, slot: Slot[PostgresConnection], *, rolled_back: bool) -> None:
        connection = slot.connection
        try:
            if not connection.is_closed():
                text = f"ROLLBACK; {RESET}" if rolled_back or connection.is_in_transaction() else RESET
                await connection.execute(text, timeout=GRACE)
        except (Exception, asyncio.CancelledError):  # it may be in any state, so it is not used again
            connection.terminate()
        finally:
            self.pool.release(slot)

    async def _failed(
        self,
        slot: Slot[PostgresConnection],
        error: BaseException,
        statement: Statement | None,
        name: str = "",
        *,
        short: bool = True,
        changes: bool = False,
    ) -> BaseException:
        """Give the connection of a failed call back, and return what to raise.

        One that is not `short` may have changed its session before it failed, one that `changes` something may have
        done so. A cancelled caller does not wait: the statement is being stopped, and the connection is busy until it
        has been.
        """
        connection = slot.connection
        if is_lost(error):
            connection.terminate()  # asyncpg may not have noticed yet
        if connection.is_closed() or (short and isinstance(error, Exception) and not connection.is_in_transaction()):
            self.pool.release(slot)
        elif isinstance(error, asyncio.CancelledError):
            self.pool.afterwards(self._cleanse(slot, rolled_back=True))
        else:
            await self.cleanse(slot, rolled_back=True)
        unknown = changes and is_unknown(error)
        failure = translate(error, statement, name=name)
        if unknown and isinstance(failure, ConnectionLost):
            about: dict[str, Any] = {"query": failure.query, "where": failure.where, "parameters": failure.parameters}
            return CommitUnknown("the connection was lost during a change; look whether it was made", **about)
        return failure

    async def _acquire(self) -> Slot[PostgresConnection]:
        """Take a connection; one that has prepared statements for an older schema forgets them."""
        slot = self.pool.take() or await self.pool.acquire()
        connection = slot.connection
        if connection.schema != self._schema:
            await connection.reload_schema_state()  # nothing is sent
            connection.schema = self._schema
        return slot

    async def _single(
        self,
        work: Callable[[PostgresConnection, Statement, list[Any]], Awaitable[T]],
        statement: Statement,
        values: list[Any],
    ) -> T:
        """Run one statement; a short one leaves its connection as it found it."""
        plan = self.plans.known.get(statement)
        if plan is not None:
            encode_values(plan.accepts, statement, values)
        slot = await self._acquire()
        try:
            if plan is None:
                plan = await self.plans.encode(statement, values, slot.connection)
            result = await work(slot.connection, statement, values)
        except BaseException as error:
            short, changes = plan is None or plan.short, changes_rows(statement)
            raise await self._failed(slot, error, statement, short=short, changes=changes) from None
        if plan.short:
            self.pool.release(slot)
        else:
            if statement.verb in DEFINES:
                self.schema_changed()
            await self.cleanse(slot)
        return result

    async def _in_transaction(self, work: Callable[[PostgresSession], Awaitable[T]]) -> T:
        session = await self.begin()
        try:
            result = await work(session)
        except BaseException:
            await session.rollback()
            raise
        await session.commit()
        return result
