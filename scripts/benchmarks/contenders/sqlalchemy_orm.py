"""SQLAlchemy's ORM: mapped objects, a session for each piece of work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from benchmarks.contenders import Contender
from benchmarks.contenders.sqlalchemy_core import engine_for
from benchmarks.contenders.sqlalchemy_models import Counter, Document, Event, Record
from benchmarks.data import COUNTER, FIRST, LAST, NAMED_EVENT, NAMED_EVENTS, STEP
from benchmarks.prepared import Prepared


class SqlalchemyOrm(Contender):
    def __init__(self, session: async_sessionmaker[AsyncSession]) -> None:
        self._session = session

    async def one(self, key: int) -> Any:
        async with self._session() as session:
            return await session.get_one(Record, key)

    async def many(self) -> Iterable[Any]:
        statement = select(Record).where(Record.id.between(FIRST, LAST)).order_by(Record.id)
        async with self._session() as session:
            return (await session.scalars(statement)).all()

    async def insert(self) -> None:
        async with self._session.begin() as session:
            session.add(Event(**NAMED_EVENT))

    async def rows_in(self) -> None:
        async with self._session.begin() as session:
            await session.execute(insert(Event), NAMED_EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._session.begin() as session:
            before = await session.get_one(Record, FIRST)
            session.add(Event(**NAMED_EVENT))
            await session.execute(update(Counter).where(Counter.id == COUNTER).values(step=STEP))
            session.add(Event(**NAMED_EVENT))
            after = await session.get_one(Record, LAST)
        return before, after

    async def typed(self) -> Iterable[Any]:
        async with self._session() as session:
            return (await session.scalars(select(Document).order_by(Document.id))).all()

    def plain(self, row: Any) -> tuple[Any, ...]:
        return tuple(attribute.value for attribute in inspect(row).attrs)


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    async with engine_for(prepared) as engine:
        yield SqlalchemyOrm(async_sessionmaker(engine, expire_on_commit=False))
