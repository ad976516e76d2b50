"""One transaction as a block of `async with`, and savepoints inside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import Generic, Self, TypeVar

from plainbase.drivers.base import Session
from plainbase.events import CommitEvent
from plainbase.runner import Runner


class Transaction(Runner):
    """One transaction, in the block of its `async with`; it nests as savepoints."""

    def __init__(self, database: Runner, begin: Callable[[], Awaitable[Session]]) -> None:
        self._database = database
        self._begin = begin
        self._began = 0.0
        self._depth = 0

    async def __aenter__(self) -> Self:
        session = await self._begin()
        database = self._database
        Runner.__init__(self, session, database._events, database._sources, database._adhoc)
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
        self._events.emit("commit", CommitEvent(perf_counter() - self._began))

    def transaction(self) -> Savepoint[Self]:
        """A part of this transaction for `async with`, undone alone if it raises."""
        self._depth += 1
        return Savepoint(self, self._session, f"plainbase_{self._depth}")

    async def _explained(self, error: BaseException) -> BaseException:
        """Say what the database says."""
        return await self._database._explained(error)


T_Transaction = TypeVar("T_Transaction", bound=Transaction)


class Savepoint(Generic[T_Transaction]):
    """A part of a transaction; its block gets the transaction itself."""

    def __init__(self, transaction: T_Transaction, session: Session, name: str) -> None:
        self._transaction = transaction
        self._session = session
        self._name = name

    async def __aenter__(self) -> T_Transaction:
        await self._session.savepoint(self._name)
        return self._transaction

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is None:
            await self._session.release(self._name)
        else:
            await self._session.rollback_to(self._name)
