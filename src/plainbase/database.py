"""`Database`: opening it, its transactions, its schema's life, and what it tells of itself."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Generic, Self, TypeVar, get_args
from uuid import UUID

from plainbase import drivers, health, migrations, views
from plainbase.actor import Actor, known
from plainbase.drivers.base import Driver, Isolation, PoolStatus
from plainbase.errors import (
    ParameterError,
    PlainbaseError,
    SchemaOutOfDate,
    StatementFailed,
    TransactionConflict,
)
from plainbase.events import EventName, Events, QueryStats
from plainbase.health import DEFAULT, Health, Limits
from plainbase.options import Options, resolve
from plainbase.runner import Runner
from plainbase.sources import QuerySources
from plainbase.subscription import Subscription
from plainbase.transaction import Transaction

T = TypeVar("T")

Folder = str | PathLike[str]
Folders = Folder | Sequence[Folder]


class Database(Runner):
    """An open database; close it, or open it with `async with`."""

    def __init__(self, driver: Driver, sources: QuerySources, schema: Sequence[Path]) -> None:
        super().__init__(driver, Events(driver.options, driver.waits), sources, {})
        self._driver = driver
        self._schema = schema

    @classmethod
    def open(
        cls,
        url: str | None = None,
        *,
        queries: Folders | None = "queries",
        schema: Folders | None = "schema",
        migrate: bool = False,
        reload: bool = False,
        **options: Any,
    ) -> Opening[Self]:
        """Open a database with folders of queries and schema; await it, or use it in `async with`.

        Without a URL the environment decides. `migrate` applies what is pending, `reload` re-reads query files that
        have changed, for developing. Raises ConfigurationError, QueryFileError or ConnectionLost.
        """
        return Opening(cls, url, _paths(queries), _paths(schema), migrate=migrate, reload=reload, options=options)

    @property
    def options(self) -> Options:
        """The settings in force."""
        return self._driver.options

    def transaction(
        self, isolation: Isolation | None = None, *, read_only: bool = False, actor: Actor | UUID | None = None
    ) -> Transaction:
        """A transaction for `async with`: committed at the end of the block, rolled back on any exception.

        SQLite is always serializable; there a reading transaction sees one snapshot and hinders nobody.
        `actor`, or the id of an account, is recorded with the changes, where the schema audits them; a part can have
        another, `tx.transaction(actor=…)`.
        """
        if isolation is not None and isolation not in get_args(Isolation):
            raise ParameterError(f"unknown isolation {isolation!r}; known are {', '.join(get_args(Isolation))}")
        who = known(actor)
        begin = partial(self._driver.begin, isolation=isolation, read_only=read_only, actor=who)
        return Transaction(self, begin, who)

    async def run_transaction(
        self,
        fn: Callable[[Transaction], Awaitable[T]],
        attempts: int = 5,
        *,
        actor: Actor | UUID | None = None,
        **options: Any,
    ) -> T:
        """Run `fn(tx)` in a transaction, and the whole of it again on TransactionConflict, at most `attempts` times."""
        for attempt in range(1, attempts + 1):
            try:
                async with self.transaction(actor=actor, **options) as tx:
                    return await fn(tx)
            except TransactionConflict:
                if attempt >= attempts:
                    raise
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))  # noqa: S311 (a back-off, not a secret)
        raise ParameterError("run_transaction: attempts must be at least 1")

    async def migrate(self, to: int | str | None = None, *, wait: float = migrations.WAIT) -> tuple[str, ...]:
        """Apply the migrations that are pending, up to and including `to`, in order; return their names.

        One migrator at a time: whoever comes second waits `wait` seconds, and finds nothing left to do.
        `plainbase.migrations` has the rest: down, status, verify, baseline, repair, render. Raises MigrationError.
        """
        return await migrations.up(self, to, wait=wait)

    async def refresh(self, view: str, *, full: bool = False) -> int:
        """Refresh a materialized view, one at a time whoever asks; return its number of rows.

        A refresh that began after this call counts as this one's. `full` computes all of a view that is otherwise fed
        by what changed. Raises ParameterError for an unknown view.
        """
        return await views.refresh(self._driver, view, self._events, full=full)

    async def refresh_all(self, older_than: float | None = None) -> dict[str, int]:
        """Refresh every materialized view, or those not refreshed for `older_than` seconds; return their rows by name.

        All are tried; then the first error is raised, whose message names every view that failed.
        """
        return await views.refresh_all(self._driver, older_than, self._events)

    async def health(self, *, checks: bool = True, deep: bool = False, limits: Limits = DEFAULT) -> Health:
        """Whether the database answers, its schema's state and connections, and what every check found; never raises.

        Without `checks` it costs two short statements, for whoever asks often. `deep` reads the whole database: pages,
        references, full-text indexes. No check takes longer than `limits` say.
        """
        return await health.look(self, limits, checks=checks, deep=deep)

    def pool_status(self) -> PoolStatus:
        """How many connections are open, busy and waited for."""
        return self._driver.pool_status()

    def query_stats(self) -> dict[str, QueryStats]:
        """Calls, errors, rows, seconds and waits by query name, since the database was opened."""
        return {name: stats for name, stats in self._events.stats.copy().items() if stats.calls}

    def on(self, event: EventName, fn: Callable[[Any], object]) -> Callable[[], None]:
        """Call `fn` with each `query`, `commit`, `migrate`, `refresh`, `wait` event; what it returns ends that."""
        return self._events.on(event, fn)

    def listen(self, channel: str) -> Subscription:
        """Notifications of a channel, for `async for`, or `async with` to know when listening has begun.

        SQLite has none: there it yields on any commit, with the payload None.
        """
        return Subscription(self._driver, channel)

    async def notify(self, channel: str, payload: str = "") -> None:
        """Notify the listeners of a channel; does nothing on SQLite, whose listeners see commits."""
        await self._driver.notify(channel, payload)

    async def clone(self, **changes: Any) -> Self:
        """Open the same database once more, for another event loop say: same queries, connections of its own.

        `changes` are options, such as `pool_size=1`. A database in memory is another one then. Close both.
        Raises ConfigurationError or ConnectionLost.
        """
        driver = await drivers.connect(replace(self.options, **changes))
        return type(self)(driver, self._sources, self._schema)

    async def close(self) -> None:
        """Wait for what is running, then close every connection."""
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.close()

    async def _explained(self, error: BaseException) -> BaseException:
        """Name the migration where a statement names something that the schema does not have yet, or no longer."""
        if not (isinstance(error, StatementFailed) and error.undefined):
            return error
        pool = self.pool_status()
        if pool.busy >= pool.limit:  # looking it up would wait for whoever waits for this
            return error
        try:
            state = await migrations.standing(self)
        except PlainbaseError:
            return error
        if state.expected is None:  # there are no files, or they are wrong
            return error
        if state.pending:
            first, *others = state.pending
            lacks = f"{first} and {len(others)} more" if others else first
            why = f"this database lacks migration {lacks}: run `plainbase migrate up`, or `await db.migrate()`"
        elif state.unknown:
            why = f"this database has migration {', '.join(state.unknown)}, which these files do not: update them"
        else:
            return error
        message = f"{error.message}; {why}"
        return SchemaOutOfDate(message, query=error.query, where=error.where, parameters=error.parameters)

    def __repr__(self) -> str:
        return f"<Database {self._driver.options.safe_url}>"


D = TypeVar("D", bound=Database)


class Opening(Generic[D]):
    """What `open` returns: await it for a database to close yourself, or use it in `async with`."""

    def __init__(
        self,
        kind: type[D],
        url: str | None,
        queries: Sequence[Path],
        schema: Sequence[Path],
        *,
        migrate: bool,
        reload: bool,
        options: Mapping[str, Any],
    ) -> None:
        self._kind = kind
        self._url = url
        self._queries = queries
        self._schema = schema
        self._migrate = migrate
        self._reload = reload
        self._options = options
        self._database: D | None = None

    def __await__(self) -> Generator[Any, None, D]:
        return self._open().__await__()

    async def __aenter__(self) -> D:
        self._database = await self._open()
        return self._database

    async def __aexit__(self, *exc_info: object) -> None:
        if self._database is not None:
            await self._database.close()

    async def _open(self) -> D:
        options = resolve(self._url, **self._options)
        sources = QuerySources(self._queries, options.dialect, RESERVED, reload=self._reload)
        database = self._kind(await drivers.connect(options), sources, self._schema)
        if self._migrate:
            try:
                await database.migrate()
            except BaseException:
                await database.close()
                raise
        return database


def _paths(folders: Folders | None) -> tuple[Path, ...]:
    if folders is None:
        return ()
    if isinstance(folders, str | PathLike):
        return (Path(folders),)
    return tuple(Path(folder) for folder in folders)


RESERVED = frozenset(name for name in (*dir(Database), *dir(Transaction)) if not name.startswith("_"))
"""Names that a query file cannot have."""
