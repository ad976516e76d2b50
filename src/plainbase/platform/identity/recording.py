"""Access events for the audit log, and the actors of functions: where identity meets `platform.audit`."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import StatementFailed
from plainbase.platform.audit import record
from plainbase.platform.runners import AnyRunner

log = logging.getLogger("plainbase.identity")

Doer = Actor | UUID | None
"""Who does it: an actor, an account's id, or nobody that is known."""


async def note(db: AnyRunner, action: str, user_id: UUID | None, *, actor: Doer = None, **details: Any) -> None:
    """Record an access event about an account."""
    entity_id = None if user_id is None else str(user_id)
    await record(db, action, "users", entity_id, actor=actor, details=details or None)


async def where_writable(
    db: AnyRunner, work: Callable[[AnyRunner], Awaitable[object]], actor: Actor | None = None
) -> None:
    """Write what is worth no failure: in a transaction that only reads, or for a role that may not, it is left out.

    Undone alone, by a savepoint, so that a transaction goes on after it. Conflicts and lost connections are raised.
    """
    try:
        async with db.transaction(actor=actor) as tx:
            await work(tx)
    except StatementFailed as error:
        if type(error) is not StatementFailed or error.undefined:
            raise
        log.info("use is not noted, since nothing can be written here")
