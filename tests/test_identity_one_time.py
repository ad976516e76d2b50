"""Mailed tokens: a reset and a verification, each once, for its time and its purpose, and for nobody who asks."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest

from identity_accounts import FAST, PASSWORD, account, events, pass_time
from plainbase import Database, DataInvalid, RowNotFound
from plainbase.platform import identity
from plainbase.platform.identity import OneTimeToken, TokenRefused, WeakPassword

NEW = "a new river bed"
UNKNOWN = UUID("01900000-0000-7000-8000-00000000dead")


async def mailed(db: Database, email: str = "ada@example.org", **more: Any) -> OneTimeToken:
    """A reset's token."""
    token = await identity.request_reset(db, email, **more)
    assert token is not None
    return token


async def why(db: Database, token: Any) -> str | None:
    """Why a reset is refused; None where it is not."""
    try:
        await identity.reset_password(db, token, NEW, passwords=FAST)
    except TokenRefused as error:
        return error.reason
    return None


async def test_a_reset_sets_a_password_once_and_ends_what_the_old_one_began(db: Database) -> None:
    made = await account(db)
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    first, token = await mailed(db), await mailed(db, "ADA@example.org")
    assert (token.user_id, token.email, token.purpose) == (made.id, "ada@example.org", "password_reset")
    with pytest.raises(WeakPassword):
        await identity.reset_password(db, token.token, "short", passwords=FAST)
    assert await identity.reset_password(db, token.token, NEW, ip_address="192.0.2.1", passwords=FAST) == made.id
    await identity.authenticate(db, "ada@example.org", NEW, passwords=FAST)
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, "ada@example.org", PASSWORD, passwords=FAST)
    with pytest.raises(TokenRefused):
        await identity.session_of(db, signed.token)
    assert [await why(db, token.token), await why(db, first.token)] == ["used", "unknown"]
    assert await events(db, "password_reset_request", "password_reset") == [
        ("password_reset_request", str(made.id), None),
        ("password_reset_request", str(made.id), None),
        ("password_reset", str(made.id), {"sessions": 1}),
    ]
    (entry,) = await db.audit_logs.list(action="password_reset")
    assert (entry.actor_id, entry.ip_address) == (made.id, "192.0.2.1")


