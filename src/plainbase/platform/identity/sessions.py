"""Sessions: a token shown once, of which only the hash is kept; they end when idle, at their end, and when revoked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from plainbase.actor import Actor
from plainbase.platform.identity.durations import checked_seconds
from plainbase.platform.identity.errors import TokenRefused
from plainbase.platform.identity.guessing import LIMITS, Limits
from plainbase.platform.identity.login import NOBODY, Proven, signed_in
from plainbase.platform.identity.passwords import OWASP, Passwords
from plainbase.platform.identity.recording import Doer, log, note, where_writable
from plainbase.platform.identity.tokens import SESSION, new_token, token_hash
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.sqlfile.query import OMIT

if TYPE_CHECKING:
    from plainbase.typed import SessionsListForUserRow

LIFETIME = 12 * 3_600.0
"""Seconds from the login after which a session ends."""

IDLE = 3_600.0
"""Seconds without use after which a session ends."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that was begun, or its token changed: the only time that the token is told."""

    token: str = field(repr=False)
    session_id: UUID
    user_id: UUID
    role: str
    expires_at: datetime
    actor: Actor


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is live, and who it is."""

    session_id: UUID
    user_id: UUID
    username: str
    role: str
    created_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    actor: Actor


async def log_in(
    db: AnyDatabase,
    email: str,
    password: str,
    *,
    ip_address: str | None = None,
    user_agent: str | None = None,
    replaces: str | None = None,
    lifetime: float = LIFETIME,
    idle: float = IDLE,
    passwords: Passwords = OWASP,
    limits: Limits = LIMITS,
) -> SignedIn:
    """Check an address and a password as `authenticate` does, and begin a session with a new token.

    It ends after `lifetime` seconds, or `idle` seconds without use. `replaces` is the token that the client had before,
    if any: its session ends, so that a token from before the login is worth nothing after it. Raises LoginFailed.
    """
    checked_seconds("lifetime", lifetime)
    checked_seconds("idle", idle)
    who = Actor(None, NOBODY, ip_address, user_agent)
    token, hashed = new_token(SESSION)

    async def begun(tx: AnyRunner, proven: Proven) -> SignedIn:
        old = None if replaces is None else token_hash(replaces, SESSION)
        if old is not None:
            await tx.sessions.revoke_by_token(token_hash=old)
        row = await tx.sessions.create(
            user_id=proven.user_id,
            token_hash=hashed,
            ip_address=who.ip_address,
            user_agent=who.user_agent,
            idle_seconds=float(idle),
            lifetime_seconds=float(lifetime),
        )
        await note(tx, "login", proven.user_id, session_id=str(row.id))
        actor = Actor(proven.user_id, proven.username, ip_address, user_agent)
        return SignedIn(token, row.id, proven.user_id, proven.role, row.expires_at, actor)

    _, made = await signed_in(db, email, password, who, begun, passwords=passwords, limits=limits)
    return made


async def session_of(
    db: AnyRunner, token: str, *, ip_address: str | None = None, user_agent: str | None = None
) -> Session:
    """Whose session a token is, as the request is told that brings it: one statement, and once a minute another.

    In a transaction that only reads, or on a replica, the other is left out: the session is not kept from ending when
    idle. Raises TokenRefused, the same for a malformed, unknown, expired or revoked one and for a barred account; what
    may be an attack is recorded, once a minute for a session.
    """
    hashed = token_hash(token, SESSION)
    row = None if hashed is None else await db.sessions.get_by_token(token_hash=hashed)
    if row is None or not row.active:
        raise await _refused(db, hashed, Actor(None, NOBODY, ip_address, user_agent))
    if row.unseen:
        await where_writable(db, lambda tx: tx.sessions.touch(id=row.id))
    return Session(
        row.id,
        row.user_id,
        row.username,
        row.role,
        row.created_at,
        row.idle_expires_at,
        row.expires_at,
        Actor(row.user_id, row.username, ip_address, user_agent),
    )


async def rotate(
    db: AnyRunner, token: str, *, ip_address: str | None = None, user_agent: str | None = None
) -> SignedIn:
    """Give a live session another token, as after a change of what its user may do; its end stays as it was.

    The old token is worth nothing from then on; of two that rotate it at once the second raises TokenRefused.
    """
    hashed = token_hash(token, SESSION)
    who = Actor(None, NOBODY, ip_address, user_agent)
    new, new_hash = new_token(SESSION)
    async with db.transaction(actor=who) as tx:
        found = None if hashed is None else await tx.sessions.get_by_token(token_hash=hashed)
        if hashed is not None and found is not None and found.active:
            row = await tx.sessions.rotate(token_hash=hashed, new_token_hash=new_hash)
            if row is not None:
                actor = Actor(row.user_id, found.username, ip_address, user_agent)
                await note(tx, "session_rotate", row.user_id, actor=actor, session_id=str(row.id))
                return SignedIn(new, row.id, row.user_id, found.role, row.expires_at, actor)
    raise await _refused(db, hashed, who)


async def log_out(db: AnyRunner, token: str, *, ip_address: str | None = None, user_agent: str | None = None) -> bool:
    """End the session of a token; False where it is over already, or the token is none."""
    hashed = token_hash(token, SESSION)
    if hashed is None:
        return False
    async with db.transaction(actor=Actor(None, NOBODY, ip_address, user_agent)) as tx:
        row = await tx.sessions.revoke_by_token(token_hash=hashed)
        if row is None:
            return False
        actor = Actor(row.user_id, None, ip_address, user_agent)
        await note(tx, "logout", row.user_id, actor=actor, session_id=str(row.id))
        return True


async def list_sessions(db: AnyRunner, user_id: UUID, *, limit: int = 100) -> list[SessionsListForUserRow]:
    """The sessions of a user, live or over, newest first."""
    return await db.sessions.list_for_user(user_id=user_id, limit=limit)


async def revoke_session(db: AnyRunner, session_id: UUID, actor: Doer = None) -> bool:
    """End a session; False where it was revoked before. Raises RowNotFound for an unknown one."""
    async with db.transaction(actor=actor) as tx:
        row = await tx.sessions.revoke(id=session_id)
        if row is None:
            await tx.sessions.get(id=session_id)
            return False
        await note(tx, "session_revoke", row.user_id, session_id=str(session_id))
        return True


async def revoke_sessions(db: AnyRunner, user_id: UUID, actor: Doer = None, except_id: UUID | None = None) -> int:
    """End all sessions of a user, or all but one; return how many were live or idle. An unknown user has none."""
    async with db.transaction(actor=actor) as tx:
        count = await tx.sessions.revoke_for_user(user_id=user_id, except_id=OMIT if except_id is None else except_id)
        if count:
            await note(tx, "session_revoke", user_id, sessions=count)
        return count


async def _refused(db: AnyRunner, hashed: bytes | None, who: Actor) -> TokenRefused:
    """The error to raise; tell the administrator why: in the log, and where it may be an attack in the audit."""
    found = None if hashed is None else await db.sessions.find_by_token(token_hash=hashed)
    if found is None:
        reason = "malformed" if hashed is None else "unknown"
        log.info("a session's token refused: %s", reason)
        return TokenRefused(reason=reason)
    reason = "revoked" if found.revoked_at else "expired" if found.expired else "inactive account"
    log.info("a session's token refused: %s (session %s of account %s)", reason, found.id, found.user_id)
    if reason != "expired" and found.unrecorded:  # expired is what any browser left open brings

        async def noted(tx: AnyRunner) -> None:
            if await tx.sessions.refuse(id=found.id):
                await note(tx, "session_refused", found.user_id, reason=reason, session_id=str(found.id))

        await where_writable(db, noted, who)
    return TokenRefused(reason=reason)
