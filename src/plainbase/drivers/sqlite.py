"""The SQLite driver: one connection writes, several read, and each statement crosses to its thread once."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from plainbase.actor import Actor
from plainbase.dialect import Dialect
from plainbase.drivers import sqlite_audit, sqlite_connect, sqlite_files, sqlite_streams, sqlite_work
from plainbase.drivers.base import Isolation, OnConflict, PoolStatus
from plainbase.drivers.crossing import Crossing, Work, outcome
from plainbase.drivers.finishing import finished
from plainbase.drivers.lanes import Lane, open_lane
from plainbase.drivers.named import about, encode_values
from plainbase.drivers.pool import Pool, Slot
from plainbase.drivers.readers import Readers
from plainbase.drivers.sqlite_errors import code, is_busy, translate
from plainbase.drivers.sqlite_listen import CommitListener
from plainbase.drivers.sqlite_migrator import SqliteMigrator
from plainbase.drivers.sqlite_plans import DEFINES, Plans
from plainbase.drivers.sqlite_rows import register_converters
from plainbase.drivers.sqlite_scripts import Script
from plainbase.drivers.sqlite_session import SqliteSession
from plainbase.drivers.sqlite_streams import Stream
from plainbase.drivers.waits import Waits
from plainbase.errors import ConnectionLost, MigrationError, PoolTimeout
from plainbase.options import Options
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

SHARED_READERS = 4
"""Lanes that drain the waiting reads; more only contend for the interpreter."""

NEVER = float("inf")


class SqliteDriver:
    """An open SQLite database."""

    dialect = Dialect.SQLITE

    def __init__(self, options: Options) -> None:
        self.options = options
        self.timeout = options.statement_timeout
        self.waits = Waits()
        self.owner: asyncio.Task[Any] | None = None
        self._closing = False
        self.listeners: set[CommitListener] = set()
        self._loop = asyncio.get_running_loop()
        self._memory = options.path == ":memory:"
        self.plans = Plans(readers=not self._memory)
        recycle = options.pool_recycle or NEVER
        shared = min(SHARED_READERS, options.pool_size) if options.use_pool else 1
        read = sqlite_connect.reader(options)
        self.writers = Pool(
            partial(open_lane, sqlite_connect.writer(options), self._loop),
            _close,
            _usable,
            _always,
            size=1,
            overflow=0,
            timeout=options.pool_timeout,
            recycle=NEVER if self._memory else recycle,
            idle_timeout=NEVER,
            what="write connection",
            advice="SQLite has one: shorten transactions, or raise pool_timeout",
            waits=self.waits,
        )
        self.readers = Readers(read, shared, recycle)
        self.exclusive = Pool(
            partial(open_lane, read, self._loop),
            _close,
            _usable,
            _always,
            size=options.pool_size if options.use_pool else 0,
            overflow=options.max_overflow if options.use_pool else options.pool_size + options.max_overflow,
            timeout=options.pool_timeout,
            recycle=recycle,
            idle_timeout=options.idle_timeout or NEVER,
            what="reading connection",
            waits=self.waits,
        )

    @classmethod
    async def open(cls, options: Options) -> SqliteDriver:
        """Open the database, making the file where there is none."""
        register_converters()
        driver = cls(options)
        try:
            driver.writers.release(await driver.writers.acquire())
            if not driver._memory:
                await driver.readers.open()
        except BaseException:
            await driver.close()
            raise
        return driver

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        plan = await self.plans.encode(statement, values, self.look)
        rows: list[Row]
        if plan.reads:
            rows = await self.result(self.readers.submit(partial(sqlite_work.fetch, plan, values, limit)), statement)
            return rows
        work: Work = partial(sqlite_work.fetch_changed, plan, values, limit)
        changes = plan.verb in sqlite_work.CHANGES
        work = sqlite_work.whole(work) if changes else work
        rows = await self.write(work, statement, changes=changes, lingers=plan.lingers)
        if plan.verb in DEFINES:
            self.schema_changed()
        return rows

    async def execute(self, statement: Statement, values: list[Any]) -> int:
        plan = await self.plans.encode(statement, values, self.look)
        work = partial(sqlite_work.execute, plan, values)
        changed: int = await self.write(work, statement, lingers=plan.lingers)
        if plan.verb in DEFINES:
            self.schema_changed()
        return changed

    async def insert(self, statement: Statement, values: list[Any]) -> Any:
        plan = await self.plans.encode(statement, values, self.look)
        return await self.write(partial(sqlite_work.insert, plan, values), statement)

    async def execute_batch(self, statement: Statement, rows: list[list[Any]]) -> int:
        plan, encoded = await self.plans.encode_batch(statement, rows, self.look)
        work = partial(sqlite_work.execute_batch, plan, encoded)
        count: int = await self.write(sqlite_work.whole(work), statement)
        return count

    async def fetch_batch(self, statement: Statement, rows: list[list[Any]]) -> list[Row]:
        plan, encoded = await self.plans.encode_batch(statement, rows, self.look)
        work = partial(sqlite_work.fetch_batch, plan, encoded)
        result: list[Row] = await self.write(sqlite_work.whole(work), statement)
        return result

    async def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[list[Row]]:
        plan = self.plans.known.get(statement) or await self.plans.make(statement, self.look)
        if not plan.reads:
            if whole := await self.fetch(statement, values):
                yield whole
            return
        encode_values(plan.accepts, statement, values)
        slot = await self.exclusive.acquire()
        try:
            run = partial(self.on, slot.connection, statement)
            async with aclosing(
                sqlite_streams.chunks(Stream(plan, values, alone=True), slot.connection, run)
            ) as streamed:
                async for chunk in streamed:
                    yield chunk
        finally:
            self.exclusive.release(slot)

    async def script(self, text: str, name: str) -> None:
        script = Script(text)
        try:
            await self.write(script, None, name, lingers=script.as_it_is, begun=script.begun)
        finally:
            self.schema_changed()

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        work = await self.plans.insert_rows(table, columns, rows, on_conflict, self.look)
        count: int = await self.write(sqlite_work.whole(work), None)
        return count

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        plan = await self.plans.encode(statement, values, self.look)
        text: str = await self.read(partial(sqlite_work.explain, plan, values), statement)
        return text

    async def begin(
        self, *, isolation: Isolation | None = None, read_only: bool = False, actor: Actor | None = None
    ) -> SqliteSession:
        """Every transaction is serializable here; a reading one has a connection and a snapshot of its own."""
        if read_only and not self._memory:
            return SqliteSession(self, self.exclusive, await self.exclusive.acquire(), "BEGIN")
        session = SqliteSession(self, self.writers, await self._turn(), "BEGIN" if read_only else "BEGIN IMMEDIATE")
        session.read_only = read_only
        session.actor = None if read_only else actor
        self.owner = asyncio.current_task()
        return session

    async def migrator(self, wait: float) -> SqliteMigrator:
        self._refuse_nesting()
        slot: Slot[Lane] | None = None
        try:
            async with asyncio.timeout(wait):  # which may be shorter than the pool's own patience, or longer
                while slot is None:
                    with suppress(PoolTimeout):
                        slot = await self.writers.acquire()
        except TimeoutError:
            raise MigrationError(f"this process has been writing for {wait:g} s; try again, or --wait longer") from None
        self.owner = asyncio.current_task()
        migrator = SqliteMigrator(self, slot, wait)
        try:
            await self.on(slot.connection, None, sqlite_audit.watch_no_more)
        except BaseException:
            await migrator.close()
            raise
        return migrator

    async def scratch(self, script: str, name: str, statement: Statement, values: list[Any]) -> list[Row]:
        """In a database in memory."""
        other = await SqliteDriver.open(replace(self.options, path=":memory:"))
        try:
            await other.script(script, name)
            return await other.fetch(statement, values)
        finally:
            await other.close()

    async def listen(self, channel: str) -> CommitListener:
        listener = CommitListener(self, channel, None if self._memory else await self.exclusive.acquire())
        try:
            await listener.start()
        except BaseException:
            await listener.aclose()
            raise
        return listener

    async def notify(self, channel: str, payload: str) -> None:
        """Do nothing: `listen` sees commits."""

    async def copy_to(self, path: Path) -> None:
        """By a connection that only reads, so that whoever writes goes on; what is in memory has just the one."""
        if self._memory:
            await self.write(partial(sqlite_files.copied, path), None, changes=False)
        else:
            await finished(asyncio.to_thread(sqlite_files.copy, sqlite_connect.reader(self.options), path))

    async def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def warnings(self) -> tuple[str, ...]:
        return sqlite_connect.warnings(sqlite3.sqlite_version_info)

    def schema_changed(self) -> None:
        self.plans.forget()

    def pool_status(self) -> PoolStatus:
        writers, exclusive = self.writers.status(), self.exclusive.status()
        lanes, busy, waiting = self.readers.counts()
        return PoolStatus(
            open=writers.open + exclusive.open + lanes,
            busy=writers.busy + exclusive.busy + busy,
            waiting=writers.waiting + exclusive.waiting + waiting,
            limit=writers.limit + self.readers.limit + exclusive.limit,
            waits=self.waits.count,
            waited_seconds=self.waits.seconds,
            timeouts=self.waits.timeouts,
        )

    async def close(self) -> None:
        self._closing = True
        await finished(self._close())

    async def _close(self) -> None:
        for listener in list(self.listeners):
            await listener.aclose()
        await self.readers.close()
        await self.exclusive.close()
        await self.writers.close()  # last, so that it leaves no write-ahead log behind

    # What the session and the plans use as well.

    async def read(self, work: Work, statement: Statement | None) -> Any:
        """Run a function on a reading connection."""
        if self._memory:
            return await self.write(work, statement, changes=False)
        return await self.result(self.readers.submit(work), statement)

    async def write(
        self,
        work: Work,
        statement: Statement | None,
        name: str = "",
        *,
        changes: bool = True,
        lingers: bool = False,
        begun: Callable[[], bool] | None = None,
    ) -> Any:
        """Run a function on the writing connection, outside any transaction."""
        slot = await self._turn()
        if lingers:
            self.use_up(slot.connection)
        lane = slot.connection
        try:
            result = await self.patient(lane, work, statement, timeout=self.timeout, name=name, begun=begun)
        finally:
            if lane.open and lane.raw.in_transaction:  # it could not be rolled back, which closing it does
                self.use_up(lane)
            self.writers.release(slot)
        if changes and self.listeners:
            self.committed()
        return result

    async def patient(
        self,
        lane: Lane,
        work: Work,
        statement: Statement | None,
        *,
        timeout: float | None,
        patience: float | None = None,
        name: str = "",
        begun: Callable[[], bool] | None = None,
    ) -> Any:
        """Run a function, again and again while another process holds the lock and nothing has been done."""
        deadline = self._loop.time() + (self.options.pool_timeout if patience is None else patience)
        while True:
            crossing = lane.run(work)
            try:
                return await outcome(crossing, timeout)
            except Exception as error:
                busy = is_busy(error) and not (begun and begun()) and self._loop.time() < deadline
                failure = self.failure(error, crossing, statement, name)
            if not busy:
                raise failure
            await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311 (a back-off, not a secret)

    async def on(self, lane: Lane, statement: Statement | None, work: Work) -> Any:
        """Run a function on a lane that is the caller's own."""
        return await self.result(lane.run(work), statement)

    async def result(self, crossing: Crossing, statement: Statement | None) -> Any:
        """Wait for a crossing, and translate what it raises."""
        try:
            return await outcome(crossing, self.timeout)
        except Exception as error:
            failure = self.failure(error, crossing, statement)
        raise failure  # outside the handler, so that nothing of the engine's error hangs on to it

    def failure(
        self, error: BaseException, crossing: Crossing, statement: Statement | None, name: str = ""
    ) -> BaseException:
        """The error to raise for one of the sqlite3 module."""
        if self._closing and code(error).startswith("SQLITE_INTERRUPT") and not crossing.timed_out:
            error = ConnectionLost("the database was closed while the statement ran")
        if statement is None:
            return translate(error, timed_out=crossing.timed_out, query=None, where=name or None)
        return translate(error, timed_out=crossing.timed_out, text=statement.text, **about(statement))

    def use_up(self, lane: Lane) -> None:
        """Let a connection be closed when it comes back; a database in memory has just the one."""
        lane.broken = not self._memory

    def committed(self) -> None:
        """Wake the listeners of this process; those of others see the file change."""
        for listener in self.listeners:
            listener.wake()

    async def look(self, work: Work) -> Any:
        """Run what looks at the schema."""
        return await self.read(work, None)

    async def _turn(self) -> Slot[Lane]:
        self._refuse_nesting()
        return self.writers.take() or await self.writers.acquire()

    def _refuse_nesting(self) -> None:
        if self.owner is not None and self.owner is asyncio.current_task():
            raise PoolTimeout(
                "this task is inside a write transaction and would wait for itself; "
                "call tx.…, not db.…, inside `async with db.transaction() as tx`"
            )


async def _close(lane: Lane) -> None:
    await lane.close()


def _usable(lane: Lane) -> bool:
    return lane.open and not lane.broken


async def _always(lane: Lane) -> bool:
    return True  # a file does not go away as a server does
