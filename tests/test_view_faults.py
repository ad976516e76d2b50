"""Refreshes that meet each other, readers and writers, die half-way, or are asked for by a role that owns nothing."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import uuid
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conftest import examples
from own_folders import migration
from plainbase import Database, PlainbaseError, StatementFailed, views
from plainbase.drivers.postgres_session import PostgresSession
from plainbase.drivers.sqlite_session import SqliteSession
from plainbase.events import RefreshEvent
from test_views import ONE, RUNS, SCHEMA, contents, is_live, log
from waiting import until

VIEWS = ("summary", "totals")
PROCESSES = 4
OF_RUN = "run_id = :run AND name = :name"

both_views = pytest.mark.parametrize("view", VIEWS)
postgres_only = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


@pytest.fixture
async def view_url(engine: str, empty_url: str, tmp_path: Path) -> str:
    """A database with runs and metrics, whose views were refreshed once."""
    migration(tmp_path / "schema", "0001_metrics", SCHEMA[engine], dialects=(engine,))
    async with Database.open(empty_url, queries=[], schema=tmp_path / "schema", migrate=True) as db:
        await db.insert_rows("runs", ["id", "name"], [[run, f"run {run.int}"] for run in RUNS])
        await log(db, [(run, "loss", step, step) for run in RUNS for step in range(20)])
        await db.refresh_all()
    return empty_url


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Database]:
    async with Database.open(url, queries=None, schema=None, **options) as db:
        yield db


@pytest.fixture
async def db(view_url: str) -> AsyncIterator[Database]:
    async with opened(view_url) as database:
        yield database


class Refreshing:
    """A process that refreshes when it is told to, seen from the one that started it."""

    def __init__(self, process: Process) -> None:
        self.process = process

    async def told(self) -> Any:
        """The next thing that it tells."""
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            assert self.process.stderr is not None
            raise AssertionError(f"it ended: {(await self.process.stderr.read()).decode()[-2000:]}")
        return json.loads(line)

    def tell(self, word: str) -> None:
        """Tell it what to do next."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n".encode())

    async def ask(self, word: str, *answers: Any) -> Any:
        """Tell it, and return the first thing that it tells, or check that it tells these in turn."""
        self.tell(word)
        if not answers:
            return await self.told()
        for answer in answers:
            assert await self.told() == answer
        return None


@asynccontextmanager
async def refreshing(url: str, view: str, count: int = 1) -> AsyncIterator[list[Refreshing]]:
    """Start such processes, each with the database open; they are killed at the end."""
    processes = [
        Refreshing(
            await asyncio.create_subprocess_exec(
                sys.executable, __file__, url, view, str(number), stdin=PIPE, stdout=PIPE, stderr=PIPE
            )
        )
        for number in range(count)
    ]
    try:
        for each in processes:
            assert await each.told() == "open"
        yield processes
    finally:
        for each in processes:
            if each.process.returncode is None:
                each.process.send_signal(signal.SIGKILL)
            await each.process.communicate()


@both_views
async def test_who_waits_for_a_refresh_takes_its_result_if_it_began_after_they_asked(
    db: Database, view_url: str, view: str
) -> None:
    async with refreshing(view_url, view, PROCESSES) as processes:
        for each in processes:
            await each.ask("write", "wrote")
        async with db.transaction() as tx:  # as a refresh does that is under way
            await tx.execute("UPDATE view_refreshes SET last_error = NULL WHERE view_name = :view", {"view": view})
            for each in processes:
                await each.ask("refresh", "asked")
        told = [await each.told() for each in processes]
    assert all(each["sees_own"] for each in told)
    rows = await db.fetch_value(f"SELECT count(*) FROM {view}")
    assert [each["rows"] for each in told] == [rows] * PROCESSES
    done = sum(each["refreshed"] for each in told)
    assert 1 <= done <= 2  # the second where a clock of milliseconds does not tell what came first
    assert await is_live(db, view)


@both_views
async def test_nobody_takes_the_result_of_a_refresh_that_began_before_they_asked(
    db: Database, view_url: str, view: str
) -> None:
    async with refreshing(view_url, view, 2) as (first, second):
        if db.dialect == "postgres":
            await first.ask("hold", "asked", "filled")
            await second.ask("write", "wrote")
            await second.ask("refresh", "asked")
        else:  # where nobody can write meanwhile
            await second.ask("write", "wrote")
            await first.ask("hold", "asked", "filled")
            await second.ask("refresh", "asked")
        first.tell("go on")
        assert (await first.told())["refreshed"]
        assert (told := await second.told())["refreshed"]
        assert told["sees_own"]


