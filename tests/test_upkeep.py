"""vacuum, analyze and reindex: what they do, what they leave alone, and how they end where they cannot."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plainbase
from plainbase import ConfigurationError, Database, ParameterError, PlainbaseError, TransactionConflict
from plainbase.cli import commands
from plainbase.platform import upkeep

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


def run(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(commands.plainbase, words, prog_name="plainbase")


async def test_each_does_all_tables_and_tells_how_far_it_is(fresh: Database) -> None:
    told: list[tuple[str, int, int | None]] = []

    def progress(what: str, done: int, total: int | None) -> None:
        told.append((what, done, total))

    for name, do in (("vacuum", upkeep.vacuum), ("analyze", upkeep.analyze), ("reindex", upkeep.reindex)):
        told.clear()
        done = await do(fresh, progress=progress)
        assert done
        assert [each for each in done if each.error] == []
        assert told[0][:2] == (name, 0)
        assert told[-1] == (name, len(done), len(done))
    assert await upkeep.vacuum(fresh, full=True)


async def test_tables_that_are_named_alone_are_done(fresh: Database, engine: str) -> None:
    assert [each.name for each in await upkeep.analyze(fresh, ["jobs", "users"])] == ["jobs", "users"]
    assert {each.table for each in await upkeep.reindex(fresh, ["jobs"])} == {"jobs"}
    for do in (upkeep.analyze, upkeep.reindex):
        with pytest.raises(ParameterError, match="there is no table 'nope' to keep up"):
            await do(fresh, ["users", "nope"])
    if engine == "sqlite":
        with pytest.raises(ParameterError, match="SQLite vacuums the whole file"):
            await upkeep.vacuum(fresh, ["users"])
    else:
        assert [each.name for each in await upkeep.vacuum(fresh, ["users"])] == ["users"]


async def test_inside_a_transaction_they_are_refused(db: Database) -> None:
    async with db.transaction() as tx:
        for do in (upkeep.vacuum, upkeep.analyze, upkeep.reindex):
            with pytest.raises(ParameterError, match="outside a transaction"):
                await do(tx)


async def test_room_is_given_back(fresh: Database) -> None:
    blob = "zeroblob(4000000)" if fresh.dialect == "sqlite" else "convert_to(repeat(md5(random()::text), 100), 'UTF8')"
    more = "" if fresh.dialect == "sqlite" else " FROM generate_series(1, 3000)"
    kind = "BLOB" if fresh.dialect == "sqlite" else "bytea"
    await fresh.script(f"CREATE TABLE zz (a {kind}); INSERT INTO zz SELECT {blob}{more};")
    await fresh.execute("DELETE FROM zz")
    before = await upkeep.size(fresh)
    await upkeep.vacuum(fresh, full=True)
    assert await upkeep.size(fresh) < before - 200_000


@SQLITE
async def test_vacuum_writes_no_log_that_stays_and_keeps_the_audit_sealed(
    engine: str, fresh: Database, tmp_path: Path
) -> None:
    await upkeep.vacuum(fresh)
    assert Path(f"{fresh.options.path}-wal").stat().st_size < 100_000
    await fresh.users.create(email="a@example.org", username="a", password_hash="x" * 20)
    from plainbase.platform import audit

    assert (await audit.verify(fresh)).whole


@SQLITE
def test_vacuum_looks_for_room_first(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=f"vacuum needs .* in {tmp_path}, and .* are free there"):
        upkeep.require_room(tmp_path / "x.db", 1 << 60)
    upkeep.require_room(tmp_path / "x.db", 1)
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    monkeypatch.setenv("SQLITE_TMPDIR", str(elsewhere))
    free = os.statvfs(elsewhere).f_bavail * os.statvfs(elsewhere).f_frsize
    with pytest.raises(ConfigurationError, match=f"in {elsewhere}"):
        upkeep.require_room(tmp_path / "x.db", free + (1 << 20))


@SQLITE
async def test_vacuum_waits_for_another_process_that_writes(engine: str, fresh_url: str) -> None:
    async with plainbase.open(fresh_url, pool_timeout=0.3) as db:
        other = sqlite3.connect(db.options.path or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TransactionConflict):
            await upkeep.vacuum(db)
        other.execute("COMMIT")
        other.close()
        assert (await upkeep.vacuum(db))[0].error is None


@POSTGRES
async def test_reindex_makes_an_invalid_index_valid(engine: str, fresh: Database) -> None:
    await _twice(fresh)
    (work,) = await upkeep.reindex(fresh, ["zz_twice"])
    assert work.name == "zz_twice_key"
    assert "could not create unique index" in (work.error or "") or "duplicate" in (work.error or "")
    assert (await fresh.health()).state == "failed"
    assert await _leftovers(fresh) == ["zz_twice_key"]  # and no second one beside it
    await fresh.execute("DELETE FROM zz_twice WHERE b = 2")
    (work,) = await upkeep.reindex(fresh, ["zz_twice"])
    assert work.error is None
    assert await _leftovers(fresh) == []


@POSTGRES
async def test_what_an_interrupted_reindex_left_is_dropped(engine: str, fresh: Database, fresh_url: str) -> None:
    await fresh.script(
        "CREATE TABLE zz_large (a bigint PRIMARY KEY); INSERT INTO zz_large SELECT generate_series(1, 1000);"
    )
    async with fresh.transaction() as tx:
        await tx.execute("INSERT INTO zz_large VALUES (0)")  # a build waits for this to end
        process = subprocess.Popen(
            [sys.executable, "-m", "plainbase", "reindex", "zz_large", "--url", fresh_url], stderr=subprocess.PIPE
        )
        async with asyncio.timeout(30):
            while not await _leftovers(fresh):
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert await asyncio.to_thread(process.wait, 30) == 130
        assert process.stderr is not None
        assert process.stderr.read().decode().strip() == "stopped"
        process.stderr.close()
    left = await _leftovers(fresh)
    assert left == ["zz_large_pkey_ccnew"]
    done = await upkeep.reindex(fresh, ["zz_large"])
    assert {(each.name, each.error, each.note) for each in done} == {
        ("zz_large_pkey", None, None),
        ("zz_large_pkey_ccnew", None, upkeep.LEFT_BEHIND),
    }
    assert await _leftovers(fresh) == []


async def _leftovers(db: Database) -> list[str]:
    rows = await db.fetch_all(
        "SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY name"
    )
    return [row.name for row in rows]


async def _twice(db: Database) -> None:
    await db.script("CREATE TABLE zz_twice (a bigint, b bigint); INSERT INTO zz_twice VALUES (1, 1), (1, 2);")
    with pytest.raises(PlainbaseError):
        await db.script("CREATE UNIQUE INDEX CONCURRENTLY zz_twice_key ON zz_twice (a)")


@POSTGRES
async def test_a_role_that_may_not_is_told_so(engine: str, fresh: Database, fresh_url: str) -> None:
    role = f"test_{uuid.uuid4().hex[:12]}"
    await fresh.script(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    try:
        url = fresh_url.replace("postgres:@", f"{role}:x@").replace("postgres@", f"{role}:x@")
        async with plainbase.open(url) as few:
            for do in (upkeep.vacuum, upkeep.analyze, upkeep.reindex):
                assert {each.error for each in await do(few)} == {upkeep.NOT_ALLOWED}
    finally:
        await fresh.script(f"DROP ROLE {role}")


def test_the_commands_tell_what_they_did(fresh_url: str, engine: str) -> None:
    for name, word in (("vacuum", "vacuumed"), ("analyze", "analyzed"), ("reindex", "reindexed")):
        result = run(name, "--url", fresh_url)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith(word)
        told = json.loads(run(name, "--url", fresh_url, "--json").stdout)
        assert told["bytes_after"] > 0
        assert {each["error"] for each in told["done"]} == {None}
    assert run("vacuum", "--full", "--url", fresh_url).exit_code == 0
    result = run("reindex", "nope", "--url", fresh_url)
    assert (result.exit_code, "there is no table 'nope'" in result.stderr) == (1, True)


@POSTGRES
async def test_an_index_that_cannot_be_built_ends_with_1(engine: str, fresh: Database, fresh_url: str) -> None:
    await _twice(fresh)
    result = await asyncio.to_thread(run, "reindex", "zz_twice", "--url", fresh_url)
    assert result.exit_code == 1
    assert "zz_twice_key" in result.stdout
    assert "reindexed 0 indexes" in result.stdout


@SQLITE
def test_no_database_is_made(engine: str, tmp_path: Path) -> None:
    result = run("vacuum", "--url", f"sqlite:///{tmp_path / 'none.db'}")
    assert (result.exit_code, "there is no database" in result.stderr) == (1, True)
    assert not (tmp_path / "none.db").exists()
