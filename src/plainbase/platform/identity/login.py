"""Signing in by address and password."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import DataInvalid, ParameterError
from plainbase.platform.identity.errors import LoginFailed
from plainbase.platform.identity.guessing import LIMITS, Attempt, Limits, begin
from plainbase.platform.identity.names import normal_email
from plainbase.platform.identity.passwords import OWASP, Passwords
from plainbase.platform.identity.recording import log, note
from plainbase.platform.runners import AnyDatabase, AnyRunner
from plainbase.sqlfile.query import OMIT
from plainbase.transaction import Transaction

if TYPE_CHECKING:
    from plainbase.typed import UsersGetCredentialsRow

T = TypeVar("T")

NOBODY = "anonymous"
"""Who tries to sign in, as the audit log has it."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An account whose password was right."""

    user_id: UUID
    username: str
    role: str
    email: str
    attempt: Attempt
    old_hash: str = field(repr=False)
    new_hash: str | None = field(repr=False)


async def authenticate(
    db: AnyDatabase,
    email: str,
    password: str,
    *,
    ip_address: str | None = None,
    user_agent: str | None = None,
    passwords: Passwords = OWASP,
    limits: Limits = LIMITS,
) -> Actor:
    """Check an address and a password, and return who it is.

    A try is noted and counted before the password is looked at, in a transaction of its own, and so is its end: a
    transaction is refused (ParameterError), since rolled back it would undo the count. An unknown, barred or
    password-less account and a wrong password cost the same work and raise the same LoginFailed, and so does a try that
    comes too early after failed ones. PoolTimeout means that too many passwords wait to be checked; nothing is counted.
    """
    who = Actor(None, NOBODY, ip_address, user_agent)

    async def no_more(tx: AnyRunner, proven: Proven) -> None:
        await note(tx, "login", proven.user_id)

    proven, _ = await signed_in(db, email, password, who, no_more, passwords=passwords, limits=limits)
    return Actor(proven.user_id, proven.username, ip_address, user_agent)


async def signed_in(
    db: AnyDatabase,
    email: str,
    password: str,
    who: Actor,
    then: Callable[[AnyRunner, Proven], Awaitable[T]],
    *,
    passwords: Passwords,
    limits: Limits,
) -> tuple[Proven, T]:
    """Check a password, and where it is right do `then` in the transaction that notes the login. Raises LoginFailed."""
    refuse_transaction(db)
    proven = await prove(db, email, password, who, passwords=passwords, limits=limits)
    actor = Actor(proven.user_id, proven.username, who.ip_address, who.user_agent)
    async with db.transaction(actor=actor) as tx:
        # Guarded by the hash and by `active`: what was barred or changed meanwhile is not let in, and what is barred
        # from now on waits for this transaction, and ends the session that it makes.
        if await tx.users.record_login(id=proven.user_id, password_hash=proven.old_hash):
            await _succeed(tx, proven)
            if proven.new_hash is not None:
                await tx.users.set_password_hash(id=proven.user_id, password_hash=proven.new_hash)
            return proven, await then(tx, proven)
    raise await failure(db, who, "changed meanwhile", proven.user_id)


async def prove(
    db: AnyDatabase, email: str, password: str, who: Actor, *, passwords: Passwords, limits: Limits
) -> Proven:
    """Count a try, then check the password; what is proven is to be noted by the caller. Raises LoginFailed."""
    if not isinstance(password, str):
        raise ParameterError(f"a password is text, got {type(password).__name__}")
    passwords.check_room()
    address = _address(email)
    found = None if address is None else await db.users.get_credentials(email=address)
    attempt = await begin(db, address or "", who.ip_address, limits)
    if attempt.id is None:
        raise await failure(db, who, "too many tries", found.id if found else None, again=attempt.refused > 1)
    stored = found.password_hash if found is not None and found.active else None
    right = await passwords.matches(stored, password)
    if found is None or stored is None or not right or address is None:
        raise await failure(db, who, _reason(found, stored), found.id if found else None)
    new_hash = await passwords.hash(password) if passwords.needs_rehash(stored) else None
    return Proven(found.id, found.username, found.role, address, attempt, stored, new_hash)


async def failure(
    db: AnyDatabase, who: Actor, reason: str, user_id: UUID | None, *, again: bool = False
) -> LoginFailed:
    """Note why nobody is let in, once for a row of refusals, and give the error that does not say it."""
    log.info("login refused: %s (account %s)", reason, user_id or "unknown")
    if not again:
        async with db.transaction(actor=who) as tx:
            await note(tx, "login_failed", user_id, reason=reason)
    return LoginFailed(reason=reason)


def refuse_transaction(db: AnyRunner) -> None:
    """Raise ParameterError for a transaction."""
    if isinstance(db, Transaction):
        raise ParameterError(
            "pass the database, not a transaction: a try of a password stays counted and recorded whatever is rolled "
            "back, and no transaction waits while it is checked"
        )


async def _succeed(tx: AnyRunner, proven: Proven) -> None:
    attempt = proven.attempt
    if attempt.id is None:
        return
    await tx.login_attempts.succeed(id=attempt.id)
    at_home = attempt.place if attempt.known and attempt.place is not None else OMIT
    await tx.login_attempts.forgive(email=proven.email, known=attempt.known, ip_address=at_home)


def _address(email: str) -> str | None:
    try:
        return normal_email(email)
    except DataInvalid:
        return None


def _reason(found: UsersGetCredentialsRow | None, stored: str | None) -> str:
    if found is None:
        return "unknown account"
    if not found.active:
        return "inactive account"
    return "account without password" if stored is None else "wrong password"
