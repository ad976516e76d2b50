"""What is wrong with the place of a database: told at the opening, clearly, and never with the password."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import plainbase
from conftest import SERVER
from own_folders import opened, reveals
from plainbase import CommitUnknown, ConfigurationError, ConnectionLost, QueryFileError
from plainbase.drivers.sqlite_connect import check_engine
from waiting import until

PASSWORD = "hunter2secret"


async def failing(url: str, **options: object) -> plainbase.PlainbaseError:
    with pytest.raises(plainbase.PlainbaseError) as caught:
        await plainbase.open(url, **options)
    assert not reveals(caught.value, PASSWORD)
    assert caught.value.__cause__ is None
    return caught.value


async def test_a_server_that_is_down(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = await failing(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/lab", ssl_mode="disable")
    assert isinstance(error, ConnectionLost)
    assert error.retryable
    assert str(error).startswith(f"cannot connect to postgresql://ada@127.0.0.1:{port}/lab: connection refused")
    assert "(waited 0." in str(error)
    error = await failing(f"postgresql://ada:{PASSWORD}@/lab?host={tmp_path}")
    assert isinstance(error, ConnectionLost)
    assert "no such socket" in str(error)
    assert "(waited 0." in str(error)


async def test_a_host_that_does_not_exist() -> None:
    error = await failing(f"postgresql://ada:{PASSWORD}@nowhere.invalid/lab", connect_timeout=5)
    assert isinstance(error, ConnectionLost)
    assert "nowhere.invalid" in str(error)


async def test_a_server_that_never_answers() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await failing(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/lab", connect_timeout=0.2)
    assert isinstance(error, ConnectionLost)
    assert "no answer in time (waited 0." in str(error)


async def test_a_database_and_a_user_that_do_not_exist() -> None:
    server = urlsplit(os.environ[SERVER])
    error = await failing(server._replace(path="/no_such_database").geturl())
    assert isinstance(error, ConfigurationError)
    assert 'database "no_such_database" does not exist' in str(error)
    error = await failing(server._replace(path="/postgres").geturl(), user="nobody_here", password=PASSWORD)
    assert isinstance(error, ConfigurationError)
    assert "nobody_here" in str(error)


async def test_a_wrong_password() -> None:
    """OnStep by a server that asks for one, as the server of the tests does not."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)  # the startup message
        writer.write(b"R" + (8).to_bytes(4) + (3).to_bytes(4))  # a password, please
        await reader.readexactly(1)
        sent = await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        assert sent == PASSWORD.encode() + b"\0"
        fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "ada"\0\0'
        writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        error = await failing(f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/lab", ssl_mode="disable")
    assert isinstance(error, ConfigurationError)
    assert str(error) == f"cannot connect to postgresql://ada@127.0.0.1:{port}/lab: the user or password is wrong"


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_killed_backend_is_lost_and_replaced(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, pool_size=2, max_overflow=0) as db:
        other = await asyncpg.connect(empty_url)
        kill = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )

        async def slow() -> None:
            await db.fetch_value(
                "SELECT count(*) AS count FROM generate_series(1, 10000000000) AS n WHERE n = :n", {"n": 0}
            )

        running = asyncio.create_task(slow())
        active = (
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE query LIKE '%generate_series%' AND state = 'active' AND pid <> pg_backend_pid()"
        )

        async def is_running() -> bool:
            return bool(await other.fetchval(active))

        await until(is_running)
        await other.execute(kill)
        with pytest.raises(ConnectionLost, match="SQL at the call: the connection to PostgreSQL was lost") as caught:
            await running
        assert caught.value.retryable
        assert await db.items.count() == 0  # on a connection of its own
        with pytest.raises(ConnectionLost) as caught:
            async with db.transaction() as tx:
                await tx.items.put(name="a")
                await other.execute(kill)
                await tx.items.put(name="b")
        assert await db.items.count() == 0
        with pytest.raises(ConnectionLost) as caught:  # noticed before COMMIT is sent or by it
            async with db.transaction() as tx:
                await tx.items.put(name="a")
                await other.execute(kill)
        assert caught.value.retryable is not isinstance(caught.value, CommitUnknown)
        await until(lambda: db.pool_status().busy == 0)
        assert await db.items.put(name="c") == 1
        await other.close()


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("These are notes, and by no means a database. " * 50)
    error = await failing(f"sqlite:///{tmp_path}/notes.db")
    assert isinstance(error, ConfigurationError)
    assert f"{tmp_path}/notes.db: the file is not an SQLite database" in str(error)
    assert (tmp_path / "notes.db").read_text().startswith("These are notes")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.db"]


