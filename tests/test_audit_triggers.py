"""What the triggers record of a change, whoever makes it, and that of nothing else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import asyncpg
import pytest

import plainbase
from conftest import SERVER, named
from plainbase import Database, Row
from plainbase.platform import sample

AUDITED = "SELECT table_name, entity_type FROM audited_tables WHERE audited ORDER BY table_name"
COLUMNS = {
    "sqlite": "SELECT name, type, pk, hidden FROM pragma_table_xinfo(:name) ORDER BY cid",
    "postgres": """
        SELECT CAST(a.attname AS text) AS name, format_type(a.atttypid, NULL) AS type,
            coalesce(array_position(CAST(i.indkey AS smallint[]), a.attnum) + 1, 0) AS pk,
            CASE WHEN a.attgenerated <> '' THEN 3 ELSE 0 END AS hidden
        FROM pg_attribute AS a LEFT JOIN pg_index AS i ON a.attrelid = i.indrelid AND i.indisprimary
        WHERE a.attrelid = CAST(CAST(:name AS text) AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum
    """,
}
TRIGGERS = {
    "sqlite": "SELECT tbl_name AS table_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgres": """
        SELECT CAST(c.relname AS text) AS table_name, CAST(t.tgname AS text) AS name
        FROM pg_trigger AS t INNER JOIN pg_class AS c ON t.tgrelid = c.oid
        WHERE NOT t.tgisinternal
    """,
}
TABLES = {
    "sqlite": """
        SELECT name FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'
    """,
    "postgres": """
        SELECT CAST(relname AS text) AS name FROM pg_class
        WHERE relkind IN ('r', 'm', 'p') AND relnamespace = to_regnamespace('public')
    """,
}
OWN = {"users": {"email", "username", "folded_username", "preferences"}}
SECRET = {"users": {"password_hash"}, "api_keys": {"key_hash", "name"}}
"""What is recorded only as changed; the name of a key is its owner's words, which no erasure would reach."""
SILENT = {"updated_at", "last_login_at", "last_used_at", "refused_at", "last_run_at", "duration_seconds"}
SECRET_TEXT = "not-to-be-seen-anywhere"


async def entries(db: Database, after: int = 0) -> list[Row]:
    """What was recorded since, oldest first."""
    return [row for row in reversed(await db.audit_logs.list(limit=1_000_000)) if row.id > after]


async def last_id(db: Database) -> int:
    return int(await db.fetch_value("SELECT coalesce(max(id), 0) FROM audit_logs"))


async def user(db: Database, name: str = "ada") -> Row:
    row: Row = await db.users.create(email=f"{name}@example.org", username=name, password_hash=SECRET_TEXT)
    return row


async def test_every_table_is_listed_and_exactly_the_audited_ones_have_the_triggers(db: Database) -> None:
    listed = await db.audited_tables.list()
    tables = {row.name for row in await db.fetch_all(TABLES[db.dialect])}
    assert tables <= {row.table_name for row in listed}
    triggers: dict[str, set[str]] = {}
    for row in await db.fetch_all(TRIGGERS[db.dialect]):
        triggers.setdefault(row.table_name, set()).add(row.name)
    ways: tuple[str, ...] = ("audit_insert", "audit_update", "audit_delete")
    ways += ("audit_conflict", "audit_replace") if db.dialect == "sqlite" else ("truncate_check",)
    for row in listed:
        mine = {f"{row.table_name}_{way}" for way in ways}
        found = triggers.get(row.table_name, set())
        assert (mine <= found) if row.audited else not any("_audit_" in name for name in found), row.table_name
        assert row.audited != bool(row.reason)


async def test_no_table_is_listed_that_neither_engine_has(templates: dict[str, str]) -> None:
    urls = f"sqlite:///{templates['sqlite']}", named(os.environ[SERVER], templates["postgres"])
    found: set[str] = set()
    lists = []
    for url in urls:
        async with plainbase.open(url, pool_size=1) as db:
            found |= {row.name for row in await db.fetch_all(TABLES[db.dialect])}
            lists.append([tuple(row) for row in await db.audited_tables.list()])
    assert lists[0] == lists[1]
    assert {row[0] for row in lists[0]} == found


async def test_every_field_of_every_audited_row_is_recorded_when_made_changed_and_deleted(db: Database) -> None:
    before = await last_id(db)
    await sample.load(db)
    made = [row for row in await entries(db, before) if row.id < 1_000_000]
    for table in [row for row in await db.fetch_all(AUDITED) if row.table_name != "schema_migrations"]:
        rows = [row for row in made if (row.entity_type, row.action) == (table.entity_type, "create")]
        columns = await db.fetch_all(COLUMNS[db.dialect], {"name": table.table_name})
        keys = [row.name for row in sorted(columns, key=lambda row: row.pk) if row.pk]
        stored = {
            "/".join(str(row[key]) for key in keys): row
            for row in await db.fetch_all(f'SELECT * FROM "{table.table_name}"')
        }
        created = {row.entity_id: row for row in rows}
        assert created.keys() & stored.keys(), table.table_name
        own, secret = OWN.get(table.table_name, set()), SECRET.get(table.table_name, set())
        names = {row.name for row in columns if not row.hidden} - SILENT - (set(keys) if len(keys) == 1 else set())
        times = {row.name for row in columns if row.type.lower().startswith("timestamp")}
        assert times == {row.name for row in columns if row.name.endswith("_at")}, "audit_value goes by the name"
        for key in created.keys() & stored.keys():
            expected = {name: recorded(stored[key][name], "after") for name in names - {"created_at"} - secret}
            expected |= {name: {"changed": True} for name in names & secret}
            changes = {**created[key].changes, **(created[key].personal or {})}
            assert set(created[key].personal or {}) == own
            if not {row.action for row in made if (row.entity_type, row.entity_id) == (table.entity_type, key)} - {
                "create"
            }:
                assert changes == expected, table.table_name
            assert changes.keys() == expected.keys(), table.table_name


def recorded(value: Any, *sides: str) -> dict[str, Any]:
    """A value as the log has it."""
    if isinstance(value, UUID):
        value = str(value)
    elif hasattr(value, "isoformat"):
        value = value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return dict.fromkeys(sides, value)


async def test_both_engines_record_the_same_of_a_loaded_sample(sampled: dict[str, str]) -> None:
    from parity.equal import difference

    urls = f"sqlite:///{sampled['sqlite']}", named(os.environ[SERVER], sampled["postgres"])
    found: list[list[tuple[Any, ...]]] = []
    for url in urls:
        async with plainbase.open(url, pool_size=1) as db:
            rows = [row for row in await entries(db) if row.entity_type != "schema"]
            found.append(
                sorted(
                    (row.entity_type, row.entity_id or "", row.action, str(row.id) if row.id > 1_000_000 else "")
                    for row in rows
                )
            )
            found.append(
                [
                    (row.changes, row.personal)
                    for row in sorted(rows, key=lambda row: (row.entity_type, row.entity_id or "", row.action, row.id))
                ]
            )
    assert found[0] == found[2]
    assert len(found[0]) > 500
    assert difference(found[1], found[3]) is None


async def test_an_update_records_what_differs_and_nothing_where_nothing_does(db: Database) -> None:
    made = await user(db)
    key = await db.api_keys.create(user_id=made.id, public_id="pb_1", key_hash=bytes(32), name="ci")
    before = await last_id(db)
    await db.users.change_role(id=made.id, role="admin")
    await db.users.change_role(id=made.id, role="admin")
    await db.users.set_password_hash(id=made.id, password_hash=SECRET_TEXT + "2")
    await db.users.change_email(id=made.id, email="new@example.org")
    await db.execute("UPDATE users SET last_login_at = updated_at, updated_at = created_at", {})
    await db.execute("UPDATE api_keys SET last_used_at = created_at", {})
    await db.execute("UPDATE api_keys SET key_hash = :hash", {"hash": b"1" * 32})
    found = await entries(db, before)
    assert [(row.action, row.entity_type, row.entity_id) for row in found] == [
        *[("update", "users", str(made.id))] * 3,
        ("update", "api_keys", str(key.id)),
    ]
    assert [row.changes for row in found] == [
        {"role": {"before": "user", "after": "admin"}},
        {"password_hash": {"changed": True}},
        None,
        {"key_hash": {"changed": True}},
    ]
    assert [row.personal for row in found][2] == {"email": {"before": "ada@example.org", "after": "new@example.org"}}


async def test_no_secret_comes_into_the_log(db: Database) -> None:
    made = await user(db)
    await db.users.set_password_hash(id=made.id, password_hash=SECRET_TEXT + "2")
    await db.api_keys.create(user_id=made.id, public_id="pb_1", key_hash=SECRET_TEXT.encode()[:16] * 2, name="ci")
    await db.users.delete(id=made.id)
    rows = await db.fetch_all("SELECT CAST(changes AS text) AS c, CAST(personal AS text) AS p FROM audit_logs")
    text = "".join(f"{row.c}{row.p}" for row in rows)
    for secret in (SECRET_TEXT, SECRET_TEXT.encode()[:16].hex(), SECRET_TEXT[:16]):
        assert secret not in text.lower()
    assert "password_hash" in text


async def test_a_cascade_is_recorded_row_by_row(db: Database) -> None:
    made = await user(db)
    team = await db.teams.create(name="vision")
    await db.teams.add_member(team_id=team.id, user_id=made.id)
    before = await last_id(db)
    await db.teams.delete(id=team.id)
    found = await entries(db, before)
    assert {(row.action, row.entity_type, row.entity_id) for row in found} == {
        ("delete", "teams", str(team.id)),
        ("delete", "team_members", f"{team.id}/{made.id}"),
    }


async def test_a_key_that_changes_is_recorded_under_what_it_was(db: Database) -> None:
    team = await db.teams.create(name="vision")
    other = "01900000-0000-7000-8000-00000000dead"
    await db.execute("UPDATE teams SET id = :id", {"id": UUID(other)})
    (row,) = await db.audit_logs.list_by_entity(entity_type="teams", entity_id=str(team.id), limit=1)
    assert row.changes == {"id": {"before": str(team.id), "after": other}}


async def test_a_rolled_back_change_leaves_no_entry_and_the_chain_whole(db: Database) -> None:
    await db.teams.create(name="first")
    before = await db.audit_logs.count()
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.teams.create(name="vision")
            raise ZeroDivisionError
    assert await db.audit_logs.count() == before
    await db.teams.create(name="audio")
    places = [row.position for row in await db.audit_logs.chain(limit=1_000_000)]
    assert places == list(range(1, len(places) + 1))


async def test_infinite_and_long_numbers_do_not_stop_a_change(db: Database) -> None:
    model = await db.models.create(name="m", kind="base")
    before = await last_id(db)
    await db.execute(
        "INSERT INTO model_versions (id, model_id, version, input_token_price) VALUES (:id, :model, '1', :price)",
        {"id": UUID(int=7), "model": model.id, "price": 0.1 + 0.2},
    )
    (row,) = await entries(db, before)
    assert row.changes["input_token_price"] == {"after": 0.1 + 0.2}


async def plain(url: str, statements: str) -> None:
    """What somebody types into psql or sqlite3."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(unquote(urlsplit(url).path[1:]))) as file:
            file.executescript(statements)
            file.commit()
        return
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


async def test_a_change_by_the_engines_own_shell_is_recorded(url: str) -> None:
    await plain(url, "INSERT INTO teams (id, name) VALUES ('01900000-0000-7000-8000-000000000001', 'by hand')")
    await plain(url, "UPDATE teams SET description = 'changed'; DELETE FROM teams;")
    async with plainbase.open(url, pool_size=1) as db:
        found = list(
            reversed(
                await db.audit_logs.list_by_entity(
                    entity_type="teams", entity_id="01900000-0000-7000-8000-000000000001"
                )
            )
        )
        assert [row.action for row in found] == ["create", "update", "delete"]
        assert {row.actor for row in found} == {"database" if db.dialect == "sqlite" else "database:postgres"}
        assert {row.actor_id for row in found} == {None}
        assert found[1].changes == {"description": {"before": None, "after": "changed"}}
        await db.teams.create(name="by plainbase")
        assert await db.audit_logs.count_unsealed() == 0


async def test_who_acts_is_recorded_and_only_within_its_transaction(db: Database) -> None:
    made = await user(db)
    before = await last_id(db)
    actor = plainbase.Actor(id=made.id, name="ada", ip_address="192.0.2.1", user_agent="agent")
    async with db.transaction(actor=actor) as tx:
        await tx.teams.create(name="one")
        noted = await tx.audit_logs.record(action="export", entity_type="teams")
    await db.teams.create(name="two")
    one, note, two = await entries(db, before)
    assert (one.actor_id, one.actor, one.ip_address, one.user_agent) == (made.id, "ada", "192.0.2.1", "agent")
    assert (note.id, note.actor_id, note.action) == (noted.id, made.id, "export")
    assert (two.actor_id, two.ip_address) == (None, None)
    assert two.actor.startswith("database")


async def test_migrating_is_recorded(empty_url: str) -> None:
    async with plainbase.open(empty_url, pool_size=1) as db:
        await db.migrate()
        rows = await db.audit_logs.list(entity_type="schema")
        versions = {row.entity_id for row in rows}
        assert "12" not in versions or {row.action for row in rows} == {"create"}
        assert {"13", "14"} <= versions
