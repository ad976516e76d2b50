"""What Prometheus reads, by its own client's parsers, of databases that are worked on; and `plainbase metrics`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from prometheus_client import REGISTRY
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_parse
from prometheus_client.parser import text_string_to_metric_families as parse

import plainbase
from plainbase import DataInvalid, typed
from plainbase.cli import metrics_server
from plainbase.cli.commands import plainbase as command
from plainbase.cli.metrics_server import address
from plainbase.events import BOUNDS
from plainbase.platform.metrics import Figures, Metrics
from plainbase.platform.metrics.families import MOST, OTHERS
from waiting import until


def opened(text: str) -> list[Metric]:
    """The families of an OpenMetrics exposition."""
    return list(open_parse(text))  # type: ignore[no-untyped-call]  # prometheus-client's has no types


Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(text: str) -> Samples:
    """All samples of an exposition, by name and labels."""
    return {
        (one.name, tuple(sorted(one.labels.items()))): one.value for family in parse(text) for one in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    return found[f"plainbase_{name}", tuple(sorted(labels.items()))]


async def test_what_queries_and_connections_do(url: str) -> None:
    async with plainbase.open(url, pool_size=1, max_overflow=0) as db:
        metrics = Metrics(db)
        await db.jobs.enqueue(job_type="work")
        await asyncio.gather(*(db.jobs.enqueue(job_type="work") for _ in range(5)))
        with pytest.raises(DataInvalid):
            await db.jobs.enqueue(job_type=5)  # type: ignore[arg-type]  # meant
        for number in range(20):
            await db.fetch_all(f"SELECT {number} AS number")
        found = samples(metrics.exposition().decode())
        call = {"query": "jobs.enqueue"}
        assert of(found, "query_duration_seconds_count", **call) == 7
        assert of(found, "query_duration_seconds_bucket", **call, le="+Inf") == 7
        counts = [of(found, "query_duration_seconds_bucket", **call, le=str(bound)) for bound in BOUNDS]
        assert counts == sorted(counts)
        stats = db.query_stats()["jobs.enqueue"]
        assert of(found, "query_duration_seconds_sum", **call) == pytest.approx(stats.seconds)
        assert of(found, "query_errors_total", **call, error="DataInvalid") == 1
        assert of(found, "query_rows_total", **call) == 6
        assert of(found, "query_waits_total", **call) == stats.waits > 0
        assert of(found, "pool_waits_total") == db.pool_status().waits
        assert of(found, "pool_wait_seconds_total") >= of(found, "query_wait_seconds_total", **call) > 0
        assert of(found, "pool_timeouts_total") == of(found, "pool_waiting") == 0
        assert of(found, "pool_connections_max") == db.pool_status().limit
        queries = {labels for (name, labels) in found if name == "plainbase_query_duration_seconds_count"}
        assert (("query", "SQL at the call"),) in queries
        assert not any("SELECT" in value for labels in queries for _, value in labels)
        assert len(queries) < 10, "SQL at the call has one label, whatever its text"


async def test_commits_and_refreshes_are_counted_while_it_is_attached(db: typed.Database) -> None:
    with Metrics(db) as metrics:
        async with db.transaction() as tx:
            await tx.jobs.enqueue(job_type="work")
        await db.refresh("daily_usage")
        found = samples(metrics.exposition().decode())
        assert of(found, "commits_total") == 1
        assert of(found, "refreshes_total", view="daily_usage") == 1
        assert of(found, "refresh_seconds_total", view="daily_usage") > 0
    async with db.transaction():
        pass
    assert not any(name.startswith("plainbase_commits") for name, _ in samples(metrics.exposition().decode()))
    metrics.attach().attach()
    async with db.transaction():
        pass
    assert of(samples(metrics.exposition().decode()), "commits_total") == 2
    metrics.detach()


async def test_what_the_database_tells(db: typed.Database, engine: str) -> None:
    began = time.time()
    for seconds in (0, 3600, 3600):
        await db.jobs.enqueue(job_type="work", queue="mail", delay_seconds=seconds)
    await db.jobs.enqueue(job_type="work", queue='odd "name"\n', max_attempts=1)
    await db.workers.register(worker_id="one", address="here", capacity=4)
    (job,) = await db.jobs.claim(queue='odd "name"\n', worker_id="one", limit=1, lease_seconds=60)
    await db.jobs.fail(id=job.id, attempt=job.attempt, worker_id="one", error="broken", delay_seconds=0)
    await db.refresh("daily_usage")
    await db.system_metrics.log(name="backup_completed", value=1.0)
    await db.retention_policies.set(table_name="login_attempts", keep_days=30)
    await db.retention_policies.mark_run(table_name="login_attempts")
    metrics = Metrics(db)
    before = samples(metrics.exposition().decode())
    assert ("plainbase_database_bytes", ()) not in before, "nothing is said of what was not looked at"
    figures = await metrics.look()
    assert figures.failed == {}
    found = samples(metrics.exposition().decode())
    assert of(found, "jobs", queue="mail", state="due") == 1
    assert of(found, "jobs", queue="mail", state="scheduled") == 2
    assert of(found, "jobs", queue='odd "name"\n', state="dead") == 1
    assert 0 <= of(found, "jobs_oldest_due_seconds", queue="mail") < 60
    assert of(found, "workers", state="alive") == 1
    assert of(found, "worker_capacity") == 4
    assert of(found, "database_bytes") > 100_000
    for name in ("backup_completed", "retention_last_run"):
        assert began - 5 < of(found, f"{name}_timestamp_seconds") < time.time() + 5
    assert began - 5 < of(found, "snapshot_refreshed_timestamp_seconds", view="daily_usage") < time.time() + 5
    assert of(found, "snapshot_failing", view="daily_usage") == 0
    assert (("plainbase_wal_bytes", ()) in found) == (engine == "sqlite")
    assert (("plainbase_disk_free_bytes", ()) in found) == (engine == "sqlite")
    (info,) = (dict(labels) for name, labels in found if name == "plainbase_database_info")
    assert info["engine"].startswith("SQLite 3" if engine == "sqlite" else "PostgreSQL 1")
    assert info["schema_version"] == str(await db.maintenance.schema_version())


async def test_a_worker_that_is_gone_is_silent(db: typed.Database, engine: str) -> None:
    await db.workers.register(worker_id="gone", address="here")
    past = "'2020-01-01T00:00:00.000000Z'" if engine == "sqlite" else "timestamptz '2020-01-01'"
    await db.execute(f"UPDATE workers SET registered_at = {past}, last_heartbeat_at = {past}")
    metrics = Metrics(db)
    await metrics.look()
    found = samples(metrics.exposition().decode())
    assert (of(found, "workers", state="silent"), of(found, "workers", state="alive")) == (1, 0)
    await db.workers.set_status(worker_id="gone", status="stopped")
    await metrics.look()
    assert of(samples(metrics.exposition().decode()), "workers", state="silent") == 0


async def test_queues_beyond_the_most_are_one_label(db: typed.Database) -> None:
    for number in range(MOST + 7):
        await db.job_queues.register(name=f"queue {number:04}")
    await db.jobs.enqueue(job_type="work", queue=f"queue {MOST + 6:04}")
    metrics = Metrics(db)
    await metrics.look()
    found = samples(metrics.exposition().decode())
    names = {dict(labels)["queue"] for name, labels in found if name == "plainbase_jobs"}
    assert len(names) == MOST + 1
    assert OTHERS in names
    assert of(found, "jobs", queue=f"queue {MOST + 6:04}", state="due") == 1, "the busiest have names"
    assert sum(value for (name, _), value in found.items() if name == "plainbase_jobs") == 1


async def test_a_part_that_fails_is_told_and_the_rest_is_there(db: typed.Database) -> None:
    await db.execute("DROP TABLE retention_policies")
    metrics = Metrics(db)
    assert list((await metrics.look()).failed) == ["retention"]
    found = samples(metrics.exposition().decode())
    assert of(found, "part_failed", part="retention") == 1
    assert of(found, "database_bytes") > 0


async def test_both_texts_are_what_their_parsers_read(db: typed.Database) -> None:
    before = {family.name for family in REGISTRY.collect()}
    await db.jobs.enqueue(job_type="work", queue='a\\b"c\nd')
    with Metrics(db) as metrics, Metrics(db, openmetrics=True) as modern:
        for each in (metrics, modern):
            await each.look()
        assert metrics.content_type.startswith("text/plain; version=")
        assert modern.content_type.startswith("application/openmetrics-text; version=1.0.0")
        names = {family.name for family in opened(modern.exposition().decode())}
        assert {"plainbase_query_errors", "plainbase_query_duration_seconds", "plainbase_jobs"} <= names
        for family in parse(metrics.exposition().decode()):
            assert family.documentation.endswith("."), family.name
            assert family.type in ("counter", "gauge", "histogram")
        assert metrics.answer("application/openmetrics-text; version=1.0.0, */*")[1] == modern.content_type
        assert metrics.answer("text/plain") == (metrics.exposition(), metrics.content_type)
        assert metrics.answer(None)[1] == metrics.content_type
    assert {family.name for family in REGISTRY.collect()} == before, "nothing is global"


def call(url: str, *words: str) -> Result:
    return CliRunner().invoke(command, ["metrics", "--url", url, *words])


def test_the_command_prints_and_writes(url: str, tmp_path: Path) -> None:
    printed = call(url)
    assert printed.exit_code == 0, printed.output
    found = samples(printed.stdout)
    assert of(found, "database_bytes") > 0
    assert not any("query" in name or "pool" in name for name, _ in found), "of the command's own doing nothing is said"
    made = json.loads(call(url, "--json").stdout)
    assert (made["workers"]["alive"], made["jobs"], made["failed"]) == (0, [], {})
    for _ in range(2):
        assert call(url, "--output", str(tmp_path / "plainbase.prom")).exit_code == 0
    assert of(samples((tmp_path / "plainbase.prom").read_text()), "workers", state="alive") == 0
    assert [path.name for path in tmp_path.glob("*.p*")] == ["plainbase.prom"]

    async def drop() -> None:
        async with plainbase.open(url) as db:
            await db.execute("DROP TABLE retention_policies")

    asyncio.run(drop())
    broken = call(url)
    assert broken.exit_code == 1
    assert broken.stderr.startswith("retention: ")
    assert of(samples(broken.stdout), "part_failed", part="retention") == 1


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("nowhere", "is no address"),
        ("host:", "is no address"),
        ("::1:80", "is no address"),
        ("localhost:70000", "is no address"),
    ],
)
def test_what_cannot_be_listened_at(written: str, said: str) -> None:
    refused = call("sqlite://", "--listen", written)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_addresses() -> None:
    ctx, param = None, None
    for written, meant in (
        ("9464", ("127.0.0.1", 9464)),
        (":9464", ("127.0.0.1", 9464)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
        ("[::1]:1", ("::1", 1)),
    ):
        assert address(ctx, param, written) == meant  # type: ignore[arg-type]  # neither is looked at
    assert call("sqlite://", "--listen", "1", "--json").exit_code == 2


@contextmanager
def listening(url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command serving at a free port, and its page."""
    words = [sys.executable, "-m", "plainbase", "metrics", "--listen", "0", "--url", url]
    server = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        yield server, server.stderr.readline().strip()
    finally:
        if server.poll() is None:
            server.kill()
        server.wait()
        assert server.stderr is not None
        server.stderr.close()


