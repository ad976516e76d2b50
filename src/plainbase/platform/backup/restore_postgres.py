"""Restoring PostgreSQL: into a new database beside the one that it replaces, then both renamed in one transaction.

What a killed restore leaves are databases whose names begin with `plainbase_restoring_` (it was not whole) or
`plainbase_replaced_` (the new one is in place already); the next restore of the same database drops them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import plainbase
from plainbase.database import Database, Opening
from plainbase.drivers.finishing import finished
from plainbase.drivers.named import quote
from plainbase.errors import DatabaseMissing, PlainbaseError, StatementFailed
from plainbase.options import Options
from plainbase.platform.backup import postgres
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.manifest import Manifest
from plainbase.platform.backup.postgres import asked
from plainbase.platform.progress import Progress
from plainbase.rows import Row

if TYPE_CHECKING:
    from plainbase import typed

SERVERS_OWN = (*postgres.MAINTENANCE, "template0")
PROVIDERS = {"i": ("icu", "ICU_LOCALE"), "b": ("builtin", "BUILTIN_LOCALE")}


class PostgresTarget:
    """The database that is restored, and the one that it replaces."""

    def __init__(self, url: str | None, server: Database, name: str, *, owners: bool) -> None:
        self._url = url
        self._server = server
        self.name = name
        tag = hashlib.sha256(name.encode()).hexdigest()[:12]
        self.beginnings = (f"plainbase_restoring_{tag}_", f"plainbase_replaced_{tag}_")
        self.beside, self.replaced = (f"{each}{secrets.token_hex(4)}" for each in self.beginnings)
        self.old: Row | None = None
        self._owners = owners
        self.replaces = False

    async def fill(self, path: Path, manifest: Manifest, tell: Progress) -> None:
        """Restore into a new database that is like the old one."""
        await postgres.make(self._server, f"CREATE DATABASE {quote(self.beside)} {_like(self.old)}")
        await postgres.fill(self._server, self.beside, path, manifest, tell, owners=self._owners)

    def opened(self) -> Opening[typed.Database]:
        """What was restored, open."""
        return plainbase.open(self._url, database=self.beside, pool_size=2)

    async def swap(self) -> None:
        """Put it in the place of the old one, with its settings. Raises BackupError where somebody is connected."""
        if self.old is not None:
            for row in await asked(self._server, "list_carried", {"name": self.name, "new_name": self.beside}):
                await self._server.script(row.statement)
            if not self.old.is_own:
                await self._server.script(f"ALTER DATABASE {quote(self.beside)} OWNER TO {quote(self.old.owner)}")
        await refuse_used(self._server, self.name)
        try:
            async with self._server.transaction() as tx:
                if self.old is not None:
                    await tx.execute(f"ALTER DATABASE {quote(self.name)} RENAME TO {quote(self.replaced)}")
                await tx.execute(f"ALTER DATABASE {quote(self.beside)} RENAME TO {quote(self.name)}")
        except StatementFailed as error:
            await refuse_used(self._server, self.name)
            raise BackupError(f"{self.name} cannot be replaced: {error.message}; nothing was changed") from None
        if self.old is not None:
            try:
                await _drop(self._server, self.replaced)
            except StatementFailed as error:  # on a full disk, say, since dropping needs a checkpoint
                raise BackupError(
                    f"{self.name} is restored, but the database that it replaces cannot be dropped: {error.message}; "
                    f"it is {self.replaced} now, and the next restore of {self.name} drops it, or you do"
                ) from None


@asynccontextmanager
async def replacing(
    url: str | None, options: Options, manifest: Manifest, *, force: bool, owners: bool
) -> AsyncIterator[PostgresTarget]:
    """What is restored, with the lock; what is left of it afterwards goes. Raises BackupError, ConnectionLost."""
    if options.database is None:
        raise BackupError("name the database to restore into, in the URL")
    if options.database in SERVERS_OWN:
        raise BackupError(
            f"{options.database} is the server's own, from which others are made and reached; name another"
        )
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(await _maintenance(url, options.database))
        target = PostgresTarget(url, server, options.database, owners=owners)
        lock = await stack.enter_async_context(server.transaction())
        await asked(lock, "stay")
        if not (await asked(lock, "take_lock", {"name": target.name}))[0].taken:
            raise BackupError(f"another restore of {target.name} is running on this server")
        await _repair(target, server)
        await _refuse(target, server, url, force=force)
        try:
            yield target
        finally:
            await finished(_leave(server, target.beside))


async def refuse_used(server: Database, name: str) -> None:
    """Raise BackupError where sessions are connected to a database, since it cannot be renamed then."""
    if found := await asked(server, "list_sessions", {"name": name}):
        who = ", ".join(
            f"{row.pid} ({row.application or 'no name'}, {row.role_name}, {row.address})" for row in found[:5]
        )
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise BackupError(
            f"{name} is in use by session {who}{more}: stop what is connected first (pg_stat_activity tells), or "
            "pg_terminate_backend it; nothing was changed"
        )


async def _maintenance(url: str | None, name: str) -> Database:
    """Another database of the server: none can be renamed from itself."""
    for each in postgres.MAINTENANCE:
        if each != name:
            with suppress(DatabaseMissing):
                return await Database.open(url, queries=None, schema=None, database=each, pool_size=3)
    raise BackupError(f"the server has none of the databases {', '.join(postgres.MAINTENANCE)} to make others from")


async def _repair(target: PostgresTarget, server: Database) -> None:
    """Bring what a killed restore left into order."""
    restoring, replaced = target.beginnings
    for row in await asked(server, "list_databases", {"beginning": restoring}):
        await _drop(server, row.name)
    there = await asked(server, "find_database", {"name": target.name})
    for row in await asked(server, "list_databases", {"beginning": replaced}):
        if there:
            await _drop(server, row.name)
        else:  # somebody has dropped the new one; the old one is all there is
            await server.script(f"ALTER DATABASE {quote(row.name)} RENAME TO {quote(target.name)}")
            there = [row]


async def _refuse(target: PostgresTarget, server: Database, url: str | None, *, force: bool) -> None:
    (standing,) = await asked(server, "standing")
    found = await asked(server, "find_database", {"name": target.name})
    if not standing.may_create:
        raise BackupError(
            f"the role {standing.role_name} may make no database, and a restore makes one beside {target.name}: "
            f"ALTER ROLE {quote(standing.role_name)} CREATEDB, or restore as another role; nothing was changed"
        )
    if not found:
        return
    target.old = found[0]
    if not found[0].is_ours:
        raise BackupError(
            f"{target.name} belongs to {found[0].owner}, and the role {standing.role_name} may not rename it: restore "
            "as its owner; nothing was changed"
        )
    async with Database.open(url, queries=None, schema=None, pool_size=1) as old:
        objects = (await asked(old, "count_objects"))[0].objects
    if objects and not force:
        raise BackupError(f"{target.name} is not empty; --force (force=True) replaces it")
    target.replaces = True
    await refuse_used(server, target.name)


def _like(old: Row | None) -> str:
    """What makes a database like another; one that is like none has UTF-8."""
    if old is None:
        return "TEMPLATE template0 ENCODING 'UTF8'"
    parts = {"ENCODING": old.encoding, "LC_COLLATE": old.collation_name, "LC_CTYPE": old.ctype}
    provider = PROVIDERS.get(old.provider)
    if provider is None:
        parts["LOCALE_PROVIDER"] = "libc"
    else:
        parts |= {"LOCALE_PROVIDER": provider[0], provider[1]: old.locale}
    place = f"TABLESPACE {quote(old.tablespace)} CONNECTION LIMIT {old.connection_limit}"
    return f"TEMPLATE template0 {_settings(parts)} {place}"


def _settings(parts: Mapping[str, str]) -> str:
    return " ".join(f"{name} '{value.replace(chr(39), chr(39) * 2)}'" for name, value in parts.items())


async def _leave(server: Database, name: str) -> None:
    with suppress(PlainbaseError):  # the next restore drops it
        await _drop(server, name)


async def _drop(server: Database, name: str) -> None:
    await server.script(f"DROP DATABASE IF EXISTS {quote(name)} WITH (FORCE)")
