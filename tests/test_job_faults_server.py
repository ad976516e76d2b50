"""A server stopped as if the power had failed, and started again: workers go on by themselves, nothing is lost."""

from __future__ import annotations

import job_ledger
import plainbase
from conftest import SOAK
from job_load import Load
from job_processes import starting
from job_server import own_server


async def test_a_server_that_fails_under_load_loses_no_job() -> None:
    async with own_server() as server, plainbase.open(server.url, pool_size=2) as db:
        assert await db.fetch_value("SELECT current_setting('fsync') AS s") == "on"
        assert await db.fetch_value("SELECT current_setting('synchronous_commit') AS s") == "on"
        await db.migrate()
        await job_ledger.prepare(db)
        async with starting(server.url) as start:
            load = Load(start, lease_seconds=2.0, poll_seconds=0.5)
            await load.begin(2)
            for _ in range(20 if SOAK else 1):
                await load.go_on(10)
                await server.stop()
                await server.start()
                await load.go_on(10)
                for enqueuer in load.enqueuers:
                    await enqueuer.tells("promised", len(enqueuer.told("promised")) + 5)
            await load.finish(db)
            found = await load.check(db)
            assert any(enqueuer.told("lost") for enqueuer in load.enqueuers)  # it did fail under load
            for worker in load.workers:
                stopped = "SELECT count(*) AS n FROM workers WHERE worker_id = :id AND status = 'stopped'"
                assert await db.fetch_value(stopped, {"id": worker.told("started")[0]}) == 1
        print(found.figures)
