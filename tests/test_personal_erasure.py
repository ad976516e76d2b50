"""A person erased: nowhere in any table any more, the audit chain whole, and all that was made still there."""

from __future__ import annotations

from pathlib import Path

import pytest

import person
import platform_rows
from plainbase import Actor, Database, ParameterError, RowNotFound
from plainbase.platform import audit, personal, results
from plainbase.platform.results.filters import SearchFilters

OPERATOR = Actor(name="operator:root")


async def test_nothing_of_the_person_is_in_any_table(db: Database) -> None:
    mine = await person.add(db)
    await db.refresh_all()
    assert {each.split(": ")[1] for each in await person.found(db)} == set(person.TRACES)
    erasure = await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    assert await person.found(db) == []
    assert erasure.counts == {
        "users": 1,
        "sessions": 1,
        "api_keys": 1,
        "one_time_tokens": 1,
        "login_attempts": 3,
        "team_members": 1,
        "inference_sessions": 1,
        "inference_requests": 1,
        "evaluations": 1,
        "predictions": 1,
    }
    assert not erasure.repeated
    assert erasure.audit_rows > 0


async def test_nothing_of_another_is_touched(db: Database) -> None:
    mine, other = await person.add(db), await person.add(db, email=person.OTHER_EMAIL)
    before = await personal.export_user(db, other)
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    after = await personal.export_user(db, other)
    assert {**after, "audit_about": after["audit_about"][1:]} == before
    row = await db.fetch_one("SELECT ip_address FROM predictions WHERE request_id = 'other request'")
    assert row.ip_address == "198.51.100.9"


async def test_the_account_and_what_it_made_stay_under_a_pseudonym(db: Database) -> None:
    mine = await person.add(db)
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    user = await db.users.get(id=mine)
    assert (user.email, user.username) == (f"erased-{mine}@erased.invalid", f"erased-{mine}")
    assert (user.active, user.preferences, user.last_login_at) == (False, {}, None)
    assert await db.fetch_value("SELECT password_hash FROM users WHERE id = :id", {"id": mine}) is None
    assert await db.fetch_value("SELECT created_by FROM models WHERE name = 'model'") == mine
    assert await db.fetch_value("SELECT created_by FROM evaluations WHERE input = 'question'") == mine


async def test_the_chain_stays_whole_and_tells_of_the_erasure(db: Database) -> None:
    mine = await person.add(db)
    before = await audit.verify(db)
    assert before.broken is None
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    after = await audit.verify(db)
    assert after.broken is None
    assert after.erased > before.erased == 0
    (erasure,) = await db.erasures.list_for_subject(subject_id=mine)
    assert erasure.reason == "request"
    (entry,) = await db.audit_logs.list_by_entity(entity_type="erasures", entity_id=str(erasure.id))
    assert (entry.action, entry.actor) == ("create", "operator:root")


async def test_who_erases_themselves_leaves_no_trace_either(db: Database) -> None:
    mine = await person.add(db)
    themselves = Actor(mine, person.NAME, person.IP, person.AGENT)
    await personal.erase_user(db, mine, reason="request", actor=themselves)
    assert await person.found(db) == []
    assert (await audit.verify(db)).broken is None


async def test_the_search_finds_nothing_of_it_any_more(db: Database) -> None:
    mine = await person.add(db)
    wanted = SearchFilters(query_text=person.FEEDBACK)
    assert len((await results.search(db, wanted)).rows) == 1
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    assert not (await results.search(db, wanted)).rows
    assert len((await results.search(db, SearchFilters(query_text="question"))).rows) == 1


async def test_the_address_is_free_again(db: Database) -> None:
    mine = await person.add(db)
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    again = await db.users.create(email=person.EMAIL, username=person.NAME, password_hash="hash")
    assert again.id != mine


async def test_a_second_time_changes_nothing(db: Database) -> None:
    mine = await person.add(db)
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    entries = await db.audit_logs.count()
    again = await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    assert again.repeated
    assert (set(again.counts.values()), again.audit_rows) == ({0}, 0)
    assert await db.audit_logs.count() == entries
    assert len(await db.erasures.list_for_subject(subject_id=mine)) == 1


@pytest.mark.parametrize("reason", ["", "Maria asked", "a" * 65, "request\n", "-", "Request", None, 7])
async def test_a_reason_is_a_code(db: Database, reason: str) -> None:
    mine = await person.add(db)
    with pytest.raises(ParameterError, match="reason is a code"):
        await personal.erase_user(db, mine, reason=reason, actor=OPERATOR)
    assert (await db.users.get(id=mine)).email == person.EMAIL


async def test_an_unknown_user_is_named_and_no_line_is_written(db: Database, tmp_path: Path) -> None:
    with pytest.raises(RowNotFound):
        await personal.erase_user(db, platform_rows.NOBODY, reason="request", ledger=tmp_path / "ledger")
    assert not (tmp_path / "ledger").exists()


async def test_nothing_is_half_erased(db: Database, tmp_path: Path) -> None:
    mine = await person.add(db)
    before = await person.found(db)
    with pytest.raises(Exception, match="cannot be written"):
        await personal.erase_user(db, mine, reason="request", ledger=tmp_path / "no" / "ledger")
    assert await person.found(db) == before
    assert await db.erasures.list() == []


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_bytes_of_the_file_hold_nothing_of_it_after_a_vacuum(db: Database, url: str) -> None:
    mine = await person.add(db)
    assert set(person.in_file(url)) == set(person.TRACES)
    await personal.erase_user(db, mine, reason="request", actor=OPERATOR)
    await db.maintenance.vacuum()
    assert list(person.in_file(url)) == []
