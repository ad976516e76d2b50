"""Accounts: made, changed, barred; what a change makes worthless ends with it, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import RowNotFound
from plainbase.platform.identity.guessing import LIMITS, Limits
from plainbase.platform.identity.login import NOBODY, failure, prove, refuse_transaction
from plainbase.platform.identity.names import folded_username, normal_email, normal_username
from plainbase.platform.identity.passwords import OWASP, Passwords
from plainbase.platform.identity.recording import Doer, note
from plainbase.platform.identity.strength import check_strength
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.sqlfile.query import OMIT

if TYPE_CHECKING:
    from plainbase.typed import UsersGetRow

RESET = "password_reset"


async def create_user(
    db: AnyRunner,
    email: str,
    username: str,
    password: str | None = None,
    *,
    role: str = "user",
    actor: Doer = None,
    passwords: Passwords = OWASP,
) -> UsersGetRow:
    """Make an account; without a password nobody signs in by one until a reset.

    Raises DataInvalid for an address or a name that is none, WeakPassword, and ConstraintViolation where another
    account has the address (in any case), or the name or one that looks like it: that tells who has an account, so let
    administrators call it, and not strangers who sign themselves up.
    """
    address, name = normal_email(email), normal_username(username)
    password_hash = None
    if password is not None:
        check_strength(password, email=address, username=name)
        password_hash = await passwords.hash(password)
    async with db.transaction(actor=actor) as tx:
        return await tx.users.create(
            email=address,
            username=name,
            folded_username=folded_username(name),
            password_hash=password_hash,
            role=role,
        )


async def change_password(
    db: AnyDatabase,
    user_id: UUID,
    old: str,
    new: str,
    *,
    keep_session: UUID | None = None,
    actor: Doer = None,
    passwords: Passwords = OWASP,
    limits: Limits = LIMITS,
) -> None:
    """Set a new password where the old one is right, and end the account's sessions, all but `keep_session`.

    A try counts as a login does, so a transaction is refused likewise. Raises LoginFailed, and WeakPassword first.
    """
    refuse_transaction(db)
    found = await db.users.get(id=user_id)
    check_strength(new, email=found.email, username=found.username)
    who = actor if isinstance(actor, Actor) else Actor(actor)
    tried = Actor(None, NOBODY, who.ip_address, who.user_agent)
    proven = await prove(db, found.email, old, tried, passwords=passwords, limits=limits)
    password_hash = await passwords.hash(new)
    async with db.transaction(actor=who if actor is not None else Actor(user_id, found.username)) as tx:
        changed = await tx.users.replace_password_hash(
            id=user_id, password_hash=password_hash, old_hash=proven.old_hash
        )
        if changed and proven.user_id == user_id:
            await tx.login_attempts.forgive(email=proven.email)
            await _end_sessions(tx, user_id, keep_session)
            await tx.one_time_tokens.revoke_for_user(user_id=user_id, purpose=RESET)
            return
    raise await failure(db, tried, "changed meanwhile", user_id)


async def set_password(
    db: AnyRunner,
    user_id: UUID,
    new: str,
    *,
    end_keys: bool = False,
    actor: Doer = None,
    passwords: Passwords = OWASP,
) -> None:
    """Set an account's password, as an administrator: its sessions end, and its failed logins are forgiven.

    Its API keys stay, since programs would stop with them, unless `end_keys` says that they too may be in wrong hands.
    """
    found = await db.users.get(id=user_id)
    check_strength(new, email=found.email, username=found.username)
    password_hash = await passwords.hash(new)
    async with db.transaction(actor=actor) as tx:
        _one(await tx.users.set_password_hash(id=user_id, password_hash=password_hash))
        await tx.login_attempts.forgive(email=found.email)
        await _end_sessions(tx, user_id)
        if end_keys:
            await tx.api_keys.revoke_for_user(user_id=user_id)
        await tx.one_time_tokens.revoke_for_user(user_id=user_id, purpose=RESET)


async def unlock(db: AnyRunner, user_id: UUID, *, actor: Doer = None) -> int:
    """Forgive the failed logins of an account, so that the next try need not wait; return how many."""
    async with db.transaction(actor=actor) as tx:
        found = await tx.users.get(id=user_id)
        count = await tx.login_attempts.forgive(email=found.email)
        await note(tx, "unlock", user_id, attempts=count)
        return count


async def change_email(db: AnyRunner, user_id: UUID, email: str, actor: Doer = None) -> None:
    """Give an account another address, which is to be verified anew; what was mailed to the old one is worthless."""
    address = normal_email(email)
    async with db.transaction(actor=actor) as tx:
        _one(await tx.users.change_email(id=user_id, email=address))
        await tx.one_time_tokens.revoke_for_user(user_id=user_id)


async def change_username(db: AnyRunner, user_id: UUID, username: str, actor: Doer = None) -> None:
    """Give an account another name. Raises as `create_user` does."""
    name = normal_username(username)
    async with db.transaction(actor=actor) as tx:
        _one(await tx.users.change_username(id=user_id, username=name, folded_username=folded_username(name)))


async def change_role(db: AnyRunner, user_id: UUID, role: str, actor: Doer = None) -> None:
    """Give an account another role: its sessions end, and what its keys may do changes at once."""
    async with db.transaction(actor=actor) as tx:
        _one(await tx.users.change_role(id=user_id, role=role))
        await _end_sessions(tx, user_id)


async def deactivate(db: AnyRunner, user_id: UUID, actor: Doer = None) -> None:
    """Bar an account: its sessions, keys and mailed tokens end. Raises RowNotFound for an unknown one."""
    async with db.transaction(actor=actor) as tx:
        _one(await tx.users.deactivate(id=user_id))
        await _end_all(tx, user_id)


async def activate(db: AnyRunner, user_id: UUID, actor: Doer = None) -> None:
    """Let a barred account in again; its old sessions and keys stay revoked. Raises RowNotFound for an unknown one.

    What it has open still, since a plain UPDATE barred it, ends now. An account that is active stays as it is.
    """
    async with db.transaction(actor=actor) as tx:
        if not (await tx.users.get(id=user_id)).active:
            _one(await tx.users.activate(id=user_id))
            await _end_all(tx, user_id)


async def _end_all(tx: AnyRunner, user_id: UUID) -> None:
    await _end_sessions(tx, user_id)
    await tx.api_keys.revoke_for_user(user_id=user_id)
    await tx.one_time_tokens.revoke_for_user(user_id=user_id)


async def _end_sessions(tx: AnyRunner, user_id: UUID, keep: UUID | None = None) -> None:
    count = await tx.sessions.revoke_for_user(user_id=user_id, except_id=OMIT if keep is None else keep)
    if count:
        await note(tx, "session_revoke", user_id, sessions=count)


def _one(changed: int) -> None:
    if not changed:
        raise RowNotFound("no such account")
