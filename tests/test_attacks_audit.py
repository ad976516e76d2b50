"""The audit log as those attack it who may write to the database: the application's role, and whoever has the file."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import asyncpg
import pytest

import plainbase
from database_roles import Guarded, guarded
from plainbase import ConstraintViolation, Database
from plainbase.platform import audit

REFUSED = asyncpg.InsufficientPrivilegeError


@pytest.fixture(scope="module")
def place(templates: dict[str, str]) -> Iterator[Guarded]:
    with guarded(templates["postgres"]) as made:
        yield made


@asynccontextmanager
async def application(place: Guarded, name: str = "ann", *, commit: bool = False) -> AsyncIterator[asyncpg.Connection]:
    """The application in a transaction of somebody's."""
    connection = await asyncpg.connect(place.url("app"))
    try:
        await connection.execute("BEGIN")
        await connection.execute("SELECT set_config('plainbase.actor_id', $1, true)", str(place.ids["user", name]))
        yield connection
        if commit:
            await connection.execute("COMMIT")
    finally:
        await connection.close()


async def is_refused(connection: asyncpg.Connection, sql: str, *kinds: type[BaseException]) -> None:
    await connection.execute("SAVEPOINT attempt")
    error: Exception | None = None
    try:
        await connection.execute(sql)
    except asyncpg.PostgresError as raised:
        error = raised
    assert isinstance(error, kinds or REFUSED), (sql, error)
    await connection.execute("ROLLBACK TO attempt")


async def test_the_application_cannot_take_the_log_out_of_its_way(place: Guarded) -> None:
    """Triggers, numbers, settings, tables above and below: nothing lets a change go unrecorded."""
    async with application(place) as app:
        for sql in (
            "ALTER TABLE models DISABLE TRIGGER models_audit_update",
            "DROP TRIGGER models_audit_update ON models",
            "DROP TRIGGER audit_logs_seal ON audit_logs",
            "DROP FUNCTION audit_change() CASCADE",
            "CREATE OR REPLACE FUNCTION audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE RULE nothing AS ON INSERT TO audit_logs DO INSTEAD NOTHING",
            "CREATE TRIGGER nothing BEFORE INSERT ON audit_logs FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            "CREATE TABLE below () INHERITS (audit_logs)",
            "ALTER TABLE audit_logs RENAME TO gone",
            "SET session_replication_role = replica",
            "SELECT setval(pg_get_serial_sequence('audit_logs', 'id'), 1)",
            "COPY audit_logs (position, action, entity_type) FROM STDIN",
            "INSERT INTO audit_logs (id, action, entity_type) OVERRIDING SYSTEM VALUE VALUES (1, 'a', 'b')",
            "INSERT INTO audit_logs (action, entity_type, created_at) VALUES ('a', 'b', now() - interval '1 day')",
            "INSERT INTO audit_logs (action, entity_type, previous_hash) VALUES ('a', 'b', sha256('x'))",
            "INSERT INTO audit_logs (action, entity_type, actor_salt) VALUES ('a', 'b', 'x')",
            "INSERT INTO audit_head (id, position) VALUES (1, 0)",
            "MERGE INTO audit_logs AS a USING audit_head AS h ON true WHEN MATCHED THEN DELETE",
            "SELECT * FROM audit_logs FOR UPDATE",
            "LOCK TABLE audit_logs IN EXCLUSIVE MODE",
        ):
            await is_refused(app, sql, REFUSED, asyncpg.DuplicateObjectError, asyncpg.FeatureNotSupportedError)
        await is_refused(
            app,
            "CREATE TEMP TABLE mine (id int); CREATE TRIGGER t AFTER INSERT ON mine"
            " FOR EACH ROW EXECUTE FUNCTION public.audit_change('users', 'id', '', '', '')",
        )


async def test_temporary_tables_catch_no_entry(place: Guarded) -> None:
    """What a change writes goes to the log itself, whatever the search path finds before it."""
    async with application(place, commit=True) as app:
        await app.execute(
            """
            CREATE TEMP TABLE audit_logs (LIKE public.audit_logs INCLUDING DEFAULTS);
            CREATE TEMP TABLE audit_head AS SELECT * FROM public.audit_head;
            CREATE TEMP TABLE erasures AS SELECT id AS subject_id FROM public.users;
            CREATE TEMP VIEW audit_actor AS
                SELECT CAST(NULL AS uuid) AS actor_id, 'nobody' AS actor, '' AS ip_address, '' AS user_agent;
            CREATE FUNCTION pg_temp.audit_framed(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
            CREATE FUNCTION pg_temp.audit_value(text, jsonb) RETURNS jsonb LANGUAGE sql AS $$ SELECT $2 $$;
            CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$;
            SET LOCAL search_path = pg_temp, public;
            UPDATE public.models SET description = 'hijacked' WHERE name = 'red secret';
            """
        )
    async with application(place) as app:
        (entry,) = await app.fetch("SELECT * FROM audit_logs ORDER BY id DESC LIMIT 1")
        assert (entry["entity_type"], entry["action"]) == ("models", "update")
        assert entry["actor_id"] == place.ids["user", "ann"]
        assert entry["position"] is not None
    async with plainbase.open(place.superuser) as db:
        assert (await audit.verify(db)).whole


