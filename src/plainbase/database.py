"""`Database` and `Transaction`: the same calls on both, and the life of a connection pool around them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self, TypeVar, get_args

from plainbase import drivers, migrations, views
from plainbase.calls import RUN, Call, look_up
from plainbase.drivers.base import Driver, Executor, Isolation, Notification, OnConflict, PoolStatus, Session
from plainbase.errors import (
    ParameterError,
    PlainbaseError,
    SchemaOutOfDate,
    StatementFailed,
    TransactionConflict,
)
from plainbase.events import CommitEvent, EventName, Events, MigrateEvent, QueryStats
from plainbase.health import Health
from plainbase.options import Options, resolve
from plainbase.rows import Row
from plainbase.sources import QuerySources
from plainbase.sqlfile import adhoc
from plainbase.sqlfile.query import Kind, Query

T = TypeVar("T")

Folder = str | PathLike[str]
Folders = Folder | Sequence[Folder]

ADHOC_KEPT = 512
"""Compiled texts of SQL written at the call that are kept."""


class Runner:
    """What a database and a transaction have in common: named queries and SQL written at the call."""

    def __init__(
        self, executor: Executor, events: Events, sources: QuerySources, adhoc_calls: dict[str, Query]
    ) -> None:
        self.executor = executor
        self.events = events
        self._sources = sources
        self._adhoc = adhoc_calls

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = look_up(self, self._sources.tree(), name, name)
        if not self._sources.reload:
            self.__dict__[name] = found
        return found

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self._sources.tree()})

    async def fetch_all(self, sql: Any, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Run SQL with `:name` parameters and return all rows."""
        rows: list[Row] = await self._call(sql, Kind.MANY).run(params or {})
        return rows

    async def fetch_one(self, sql: Any, params: Mapping[str, Any] | None = None) -> Row:
        """Run SQL and return its row. Raises RowNotFound or TooManyRows unless there is exactly one."""
        row: Row = await self._call(sql, Kind.ONE).run(params or {})
        return row

    async def fetch_optional(self, sql: Any, params: Mapping[str, Any] | None = None) -> Row | None:
        """Run SQL and return its first row, or None."""
        row: Row | None = await self._call(sql, Kind.OPTIONAL).run(params or {})
        return row

    async def fetch_value(self, sql: Any, params: Mapping[str, Any] | None = None) -> Any:
        """Run SQL and return the first column of its first row, or None."""
        return await self._call(sql, Kind.VALUE).run(params or {})

    async def execute(self, sql: Any, params: Mapping[str, Any] | None = None) -> int:
        """Run SQL and return the number of rows it changed."""
        changed: int = await self._call(sql, Kind.EXEC).run(params or {})
        return changed

    async def execute_many(self, sql: Any, rows: Iterable[Mapping[str, Any]]) -> int:
        """Run SQL once per mapping, in one transaction, all or nothing, and return the number of mappings."""
        call = self._call(sql, Kind.EXEC)
        statement, values = call.query.bind_many(rows)
        return await self.executor.execute_batch(statement, values) if values else 0

    async def iterate(self, sql: Any, params: Mapping[str, Any] | None = None) -> AsyncGenerator[Row]:
        """Run SQL and yield its rows with bounded memory."""
        async for row in self._call(sql, Kind.MANY).stream(**(params or {})):
            yield row

    async def script(self, text: str) -> None:
        """Run several statements without parameters, all or nothing."""
        await self.executor.script(text, "SQL at the call")

    async def insert_rows(
        self,
        table: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Any]],
        on_conflict: OnConflict = "error",
    ) -> int:
        """Insert many rows the fastest way the engine has, all or nothing; return how many were inserted.

        With `on_conflict="ignore"` rows that a unique constraint refuses are left out.
        Raises ParameterError for an unknown table or column and for a row of another length.
        """
        if on_conflict not in get_args(OnConflict):
            raise ParameterError("insert_rows: on_conflict is 'error' or 'ignore'")
        try:
            return await self.executor.insert_rows(table, tuple(columns), list(rows), on_conflict)
        except StatementFailed as error:
            raise await self.explained(error) from None

    async def explained(self, error: BaseException) -> BaseException:
        """The error to raise, where more can be said than the engine did."""
        return error

    def _call(self, sql: Any, kind: Kind) -> Call:
        text = sql if isinstance(sql, str) else sql.get_sql()  # a pypika query
        query = self._adhoc.get(text)
        if query is None:
            if len(self._adhoc) >= ADHOC_KEPT:
                self._adhoc.clear()
            query = self._adhoc[text] = adhoc(text, self._sources.dialect)
        return Call(query, self, RUN[kind])


