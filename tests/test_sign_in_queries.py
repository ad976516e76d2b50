"""The queries of signing in: one-time tokens, failed logins, sessions and keys, each for its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from plainbase import ConstraintViolation, Database, DataInvalid, Row

HASH = bytes(range(32))


async def user(db: Database, name: str = "ada", **params: object) -> Row:
    row: Row = await db.users.create(email=f"{name}@example.org", username=name, password_hash="hash", **params)
    return row


async def session(db: Database, owner: Row, token: bytes = HASH, idle: float = 60, lifetime: float = 3600) -> Row:
    row: Row = await db.sessions.create(
        user_id=owner.id, token_hash=token, idle_seconds=idle, lifetime_seconds=lifetime, ip_address="192.0.2.1"
    )
    return row


async def key(db: Database, owner: Row, public_id: str = "pb_1", **params: object) -> Row:
    row: Row = await db.api_keys.create(user_id=owner.id, public_id=public_id, key_hash=HASH, name="ci", **params)
    return row


async def move(db: Database, table: str, seconds: float) -> None:
    """Let time pass: every time in a table becomes so much earlier."""
    columns = {
        "sessions": ["created_at", "idle_expires_at", "expires_at", "last_seen_at"],
        "one_time_tokens": ["created_at", "expires_at"],
        "api_keys": ["created_at", "expires_at", "last_used_at"],
        "login_attempts": ["attempted_at"],
    }[table]
    for row in await db.fetch_all(f"SELECT id, {', '.join(columns)} FROM {table}"):
        earlier = {name: row[name] and row[name] - timedelta(seconds=seconds) for name in columns}
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        await db.execute(f"UPDATE {table} SET {sets} WHERE id = :id", {"id": row.id, **earlier})


async def test_a_token_is_good_once_for_its_purpose_and_its_time(db: Database) -> None:
    owner = await user(db)

    async def token(number: int, purpose: str = "password_reset", seconds: float = 60) -> Row:
        row: Row = await db.one_time_tokens.create(
            user_id=owner.id, purpose=purpose, token_hash=bytes([number]) * 32, seconds=seconds
        )
        return row

    async def redeem(number: int, purpose: str = "password_reset") -> UUID | None:
        row = await db.one_time_tokens.redeem(token_hash=bytes([number]) * 32, purpose=purpose)
        return None if row is None else UUID(str(row.user_id))

    made = await token(1, seconds=90.5)
    assert timedelta(seconds=90) < made.expires_at - made.created_at < timedelta(seconds=91)
    assert "token_hash" not in made
    assert await redeem(1, "email_verification") is None
    assert await redeem(1) == owner.id
    assert await redeem(1) is None
    assert await redeem(9) is None
    for number, purpose in ((2, "password_reset"), (3, "password_reset"), (4, "email_verification")):
        await token(number, purpose)
    assert await db.one_time_tokens.revoke_for_user(user_id=owner.id, purpose="password_reset") == 2
    assert await redeem(2) is None
    assert await redeem(4, "email_verification") == owner.id
    await token(5)
    assert await db.one_time_tokens.revoke_for_user(user_id=owner.id) == 1
    await token(6)
    await move(db, "one_time_tokens", 100)
    assert await redeem(6) is None
    await token(7)
    assert await db.one_time_tokens.delete_expired(limit=1) == 1
    assert await db.one_time_tokens.delete_expired() == 2
    assert await redeem(7) == owner.id
    with pytest.raises(ConstraintViolation) as caught:
        await token(8, seconds=0)
    assert caught.value.constraint == "one_time_tokens_expires_at_check"


async def test_failures_count_within_the_window_until_they_are_forgiven(db: Database) -> None:
    async def attempt(succeeded: bool, email: str = "ada@example.org", ip_address: str | None = "192.0.2.1") -> None:
        await db.login_attempts.record(email=email, ip_address=ip_address, succeeded=succeeded)

    async def failures(seconds: float = 60, **where: object) -> int:
        row = await db.login_attempts.account_failures(
            email="ada@example.org", seconds=seconds, **{"known": False, **where}
        )
        assert (row.last_id is None) == (row.passed is None) == (row.failures == 0)
        return int(row.failures)

    await attempt(False)
    await attempt(False)
    await move(db, "login_attempts", 100)
    assert [await failures(), await failures(200)] == [0, 2]
    old = await db.login_attempts.account_failures(email="ada@example.org", known=False, seconds=200)
    assert 100 <= old.passed < 130
    await attempt(False)
    await attempt(False, email="bob@example.org")
    assert [await failures(), await failures(200), await failures(known=True)] == [1, 3, 0]
    await attempt(True)
    assert await failures(200) == 3  # a success counts for nothing by itself
    assert await failures(200, ip_address="192.0.2.9") == 0
    await attempt(False, ip_address=None)
    counts = [
        (await db.login_attempts.address_failures(ip_address="192.0.2.1", seconds=seconds)).failures
        for seconds in (60, 200)
    ]
    assert counts == [2, 4]
    assert await db.login_attempts.forgive(email="ada@example.org", known=False, ip_address="192.0.2.1") == 3
    assert [await failures(200), await db.login_attempts.forgive(email="ada@example.org")] == [1, 1]
    assert (await db.login_attempts.address_failures(ip_address="192.0.2.1", seconds=200)).failures == 1
    assert await db.login_attempts.is_known(email="ada@example.org", ip_address="192.0.2.1", seconds=60) is True
    assert await db.login_attempts.is_known(email="bob@example.org", ip_address="192.0.2.1", seconds=60) is False
    assert await db.login_attempts.is_known(email="ada@example.org", ip_address=None, seconds=60) is False
    before = datetime.now(UTC) - timedelta(seconds=50)
    assert await db.login_attempts.delete_before(before=before, limit=1) == 1
    assert await db.login_attempts.delete_before(before=before) == 1
    assert await db.login_attempts.delete_before(before=before) == 0
    assert await db.fetch_value("SELECT count(*) FROM login_attempts") == 4


async def test_a_session_ends_when_idle_at_its_end_and_when_revoked(db: Database) -> None:
    owner = await user(db, role="researcher")
    made = await session(db, owner, idle=60, lifetime=100)
    assert "token_hash" not in made
    found = await db.sessions.get_by_token(token_hash=HASH)
    assert (found.id, found.user_id, found.username, found.role) == (made.id, owner.id, "ada", "researcher")
    assert found.active is True
    assert await db.sessions.get_by_token(token_hash=bytes(32)) is None

    await move(db, "sessions", 50)
    assert await db.sessions.touch(id=made.id) == 1
    moved = await db.sessions.get_by_token(token_hash=HASH)
    assert moved.idle_expires_at == moved.expires_at  # 50 + 60 would be past the end
    assert moved.last_seen_at > made.created_at - timedelta(seconds=1)
    await move(db, "sessions", 60)
    assert await db.sessions.get_by_token(token_hash=HASH) is None
    assert await db.sessions.touch(id=made.id) == 0

    idle = await session(db, owner, b"i" * 32, idle=10)
    assert idle.idle_expires_at - idle.created_at < timedelta(seconds=11) < idle.expires_at - idle.created_at
    await move(db, "sessions", 20)
    assert await db.sessions.get_by_token(token_hash=b"i" * 32) is None
    assert await db.sessions.touch(id=idle.id) == 0

    live = await session(db, owner, b"l" * 32, idle=900, lifetime=90)
    assert live.idle_expires_at == live.expires_at
    await db.users.deactivate(id=owner.id)
    assert (await db.sessions.get_by_token(token_hash=b"l" * 32)).active is False
    listed = await db.sessions.list_for_user(user_id=owner.id)
    assert [(row.id, row.live) for row in listed] == [(live.id, True), (idle.id, False), (made.id, False)]
    page = await db.sessions.list_for_user(
        user_id=owner.id, before_created_at=listed[0].created_at, before_id=listed[0].id, limit=1
    )
    assert [row.id for row in page] == [idle.id]
    assert (await db.sessions.revoke(id=live.id)).user_id == owner.id
    assert await db.sessions.revoke(id=live.id) is None
    assert await db.sessions.get_by_token(token_hash=b"l" * 32) is None
    assert await db.sessions.touch(id=live.id) == 0
    assert await db.sessions.delete_expired() == 1
    assert [row.id for row in await db.sessions.list_for_user(user_id=owner.id)] == [live.id, idle.id]


async def test_all_sessions_but_the_one_that_asks_are_revoked(db: Database) -> None:
    owner, other = await user(db), await user(db, "bob")
    made = [await session(db, owner, bytes([n]) * 32) for n in range(3)]
    await session(db, other, b"o" * 32)
    assert await db.sessions.revoke_for_user(user_id=owner.id, except_id=made[1].id) == 2
    listed = await db.sessions.list_for_user(user_id=owner.id)
    assert [(row.id, row.live, row.revoked_at is None) for row in listed] == [
        (made[2].id, False, False),
        (made[1].id, True, True),
        (made[0].id, False, False),
    ]
    assert await db.sessions.revoke_for_user(user_id=owner.id) == 1
    assert await db.sessions.get_by_token(token_hash=b"o" * 32) is not None
    for idle, lifetime in ((10, 0), (10, -5)):
        with pytest.raises(ConstraintViolation) as caught:
            await session(db, owner, b"x" * 32, idle=idle, lifetime=lifetime)
        assert caught.value.constraint == "sessions_expires_at_check"
    with pytest.raises(ConstraintViolation) as caught:
        await session(db, owner, b"short")
    assert caught.value.constraint == "sessions_token_hash_check"


async def test_a_key_is_found_while_it_is_good(db: Database) -> None:
    owner = await user(db)
    made = await key(db, owner, scopes=["read"], lifetime_seconds=3600)
    assert (made.scopes, made.last_used_at, made.revoked_at) == (["read"], None, None)
    assert timedelta(seconds=3599) < made.expires_at - made.created_at < timedelta(seconds=3601)
    assert "key_hash" not in made
    assert made == await db.api_keys.get(id=made.id)
    found = await db.api_keys.get_by_public_id(public_id="pb_1")
    assert (found.id, found.user_id, found.key_hash, found.role, found.active) == (
        made.id,
        owner.id,
        HASH,
        "user",
        True,
    )
    assert await db.api_keys.get_by_public_id(public_id="pb_2") is None
    assert [await db.api_keys.touch(id=made.id), await db.api_keys.touch(id=made.id)] == [1, 0]
    used = (await db.api_keys.get(id=made.id)).last_used_at
    await move(db, "api_keys", 61)
    assert await db.api_keys.touch(id=made.id) == 1
    assert (await db.api_keys.get(id=made.id)).last_used_at >= used
    await move(db, "api_keys", 3600)
    assert await db.api_keys.get_by_public_id(public_id="pb_1") is None

    endless = await key(db, owner, "pb_2")
    assert (await db.api_keys.get_by_public_id(public_id="pb_2")).scopes == []
    assert await db.api_keys.rename(id=endless.id, name="deploy") == 1
    listed = await db.api_keys.list_for_user(user_id=owner.id)
    assert [(row.id, row.name) for row in listed] == [(endless.id, "deploy"), (made.id, "ci")]
    page = await db.api_keys.list_for_user(
        user_id=owner.id, before_created_at=listed[0].created_at, before_id=listed[0].id
    )
    assert [row.id for row in page] == [made.id]
    assert [await db.api_keys.revoke(id=endless.id), await db.api_keys.revoke(id=endless.id)] == [1, 0]
    assert await db.api_keys.get_by_public_id(public_id="pb_2") is None
    await key(db, owner, "pb_3")
    assert await db.api_keys.revoke_for_user(user_id=owner.id) == 2
    assert await db.api_keys.get_by_public_id(public_id="pb_3") is None
    with pytest.raises(ConstraintViolation) as caught:
        await key(db, owner, "pb_3")
    assert caught.value.kind == "unique"


async def test_a_session_needs_an_idle_time(db: Database) -> None:
    owner = await user(db)
    with pytest.raises(ConstraintViolation) as caught:
        await db.sessions.create(user_id=owner.id, token_hash=HASH, idle_seconds=None, lifetime_seconds=60)
    assert caught.value.kind == "not null"
    with pytest.raises((ConstraintViolation, DataInvalid)):
        await db.sessions.create(user_id=owner.id, token_hash=HASH, idle_seconds=60, lifetime_seconds=1e12)
    assert await db.sessions.list_for_user(user_id=owner.id) == []
