"""What a driver is: the one seam between plainbase and an engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from plainbase.actor import Actor
from plainbase.dialect import Dialect
from plainbase.drivers.waits import Waits
from plainbase.options import Options
from plainbase.rows import Row
from plainbase.sqlfile.statement import Statement

OnConflict = Literal["error", "ignore"]
Isolation = Literal["read_committed", "repeatable_read", "serializable"]


@dataclass(frozen=True, slots=True)
class PoolStatus:
    """Connections at this moment: open ones, of these in use, callers that wait, and the most there may be.

    `waits`, `waited_seconds` and `timeouts` count since the database was opened: callers that had to wait for a
    connection of their own, how long in all, and how many in vain.
    """

    open: int
    busy: int
    waiting: int
    limit: int
    waits: int = 0
    waited_seconds: float = 0.0
    timeouts: int = 0


@dataclass(frozen=True, slots=True)
class Notification:
    """What `listen` yields; `payload` is None where the engine has no notifications and a commit was seen instead."""

    channel: str
    payload: str | None


class Executor(Protocol):
    """What runs statements: a driver (each statement its own transaction) and a session (one transaction)."""

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        """Run a statement and return its rows; at most `limit` of them where `limit` is not 0."""

    async def execute(self, statement: Statement, values: list[Any]) -> int:
        """Run a statement and return the number of rows it changed."""

    async def insert(self, statement: Statement, values: list[Any]) -> Any:
        """Run an INSERT without RETURNING and return the engine's last row id, or None where it has no such thing."""

    async def execute_batch(self, statement: Statement, rows: list[list[Any]]) -> int:
        """Run a statement once per row of values, all or nothing, and return the number of rows of values."""

    async def fetch_batch(self, statement: Statement, rows: list[list[Any]]) -> list[Row]:
        """Run a statement that gives exactly one row per row of values, all or nothing, and return them in order."""

    def stream(self, statement: Statement, values: list[Any]) -> AsyncGenerator[list[Row]]:
        """Run a statement and yield its rows with bounded memory, some at a time and never none."""

    async def script(self, text: str, name: str) -> None:
        """Run several statements without parameters, all or nothing; `name` stands in errors."""

    async def insert_rows(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], on_conflict: OnConflict
    ) -> int:
        """Insert many rows the fastest way the engine has, all or nothing; return how many were inserted."""

    async def explain(self, statement: Statement, values: list[Any]) -> str:
        """Return the engine's plan for a statement, as text, without running it."""


class Session(Executor, Protocol):
    """One transaction on a connection of its own. Exactly one of `commit` and `rollback` ends it."""

    async def commit(self) -> None:
        """Commit; if the transaction cannot be committed any more, roll back and raise."""

    async def rollback(self) -> None:
        """Roll back; never raises because of the connection."""

    async def refill(self, view: str, rows: int | None) -> int:
        """Bring a materialized view up to date and return its number of rows; others see it when this is committed.

        `rows` is that number after the last time, or None to compute all of it, whatever is known of what changed.
        """

    async def act_as(self, actor: Actor | None) -> None:
        """Tell the triggers who does what this transaction changes from here on; None is nobody that is known.

        What was told since a savepoint is undone with it. Nothing is told where nothing can be written.
        Raises ConfigurationError where the schema has no place for it.
        """

    async def savepoint(self, name: str) -> None:
        """Open a savepoint."""

    async def release(self, name: str) -> None:
        """Keep what was done since the savepoint."""

    async def rollback_to(self, name: str) -> None:
        """Undo what was done since the savepoint, and close it."""


class Migrator(Protocol):
    """The connection of the one migrator, of all processes: statements run on it as they are written."""

    async def run(self, text: str, name: str) -> None:
        """Run one statement, BEGIN and COMMIT included; `name` stands in errors."""

    async def fetch(self, statement: Statement, values: list[Any], limit: int = 0) -> list[Row]:
        """Run a statement and return its rows."""

    async def rollback(self) -> None:
        """Roll back the transaction that is open, if one is."""

    async def close(self) -> None:
        """Roll back what is open, and let the next migrator in."""


class Listener(Protocol):
    """A subscription; closed with `aclose`."""

    async def next(self) -> Notification:
        """Wait for the next notification."""

    async def aclose(self) -> None:
        """Stop listening and give the connection back."""


class Driver(Executor, Protocol):
    """An open database. Everything is released by `close`."""

    dialect: Dialect
    options: Options
    waits: Waits

    async def begin(
        self, *, isolation: Isolation | None = None, read_only: bool = False, actor: Actor | None = None
    ) -> Session:
        """Begin a transaction on a connection of its own; of an actor the triggers are told until it ends."""

    async def migrator(self, wait: float) -> Migrator:
        """Become the one migrator of all processes, or wait so many seconds for the other one. Raises MigrationError.

        On SQLite that is whoever holds the write lock, so BEGIN IMMEDIATE waits there.
        """

    async def scratch(self, script: str, name: str, statement: Statement, values: list[Any]) -> list[Row]:
        """Run a script where there is nothing yet, then a statement, and return its rows; nothing of it stays."""

    async def listen(self, channel: str) -> Listener:
        """Subscribe to a channel; when this returns, nothing sent later is missed."""

    async def notify(self, channel: str, payload: str) -> None:
        """Send a notification, where the engine has them."""

    async def copy_to(self, path: Path) -> None:
        """Copy the database of one moment into a new file, where it is a file itself; else ConfigurationError.

        Others go on writing meanwhile.
        """

    async def version(self) -> str:
        """The engine and its version, such as `SQLite 3.40.1`."""

    def warnings(self) -> tuple[str, ...]:
        """What an operator should know of this version of the engine."""

    def schema_changed(self) -> None:
        """Forget what was learned of tables and columns."""

    def pool_status(self) -> PoolStatus:
        """Count the connections."""

    async def close(self) -> None:
        """Wait for what is running, then close every connection."""