@both_views
async def test_a_result_is_never_older_than_its_call(view_url: str, view: str) -> None:
    async def loop(each: Refreshing) -> int:
        done = 0
        for _ in range(examples(8)):
            await each.ask("write", "wrote")
            await each.ask("refresh", "asked")
            told = await each.told()
            assert told["sees_own"]
            done += told["refreshed"]
        return done

    async with refreshing(view_url, view, PROCESSES) as processes:
        done = sum(await asyncio.gather(*map(loop, processes)))
    assert done <= PROCESSES * examples(8)
    async with opened(view_url) as db:
        assert await is_live(db, view)


@both_views
async def test_a_refresh_that_is_killed_leaves_the_old_result_and_the_next_one_works(
    db: Database, view_url: str, view: str
) -> None:
    before = await contents(db, view)
    async with refreshing(view_url, view) as (process,):
        await process.ask("write", "wrote")
        await process.ask("hold", "asked", "filled")
        process.process.kill()
        await process.process.wait()
        assert await contents(db, view) == before
        await db.refresh(view)
    assert await is_live(db, view)
    assert len(await contents(db, view)) > len(before)


@both_views
async def test_a_record_from_the_future_answers_nobody(db: Database, view: str) -> None:
    later = (await db.fetch_one("SELECT max(started_at) AS at FROM view_refreshes")).at
    if isinstance(later, str):
        later = (await db.fetch_one("SELECT started_at FROM view_refreshes LIMIT 1")).started_at
    await db.execute("UPDATE view_refreshes SET started_at = :at", {"at": later + timedelta(hours=1)})
    await log(db, [(ONE, "late", 1, 1)])
    await db.refresh(view)
    assert await is_live(db, view)


async def test_calls_of_one_process_wait_for_each_other_as_well(db: Database) -> None:
    seen: list[RefreshEvent] = []
    db.on("refresh", seen.append)
    assert await asyncio.gather(*(db.refresh("totals") for _ in range(12))) == [1] * 12
    assert 1 <= len(seen) <= 3


@postgres_only
@both_views
async def test_a_stricter_default_isolation_makes_no_conflict_of_waiting(
    db: Database, view_url: str, view: str
) -> None:
    await db.script(
        "DO $$ BEGIN EXECUTE format("
        "'ALTER DATABASE %I SET default_transaction_isolation = serializable', current_database()); END $$"
    )
    async with opened(view_url) as strict:
        assert await strict.fetch_value("SHOW transaction_isolation") == "serializable"
        await log(strict, [(ONE, "lr", 1, 1)])
        rows = await strict.fetch_value(f"SELECT count(*) FROM {view}_live")
        assert await asyncio.gather(*(strict.refresh(view) for _ in range(6))) == [rows] * 6
        assert await is_live(strict, view)


@both_views
async def test_readers_never_see_a_view_empty_or_half_filled(db: Database, view_url: str, view: str) -> None:
    """Each writer gives all values one number, so each state of the view has one."""
    wide = [uuid.UUID(int=number) for number in range(100, 160)]
    await db.insert_rows("runs", ["id", "name"], [[run, "wide"] for run in wide])
    await log(db, [(run, f"metric {number}", 1, 0) for run in wide for number in range(5)])
    await db.execute("DELETE FROM metrics WHERE name = 'loss'")
    await db.refresh(view)
    rows = {"summary": 300, "totals": 5}[view]
    over = False
    states: set[int] = set()

    async def read() -> int:
        times = 0
        async with opened(view_url) as reader:
            while not over:
                found = await reader.fetch_all(f"SELECT highest FROM {view}")
                assert len(found) == rows
                assert len({row.highest for row in found}) == 1
                states.add(found[0].highest)
                times += 1
        return times

    async with asyncio.TaskGroup() as group:
        readers = [group.create_task(read()) for _ in range(2)]
        for number in range(1, 15):
            await db.execute("UPDATE metrics SET value = :value", {"value": number})
            await db.refresh(view)
        over = True
    assert min(reader.result() for reader in readers) > 0
    assert len(states) > 1
    assert await is_live(db, view)


