"""Backups: what they hold while others write, which are kept, who may make them, and what pg_dump is told."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit, urlunsplit

import pytest

import plainbase
from backup_databases import digests, pairs, place, write_pair
from conftest import SERVER, SOAK
from plainbase import Database, ParameterError
from plainbase.platform import backup as backups
from plainbase.platform.backup import BackupError, Compression, Manifest, manifest, postgres, postgres_tools
from plainbase.platform.backup.folder import waiting_manifest
from plainbase.values import now

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
only_postgres = pytest.mark.parametrize("engine", ["postgres"])


@pytest.fixture
async def filled(engine: str, sampled: dict[str, str], tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database with the sample in it."""
    async with place(engine, tmp_path, sampled[engine]) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backups"


async def test_it_holds_what_the_database_holds(filled: str, engine: str, folder: Path, tmp_path: Path) -> None:
    before = await digests(filled)
    async with plainbase.open(filled, pool_size=2) as db:
        made = await backups.backup(db, folder, verify=True)
        for compression in get_args(Compression)[1:] if engine == "sqlite" else ():  # the same on both
            other = await backups.backup(db, folder, compression=compression)
            assert other.path.stat().st_size > made.path.stat().st_size
    assert made.verified is not None
    assert made.verified.problems == ()
    assert made.manifest is not None
    assert made.manifest.rows["evaluations"] > 100
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    for each in backups.backups(folder):
        assert each.is_complete
    async with place(engine, tmp_path) as url:
        restored = await backups.restore(made.path, url)
        assert (restored.replaced, restored.migrated, restored.drifted) == (False, (), ())
        assert await digests(url) == before


async def test_one_made_while_others_write_is_of_one_moment(
    url: str, db: Database, engine: str, folder: Path, tmp_path: Path
) -> None:
    written = 0
    writing = asyncio.Event()

    async def write() -> None:
        nonlocal written
        while True:
            await writing.wait()
            await write_pair(db, f"pair-{written}-{id(asyncio.current_task())}")
            written += 1

    writers = [asyncio.create_task(write()) for _ in range(3)]
    try:
        async with plainbase.open(url, pool_size=3) as own:
            for _ in range(100 if SOAK else 5):
                before = written
                writing.set()
                made = await backups.backup(own, folder, keep=1, compression="none")
                writing.clear()  # so that restoring is not slowed down
                after = written
                async with place(engine, tmp_path) as other:
                    await backups.restore(made.path, other)
                    configs, metrics = await pairs(other)
                assert configs == metrics
                assert before <= configs <= after + len(writers)
                assert after > before
    finally:
        for each in writers:
            each.cancel()
        await asyncio.gather(*writers, return_exceptions=True)


async def test_an_open_transaction_neither_waits_nor_is_in_it(
    db: Database, url: str, engine: str, folder: Path
) -> None:
    async with plainbase.open(url, pool_size=3, pool_timeout=0.2) as own:
        async with db.transaction() as tx:
            await tx.neural_configs.create(name="not yet", config={})
            made = await backups.backup(own, folder)
        assert made.manifest is not None
        assert made.manifest.rows["neural_configs"] == 0
        assert (made.unrecorded is not None) == (engine == "sqlite")  # which has one writer


