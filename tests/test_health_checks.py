"""Every check of `db.health()`, seen to find what it is there for, on real databases."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import sqlite3
import subprocess
import uuid
from pathlib import Path

import pytest

import plainbase
from conftest import on_server
from own_folders import opened
from plainbase import Database, HealthCheck, HealthLimits, PlainbaseError
from plainbase.health import sqlite as sqlite_checks
from plainbase.health.disk import room
from plainbase.health.report import DEFAULT, graded
from waiting import until

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


async def check(db: Database, name: str, *, deep: bool = False, **limits: float) -> HealthCheck:
    """One check of a database, with limits of its own."""
    health = await db.health(deep=deep, limits=HealthLimits(**limits))  # type: ignore[arg-type]  # some are whole
    (found,) = [each for each in health.checks if each.name == name]
    return found


async def test_a_sound_database_is_ok_but_for_what_it_lacks(db: Database, engine: str) -> None:
    await db.refresh_all()
    health = await db.health(deep=True, limits=HealthLimits(answer=60, free_bytes=1, free_share=1e-6))
    worse = {each.name for each in health.checks if each.state != "ok"}
    assert worse <= {"version", "replication slots", "write-ahead log", "oldest transaction"}, health.checks
    names = [each.name for each in health.checks]
    assert len(names) == len(set(names))
    assert {"answers", "schema", "pool", "version", "write-ahead log", "oldest transaction", "disk"} <= set(names)
    assert {"stored views", "foreign keys"} <= set(names)
    assert all(each.advice for each in health.checks if each.state != "ok")
    assert health.state in ("ok", "warning")


async def test_without_checks_nothing_is_checked(db: Database) -> None:
    health = await db.health(checks=False)
    assert (health.ok, health.checks, health.state) == (True, (), "ok")


async def test_what_is_pending_has_failed(db: Database) -> None:
    await db.execute("DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM schema_migrations)")
    health = await db.health()
    assert (health.ok, health.state) == (True, "failed")
    found = await check(db, "schema")
    assert (found.state, found.advice) == ("failed", "`plainbase migrate up`")
    assert found.found == f"not applied: {health.pending[0]}"
    assert (await db.health(checks=False)).state == "failed"


async def test_what_was_interrupted_has_failed(db: Database) -> None:
    await db.execute("UPDATE schema_migrations SET state = 'started' WHERE version = 3")
    found = await check(db, "schema")
    assert found.state == "failed"
    assert found.found.startswith("interrupted: 0003_")


async def test_what_only_a_newer_version_has_is_a_warning(db: Database) -> None:
    await db.execute(
        "INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state) "
        "VALUES (9000, 'later', 'a', 'b', 'applied')"
    )
    found = await check(db, "schema")
    assert (found.state, found.found) == ("warning", "newer than these files: 9000_later")


async def test_a_migration_that_was_changed_is_a_warning(db: Database) -> None:
    await db.execute(
        "UPDATE schema_migrations SET text_checksum = 'another', sql_checksum = 'another' WHERE version = 3"
    )
    found = await check(db, "schema")
    assert (found.state, found.found.startswith("changed since it was applied: 0003_")) == ("warning", True)


@SQLITE
async def test_connections_that_others_have_changed_are_seen(engine: str, db: Database) -> None:
    """A connection without references, and a file system without shared memory, as a finding of the settings."""

    class Changed:
        options, dialect = db._driver.options, db._driver.dialect

        def __init__(self, row: dict[str, object]) -> None:
            self.row = row

        async def fetch(self, *_: object) -> list[dict[str, object]]:
            return [self.row]

    off = Changed({"enforces_references": False, "journal_mode": "wal"})
    assert (await sqlite_checks.settings(off, DEFAULT)).state == "failed"  # type: ignore[arg-type]  # no whole driver
    rollback = Changed({"enforces_references": True, "journal_mode": "delete"})
    assert (await sqlite_checks.settings(rollback, DEFAULT)).state == "warning"  # type: ignore[arg-type]  # as above


async def test_checks_end_when_their_time_is_up_in_all(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("plainbase.health.look"), "BUDGET", 0)
    health = await db.health()
    assert health.ok
    assert {each.found for each in health.checks[3:]} == {"not made: others took too long"}


async def test_a_pool_that_is_used_up_is_a_warning_and_hangs_nothing(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0, pool_timeout=60) as db:
        async with db.transaction() as tx:
            assert await tx.items.count() == 0
            other = asyncio.create_task(db.health(limits=HealthLimits(seconds=0.2)))
            health = await asyncio.wait_for(other, 20)
            if db.dialect == "postgres":
                assert not health.ok
                assert health.error == "no answer within 200 ms"
                assert health.state == "failed"
            else:  # readers answer, and nothing needs the writer
                assert not [each for each in health.checks if "took longer" in each.found]
        assert (await db.health()).ok


async def test_callers_that_wait_are_a_warning(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=3, max_overflow=0, pool_timeout=60) as db:
        holding = [db.transaction(read_only=True) for _ in range(3)]
        for each in holding:
            tx = await each.__aenter__()
            await tx.items.count()
        waiting = asyncio.create_task(_count_alone(db))
        await until(lambda: db.pool_status().waiting > 0)
        health = await db.health(limits=HealthLimits(seconds=0.2))
        (found,) = [each for each in health.checks if each.name == "pool"]
        assert found.state == "warning"
        assert "1 callers wait" in found.found
        for each in holding:
            await each.__aexit__(None, None, None)
        await waiting


async def _count_alone(db: Database) -> int:
    async with db.transaction(read_only=True) as tx:
        found: int = await tx.items.count()
        return found


async def test_what_is_empty_is_not_told_to_be_migrated_blindly(empty_url: str) -> None:
    async with plainbase.open(empty_url) as db:
        found = await check(db, "schema")
        assert found.state == "failed"
        assert found.found.startswith("no migration is applied")
        assert found.advice == "`plainbase migrate up`, if it is the right one"
        assert (await check(db, "stored views")).found == "no stored views"


async def test_stored_views_never_made_failed_and_old(db: Database) -> None:
    found = await check(db, "stored views")
    assert (found.state, found.advice.startswith("`plainbase refresh`")) == ("warning", True)
    assert found.found.startswith("never refreshed: daily_resources, ")
    await db.refresh_all()
    assert (await check(db, "stored views")).state == "ok"
    assert (await check(db, "stored views", snapshot=-1)).state == "warning"
    await db.execute("UPDATE view_refreshes SET last_error = 'no' WHERE view_name = 'daily_usage'")
    found = await check(db, "stored views")
    assert (found.state, found.found) == ("warning", "the last refresh failed: daily_usage")


async def test_little_room_is_a_warning_then_failed(db: Database) -> None:
    if "cannot be seen" in (await check(db, "disk")).found:
        pytest.skip("the server's folder is not to be read here")
    assert (await check(db, "disk", free_bytes=1, free_share=1e-9)).state == "ok"
    assert (await check(db, "disk", free_bytes=1 << 60, free_share=1e-9)).state == "failed"
    free = shutil.disk_usage("/").free
    assert (await check(db, "disk", free_bytes=2 * free, free_share=1e-9)).state in ("ok", "warning")


class _Disk:
    def __init__(self, total: int, free: int) -> None:
        self.total, self.free = total, free


@pytest.mark.parametrize(
    ("total", "free", "state"),
    [
        (1 << 40, 1 << 39, "ok"),
        (1 << 40, 1 << 36, "warning"),
        (1 << 40, 1 << 33, "failed"),
        (1 << 30, 1 << 29, "warning"),
    ],
)
def test_room_is_judged_by_bytes_and_by_share(total: int, free: int, state: str) -> None:
    assert room(_Disk(total, free), "/x", DEFAULT).state == state


@pytest.mark.parametrize(("amount", "state"), [(1, "ok"), (1.5, "warning"), (10.5, "failed")])
def test_what_is_ten_times_over_has_failed(amount: float, state: str) -> None:
    assert graded(amount, 1, "x", "y").state == state


@SQLITE
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
async def test_a_small_disk_is_seen(engine: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", str(disk)], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        async with plainbase.open(f"sqlite:///{disk / 'small.db'}") as db:
            await db.migrate()
            found = await check(db, "disk")
            assert found.state == "failed"
            assert found.found.endswith(f"for {disk}")
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@POSTGRES
async def test_an_old_transaction_and_an_idle_one_are_named(engine: str, db: Database, url: str) -> None:
    async with db.transaction() as tx:
        pid = await tx.fetch_value("SELECT pg_backend_pid()")
        found = await check(db, "oldest transaction", idle_in_transaction=0.0)
        assert found.state in ("warning", "failed")
        assert f"process {pid} has been idle in a transaction" in found.found
        assert found.advice.endswith(f"pg_terminate_backend({pid})")
        found = await check(db, "oldest transaction", transaction=0.0, idle_in_transaction=1e9)
        assert f"process {pid} has had a transaction open" in found.found
        assert (await check(db, "oldest transaction")).state == "ok"


@POSTGRES
async def test_an_invalid_index_has_failed(engine: str, fresh: Database) -> None:
    await _leave_invalid(fresh)
    found = await check(fresh, "indexes")
    assert (found.state, found.found) == ("failed", "INVALID: zz_twice_key")
    assert "`plainbase reindex`" in found.advice
    await fresh.script("DROP INDEX zz_twice_key")
    assert (await check(fresh, "indexes")).state == "ok"


async def _leave_invalid(db: Database) -> None:
    """An index whose concurrent build failed, since a value is twice in it."""
    await db.script("CREATE TABLE zz_twice (a bigint); INSERT INTO zz_twice VALUES (1), (1);")
    with pytest.raises(PlainbaseError):
        await db.script("CREATE UNIQUE INDEX CONCURRENTLY zz_twice_key ON zz_twice (a)")


@POSTGRES
async def test_a_constraint_that_is_not_proven_is_a_warning(engine: str, fresh: Database) -> None:
    await fresh.script(
        "CREATE TABLE zz_loose (a bigint); INSERT INTO zz_loose VALUES (-1);"
        "ALTER TABLE zz_loose ADD CONSTRAINT zz_loose_check CHECK (a > 0) NOT VALID;"
    )
    found = await check(fresh, "constraints")
    assert (found.state, found.found) == ("warning", "NOT VALID: zz_loose_check of zz_loose")


@POSTGRES
async def test_rows_whose_parent_is_gone_are_found_deeply(engine: str, fresh: Database) -> None:
    await fresh.script(
        "CREATE TABLE zz_parents (id bigint PRIMARY KEY);"
        "CREATE TABLE zz_children (parent_id bigint REFERENCES zz_parents (id));"
        "SET session_replication_role = replica; INSERT INTO zz_children VALUES (7), (8), (NULL);"
    )
    found = await check(fresh, "foreign keys", deep=True)
    assert found.state == "failed"
    assert found.found == "rows whose parent is gone: 2 rows of zz_children (zz_children_parent_id_fkey)"


@POSTGRES
async def test_a_slot_that_nobody_reads_keeps_the_log(engine: str, db: Database) -> None:
    name = f"test_{uuid.uuid4().hex[:12]}"
    await on_server(f"SELECT pg_create_physical_replication_slot('{name}', true)")
    try:
        found = await check(db, "replication slots")
        assert found.state == "warning"
        assert name in found.found
        assert "pg_drop_replication_slot" in found.advice
    finally:
        await on_server(f"SELECT pg_drop_replication_slot('{name}')")


@POSTGRES
async def test_old_transaction_numbers_and_a_large_log_are_seen(engine: str, db: Database) -> None:
    assert (await check(db, "transaction numbers")).state == "ok"
    assert (await check(db, "transaction numbers", transactions=1)).state == "warning"
    assert (await check(db, "write-ahead log")).state == "ok"


@POSTGRES
async def test_a_role_with_few_rights_is_told_what_it_may_not(engine: str, fresh: Database, fresh_url: str) -> None:
    role = f"test_{uuid.uuid4().hex[:12]}"
    await fresh.script(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    try:
        url = fresh_url.replace("postgres:@", f"{role}:x@").replace("postgres@", f"{role}:x@")
        async with fresh.transaction() as tx:
            assert await tx.fetch_value("SELECT 1") == 1
            async with plainbase.open(url) as few:
                health = await few.health(deep=True)
        found = {each.name: each for each in health.checks}
        assert health.ok
        assert health.state != "failed"
        assert found["schema"].state == "warning"
        assert "permission denied" in found["schema"].found
        assert found["write-ahead log"].state == "warning"
        assert found["write-ahead log"].advice.startswith("GRANT pg_monitor")
        assert found["stored views"].state == "warning"
        assert "may not look at" in found["oldest transaction"].found
        assert found["indexes"].state == "ok"
    finally:
        await fresh.script(f"DROP OWNED BY {role}; DROP ROLE {role}")


@POSTGRES
async def test_a_check_that_hangs_is_stopped(engine: str, db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("LOCK TABLE view_refreshes IN ACCESS EXCLUSIVE MODE")
        found = await check(db, "stored views", seconds=0.3)
        assert (found.state, found.found) == ("warning", "it took longer than 300 ms, and was stopped")
    assert "took longer" not in (await check(db, "stored views")).found


@POSTGRES
async def test_an_answer_that_does_not_come_is_none(engine: str, db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE")
        health = await db.health(limits=HealthLimits(seconds=0.3))
        assert (health.ok, health.error) == (False, "no answer within 300 ms")
        assert (await db.health(checks=False, limits=HealthLimits(seconds=0.3))).state == "failed"
    assert (await db.health(checks=False)).ok


async def test_a_slow_answer_is_a_warning(db: Database) -> None:
    found = await check(db, "answers", answer=1e-7)
    assert found.state == "failed"
    assert (await check(db, "answers", answer=60)).state == "ok"


@SQLITE
async def test_a_reader_that_keeps_the_log_from_the_file_is_seen(engine: str, db: Database) -> None:
    async with db.transaction(read_only=True) as reader:
        assert await reader.fetch_value("SELECT count(*) FROM users") == 0
        await db.script("CREATE TABLE zz (a BLOB); INSERT INTO zz VALUES (randomblob(70000000));")
        found = await check(db, "write-ahead log", wal_bytes=66 << 20)
        assert (found.state, found.found[:3]) == ("warning", "70.")
        assert "end what reads for so long" in found.advice
        assert (await check(db, "write-ahead log")).state == "ok"
        assert (await check(db, "write-ahead log", wal_bytes=1)).state == "failed"
    for _ in range(3):  # as the advice says
        await db.execute("INSERT INTO zz VALUES (1)")
    assert (await check(db, "write-ahead log", wal_bytes=66 << 20)).state == "ok"


@SQLITE
async def test_looking_makes_no_checkpoint_and_does_not_wait_for_writers(engine: str, db: Database) -> None:
    file = Path(db.options.path or "")
    await db.execute("INSERT INTO system_metrics (name, value) VALUES ('a', 1)")
    before = file.read_bytes()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with db.transaction() as tx:
        waiting = asyncio.create_task(tx.execute("INSERT INTO system_metrics (name, value) VALUES ('b', 1)"))
        await until(lambda: db.pool_status().busy > 0)
        health = await db.health()
        assert not waiting.done()
        other.execute("ROLLBACK")
        await waiting
    other.close()
    assert not [each for each in health.checks if "could not" in each.found or "took longer" in each.found]
    assert file.read_bytes()[:100] == before[:100]


@SQLITE
async def test_a_file_behind_a_link_is_looked_at_where_it_lies(engine: str, db: Database, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "db").symlink_to(db.options.path or "")
    await db.execute("INSERT INTO system_metrics (name, value) VALUES ('a', 1)")
    async with plainbase.open(f"sqlite:///{tmp_path / 'links' / 'db'}") as linked:
        assert (await check(linked, "disk")).found.endswith(f"for {tmp_path.resolve()}")
        assert (await check(linked, "write-ahead log", wal_bytes=0)).state != "ok"


@SQLITE
async def test_free_pages_are_told_of(engine: str, db: Database) -> None:
    await db.script("CREATE TABLE zz (a BLOB); INSERT INTO zz VALUES (zeroblob(4000000)); DROP TABLE zz;")
    assert (await check(db, "free pages")).state == "ok"  # more than half of the file, and not worth the work
    await db.script("CREATE TABLE zz (a BLOB); INSERT INTO zz VALUES (zeroblob(25000000)); DROP TABLE zz;")
    found = await check(db, "free pages")
    assert (found.state, found.advice) == ("warning", "`plainbase vacuum` gives them back; new rows use them too")


@SQLITE
async def test_orphans_and_a_full_text_index_that_lags_are_found_deeply(
    engine: str, db: Database, tmp_path: Path
) -> None:
    other = sqlite3.connect(db.options.path or "", isolation_level=None)
    other.execute("PRAGMA foreign_keys = OFF")
    other.execute("CREATE TABLE zz_parents (id INTEGER PRIMARY KEY)")
    other.execute("CREATE TABLE zz_children (parent_id INTEGER REFERENCES zz_parents (id))")
    other.execute("INSERT INTO zz_children VALUES (7), (8), (NULL)")
    other.execute("CREATE TABLE zz_texts (id INTEGER PRIMARY KEY, body TEXT)")
    other.execute("CREATE VIRTUAL TABLE zz_search USING fts5 (body, content = 'zz_texts', content_rowid = 'id')")
    other.execute("INSERT INTO zz_texts VALUES (1, 'a word')")
    other.close()
    found = await check(db, "foreign keys", deep=True)
    assert (found.state, found.found) == ("failed", "rows whose parent is gone: 2 rows of zz_children (of zz_parents)")
    found = await check(db, "full-text indexes", deep=True)
    assert (found.state, found.found) == ("failed", "do not hold what their tables do: zz_search")
    assert (await check(db, "file", deep=True)).state == "ok"


@SQLITE
async def test_a_full_text_index_that_cannot_be_asked_is_not_told_to_be_wrong(engine: str, url: str) -> None:
    async with plainbase.open(url, pool_timeout=0.2) as db:
        other = sqlite3.connect(db.options.path or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        found = await check(db, "full-text indexes", deep=True)
        assert (found.state, found.found.startswith("could not be made: ")) == ("warning", True)
        other.close()
        assert (await check(db, "full-text indexes", deep=True)).state == "ok"


@SQLITE
async def test_a_damaged_file_is_found_deeply(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE t (a TEXT)")
    made.execute("CREATE INDEX t_a_idx ON t (a)")
    made.executemany("INSERT INTO t VALUES (?)", [(f"value {number}",) for number in range(2000)])
    made.commit()
    made.close()
    content = path.read_bytes()
    at = content.rindex(b"value 1999")
    path.write_bytes(content[:at] + b"valve 1999" + content[at + 10 :])
    async with Database.open(f"sqlite:///{path}", queries=None, schema=None) as db:
        found = await check(db, "file", deep=True)
        assert found.state == "failed", found
        assert found.found.startswith("damaged: ")


@SQLITE
async def test_a_database_in_memory_is_looked_at_too(engine: str) -> None:
    async with plainbase.open("sqlite://") as db:
        await db.migrate()
        await db.refresh_all()
        health = await db.health(deep=True)
        assert {each.name for each in health.checks if each.state != "ok"} <= {"answers"}


@SQLITE
async def test_health_inside_a_write_transaction_does_not_wait_for_itself(engine: str, db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute("INSERT INTO system_metrics (name, value) VALUES ('a', 1)")
        health = await db.health()
        assert not [each for each in health.checks if "could not" in each.found]
        found = await check(db, "full-text indexes", deep=True)
        assert found.state == "warning"
        assert found.found.startswith("could not be made: this task is inside a write transaction")


@SQLITE
async def test_a_version_that_can_harm_the_log_is_a_warning(
    engine: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 45, 1))
    found = await check(db, "version")
    assert found.state == "warning"
    assert "3.51.3" in found.found
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert (await check(db, "version")).state == "ok"


def test_the_checks_have_names_of_their_own() -> None:
    names = [each.name for each in sqlite_checks.CHECKS]
    assert len(names) == len(set(names))