async def test_no_change_of_a_writer_beside_a_refresh_is_lost(db: Database, view_url: str) -> None:
    over = False
    dice = random.Random(7)

    async def write(name: str) -> None:
        async with opened(view_url) as writer:
            for step in range(examples(60)):
                async with writer.transaction() as tx:
                    for run in dice.sample(RUNS, 2):
                        await tx.insert_rows("metrics", ["run_id", "name", "step", "value"], [[run, name, step, step]])
                        row = {"run": run, "name": name, "step": step - 3}
                        await tx.execute(
                            "DELETE FROM metrics WHERE run_id = :run AND name = :name AND step < :step", row
                        )

    async def refresh() -> int:
        times = 0
        async with opened(view_url) as refresher:
            while not over:
                await refresher.refresh("summary")
                times += 1
        return times

    async with asyncio.TaskGroup() as group:
        refreshes = [group.create_task(refresh()) for _ in range(2)]
        async with asyncio.TaskGroup() as writers:
            for number in range(3):
                writers.create_task(write(f"writer {number}"))
        over = True
    assert sum(each.result() for each in refreshes) > 2
    await db.refresh("summary")
    assert await is_live(db, "summary")
    assert await db.fetch_value("SELECT count(*) FROM summary_touched") == 0


@postgres_only
async def test_neither_waits_for_the_other_where_a_run_is_written_and_refreshed(db: Database) -> None:
    async with asyncio.timeout(10), db.transaction() as first, db.transaction() as second:
        for tx, step in ((first, 100), (second, 101)):
            await tx.insert_rows("metrics", ["run_id", "name", "step", "value"], [[ONE, "loss", step, 1]])
        before = await contents(db, "summary")
        await db.refresh("summary")
        assert await contents(db, "summary") == before
    await db.refresh("summary")
    assert await is_live(db, "summary")


@postgres_only
async def test_a_refresh_reads_what_changed(db: Database) -> None:
    many = [uuid.UUID(int=number) for number in range(1000, 2000)]
    await db.insert_rows("runs", ["id", "name"], [[run, "one of many"] for run in many])
    await log(db, [(run, "loss", step, 1) for run in many for step in range(20)])
    assert await db.refresh("summary") == len(many) + len(RUNS)
    await db.script("ANALYZE")
    await log(db, [(ONE, "loss", 200, 1), (many[0], "loss", 200, 1)])
    session: Any = await db._driver.begin()
    try:
        assert await session.refill("summary", len(many) + len(RUNS)) == len(many) + len(RUNS)
        read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = $1"
        counts = [
            await session.run(lambda connection, table=table: connection.fetchval(read, table), None)
            for table in ("metrics", "summary")
        ]
    finally:
        await session.rollback()
    assert 42 <= counts[0] <= 60
    assert counts[1] < 20


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_definition_is_computed_for_one_key(db: Database) -> None:
    plan = await db.fetch_all(
        "EXPLAIN QUERY PLAN SELECT summary_live.points FROM summary_live WHERE summary_live.run_id = :run", {"run": ONE}
    )
    steps = [row["detail"] for row in plan]
    assert [step for step in steps if step.startswith("SEARCH metrics") and "run_id=?" in step]
    assert not [step for step in steps if step.startswith("SCAN metrics")]


@pytest.fixture
async def guest(db: Database, view_url: str) -> AsyncIterator[Database]:
    """The same database, opened by a role that may read the views and the records."""
    role = f"guest_{uuid.uuid4().hex[:12]}"
    await db.script(
        f"CREATE ROLE {role} LOGIN PASSWORD 'guest'; GRANT SELECT ON totals, summary, view_refreshes TO {role};"
    )
    try:
        async with opened(view_url, user=role, password="guest") as database:
            yield database
    finally:
        await db.script(f"DROP OWNED BY {role}; DROP ROLE {role};")


async def allow(db: Database, guest: Database) -> str:
    """Let it refresh, by what the README says."""
    role = str(await guest.fetch_value("SELECT current_user AS name"))
    await db.script(f"GRANT EXECUTE ON FUNCTION refresh_materialized_view TO {role}")
    return role