async def test_of_many_that_redeem_a_token_at_once_one_does(db: Database) -> None:
    await account(db)
    token = await mailed(db)
    told = await asyncio.gather(
        *(identity.reset_password(db, token.token, f"a new river {n}", passwords=FAST) for n in range(10)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in told) == ["TokenRefused"] * 9 + ["UUID"]
    (number,) = [n for n, each in enumerate(told) if isinstance(each, UUID)]
    await identity.authenticate(db, "ada@example.org", f"a new river {number}", passwords=FAST)
    assert len(await events(db, "password_reset")) == 1


async def test_an_account_without_a_password_gets_one_by_a_reset(db: Database) -> None:
    await account(db, password=None)
    await identity.reset_password(db, (await mailed(db)).token, NEW, passwords=FAST)
    await identity.authenticate(db, "ada@example.org", NEW, passwords=FAST)


async def test_nobody_is_told_whether_an_address_is_known(db: Database) -> None:
    barred = await account(db)
    await identity.deactivate(db, barred.id)
    for email in ("ada@example.org", "nobody@example.org", "no address", "' OR 1=1 --", "x" * 100_000):
        assert await identity.request_reset(db, email) is None
    assert await db.fetch_value("SELECT count(*) FROM one_time_tokens") == 0


async def test_an_account_is_mailed_so_often_in_an_hour_and_keeps_its_tokens(db: Database) -> None:
    await account(db)
    tokens = [await mailed(db) for _ in range(5)]
    assert await identity.request_reset(db, "ada@example.org") is None
    for table in ("one_time_tokens", "login_attempts"):
        await pass_time(db, table, 3_590)
    assert await identity.request_reset(db, "ada@example.org") is None
    for table in ("one_time_tokens", "login_attempts"):
        await pass_time(db, table, 20)
    again = await mailed(db)
    assert await why(db, tokens[0].token) == "expired"
    assert await why(db, again.token) is None


async def test_asking_runs_the_same_statements_whoever_is_asked_for(db: Database) -> None:
    await account(db)
    await account(db, "eve", None)
    await identity.deactivate(db, (await account(db, "bob")).id)
    sent: list[str] = []
    db.on("query", lambda event: sent.append(event.name))

    async def statements(name: str) -> list[str]:
        sent.clear()
        await identity.request_reset(db, f"{name}@example.org", ip_address="192.0.2.1")
        return list(sent)

    for number in range(7):  # also where it was asked for too often
        known, *others = [await statements(name) for name in ("ada", "eve", "bob", "nobody")]
        assert others == [known] * 3
        assert ("one_time_tokens.create_for_active" in known) == (number < 5)
    noted = await events(db, "password_reset_request")
    assert [details for _, _, details in noted].count({"reason": "unknown account"}) == 5
    assert [details for _, _, details in noted].count({"reason": "inactive account"}) == 5
    assert len(noted) == 20
    assert await db.fetch_value("SELECT count(*) FROM one_time_tokens") == 10


async def test_resets_that_are_asked_for_from_one_address_are_bounded(db: Database) -> None:
    await account(db)
    for number in range(50):
        await identity.request_reset(db, f"n{number}@example.org", ip_address=f"2001:db8::{number:x}")
    assert await identity.request_reset(db, "ada@example.org", ip_address="2001:db8::ffff") is None
    assert len(await events(db, "password_reset_request")) == 50
    assert await identity.request_reset(db, "ada@example.org", ip_address="2001:db8:0:1::1") is not None
    await pass_time(db, "login_attempts", 3_601)
    assert await identity.request_reset(db, "ada@example.org", ip_address="2001:db8::1") is not None


async def test_of_many_that_ask_at_once_five_are_mailed(db: Database) -> None:
    await account(db)
    told = await asyncio.gather(*(identity.request_reset(db, "ada@example.org") for _ in range(20)))
    assert len([each for each in told if each is not None]) == 5


async def test_asking_for_resets_locks_nobody_out(db: Database) -> None:
    await account(db)
    for _ in range(10):
        await identity.request_reset(db, "ada@example.org", ip_address="192.0.2.1")
    await identity.authenticate(db, "ada@example.org", PASSWORD, ip_address="192.0.2.1", passwords=FAST)


@pytest.mark.parametrize("end_keys", [False, True])
async def test_keys_end_by_a_reset_where_that_is_said(db: Database, end_keys: bool) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci")
    await identity.reset_password(db, (await mailed(db)).token, NEW, end_keys=end_keys, passwords=FAST)
    assert ((await db.api_keys.get(id=key.id)).revoked_at is not None) is end_keys
    key = await identity.make_key(db, made.id, "ci")
    await identity.set_password(db, made.id, NEW, end_keys=end_keys, passwords=FAST)
    assert ((await db.api_keys.get(id=key.id)).revoked_at is not None) is end_keys


@pytest.mark.parametrize(
    "token", ["", "pbt_" + "x" * 42, "pbs_" + "x" * 43, "pbt_" + "x" * 42 + "\n", "x" * 1_000_000, None, 7, "\0"]
)
async def test_a_malformed_token_is_refused_before_any_work(db: Database, token: Any) -> None:
    asked: list[str] = []
    db.on("query", lambda event: asked.append(event.name))
    assert await why(db, token) == "malformed"
    with pytest.raises(TokenRefused):
        await identity.verify_email(db, token)
    assert asked == []


async def test_an_unknown_or_expired_token_costs_no_hash(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await account(db)
    token = await mailed(db, lifetime=60)
    await pass_time(db, "one_time_tokens", 61)

    async def never(*args: Any) -> str:
        raise AssertionError

    monkeypatch.setattr(identity.Passwords, "hash", never)
    assert [await why(db, token.token), await why(db, "pbt_" + "x" * 43)] == ["expired", "unknown"]


async def test_an_address_is_verified_by_its_own_token(db: Database) -> None:
    made = await account(db)
    reset, first, second = await mailed(db), *[await identity.request_verification(db, made.id) for _ in range(2)]
    assert (first.email, first.purpose) == ("ada@example.org", "email_verification")
    with pytest.raises(TokenRefused) as caught:
        await identity.verify_email(db, reset.token)
    assert caught.value.reason == "for another purpose"
    assert await why(db, first.token) == "for another purpose"
    assert await identity.verify_email(db, first.token) == made.id
    assert (await db.users.get(id=made.id)).email_verified is True
    for token in (first, second):
        with pytest.raises(TokenRefused):
            await identity.verify_email(db, token.token)
    with pytest.raises(RowNotFound):
        await identity.request_verification(db, UNKNOWN)
    for _ in range(4):
        await identity.request_verification(db, made.id)
    with pytest.raises(DataInvalid, match="5 verifications"):
        await identity.request_verification(db, made.id)


async def test_what_was_mailed_to_the_old_address_is_worthless_after_a_change(db: Database) -> None:
    made = await account(db)
    reset, verification = await mailed(db), await identity.request_verification(db, made.id)
    await identity.verify_address(db, made.id, actor=made.id)
    assert (await db.users.get(id=made.id)).email_verified is True
    await identity.change_email(db, made.id, "Countess@example.org", made.id)
    changed = await db.users.get(id=made.id)
    assert (changed.email, changed.email_verified) == ("countess@example.org", False)
    assert await why(db, reset.token) == "unknown"
    with pytest.raises(TokenRefused):
        await identity.verify_email(db, verification.token)


async def test_a_barred_account_redeems_nothing(db: Database) -> None:
    made = await account(db)
    token = await mailed(db)
    await db.execute("UPDATE users SET active = false")
    assert await why(db, token.token) == "inactive account"
    await identity.deactivate(db, made.id)
    await identity.activate(db, made.id)
    assert await why(db, token.token) == "unknown"


async def test_in_a_transaction_it_is_the_same_and_undone_with_it(db: Database) -> None:
    made = await account(db)
    token = await mailed(db)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            assert await identity.reset_password(tx, token.token, NEW, passwords=FAST) == made.id
            with pytest.raises(TokenRefused):
                await identity.reset_password(tx, token.token, NEW, passwords=FAST)
            raise ZeroDivisionError
    assert await why(db, token.token) is None


async def test_accounts_unknown_are_told(db: Database) -> None:
    calls = [
        identity.set_password(db, UNKNOWN, NEW, passwords=FAST),
        identity.change_password(db, UNKNOWN, PASSWORD, NEW, passwords=FAST),
        identity.change_email(db, UNKNOWN, "b@example.org"),
        identity.change_username(db, UNKNOWN, "b"),
        identity.change_role(db, UNKNOWN, "admin"),
        identity.verify_address(db, UNKNOWN),
        identity.deactivate(db, UNKNOWN),
        identity.activate(db, UNKNOWN),
        identity.unlock(db, UNKNOWN),
    ]
    told = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(each) for each in told} == {RowNotFound}
    assert await events(db, "unlock") == []


async def test_what_was_mailed_before_an_administrator_set_a_password_is_worthless(db: Database) -> None:
    made = await account(db)
    token = await mailed(db)
    await identity.set_password(db, made.id, "a new river mouth", passwords=FAST)
    assert await why(db, token.token) == "unknown"