async def test_a_folder_that_is_not_there_and_a_folder_as_the_file(tmp_path: Path) -> None:
    error = await failing(f"sqlite:///{tmp_path}/none/lab.db")
    assert isinstance(error, ConfigurationError)
    assert f"the folder {tmp_path}/none does not exist; make it first" in str(error)
    error = await failing(f"sqlite:///{tmp_path}")
    assert isinstance(error, ConfigurationError)
    assert "it is a folder; name a file in it" in str(error)
    error = await failing("sqlite:////proc/lab.db")
    assert isinstance(error, ConfigurationError)
    assert "/proc/lab.db: " in str(error)


UNPRIVILEGED = """
import asyncio, os, sys, encodings.idna, encodings.utf_8_sig
import plainbase, plainbase.drivers.sqlite
if os.getuid() == 0:  # with everything imported, since this user may not read the interpreter's files
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)

async def main():
    for path in sys.argv[1:]:
        try:
            async with plainbase.open(f"sqlite:///{path}"):
                print("opened")
        except plainbase.ConfigurationError as error:
            print(error)

asyncio.run(main())
"""


def test_a_folder_and_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """In a process without privileges, since a superuser may write anywhere."""
    place = Path("/tmp") / f"plainbase-unwritable-{os.getpid()}"  # pytest's own folders are closed to other users
    place.mkdir()
    try:
        sqlite3.connect(place / "there.db").close()
        (place / "open").mkdir()
        (place / "open" / "locked.db").touch()
        (place / "open" / "locked.db").chmod(0o400)
        (place / "open").chmod(0o777)
        place.chmod(0o555)
        paths = [str(place / "new.db"), str(place / "there.db"), str(place / "open" / "locked.db")]
        ran = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(UNPRIVILEGED), *paths],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert ran.stderr == ""
        new, there, locked = ran.stdout.splitlines()
        assert new.startswith(f"cannot open the SQLite database {place}/new.db: the folder is not writable")
        assert there.startswith(f"cannot open the SQLite database {place}/there.db: the folder is not writable")
        if os.getuid() == 0:  # else the file is our own, and readable
            assert locked.endswith("the file is not readable and writable for this user")
    finally:
        place.chmod(0o755)
        shutil.rmtree(place)


def test_an_sqlite_that_will_not_do() -> None:
    check_engine((3, 38, 0), {"ENABLE_FTS5"})
    with pytest.raises(ConfigurationError, match=r"SQLite 3\.37\.2 is too old: plainbase needs 3\.38 or newer"):
        check_engine((3, 37, 2), {"ENABLE_FTS5"})
    with pytest.raises(ConfigurationError, match="without FTS5"):
        check_engine((3, 45, 0), {"ENABLE_FTS4", "THREADSAFE=1"})


def test_a_failed_opening_leaves_no_thread_behind(tmp_path: Path) -> None:
    """One would speak to the event loop after that has been closed."""

    async def main() -> None:
        with pytest.raises(ConfigurationError):
            await plainbase.open(f"sqlite:///{tmp_path}")

    before = threading.active_count()
    for _ in range(20):
        asyncio.run(main())
        assert threading.active_count() == before


async def test_urls_that_name_no_engine_of_ours() -> None:
    error = await failing(f"mysql://ada:{PASSWORD}@localhost/lab")
    assert isinstance(error, ConfigurationError)
    assert "MySQL, which is not supported" in str(error)
    for url in (
        f"postgresql//ada:{PASSWORD}@localhost",
        f"postgresql://ada:{PASSWORD}@local host/lab",
        f"x://{PASSWORD}",
    ):
        assert isinstance(await failing(url), ConfigurationError)


async def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/lab.db"
    with pytest.raises(QueryFileError, match="none: there is no such folder"):
        await plainbase.Database.open(url, queries=tmp_path / "none", schema=tmp_path)
    (tmp_path / "file.sql").write_bytes(b"-- name: a :value\nSELECT 1 AS \xff;")
    with pytest.raises(QueryFileError, match=r"file\.sql:2 is not UTF-8"):
        await plainbase.Database.open(url, queries=tmp_path, schema=tmp_path)
    with pytest.raises(QueryFileError, match=r"file\.sql: is not a folder"):
        await plainbase.Database.open(url, queries=tmp_path / "file.sql", schema=tmp_path)
    assert not (tmp_path / "lab.db").exists()  # the files are read before anything is opened