@postgres_only
async def test_a_role_that_owns_nothing_refreshes_through_the_owner(db: Database, guest: Database) -> None:
    await allow(db, guest)
    seen: list[RefreshEvent] = []
    guest.on("refresh", seen.append)
    await log(db, [(ONE, "lr", 1, 1)])
    assert await guest.refresh("totals") == 2
    assert await is_live(db, "totals")
    assert [(event.view, event.rows) for event in seen] == [("totals", 2)]
    record = await db.fetch_one("SELECT * FROM view_refreshes WHERE view_name = 'totals'")
    assert (record.row_count, record.last_error) == (2, None)
    assert record.started_at <= record.refreshed_at
    assert record.duration_ms >= 0
    assert await guest.refresh_all(older_than=3600) == {}

    await log(db, [(ONE, "broken", 1, -(2**63))])
    with pytest.raises(PlainbaseError, match="out of range"):
        await guest.refresh("totals")
    record = await db.fetch_one("SELECT * FROM view_refreshes WHERE view_name = 'totals'")
    assert record.row_count == 2
    assert "out of range" in record.last_error
    await db.execute("DELETE FROM metrics WHERE name = 'broken'")
    assert await guest.refresh("totals") == 2
    assert await db.fetch_value("SELECT last_error FROM view_refreshes WHERE view_name = 'totals'") is None


@postgres_only
async def test_such_a_role_and_the_owner_wait_for_each_other(db: Database, guest: Database) -> None:
    await allow(db, guest)
    await db.script(
        "CREATE TABLE begun (at timestamptz);"
        "CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN INSERT INTO public.begun VALUES (new.started_at); RETURN NULL; END $$;"
        "CREATE TRIGGER note_it AFTER UPDATE OF started_at ON view_refreshes FOR EACH ROW EXECUTE FUNCTION note_it()"
    )
    seen: list[RefreshEvent] = []
    guest.on("refresh", seen.append)
    async with db.transaction() as tx:
        await tx.execute("UPDATE view_refreshes SET last_error = NULL WHERE view_name = 'totals'")
        waiting = [asyncio.create_task(guest.refresh("totals")) for _ in range(4)]
        blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity"
        await until(lambda: count_is(db, f"{blocked} WHERE datname = current_database())", 4))
    assert await asyncio.gather(*waiting) == [1] * 4
    assert len(seen) == 1
    assert await db.fetch_value("SELECT count(*) FROM begun") == 1


async def count_is(db: Database, sql: str, count: int) -> bool:
    return bool(await db.fetch_value(sql) == count)


@postgres_only
async def test_without_the_grant_the_error_says_what_to_grant(db: Database, guest: Database) -> None:
    before = await db.fetch_all("SELECT * FROM view_refreshes ORDER BY view_name")
    with pytest.raises(
        StatementFailed, match=r"'totals' is \w+'s, .* GRANT EXECUTE ON FUNCTION refresh_materialized_view TO"
    ):
        await guest.refresh("totals")
    with pytest.raises(StatementFailed, match="permission denied for function refresh_materialized_view"):
        await guest.fetch_all("SELECT * FROM refresh_materialized_view('totals')")
    with pytest.raises(StatementFailed, match=r"'summary' is \w+'s, .* GRANT EXECUTE ON FUNCTION"):
        await guest.refresh("summary")  # a table, for which the ordinary privileges would serve as well
    assert await db.fetch_all("SELECT * FROM view_refreshes ORDER BY view_name") == before


@postgres_only
async def test_a_view_that_is_a_table_needs_the_ordinary_privileges(db: Database, guest: Database) -> None:
    role = await guest.fetch_value("SELECT current_user AS name")
    await db.script(
        f"GRANT SELECT, INSERT, DELETE ON summary TO {role}; GRANT SELECT, DELETE ON summary_touched TO {role};"
        f"GRANT SELECT ON summary_live TO {role}; GRANT SELECT, INSERT, UPDATE ON view_refreshes TO {role};"
    )
    await log(db, [(ONE, "lr", 1, 1)])
    assert await guest.refresh("summary") == len(RUNS) + 1
    assert await is_live(db, "summary")


@postgres_only
async def test_a_view_that_is_a_table_is_refreshed_through_the_owner_too(db: Database, guest: Database) -> None:
    await allow(db, guest)
    seen: list[RefreshEvent] = []
    guest.on("refresh", seen.append)
    assert await guest.refresh("summary") == len(RUNS)
    # By what was touched: a run that is new, one that is gone, one that changed.
    await log(db, [(ONE, "lr", 1, 1)])
    assert await guest.refresh("summary") == len(RUNS) + 1
    assert await is_live(db, "summary")
    await db.execute("DELETE FROM metrics WHERE name = 'lr'")
    assert await guest.refresh("summary") == len(RUNS)
    assert await is_live(db, "summary")
    assert await guest.refresh("summary", full=True) == len(RUNS)
    assert [event.rows for event in seen] == [len(RUNS), len(RUNS) + 1, len(RUNS), len(RUNS)]
    assert await db.fetch_value("SELECT count(*) FROM summary_touched") == 0
    with pytest.raises(StatementFailed, match="permission denied"):
        await guest.execute("DELETE FROM summary")


