"""Everything about one person, and nothing of another or secret."""

from __future__ import annotations

import pytest

import person
import platform_rows
from plainbase import Actor, Database, RowNotFound
from plainbase.platform import personal


async def test_everything_about_a_person_and_nothing_about_another(db: Database) -> None:
    mine = await person.add(db)
    other = await person.add(db, email=person.OTHER_EMAIL)
    found = await personal.export_user(db, mine, actor=Actor(name="operator:root"))
    text = repr(found)
    assert [each for each in person.TRACES if each not in text] == []
    for foreign in ("pierre", "198.51.100.9", "other ", str(other)):
        assert foreign not in text
    assert found["account"]["has_password"] is True
    assert {
        name: len(rows) for name, rows in found.items() if name not in ("account", "audit_done", "audit_about")
    } == {
        "sessions": 1,
        "api_keys": 1,
        "one_time_tokens": 1,
        "login_attempts": 3,
        "teams": 1,
        "created": 1,
        "evaluations": 1,
        "inference_sessions": 1,
        "inference_requests": 2,
        "erasures": 0,
    }
    assert {entry["action"] for entry in found["audit_done"]} == {"login", "create", "update"}
    about = {entry["action"] for entry in found["audit_about"]}
    assert about == {"login", "login_failed", "create", "update"}


async def test_no_secret_is_in_it(db: Database) -> None:
    found = repr(await personal.export_user(db, await person.add(db)))
    for secret in person.SECRETS:
        shown = secret if isinstance(secret, str) else repr(secret)
        assert shown not in found
        if isinstance(secret, bytes):
            assert secret.hex() not in found
    assert "hash'" not in found.replace("'password_hash': {'changed'", "")


async def test_that_it_was_read_is_recorded(db: Database) -> None:
    mine = await person.add(db)
    await personal.export_user(db, mine, actor=Actor(name="operator:root", ip_address="192.0.2.7"))
    (entry,) = await db.audit_logs.list(action="personal_read")
    assert (entry.actor, entry.entity_type, entry.entity_id) == ("operator:root", "users", str(mine))


async def test_an_unknown_user_is_named(db: Database) -> None:
    with pytest.raises(RowNotFound):
        await personal.export_user(db, platform_rows.NOBODY)
    assert await db.audit_logs.list(action="personal_read") == []


async def test_a_log_longer_than_a_page_is_whole(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = await person.add(db)
    whole = await personal.export_user(db, mine)
    monkeypatch.setattr("plainbase.platform.personal.exporting.PAGE", 2)
    paged = await personal.export_user(db, mine)
    assert paged["audit_done"] == whole["audit_done"]
    assert len(whole["audit_done"]) > 2
    assert [entry["action"] for entry in paged["audit_about"]][1:] == [
        entry["action"] for entry in whole["audit_about"]
    ]
