"""Tokens that are mailed: to reset a password, and to verify an address; good once, and for their time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID, uuid4

from plainbase.actor import Actor
from plainbase.errors import DataInvalid, RowNotFound
from plainbase.platform.identity.durations import DAY, checked_seconds
from plainbase.platform.identity.errors import TokenRefused
from plainbase.platform.identity.guessing import place_of
from plainbase.platform.identity.login import NOBODY
from plainbase.platform.identity.names import normal_email
from plainbase.platform.identity.passwords import OWASP, Passwords
from plainbase.platform.identity.recording import Doer, log, note
from plainbase.platform.identity.strength import check_strength
from plainbase.platform.identity.tokens import ONE_TIME, new_token, token_hash
from plainbase.platform.runners import AnyRunner

if TYPE_CHECKING:
    from plainbase.typed import OneTimeTokensGetByTokenRow

RESET = "password_reset"
VERIFICATION = "email_verification"

RESET_LIFETIME = 3_600.0
VERIFICATION_LIFETIME = DAY

MOST_MAILS = 5
"""Tokens that an account is sent for one purpose in an hour."""

MOST_ASKED = 50
"""Resets that may be asked for from one address in an hour."""

HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class OneTimeToken:
    """A token to be mailed to `email`: the only time that it is told."""

    token: str = field(repr=False)
    user_id: UUID
    email: str = field(repr=False)
    purpose: str
    expires_at: datetime


async def request_reset(
    db: AnyRunner,
    email: str,
    *,
    ip_address: str | None = None,
    user_agent: str | None = None,
    lifetime: float = RESET_LIFETIME,
) -> OneTimeToken | None:
    """A token with which the owner of an address may set a new password; to be mailed there, and told nobody else.

    None where no active account has the address: answer whoever asks the same in each case, best before this is called
    and mail after. What is asked for is noted and recorded, and the same statements are run, whether the address is
    known or not: one row more is written for a known one, less than a tenth of a millisecond. None too where the
    address was asked for five times in the last hour, or fifty resets from `ip_address`, and then nothing more is
    looked at; without `ip_address` those who ask for many addresses are not slowed. Those mailed before stay good until
    one is used, so that nobody can take them from the owner by asking for more.
    """
    checked_seconds("lifetime", lifetime)
    try:
        address = normal_email(email)
    except DataInvalid:
        return None
    place = place_of(ip_address)
    token, hashed = new_token(ONE_TIME)
    async with db.transaction(actor=Actor(None, NOBODY, ip_address, user_agent)) as tx:
        await tx.login_attempts.hold(email=address, ip_address=place)
        asked = await tx.login_attempts.resets(email=address, ip_address=place or "", seconds=HOUR)
        if asked.of_account >= MOST_MAILS or asked.from_there >= MOST_ASKED:
            log.info("no password reset: asked for too often")
            return None
        await tx.login_attempts.record_reset(email=address, ip_address=place)
        found = await tx.users.get_by_email(email=address)
        row = await tx.one_time_tokens.create_for_active(
            user_id=uuid4() if found is None else found.id, purpose=RESET, token_hash=hashed, seconds=float(lifetime)
        )
        if found is not None and row is not None:
            await note(tx, "password_reset_request", found.id)
            return OneTimeToken(token, found.id, address, RESET, row.expires_at)
        reason = "unknown account" if found is None else "inactive account"
        log.info("no password reset: %s (account %s)", reason, found.id if found else "unknown")
        await note(tx, "password_reset_request", found.id if found else None, reason=reason)
        return None


async def reset_password(
    db: AnyRunner,
    token: str,
    new: str,
    *,
    ip_address: str | None = None,
    user_agent: str | None = None,
    end_keys: bool = False,
    passwords: Passwords = OWASP,
) -> UUID:
    """Set a new password by a mailed token, once; return whose it is.

    All sessions of the account end, its other reset tokens too, and its failed logins are forgiven. Its API keys stay,
    since programs would stop with them, unless `end_keys` says that they too may be in wrong hands. Raises
    TokenRefused, and WeakPassword, after which the token is still good.
    """
    hashed = token_hash(token, ONE_TIME)
    found = await _found(db, hashed, RESET)
    check_strength(new, email=found.email, username=found.username)
    password_hash = await passwords.hash(new)
    actor = Actor(found.user_id, found.username, ip_address, user_agent)
    async with db.transaction(actor=actor) as tx:
        await _redeem(tx, hashed, RESET)
        await tx.users.set_password_hash(id=found.user_id, password_hash=password_hash)
        await tx.one_time_tokens.revoke_for_user(user_id=found.user_id, purpose=RESET)
        await tx.login_attempts.forgive(email=found.email)
        ended = await tx.sessions.revoke_for_user(user_id=found.user_id)
        if end_keys:
            await tx.api_keys.revoke_for_user(user_id=found.user_id)
        await note(tx, "password_reset", found.user_id, sessions=ended)
    return found.user_id


async def request_verification(
    db: AnyRunner, user_id: UUID, *, lifetime: float = VERIFICATION_LIFETIME, actor: Doer = None
) -> OneTimeToken:
    """A token with which the owner of an account's address shows that it is theirs; to be mailed there.

    Raises RowNotFound for an unknown account, DataInvalid where it was mailed five in the last hour.
    """
    checked_seconds("lifetime", lifetime)
    async with db.transaction(actor=actor) as tx:
        found = await tx.users.get(id=user_id)
        if await _mailed(tx, user_id, VERIFICATION) >= MOST_MAILS:
            raise DataInvalid(f"this account was mailed {MOST_MAILS} verifications in the last hour")
        await note(tx, "email_verification_request", user_id)
        return await _made(tx, user_id, found.email, VERIFICATION, lifetime)


async def verify_email(
    db: AnyRunner, token: str, *, ip_address: str | None = None, user_agent: str | None = None
) -> UUID:
    """Note by a mailed token that an address is its account's owner's; return whose. Raises TokenRefused."""
    hashed = token_hash(token, ONE_TIME)
    found = await _found(db, hashed, VERIFICATION)
    async with db.transaction(actor=Actor(found.user_id, found.username, ip_address, user_agent)) as tx:
        await _redeem(tx, hashed, VERIFICATION)
        await tx.users.verify_email(id=found.user_id)
        await tx.one_time_tokens.revoke_for_user(user_id=found.user_id, purpose=VERIFICATION)
    return found.user_id


async def verify_address(db: AnyRunner, user_id: UUID, *, actor: Doer = None) -> None:
    """Note by an administrator's word that an address is its account's owner's. Raises RowNotFound."""
    async with db.transaction(actor=actor) as tx:
        if not await tx.users.verify_email(id=user_id):
            raise RowNotFound("no such account")
        await tx.one_time_tokens.revoke_for_user(user_id=user_id, purpose=VERIFICATION)


