"""The roles of schema/postgres/roles.sql: what each may do in a database, and what it may not."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import asyncpg
import pytest

import plainbase
from database_roles import ROLES, Guarded, guarded

REFUSED = asyncpg.InsufficientPrivilegeError

PRIVILEGES = """
SELECT md5(string_agg(line, ';' ORDER BY line))
FROM (
    SELECT concat_ws(',', relname, relowner, ARRAY(SELECT CAST(a AS text) FROM unnest(relacl) AS a ORDER BY 1),
        relrowsecurity, reloptions) AS line
    FROM pg_class WHERE relnamespace = to_regnamespace('public')
    UNION ALL
    SELECT concat_ws(',', attrelid, attname, ARRAY(SELECT CAST(a AS text) FROM unnest(attacl) AS a ORDER BY 1))
    FROM pg_attribute WHERE attacl IS NOT NULL AND attrelid >= 16384
    UNION ALL
    SELECT concat_ws(',', proname, proowner, ARRAY(SELECT CAST(a AS text) FROM unnest(proacl) AS a ORDER BY 1))
    FROM pg_proc WHERE pronamespace = to_regnamespace('public')
    UNION ALL
    SELECT CAST(d AS text) FROM pg_default_acl AS d
    UNION ALL
    SELECT concat_ws(',', m.roleid, m.member) FROM pg_auth_members AS m
    WHERE pg_get_userbyid(m.member) LIKE replace(current_database(), 'guarded_', '') || '%'
    UNION ALL
    SELECT CAST(r AS text) FROM pg_roles AS r WHERE rolname LIKE replace(current_database(), 'guarded_', '') || '%'
) AS lines
"""


@pytest.fixture(scope="module")
def place(templates: dict[str, str]) -> Iterator[Guarded]:
    with guarded(templates["postgres"]) as made:
        yield made


async def connected(place: Guarded, role: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(place.url(role))
    await connection.execute("BEGIN")
    return connection


async def test_a_second_run_changes_nothing(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        before = await connection.fetchval(PRIVILEGES)
        place.run()
        assert await connection.fetchval(PRIVILEGES) == before
        # What was granted too much since is taken back.
        await connection.execute(f"GRANT ALL ON audit_logs, users TO {place.prefix}_readonly, public")
        await connection.execute(f"GRANT UPDATE (hash) ON audit_logs TO {place.prefix}_app")
        await connection.execute(f"ALTER ROLE {place.prefix}_app BYPASSRLS CREATEROLE")
        await connection.execute(f"GRANT {place.prefix}_owner, {place.prefix}_migrator TO {place.prefix}_readonly")
        await connection.execute(f"GRANT pg_read_all_data TO {place.prefix}_app")
        assert await connection.fetchval(PRIVILEGES) != before
        place.run()
        assert await connection.fetchval(PRIVILEGES) == before
    finally:
        await connection.close()


async def test_everything_is_the_owners_and_nobody_logs_in_as_it(place: Guarded) -> None:
    connection = await asyncpg.connect(place.superuser)
    try:
        owners = await connection.fetch(
            """
            SELECT DISTINCT pg_get_userbyid(o.owner) AS name
            FROM (
                SELECT relowner FROM pg_class WHERE relnamespace = to_regnamespace('public')
                UNION SELECT proowner FROM pg_proc WHERE pronamespace = to_regnamespace('public')
                UNION SELECT dictowner FROM pg_ts_dict WHERE dictnamespace = to_regnamespace('public')
                UNION SELECT cfgowner FROM pg_ts_config WHERE cfgnamespace = to_regnamespace('public')
            ) AS o (owner)
            """
        )
        assert [row["name"] for row in owners] == [f"{place.prefix}_owner"]
        roles = await connection.fetch("SELECT * FROM pg_roles WHERE rolname LIKE $1", f"{place.prefix}%")
        assert len(roles) == len(ROLES)
        for role in roles:
            assert role["rolcanlogin"] is not role["rolname"].endswith("_owner")
            assert not any(
                role[f"rol{each}"] for each in ("super", "createrole", "createdb", "replication", "bypassrls")
            )
    finally:
        await connection.close()


async def test_the_application_has_no_ddl_and_changes_nothing_in_the_audit_log(place: Guarded) -> None:
    app = await connected(place, "app")
    try:
        for sql in (
            "CREATE TABLE mine (id bigint)",
            "CREATE VIEW mine AS SELECT 1 AS one",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE users ADD COLUMN mine bigint",
            "DROP TABLE users",
            "CREATE INDEX ON users (role)",
            "CREATE SCHEMA mine",
            "TRUNCATE users CASCADE",
            "UPDATE audit_logs SET action = 'x'",
            "UPDATE audit_logs SET hash = NULL",
            "DELETE FROM audit_logs",
            "TRUNCATE audit_logs",
            "INSERT INTO audit_logs (action, entity_type, hash) VALUES ('a', 'b', sha256('x'))",
            "INSERT INTO audit_logs (action, entity_type, position) VALUES ('a', 'b', 1)",
            "INSERT INTO audit_logs (action, entity_type, created_at) VALUES ('a', 'b', '2020-01-01')",
            "UPDATE audit_head SET position = 0",
            "DELETE FROM audit_head",
            "DELETE FROM erasures",
            "UPDATE erasures SET reason = 'x'",
            "UPDATE audited_tables SET audited = false",
            "DELETE FROM schema_migrations",
            "ALTER TABLE audit_logs DISABLE TRIGGER ALL",
            "ALTER TABLE users DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "SELECT pg_read_file('/etc/passwd')",
            "DO LANGUAGE plpgsql $$ BEGIN EXECUTE 'ALTER TABLE users DISABLE TRIGGER ALL'; END $$",
        ):
            await app.execute("SAVEPOINT attempt")
            with pytest.raises(REFUSED):
                await app.execute(sql)
            await app.execute("ROLLBACK TO attempt")
    finally:
        await app.close()


async def test_what_the_application_may_change_of_roles_is_recorded(place: Guarded) -> None:
    """That only an administrator makes one is row security's; which other role one has is authorize's, and recorded."""
    app = await connected(place, "app")
    try:
        await app.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", "stray"]))
        await app.execute("UPDATE users SET role = 'researcher' WHERE username = 'stray'")
        await app.execute("INSERT INTO role_permissions (role, action, entity_type) VALUES ('user', 'fly', 'users')")
        rows = await app.fetch("SELECT entity_type, actor_id, changes FROM audit_logs ORDER BY id DESC LIMIT 2")
        assert [row["entity_type"] for row in rows] == ["role_permissions", "users"]
        assert {row["actor_id"] for row in rows} == {place.ids["user", "stray"]}
        assert '"after":"researcher"' in rows[1]["changes"].replace(" ", "")
        with pytest.raises(REFUSED):
            await app.execute("DELETE FROM audit_logs")
    finally:
        await app.close()


async def test_the_reader_reads_and_sees_no_secret(place: Guarded) -> None:
    reader = await connected(place, "readonly")
    try:
        assert await reader.fetchval("SELECT count(*) FROM retention_policies") == 0
        assert await reader.fetchval("SELECT count(email) FROM users") == 5
        assert await reader.fetchval("SELECT count(action) FROM audit_logs") >= 0
        for sql in (
            "SELECT password_hash FROM users",
            "SELECT * FROM users",
            "SELECT token_hash FROM sessions",
            "SELECT token_hash FROM one_time_tokens",
            "SELECT key_hash FROM api_keys",
            "SELECT personal FROM audit_logs",
            "SELECT actor_salt FROM audit_logs",
            "SELECT * FROM model_leaderboard",
            "COPY users TO STDOUT",
            "SELECT refresh_materialized_view('model_leaderboard')",
        ):
            await reader.execute("SAVEPOINT attempt")
            with pytest.raises(REFUSED):
                await reader.execute(sql)
            await reader.execute("ROLLBACK TO attempt")
        await reader.execute("ROLLBACK; SET default_transaction_read_only = off")
        for sql in ("UPDATE teams SET name = 'x'", "INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'x')"):
            with pytest.raises(REFUSED):
                await reader.execute(sql)
    finally:
        await reader.close()


async def test_the_migrator_makes_what_is_the_owners_and_the_next_run_opens_it(place: Guarded) -> None:
    async with plainbase.open(place.url("migrator"), pool_size=2) as db:
        status = await db.migrate()
        assert not status
        await db.script("CREATE TABLE added (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
        await db.script("CREATE VIEW added_models AS SELECT * FROM models")
    app = await asyncpg.connect(place.url("app"))
    try:
        for sql in ("SELECT * FROM added", "INSERT INTO added (note) VALUES ('x')", "SELECT * FROM added_models"):
            with pytest.raises(REFUSED):
                await app.execute(sql)
        place.run()
        await app.execute("INSERT INTO added (note) VALUES ('x')")
        assert (
            await app.fetchval("SELECT tableowner FROM pg_tables WHERE tablename = 'added'") == f"{place.prefix}_owner"
        )
        # The owner's view would show every team's.
        for sql in ("SELECT * FROM added_models", "DROP TABLE added"):
            with pytest.raises(REFUSED):
                await app.execute(sql)
    finally:
        await app.close()
    async with plainbase.open(place.url("migrator"), pool_size=2) as db:
        await db.script("DROP TABLE added")
        await db.script("DROP VIEW added_models")


async def test_the_application_works_by_the_shipped_queries(place: Guarded) -> None:
    async with plainbase.open(place.url("app"), pool_size=2) as db:
        ann, red = place.ids["user", "ann"], place.ids["red", "team"]
        async with db.transaction(actor=ann) as tx:
            run = await tx.training_runs.create(name="mine", team_id=red, created_by=ann)
            assert await tx.training_runs.start(id=run.id) == 1
            await tx.training_metrics.log.batch(
                [{"run_id": run.id, "name": "loss", "step": step, "value": 0.5} for step in range(10)]
            )
            assert await tx.training_runs.finish(id=run.id, status="completed") == 1
            assert (
                await tx.insert_rows(
                    "teams", ("id", "name"), [(uuid.uuid4(), "red"), (uuid.uuid4(), "green")], on_conflict="ignore"
                )
                == 1
            )
            assert await tx.training_runs.delete(id=run.id) == 1
            green = await tx.teams.get_by_name(name="green")
            assert green is not None
            await tx.teams.delete(id=green.id)
        # With nobody's name it sees what is nobody's.
        assert [row.name for row in await db.datasets.list()] == ["common secret"]
