"""Nothing secret is told again: not by a repr, an error, the log, an event, or any row of the database."""

from __future__ import annotations

import logging
import traceback
from dataclasses import fields
from typing import Any

import pytest

from identity_accounts import FAST, PASSWORD, SLOW, account
from plainbase import Database, PlainbaseError
from plainbase.platform import identity
from plainbase.platform.identity.tokens import key_parts

WRONG, NEW = "a loud river at night", "a new river bed"


async def test_no_secret_is_told_twice(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[object] = []
    db.on("query", told.append)
    made = await account(db)
    secrets = {PASSWORD, WRONG, NEW}

    async def refused(call: Any) -> None:
        with pytest.raises(PlainbaseError) as caught:
            await call
        told.extend((caught.value.args, caught.value.parameters, caught.value.message))
        told.append("".join(traceback.format_exception(caught.value)))

    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    again = await identity.rotate(db, signed.token)
    key = await identity.make_key(db, made.id, "ci", scopes=["*"])
    other = await identity.rotate_key(db, key.id)
    reset = await identity.request_reset(db, "ada@example.org")
    verification = await identity.request_verification(db, made.id)
    assert reset is not None
    secrets |= {signed.token, again.token, key.key, other.key, reset.token, verification.token}
    secrets |= {each.key.rsplit("_", 1)[1][:-6] for each in (key, other)}
    told += [signed, again, key, other, reset, verification, key_parts(key.key), FAST]
    told += [await identity.session_of(db, again.token), await identity.key_of(db, key.key)]
    await refused(identity.session_of(db, signed.token))
    await refused(identity.authenticate(db, "ada@example.org", WRONG, passwords=FAST, limits=SLOW))
    await refused(identity.authenticate(db, WRONG, WRONG, passwords=FAST, limits=SLOW))
    await refused(identity.create_user(db, "ada@example.org", "eve", NEW, passwords=FAST))
    await refused(identity.create_user(db, "eve@example.org", "eve", PASSWORD[:11], passwords=FAST))
    await refused(identity.change_password(db, made.id, WRONG, NEW, passwords=FAST))
    await identity.change_password(db, made.id, PASSWORD, NEW, passwords=FAST)
    await refused(identity.reset_password(db, reset.token, WRONG, passwords=FAST))
    await identity.verify_email(db, verification.token)
    await identity.revoke_key(db, other.id)
    await refused(identity.key_of(db, other.key))
    await identity.deactivate(db, made.id)
    await refused(identity.session_of(db, again.token))

    told += [str(each) for each in told] + [caplog.text]
    if db.dialect == "sqlite":
        tables = await db.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%corpus%'")
    else:
        tables = await db.fetch_all("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    rows = {table.name: [dict(row) for row in await db.fetch_all(f"SELECT * FROM {table.name}")] for table in tables}
    assert rows["sessions"]
    assert rows["audit_logs"]
    hashes = {bytes(row["token_hash"]) for row in rows["sessions"]} | {
        bytes(row["key_hash"]) for row in rows["api_keys"]
    }
    hidden = {row["password_hash"] for row in rows["users"]} | {each.hex() for each in hashes}
    everything = repr(told) + repr(rows)
    for secret in secrets:
        assert secret not in everything
    outside = repr(told) + repr({name: rows[name] for name in ("audit_logs", "login_attempts")})
    for secret in hidden:
        assert secret not in outside


@pytest.mark.parametrize("kind", [identity.SignedIn, identity.NewKey, identity.OneTimeToken])
def test_what_is_shown_once_has_no_repr(kind: Any) -> None:
    assert {each.name for each in fields(kind) if not each.repr} >= {"token" if kind is not identity.NewKey else "key"}


async def test_whatever_is_wrong_with_a_token_or_a_key_the_same_is_told(db: Database) -> None:
    made = await account(db)
    signed = await identity.log_in(db, "ada@example.org", PASSWORD, passwords=FAST)
    await identity.log_out(db, signed.token)
    key = await identity.make_key(db, made.id, "ci")
    await identity.revoke_key(db, key.id)
    used = await identity.request_verification(db, made.id)
    await identity.verify_email(db, used.token)
    told, reasons = set(), set()
    for call in (
        identity.session_of(db, "nonsense"),
        identity.session_of(db, "pbs_" + "x" * 43),
        identity.session_of(db, signed.token),
        identity.rotate(db, signed.token),
        identity.key_of(db, "nonsense"),
        identity.key_of(db, key.key),
        identity.rotate_key(db, key.id),
        identity.verify_email(db, used.token),
    ):
        with pytest.raises(identity.TokenRefused) as caught:
            await call
        told.add((str(caught.value), repr(caught.value), caught.value.args))
        reasons.add(caught.value.reason)
    assert len(told) == 1
    assert reasons == {"malformed", "unknown", "revoked", "used", "revoked, expired or rotated before"}
