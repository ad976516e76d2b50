"""Backups of PostgreSQL: pg_dump in its custom format, of the same snapshot as the counts of the manifest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers.finishing import finished
from plainbase.errors import StatementFailed
from plainbase.platform.backup import postgres_tools as tools
from plainbase.platform.backup.compression import Sink, pieces
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.manifest import PIECE, Manifest
from plainbase.platform.backup.moment import Moment, moment
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress
from plainbase.rows import Row
from plainbase.runner import Runner
from plainbase.shipped import internal_queries

if TYPE_CHECKING:
    from plainbase import typed

ALWAYS = ("--no-password", "--format=custom")
RESTORING = ("--no-password", "--format=custom")
UNKNOWN_SETTING = 'unrecognized configuration parameter "transaction_timeout"'
"""What a server before 17 says of what a newer pg_restore begins with, and nothing else can come of."""
MAINTENANCE = ("postgres", "template1")
"""Databases that every server has, to make others from."""


async def asked(runner: Runner, query: str, values: Mapping[str, Any] | None = None) -> list[Row]:
    """The rows of one of this module's own queries."""
    statement, bound = internal_queries(Dialect.POSTGRES, "backup")[query].bind(dict(values or {}))
    return await runner._executor.fetch(statement, bound)


async def named(db: Database) -> str:
    """What a manifest calls the database."""
    name = await db.fetch_value("SELECT current_database()")
    return f"{db.options.host or 'local'}:{db.options.port}/{name}"


async def dump(db: Database, part: Path, sink: Sink, tell: Progress) -> tuple[Moment, str]:
    """Run pg_dump into the sink, while the rows are counted that it sees. Raises BackupError."""
    (standing,) = await asked(db, "standing")
    tool = await in_thread(tools.find, "pg_dump", int(standing.version) // 10_000)
    name = await db.fetch_value("SELECT current_database()")
    async with db.transaction("repeatable_read", read_only=True) as tx:
        await asked(tx, "stay")
        (snapshot,) = await asked(tx, "export_snapshot")
        with tools.environment(db.options, name) as env:
            arguments = [*ALWAYS, "--compress=0", f"--snapshot={snapshot.snapshot}"]
            async with tools.running(tool, arguments, env, reads=False) as process:
                counting = asyncio.create_task(moment(tx))
                try:
                    assert process.stdout is not None  # noqa: S101 (as asked for)
                    while piece := await process.stdout.read(PIECE):
                        await in_thread(sink.write, piece)
                        tell("dumping", sink.content_bytes, None)
                    found = await counting
                finally:
                    counting.cancel()
                    await asyncio.wait([counting])
    return found, f"pg_dump {tool.version}"


def check(path: Path, manifest: Manifest) -> None:
    """See that there is a pg_restore that reads it. Raises BackupError."""
    tools.find("pg_restore", _major(manifest))


@asynccontextmanager
async def scratch(
    path: Path, manifest: Manifest, server: Database | None, tell: Progress
) -> AsyncIterator[typed.Database]:
    """Restore into a database of its own on a server, gone afterwards; give it open."""
    if server is None or server.dialect != Dialect.POSTGRES:
        raise BackupError("a backup of PostgreSQL is verified on a PostgreSQL server: name one by --server")
    name = f"plainbase_verify_{uuid4().hex[:16]}"
    await make(server, f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'")
    try:
        await fill(server, name, path, manifest, tell, owners=False)
        async with await server.clone(database=name, pool_size=2) as db:
            yield cast("typed.Database", db)
    finally:
        await finished(server.script(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


async def make(server: Database, statement: str) -> None:
    """Make a database. Raises BackupError with what to do where the role may not."""
    try:
        await server.script(statement)
    except StatementFailed as error:
        if "permission denied" not in error.message:
            raise
        raise BackupError(
            "this role may make no database, which this needs: ALTER ROLE … CREATEDB, or another role or server"
        ) from None


async def fill(server: Database, name: str, path: Path, manifest: Manifest, tell: Progress, *, owners: bool) -> None:
    """Restore into a new database of a server; nothing of its rows is told where that fails. Raises BackupError."""
    (standing,) = await asked(server, "standing")
    major = int(standing.version) // 10_000
    tool = await in_thread(tools.find, "pg_restore", _major(manifest), major)
    arguments = [*RESTORING, f"--dbname={name}", *(() if owners else ("--no-owner", "--no-privileges"))]
    tolerated = UNKNOWN_SETTING if major < 17 <= tool.major else None
    if tolerated is None:
        arguments.append("--exit-on-error")
    done = 0
    with tools.environment(server.options, name) as env:
        async with tools.running(tool, arguments, env, reads=True, tolerated=tolerated) as process:
            assert process.stdin is not None  # noqa: S101 (as asked for)
            source = pieces(path, manifest)
            while piece := await in_thread(next, source, b""):
                process.stdin.write(piece)
                await process.stdin.drain()
                done += len(piece)
                tell("restoring", done, manifest.content_bytes)
            process.stdin.close()


async def problems(db: Database) -> tuple[str, ...]:
    """Nothing more: restoring has checked each reference, and built each index anew."""
    return ()


def _major(manifest: Manifest) -> int:
    """The major version of the pg_dump that made it."""
    number = manifest.tool.rpartition(" ")[2].partition(".")[0]
    if not number.isdecimal():
        raise BackupError("the manifest does not say which pg_dump made the backup")
    return int(number)
