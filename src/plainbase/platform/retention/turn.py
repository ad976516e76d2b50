"""One cleanup of a database at a time, by a lock that ends with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import BinaryIO

from plainbase.dialect import Dialect
from plainbase.platform.retention.errors import CleanupRunning
from plainbase.platform.runners import AnyDatabase

Held = Callable[[], Awaitable[None]]
"""Raises ConnectionLost where the turn was lost."""


@asynccontextmanager
async def turn(db: AnyDatabase) -> AsyncGenerator[Held]:
    """Be the one cleanup of this database in the block. Raises CleanupRunning."""
    kind = _by_file if db.dialect == Dialect.SQLITE else _by_lock
    async with kind(db) as held:
        yield held


@asynccontextmanager
async def _by_lock(db: AnyDatabase) -> AsyncGenerator[Held]:
    """An advisory lock of a transaction that is idle, on a connection beside the pool, which may have but one.

    Whatever the server's default, each `held` has a newer snapshot, so that VACUUM need not keep what went since.
    """
    own = await db.clone(pool_size=1, max_overflow=0)
    async with own, own.transaction("read_committed", read_only=True) as tx:

        async def held() -> None:
            if not await tx.maintenance.hold_cleanup():
                raise _running()

        await held()
        yield held


@asynccontextmanager
async def _by_file(db: AnyDatabase) -> AsyncGenerator[Held]:
    """A lock on a file beside the database: SQLite's own would keep everybody else from writing."""

    async def held() -> None:
        """Nothing takes a file's lock away."""

    path = db.options.path
    if path is None or path == ":memory:":
        yield held
        return
    with _locked(path):
        yield held


@contextmanager
def _locked(path: str) -> Iterator[None]:
    import fcntl

    place = Path(f"{os.path.realpath(path)}-cleanup")
    with place.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _running() from None
        if not _is(place, file):
            raise _running()  # it ended between the two, and took its file along
        try:
            yield
        finally:
            place.unlink(missing_ok=True)


def _is(place: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(place.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _running() -> CleanupRunning:
    return CleanupRunning("another cleanup of this database is running: one at a time; nothing was removed by this one")
