"""The identity queries: accounts, teams, permissions, and what is noted of what they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from plainbase import Actor, ConstraintViolation, Database, DataInvalid, Row, RowNotFound

UNKNOWN = UUID("01900000-0000-7000-8000-00000000dead")
HASH = bytes(range(32))
PAST = datetime(2020, 1, 1, tzinfo=UTC)


async def user(db: Database, name: str = "ada", **params: object) -> Row:
    row: Row = await db.users.create(email=f"{name}@example.org", username=name, password_hash="hash", **params)
    return row


async def test_an_account_is_made_found_and_changed(db: Database) -> None:
    made = await user(db, preferences={"theme": "dark"})
    assert (made.role, made.active, made.email_verified, made.last_login_at) == ("user", True, False, None)
    assert "password_hash" not in made
    assert made == await db.users.get(id=made.id)
    assert made == await db.users.get_by_email(email="ada@example.org")
    assert made == await db.users.get_by_username(username="ada")
    assert await db.users.get_by_email(email="Ada@example.org") is None
    assert await db.users.change_role(id=made.id, role="admin") == 1
    assert await db.users.update_preferences(id=made.id, preferences={"theme": "light"}) == 1
    assert await db.users.verify_email(id=made.id) == 1
    assert await db.users.set_password_hash(id=made.id, password_hash="other") == 1
    assert await db.users.change_username(id=made.id, username="lovelace") == 1
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    assert await db.users.record_login(id=made.id, password_hash="hash") == 0
    assert await db.users.record_login(id=made.id, password_hash="other", now=now + timedelta(days=1)) == 1
    assert await db.users.replace_password_hash(id=made.id, password_hash="third", old_hash="hash") == 0
    assert await db.users.deactivate(id=made.id, now=now) == 1
    changed = await db.users.get(id=made.id)
    assert changed.updated_at == now
    assert await db.users.record_login(id=made.id, password_hash="other") == 0
    changed = await db.users.get(id=made.id)
    assert (changed.role, changed.preferences, changed.username) == ("admin", {"theme": "light"}, "lovelace")
    assert (changed.email_verified, changed.active) == (True, False)
    assert (changed.last_login_at, changed.updated_at) == (now + timedelta(days=1), now)
    credentials = await db.users.get_credentials(email="ada@example.org")
    assert tuple(credentials) == (made.id, "lovelace", "other", "admin", False, True)
    assert (await db.users.get_password_hash(id=made.id)).password_hash == "other"
    assert await db.users.change_email(id=made.id, email="countess@example.org") == 1
    assert await db.users.activate(id=made.id) == 1
    changed = await db.users.get(id=made.id)
    assert (changed.email, changed.email_verified, changed.active) == ("countess@example.org", False, True)


async def test_accounts_are_listed_and_counted_by_role_and_activity(db: Database) -> None:
    made = [await user(db, f"u{n}", role="researcher" if n % 2 else "user") for n in range(6)]
    await db.users.deactivate(id=made[3].id)
    newest = [row.id for row in reversed(made)]
    assert [row.id for row in await db.users.list()] == newest
    first = await db.users.list(limit=4)
    rest = await db.users.list(before_created_at=first[-1].created_at, before_id=first[-1].id)
    assert [row.id for row in [*first, *rest]] == newest
    assert [row.username for row in await db.users.list(role="researcher", active=True)] == ["u5", "u1"]
    assert [row.username for row in await db.users.list(active=False)] == ["u3"]
    assert await db.users.list(limit=0) == []
    counts = [await db.users.count(), await db.users.count(role="researcher"), await db.users.count(active=True)]
    assert counts == [6, 3, 5]
    assert await db.users.count(role="researcher", active=False) == 1


@pytest.mark.parametrize(
    ("params", "constraint"),
    [
        ({"email": "Ada@example.org"}, "users_email_check"),
        ({"email": "nowhere"}, "users_email_check"),
        ({"username": ""}, "users_username_check"),
        ({"username": "x" * 101}, "users_username_check"),
        ({"role": "owner"}, "users_role_check"),
        ({"password_hash": ""}, "users_password_hash_check"),
    ],
)
async def test_a_wrong_account_is_refused(db: Database, params: dict[str, object], constraint: str) -> None:
    right = {"email": "a@b.c", "username": "a", "password_hash": "h"}
    with pytest.raises(ConstraintViolation) as caught:
        await db.users.create(**{**right, **params})
    assert (caught.value.kind, caught.value.constraint) == ("check", constraint)


async def test_an_address_and_a_name_are_one_account(db: Database) -> None:
    await user(db)
    await user(db, "eve", folded_username="ada")
    for params in (
        {"email": "ada@example.org", "username": "b"},
        {"email": "b@example.org", "username": "ada"},
        {"email": "b@example.org", "username": "b", "folded_username": "ada"},
    ):
        with pytest.raises(ConstraintViolation) as caught:
            await db.users.create(password_hash="h", **params)
        assert caught.value.kind == "unique"


async def test_nobody_unknown_is_changed(db: Database) -> None:
    with pytest.raises(RowNotFound):
        await db.users.get(id=UNKNOWN)
    with pytest.raises(RowNotFound):
        await db.users.get_password_hash(id=UNKNOWN)
    assert await db.users.deactivate(id=UNKNOWN) == 0
    assert await db.users.record_login(id=UNKNOWN, password_hash="hash") == 0
    assert await db.users.delete(id=UNKNOWN) == 0
    with pytest.raises(DataInvalid):
        await db.users.change_role(id=UNKNOWN, role=3)


async def test_a_deleted_account_takes_its_own_along(db: Database) -> None:
    owner = await user(db)
    await db.sessions.create(user_id=owner.id, token_hash=HASH, idle_seconds=60, lifetime_seconds=60)
    made = await db.api_keys.create(user_id=owner.id, public_id="pb_1", key_hash=HASH, name="ci")
    await db.erasures.record(subject_id=owner.id, erased_by=owner.id)
    async with db.transaction(actor=owner.id) as tx:
        entry = await tx.audit_logs.record(action="delete", entity_type="users", entity_id=str(owner.id))
    assert await db.users.delete(id=owner.id) == 1
    assert await db.sessions.get_by_token(token_hash=HASH) is None
    with pytest.raises(RowNotFound):
        await db.api_keys.get(id=made.id)
    (erasure,) = await db.erasures.list_for_subject(subject_id=owner.id)
    assert erasure.erased_by is None
    assert (await db.audit_logs.get(id=entry.id)).actor_id == owner.id


async def test_teams_and_their_members(db: Database) -> None:
    one = await db.teams.create(name="vision", description="sees")
    two = await db.teams.create(name="audio")
    assert two == await db.teams.get_by_name(name="audio")
    assert [row.name for row in await db.teams.list()] == ["audio", "vision"]
    assert [row.name for row in await db.teams.list(after_name="audio")] == ["vision"]
    assert await db.teams.update(id=one.id, description=None) == 1
    assert await db.teams.update(id=two.id, name="Speech") == 1
    assert [(row.name, row.description) for row in await db.teams.list()] == [("Speech", None), ("vision", None)]
    assert (await db.teams.get(id=one.id)).updated_at > one.updated_at
    with pytest.raises(ConstraintViolation) as caught:
        await db.teams.create(name="vision")
    assert caught.value.kind == "unique"

    ada, bob = await user(db), await user(db, "bob")
    added = await db.teams.add_member(team_id=one.id, user_id=bob.id)
    assert (added.team_id, added.user_id, added.role) == (one.id, bob.id, "member")
    await db.teams.add_member(team_id=one.id, user_id=ada.id, role="owner")
    await db.teams.add_member(team_id=two.id, user_id=ada.id)
    members = await db.teams.list_members(team_id=one.id)
    assert [(row.user_id, row.username, row.role) for row in members] == [
        (ada.id, "ada", "owner"),
        (bob.id, "bob", "member"),
    ]
    assert [row.username for row in await db.teams.list_members(team_id=one.id, after_username="ada")] == ["bob"]
    teams = await db.teams.list_for_user(user_id=ada.id)
    assert [(row.name, row.role) for row in teams] == [("Speech", "member"), ("vision", "owner")]
    assert await db.teams.change_member_role(team_id=one.id, user_id=bob.id, role="owner") == 1
    assert await db.teams.change_member_role(team_id=two.id, user_id=bob.id, role="owner") == 0
    assert await db.teams.remove_member(team_id=one.id, user_id=ada.id) == 1
    assert [(row.username, row.role) for row in await db.teams.list_members(team_id=one.id)] == [("bob", "owner")]
    for params, kind in (
        ({"user_id": bob.id}, "unique"),
        ({"user_id": UNKNOWN}, "foreign key"),
        ({"user_id": ada.id, "role": "guest"}, "check"),
    ):
        with pytest.raises(ConstraintViolation) as caught:
            await db.teams.add_member(team_id=one.id, **params)
        assert caught.value.kind == kind
    assert await db.teams.delete(id=one.id) == 1
    assert await db.teams.list_for_user(user_id=bob.id) == []


async def test_what_is_not_granted_is_denied(db: Database) -> None:
    async def allowed(role: str = "researcher", action: str = "create", entity_type: str = "run") -> object:
        return await db.role_permissions.is_allowed(role=role, action=action, entity_type=entity_type)

    right = {"role": "researcher", "action": "create", "entity_type": "run"}
    assert await allowed() is False
    assert [await db.role_permissions.grant(**right), await db.role_permissions.grant(**right)] == [1, 0]
    assert await allowed() is True
    assert [await allowed(role="user"), await allowed(action="delete"), await allowed(entity_type="model")] == [
        False
    ] * 3
    assert await allowed(role="nobody") is False
    await db.role_permissions.grant.batch(
        [{"role": "admin", "action": action, "entity_type": "run"} for action in ("delete", "create")]
    )
    assert [tuple(row)[:4] for row in await db.role_permissions.list() if row.entity_type == "run"] == [
        ("admin", "create", "run", "all"),
        ("admin", "delete", "run", "all"),
        ("researcher", "create", "run", "all"),
    ]
    granted = await db.role_permissions.list_for_role(role="admin")
    assert [row.action for row in granted if row.entity_type == "run"] == ["create", "delete"]
    assert await db.role_permissions.grant(**right, reach="own") == 1
    assert [await db.role_permissions.revoke(**right), await db.role_permissions.revoke(**right)] == [1, 0]
    assert await allowed() is False
    with pytest.raises(ConstraintViolation) as caught:
        await db.role_permissions.grant(role="guest", action="create", entity_type="run")
    assert caught.value.constraint == "role_permissions_role_check"


async def test_the_audit_log_is_read_by_who_what_and_when(db: Database) -> None:
    actor, other = await user(db), await user(db, "bob")
    begin = (await db.audit_logs.list(limit=1))[0]
    before = await db.audit_logs.count()
    ids = []
    for n in range(6):
        async with db.transaction(actor=(actor if n % 2 else other).id) as tx:
            entry = await tx.audit_logs.record(
                action="update" if n < 4 else "delete",
                entity_type="run",
                entity_id=str(n % 3),
                changes={"status": {"before": None, "after": n}},
            )
        ids.append(entry.id)
    async with db.transaction(actor=Actor(name="cron")) as tx:
        service = await tx.audit_logs.record(action="run", entity_type="job")
    noted = await db.audit_logs.get(id=service.id)
    assert (noted.actor_id, noted.actor, noted.entity_id, noted.changes) == (None, "cron", None, None)
    third = await db.audit_logs.get(id=ids[2])
    assert (third.actor_id, third.changes) == (other.id, {"status": {"before": None, "after": 2}})
    newest = await db.audit_logs.list()
    assert [row.id for row in newest if row.id > begin.id] == [service.id, *reversed(ids)]
    assert [row.id for row in await db.audit_logs.list(before_id=ids[3], limit=2)] == [ids[2], ids[1]]
    assert [row.id for row in await db.audit_logs.list(action="delete", entity_type="run")] == [ids[5], ids[4]]
    assert [row.id for row in await db.audit_logs.list(user_id=other.id, action="update")] == [ids[2], ids[0]]
    assert [row.id for row in await db.audit_logs.list(entity_type="run", entity_id="1")] == [ids[4], ids[1]]
    assert await db.audit_logs.list(until=PAST) == []
    assert await db.audit_logs.list(since=noted.created_at + timedelta(seconds=1)) == []
    assert service.id in {row.id for row in await db.audit_logs.list(since=noted.created_at)}
    assert [await db.audit_logs.count() - before, await db.audit_logs.count(until=PAST)] == [7, 0]
    assert await db.audit_logs.count(entity_type="run", action="update", actor_id=actor.id) == 2
    assert [row.id for row in await db.audit_logs.list_by_user(actor_id=actor.id)] == [ids[5], ids[3], ids[1]]
    assert [row.id for row in await db.audit_logs.list_by_user(actor_id=actor.id, before_id=ids[5], limit=1)] == [
        ids[3]
    ]
    of_one = await db.audit_logs.list_by_entity(entity_type="run", entity_id="0")
    assert [row.id for row in of_one] == [ids[3], ids[0]]
    assert await db.audit_logs.list_by_entity(entity_type="job", entity_id="0") == []
    with pytest.raises(ConstraintViolation) as caught:
        await db.audit_logs.record(action="", entity_type="run")
    assert caught.value.constraint == "audit_logs_action_check"


async def test_erasures_outlive_the_account(db: Database) -> None:
    admin = await user(db)
    made = [
        await db.erasures.record(subject_id=subject, reason="asked", details={"sessions": 2}, erased_by=admin.id)
        for subject in (UNKNOWN, admin.id, UNKNOWN)
    ]
    newest = list(reversed(made))
    assert await db.erasures.list() == newest
    page = await db.erasures.list(before_created_at=newest[0].created_at, before_id=newest[0].id, limit=1)
    assert page == newest[1:2]
    assert await db.erasures.list_for_subject(subject_id=UNKNOWN) == [newest[0], newest[2]]
    assert newest[0].details == {"sessions": 2}
    with pytest.raises(ConstraintViolation) as caught:
        await db.erasures.record(subject_id=UNKNOWN, erased_by=UNKNOWN)
    assert caught.value.kind == "foreign key"
