"""What each role may do with which entities, on both engines, and that the README's table says the same."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from plainbase import Actor, ConstraintViolation, Database, ParameterError
from plainbase.platform.identity import PermissionDenied, authorize, may

REACHES = {"all", "team", "own"}
MATRIX = re.compile(r"\| entity \| action \| admin \| researcher \| user \|\n\|[-|]+\|\n((?:\|.*\n)+)")
ACTORS = ("root", "rosa", "ugo", "other", "gone")


@pytest.fixture
async def people(db: Database) -> dict[str, uuid.UUID]:
    """An administrator, two of one team, one of another, and one who is barred."""
    ids = {}
    for name, role in zip(ACTORS, ("admin", "researcher", "user", "researcher", "admin"), strict=True):
        made = await db.users.create(email=f"{name}@lab.example", username=name, password_hash="x", role=role)
        ids[name] = made.id
    ids["team"], ids["other team"] = [(await db.teams.create(name=name)).id for name in ("ours", "theirs")]
    await db.teams.add_member(team_id=ids["team"], user_id=ids["rosa"], role="owner")
    await db.teams.add_member(team_id=ids["team"], user_id=ids["ugo"])
    await db.teams.add_member(team_id=ids["other team"], user_id=ids["other"])
    await db.users.deactivate(id=ids["gone"])
    return ids


async def model(db: Database, name: str, **values: Any) -> uuid.UUID:
    found: uuid.UUID = (await db.models.create(name=name, kind="base", **values)).id
    return found


async def allowed(db: Database, people: dict[str, uuid.UUID], action: str, entity: Any) -> str:
    """The names of those who may."""
    return " ".join([name for name in ACTORS if await may(db, people[name], action, entity)])


def matrix(text: str) -> dict[tuple[str, str, str], str]:
    """What a table says: by role, action and kind of entity, how far it reaches."""
    found = MATRIX.search(text)
    assert found, "there is no table of permissions"
    rows: dict[tuple[str, str, str], str] = {}
    for line in found[1].splitlines():
        entities, actions, *reaches = (cell.strip() for cell in line.strip("|").split("|"))
        for role, reach in zip(("admin", "researcher", "user"), reaches, strict=True):
            for entity in entities.replace("`", "").split(", "):
                for action in actions.split(", "):
                    assert (role, action, entity) not in rows, line
                    rows[role, action, entity] = reach
    return {key: reach for key, reach in rows.items() if reach in REACHES}


async def test_the_readmes_matrix_is_what_the_rows_say(db: Database) -> None:
    written = matrix((Path(__file__).parent.parent / "README.md").read_text("utf-8"))
    rows = {(row.role, row.action, row.entity_type): row.reach for row in await db.role_permissions.list()}
    assert written == rows
    assert set(rows.values()) == REACHES


async def test_an_administrator_may_all_that_anybody_may(db: Database) -> None:
    rows = await db.role_permissions.list()
    pairs = {(row.action, row.entity_type) for row in rows}
    mine = {(row.action, row.entity_type): row.reach for row in rows if row.role == "admin"}
    assert mine == dict.fromkeys(pairs, "all")
    # The audit log is nobody's to write.
    assert {action for action, entity in pairs if entity == "audit_logs"} == {"read", "export"}


async def test_each_row_of_the_matrix_holds(db: Database, people: dict[str, uuid.UUID]) -> None:
    for row in await db.role_permissions.list():
        name = {"admin": "root", "researcher": "rosa", "user": "ugo"}[row.role]
        assert await may(db, people[name], row.action, row.entity_type), row
        # Of an entity that there is not only who reaches all may ask.
        assert await may(db, people[name], row.action, (row.entity_type, uuid.uuid4())) is (row.reach == "all"), row
    for name in ("root", "rosa", "ugo"):
        held = await db.permissions.list_for_user(user_id=people[name])
        assert held
        kinds = {each.entity_type for each in held}
        for action in ("read", "create", "update", "delete", "export", "change_role", "administer"):
            for kind in kinds:
                expected = any((each.entity_type, each.action) == (kind, action) for each in held)
                assert await may(db, people[name], action, kind) is expected, (name, action, kind)
    assert await db.permissions.list_for_user(user_id=people["gone"]) == []


async def test_reach_is_of_all_of_ones_teams_or_of_ones_own(db: Database, people: dict[str, uuid.UUID]) -> None:
    ours = await model(db, "ours", team_id=people["team"], created_by=people["ugo"])
    mine = await model(db, "mine", team_id=people["team"], created_by=people["rosa"])
    theirs = await model(db, "theirs", team_id=people["other team"])
    common = await model(db, "common")
    for entity, read, update, delete in (
        (ours, "root rosa ugo", "root rosa", "root"),
        (mine, "root rosa ugo", "root rosa", "root rosa"),
        (theirs, "root other", "root other", "root"),
        (common, "root rosa ugo other", "root rosa other", "root"),
        (uuid.uuid4(), "root", "root", "root"),
    ):
        got = [await allowed(db, people, action, ("models", entity)) for action in ("read", "update", "delete")]
        assert got == [read, update, delete]
    # A role that reaches its own alone does not reach its team's, and the id of one kind is none of another.
    assert await allowed(db, people, "read", ("experiments", ours)) == "root"


async def test_an_evaluation_without_a_team_is_its_experiments(db: Database, people: dict[str, uuid.UUID]) -> None:
    trial = await db.experiments.create(name="theirs", team_id=people["other team"])
    made = await db.evaluations.create(
        provider="p", model="m", input="i", output="o", experiment_id=trial.id, created_by=people["other"]
    )
    assert await allowed(db, people, "read", ("evaluations", made.id)) == "root other"
    assert await allowed(db, people, "delete", ("evaluations", made.id)) == "root other"


async def test_accounts_keys_and_teams_are_their_owners(db: Database, people: dict[str, uuid.UUID]) -> None:
    assert await allowed(db, people, "update", ("users", people["ugo"])) == "root ugo"
    assert await allowed(db, people, "export", ("users", people["rosa"])) == "root rosa"
    assert await allowed(db, people, "change_role", ("users", people["ugo"])) == "root"
    assert await allowed(db, people, "read", ("teams", people["team"])) == "root rosa ugo"
    assert await allowed(db, people, "update", ("teams", people["team"])) == "root rosa"
    assert await allowed(db, people, "create", "role_permissions") == "root"


async def test_what_is_made_for_a_team_is_made_by_its_members(db: Database, people: dict[str, uuid.UUID]) -> None:
    for name, team, answer in (
        ("root", "other team", True),
        ("rosa", "team", True),
        ("rosa", "other team", False),
        ("other", "other team", True),
        ("ugo", "team", False),
        ("gone", "team", False),
    ):
        assert await may(db, people[name], "create", "models", team_id=people[team]) is answer
    with pytest.raises(ParameterError):
        await may(db, people["rosa"], "create", ("models", uuid.uuid4()), team_id=people["team"])


@pytest.mark.parametrize(
    ("scopes", "read", "update"),
    [
        (None, True, True),
        (["*"], True, True),
        (["read:*"], True, False),
        (["read:models"], True, False),
        (["update:models", "read:datasets"], False, True),
        (["read:datasets"], False, False),
        ([], False, False),
    ],
)
async def test_a_key_may_no_more_than_its_scopes(
    db: Database, people: dict[str, uuid.UUID], scopes: list[str] | None, read: bool, update: bool
) -> None:
    entity = ("models", await model(db, "common"))
    actor = Actor(people["rosa"], scopes=None if scopes is None else frozenset(scopes))
    assert [await may(db, actor, action, entity) for action in ("read", "update")] == [read, update]
    # No scope gives what the role does not.
    assert not await may(db, Actor(people["ugo"], scopes=frozenset({"*"})), "update", entity)


async def test_who_is_nobody_is_denied(db: Database, people: dict[str, uuid.UUID]) -> None:
    entity = ("models", await model(db, "common"))
    for actor in (None, Actor(), Actor(name="operator:root"), uuid.uuid4(), people["gone"]):
        assert not await may(db, actor, "read", entity)
        assert not await may(db, actor, "read", "models")
        with pytest.raises(PermissionDenied, match=r"^not allowed: read models$"):
            await authorize(db, actor, "read", entity)
    await authorize(db, people["ugo"], "read", entity)
    for action, kind in (("read", "nothing"), ("fly", "models"), ("", ""), ("read' OR true --", "models")):
        assert not await may(db, people["root"], action, kind)


class Undone(Exception):
    """Ends a transaction whose changes are to be forgotten."""


async def test_a_change_of_role_or_of_rows_counts_at_once(db: Database, people: dict[str, uuid.UUID]) -> None:
    ours = await model(db, "ours", team_id=people["team"])
    right = {"role": "researcher", "action": "create", "entity_type": "models"}
    with pytest.raises(Undone):
        async with db.transaction() as tx:
            assert not await may(tx, people["ugo"], "create", "models")
            await tx.users.change_role(id=people["ugo"], role="researcher")
            assert await may(tx, people["ugo"], "create", "models")
            await tx.role_permissions.revoke(**right)
            assert not await may(tx, people["ugo"], "create", "models")
            await tx.role_permissions.grant(**right, reach="own")
            assert await may(tx, people["ugo"], "create", "models")
            assert await may(tx, people["ugo"], "read", ("models", ours))
            await tx.teams.remove_member(team_id=people["team"], user_id=people["ugo"])
            assert not await may(tx, people["ugo"], "read", ("models", ours))
            raise Undone


async def test_a_reach_is_one_of_three_words(db: Database) -> None:
    with pytest.raises(ConstraintViolation) as caught:
        await db.role_permissions.grant(role="user", action="read", entity_type="x", reach="some")
    assert caught.value.constraint == "role_permissions_reach_check"


async def test_it_is_one_statement_that_reads_by_indexes(db: Database, people: dict[str, uuid.UUID]) -> None:
    asked: list[Any] = []
    stop = db.on("query", asked.append)
    assert await may(db, people["rosa"], "read", ("models", await model(db, "common")))
    stop()
    assert [event.name for event in asked] == ["models.create", "permissions.is_allowed_for"]
    async with db.transaction() as tx:
        if db.dialect == "postgres":  # which reads a table of one page whole, whatever indexes it has
            await tx.execute("SET LOCAL enable_seqscan = off")
        plan = await tx.permissions.is_allowed_for.explain(
            actor_id=people["rosa"], action="read", entity_type="models", entity_id=uuid.uuid4()
        )
    assert not re.search(r"SCAN [a-z]\b|Seq Scan on (models|evaluations|users|training_runs)", plan), plan
