"""Whether a backup can be relied on: restored into scratch, and compared with its manifest."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, cast

import plainbase
from plainbase import migrations, shipped
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import MigrationError
from plainbase.platform import audit
from plainbase.platform.backup.engines import ENGINES
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import Backup, one
from plainbase.platform.backup.manifest import Manifest, check_file
from plainbase.platform.backup.moment import moment
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress, untold

if TYPE_CHECKING:
    from plainbase import typed


@dataclass(frozen=True, slots=True)
class Verification:
    """What a restore into scratch gave: what is wrong, if anything is, how many rows of how many tables agree."""

    problems: tuple[str, ...]
    tables: int
    rows: int
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


async def verify(
    path: Path | str, *, server: str | Database | None = None, progress: Progress = untold
) -> Verification:
    """Restore a backup into scratch and compare it with its manifest; of a folder the newest one.

    Compared are the file's digest, the count of each table, the schema (with schema.sql, after the migrations that it
    lacks), references, full-text indexes and the audit chain up to the head that the manifest names. `server` is where
    a scratch database is made: a PostgreSQL URL, or a database there, else the environment's; SQLite needs none.
    Raises BackupError for what is no backup or is not as its manifest says, OSError.
    """
    return await verified(await in_thread(one, Path(path)), server=server, progress=progress)


async def verified(backup: Backup, *, server: str | Database | None, progress: Progress) -> Verification:
    """The same for one that was found."""
    began = perf_counter()
    manifest = backup.manifest
    if manifest is None:
        raise BackupError(backup.note)
    await in_thread(check_file, backup.path, manifest, progress)
    engine = ENGINES[Dialect(manifest.engine)]
    refuse_newer(manifest)
    await in_thread(engine.check, backup.path, manifest)
    async with AsyncExitStack() as stack:
        there = server if isinstance(server, Database) else None
        if there is None and manifest.engine == Dialect.POSTGRES:
            there = await stack.enter_async_context(plainbase.open(cast("str | None", server), pool_size=2))
        db = await stack.enter_async_context(engine.scratch(backup.path, manifest, there, progress))
        progress("comparing", 0, 1)
        wrong = [*await differences(db, manifest), *await engine.problems(db), *await schema_problems(db, manifest)]
        progress("comparing", 1, 1)
    return Verification(tuple(wrong), len(manifest.rows), sum(manifest.rows.values()), perf_counter() - began)


async def differences(db: typed.Database, manifest: Manifest) -> tuple[str, ...]:
    """What a restored database holds that its manifest says otherwise."""
    found = await moment(db)
    wrong = [*_counts(manifest.rows, found.rows)]
    if found.migrations != manifest.migrations:
        wrong.append("the applied migrations are not those of the manifest")
    if manifest.audit_head is not None:
        verdict = await audit.verify(db, manifest.audit_head)
        if verdict.broken is not None:
            wrong.append(f"the audit chain is broken: {verdict.broken}")
        if found.audit_head != manifest.audit_head:
            wrong.append("the audit chain ends elsewhere than the manifest says")
    return tuple(wrong)


async def schema_problems(db: typed.Database, manifest: Manifest) -> tuple[str, ...]:
    """Where a restored database, brought up to date, is not as schema.sql says."""
    if not manifest.migrations:
        return ()
    try:
        await db.migrate()
    except MigrationError as error:
        return (f"the migrations that it lacks cannot be applied: {error}",)
    return tuple(f"schema: {line}" for line in await migrations.verify(db))


def refuse_newer(manifest: Manifest) -> None:
    """Raise BackupError where a backup has migrations that these files do not."""
    known = {each.label for each in migrations.read([shipped.folder("schema")], Dialect(manifest.engine))}
    if newer := [label for label in manifest.migrations if label not in known]:
        raise BackupError(
            f"the backup has migration {newer[-1]}, which this plainbase {plainbase.__version__} does not have: it is "
            "of a newer one, or of other schema files; restore it by that"
        )


def _counts(wanted: Mapping[str, int], found: Mapping[str, int]) -> list[str]:
    return [
        f"{table} has {found.get(table, 'no table')} rows, its manifest says {wanted.get(table, 'no table')}"
        for table in sorted({*wanted, *found})
        if wanted.get(table) != found.get(table)
    ]