async def test_an_entry_that_the_application_adds_is_one_more_at_the_end(place: Guarded) -> None:
    """It may say anything, since events are recorded so; it gets the place, the time and the hash of now, for good."""
    async with application(place, commit=True) as app:
        await app.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await app.execute(
            "INSERT INTO audit_logs (actor_id, actor, action, entity_type, changes)"
            " VALUES (gen_random_uuid(), 'root', 'update', 'models', '{\"forged\": {\"after\": 1}}')"
        )
    async with application(place) as app:
        (entry,) = await app.fetch("SELECT * FROM audit_logs ORDER BY position DESC LIMIT 1")
        assert entry["actor"] == "root"
        assert entry["id"] == await app.fetchval("SELECT max(id) FROM audit_logs")
        assert entry["position"] == await app.fetchval("SELECT count(*) FROM audit_logs")
        assert abs(entry["created_at"] - datetime.now(UTC)) < timedelta(minutes=1)
        for sql in (f"DELETE FROM audit_logs WHERE id = {entry['id']}", "UPDATE audit_logs SET actor = 'ann'"):
            await is_refused(app, sql)
    async with plainbase.open(place.superuser) as db:
        assert (await audit.verify(db)).whole


async def test_nobody_is_taken_out_of_the_log_without_an_erasure(place: Guarded) -> None:
    async with application(place) as app:
        await app.execute("UPDATE models SET description = 'x' WHERE name = 'red secret'")
        await is_refused(
            app,
            f"SELECT erase_audit_logs('{place.ids['user', 'ann']}')",
            asyncpg.CheckViolationError,
        )
        await is_refused(app, "SELECT seal_audit_logs()", REFUSED, asyncpg.PostgresError)


async def test_an_erasure_that_is_taken_back_is_found(db: Database) -> None:
    """Erasing somebody from the log and then the erasure's own row leaves a chain that is broken."""
    ada = await db.users.create(email="ada@example.org", username="ada")
    async with db.transaction(actor=ada.id) as tx:
        await tx.teams.create(name="hers")
    await db.erasures.record(subject_id=ada.id)
    await db.audit_logs.erase_for(subject_id=ada.id)
    assert (await audit.verify(db)).whole
    assert [row.action for row in await db.audit_logs.list(entity_type="erasures")] == ["create"]
    await db.execute("DELETE FROM erasures")
    assert (await audit.verify(db)).broken is not None
    assert [row.action for row in await db.audit_logs.list(entity_type="erasures")] == ["delete", "create"]


async def test_an_entry_with_another_time_is_in_its_true_place(db: Database) -> None:
    """Whoever owns the database can add an entry of any time; its place in the chain tells when it came."""
    await db.teams.create(name="first")
    await db.execute(
        "INSERT INTO audit_logs (actor, action, entity_type, created_at) VALUES ('eve', 'read', 'x', :at)",
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
    )
    await db.teams.create(name="last")
    rows = list(await db.audit_logs.chain(limit=1_000_000))[-3:]
    assert [row.entity_type for row in rows] == ["teams", "x", "teams"]
    with pytest.raises(ConstraintViolation):
        await db.execute("UPDATE audit_logs SET created_at = :at", {"at": datetime(2020, 1, 1, tzinfo=UTC)})
    assert (await audit.verify(db)).whole


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_who_acts_is_not_left_in_the_file_nor_chosen_by_it(db: Database, url: str) -> None:
    """On SQLite: a name that another program left in audit_context is nobody's in our transactions, nor stays there."""
    file = Path(unquote(urlsplit(url).path[1:]))
    await db.teams.create(name="one")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("INSERT INTO audit_context (id, actor) VALUES (1, 'root')")
    async with db.transaction(actor=plainbase.Actor(uuid4(), "ada")) as tx:
        await tx.teams.create(name="two")
    (entry,) = await db.audit_logs.list(limit=1)
    assert entry.actor == "ada"
    assert await db.fetch_value("SELECT count(*) FROM audit_context") == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_trigger_of_sqlite_that_was_dropped_is_found(db: Database, url: str) -> None:
    """Who has the file can drop a trigger, change what it records, and make it anew; `migrate verify` sees the first,
    and of what was taken from the chain `audit verify` sees it."""
    file = Path(unquote(urlsplit(url).path[1:]))
    await db.teams.create(name="one")
    await db.teams.create(name="two")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        (made,) = other.execute("SELECT sql FROM sqlite_schema WHERE name = 'audit_logs_delete_check'").fetchone()
        other.execute("DROP TRIGGER audit_logs_delete_check")
        other.execute("DELETE FROM audit_logs WHERE position = (SELECT max(position) - 1 FROM audit_logs)")
        other.execute(made)
    broken = (await audit.verify(db)).broken
    assert broken is not None
    assert "gone" in broken.why
