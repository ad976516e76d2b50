"""Workers that are asked to end, or whose connections are cut: no job is lost, no attempt counted that was none."""

from __future__ import annotations

import signal

import pytest

import job_ledger
from conftest import SOAK
from job_handlers import Handlers
from job_processes import Running, starting
from job_working import working
from plainbase import Database, Row
from plainbase.platform.jobs import NewJob, Worker, enqueue, enqueue_many
from waiting import until


async def rows(db: Database) -> list[Row]:
    found: list[Row] = await db.fetch_all("SELECT state, attempt, error FROM jobs ORDER BY id")
    return found


async def status(db: Database, worker: Running) -> str:
    (worker_id,) = await worker.tells("started")
    found: str = (await db.workers.get(worker_id=worker_id)).status
    return found


@pytest.fixture(autouse=True)
async def ledger(db: Database) -> None:
    await job_ledger.prepare(db)


async def test_what_runs_is_finished_and_what_waits_is_handed_back(db: Database, url: str) -> None:
    """Quick jobs first, so that the worker claims ahead; then one that holds the only slot."""
    before, behind = (NewJob("ledger", {"seconds": 0}, priority=priority) for priority in (2, 0))
    await enqueue_many(db, [*[before] * 200, NewJob("hold", {}, priority=1), *[behind] * 200])
    async with starting(url) as start:
        worker = await start("worker", concurrency=1, grace_seconds=30)

        async def holds() -> bool:
            counts = await worker.status()
            return counts["waiting"] > 0 and counts["completed"] >= 200

        await until(holds, 30)
        await worker.terminate()

        async def drains() -> bool:
            return await status(db, worker) == "draining"

        await until(drains)

        async def handed_back() -> bool:
            return bool(await db.fetch_value("SELECT count(*) AS n FROM jobs WHERE state = 'running'") == 1)

        await until(handed_back)
        worker.go()
        assert await worker.ended() == 0
    query = "SELECT priority, state, attempt, count(*) AS n FROM jobs GROUP BY 1, 2, 3 ORDER BY 1"
    counted = [tuple(row) for row in await db.fetch_all(query)]
    assert counted == [(0, "available", 0, 200), (1, "completed", 1, 1), (2, "completed", 1, 200)]
    assert await status(db, worker) == "stopped"


async def test_the_second_signal_ends_at_once(db: Database, url: str) -> None:
    await enqueue(db, "hold", max_attempts=1)
    async with starting(url) as start:
        worker = await start("worker", grace_seconds=3600)
        await worker.tells("begun")
        worker.send(signal.SIGINT)

        async def drains() -> bool:
            return await status(db, worker) == "draining"

        await until(drains)
        assert worker.lives
        worker.send(signal.SIGTERM)
        assert await worker.ended() == 0
        assert await status(db, worker) == "stopped"
    (row,) = await rows(db)
    assert (row.state, row.attempt) == ("available", 0)  # so that the only attempt it has is another's


async def test_a_handler_that_ends_the_process_or_interrupts_it_does_not(db: Database, url: str) -> None:
    for job_type in ("leave", "interrupt"):
        await enqueue(db, job_type, max_attempts=1, priority=1)
    await enqueue(db, "ledger", {"seconds": 0})
    async with starting(url) as start:
        worker = await start("worker", concurrency=1)
        await worker.tells("done")

        async def all_noted() -> bool:
            counts = await worker.status()
            return (counts["failed"], counts["running"]) == (2, 0)

        await until(all_noted)
        await worker.terminate()
        assert await worker.ended() == 0
    leave, interrupt, done = await rows(db)
    assert [row.state for row in (leave, interrupt, done)] == ["dead", "dead", "completed"]
    assert leave.error.startswith("SystemExit: 3\n")
    assert interrupt.error.startswith("KeyboardInterrupt\n")


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_cut_connection_is_listened_on_again(db: Database) -> None:
    """With an hour between two polls, only what is heard brings a job."""
    listening = """
        SELECT count(*) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
    """
    cut = listening.replace("count(*) AS n", "count(pg_terminate_backend(pid)) AS n")

    async def listens() -> bool:
        return bool(await db.fetch_value(listening))

    async with working(Worker(db, Handlers(db).by_type, poll_seconds=3600)) as worker:
        for number in range(1, 4):
            await until(listens)
            await enqueue(db, "ledger", {"seconds": 0})
            await until(lambda: worker.status().completed == 2 * number - 1)  # noqa: B023 (awaited here)
            assert await db.fetch_value(cut) == 1
            await enqueue(db, "ledger", {"seconds": 0})  # while nobody listens
            await until(lambda: worker.status().completed == 2 * number)  # noqa: B023 (awaited here)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_all_connections_cut_at_once_cost_no_job(db: Database, url: str) -> None:
    cut = """
        SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
    """
    cuts = 100 if SOAK else 4
    await enqueue_many(db, [NewJob("ledger", {"seconds": 0.01}, max_attempts=1000)] * 60 * cuts)
    async with starting(url) as start:
        worker = await start("worker", lease_seconds=1.0, poll_seconds=0.2)
        for number in range(1, cuts + 1):
            await worker.tells("begun", 20 * number)
            assert await db.fetch_value(cut) > 0

        async def over() -> bool:
            return bool(await db.fetch_value("SELECT count(*) AS n FROM jobs WHERE state = 'completed'") == 60 * cuts)

        await until(over, 30)
        await worker.terminate()
        assert await worker.ended() == 0
