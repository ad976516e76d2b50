"""What is recorded by functions: that somebody came in, or read what is not for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.platform.runners import AnyRunner

if TYPE_CHECKING:
    from plainbase.typed import AuditLogsRecordRow

ACCESS = ("login", "login_failed", "logout", "key_use", "personal_read", "export", "audit_search")
"""The actions of access events; a trigger's are create, update and delete."""


async def record(
    db: AnyRunner,
    action: str,
    entity_type: str,
    entity_id: UUID | str | int | None = None,
    *,
    actor: Actor | UUID | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditLogsRecordRow:
    """Note that something was done to an entity; return the entry's id and time.

    Without an actor it was the transaction's. `details` are JSON, and never a secret: the log is append-only.
    """
    values: dict[str, Any] = {
        "action": action,
        "entity_type": entity_type,
        "entity_id": None if entity_id is None else str(entity_id),
        "changes": None if details is None else dict(details),
    }
    if actor is None:
        return await db.audit_logs.record(**values)
    async with db.transaction(actor=actor) as tx:
        return await tx.audit_logs.record(**values)
