"""SQLAlchemy Core: expressions over tables, on an async engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, insert, make_url, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from benchmarks.contenders import CONNECTIONS, Contender
from benchmarks.contenders.sqlalchemy_models import Base
from benchmarks.data import COUNTER, FIRST, LAST, NAMED_EVENT, NAMED_EVENTS, STEP
from benchmarks.prepared import Prepared

RECORDS, EVENTS, COUNTERS, DOCUMENTS = (
    Base.metadata.tables[name] for name in ("records", "events", "counters", "documents")
)
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgres": "postgresql+asyncpg"}


class SqlalchemyCore(Contender):
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def one(self, key: int) -> Any:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(RECORDS).where(RECORDS.c.id == key))).one()

    async def many(self) -> Iterable[Any]:
        statement = select(RECORDS).where(RECORDS.c.id.between(FIRST, LAST)).order_by(RECORDS.c.id)
        async with self._engine.connect() as connection:
            return (await connection.execute(statement)).all()

    async def insert(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(EVENTS).values(**NAMED_EVENT))

    async def rows_in(self) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(insert(EVENTS), NAMED_EVENTS)

    async def transaction(self) -> tuple[Any, Any]:
        async with self._engine.begin() as connection:
            before = (await connection.execute(select(RECORDS).where(RECORDS.c.id == FIRST))).one()
            await connection.execute(insert(EVENTS).values(**NAMED_EVENT))
            await connection.execute(update(COUNTERS).where(COUNTERS.c.id == COUNTER).values(step=STEP))
            await connection.execute(insert(EVENTS).values(**NAMED_EVENT))
            after = (await connection.execute(select(RECORDS).where(RECORDS.c.id == LAST))).one()
        return before, after

    async def typed(self) -> Iterable[Any]:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(DOCUMENTS).order_by(DOCUMENTS.c.id))).all()


@asynccontextmanager
async def engine_for(prepared: Prepared) -> AsyncIterator[AsyncEngine]:
    """An engine with the connections and the settings of everybody."""
    url = make_url(prepared.url).set(drivername=DRIVERS[prepared.engine])
    engine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)
    if prepared.engine == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def set_pragmas(connection: Any, _: object) -> None:
            for pragma in prepared.pragmas:
                connection.execute(pragma)

    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def opened(prepared: Prepared) -> AsyncIterator[Contender]:
    async with engine_for(prepared) as engine:
        yield SqlalchemyCore(engine)