@postgres_only
async def test_the_function_refreshes_nothing_else(db: Database, guest: Database) -> None:
    """Neither what has no definition beside it, nor what somebody else owns or has put something beside."""
    role = await allow(db, guest)
    await db.script(
        f"CREATE SCHEMA theirs AUTHORIZATION {role}; CREATE MATERIALIZED VIEW lonely AS SELECT 1 AS one WITH NO DATA;"
        "CREATE SCHEMA bare; CREATE VIEW bare.kept_live AS SELECT 1 AS one;"
        "CREATE MATERIALIZED VIEW bare.kept AS SELECT 1 AS one WITH NO DATA;"
        f"GRANT ALL ON SCHEMA bare TO {role};"
    )
    await guest.script(
        "CREATE VIEW theirs.own_live AS SELECT 1 AS one;"
        "CREATE MATERIALIZED VIEW theirs.own AS SELECT 1 AS one WITH NO DATA;"
        "CREATE TABLE theirs.view_refreshes (LIKE public.view_refreshes INCLUDING ALL);"
        "CREATE TABLE bare.view_refreshes (LIKE public.view_refreshes);"  # its triggers would run as the owner
        "CREATE FUNCTION theirs.quote_ident(name) RETURNS text LANGUAGE sql AS $$ SELECT 'theirs' $$;"
    )
    for name in (
        "lonely",
        "theirs.own",
        "bare.kept",
        "metrics",
        "summary_live",
        "summary_touched",
        "totals_live",
        "totals_key",
        "pg_class",
    ):
        for arguments in (f"'{name}'", f"'{name}', failure => 'x'"):
            with pytest.raises(StatementFailed, match="is no materialized view of"):
                await guest.fetch_all(f"SELECT * FROM refresh_materialized_view({arguments})")
    async with guest.transaction() as tx:
        await tx.execute("SET LOCAL search_path = theirs, pg_catalog, public")
        done = await tx.fetch_one("SELECT * FROM refresh_materialized_view('public.totals')")
        assert done == (1, True)
    assert await guest.fetch_value("SELECT count(*) FROM theirs.view_refreshes") == 0
    unfilled = "SELECT count(*) FROM pg_class WHERE relkind = 'm' AND NOT relispopulated"
    assert await db.fetch_value(unfilled) == 3


def tell(what: Any) -> None:
    """Tell the process that started this one."""
    os.write(1, f"{json.dumps(what)}\n".encode())


def holding(refill: Callable[..., Awaitable[int]], word: list[str]) -> Callable[..., Awaitable[int]]:
    """A refill that tells when it is done, and stops the whole process there where it is told to."""

    async def held(session: object, view: str, rows: int | None) -> int:
        count = await refill(session, view, rows)
        if word[0] == "hold":
            tell("filled")
            sys.stdin.readline()
        return count

    return held


async def main(url: str, view: str, number: str) -> None:
    """Write a metric of its own, or refresh the view, whenever told to."""
    word = [""]
    for session in (SqliteSession, PostgresSession):
        setattr(session, "refill", holding(session.refill, word))  # noqa: B010 (a method, which mypy keeps from assignment)
    asked = views._asked

    async def telling(*arguments: Any) -> Any:
        found = await asked(*arguments)
        tell("asked")
        return found

    setattr(views, "_asked", telling)  # noqa: B010 (a function, which mypy keeps from assignment)
    done: list[RefreshEvent] = []
    written = 0
    async with opened(url, pool_timeout=60) as db:
        db.on("refresh", done.append)
        tell("open")
        while line := await asyncio.to_thread(sys.stdin.readline):
            word[0] = line.strip()
            if word[0] == "write":
                written += 1
                await log(db, [(RUNS[int(number)], f"metric {number}-{written}", 1, 1)])
                tell("wrote")
                continue
            done.clear()
            rows = await db.refresh(view)
            row = {"name": f"metric {number}-{written}"}
            sees = bool(await db.fetch_value(f"SELECT count(*) FROM {view} WHERE name = :name", row))
            tell({"rows": rows, "sees_own": sees, "refreshed": bool(done)})


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
