"""One transaction as a block of `async with`, and savepoints inside it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from types import TracebackType
from typing import Generic, Self, TypeVar
from uuid import UUID

from plainbase.actor import Actor, known
from plainbase.drivers.base import Session
from plainbase.events import CommitEvent
from plainbase.runner import Runner


class Transaction(Runner):
    """One transaction, in the block of its `async with`; it nests as savepoints."""

    def __init__(self, database: Runner, begin: Callable[[], Awaitable[Session]], actor: Actor | None = None) -> None:
        self._database = database
        self._begin = begin
        self._actor = actor
        self._began = 0.0
        self._depth = 0

    async def __aenter__(self) -> Self:
        database = self._database
        try:
            session = await self._begin()
        finally:
            database._events.began()
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
        began = perf_counter()
        try:
            await self._session.commit()
        except BaseException as failure:  # told like a query's, else nobody would count it
            self._events.ran(self._events.counters("commit"), "commit", "COMMIT", perf_counter() - began, 0, failure)
            raise
        self._events.emit("commit", CommitEvent(perf_counter() - self._began))

    def transaction(self, *, actor: Actor | UUID | None = None) -> Savepoint[Self]:
        """A part of this transaction for `async with`, undone alone if it raises.

        What it changes is done by `actor`; after it by whom it was before.
        """
        self._depth += 1
        return Savepoint(self, self._session, f"plainbase_{self._depth}", known(actor))

    async def _explained(self, error: BaseException) -> BaseException:
        """Say what the database says."""
        return await self._database._explained(error)


T_Transaction = TypeVar("T_Transaction", bound=Transaction)


class Savepoint(Generic[T_Transaction]):
    """A part of a transaction; its block gets the transaction itself."""

    def __init__(self, transaction: T_Transaction, session: Session, name: str, actor: Actor | None = None) -> None:
        self._transaction = transaction
        self._session = session
        self._name = name
        self._actor = actor
        self._outer: Actor | None = None

    async def __aenter__(self) -> T_Transaction:
        await self._session.savepoint(self._name)
        if self._actor is not None:
            try:
                await self._session.act_as(self._actor)
            except BaseException:
                await self._session.rollback_to(self._name)
                raise
            self._outer, self._transaction._actor = self._transaction._actor, self._actor
        return self._transaction

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if self._actor is not None:
            self._transaction._actor = self._outer
        if kind is not None:
            await self._session.rollback_to(self._name)
            return
        await self._session.release(self._name)
        if self._actor is not None:
            await self._session.act_as(self._outer)
