"""Who may do what: the rows of role_permissions, narrowed by an API key's scopes; what no row allows is denied."""

from __future__ import annotations

from uuid import UUID

from plainbase.actor import Actor, known
from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.runners import AnyRunner
from plainbase.transaction import Transaction

Entity = str | tuple[str, UUID | None]


class PermissionDenied(PlainbaseError):
    """The one who asks may not do that; nothing is said about whether there is such an entity."""

    def __init__(self, action: str, entity_type: str) -> None:
        super().__init__(f"not allowed: {action} {entity_type}")
        self.action = action
        self.entity_type = entity_type


async def authorize(
    db: AnyRunner,
    actor: Actor | UUID | None,
    action: str,
    entity: Entity,
    *,
    team_id: UUID | None = None,
) -> None:
    """Let an actor do something with an entity, or raise PermissionDenied, as `may` has it."""
    if not await may(db, actor, action, entity, team_id=team_id):
        raise PermissionDenied(action, _parts(entity)[0])


async def may(
    db: AnyRunner,
    actor: Actor | UUID | None,
    action: str,
    entity: Entity,
    *,
    team_id: UUID | None = None,
) -> bool:
    """Whether an actor may do something with an entity, in one statement.

    `entity` is a kind, named like its table, or a kind and an id. With an id it is whether the actor may with that one:
    any, one of its teams or of no team, or its own, as far as its role reaches. Without, it is whether it may with any
    of them at all: what is then listed is to be filtered. With `team_id` it is whether it may in that team, as when
    something is made for one. An actor without an id, one that is deactivated, a kind or an action without a row, and
    an API key without a scope for it are denied.

    Where row security is on, a transaction is asked as its own actor, who is to be the same.
    """
    entity_type, entity_id = _parts(entity)
    if entity_id is not None and team_id is not None:
        raise ParameterError("may: give an entity's id or the team that a new one is for, not both")
    who = known(actor)
    if who is None or who.id is None or not in_scope(who, action, entity_type):
        return False
    if await _is_allowed(db, who.id, action, entity_type, entity_id, team_id):
        return True
    if entity_id is None or isinstance(db, Transaction):
        return False
    # Row security hides an actor's own rows from whoever has not said who it is.
    async with db.transaction(read_only=True, actor=who) as tx:
        return await _is_allowed(tx, who.id, action, entity_type, entity_id, None)


def in_scope(actor: Actor, action: str, entity_type: str) -> bool:
    """Whether an actor's API key was made for this; one that came without a key has no such bounds."""
    if actor.scopes is None:
        return True
    return not actor.scopes.isdisjoint(("*", f"{action}:*", f"{action}:{entity_type}"))


async def _is_allowed(
    db: AnyRunner,
    actor_id: UUID,
    action: str,
    entity_type: str,
    entity_id: UUID | None,
    team_id: UUID | None,
) -> bool:
    if entity_id is not None:
        allowed = await db.permissions.is_allowed_for(
            actor_id=actor_id, action=action, entity_type=entity_type, entity_id=entity_id
        )
    elif team_id is not None:
        allowed = await db.permissions.is_allowed_in(
            actor_id=actor_id, action=action, entity_type=entity_type, team_id=team_id
        )
    else:
        allowed = await db.permissions.is_allowed(actor_id=actor_id, action=action, entity_type=entity_type)
    return bool(allowed)


def _parts(entity: Entity) -> tuple[str, UUID | None]:
    return (entity, None) if isinstance(entity, str) else entity
