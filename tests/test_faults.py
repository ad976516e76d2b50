"""Real processes killed with real signals, real backends terminated under load: nothing is lost, nothing half done."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import textwrap

import asyncpg
import pytest

import plainbase
from conftest import SOAK
from plainbase import CommitUnknown, ConnectionLost, Database
from waiting import until

WRITER = textwrap.dedent(
    """
    import asyncio, sys
    import plainbase

    async def main(url):
        async with plainbase.open(url) as db:
            dataset = await db.datasets.get_by_name(name="faults", version="1")
            run = await db.training_runs.create(name="faults", dataset_id=dataset.id)
            step = 0
            while True:
                async with db.transaction() as tx:
                    await tx.training_metrics.log(run_id=run.id, name="left", step=step, value=1.0)
                    await tx.training_metrics.log(run_id=run.id, name="right", step=step, value=1.0)
                sys.stdout.write(f"{step}\\n")
                sys.stdout.flush()
                step += 1

    asyncio.run(main(sys.argv[1]))
    """
)

COUNT = """
SELECT
    coalesce(sum(CASE WHEN name = 'left' THEN 1 ELSE 0 END), 0) AS left_count,
    coalesce(sum(CASE WHEN name = 'right' THEN 1 ELSE 0 END), 0) AS right_count
FROM training_metrics
"""


async def test_a_writer_killed_at_any_moment_loses_nothing_it_was_promised(db: Database, url: str) -> None:
    await db.datasets.register(name="faults", version="1", digest="d")
    chance = random.Random(7)
    promised = 0
    for _ in range(50 if SOAK else 5):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert writer.stdout is not None
        for _ in range(chance.randint(1, 60)):
            assert await writer.stdout.readline(), (await writer.communicate())[1].decode()
            promised += 1
        writer.send_signal(signal.SIGKILL)
        rest, _ = await writer.communicate()
        promised += rest.count(b"\n")
        left, right = await db.fetch_one(COUNT)
        assert left == right
        assert promised <= left <= promised + 5  # one commit per kill may be done and not yet told
        await db.datasets.register(name="after", version="1", digest="d")  # the lock of the dead is gone


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_backends_killed_under_load(url: str) -> None:
    async with plainbase.open(url, pool_size=6, max_overflow=2) as db:
        await db.datasets.register(name="faults", version="1", digest="d")
        killer = await asyncpg.connect(url)
        lost = 0
        done = asyncio.Event()

        async def work(number: int) -> None:
            nonlocal lost
            chance = random.Random(number)
            while not done.is_set():
                try:
                    if chance.random() < 0.5:
                        assert await db.fetch_value("SELECT CAST(:n AS bigint) AS n", {"n": number}) == number
                    else:
                        async with db.transaction() as tx:
                            first = await tx.fetch_value("SELECT pg_backend_pid() AS pid")
                            assert await tx.fetch_value("SELECT CAST(:n AS bigint) AS n", {"n": number}) == number
                            assert await tx.fetch_value("SELECT pg_backend_pid() AS pid") == first
                except ConnectionLost:
                    lost += 1
                assert db.pool_status().open <= 8

        workers = [asyncio.create_task(work(number)) for number in range(24)]
        for _ in range(400 if SOAK else 40):
            await killer.execute(
                """
                SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                ORDER BY random()
                LIMIT 2
                """
            )
            await asyncio.sleep(0.01)
        done.set()
        await asyncio.gather(*workers)
        await killer.close()
        assert lost > 0
        await until(lambda: db.pool_status().busy == 0)
        assert await asyncio.gather(*(db.fetch_value("SELECT 1 AS one") for _ in range(16))) == [1] * 16


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_connection_lost_during_commit_leaves_the_outcome_unknown(url: str) -> None:
    async with plainbase.open(url) as db:
        await db.script(
            """
            CREATE TABLE slow_commits (id bigint);
            CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql
            AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON slow_commits
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait_a_while();
            """
        )

        async def commit() -> None:
            async with db.transaction() as tx:
                await tx.execute("INSERT INTO slow_commits (id) VALUES (1)")

        task = asyncio.create_task(commit())
        kill = (
            "SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity "
            "WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active' AND wait_event = 'PgSleep'"
        )
        while not await db.fetch_value(kill):
            await asyncio.sleep(0)
        with pytest.raises(CommitUnknown) as caught:
            await task
        assert not caught.value.retryable
        assert await db.fetch_value("SELECT count(*) AS n FROM slow_commits") == 0


async def test_processes_share_a_database_file(db: Database, url: str) -> None:
    """Four processes write at once; each transaction is whole and none is lost."""
    script = textwrap.dedent(
        """
        import asyncio, os, sys
        import plainbase

        async def main(url):
            async with plainbase.open(url) as db:
                for n in range(25):
                    async with db.transaction() as tx:
                        await tx.datasets.register(name=f"left-{os.getpid()}-{n}", version="1", digest="d")
                        await tx.datasets.register(name=f"right-{os.getpid()}-{n}", version="1", digest="d")

        asyncio.run(main(sys.argv[1]))
        """
    )
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", script, url) for _ in range(4)]
    assert [await process.wait() for process in processes] == [0, 0, 0, 0]
    assert await db.fetch_value("SELECT count(*) AS n FROM datasets") == 200
