"""API keys: shown once, of which only the secret's hash is kept; with scopes, an end, and a rotation that overlaps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import DataInvalid, RowNotFound
from plainbase.platform.identity.durations import DAY, MOST_DAYS, checked_seconds
from plainbase.platform.identity.errors import TokenRefused
from plainbase.platform.identity.login import NOBODY
from plainbase.platform.identity.permissions import PermissionDenied
from plainbase.platform.identity.recording import Doer, log, note, where_writable
from plainbase.platform.identity.tokens import KeyParts, key_parts, new_key
from plainbase.platform.runners import AnyRunner

if TYPE_CHECKING:
    from plainbase.typed import ApiKeysGetRow

SCOPE = re.compile(r"\*|[a-z][a-z0-9_]{0,99}:(\*|[a-z][a-z0-9_]{0,99})")

MOST_SCOPES = 100

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made: the only time that it is told."""

    key: str = field(repr=False)
    public_id: str
    id: UUID
    user_id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


async def make_key(
    db: AnyRunner,
    user_id: UUID,
    name: str,
    *,
    scopes: Iterable[str] = (),
    lifetime: float | None = None,
    actor: Doer = None,
) -> NewKey:
    """Make a key of a user, good for `lifetime` days or until it is revoked.

    It may do what its user's role may and one of its scopes allows: `action:entity_type` (`read:models`), `action:*`,
    or `*`; without scopes it may do nothing. Raises DataInvalid for a scope or a name that is none and for a barred
    account, RowNotFound for an unknown one, and PermissionDenied where the actor came by a key that has not all of
    these scopes.
    """
    checked = _scopes(scopes)
    _refuse_more("create", checked, actor)
    seconds = None if lifetime is None else _days(lifetime)
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME:
        raise DataInvalid(f"a key's name has 1 to {LONGEST_NAME} characters")
    async with db.transaction(actor=actor) as tx:
        await tx.users.get(id=user_id)
        made = await _made(tx, user_id, name, checked, seconds)
        if made is None:
            raise DataInvalid("a barred account gets no key")
        return made


async def key_of(db: AnyRunner, key: str, *, ip_address: str | None = None, user_agent: str | None = None) -> Actor:
    """Whose key it is, with its scopes, as the request is told that brings it: one statement.

    Once a minute its use is noted, in the key's row and the audit log, unless nothing can be written: a transaction
    that only reads or a replica lets it in all the same. A mistyped key is told by its checksum, without the database.
    Raises TokenRefused, the same whatever is wrong; why is recorded once a minute for a key.
    """
    parts = key_parts(key)
    who = Actor(None, NOBODY, ip_address, user_agent)
    row = None if parts is None else await db.api_keys.get_by_public_id(public_id=parts.public_id)
    if parts is None or row is None or not compare_digest(row.key_hash, parts.key_hash) or not row.active:
        raise await _refused(db, parts, who)
    actor = Actor(row.user_id, row.username, ip_address, user_agent, _kept_scopes(row.scopes))
    if row.unused:

        async def noted(tx: AnyRunner) -> None:
            if await tx.api_keys.touch(id=row.id):
                await note(tx, "key_use", row.user_id, key_id=str(row.id))

        await where_writable(db, noted, actor)
    return actor


async def list_keys(db: AnyRunner, user_id: UUID, *, limit: int = 100) -> list[ApiKeysGetRow]:
    """The keys of a user, revoked ones too, newest first."""
    return await db.api_keys.list_for_user(user_id=user_id, limit=limit)


async def revoke_key(db: AnyRunner, key_id: UUID, actor: Doer = None) -> bool:
    """End a key at once; False where it was revoked before. Raises RowNotFound for an unknown one."""
    async with db.transaction(actor=actor) as tx:
        if await tx.api_keys.revoke(id=key_id):
            return True
        await tx.api_keys.get(id=key_id)
        return False