def read(page: str, accept: str = "*/*") -> tuple[str, str]:
    asked = urllib.request.Request(page, headers={"Accept": accept})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_the_command_serves_what_is_there_now(url: str, engine: str) -> None:
    number = signal.SIGINT if engine == "sqlite" else signal.SIGTERM
    with listening(url) as (server, page):
        assert page.startswith("http://127.0.0.1:")
        assert ("plainbase_jobs", (("queue", "default"), ("state", "due"))) not in samples(read(page)[1])

        async def enqueue() -> None:
            async with plainbase.open(url) as db:
                await db.jobs.enqueue(job_type="work")

        asyncio.run(enqueue())
        assert of(samples(read(page)[1]), "jobs", queue="default", state="due") == 1
        content_type, text = read(page, "application/openmetrics-text")
        assert content_type.startswith("application/openmetrics-text")
        assert opened(text)
        for wrong, status in ((page.replace("/metrics", "/"), 404), (page, 405)):
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(wrong, data=b"x" if status == 405 else None, timeout=30)
            assert caught.value.code == status
            caught.value.close()
        os.kill(server.pid, number)
        assert server.wait(timeout=30) == (130 if number == signal.SIGINT else 143)


class Slow(Metrics):
    """Looks that end when they may."""

    looks = 0

    def __init__(self, db: typed.Database) -> None:
        super().__init__(db, process=False)
        self.may = asyncio.Event()

    async def look(self) -> Figures:
        self.looks += 1
        await self.may.wait()
        return await super().look()