async def _mailed(tx: AnyRunner, user_id: UUID, purpose: str) -> int:
    return int(await tx.one_time_tokens.count_recent(user_id=user_id, purpose=purpose, seconds=HOUR) or 0)


async def _made(tx: AnyRunner, user_id: UUID, email: str, purpose: str, lifetime: float) -> OneTimeToken:
    token, hashed = new_token(ONE_TIME)
    row = await tx.one_time_tokens.create(user_id=user_id, purpose=purpose, token_hash=hashed, seconds=float(lifetime))
    return OneTimeToken(token, user_id, email, purpose, row.expires_at)


async def _found(db: AnyRunner, hashed: bytes | None, purpose: str) -> OneTimeTokensGetByTokenRow:
    """The token's row where it can be redeemed, looked at first, so that no work is spent on what cannot."""
    row = None if hashed is None else await db.one_time_tokens.get_by_token(token_hash=hashed)
    if row is None:
        _refuse("malformed" if hashed is None else "unknown", None)
    if row.purpose != purpose:
        _refuse("for another purpose", row.user_id)
    if row.used_at is not None or row.expired:
        _refuse("used" if row.used_at is not None else "expired", row.user_id)
    if not row.active:
        _refuse("inactive account", row.user_id)
    return row


async def _redeem(tx: AnyRunner, hashed: bytes | None, purpose: str) -> None:
    """Use a token up: of two at once one alone comes further."""
    redeemed = None if hashed is None else await tx.one_time_tokens.redeem(token_hash=hashed, purpose=purpose)
    if redeemed is None:
        _refuse("used", None)


def _refuse(reason: str, user_id: UUID | None) -> NoReturn:
    log.info("a mailed token refused: %s (account %s)", reason, user_id or "unknown")
    raise TokenRefused(reason=reason)
