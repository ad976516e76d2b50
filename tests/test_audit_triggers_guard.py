"""The audit log is only added to: what a DBA, a shell or a REPLACE cannot do to it, and what an erasure may."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing, suppress
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

import plainbase
from plainbase import ConstraintViolation, Database, PlainbaseError, Row, TransactionConflict
from plainbase.platform import audit

UNKNOWN = UUID("01900000-0000-7000-8000-00000000dead")
HASH = "decode(repeat('01', 32), 'hex')", "randomblob(32)"


async def user(db: Database, name: str = "ada") -> Row:
    row: Row = await db.users.create(email=f"{name}@example.org", username=name, password_hash="hash")
    return row


async def refused(db: Database, sql: str, params: dict[str, Any] | None = None) -> str | None:
    """Run it, and give the name of the check that refuses it."""
    with pytest.raises(ConstraintViolation) as caught:
        await db.execute(sql, params or {})
    assert caught.value.kind == "check"
    return caught.value.constraint


async def everything(db: Database) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.audit_logs.chain(limit=1_000_000)]


@pytest.mark.parametrize(
    "change",
    [
        "action = 'read'",
        "entity_type = 'teams'",
        "entity_id = 'x'",
        "changes = '{}'",
        "changes = NULL",
        "actor = 'somebody'",
        "actor = NULL",
        "ip_address = '192.0.2.1'",
        "user_agent = 'agent'",
        "actor_salt = NULL",
        "actor_id = '01900000-0000-7000-8000-00000000dead'",
        "personal = '{}'",
        "personal = NULL",
        "personal = NULL, personal_salt = NULL",
        "actor = NULL, ip_address = NULL, user_agent = NULL, actor_salt = NULL",
        "position = position + 1000000",
        "position = NULL, hash = NULL, previous_hash = NULL, actor_digest = NULL, personal_digest = NULL",
        "hash = previous_hash",
        "created_at = '2020-01-01T00:00:00.000000Z'",
        "id = id + 1000000",
    ],
)
async def test_no_entry_is_changed(db: Database, change: str) -> None:
    await user(db)
    before = await everything(db)
    name = await refused(db, f"UPDATE audit_logs SET {change} WHERE entity_type = 'users'")
    assert name in ("audit_logs_append_only_check", "audit_logs_erasure_check")
    assert await everything(db) == before


async def test_no_entry_is_deleted(db: Database) -> None:
    await user(db)
    before = await everything(db)
    assert await refused(db, "DELETE FROM audit_logs") == "audit_logs_delete_check"
    assert await refused(db, "DELETE FROM audit_head") == "audit_head_delete_check"
    if db.dialect == "postgres":
        assert await refused(db, "TRUNCATE audit_logs") == "audit_logs_truncate_check"
        assert await refused(db, "TRUNCATE audit_head") == "audit_head_truncate_check"
        assert await refused(db, "TRUNCATE teams CASCADE") is not None
        assert await refused(db, "TRUNCATE retention_policies") == "retention_policies_truncate_check"
    assert await everything(db) == before


async def test_the_chains_fields_cannot_be_given(db: Database) -> None:
    await user(db)
    value = HASH[db.dialect == "sqlite"]
    fields = ("position", "actor_digest", "personal_digest", "previous_hash", "hash")
    for given in (*((field,) for field in fields), fields):
        names = ", ".join(given)
        values = ", ".join("1000000" if field == "position" else value for field in given)
        sql = f"INSERT INTO audit_logs (action, entity_type, {names}) VALUES ('read', 'users', {values})"
        assert await refused(db, sql) in ("audit_logs_insert_check", "audit_logs_sealed_check")


async def test_the_chains_end_only_moves_on(db: Database) -> None:
    await user(db)
    head = await db.audit_head.get()
    assert await refused(db, "UPDATE audit_head SET position = position - 1") == "audit_head_forward_check"
    assert await refused(db, "UPDATE audit_head SET position = 0") == "audit_head_forward_check"
    assert await refused(db, "UPDATE audit_head SET hash = hash") == "audit_head_forward_check"
    if db.dialect == "sqlite":
        assert await refused(db, "REPLACE INTO audit_head (id) VALUES (1)") == "audit_head_begin_check"
    assert await db.audit_head.get() == head


async def test_an_entry_by_hand_is_sealed_like_any_other(db: Database) -> None:
    await db.execute("INSERT INTO audit_logs (action, entity_type) VALUES ('read', 'users')", {})
    (row, *_) = await db.audit_logs.list(limit=1)
    assert (row.action, row.position is not None) == ("read", True)
    assert await db.audit_logs.count_unsealed() == 0


async def test_an_account_is_erased_from_the_log_only_with_its_erasure(db: Database) -> None:
    ada, bob = await user(db), await user(db, "bob")
    async with db.transaction(actor=plainbase.Actor(id=ada.id, name="ada", ip_address="192.0.2.1")) as tx:
        await tx.teams.create(name="vision")
    await db.users.change_email(id=ada.id, email="new@example.org")
    before = {row.id: row for row in await db.audit_logs.chain(limit=1_000_000)}
    with pytest.raises(ConstraintViolation) as caught:
        await db.audit_logs.erase_for(subject_id=ada.id)
    assert caught.value.constraint in ("audit_logs_append_only_check", "audit_logs_erasure_check")
    assert {row.id: row for row in await db.audit_logs.chain(limit=1_000_000)} == before

    async with db.transaction() as tx:
        await tx.erasures.record(subject_id=ada.id)
        await tx.users.change_email(id=ada.id, email="erased@example.invalid")
        erased = await tx.audit_logs.erase_for(subject_id=ada.id)
        assert await tx.audit_logs.erase_for(subject_id=ada.id) == []
    after = {row.id: row for row in await db.audit_logs.chain(limit=1_000_000)}
    assert len(erased) == 4  # she was made, made a team, and changed her address twice
    gone = {"actor", "ip_address", "user_agent", "actor_salt", "personal", "personal_salt"}
    for row_id, row in before.items():
        kept = [name for name in row.keys() if name not in gone]  # noqa: SIM118
        assert [row[name] for name in kept] == [after[row_id][name] for name in kept]
    of_her = [row for row in after.values() if row.entity_type == "users" and row.entity_id == str(ada.id)]
    assert {(row.personal, row.personal_salt) for row in of_her} == {(None, None)}
    by_her = [row for row in after.values() if row.actor_id == str(ada.id)]
    assert [(row.actor, row.ip_address, row.actor_salt) for row in by_her] == [(None, None, None)]
    assert "new@example.org" not in str([tuple(row) for row in after.values()])
    of_bob = [row for row in after.values() if row.entity_id == str(bob.id)]
    assert all(row.personal and row.personal_salt for row in of_bob)


async def test_nobody_known_is_erased_with_the_account_it_was_about_and_an_operator_is_not(db: Database) -> None:
    ada, bob = await user(db), await user(db, "bob")
    tried = plainbase.Actor(name="anonymous", ip_address="192.0.2.1", user_agent="curl")
    unnamed = plainbase.Actor(ip_address="192.0.2.1")
    nowhere = plainbase.Actor(name="anonymous")
    operator = plainbase.Actor(name="operator:root", ip_address="192.0.2.7")
    for actor in (tried, unnamed, nowhere, operator):
        for entity in (ada.id, bob.id):
            await audit.record(db, "login_failed", "users", entity, actor=actor)
        await audit.record(db, "login_failed", "teams", ada.id, actor=actor)
    last = (await audit.head(db)).position
    blank = (
        "UPDATE audit_logs SET actor = NULL, ip_address = NULL, user_agent = NULL, actor_salt = NULL"
        " WHERE position = :at"
    )
    rows = await db.audit_logs.chain(after_position=last - 12)
    for row in rows:
        with pytest.raises(ConstraintViolation):
            await db.execute(blank, {"at": row.position})
    await db.erasures.record(subject_id=ada.id)
    for row in rows:
        if row.actor == "operator:root" or row.entity_type != "users" or row.entity_id == str(bob.id):
            with pytest.raises(ConstraintViolation):
                await db.execute(blank, {"at": row.position})
    await db.audit_logs.erase_for(subject_id=ada.id)
    kept = [row.actor for row in await db.audit_logs.chain(after_position=last - 12, limit=12)]
    assert [number for number, name in enumerate(kept) if name is None] == [0, 3]
    verdict = await audit.verify(db)
    assert (verdict.broken, verdict.unsealed) == (None, 0)


def opened(url: str) -> sqlite3.Connection:
    return sqlite3.connect(unquote(urlsplit(url).path[1:]), isolation_level=None)


REPLACED = {
    "its key": "REPLACE INTO teams (id, name) SELECT id, 'other' FROM teams WHERE name = 'vision'",
    "another unique field": "INSERT OR REPLACE INTO teams (id, name) VALUES ('{unknown}', 'vision')",
    "by an update": "UPDATE OR REPLACE teams SET name = 'vision' WHERE name = 'audio'",
    "a key of several": "REPLACE INTO model_aliases SELECT * FROM model_aliases",
    "a log's entry": "REPLACE INTO audit_logs (id, action, entity_type) SELECT id, 'x', 'y' FROM audit_logs",
    "a log's entry by its place": "UPDATE OR REPLACE audit_logs SET position = 1 WHERE position = 2",
}


@pytest.mark.parametrize("recursive", ["OFF", "ON"])
@pytest.mark.parametrize("what", REPLACED)
async def test_replace_by_the_shell_deletes_nothing(
    templates: dict[str, str], tmp_path: Any, what: str, recursive: str
) -> None:
    place = tmp_path / "lab.db"
    shutil.copy(templates["sqlite"], place)
    async with plainbase.open(f"sqlite:///{place}") as db:
        await db.teams.create(name="vision")
        await db.teams.create(name="audio")
        model = await db.models.create(name="m", kind="base")
        version = await db.model_versions.register(model_id=model.id, version="1")
        await db.execute(
            "INSERT INTO model_aliases (model_id, alias, model_version_id) VALUES (:model, 'best', :version)",
            {"model": model.id, "version": version.id},
        )
        log = await everything(db)
    with closing(opened(f"sqlite:///{place}")) as file:
        file.execute(f"PRAGMA recursive_triggers = {recursive}")
        rows = file.execute("SELECT * FROM teams").fetchall(), file.execute("SELECT * FROM model_aliases").fetchall()
        with pytest.raises(sqlite3.IntegrityError):
            file.execute(REPLACED[what].format(unknown=UNKNOWN))
        assert rows == (
            file.execute("SELECT * FROM teams").fetchall(),
            file.execute("SELECT * FROM model_aliases").fetchall(),
        )
    async with plainbase.open(f"sqlite:///{place}") as db:
        assert await everything(db) == log


async def test_what_conflicts_and_is_let_be_or_updated_is_no_replacement(db: Database) -> None:
    for times in range(3):
        await db.execute("INSERT INTO teams (id, name) VALUES (:id, 'a') ON CONFLICT DO NOTHING", {"id": UNKNOWN})
        await db.execute(
            "INSERT INTO teams (id, name) VALUES (:id, 'a') ON CONFLICT (id) DO UPDATE SET description = :text",
            {"id": UNKNOWN, "text": str(times)},
        )
        await db.teams.create(name=f"b{times}")
    rows = await db.audit_logs.list_by_entity(entity_type="teams", entity_id=str(UNKNOWN))
    assert [row.action for row in rows] == ["update", "update", "update", "create"]


async def test_what_one_transaction_did_is_sealed_in_its_order(db: Database) -> None:
    async with db.transaction() as tx:
        for number in range(5):
            await tx.teams.create(name=str(number))
    names = {row.id: row.changes["name"]["after"] for row in await db.audit_logs.list(limit=5)}
    assert [names[row.id] for row in (await db.audit_logs.chain(limit=1_000_000))[-5:]] == ["0", "1", "2", "3", "4"]


postgres_only = pytest.mark.parametrize("engine", ["postgres"], indirect=True)


@postgres_only
async def test_two_transactions_that_audit_in_opposite_order_wait_for_no_head(db: Database) -> None:
    one, two = await db.teams.create(name="one"), await db.teams.create(name="two")
    async with db.transaction() as first, db.transaction() as second:
        await first.teams.create(name="a")
        await second.teams.create(name="b")
        await second.teams.update(id=two.id, description="second")
        await first.teams.update(id=one.id, description="first")
    places = [row.position for row in await db.audit_logs.chain(limit=1_000_000)]
    assert places == list(range(1, len(places) + 1))
    assert await db.audit_logs.count_unsealed() == 0


@postgres_only
@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_snapshot_older_than_the_head_is_a_conflict_to_retry(db: Database, isolation: Any) -> None:
    await db.teams.create(name="zero")
    with pytest.raises(TransactionConflict) as caught:
        async with db.transaction(isolation=isolation) as tx:
            await tx.teams.create(name="one")
            await db.teams.create(name="two")
    assert caught.value.retryable
    assert [row.name for row in await db.teams.list()] == ["two", "zero"]


@postgres_only
@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_transaction_that_is_run_again_is_recorded_once(db: Database, isolation: str) -> None:
    tries = 0

    async def add(tx: plainbase.Transaction) -> None:
        nonlocal tries
        tries += 1
        await tx.teams.create(name="mine")
        if tries < 3:
            await db.teams.create(name=f"in between {tries}")

    await db.run_transaction(add, isolation=isolation)
    assert tries == 3
    made = [row.changes["name"]["after"] for row in await db.audit_logs.list() if row.entity_type == "teams"]
    assert made == ["mine", "in between 2", "in between 1"]
    verdict = await audit.verify(db)
    assert (verdict.broken, verdict.unsealed) == (None, 0)


@postgres_only
async def test_killed_backends_and_parts_that_are_undone_leave_one_chain(url: str) -> None:
    async with plainbase.open(url, pool_size=8) as db, plainbase.open(url, pool_size=1) as killer:
        committed = 0

        async def write(number: int) -> None:
            nonlocal committed
            for index in range(12):
                try:
                    async with db.transaction(actor=plainbase.Actor(name=f"writer {number}")) as tx:
                        await tx.teams.create(name=f"{number} {index}")
                        with suppress(ZeroDivisionError):
                            async with tx.transaction() as part:
                                await part.teams.create(name=f"{number} {index} undone")
                                raise ZeroDivisionError
                        if index % 4 == 3:
                            raise ZeroDivisionError
                    committed += 1
                except (ZeroDivisionError, PlainbaseError):
                    pass

        async def kill() -> None:
            for _ in range(15):
                await killer.fetch_value(
                    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
                    " ORDER BY random() LIMIT 1) AS s"
                )

        await asyncio.gather(kill(), *(write(number) for number in range(8)))
        teams = await db.fetch_value("SELECT count(*) FROM teams")
        assert teams >= committed > 0
        made = await db.fetch_value("SELECT count(*) FROM audit_logs WHERE entity_type = 'teams'")
        assert made == teams
        verdict = await audit.verify(db)
        assert (verdict.broken, verdict.unsealed) == (None, 0)


@postgres_only
async def test_who_is_not_named_is_recorded_as_who_signed_in_and_not_as_the_owner(db: Database) -> None:
    role = f"stranger_{uuid4().hex}"
    with suppress(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.script(
                f"CREATE ROLE {role}; GRANT INSERT ON teams TO {role}; SET LOCAL SESSION AUTHORIZATION {role}"
            )
            await tx.execute("INSERT INTO teams (id, name) VALUES (:id, 'theirs')", {"id": UNKNOWN})
            await tx.script("SET LOCAL SESSION AUTHORIZATION DEFAULT")
            (row,) = await tx.audit_logs.list_by_entity(entity_type="teams", entity_id=str(UNKNOWN))
            assert (row.actor_id, row.actor) == (None, f"database:{role}")
            raise ZeroDivisionError


@postgres_only
async def test_a_temporary_table_takes_nothing_of_the_log_s_place(db: Database) -> None:
    ada = await user(db)
    async with db.transaction() as tx:
        for table in ("audit_logs", "audit_head", "erasures"):
            await tx.script(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING DEFAULTS) ON COMMIT DROP")
        await tx.script("SET LOCAL search_path = pg_temp, public")
        await tx.execute(
            "INSERT INTO pg_temp.erasures (id, subject_id) VALUES (:id, :ada)", {"id": UNKNOWN, "ada": ada.id}
        )
        await tx.execute("INSERT INTO public.teams (id, name) VALUES (:id, 'vision')", {"id": UNKNOWN})
        with pytest.raises(ConstraintViolation):
            async with tx.transaction() as part:
                await part.fetch_all("SELECT * FROM public.erase_audit_logs(:ada)", {"ada": ada.id})
        await tx.script("SET CONSTRAINTS ALL IMMEDIATE")
        assert await tx.fetch_value("SELECT count(*) FROM pg_temp.audit_logs") == 0
        assert await tx.fetch_value("SELECT count(*) FROM pg_temp.audit_head") == 0
    made = await db.audit_logs.list_by_entity(entity_type="teams", entity_id=str(UNKNOWN))
    assert [row.action for row in made] == ["create"]
    verdict = await audit.verify(db)
    assert (verdict.broken, verdict.unsealed) == (None, 0)


@postgres_only
async def test_fifty_writers_leave_one_chain(url: str) -> None:
    async with plainbase.open(url, pool_size=10, max_overflow=40) as db:

        async def write(number: int) -> None:
            async with db.transaction() as tx:
                for index in range(3):
                    await tx.teams.create(name=f"{number} {index}")

        await asyncio.gather(*(write(number) for number in range(50)))
        rows = await db.audit_logs.chain(limit=1_000_000)
        assert [row.position for row in rows] == list(range(1, 151))
        assert rows[0].previous_hash == bytes(32)
        assert [row.previous_hash for row in rows[1:]] == [row.hash for row in rows[:-1]]
        head = await db.audit_head.get()
        assert head is not None
        assert tuple(head) == (150, rows[-1].hash)


@postgres_only
async def test_many_versions_of_a_row_in_one_transaction_write_the_head_once(db: Database) -> None:
    team = await db.teams.create(name="one")
    async with db.transaction() as tx:
        for number in range(200):
            await tx.teams.update(id=team.id, description=str(number))
        assert await tx.audit_logs.count_unsealed() == 200
        before = await tx.audit_head.get()
    after = await db.audit_head.get()
    assert after.position == before.position + 200
    assert await db.audit_logs.count_unsealed() == 0


@postgres_only
async def test_the_triggers_work_in_any_schema_whatever_the_search_path(empty_url: str) -> None:
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute('CREATE SCHEMA "the Lab"')
    finally:
        await connection.close()
    there = f"{empty_url}{'&' if '?' in empty_url else '?'}options=-csearch_path%3D%22the%5C%20Lab%22"
    async with plainbase.open(there, pool_size=1) as db:
        await db.migrate()
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute("SET search_path = pg_catalog")
        await connection.execute("""INSERT INTO "the Lab".teams (id, name) VALUES (gen_random_uuid(), 'x')""")
        found = await connection.fetchrow("""SELECT entity_type, position FROM "the Lab".audit_logs ORDER BY id DESC""")
        assert found is not None
        assert found["entity_type"] == "teams"
        assert found["position"] is not None
    finally:
        await connection.close()


@postgres_only
async def test_who_may_not_is_not_let_to_use_the_functions_on_a_table_of_his_own(db: Database) -> None:
    allowed = await db.fetch_all("""
        SELECT CAST(proname AS text) AS name FROM pg_proc
        WHERE pronamespace = to_regnamespace('public') AND prosecdef
            AND proname IN ('audit_change', 'seal_audit_logs', 'check_audit_erasure', 'erase_audit_logs')
            AND has_function_privilege('pg_monitor', oid, 'EXECUTE')
    """)
    assert allowed == []
