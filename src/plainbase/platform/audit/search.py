"""Searching the log, which the log tells of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.platform.audit.events import record
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT

if TYPE_CHECKING:
    from plainbase.typed import AuditLogsListRow


async def search(
    db: AnyRunner,
    *,
    actor: Actor | UUID | None,
    user_id: UUID | None = None,
    entity_type: str | None = None,
    entity_id: UUID | str | int | None = None,
    action: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 100,
    before_id: int | None = None,
) -> list[AuditLogsListRow]:
    """Entries, the newest first: what a user did, what was done to an entity, or an action, from a time to another.

    The next page begins before the last one's id. `actor` is who searches, which is recorded, and what for; where that
    fails nothing is given.
    """
    wanted: dict[str, Any] = {
        "user_id": user_id,
        "entity_type": entity_type,
        "entity_id": None if entity_id is None else str(entity_id),
        "action": action,
        "since": since,
        "until": until,
        "before_id": before_id,
    }
    given = {name: value for name, value in wanted.items() if value is not None}
    async with db.transaction(actor=actor) as tx:
        rows = await tx.audit_logs.list(**{name: given.get(name, OMIT) for name in wanted}, limit=limit)
        asked = {name: _as_json(value) for name, value in given.items()}
        await record(tx, "audit_search", "audit_logs", details={**asked, "limit": limit, "found": len(rows)})
    return rows


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