@only_sqlite
async def test_nobody_else_may_read_what_is_being_written(db: Database, engine: str, folder: Path) -> None:
    seen: dict[str, int] = {}

    def look(what: str, done: int, total: int | None) -> None:
        seen.update({each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*") if each.is_file()})

    before = os.umask(0)
    try:
        made = await backups.backup(db, folder, progress=look)
        (folder / "target").mkdir()
        await backups.restore(made.path, f"sqlite:///{folder}/target/new.db", progress=look)
    finally:
        os.umask(before)
    assert {name.rpartition(".")[2] for name in seen} >= {"part", "copy", "json"}
    assert any(name.startswith(".plainbase-restoring-") for name in seen)
    assert set(seen.values()) == {0o600}, seen


SPOILED = {
    "DELETE FROM inference_sessions": "is damaged, .*inference_requests has rows whose parent in .* is gone",
    "INSERT INTO evaluations_search (evaluations_search) VALUES ('delete-all')": "full-text index evaluations_search",
    "DROP INDEX users_created_at_idx": "verifying it found: schema: .*users_created_at_idx",
}


@only_sqlite
@pytest.mark.parametrize("sql", SPOILED)
async def test_what_is_wrong_with_the_database_is_found(filled: str, engine: str, folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(filled.removeprefix("sqlite:///"))) as other:
        other.execute(sql)
        other.commit()
    async with plainbase.open(filled, pool_size=2) as db:
        with pytest.raises(BackupError, match=SPOILED[sql]):
            await backups.backup(db, folder, verify=True)


async def test_the_database_notes_it(db: Database, folder: Path) -> None:
    made = await backups.backup(db, folder)
    assert made.manifest is not None
    (metric,) = await db.system_metrics.latest(names=["backup_completed"])
    assert (metric.value, metric.labels["file"]) == (made.manifest.bytes, made.path.name)
    row = await db.fetch_one("SELECT action, entity_id FROM audit_logs WHERE action = 'backup'")
    assert tuple(row) == ("backup", made.path.name)


@only_sqlite
async def test_a_copy_is_plain_and_has_no_objects_of_the_connection(db: Database, engine: str, folder: Path) -> None:
    await write_pair(db, "one")
    made = await backups.backup(db, folder, compression="none")
    assert made.path.read_bytes()[18:20] == b"\x01\x01"  # no write-ahead log
    assert sorted(each.name for each in folder.iterdir()) == [
        ".plainbase-backup.lock",
        made.path.name,
        f"{made.path.name}.json",
    ]
    assert b"plainbase_sealed" not in made.path.read_bytes()
    with closing(sqlite3.connect(made.path)) as copy, closing(sqlite3.connect(str(db.options.path))) as source:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert copy.execute("PRAGMA page_size").fetchone() == source.execute("PRAGMA page_size").fetchone()
        objects = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name"
        assert copy.execute(objects).fetchall() == source.execute(objects).fetchall()


@only_sqlite
async def test_which_are_kept(db: Database, engine: str, folder: Path) -> None:
    made = [await backups.backup(db, folder, compression="none") for _ in range(4)]
    for days, each in zip((0, 2, 5, 9), made, strict=True):
        rewrite(each, created_at=now() - timedelta(days=days))
    foreign = await backups.backup(db, folder)
    rewrite(foreign, database="another", created_at=now() - timedelta(days=90))
    (folder / "notes.txt").write_text("keep me")
    interrupted = folder / "plainbase-20200101T000000Z-00000000.sqlite.zst"
    interrupted.write_bytes(b"half")
    assert [each.state for each in backups.backups(folder)].count("interrupted") == 1

    assert await backups.prune(db, folder, keep=2, keep_days=6) == (made[3].path,)
    assert await backups.prune(db, folder, keep=2) == (made[2].path,)
    assert await backups.prune(db, folder, keep_days=1) == (made[1].path,)
    rewrite(made[0], created_at=now() - timedelta(days=400))
    assert await backups.prune(db, folder, keep_days=1) == ()
    assert {each.path for each in backups.backups(folder)} == {made[0].path, foreign.path, interrupted}
    assert (folder / "notes.txt").exists()


@only_sqlite
async def test_a_clock_that_went_backwards_does_not_cost_what_was_just_made(
    db: Database, engine: str, folder: Path
) -> None:
    ahead = await backups.backup(db, folder)
    rewrite(ahead, created_at=now() + timedelta(days=400))
    made = await backups.backup(db, folder, keep=1)
    assert made.removed == (ahead.path,)
    assert [each.path for each in backups.backups(folder)] == [made.path]


@only_sqlite
async def test_what_was_killed_between_its_two_names_is_ended(db: Database, engine: str, folder: Path) -> None:
    whole = await backups.backup(db, folder)
    manifest.manifest_of(whole.path).rename(waiting_manifest(whole.path))
    gone = waiting_manifest(whole.path.with_name("plainbase-20260101T000000Z-00000000.sqlite.zst"))
    gone.write_text("{}")
    assert [each.state for each in backups.backups(folder)] == ["interrupted"]
    assert await backups.prune(db, folder) == ()
    assert [each.path for each in backups.backups(folder) if each.is_complete] == [whole.path]
    assert not gone.exists()


@only_sqlite
async def test_a_damaged_one_does_not_count(db: Database, engine: str, folder: Path) -> None:
    good = await backups.backup(db, folder, compression="none")
    cut = await backups.backup(db, folder, compression="none")
    cut.path.write_bytes(cut.path.read_bytes()[:-1])
    assert await backups.prune(db, folder, keep=1) == ()
    assert [each.state for each in backups.backups(folder)] == ["damaged", "complete"]
    assert good.path.exists()


@only_sqlite
@pytest.mark.parametrize("given", [{"keep": 0}, {"keep_days": 0}, {"keep": True}, {"keep": -1}, {"keep_days": 1.5}])
async def test_numbers_that_keep_nothing_are_refused(
    db: Database, engine: str, folder: Path, given: dict[str, int]
) -> None:
    with pytest.raises(ParameterError, match="is a whole number from 1"):
        await backups.backup(db, folder, **given)  # type: ignore[arg-type]  # some are wrong on purpose
    assert not folder.exists()


async def test_one_at_a_time(db: Database, folder: Path) -> None:
    def second(what: str, done: int, total: int | None) -> None:
        with pytest.raises(BackupError, match="another backup is being made"), backups.folder.locked(folder):
            raise AssertionError

    await backups.backup(db, folder, progress=second)
    await backups.backup(db, folder)


async def test_leftovers_of_killed_runs_are_swept(db: Database, folder: Path) -> None:
    folder.mkdir()
    for name in (".plainbase-backup-0123.part", ".plainbase-backup-0123.copy", ".plainbase-backup-0123.copy-wal"):
        (folder / name).touch()
    made = await backups.backup(db, folder)
    assert {each.name for each in folder.iterdir()} == {
        ".plainbase-backup.lock",
        made.path.name,
        f"{made.path.name}.json",
    }


async def test_a_folder_that_is_none(db: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BackupError, match="is no folder"):
        await backups.backup(db, tmp_path / "file")


FAKE = """#!{python}
import json, os, sys
if sys.argv[1:] == ["--version"]:
    print("{program} (PostgreSQL) {version}")
    sys.exit()
passfile = os.environ.get("PGPASSFILE", "")
with open({told!r}, "w") as file:
    json.dump({{
        "argv": open("/proc/self/cmdline").read(),
        "env": dict(os.environ),
        "passfile": open(passfile).read() if passfile else None,
        "mode": os.stat(passfile).st_mode & 0o777 if passfile else None,
        "folder": os.stat(os.path.dirname(passfile)).st_mode & 0o777 if passfile else None,
    }}, file)
{then}
"""


def fake(folder: Path, version: str, then: str, program: str = "pg_dump") -> Path:
    """A program that notes what it was told; return where."""
    import sys

    folder.mkdir(exist_ok=True)
    told = folder / "told.json"
    text = FAKE.format(python=sys.executable, program=program, version=version, told=str(told), then=then)
    path = folder / program
    path.write_text(text)
    path.chmod(0o755)
    return told


@pytest.fixture
async def version(engine: str) -> str:
    """The server's major version."""
    async with Database.open(os.environ[SERVER], queries=None, schema=None) as server:
        return (await server._driver.version()).split()[1].partition(".")[0]


@only_postgres
async def test_nothing_secret_stands_among_the_arguments(
    url: str, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = postgres_tools.find("pg_dump", int(version)).path
    told = fake(tmp_path / "bin", f"{version}.999", f"os.execv({str(real)!r}, [{str(real)!r}, *sys.argv[1:]])")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    for name in ("PGSERVICE", "PGHOSTADDR", "PGPASSWORD"):  # which pg_dump would go by, and asyncpg does not
        monkeypatch.setenv(name, "geheim")
    parts = urlsplit(url)
    settings = "application_name=nightly&sslmode=prefer&options=-c%20work_mem=5MB"
    query = "&".join(filter(None, (parts.query, settings)))
    user = parts.username or "postgres"
    host = parts.netloc.rpartition("@")[2]
    secret = urlunsplit(parts._replace(netloc=f"{user}:pa%3Ass%5Cword%20geheim@{host}", query=query))
    async with plainbase.open(secret, pool_size=3) as db:
        await backups.backup(db, tmp_path / "backups")
    found = json.loads(told.read_text())
    assert "geheim" not in found["argv"]
    assert "geheim" not in str(found["env"])
    assert found["passfile"] == "*:*:*:*:pa\\:ss\\\\word geheim\n"
    assert (found["mode"], found["folder"]) == (0o600, 0o700)
    assert found["env"]["PGAPPNAME"] == "nightly"
    assert found["env"]["PGSSLMODE"] == "prefer"
    assert found["env"]["PGOPTIONS"] == "-c work_mem=5MB"
    assert "--snapshot=" in found["argv"]
    assert not Path(found["env"]["PGPASSFILE"]).exists()


@only_postgres
async def test_no_timeout_ends_the_transaction_that_waits_for_it(db: Database, engine: str) -> None:
    names = await db.fetch_all(
        "SELECT name FROM pg_settings WHERE name ~ '^(transaction|statement|idle_in.*)_timeout$'"
    )
    async with db.transaction() as tx:
        for row in names:
            await tx.execute(f"SET LOCAL {row.name} = '10min'")
        await postgres.asked(tx, "stay")
        assert {await tx.fetch_value(f"SHOW {row.name}") for row in names} == {"0"}


@only_postgres
async def test_an_older_pg_dump_is_refused(
    db: Database, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(tmp_path / "bin", f"{int(version) - 1}.7", "")
    monkeypatch.setattr(postgres_tools, "places", lambda: iter([tmp_path / "bin"]))
    with pytest.raises(BackupError) as caught:
        await backups.backup(db, tmp_path / "backups")
    message = caught.value.message
    assert f"PostgreSQL {version}" in message
    assert f"{int(version) - 1}.7, which is older" in message
    assert "looked on PATH" in message
    assert backups.backups(tmp_path / "backups") == ()
    monkeypatch.setattr(postgres_tools, "places", lambda: iter([]))
    with pytest.raises(BackupError, match="pg_dump is missing"):
        await backups.backup(db, tmp_path / "backups")


@only_postgres
async def test_a_cancelled_one_leaves_no_pg_dump_and_no_file(
    db: Database, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = "print('x' * 100, flush=True)\nimport time\ntime.sleep(600)"
    told = fake(tmp_path / "bin", f"{version}.999", then)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    begun = asyncio.Event()
    task = asyncio.create_task(backups.backup(db, tmp_path / "backups", progress=lambda *told: begun.set()))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each.name for each in (tmp_path / "backups").iterdir()] == [".plainbase-backup.lock"]
    script = str(told.with_name("pg_dump"))
    assert not [each for each in Path("/proc").glob("[0-9]*/cmdline") if script in read(each)]
    assert db.pool_status().busy == 0


@only_postgres
async def test_what_it_says_is_told_without_values(
    db: Database, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = 'pg_dump: error: COPY failed for table \\"jobs\\": ERROR: invalid: \\"geheim\\"\\nDETAIL: geheim'
    fake(tmp_path / "bin", f"{version}.999", f'print("{says}", file=sys.stderr)\nsys.exit(1)')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(BackupError, match=r'pg_dump failed: pg_dump: error: COPY failed for table "jobs"$'):
        await backups.backup(db, tmp_path / "backups")
    assert [each.name for each in (tmp_path / "backups").iterdir()] == [".plainbase-backup.lock"]


@pytest.mark.parametrize(
    ("said", "failed"),
    [
        ((postgres.UNKNOWN_SETTING,), False),
        ((postgres.UNKNOWN_SETTING, 'relation "a" does not exist'), True),
        ((), True),
    ],
)
async def test_what_a_server_does_not_know_of_a_newer_pg_restore_is_let_pass(
    tmp_path: Path, said: tuple[str, ...], failed: bool
) -> None:
    lines = "".join(f"pg_restore: error: could not execute query: ERROR:  {each}\n" for each in said)
    fake(tmp_path, "18.1", f"print({lines!r}, file=sys.stderr)\nsys.exit(1)", "pg_restore")
    tool = postgres_tools.Tool(tmp_path / "pg_restore", 18, "18.1")
    with pytest.raises(BackupError) if failed else nullcontext():
        async with postgres_tools.running(tool, [], os.environ, reads=True, tolerated=postgres.UNKNOWN_SETTING):
            pass


def rewrite(made: backups.Backup, **changes: object) -> Manifest:
    """Write a manifest anew with other values."""
    assert made.manifest is not None
    changed = replace(made.manifest, **changes)  # type: ignore[arg-type]  # as the test says
    manifest.manifest_of(made.path).write_text(changed.text())
    return changed


def read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""
