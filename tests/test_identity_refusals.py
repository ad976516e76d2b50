"""Refusals that are recorded once a minute, and looking up who asks where nothing can be written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

import plainbase
from identity_accounts import FAST, PASSWORD, account, events, pass_time
from plainbase import Database
from plainbase.platform import identity
from plainbase.platform.identity import TokenRefused
from plainbase.platform.identity.tokens import checksum

Ask = Callable[[Any], Awaitable[object]]


async def revoked(db: Database) -> dict[str, Ask]:
    """Calls that are refused and are recorded: an ended session's token, an ended key, a key with a wrong secret."""
    made = await account(db)
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    old, forged = [await identity.make_key(db, made.id, "ci") for _ in range(2)]
    await identity.revoke_session(db, signed.session_id)
    await identity.revoke_key(db, old.id)
    body = f"pb_{forged.public_id}_" + "x" * 43
    return {
        "sessions": lambda db: identity.session_of(db, signed.token),
        "api_keys": lambda db: identity.key_of(db, old.key),
        "forged": lambda db: identity.key_of(db, body + checksum(body)),
    }


async def refuse(db: Any, ask: Ask, many: int = 1) -> None:
    told = await asyncio.gather(*(ask(db) for _ in range(many)), return_exceptions=True)
    assert [type(each) for each in told] == [TokenRefused] * many


async def test_a_flood_of_refusals_is_recorded_once_a_minute(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "plainbase.identity")
    asks = await revoked(db)
    for ask in asks.values():
        await refuse(db, ask, 30)
    assert [action for action, _, _ in await events(db, "session_refused", "key_refused")] == [
        "session_refused",
        "key_refused",
        "key_refused",
    ]
    assert len([each for each in caplog.records if "refused" in each.message]) == 90
    for table in ("sessions", "api_keys"):
        await pass_time(db, table, 55)
    for ask in asks.values():
        await refuse(db, ask)
    assert len(await events(db, "session_refused", "key_refused")) == 3
    for table in ("sessions", "api_keys"):
        await pass_time(db, table, 10)
    for ask in asks.values():
        await refuse(db, ask, 10)
    assert len(await events(db, "session_refused", "key_refused")) == 6


async def test_what_is_recorded_is_counted_by_the_database_across_connections(db: Database, url: str) -> None:
    asks = await revoked(db)
    async with plainbase.open(url) as other:
        await asyncio.gather(*(refuse(each, ask, 10) for each in (db, other) for ask in asks.values()))
    assert len(await events(db, "session_refused", "key_refused")) == 3


async def test_a_clock_that_was_put_back_hides_no_refusal_for_long(db: Database) -> None:
    asks = await revoked(db)
    for ask in asks.values():
        await refuse(db, ask)
    for table in ("sessions", "api_keys"):
        await pass_time(db, table, -3_600)
    for ask in asks.values():
        await refuse(db, ask)
    assert len(await events(db, "session_refused", "key_refused")) == 6


async def test_a_refusal_changes_no_audited_row(db: Database) -> None:
    asks = await revoked(db)
    before = len(await db.audit_logs.list(entity_type="api_keys"))
    await refuse(db, asks["api_keys"])
    assert len(await db.audit_logs.list(entity_type="api_keys")) == before


async def test_only_reading_lets_in_and_notes_nothing(db: Database) -> None:
    made = await account(db)
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    key = await identity.make_key(db, made.id, "ci")
    await pass_time(db, "sessions", 120)
    seen = await db.sessions.get(id=signed.session_id)
    async with db.transaction(read_only=True) as tx:
        assert (await identity.session_of(tx, signed.token)).user_id == made.id
        assert (await identity.key_of(tx, key.key)).id == made.id
        assert (await tx.users.get(id=made.id)).username == "ada"
    assert await db.sessions.get(id=signed.session_id) == seen
    assert (await db.api_keys.get(id=key.id)).last_used_at is None
    assert await events(db, "key_use") == []
    await identity.session_of(db, signed.token)
    await identity.key_of(db, key.key)
    assert (await db.sessions.get(id=signed.session_id)).last_seen_at > seen.last_seen_at + timedelta(seconds=100)
    assert len(await events(db, "key_use")) == 1


async def test_only_reading_refuses_and_records_nothing(db: Database) -> None:
    asks = await revoked(db)
    async with db.transaction(read_only=True) as tx:
        for ask in asks.values():
            with pytest.raises(TokenRefused) as caught:
                await ask(tx)
            assert caught.value.reason in ("revoked", "wrong secret")
        assert await tx.users.count() == 1
    assert await events(db, "session_refused", "key_refused") == []


async def test_what_is_noted_is_undone_with_its_transaction_alone(db: Database) -> None:
    await account(db)
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    await pass_time(db, "sessions", 120)
    seen = await db.sessions.get(id=signed.session_id)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await identity.session_of(tx, signed.token)
            raise ZeroDivisionError
    assert await db.sessions.get(id=signed.session_id) == seen
