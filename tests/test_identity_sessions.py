"""Sessions: a token shown once; they end when idle, at their end and when revoked, and no old token comes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from identity_accounts import FAST, PASSWORD, account, events, pass_time
from plainbase import Database, DataInvalid, RowNotFound
from plainbase.actor import Actor
from plainbase.platform import identity
from plainbase.platform.identity import SignedIn, TokenRefused
from plainbase.platform.identity.tokens import SESSION, token_hash

UNKNOWN = UUID("01900000-0000-7000-8000-00000000dead")


async def sign_in(db: Database, **more: Any) -> SignedIn:
    return await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST, **more)


async def why(db: Database, token: Any) -> str | None:
    """Why a token is refused; None where it is not."""
    try:
        await identity.session_of(db, token)
    except TokenRefused as error:
        return error.reason
    return None


async def test_a_token_is_its_session_for_as_long_as_it_lives(db: Database) -> None:
    made = await account(db, role="researcher")
    signed = await sign_in(db, ip_address="192.0.2.1", user_agent="agent", lifetime=3_600, idle=600)
    assert signed.token.startswith("pbs_")
    assert len(signed.token) == 47
    found = await identity.session_of(db, signed.token, ip_address="192.0.2.9", user_agent="other")
    assert (found.session_id, found.user_id, found.username, found.role) == (
        signed.session_id,
        made.id,
        "ada",
        "researcher",
    )
    assert found.actor == Actor(made.id, "ada", "192.0.2.9", "other")
    assert found.expires_at == signed.expires_at
    assert timedelta(seconds=3_599) < signed.expires_at - found.created_at < timedelta(seconds=3_601)
    row = await db.fetch_one("SELECT token_hash, ip_address, user_agent FROM sessions")
    assert tuple(row) == (token_hash(signed.token, SESSION), "192.0.2.1", "agent")

    for _ in range(5):  # used each 500 seconds, it does not become idle
        await pass_time(db, "sessions", 500)
        assert await why(db, signed.token) is None
    await pass_time(db, "sessions", 599)
    assert await why(db, signed.token) is None
    await pass_time(db, "sessions", 502)
    assert await why(db, signed.token) == "expired"
    idle = await sign_in(db, idle=600)
    await pass_time(db, "sessions", 601)
    assert await why(db, idle.token) == "expired"
    assert await events(db, "session_refused") == []


async def test_use_is_written_at_most_once_a_minute(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    written: list[str] = []
    db.on("query", lambda event: written.append(event.name))
    await pass_time(db, "sessions", 50)
    written.clear()
    await asyncio.gather(*(identity.session_of(db, signed.token) for _ in range(20)))
    assert set(written) == {"sessions.get_by_token"}
    await pass_time(db, "sessions", 15)
    written.clear()
    for _ in range(5):
        await identity.session_of(db, signed.token)
    assert written == ["sessions.get_by_token", "sessions.touch", *["sessions.get_by_token"] * 4]


async def test_a_short_session_is_kept_alive_too(db: Database) -> None:
    await account(db)
    signed = await sign_in(db, idle=20)
    for _ in range(6):
        await pass_time(db, "sessions", 15)
        assert await why(db, signed.token) is None
    await pass_time(db, "sessions", 21)
    assert await why(db, signed.token) == "expired"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "pbs_",
        "x",
        "pbs_" + "x" * 42,
        "pbs_" + "x" * 44,
        "pbt_" + "x" * 43,
        "pbs_" + "x" * 42 + "\n",
        "pbs_" + "\u00e9" * 43,
        "pbs_" + "'" * 43,
        "x" * 1_000_000,
        "\0",
        "\ud800",
        None,
        7,
        b"pbs_" + b"x" * 43,
    ],
)
async def test_a_malformed_token_is_refused_without_the_database(db: Database, token: Any) -> None:
    asked: list[str] = []
    db.on("query", lambda event: asked.append(event.name))
    assert await why(db, token) == "malformed"
    with pytest.raises(TokenRefused):
        await identity.rotate(db, token)
    assert await identity.log_out(db, token) is False
    assert not [name for name in asked if name.startswith("sessions.")]


async def test_a_tampered_token_is_unknown(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    for place in range(4, len(signed.token)):
        other = "A" if signed.token[place] != "A" else "B"
        assert await why(db, signed.token[:place] + other + signed.token[place + 1 :]) == "unknown"
    assert await why(db, signed.token.swapcase()) == "malformed"
    assert await why(db, "pbs_" + signed.token[4:].swapcase()) == "unknown"


async def test_after_logging_out_the_token_is_worth_nothing(db: Database) -> None:
    made = await account(db)
    signed = await sign_in(db)
    assert [await identity.log_out(db, signed.token), await identity.log_out(db, signed.token)] == [True, False]
    assert await why(db, signed.token) == "revoked"
    about = {"session_id": str(signed.session_id)}
    assert await events(db, "logout", "session_refused") == [
        ("logout", str(made.id), about),
        ("session_refused", str(made.id), {**about, "reason": "revoked"}),
    ]


async def test_a_token_from_before_the_login_is_worth_nothing_after_it(db: Database) -> None:
    await account(db)
    await account(db, "eve")
    planted = await identity.log_in(db, "eve@example.org", PASSWORD, passwords=FAST)
    signed = await sign_in(db, replaces=planted.token)
    assert signed.token != planted.token
    assert await why(db, planted.token) == "revoked"
    again = await sign_in(db, replaces=signed.token)
    assert [await why(db, signed.token), await why(db, again.token)] == ["revoked", None]
    assert await why(db, (await sign_in(db, replaces="nonsense")).token) is None


async def test_a_failed_login_ends_nothing(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    with pytest.raises(identity.LoginFailed):
        await identity.log_in(db, "ada@example.org", "a guess", replaces=signed.token, passwords=FAST)
    assert await why(db, signed.token) is None


async def test_a_rotated_token_takes_the_place_of_the_old_one(db: Database) -> None:
    made = await account(db)
    signed = await sign_in(db)
    rotated = await identity.rotate(db, signed.token, ip_address="192.0.2.1")
    assert (rotated.session_id, rotated.expires_at) == (signed.session_id, signed.expires_at)
    assert rotated.token != signed.token
    assert [await why(db, signed.token), await why(db, rotated.token)] == ["unknown", None]
    assert [about for _, about, _ in await events(db, "session_rotate")] == [str(made.id)]
    assert len(await identity.list_sessions(db, made.id)) == 1


async def test_of_many_that_rotate_at_once_one_does(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    told = await asyncio.gather(*(identity.rotate(db, signed.token) for _ in range(10)), return_exceptions=True)
    rotated = [each for each in told if isinstance(each, SignedIn)]
    assert len(rotated) == 1
    assert {type(each) for each in told} == {SignedIn, TokenRefused}
    assert await why(db, rotated[0].token) is None


async def test_sessions_are_listed_and_revoked(db: Database) -> None:
    made, other = await account(db), await account(db, "eve")
    signed = [await sign_in(db) for _ in range(3)]
    apart = await identity.log_in(db, "eve@example.org", PASSWORD, passwords=FAST)
    listed = await identity.list_sessions(db, made.id)
    assert [row.id for row in listed] == [each.session_id for each in reversed(signed)]
    assert all(row.live and "token_hash" not in row for row in listed)
    first = signed[0].session_id
    revoked = [await identity.revoke_session(db, first, other.id), await identity.revoke_session(db, first)]
    assert revoked == [True, False]
    with pytest.raises(RowNotFound):
        await identity.revoke_session(db, UNKNOWN)
    assert await identity.revoke_sessions(db, made.id, other.id, except_id=signed[1].session_id) == 1
    assert [await why(db, each.token) for each in (*signed, apart)] == ["revoked", None, "revoked", None]
    (entry, _) = await db.audit_logs.list(action="session_revoke")
    assert (entry.actor_id, entry.entity_id, entry.changes) == (other.id, str(made.id), {"sessions": 1})
    assert await identity.revoke_sessions(db, UNKNOWN) == 0


@pytest.mark.parametrize("change", ["role", "password", "deactivate"])
async def test_what_changes_what_one_may_ends_the_sessions(db: Database, change: str) -> None:
    made = await account(db)
    signed = await sign_in(db)
    match change:
        case "role":
            await identity.change_role(db, made.id, "admin", made.id)
        case "password":
            await identity.set_password(db, made.id, "a new river bed", actor=made.id, passwords=FAST)
        case _:
            await identity.deactivate(db, made.id, made.id)
    assert await why(db, signed.token) == "revoked"
    await identity.activate(db, made.id)
    assert await why(db, signed.token) == "revoked"


async def test_a_session_of_an_account_that_was_barred_by_hand_is_refused(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    await db.execute("UPDATE users SET active = false")
    assert await why(db, signed.token) == "inactive account"
    with pytest.raises(TokenRefused):
        await identity.rotate(db, signed.token)


async def test_in_a_transaction_it_is_the_same_and_undone_with_it(db: Database) -> None:
    made = await account(db)
    signed = await sign_in(db)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            assert (await identity.session_of(tx, signed.token)).user_id == made.id
            rotated = await identity.rotate(tx, signed.token)
            assert (await identity.session_of(tx, rotated.token)).user_id == made.id
            assert await identity.log_out(tx, rotated.token)
            with pytest.raises(TokenRefused):
                await identity.session_of(tx, rotated.token)
            raise ZeroDivisionError
    assert await why(db, signed.token) is None
    assert await events(db, "logout", "session_rotate", "session_refused") == []


@pytest.mark.parametrize("wrong", [{"lifetime": 0}, {"idle": -1}, {"lifetime": 1e12}, {"idle": float("nan")}])
async def test_a_duration_that_is_none_is_refused_before_anything(db: Database, wrong: dict[str, float]) -> None:
    with pytest.raises(DataInvalid):
        await sign_in(db, **wrong)
    assert await db.fetch_value("SELECT count(*) FROM login_attempts") == 0


async def test_a_session_is_over_at_its_end_however_late_it_becomes_idle(db: Database) -> None:
    await account(db)
    signed = await sign_in(db)
    row = await db.sessions.get(id=signed.session_id)
    await db.execute("UPDATE sessions SET expires_at = :at", {"at": row.created_at + timedelta(milliseconds=1)})
    assert (await db.sessions.get(id=signed.session_id)).idle_expires_at == row.idle_expires_at
    assert await why(db, signed.token) == "expired"
    with pytest.raises(TokenRefused):
        await identity.rotate(db, signed.token)
    assert await db.sessions.touch(id=signed.session_id) == 0
    assert await identity.log_out(db, signed.token) is False