async def rotate_key(db: AnyRunner, key_id: UUID, *, overlap_seconds: float = DAY, actor: Doer = None) -> NewKey:
    """Make a key like another one, which is good for `overlap_seconds` more at most; 0 ends it at once.

    The new one has the name, the scopes and the lifetime, from now, of the old. A key is rotated once: of two that do
    it at once the second raises TokenRefused, as for a key that is over. Raises RowNotFound for an unknown one, and
    PermissionDenied where the actor came by a key that has less scopes.
    """
    overlap = checked_seconds("overlap_seconds", overlap_seconds, least=0.0)
    async with db.transaction(actor=actor) as tx:
        old = await tx.api_keys.replace(id=key_id)
        if old is not None:
            _refuse_more("update", _kept_scopes(old.scopes), actor)
            if overlap:
                await tx.api_keys.expire(id=key_id, seconds=overlap)
            else:
                await tx.api_keys.revoke(id=key_id)
            new = await _made(tx, old.user_id, old.name, sorted(_kept_scopes(old.scopes)), old.lifetime_seconds)
            if new is None:
                raise TokenRefused(reason="inactive account")
            return new
        await tx.api_keys.get(id=key_id)
    raise TokenRefused(reason="revoked, expired or rotated before")


async def _made(
    tx: AnyRunner, user_id: UUID, name: str, scopes: list[str], lifetime_seconds: float | None
) -> NewKey | None:
    """A key of an active user; None where the user is barred, also by whom this statement had to wait for."""
    key, parts = new_key()
    try:
        row = await tx.api_keys.create(
            user_id=user_id,
            public_id=parts.public_id,
            key_hash=parts.key_hash,
            name=name,
            scopes=scopes,
            lifetime_seconds=lifetime_seconds,
        )
    except RowNotFound:
        return None
    return NewKey(key, parts.public_id, row.id, user_id, row.name, tuple(scopes), row.expires_at)


async def _refused(db: AnyRunner, parts: KeyParts | None, who: Actor) -> TokenRefused:
    """The error to raise; tell the administrator why: in the log, and of a known key once a minute in the audit."""
    found = None if parts is None else await db.api_keys.find_by_public_id(public_id=parts.public_id)
    if parts is None or found is None:
        reason = "malformed" if parts is None else "unknown"
        log.info("an API key refused: %s", reason)
        return TokenRefused(reason=reason)
    if not compare_digest(found.key_hash, parts.key_hash):
        reason = "wrong secret"
    elif found.revoked_at:
        reason = "revoked"
    else:
        reason = "expired" if found.expired else "inactive account"
    log.info("an API key refused: %s (key %s of account %s)", reason, found.id, found.user_id)
    if found.unrecorded:

        async def noted(tx: AnyRunner) -> None:
            if await tx.api_keys.refuse(id=found.id):
                await note(tx, "key_refused", found.user_id, reason=reason, key_id=str(found.id))

        await where_writable(db, noted, who)
    return TokenRefused(reason=reason)


def _scopes(scopes: Iterable[str]) -> list[str]:
    given = [scopes] if isinstance(scopes, str) else list(scopes)
    if len(given) > MOST_SCOPES or not all(isinstance(scope, str) and SCOPE.fullmatch(scope) for scope in given):
        raise DataInvalid(f"scopes are at most {MOST_SCOPES} of 'action:entity_type', 'action:*' or '*'")
    return sorted(set(given))


def _refuse_more(action: str, scopes: Iterable[str], actor: Doer) -> None:
    """Raise PermissionDenied where an actor that came by a key would get a key that may more."""
    held = actor.scopes if isinstance(actor, Actor) else None
    if held is None or "*" in held:
        return
    for scope in scopes:
        if scope not in held and (scope == "*" or f"{scope.partition(':')[0]}:*" not in held):
            raise PermissionDenied(action, "api_keys")


def _kept_scopes(kept: Any) -> frozenset[str]:
    """What stands in the column; what is no scope allows nothing."""
    return frozenset(scope for scope in kept if isinstance(scope, str)) if isinstance(kept, list) else frozenset()


def _days(days: float) -> float:
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= MOST_DAYS:
        raise DataInvalid(f"lifetime is more than 0 and at most {MOST_DAYS:,} days")
    return float(days) * DAY