class Database(Runner):
    """An open database; close it, or open it with `async with`."""

    def __init__(self, driver: Driver, sources: QuerySources, schema: Sequence[Path]) -> None:
        super().__init__(driver, Events(debug=driver.options.debug), sources, {})
        self._driver = driver
        self._schema = schema

    @staticmethod
    def open(
        url: str | None = None,
        *,
        queries: Folders = "queries",
        schema: Folders = "schema",
        migrate: bool = False,
        reload: bool = False,
        **options: Any,
    ) -> Opening:
        """Open a database with folders of queries and schema; await it, or use it in `async with`.

        Without a URL the environment decides. `migrate` applies what is pending, `reload` re-reads query files that
        have changed, for developing. Raises ConfigurationError, QueryFileError or ConnectionLost.
        """
        return Opening(url, _paths(queries), _paths(schema), migrate=migrate, reload=reload, options=options)

    @property
    def options(self) -> Options:
        """The settings in force."""
        return self._driver.options

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgres`, as the schema folders and forked query files are named."""
        return self._driver.dialect.value

    def transaction(
        self, isolation: Isolation | None = None, *, read_only: bool = False, actor: str | None = None
    ) -> Transaction:
        """A transaction for `async with`: committed at the end of the block, rolled back on any exception.

        SQLite is always serializable; there a reading transaction sees one snapshot and hinders nobody.
        `actor` is recorded with the changes, where the schema audits them.
        """
        if isolation is not None and isolation not in get_args(Isolation):
            raise ParameterError(f"unknown isolation {isolation!r}; known are {', '.join(get_args(Isolation))}")
        return Transaction(self, lambda: self._driver.begin(isolation=isolation, read_only=read_only, actor=actor))

    async def run_transaction(self, fn: Callable[[Transaction], Awaitable[T]], attempts: int = 5, **options: Any) -> T:
        """Run `fn(tx)` in a transaction, and the whole of it again on TransactionConflict, at most `attempts` times."""
        for attempt in range(1, attempts + 1):
            try:
                async with self.transaction(**options) as tx:
                    return await fn(tx)
            except TransactionConflict:
                if attempt >= attempts:
                    raise
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (a back-off, not a secret)
        raise ParameterError("run_transaction: attempts must be at least 1")

    async def migrate(self) -> tuple[str, ...]:
        """Apply the migrations that are pending, in order; return their names. Raises MigrationError."""
        applied = await migrations.apply(self._driver, self._schema)
        if applied:
            self._driver.schema_changed()
            self.events.emit("migrate", MigrateEvent(applied))
        return applied

    async def refresh(self, view: str) -> int:
        """Refresh a materialized view, one at a time whoever asks; return its number of rows."""
        return await views.refresh(self._driver, view, self.events)

    async def refresh_all(self, older_than: float | None = None) -> dict[str, int]:
        """Refresh every materialized view, or those not refreshed for `older_than` seconds; return their rows."""
        return await views.refresh_all(self._driver, older_than, self.events)

    async def health(self) -> Health:
        """Whether the database answers, its engine, its schema's state and its connections; never raises."""
        began = perf_counter()
        try:
            engine = await self._driver.version()
            state = await migrations.state(self._driver, self._schema)
        except PlainbaseError as error:
            return Health(False, None, None, (), perf_counter() - began, self.pool_status(), str(error))
        return Health(True, engine, state.version, state.pending, perf_counter() - began, self.pool_status(), None)

    def pool_status(self) -> PoolStatus:
        """How many connections are open, busy and waited for."""
        return self._driver.pool_status()

    def query_stats(self) -> dict[str, QueryStats]:
        """Calls, errors, rows and seconds by query name, since the database was opened."""
        return {name: stats for name, stats in self.events.stats.items() if stats.calls}

    def on(self, event: EventName, fn: Callable[[Any], object]) -> Callable[[], None]:
        """Call `fn` with each `query`, `commit`, `migrate` or `refresh` event; the function returned ends that."""
        return self.events.on(event, fn)

    def listen(self, channel: str) -> Subscription:
        """Notifications of a channel, for `async for`, or `async with` to know when listening has begun.

        SQLite has none: there it yields on any commit, with the payload None.
        """
        return Subscription(self._driver, channel)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Notify the listeners of a channel; does nothing on SQLite, whose listeners see commits."""
        await self._driver.notify(channel, payload)

    async def close(self) -> None:
        """Wait for what is running, then close every connection."""
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def explained(self, error: BaseException) -> BaseException:
        """Name the missing migration where a statement names something that the schema does not have yet."""
        if not (isinstance(error, StatementFailed) and error.undefined):
            return error
        try:
            state = await migrations.state(self._driver, self._schema)
        except PlainbaseError:
            return error
        if not state.pending:
            return error
        message = f"{error.message}; this database lacks migration {', '.join(state.pending)}: run `await db.migrate()`"
        return SchemaOutOfDate(message, query=error.query, where=error.where, parameters=error.parameters)

    def __repr__(self) -> str:
        return f"<Database {self._driver.options.safe_url}>"


class Transaction(Runner):
    """One transaction, in the block of its `async with`; it nests as savepoints."""

    def __init__(self, database: Database, begin: Callable[[], Awaitable[Session]]) -> None:
        self._database = database
        self._begin = begin
        self._began = 0.0
        self._depth = 0

    async def __aenter__(self) -> Self:
        session = await self._begin()
        database = self._database
        Runner.__init__(self, session, database.events, database._sources, database._adhoc)
        self._session = session
        self._began = perf_counter()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            await self._session.rollback()
            return
        await self._session.commit()
        self.events.emit("commit", CommitEvent(perf_counter() - self._began))

    def transaction(self) -> Savepoint:
        """A part of this transaction for `async with`, undone alone if it raises."""
        self._depth += 1
        return Savepoint(self, self._session, f"plainbase_{self._depth}")

    async def explained(self, error: BaseException) -> BaseException:
        """See Database."""
        return await self._database.explained(error)


class Savepoint:
    """A part of a transaction; its block gets the transaction itself."""

    def __init__(self, transaction: Transaction, session: Session, name: str) -> None:
        self._transaction = transaction
        self._session = session
        self._name = name

    async def __aenter__(self) -> Transaction:
        await self._session.savepoint(self._name)
        return self._transaction

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            await self._session.release(self._name)
        else:
            await self._session.rollback_to(self._name)


class Subscription:
    """The notifications of a channel, until the block or the loop is left."""

    def __init__(self, driver: Driver, channel: str) -> None:
        self._driver = driver
        self._channel = channel
        self._listener: Any = None

    async def __aenter__(self) -> Self:
        self._listener = await self._driver.listen(self._channel)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def __aiter__(self) -> AsyncGenerator[Notification]:
        own = self._listener is None
        if own:
            await self.__aenter__()
        try:
            while True:
                yield await self._listener.next()
        finally:
            if own:
                await self.aclose()

    async def next(self) -> Notification:
        """Wait for the next notification; inside `async with`."""
        notification: Notification = await self._listener.next()
        return notification

    async def aclose(self) -> None:
        """Stop listening."""
        listener, self._listener = self._listener, None
        if listener is not None:
            await listener.aclose()


class Opening:
    """What `open` returns: await it for a database to close yourself, or use it in `async with`."""

    def __init__(
        self,
        url: str | None,
        queries: Sequence[Path],
        schema: Sequence[Path],
        *,
        migrate: bool,
        reload: bool,
        options: Mapping[str, Any],
    ) -> None:
        self._url = url
        self._queries = queries
        self._schema = schema
        self._migrate = migrate
        self._reload = reload
        self._options = options
        self._database: Database | None = None

    def __await__(self) -> Generator[Any, None, Database]:
        return self._open().__await__()

    async def __aenter__(self) -> Database:
        self._database = await self._open()
        return self._database

    async def __aexit__(self, *exc_info: object) -> None:
        if self._database is not None:
            await self._database.close()

    async def _open(self) -> Database:
        options = resolve(self._url, **self._options)
        sources = QuerySources(self._queries, options.dialect, RESERVED, reload=self._reload)
        database = Database(await drivers.connect(options), sources, self._schema)
        if self._migrate:
            try:
                await database.migrate()
            except BaseException:
                await database.close()
                raise
        return database


def _paths(folders: Folders) -> tuple[Path, ...]:
    if isinstance(folders, str | PathLike):
        return (Path(folders),)
    return tuple(Path(folder) for folder in folders)


RESERVED = frozenset(name for name in (*dir(Database), *dir(Transaction)) if not name.startswith("_")) | {
    "executor",
    "events",
}
"""Names that a query file cannot have."""
