"""Nobody gives themselves more than they have: by what a request carries, by updating rows, or by what a key makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from identity_accounts import FAST, PASSWORD, account
from parity import queries
from parity.call import sample_rows
from plainbase import Actor, Database, ParameterError, PlainbaseError, shipped
from plainbase.platform import identity
from plainbase.platform.identity import PermissionDenied, authorize, may

QUERIES = queries.load([shipped.folder("queries")])
CALLS = queries.written(sample_rows())
ALL = ("read", "create", "update", "delete", "export", "change_role", "administer")


async def people(db: Database) -> dict[str, UUID]:
    """A user, a researcher who owns a team, and an administrator; the user is a member of that team."""
    made = {role: (await account(db, role, role=role)).id for role in ("user", "researcher", "admin")}
    team = await db.teams.create(name="team")
    other = await db.teams.create(name="other")
    await db.teams.add_member(team_id=team.id, user_id=made["researcher"], role="owner")
    await db.teams.add_member(team_id=team.id, user_id=made["user"])
    await db.teams.add_member(team_id=other.id, user_id=made["admin"], role="owner")
    return {**made, "team": team.id, "other": other.id}


async def test_who_may_update_themselves_may_not_change_their_role(db: Database) -> None:
    ids = await people(db)
    for role in ("user", "researcher"):
        me = ids[role]
        await authorize(db, me, "update", ("users", me))
        for action, entity in (
            ("change_role", ("users", me)),
            ("administer", ("users", me)),
            ("delete", ("users", me)),
            ("update", ("users", ids["admin"])),
            ("change_role", "users"),
            ("create", "users"),
        ):
            with pytest.raises(PermissionDenied):
                await authorize(db, me, action, entity)


async def test_nobody_but_an_administrator_changes_what_roles_may(db: Database) -> None:
    ids = await people(db)
    for role in ("user", "researcher"):
        for action in ("create", "update", "delete"):
            for entity in ("role_permissions", "audit_logs", "retention_policies", "schema_migrations", "erasures"):
                assert not await may(db, ids[role], action, entity), (role, action, entity)
    for action in ("create", "update", "delete"):
        assert not await may(db, ids["admin"], action, "audit_logs")


async def test_members_do_not_choose_their_teams(db: Database) -> None:
    """Members of a team are changed by whoever may update the team: its owners, and no member or stranger."""
    ids = await people(db)
    assert await may(db, ids["researcher"], "update", ("teams", ids["team"]))
    for name, team in (("user", "team"), ("user", "other"), ("researcher", "other")):
        with pytest.raises(PermissionDenied):
            await authorize(db, ids[name], "update", ("teams", ids[team]))
    secret = await db.models.create(name="secret", kind="base", team_id=ids["other"])
    for name in ("user", "researcher"):
        for action in ALL:
            assert not await may(db, ids[name], action, ("models", secret.id)), (name, action)
        assert not await may(db, ids[name], "create", "models", team_id=ids["other"])


async def test_sessions_and_keys_of_others_are_not_touched(db: Database) -> None:
    ids = await people(db)
    key = await identity.make_key(db, ids["admin"], "root", scopes=["*"])
    session = await identity.log_in(db, "admin@example.org", PASSWORD, passwords=FAST)
    for name in ("user", "researcher"):
        for action in ALL:
            assert not await may(db, ids[name], action, ("api_keys", key.id)), (name, action)
            assert not await may(db, ids[name], action, ("sessions", session.session_id)), (name, action)


async def test_a_key_makes_no_key_that_may_more(db: Database) -> None:
    """Whoever has a key that may make keys does not get all that its owner may by making one."""
    ids = await people(db)
    narrow = await identity.make_key(db, ids["admin"], "ci", scopes=["create:api_keys", "update:api_keys", "read:*"])
    actor = await identity.key_of(db, narrow.key)
    await authorize(db, actor, "create", "api_keys")
    for scopes in (["*"], ["delete:*"], ["create:models"], ["create:*"], ["read:models", "delete:models"]):
        with pytest.raises(PermissionDenied):
            await identity.make_key(db, ids["admin"], "more", scopes=scopes, actor=actor)
    wide = await identity.make_key(db, ids["admin"], "wide", scopes=["*"])
    with pytest.raises(PermissionDenied):
        await identity.rotate_key(db, wide.id, actor=actor)
    assert (await identity.key_of(db, wide.key)).scopes == frozenset({"*"})
    assert len(await identity.list_keys(db, ids["admin"])) == 2
    for scopes in (["read:models"], ["read:*", "create:api_keys"], []):
        made = await identity.make_key(db, ids["admin"], "same", scopes=scopes, actor=actor)
        assert made.scopes == tuple(sorted(scopes))
    assert (await identity.rotate_key(db, narrow.id, actor=actor)).scopes == narrow.scopes
    # Whoever signed in, or the operator, is not bound by scopes.
    assert (await identity.make_key(db, ids["admin"], "all", scopes=["*"], actor=ids["admin"])).scopes == ("*",)


async def test_scopes_are_of_the_key_and_not_of_the_request(db: Database) -> None:
    ids = await people(db)
    key = await identity.make_key(db, ids["admin"], "ci", scopes=["read:models"])
    actor = await identity.key_of(db, key.key, user_agent="scopes=*", ip_address="*")
    assert actor.scopes == frozenset({"read:models"})
    with pytest.raises(AttributeError):
        actor.scopes = frozenset({"*"})  # type: ignore[misc]
    for action, entity in (("update", "models"), ("read", "users"), ("read", "model"), ("READ", "models")):
        assert not await may(db, actor, action, entity)
    nothing = await identity.make_key(db, ids["admin"], "none")
    assert not await may(db, await identity.key_of(db, nothing.key), "read", "models")
    assert await may(db, replace(actor, scopes=None), "update", "models")


async def test_a_role_or_a_reach_that_there_is_none_of_is_refused(db: Database) -> None:
    ids = await people(db)
    for role in ("root", "Admin", "admin ", "", "ADMIN", "admin\0"):
        with pytest.raises(PlainbaseError):
            await identity.change_role(db, ids["user"], role)
        with pytest.raises(PlainbaseError):
            await identity.create_user(db, "eve@example.org", "eve", role=role)
    assert (await db.users.get(id=ids["user"])).role == "user"


async def test_only_what_is_meant_to_change_a_role_takes_one(db: Database) -> None:
    """No query of accounts sets the role, or what else nobody sets of themselves, but those that are made for it."""
    takes = {
        (name, parameter)
        for name, found in QUERIES.items()
        if name.startswith("users.")
        for query in found.values()
        if any(statement.verb in ("INSERT", "UPDATE") for statement in query.statements)
        for parameter in query.parameters
        if parameter in ("role", "active", "email_verified", "password_hash")
    }
    assert takes == {
        ("users.create", "role"),
        ("users.create", "password_hash"),
        ("users.change_role", "role"),
        ("users.set_password_hash", "password_hash"),
        ("users.replace_password_hash", "password_hash"),
        ("users.record_login", "password_hash"),
    }


@pytest.mark.parametrize("name", [name for name in QUERIES if CALLS.get(name)])
def test_what_a_query_does_not_ask_for_is_refused(name: str) -> None:
    """Mass assignment: fields that a request brings along become no columns."""
    call = next((call for call in CALLS[name] if call.rows is None), None)
    for query in QUERIES[name].values():
        if not query.statements:
            continue
        given = dict(call.params) if call else {}
        for extra in {"role", "active", "team_id", "is_admin", "password_hash", "scopes"} - set(query.parameters):
            with pytest.raises(ParameterError):
                query.bind({**given, extra: "admin"})


async def test_preferences_of_sql_or_of_a_role_are_preferences(db: Database) -> None:
    ids = await people(db)
    before = await db.users.get(id=ids["user"])
    mine: dict[str, Any] = {"role": "admin", "active": True, "$set": {"role": "admin"}, "__class__": "admin"}
    await db.users.update_preferences(id=ids["user"], preferences=mine)
    after = await db.users.get(id=ids["user"])
    assert (after.role, after.preferences) == (before.role, mine)
    for function, values in (
        (identity.create_user, {"email": "e@example.org", "username": "e", "active": True}),
        (identity.change_email, {"user_id": ids["user"], "email": "e@example.org", "role": "admin"}),
        (identity.log_in, {"email": "user@example.org", "password": PASSWORD, "role": "admin"}),
    ):
        with pytest.raises(TypeError):
            await function(db, **values)


async def test_an_actor_that_is_made_up_may_nothing(db: Database) -> None:
    ids = await people(db)
    for actor in (Actor(name="admin"), Actor(None, "admin", scopes=frozenset({"*"})), Actor(ids["team"]), None):
        for action in ALL:
            assert not await may(db, actor, action, "users")
    for wrong in ("admin", str(ids["admin"]), b"x", 1, {"id": ids["admin"]}):
        with pytest.raises(ParameterError):
            await may(db, wrong, "read", "users")  # type: ignore[arg-type]
