"""Who is measured: one module each, imported only when it takes part."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast, runtime_checkable

from benchmarks.prepared import Prepared

PRODUCT = "plainbase"
CONNECTIONS = 8
"""The size of every pool."""


class Contender(Protocol):
    """A library at work on a prepared database, used as its documentation shows.

    What it gives is as its users get it; `plain` makes tuples of that, to check all for the same values.
    """

    async def one(self, key: int) -> Any:
        """The record with a key."""

    async def many(self) -> Iterable[Any]:
        """The 200 records from `data.FIRST` to `data.LAST`."""

    async def insert(self) -> None:
        """Insert `data.EVENT`, durably."""

    async def rows_in(self) -> None:
        """Insert `data.EVENTS`, durably, by the way meant for many rows."""

    async def transaction(self) -> tuple[Any, Any]:
        """In one transaction: a read by key, an insert, an update, an insert, a read by key."""

    async def typed(self) -> Iterable[Any]:
        """All documents: UUID, aware datetime, and the value of a JSON text."""

    def plain(self, row: Any) -> tuple[Any, ...]:
        """The row's values."""
        return tuple(row)


@runtime_checkable
class SlowReader(Contender, Protocol):
    """A contender that is measured with a fast read beside a slow one, too."""

    async def count_to(self, last: int) -> int:
        """Count in SQL, row by row."""


class Module(Protocol):
    """What each module of a contender has."""

    def opened(self, prepared: Prepared) -> AbstractAsyncContextManager[Contender]:
        """The contender with its connections open."""


@dataclass(frozen=True)
class Entry:
    """A contender's name, its module, and what it is measured as."""

    name: str
    engines: tuple[str, ...]
    role: Literal["product", "raw", "limit", "peer"]
    module: str

    def load(self) -> Module:
        """Import the contender's module. Raises ModuleNotFoundError where its library is missing."""
        module: Any = importlib.import_module(f"{__name__}.{self.module}")
        return cast(Module, module)


ENTRIES = (
    Entry(PRODUCT, ("sqlite", "postgres"), "product", "plainbase"),
    Entry("aiosqlite", ("sqlite",), "raw", "aiosqlite"),
    Entry("asyncpg-pool", ("postgres",), "raw", "asyncpg_pool"),
    Entry("sqlite3", ("sqlite",), "limit", "sqlite3"),
    Entry("asyncpg-connection", ("postgres",), "limit", "asyncpg_connection"),
    Entry("aiosql", ("sqlite", "postgres"), "peer", "aiosql"),
    Entry("sqlalchemy-core", ("sqlite", "postgres"), "peer", "sqlalchemy_core"),
    Entry("sqlalchemy-orm", ("sqlite", "postgres"), "peer", "sqlalchemy_orm"),
    Entry("databases", ("sqlite", "postgres"), "peer", "databases"),
    Entry("psycopg", ("postgres",), "peer", "psycopg"),
)
NAMES = tuple(entry.name for entry in ENTRIES)


def on(engine: str, names: Iterable[str]) -> Iterator[Entry]:
    """Those of an engine that are wanted; the raw driver always, since all are compared with it."""
    wanted = set(names)
    return (entry for entry in ENTRIES if engine in entry.engines and (entry.role == "raw" or entry.name in wanted))


def raw(engine: str) -> str:
    """The name of an engine's raw driver."""
    return next(entry.name for entry in ENTRIES if engine in entry.engines and entry.role == "raw")
