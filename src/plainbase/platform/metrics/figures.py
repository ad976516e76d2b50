"""What a database tells of itself by a few cheap statements, and what its file's folder does."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from plainbase.errors import PlainbaseError
from plainbase.platform.analytics.dashboard_parts import unless_it_fails
from plainbase.platform.analytics.live import HEARD_OF

if TYPE_CHECKING:
    from plainbase.typed import (
        Database,
        MetricsDatabaseRow,
        MetricsJobsRow,
        MetricsWorkersRow,
        RetentionPoliciesGetRow,
        ViewRefreshesGetRow,
    )

BACKUP = "backup_completed"
"""The measurement that a backup leaves in system_metrics."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One look; a part that failed is None, and its error stands in `failed` under its name. Sizes are in bytes.

    The write-ahead log and the disk are those of an SQLite file; of a server's disk nothing is known here.
    """

    engine: str | None
    schema_version: int | None
    database: MetricsDatabaseRow | None
    jobs: list[MetricsJobsRow] | None
    workers: MetricsWorkersRow | None
    snapshots: list[ViewRefreshesGetRow] | None
    retention: list[RetentionPoliciesGetRow] | None
    backup_at: datetime | None
    wal_bytes: int | None
    disk_bytes: int | None
    disk_free_bytes: int | None
    failed: dict[str, PlainbaseError] = field(default_factory=dict)


async def look(db: Database) -> Figures:
    """Look at everything once; of the database's errors each stands for its part."""
    failed: dict[str, PlainbaseError] = {}
    backups = await unless_it_fails(failed, "backup", db.system_metrics.latest(names=[BACKUP]))
    wal, disk, free = _file(db.options.path)
    return Figures(
        await unless_it_fails(failed, "engine", db.maintenance.version()),
        await unless_it_fails(failed, "schema", db.maintenance.schema_version()),
        await unless_it_fails(failed, "database", db.metrics.database()),
        await unless_it_fails(failed, "jobs", db.metrics.jobs()),
        await unless_it_fails(failed, "workers", db.metrics.workers(seconds=HEARD_OF)),
        await unless_it_fails(failed, "snapshots", db.view_refreshes.list()),
        await unless_it_fails(failed, "retention", db.retention_policies.list(enabled=True)),
        backups[0].recorded_at if backups else None,
        wal,
        disk,
        free,
        failed,
    )


def _file(path: str | None) -> tuple[int | None, int | None, int | None]:
    """The bytes of an SQLite file's write-ahead log, of its disk, and of what is free there."""
    if path is None or path == ":memory:":
        return None, None, None
    wal = Path(f"{path}-wal")
    try:
        usage = shutil.disk_usage(Path(path).absolute().parent)
        return (wal.stat().st_size if wal.exists() else 0), usage.total, usage.free
    except OSError:  # it went away while it was looked at
        return None, None, None
