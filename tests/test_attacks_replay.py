"""What was good once is not good again: each way of ending it makes each token and key worthless."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from identity_accounts import FAST, PASSWORD, account, pass_time
from plainbase import Database
from plainbase.platform import identity

ADDRESS, NEW = "ada@example.org", "another river, at dawn"


@dataclass
class Held:
    """What somebody holds who once was let in: all that an account can have."""

    user_id: UUID
    token: str
    session_id: UUID
    key: str
    key_id: UUID
    reset: str
    verification: str


async def held(db: Database) -> Held:
    made = await account(db, role="researcher")
    signed = await identity.log_in(db, ADDRESS, PASSWORD, passwords=FAST)
    key = await identity.make_key(db, made.id, "ci", scopes=["*"], lifetime=30)
    reset = await identity.request_reset(db, ADDRESS)
    verification = await identity.request_verification(db, made.id)
    assert reset is not None
    return Held(made.id, signed.token, signed.session_id, key.key, key.id, reset.token, verification.token)


async def log_out(db: Database, mine: Held) -> None:
    assert await identity.log_out(db, mine.token)


async def revoke(db: Database, mine: Held) -> None:
    assert await identity.revoke_session(db, mine.session_id)
    assert await identity.revoke_key(db, mine.key_id)


async def revoke_all(db: Database, mine: Held) -> None:
    assert await identity.revoke_sessions(db, mine.user_id) == 1


async def rotate(db: Database, mine: Held) -> None:
    await identity.rotate(db, mine.token)
    await identity.rotate_key(db, mine.key_id, overlap_seconds=0)


async def deactivate(db: Database, mine: Held) -> None:
    await identity.deactivate(db, mine.user_id)


async def deactivate_and_activate(db: Database, mine: Held) -> None:
    await identity.deactivate(db, mine.user_id)
    await identity.activate(db, mine.user_id)


async def bar_by_hand(db: Database, mine: Held) -> None:
    await db.execute("UPDATE users SET active = :no", {"no": False})


async def delete_account(db: Database, mine: Held) -> None:
    await db.users.delete(id=mine.user_id)


async def change_password(db: Database, mine: Held) -> None:
    await identity.change_password(db, mine.user_id, PASSWORD, NEW, passwords=FAST)


async def set_password(db: Database, mine: Held) -> None:
    await identity.set_password(db, mine.user_id, NEW, passwords=FAST)


async def reset(db: Database, mine: Held) -> None:
    await identity.reset_password(db, mine.reset, NEW, passwords=FAST)


async def change_role(db: Database, mine: Held) -> None:
    await identity.change_role(db, mine.user_id, "user")


async def change_email(db: Database, mine: Held) -> None:
    await identity.change_email(db, mine.user_id, "ada@example.com")


async def verify(db: Database, mine: Held) -> None:
    await identity.verify_email(db, mine.verification)


async def idle(db: Database, mine: Held) -> None:
    await pass_time(db, "sessions", 3_601)
    await pass_time(db, "one_time_tokens", 3_601)


async def long_after(db: Database, mine: Held) -> None:
    for table in ("sessions", "one_time_tokens", "api_keys"):
        await pass_time(db, table, 31 * 86_400)


S, K, R, V = "session", "key", "reset", "verification"
ENDINGS: list[tuple[Callable[[Database, Held], Awaitable[None]], set[str]]] = [
    (log_out, {S}),
    (revoke, {S, K}),
    (revoke_all, {S}),
    (rotate, {S, K}),
    (deactivate, {S, K, R, V}),
    (deactivate_and_activate, {S, K, R, V}),
    (bar_by_hand, {S, K, R, V}),
    (delete_account, {S, K, R, V}),
    (change_password, {S, R}),
    (set_password, {S, R}),
    (reset, {S, R}),
    (change_role, {S}),
    (change_email, {R, V}),
    (verify, {V}),
    (idle, {S, R}),
    (long_after, {S, K, R, V}),
]


@pytest.mark.parametrize(("ending", "ended"), ENDINGS, ids=[each.__name__ for each, _ in ENDINGS])
async def test_what_ended_is_refused_and_nothing_else(
    db: Database, ending: Callable[[Database, Held], Awaitable[None]], ended: set[str]
) -> None:
    mine = await held(db)
    await ending(db, mine)
    for _ in range(2):
        uses: dict[str, list[Any]] = {
            S: [identity.session_of(db, mine.token)],
            K: [identity.key_of(db, mine.key)],
            V: [identity.verify_email(db, mine.verification)],
            R: [identity.reset_password(db, mine.reset, "yet another river bed", passwords=FAST)],
        }
        if S in ended:
            uses[S].append(identity.rotate(db, mine.token))
        for kind, calls in uses.items():
            for call in calls:
                if kind not in ended:
                    await call
                    continue
                with pytest.raises(identity.TokenRefused) as caught:
                    await call
                assert str(caught.value) == str(identity.TokenRefused())
        # A second time the mailed ones are used up, and where the reset was good it has ended the sessions.
        ended = ended | {V, R} | (set() if R in ended else {S})


async def test_an_old_password_is_worth_nothing(db: Database) -> None:
    mine = await held(db)
    await identity.reset_password(db, mine.reset, NEW, passwords=FAST)
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, ADDRESS, PASSWORD, passwords=FAST)
    assert (await identity.authenticate(db, ADDRESS, NEW, passwords=FAST)).id == mine.user_id


async def test_a_clock_that_is_wrong_here_lengthens_nothing(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether something is over is asked of the database, never of the machine that asks."""
    mine = await held(db)
    await long_after(db, mine)
    monkeypatch.setattr("time.time", lambda: 0.0)
    for call in (identity.session_of(db, mine.token), identity.key_of(db, mine.key)):
        with pytest.raises(identity.TokenRefused):
            await call


async def test_a_key_s_overlap_ends(db: Database) -> None:
    mine = await held(db)
    new = await identity.rotate_key(db, mine.key_id, overlap_seconds=60)
    assert (await identity.key_of(db, mine.key)).id == mine.user_id
    await pass_time(db, "api_keys", 61)
    with pytest.raises(identity.TokenRefused):
        await identity.key_of(db, mine.key)
    assert (await identity.key_of(db, new.key)).id == mine.user_id
    with pytest.raises(identity.TokenRefused):
        await identity.rotate_key(db, mine.key_id)
