"""The log: slow queries from a threshold on, one JSON object a record, and never a value."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import plainbase
from own_folders import ITEMS, opened
from plainbase import ConstraintViolation, DataInvalid, ParameterError, PlainbaseError, StatementFailed
from plainbase.logs import JsonFormatter

SECRET = "5ecret"
NUMBER = 7654321
SOON, NEVER = 1e-9, 1e6


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the logger of plainbase wrote as JSON; it is as it was afterwards."""
    logger = logging.getLogger("plainbase")
    before: Any = (logger.level, list(logger.handlers))
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    logger.addHandler(handler)
    yield written
    logger.setLevel(before[0])
    logger.handlers[:] = before[1]


def records(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


async def test_a_slow_query_is_told_with_its_fields(empty_url: str, tmp_path: Path, lines: io.StringIO) -> None:
    async with opened(empty_url, tmp_path, slow_query_seconds=SOON) as db:
        lines.truncate(lines.seek(0))  # what the migrations did was slow as well
        await db.items.put(name="a")
        with pytest.raises(ConstraintViolation):
            await db.items.put(name="a")
        await db.fetch_all("SELECT name FROM items")
    put, failed, written = records(lines)
    assert (put["level"], put["logger"]) == ("WARNING", "plainbase")
    assert (put["query"], put["rows"], "error" in put) == ("items.put", 1, False)
    assert put["where"].endswith("queries/items.sql:8")
    assert 0 < put["seconds"] < 60
    assert put["message"].startswith("slow query items.put: ")
    assert put["message"].endswith(f"1 rows ({put['where']})")
    assert (failed["query"], failed["rows"], failed["error"]) == ("items.put", 0, "ConstraintViolation")
    assert (written["query"], written["where"]) == ("SQL at the call", "SQL at the call")
    assert "SELECT" not in json.dumps(written)


async def test_only_what_takes_so_long_is_told(engine: str, empty_url: str, tmp_path: Path, lines: io.StringIO) -> None:
    count = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000000) SELECT count(*) FROM n"
    async with opened(empty_url, tmp_path, slow_query_seconds=0.15) as db:
        await db.items.count()
        await db.fetch_value(count if engine == "sqlite" else "SELECT 1 FROM pg_sleep(0.2)")
    (told,) = (each for each in records(lines) if each["query"] == "SQL at the call")
    assert told["seconds"] >= 0.15
    assert not any(each["query"] == "items.count" for each in records(lines))
    for threshold in (None, 0, NEVER):
        lines.truncate(lines.seek(0))
        async with opened(empty_url, tmp_path, slow_query_seconds=threshold) as db:
            await db.items.count()
        assert lines.getvalue() == ""


async def test_no_value_is_ever_logged(
    engine: str, empty_url: str, tmp_path: Path, lines: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[PlainbaseError] = []
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS}, slow_query_seconds=SOON, debug=True) as db:
        await db.items.put(name=SECRET, size=NUMBER)
        await db.items.put.batch([{"name": f"{SECRET}-2"}])
        await db.insert_rows("items", ("name", "size"), [(f"{SECRET}-3", NUMBER)])
        assert await db.fetch_value("SELECT name FROM items WHERE size = :size ORDER BY id LIMIT 1", {"size": NUMBER})
        assert [row async for row in db.items.names.stream()]
        wrong: list[tuple[type[PlainbaseError], Any]] = [
            (ConstraintViolation, lambda: db.items.put(name=SECRET)),
            (ConstraintViolation, lambda: db.items.put(name=f"{SECRET}-4", size=-NUMBER)),
            (ConstraintViolation, lambda: db.items.put.batch([{"name": f"{SECRET}-5"}, {"name": SECRET}])),
            (ConstraintViolation, lambda: db.insert_rows("items", ("name",), [(SECRET,)])),
            (DataInvalid, lambda: db.items.put(name=NUMBER)),
            (DataInvalid, lambda: db.items.put(name=f"{SECRET}\0")),
            (ParameterError, lambda: db.items.put(nam=SECRET)),
            (StatementFailed, lambda: db.fetch_all("SELECT :a FROM nowhere WHERE a = :a", {"a": SECRET})),
        ]
        for kind, call in wrong:
            with pytest.raises((kind, DataInvalid, StatementFailed)) as caught:
                await call()
            said.append(caught.value)
    everything = lines.getvalue() + caplog.text + "".join(f"{error} {error!r} {error.__cause__}" for error in said)
    assert "slow query items.put" in everything
    assert "INSERT /* items.put */" in everything, "debug told the statements"
    assert SECRET not in everything
    assert str(NUMBER) not in everything


async def test_a_record_is_one_line_of_json_whatever_is_in_it(lines: io.StringIO) -> None:
    log = logging.getLogger("plainbase")
    circle: list[object] = []
    circle.append(circle)
    more = {"nested": {"a": [float("nan")]}, "circle": circle, "whole": {"a": [1]}}
    extra = {"seconds": float("inf"), "path": Path("a"), "message_id": None, "lone": "\udc80", **more}
    log.warning("two\nlines of %s", "ü", extra=extra)
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it raised")
    first, second = records(lines)
    assert first["message"] == "two\nlines of ü"
    assert (first["seconds"], first["path"]) == ("inf", "a")
    assert first["nested"] == "{'a': [nan]}"
    assert first["whole"] == {"a": [1]}
    assert isinstance(first["circle"], str)
    assert first["lone"] == "\udc80"
    assert "message_id" not in first
    lines.getvalue().encode()
    assert first["time"].endswith("Z")
    assert second["exception"].endswith("ValueError: broken")


async def test_the_statistics_tell_errors_times_and_waits_by_query(url: str, engine: str) -> None:
    async with plainbase.open(url, pool_size=1, max_overflow=0, pool_timeout=5) as db:
        waits: list[plainbase.WaitEvent] = []
        db.on("wait", waits.append)
        await db.jobs.enqueue(job_type="work")  # what is learned of a statement at first is learned
        await asyncio.gather(*(db.jobs.enqueue(job_type="work") for _ in range(8)))
        with pytest.raises(DataInvalid):
            await db.jobs.enqueue(job_type=5)  # type: ignore[arg-type]  # meant
        stats = db.query_stats()["jobs.enqueue"]
        assert stats.kinds == {"DataInvalid": 1}
        assert sum(stats.buckets) == stats.calls == 10
        assert stats.waits == len(waits) == db.pool_status().waits == 7
        assert stats.waited_seconds == pytest.approx(sum(wait.seconds for wait in waits))
        assert 0 < stats.waited_seconds < stats.seconds
        assert stats.within(1.0) == stats.slowest >= stats.within(0.5) > 0
        assert stats.where.split("/")[-1].startswith("jobs")
        assert not any(wait.timed_out for wait in waits)


async def test_a_wait_in_vain_is_counted_and_a_transactions_is_no_querys(url: str) -> None:
    async with plainbase.open(url, pool_size=1, max_overflow=0, pool_timeout=0.05) as db:
        async with db.transaction():

            async def other() -> None:
                with pytest.raises(plainbase.PoolTimeout):
                    async with db.transaction():
                        pass

            await asyncio.create_task(other())
        status = db.pool_status()
        assert (status.waits, status.timeouts, status.waiting) == (1, 1, 0)
        assert status.waited_seconds >= 0.04
        await db.jobs.clock()
        assert db.query_stats()["jobs.clock"].waits == 0
