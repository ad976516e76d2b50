"""Tables of plainbase's jobs that are not empty, and transactions that are held open beside the work."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg

from benchmarks.jobs.queues import JOB_TYPE
from benchmarks.jobs.queues.plainbase_worker import PRIORITY

LOWER = PRIORITY - 1

POSTGRES = """
INSERT INTO jobs (id, job_type, priority, state, run_at, completed_at)
SELECT
    CAST('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS uuid), $1, $2, $3,
    now() + CAST($4 AS bigint) * interval '1 day', CASE WHEN $3 = 'completed' THEN now() END
FROM generate_series(1, CAST($5 AS bigint)) AS n
"""
SQLITE = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?5)
INSERT INTO jobs (id, job_type, priority, state, run_at, completed_at)
SELECT
    printf('00000000-0000-7000-8000-%012x', n), ?1, ?2, ?3, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', ?4 || ' days'),
    CASE WHEN ?3 = 'completed' THEN strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') END
FROM numbers
"""


@dataclass(frozen=True)
class Crowd:
    """Rows that are there before, in the queue of the jobs that are measured and of their type."""

    name: str
    title: str
    long: bool = True
    """Whether there are so many that it takes a while."""
    state: str = "available"
    priority: int = PRIORITY
    in_days: int = 0
    worked: bool = False
    """Whether they are the ones that are worked off; else jobs are added that come before them."""
    at_least: float | None = None
    """The throughput that is wanted, as a part of that on an empty table."""


FINISHED = Crowd("finished", "finished", long=False, state="completed")
WORKED = Crowd("worked", "waiting, and being worked off", worked=True, at_least=0.8)
ALL = (
    FINISHED,
    Crowd("lower", "waiting, of a lower priority", priority=LOWER, at_least=0.8),
    Crowd("later", "waiting until tomorrow", in_days=1, at_least=0.8),
    WORKED,
)


async def fill(url: str, crowd: Crowd, count: int) -> None:
    """Add the rows, and let the engine learn of them as it would have in time."""
    values = (JOB_TYPE, crowd.priority, crowd.state, crowd.in_days, count)
    if url.startswith("sqlite:"):
        with closing(sqlite3.connect(urlsplit(url).path[1:])) as file:
            file.execute(SQLITE, values)
            file.commit()
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(POSTGRES, *values)
        await connection.execute("VACUUM (ANALYZE) jobs")
    finally:
        await connection.close()


@asynccontextmanager
async def held(url: str, *, open_: bool) -> AsyncIterator[None]:
    """Hold a transaction open that has read, so that no row version it might still see can go; or do not."""
    if not open_:
        yield
    elif url.startswith("sqlite:"):
        with closing(sqlite3.connect(urlsplit(url).path[1:], isolation_level=None)) as file:
            file.execute("BEGIN")
            file.execute("SELECT 1 FROM jobs LIMIT 1").fetchone()
            yield
            file.execute("COMMIT")
    else:
        connection = await asyncpg.connect(url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await connection.fetchval("SELECT 1 FROM jobs LIMIT 1")
                yield
        finally:
            await connection.close()