async def asked(host: str, port: int, sent: bytes = b"GET /metrics HTTP/1.1\r\n\r\n") -> bytes:
    """The whole answer to what is sent."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(sent)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_scrapes_while_the_database_hangs(db: typed.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    metrics = Slow(db)
    async with metrics_server.served(metrics, metrics_server.Address("127.0.0.1", 0)) as where:
        waiting = [asyncio.create_task(asked(*where)) for _ in range(20)]
        await until(lambda: metrics.looks > 0)
        metrics.may.set()
        assert all(answer.startswith(b"HTTP/1.1 200 OK") for answer in await asyncio.gather(*waiting))
        assert metrics.looks < 20, "who comes meanwhile gets what is seen"
        monkeypatch.setattr(metrics_server, "PATIENCE", 0.05)
        metrics.may.clear()
        for _ in range(3):
            answer = await asked(*where)
            assert answer.startswith(b"HTTP/1.1 503 ")
            assert b"the database does not answer" in answer
        looks = metrics.looks
        monkeypatch.setattr(metrics_server, "PATIENCE", 3600)
        metrics.may.set()
        assert (await asked(*where)).startswith(b"HTTP/1.1 200 OK")
        assert metrics.looks == looks, "the look that hung was theirs"
        metrics.may.clear()
        hanging = asyncio.create_task(asked(*where))
        await until(lambda: metrics.looks == looks + 1)
    assert await asyncio.wait_for(hanging, 10) == b"", "the server ends although the database hangs"


async def test_garbage_slow_and_too_many_requests(db: typed.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with metrics_server.served(Metrics(db), metrics_server.Address("127.0.0.1", 0)) as where:
        for sent in (b"\x16\x03\x01\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"POST /metrics HTTP/1.1\r\n\r\n"):
            assert (await asked(*where, sent)).startswith(b"HTTP/1.1 405 ")
        assert await asked(*where, b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 10_000) == b""
        head = await asked(*where, b"HEAD /metrics?a=b HTTP/1.1\r\nAccept: application/openmetrics-text\r\n\r\n")
        assert b"Content-Type: application/openmetrics-text" in head
        assert head.endswith(b"\r\n\r\n"), "a head alone"
        monkeypatch.setattr(metrics_server, "MOST", 3)
        silent = [await asyncio.open_connection(*where) for _ in range(3)]
        assert await asked(*where) == b"", "there are as many as may be"
        for reader, writer in silent:
            writer.close()
            await reader.read()
        monkeypatch.setattr(metrics_server, "PATIENCE", 0.05)
        assert await asked(*where, b"GET /met") == b"", "nobody is waited for without end"
        monkeypatch.undo()
        assert (await asked(*where)).startswith(b"HTTP/1.1 200 OK")


async def test_a_thread_may_read_while_queries_begin(db: typed.Database) -> None:
    """As a web framework's ordinary functions do; what is read is copied at once."""
    metrics, stop = Metrics(db), asyncio.Event()

    def read_on() -> int:
        times = 0
        while not stop.is_set():
            metrics.exposition()
            times += 1
        return times

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        reading = asyncio.get_running_loop().run_in_executor(None, read_on)
        for number in range(4000):
            db._events.counters(f"query {number}")
            if number % 500 == 0:
                await db.jobs.clock()
        stop.set()
        assert await reading > 0
    finally:
        stop.set()
        sys.setswitchinterval(before)
