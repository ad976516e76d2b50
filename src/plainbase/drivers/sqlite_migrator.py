"""Migrating SQLite: the writing connection, on which statements run as they are written."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from plainbase.drivers import sqlite_audit, sqlite_work
from plainbase.drivers.finishing import finished
from plainbase.drivers.lanes import Lane
from plainbase.drivers.pool import Slot
from plainbase.errors import MigrationError, PlainbaseError, TransactionConflict
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

if TYPE_CHECKING:
    from plainbase.drivers.sqlite import SqliteDriver


class SqliteMigrator:
    """The migrator of this process; BEGIN IMMEDIATE makes it the only one, after waiting for the others."""

    def __init__(self, driver: SqliteDriver, slot: Slot[Lane], wait: float) -> None:
        self._driver = driver
        self._slot = slot
        self._lane = slot.connection
        self._wait = wait
        self._lingers = False

    async def run(self, text: str, name: str) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(text).close()

        self._lingers = self._lingers or text[:6].upper() == "PRAGMA"
        await self._on(work, None, name)

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        plan = await self._driver.plans.make(statement, lambda work: self._on(work, statement))
        rows: list[Row] = await self._on(partial(sqlite_work.fetch, plan, values, limit), statement)
        return rows

    async def rollback(self) -> None:
        await self._on(sqlite_work.roll_back, None)

    async def close(self) -> None:
        await finished(self._close())

    async def _close(self) -> None:
        try:
            await self.rollback()
        finally:
            if self._lingers or await self._has_changed():
                self._driver.use_up(self._lane)
            with suppress(PlainbaseError):  # what is unsealed still is sealed with the next change
                if await self._at_once(sqlite_audit.watch_and_ask):
                    await self._at_once(sqlite_work.whole(sqlite_audit.seal))
            self._driver.owner = None
            self._driver.writers.release(self._slot)
            self._driver.schema_changed()
            self._driver.committed()

    async def _has_changed(self) -> bool:
        """Whether temporary tables or an open transaction are left, so that the connection is to be closed."""

        def look(connection: sqlite3.Connection) -> bool:
            left = connection.execute("SELECT count(*) FROM sqlite_temp_schema").fetchone()[0]
            return bool(left) or connection.in_transaction

        try:
            return bool(await self._on(look, None))
        except PlainbaseError:
            return True

    async def _at_once(self, work: Any) -> Any:
        """Run a function; fail where another process holds the write lock."""
        return await self._driver.patient(self._lane, work, None, timeout=None, patience=0)

    async def _on(self, work: Any, statement: Statement | None, name: str = "") -> Any:
        """Run a function; while another process holds the write lock, wait for it."""
        try:
            return await self._driver.patient(self._lane, work, statement, timeout=None, patience=self._wait, name=name)
        except TransactionConflict:
            message = f"another connection has held the write lock for {self._wait:g} s; try again, or --wait longer"
            raise MigrationError(message) from None
