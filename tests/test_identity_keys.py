"""API keys: shown once, with scopes and an end; tampered, expired, revoked and replaced ones are refused alike."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

import plainbase
from identity_accounts import FAST, PASSWORD, account, events, pass_time
from plainbase import Database, DataInvalid, RowNotFound
from plainbase.platform import identity
from plainbase.platform.identity import NewKey, TokenRefused
from plainbase.platform.identity.tokens import BASE62, checksum, key_parts

UNKNOWN = UUID("01900000-0000-7000-8000-00000000dead")

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def why(db: Database, key: Any) -> str | None:
    """Why a key is refused; None where it is not."""
    try:
        await identity.key_of(db, key)
    except TokenRefused as error:
        return error.reason
    return None


async def test_a_key_is_its_user_with_its_scopes(db: Database) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci", scopes=["read:models", "create:*", "read:models"], actor=made.id)
    assert (key.name, key.scopes, key.expires_at, key.user_id) == ("ci", ("create:*", "read:models"), None, made.id)
    actor = await identity.key_of(db, key.key, ip_address="192.0.2.1", user_agent="agent")
    assert (actor.id, actor.name, actor.ip_address, actor.user_agent) == (made.id, "ada", "192.0.2.1", "agent")
    assert actor.scopes == frozenset({"create:*", "read:models"})
    without = await identity.make_key(db, made.id, "none")
    assert (await identity.key_of(db, without.key)).scopes == frozenset()  # may do nothing, not everything
    row = await db.fetch_one("SELECT key_hash FROM api_keys WHERE id = :id", {"id": key.id})
    secret = key.key.rsplit("_", 1)[1][:-6]
    assert row.key_hash == sha256(secret.encode()).digest()
    listed = await identity.list_keys(db, made.id)
    assert [row.name for row in listed] == ["none", "ci"]
    assert not any("key_hash" in row for row in listed)


def test_a_key_is_told_by_its_checksum() -> None:
    found = key_parts("pb_ABCDEFGHIJKL_" + "x" * 43 + checksum("pb_ABCDEFGHIJKL_" + "x" * 43))
    assert found is not None
    assert found.public_id == "ABCDEFGHIJKL"
    assert checksum("") == "000000"
    assert checksum("123456789") == _base62(0xCBF43926)  # CRC-32's check value


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits.rjust(6, "0")


async def test_a_mistyped_key_never_reaches_the_database(db: Database) -> None:
    made = await account(db)
    key = (await identity.make_key(db, made.id, "ci")).key
    asked: list[str] = []
    db.on("query", lambda event: asked.append(event.name))
    wrong: list[Any] = [
        key[:place] + ("A" if key[place] != "A" else "B") + key[place + 1 :] for place in range(len(key))
    ]
    wrong += ["", "pb_", key[:-1], key + "A", key + "\n", key.lower(), key.replace("_", "-"), "x" * 1_000_000, None, 7]
    wrong += [key.encode(), "pb_' OR 1=1 --"]
    assert {await why(db, each) for each in wrong} == {"malformed"}
    assert asked == []


async def test_a_forged_key_with_a_right_checksum_is_refused_and_recorded(db: Database) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci")
    body = f"pb_{key.public_id}_" + "x" * 43
    assert await why(db, body + checksum(body)) == "wrong secret"
    unknown = "pb_" + "A" * 12 + "_" + "x" * 43
    assert await why(db, unknown + checksum(unknown)) == "unknown"
    assert await events(db, "key_refused") == [
        ("key_refused", str(made.id), {"reason": "wrong secret", "key_id": str(key.id)})
    ]


async def test_a_key_ends(db: Database) -> None:
    made = await account(db)
    short, long = [await identity.make_key(db, made.id, "ci", lifetime=days) for days in (1, 30)]
    assert short.expires_at is not None
    row = await db.api_keys.get(id=short.id)
    assert row.expires_at - row.created_at == timedelta(days=1)
    await pass_time(db, "api_keys", 86_000)
    assert await why(db, short.key) is None
    await pass_time(db, "api_keys", 500)
    assert [await why(db, short.key), await why(db, long.key)] == ["expired", None]
    revoked = [await identity.revoke_key(db, long.id, made.id), await identity.revoke_key(db, long.id)]
    assert revoked == [True, False]
    assert await why(db, long.key) == "revoked"
    with pytest.raises(RowNotFound):
        await identity.revoke_key(db, UNKNOWN)


async def test_keys_end_with_their_account(db: Database) -> None:
    made = await account(db)
    one, two = [await identity.make_key(db, made.id, "ci") for _ in range(2)]
    await db.execute("UPDATE users SET active = false")
    assert await why(db, one.key) == "inactive account"
    await db.execute("UPDATE users SET active = true")
    assert await why(db, one.key) is None
    await identity.deactivate(db, made.id)
    await identity.activate(db, made.id)
    assert [await why(db, one.key), await why(db, two.key)] == ["revoked", "revoked"]


async def test_what_a_plain_update_barred_comes_back_with_nothing_open(db: Database) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci")
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    reset = await identity.request_reset(db, "ada@example.org")
    await identity.activate(db, made.id)  # which it is, so that nothing ends
    assert await why(db, key.key) is None
    await db.execute("UPDATE users SET active = false")
    await identity.activate(db, made.id)
    assert await why(db, key.key) == "revoked"
    with pytest.raises(TokenRefused):
        await identity.session_of(db, signed.token)
    assert reset is not None
    with pytest.raises(TokenRefused):
        await identity.reset_password(db, reset.token, "a new river bed", passwords=FAST)
    with pytest.raises(RowNotFound):
        await identity.activate(db, UNKNOWN)


async def test_a_key_made_while_its_account_is_barred_is_none(db: Database, url: str) -> None:
    made = await account(db)
    old = await identity.make_key(db, made.id, "old")
    async with plainbase.open(url) as other:
        async with other.transaction() as tx:
            await tx.users.deactivate(id=made.id)
            making = asyncio.create_task(identity.make_key(db, made.id, "ci"))
            if url.startswith("postgres"):
                while not await other.fetch_value(WAITS):
                    assert not making.done()
            await tx.api_keys.revoke_for_user(user_id=made.id)
        with pytest.raises(DataInvalid, match="barred"):
            await making
    assert [row.id for row in await identity.list_keys(db, made.id)] == [old.id]


async def test_a_key_of_a_barred_account_is_not_rotated(db: Database) -> None:
    made = await account(db)
    old = await identity.make_key(db, made.id, "ci")
    await db.execute("UPDATE users SET active = false")
    with pytest.raises(TokenRefused) as caught:
        await identity.rotate_key(db, old.id)
    assert caught.value.reason == "inactive account"
    assert (await db.api_keys.get(id=old.id)).replaced_at is None


async def test_use_is_noted_once_a_minute_however_many_use_it_at_once(db: Database) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci")

    async def noted() -> int:
        return len(await events(db, "key_use"))

    await asyncio.gather(*(identity.key_of(db, key.key) for _ in range(20)))
    assert await noted() == 1
    used = (await db.api_keys.get(id=key.id)).last_used_at
    await pass_time(db, "api_keys", 55)
    await identity.key_of(db, key.key)
    assert await noted() == 1
    await pass_time(db, "api_keys", 10)
    await asyncio.gather(*(identity.key_of(db, key.key) for _ in range(20)))
    assert await noted() == 2
    assert (await db.api_keys.get(id=key.id)).last_used_at >= used


async def test_a_rotated_key_is_good_for_the_overlap(db: Database) -> None:
    made = await account(db)
    old = await identity.make_key(db, made.id, "ci", scopes=["*"], lifetime=30)
    await pass_time(db, "api_keys", 86_400)
    new = await identity.rotate_key(db, old.id, overlap_seconds=600, actor=made.id)
    assert (new.name, new.scopes, new.user_id) == ("ci", ("*",), made.id)
    row = await db.api_keys.get(id=new.id)
    assert timedelta(days=29.99) < row.expires_at - row.created_at < timedelta(days=30.01)
    assert [await why(db, old.key), await why(db, new.key)] == [None, None]
    await pass_time(db, "api_keys", 599)
    assert await why(db, old.key) is None
    await pass_time(db, "api_keys", 2)
    assert [await why(db, old.key), await why(db, new.key)] == ["expired", None]
    with pytest.raises(TokenRefused):
        await identity.rotate_key(db, old.id)
    at_once = await identity.rotate_key(db, new.id, overlap_seconds=0)
    assert [await why(db, new.key), await why(db, at_once.key)] == ["revoked", None]
    with pytest.raises(RowNotFound):
        await identity.rotate_key(db, UNKNOWN)


async def test_an_overlap_lengthens_no_key(db: Database) -> None:
    made = await account(db)
    old = await identity.make_key(db, made.id, "ci", lifetime=1)
    await identity.rotate_key(db, old.id, overlap_seconds=10 * 86_400)
    assert (await db.api_keys.get(id=old.id)).expires_at == old.expires_at


async def test_of_many_that_rotate_at_once_one_does(db: Database) -> None:
    made = await account(db)
    old = await identity.make_key(db, made.id, "ci")
    told = await asyncio.gather(*(identity.rotate_key(db, old.id) for _ in range(10)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["NewKey"] + ["TokenRefused"] * 9
    (new,) = [each for each in told if isinstance(each, NewKey)]
    assert await why(db, new.key) is None
    assert len(await identity.list_keys(db, made.id)) == 2


@pytest.mark.parametrize(
    "scopes",
    ["read", "", "read:", ":models", "READ:models", "read:models:1", "**", "read models", ["*", 7], ["x:y"] * 101],
)
async def test_a_scope_that_is_none_is_refused(db: Database, scopes: Any) -> None:
    made = await account(db)
    with pytest.raises(DataInvalid):
        await identity.make_key(db, made.id, "ci", scopes=scopes)
    assert await identity.list_keys(db, made.id) == []


async def test_scopes_that_were_spoilt_by_hand_allow_nothing(db: Database) -> None:
    made = await account(db)
    key = await identity.make_key(db, made.id, "ci", scopes=["*"])
    for spoilt in ('{"*": true}', '"*"', '[["*"]]', "7", "null"):
        await db.execute(f"UPDATE api_keys SET scopes = '{spoilt}'")
        assert (await identity.key_of(db, key.key)).scopes == frozenset()


@pytest.mark.parametrize("lifetime", [0, -1, 40_000, float("nan"), True, "1"])
async def test_a_lifetime_that_is_none_is_refused(db: Database, lifetime: Any) -> None:
    made = await account(db)
    with pytest.raises(DataInvalid):
        await identity.make_key(db, made.id, "ci", lifetime=lifetime)


async def test_a_key_needs_an_active_user_and_a_name(db: Database) -> None:
    made = await account(db)
    with pytest.raises(RowNotFound):
        await identity.make_key(db, UNKNOWN, "ci")
    for name in ("", "x" * 256):
        with pytest.raises(DataInvalid):
            await identity.make_key(db, made.id, name)
    await identity.deactivate(db, made.id)
    with pytest.raises(DataInvalid, match="barred"):
        await identity.make_key(db, made.id, "ci")
    assert await identity.list_keys(db, made.id) == []


async def test_in_a_transaction_it_is_the_same_and_undone_with_it(db: Database) -> None:
    made = await account(db)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction(actor=made.id) as tx:
            key = await identity.make_key(tx, made.id, "ci")
            new = await identity.rotate_key(tx, key.id)
            assert (await identity.key_of(tx, new.key)).id == made.id
            assert await identity.revoke_key(tx, new.id)
            with pytest.raises(TokenRefused):
                await identity.key_of(tx, new.key)
            raise ZeroDivisionError
    assert await identity.list_keys(db, made.id) == []
    assert await events(db, "key_use", "key_refused") == []
