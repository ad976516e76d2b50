"""What a database holds at one moment, as a manifest tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from plainbase.dialect import Dialect
from plainbase.migrations.records import records
from plainbase.platform import audit
from plainbase.platform.runners import AnyRunner
from plainbase.platform.tables import row_counts
from plainbase.runner import Runner


@dataclass(frozen=True, slots=True)
class Moment:
    """The applied migrations by label, the rows of each table, and the end of the audit chain."""

    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    audit_head: str | None

    @property
    def schema_version(self) -> str | None:
        """The last migration."""
        return self.migrations[-1] if self.migrations else None


async def moment(runner: AnyRunner) -> Moment:
    """Read it, on PostgreSQL in the transaction given, so that it is of one moment."""
    applied = await records(runner._executor, Dialect(runner.dialect))
    rows = await row_counts(cast("Runner", runner))
    head = str(await audit.head(runner)) if "audit_head" in rows else None
    migrations = tuple(each.label for each in applied if each.state not in ("started", "reverting"))
    return Moment(migrations, dict(sorted(rows.items())), head)
