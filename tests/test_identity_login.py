"""Signing in: who is let in, what a failure leaves and tells, and that each failure is the same work."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

import argon2
import pytest

from identity_accounts import FAST, PASSWORD, SLOW, account, events, pass_time
from plainbase import Database, ParameterError, PoolTimeout
from plainbase.platform import identity
from plainbase.platform.identity import LoginFailed, Passwords

WRONG = "a loud river at night"


async def refused(db: Database, email: str = "ada@example.org", password: str = WRONG, **more: Any) -> LoginFailed:
    """Fail to sign in."""
    with pytest.raises(LoginFailed) as caught:
        await identity.authenticate(db, email, password, **{"passwords": FAST, "limits": SLOW, **more})
    return caught.value


async def attempts(db: Database) -> list[tuple[Any, ...]]:
    rows = await db.fetch_all("SELECT email, ip_address, succeeded FROM login_attempts ORDER BY id")
    return [tuple(row) for row in rows]


async def test_the_right_password_is_let_in(db: Database) -> None:
    made = await account(db, role="researcher")
    assert made.last_login_at is None
    actor = await identity.authenticate(
        db, "Ada@Example.org", PASSWORD, ip_address="192.0.2.1", user_agent="agent", passwords=FAST
    )
    assert (actor.id, actor.name, actor.ip_address, actor.user_agent) == (made.id, "ada", "192.0.2.1", "agent")
    assert actor.scopes is None
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, ip_address="192.0.2.1", passwords=FAST)
    assert (signed.user_id, signed.role, signed.actor.id) == (made.id, "researcher", made.id)
    assert (await db.users.get(id=made.id)).last_login_at is not None
    assert await attempts(db) == [("ada@example.org", "192.0.2.1", True)] * 2
    noted = await events(db, "login", "login_failed")
    assert [(action, about) for action, about, _ in noted] == [("login", str(made.id))] * 2
    assert noted[1][2] == {"session_id": str(signed.session_id)}
    (entry, _) = await db.audit_logs.list(action="login")
    assert (entry.actor_id, entry.actor, entry.ip_address) == (made.id, "ada", "192.0.2.1")


async def test_every_failure_is_told_the_same_and_recorded_precisely(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "plainbase.identity")
    known, barred, empty = await account(db), await account(db, "bob"), await account(db, "eve", None)
    await identity.deactivate(db, barred.id)
    work = watched(monkeypatch)
    tried = [
        ("ada@example.org", WRONG, "wrong password", known.id),
        ("nobody@example.org", WRONG, "unknown account", None),
        ("no address", WRONG, "unknown account", None),
        ("bob@example.org", PASSWORD, "inactive account", barred.id),
        ("eve@example.org", PASSWORD, "account without password", empty.id),
        ("ada@example.org", "x" * 1_000_000, "wrong password", known.id),
    ]
    told = [await refused(db, email, password) for email, password, _, _ in tried]
    assert len({(str(error), repr(error), error.args) for error in told}) == 1
    assert [error.reason for error in told] == [reason for _, _, reason, _ in tried]
    assert await events(db, "login_failed") == [
        ("login_failed", None if about is None else str(about), {"reason": reason}) for _, _, reason, about in tried
    ]
    parameters = argon2.extract_parameters(await FAST.hash(PASSWORD))
    assert [argon2.extract_parameters(each) for each in work] == [parameters] * len(tried)
    assert len({row[2] for row in await attempts(db)}) == 1
    assert [row[0] for row in await attempts(db)] == [email if "@" in email else "" for email, _, _, _ in tried]
    logged = caplog.text
    assert "unknown account" in logged
    assert "nobody" not in logged
    assert "river" not in logged


async def test_a_failure_sends_the_same_statements_for_any_account(db: Database) -> None:
    await account(db)
    sent: list[str] = []
    db.on("query", lambda event: sent.append(event.name))

    async def statements(email: str) -> list[str]:
        sent.clear()
        await refused(db, email)
        return list(sent)

    assert await statements("ada@example.org") == await statements("nobody@example.org")
    assert "login_attempts.record" in sent


async def test_a_hash_of_less_work_does_not_fail_sooner(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await account(db)  # by FAST
    now = Passwords(memory_kib=300, passes=3)
    work = watched(monkeypatch)

    async def kib(email: str, password: str = WRONG) -> int:
        work.clear()
        await refused(db, email, password, passwords=now)
        return sum(each.memory_cost * each.time_cost for each in map(argon2.extract_parameters, work))

    unknown = await kib("nobody@example.org")
    assert unknown == 900
    assert 0.99 * unknown < await kib("ada@example.org") <= unknown
    assert len(work) == 2
    work.clear()
    await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=now)
    assert len(work) == 1
    assert await kib("ada@example.org") == unknown


async def test_a_transaction_is_refused_since_a_try_must_stay_counted(db: Database) -> None:
    made = await account(db)
    async with db.transaction() as tx:
        calls: list[Any] = [
            identity.authenticate(tx, "ada@example.org", WRONG, passwords=FAST),
            identity.log_in(tx, "ada@example.org", PASSWORD, passwords=FAST),
            identity.change_password(tx, made.id, PASSWORD, WRONG, passwords=FAST),
        ]
        for call in calls:
            with pytest.raises(ParameterError, match="pass the database, not a transaction"):
                await call
    assert await attempts(db) == []


async def test_a_hash_is_made_anew_where_more_work_is_asked_and_never_for_less(db: Database) -> None:
    made = await account(db)

    async def stored() -> str:
        return str((await db.users.get_password_hash(id=made.id)).password_hash)

    before = await stored()
    less = Passwords(memory_kib=32, passes=1)
    for passwords in (less, FAST):
        await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=passwords)
    assert await stored() == before
    more = Passwords(memory_kib=64, passes=2)
    await refused(db, passwords=more)
    assert await stored() == before
    await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=more)
    assert (await stored()).startswith("$argon2id$v=19$m=64,t=2,p=1$")
    await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=FAST)
    assert (await stored()).startswith("$argon2id$v=19$m=64,t=2,p=1$")


async def test_whoever_is_barred_while_the_password_is_checked_is_not_let_in(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await account(db)
    begun, go_on = threading.Event(), threading.Event()
    real = argon2.low_level.verify_secret

    def slowly(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
        begun.set()
        assert go_on.wait(30)
        return real(stored, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", slowly)
    login = asyncio.create_task(identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST))
    assert await asyncio.to_thread(begun.wait, 30)
    await identity.deactivate(db, made.id)
    go_on.set()
    with pytest.raises(LoginFailed) as caught:
        await login
    assert caught.value.reason == "changed meanwhile"
    assert await identity.list_sessions(db, made.id) == []
    assert await attempts(db) == [("ada@example.org", None, False)]
    assert [reason for _, _, reason in await events(db, "login_failed")] == [{"reason": "changed meanwhile"}]


async def test_a_cancelled_login_frees_its_place_and_stays_counted(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await account(db)
    passwords = Passwords(memory_kib=64, passes=1, threads=1, waiting=0)
    begun, go_on = threading.Event(), threading.Event()
    real = argon2.low_level.verify_secret

    def slowly(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
        begun.set()
        assert go_on.wait(30)
        return real(stored, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", slowly)
    login = asyncio.create_task(identity.authenticate(db, "ada@example.org", PASSWORD, passwords=passwords))
    assert await asyncio.to_thread(begun.wait, 30)
    with pytest.raises(PoolTimeout):
        await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=passwords)
    login.cancel()
    with pytest.raises(asyncio.CancelledError):
        await login
    go_on.set()
    async with asyncio.timeout(30):
        while True:
            try:
                await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=passwords)
                break
            except PoolTimeout:
                await asyncio.sleep(0.001)
    # The one that was turned away for want of room is not counted, the cancelled one is, as failed.
    assert [row[2] for row in await attempts(db)] == [False, True]
    assert db.pool_status().busy == 0


async def test_a_password_is_changed_by_whoever_knows_the_old_one(db: Database) -> None:
    made = await account(db)
    kept, other = [await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST) for _ in range(2)]
    with pytest.raises(LoginFailed):
        await identity.change_password(db, made.id, WRONG, "a new river bed", passwords=FAST)
    with pytest.raises(identity.WeakPassword):
        await identity.change_password(db, made.id, PASSWORD, "short", passwords=FAST)
    await identity.change_password(
        db, made.id, PASSWORD, "a new river bed", keep_session=kept.session_id, passwords=FAST
    )
    assert (await identity.session_of(db, kept.token)).user_id == made.id
    with pytest.raises(identity.TokenRefused):
        await identity.session_of(db, other.token)
    await refused(db, password=PASSWORD)
    await identity.authenticate(db, "ada@example.org", "a new river bed", passwords=FAST)


async def test_guesses_of_the_old_password_count_as_guesses_at_the_login(db: Database) -> None:
    made = await account(db)
    for _ in range(3):
        with pytest.raises(LoginFailed):
            await identity.change_password(db, made.id, WRONG, "a new river bed", passwords=FAST, limits=SLOW)
    with pytest.raises(LoginFailed) as caught:
        await identity.change_password(db, made.id, PASSWORD, "a new river bed", passwords=FAST, limits=SLOW)
    assert caught.value.reason == "too many tries"
    assert (await refused(db, password=PASSWORD)).reason == "too many tries"
    await identity.set_password(db, made.id, "a new river bed", passwords=FAST)
    await identity.authenticate(db, "ada@example.org", "a new river bed", passwords=FAST, limits=SLOW)


async def test_times_are_the_databases(db: Database) -> None:
    await account(db)
    for _ in range(4):
        await refused(db)
    await pass_time(db, "login_attempts", 999)
    assert (await refused(db, password=PASSWORD)).reason == "too many tries"
    await pass_time(db, "login_attempts", 2)
    await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=FAST, limits=SLOW)


def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that are verified from now on."""
    verified: list[str] = []
    real = argon2.low_level.verify_secret

    def verify(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
        verified.append(stored.decode())
        return real(stored, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", verify)
    return verified
