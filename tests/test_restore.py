"""Restores: what is refused before anything is touched, what is replaced, and what a killed one left."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import plainbase
from backup_databases import database, leftovers, place, write_pair
from conftest import ENGINES, SERVER, named, on_server
from plainbase import Database, DataInvalid
from plainbase.drivers import sqlite_files
from plainbase.platform import audit, identity, personal
from plainbase.platform import backup as backups
from plainbase.platform.backup import BackupError, restore_sqlite

only_sqlite = pytest.mark.parametrize("engine", ["sqlite"])
only_postgres = pytest.mark.parametrize("engine", ["postgres"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backups"


@pytest.fixture
async def target(engine: str, tmp_path: Path, templates: dict[str, str]) -> AsyncIterator[str]:
    """The URL of a database with one row in a table, to restore over."""
    (tmp_path / "target").mkdir()
    async with place(engine, tmp_path / "target", templates[engine]) as url:
        async with plainbase.open(url, pool_size=2) as db:
            await write_pair(db, "old")
        yield url


@pytest.fixture(scope="module")
def shared(templates: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """On each engine a backup of a database with two rows in a table."""
    place_of_all = tmp_path_factory.mktemp("shared")

    async def one(engine: str) -> Path:
        async with place(engine, place_of_all, templates[engine]) as url, plainbase.open(url, pool_size=3) as db:
            await write_pair(db, "new 1")
            await write_pair(db, "new 2")
            return (await backups.backup(db, place_of_all / engine, compression="gzip")).path

    return {engine: asyncio.run(one(engine)) for engine in ENGINES}


@pytest.fixture
def made(shared: dict[str, Path], engine: str, folder: Path) -> Path:
    """A backup of a database with two rows in a table, to spoil."""
    shutil.copytree(shared[engine].parent, folder)
    return folder / shared[engine].name


async def names(url: str) -> list[str]:
    """Which rows a database has."""
    async with plainbase.open(url, pool_size=2) as db:
        return [row.name for row in await db.neural_configs.list()]


async def test_one_that_is_not_empty_is_replaced_only_by_force(target: str, made: Path) -> None:
    with pytest.raises(BackupError, match="is not empty; --force"):
        await backups.restore(made.parent, target)
    assert await names(target) == ["old"]
    done = await backups.restore(made.parent, target, force=True)
    assert (done.replaced, done.file, done.drifted) == (True, made, ())
    assert sorted(await names(target)) == ["new 1", "new 2"]
    assert await leftovers(target) == []
    async with plainbase.open(target, pool_size=2) as db:
        assert (await audit.verify(db, done.manifest.audit_head)).whole
        assert await db.fetch_value("SELECT count(*) FROM audit_logs WHERE action = 'restore'") == 1
        await write_pair(db, "after")  # sequences and full-text indexes work on


async def test_one_that_is_in_use_is_left_alone(target: str, made: Path) -> None:
    async with plainbase.open(target, pool_size=2, application_name="lab service") as db:
        with pytest.raises(BackupError, match="is in use by") as caught:
            await backups.restore(made, target, force=True)
        assert "nothing was changed" in caught.value.message
        assert ("lab service" if target.startswith("postgres") else str(os.getpid())) in caught.value.message
        await write_pair(db, "still")
    assert sorted(await names(target)) == ["old", "still"]
    assert await leftovers(target) == []


@only_sqlite
async def test_one_in_use_that_proc_does_not_show(
    target: str, engine: str, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_files, "holders", lambda path: ())
    told: set[str] = set()
    async with plainbase.open(target, pool_size=2):
        with pytest.raises(BackupError, match=r"is in use: .*fuser"):
            await backups.restore(made, target, force=True, progress=lambda what, *_: told.add(what))
    assert told == {"checking the file"}, "it was seen before the work"
    assert await leftovers(target) == []


def manifest(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def changed(**values: Any) -> Callable[[Path], Path]:
    """A manifest with other values."""

    def change(path: Path) -> Path:
        found = json.loads(manifest(path).read_text())
        manifest(path).write_text(json.dumps({**found, **values}))
        return path

    return change


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-10])
    return path


def flipped(path: Path) -> Path:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


def foreign(path: Path) -> Path:
    """A file that is no backup, with a manifest that means it."""
    path.write_bytes(b"not a backup")
    return changed(bytes=12, sha256=hashlib.sha256(b"not a backup").hexdigest())(path)


def without_manifest(path: Path) -> Path:
    manifest(path).unlink()
    return path


def linked(path: Path) -> Path:
    """A link out of the folder."""
    outside = path.parent.parent / "outside"
    path.rename(outside)
    path.symlink_to(outside)
    return path


def linked_manifest(path: Path) -> Path:
    manifest(path).rename(path.with_name("real"))
    manifest(path).symlink_to("real")
    return path


def huge(path: Path) -> Path:
    with manifest(path).open("r+b") as file:
        file.truncate(1 << 30)  # sparse
    return path


def renamed(path: Path) -> Path:
    """A manifest beside another file than its own."""
    other = path.with_name("other.gz")
    path.rename(other)
    manifest(path).rename(manifest(other))
    return other


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "truncated": (cut, r"has [\d,]+ bytes, its manifest says"),
    "changed": (flipped, "its SHA-256 is another"),
    "foreign": (foreign, r"cannot be read as gzip"),
    "no manifest": (without_manifest, "has no manifest beside it"),
    "a huge manifest": (huge, "is too large for a manifest"),
    "a linked manifest": (linked_manifest, "is no file of its own"),
    "a zero byte in the name": (changed(file="a\x00b"), "file is missing or not what a manifest has there"),
    "nothing in it": (lambda path: (path.write_bytes(b""), path)[1], r"has 0 bytes, its manifest says"),
    "a link": (linked, "is a link, which may lead out of the folder"),
    "renamed": (renamed, "is the manifest of another file"),
    "a path": (changed(file="../../etc/passwd"), "file is missing or not what a manifest has there"),
    "an absolute path": (changed(file="/etc/passwd"), "file is missing or not what a manifest has there"),
    "no JSON": (lambda path: (manifest(path).write_text("{"), path)[1], "is not JSON"),
    "another's JSON": (lambda path: (manifest(path).write_text("[1]"), path)[1], "is no manifest of a backup"),
    "a newer format": (changed(format_version=2), "has a newer format"),
    "no size": (changed(bytes="many"), "bytes is missing or not what"),
    "unknown compression": (changed(compression="rar"), "compression is missing or not what"),
    "a newer schema": (changed(migrations=["0001_identity", "9999_later"]), "has migration 9999_later"),
    "other rows": (changed(rows={"neural_configs": 3}), "neural_configs has 2 rows, its manifest says 3"),
    "another chain": (changed(audit_head=f"1:{'0' * 64}"), "the audit chain"),
    "more inside": (changed(content_bytes=100), "holds more than its manifest says"),
    "less inside": (changed(content_bytes=10**9), "holds less than its manifest says"),
    "nothing there": (lambda path: path.with_name("nothing"), "there is no backup"),
}


IN_THE_ENGINE = ("foreign", "a newer schema", "other rows", "another chain", "more inside", "less inside")


@pytest.mark.parametrize(
    ("engine", "bad"), [*(("sqlite", bad) for bad in BAD), *(("postgres", bad) for bad in IN_THE_ENGINE)]
)
async def test_what_is_no_good_backup_changes_nothing(target: str, engine: str, made: Path, bad: str) -> None:
    spoil, why = BAD[bad]
    with pytest.raises(BackupError, match=why):
        await backups.restore(spoil(made), target, force=True)
    assert await names(target) == ["old"]
    assert await leftovers(target) == []


async def test_a_folder_without_a_complete_one(target: str, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="has no complete backup"):
        await backups.restore(tmp_path, target, force=True)


async def test_the_other_engine_is_refused(made: Path, engine: str, tmp_path: Path) -> None:
    other = named(os.environ[SERVER], "nowhere") if engine == "sqlite" else f"sqlite:///{tmp_path / 'other.db'}"
    with pytest.raises(BackupError, match="`plainbase copy`"):
        await backups.restore(made, other)
    assert not (tmp_path / "other.db").exists()


async def test_an_older_one_is_migrated_up(empty_url: str, engine: str, folder: Path, tmp_path: Path) -> None:
    async with plainbase.open(empty_url, pool_size=3) as db:
        applied = await db.migrate()
        await plainbase.migrations.down(db, steps=1)
        older = await backups.backup(db, folder, verify=True)
    assert older.manifest is not None
    assert older.manifest.schema_version == applied[-2]
    async with place(engine, tmp_path) as url:
        done = await backups.restore(folder, url)
        assert (done.migrated, done.drifted) == (applied[-1:], ())


async def test_erasures_are_made_again(db: Database, url: str, engine: str, folder: Path, tmp_path: Path) -> None:
    user = await identity.create_user(db, "ann@lab.example", "ann", None)
    made = await backups.backup(db, folder)
    ledger = tmp_path / "erasures.jsonl"
    await personal.erase_user(db, user.id, reason="request", ledger=ledger)
    async with place(engine, tmp_path) as other:
        done = await backups.restore(made.path, other, ledger=ledger)
        assert done.replayed is not None
        assert done.replayed.erased == (user.id,)
        async with plainbase.open(other, pool_size=2) as restored:
            assert (await restored.users.get(id=user.id)).username == f"erased-{user.id}"
        ledger.write_text("{")
        with pytest.raises(DataInvalid):
            await backups.restore(made.path, other, ledger=ledger, force=True)


@only_postgres
@pytest.mark.parametrize("name", ["postgres", "template0", "template1"])
async def test_the_servers_own_databases_are_refused(made: Path, engine: str, name: str) -> None:
    with pytest.raises(BackupError, match="is the server's own"):
        await backups.restore(made, f"postgresql://nobody@127.0.0.1:1/{name}", force=True)  # before it is reached


@only_postgres
async def test_somebody_who_connects_in_the_middle_stops_it(target: str, engine: str, made: Path) -> None:
    here: list[asyncpg.Connection] = []

    def then(what: str, done: int, total: int | None) -> None:
        if what == "checking what was restored" and not done:
            asyncio.get_running_loop().create_task(connect())

    async def connect() -> None:
        here.append(await asyncpg.connect(target, server_settings={"application_name": "the late one"}))

    with pytest.raises(BackupError, match=r"is in use by session .*the late one"):
        await backups.restore(made, target, force=True, progress=then)
    await here[0].close()
    assert await names(target) == ["old"]
    assert await leftovers(target) == []


@only_sqlite
async def test_a_place_that_will_not_do(made: Path, engine: str, tmp_path: Path) -> None:
    for url, why in (("sqlite://", "in memory"), (f"sqlite:///{tmp_path}/no/a.db", "make it first")):
        with pytest.raises(BackupError, match=why):
            await backups.restore(made, url)
    with pytest.raises(BackupError, match="is a folder"):
        await backups.restore(made, f"sqlite:///{made.parent}", force=True)


@only_sqlite
async def test_a_broken_database_is_replaced_with_what_lies_beside_it(
    target: str, engine: str, made: Path, tmp_path: Path
) -> None:
    path = Path(target.removeprefix("sqlite:///"))
    path.write_bytes(b"broken" * 1000)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:  # whose log SQLite would bring into any file
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE strange (id INTEGER)")
        shutil.copy(tmp_path / "other.db-wal", f"{path}-wal")
    path.chmod(0o640)
    await backups.restore(made, target, force=True)
    assert sorted(await names(target)) == ["new 1", "new 2"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert await leftovers(target) == []


@only_sqlite
@pytest.mark.parametrize("step", ["before", "linked", "moved", "swapped", "without a name"])
async def test_what_a_killed_one_left_is_put_in_order(target: str, engine: str, made: Path, step: str) -> None:
    path = Path(target.removeprefix("sqlite:///"))
    left = restore_sqlite.SqliteTarget(path)
    left.beside.write_bytes(b"half of it")
    if step in ("linked", "moved", "swapped"):
        os.link(path, left.replaced)
    if step == "moved":
        left.replaced.with_name(f"{left.replaced.name}-wal").write_bytes(b"")
    if step == "swapped":
        with closing(sqlite3.connect(f"{path}.new")) as new:
            new.execute("CREATE TABLE fresh (id INTEGER)")
        Path(f"{path}.new").replace(path)
    if step == "without a name":
        path.rename(left.replaced)
    with pytest.raises(BackupError, match="is not empty"):
        await backups.restore(made, target)
    if step == "swapped":
        with closing(sqlite3.connect(path)) as new:
            assert new.execute("SELECT name FROM sqlite_schema").fetchall() == [("fresh",)]
    else:
        assert await names(target) == ["old"]
    assert [each for each in await leftovers(target) if not each.endswith("-wal")] == []


@only_postgres
async def test_databases_that_a_killed_one_left_are_dropped(target: str, engine: str, made: Path) -> None:
    left = plainbase.platform.backup.restore_postgres.PostgresTarget(
        target,
        None,  # type: ignore[arg-type]  # its names only
        database(target),
        owners=True,
    )
    await on_server(f'CREATE DATABASE "{left.beside}"')
    await on_server(f'CREATE DATABASE "{left.replaced}"')
    with pytest.raises(BackupError, match="is not empty"):
        await backups.restore(made, target)
    assert await leftovers(target) == []
    assert await names(target) == ["old"]


@only_postgres
async def test_settings_and_privileges_of_the_database_stay(target: str, engine: str, made: Path) -> None:
    name = database(target)
    await on_server(f"ALTER DATABASE {name} SET work_mem = '5MB'")
    await on_server(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    await on_server(f"ALTER DATABASE {name} CONNECTION LIMIT 40")
    await on_server(f"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC")
    await on_server(f"COMMENT ON DATABASE {name} IS 'the lab''s'")
    before = await described(name)
    await backups.restore(made, target, force=True)
    assert await described(name) == before
    assert sorted(await names(target)) == ["new 1", "new 2"]


@only_postgres
async def test_a_role_that_may_not_is_told_what_to_do(target: str, engine: str, made: Path) -> None:
    name = database(target)
    role = f"{name}_role"
    await on_server(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    try:
        with pytest.raises(BackupError, match=rf"{role} may make no database.*CREATEDB"):
            await backups.restore(made, other_user(target, role), force=True)
        await on_server(f"ALTER ROLE {role} CREATEDB")
        with pytest.raises(BackupError, match=rf"{role} may not rename it"):
            await backups.restore(made, other_user(target, role), force=True)
    finally:
        await on_server(f"DROP ROLE {role}")
    assert await names(target) == ["old"]


@only_postgres
async def test_owners_can_be_left_out(db: Database, url: str, engine: str, folder: Path, tmp_path: Path) -> None:
    role = f"owner_{os.getpid()}"
    await on_server(f"CREATE ROLE {role}")
    try:
        await db.execute(f"GRANT SELECT ON models TO {role}")
        made = await backups.backup(db, folder)
    finally:
        await db.execute(f"DROP OWNED BY {role}")
        await on_server(f"DROP ROLE {role}")
    async with place(engine, tmp_path) as other:
        with pytest.raises(BackupError, match=rf'pg_restore failed: .*role "{role}" does not exist'):
            await backups.restore(made.path, other)
        await backups.restore(made.path, other, owners=False)


async def described(name: str) -> list[object]:
    """What a server says of a database."""
    connection = await asyncpg.connect(os.environ[SERVER])
    try:
        return [
            tuple(row)
            for row in await connection.fetch(
                "SELECT d.datcollate, d.datctype, d.datconnlimit, "
                "ARRAY(SELECT a::text FROM unnest(d.datacl) a ORDER BY 1), shobj_description(d.oid, 'pg_database'), "
                "ARRAY(SELECT c FROM unnest(s.setconfig) c ORDER BY 1) FROM pg_database d "
                "LEFT JOIN pg_db_role_setting s ON s.setdatabase = d.oid WHERE d.datname = $1",
                name,
            )
        ]
    finally:
        await connection.close()


def other_user(url: str, role: str) -> str:
    """The URL with another user."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{role}:x@{rest.rpartition('@')[2]}"
