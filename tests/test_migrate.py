"""Migrations on real databases: applied, undone, refused and recorded, the same on both engines."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

import pytest

from conftest import SERVER, named
from own_folders import migration
from plainbase import Database, MigrateEvent, MigrationError, SchemaOutOfDate, StatementFailed, migrations
from plainbase.dialect import Dialect
from plainbase.drivers.base import Migrator
from plainbase.drivers.postgres_migrator import MIGRATION_LOCK
from plainbase.migrations import Step, Timeouts
from plainbase.shipped import internal_queries

NOTES = "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL);"
TAGS = """CREATE TABLE tags (
    note_id INTEGER NOT NULL,
    name TEXT,
    CONSTRAINT tags_note_id_fkey FOREIGN KEY (note_id) REFERENCES notes (id) ON DELETE CASCADE
);"""
ROWS = "INSERT INTO notes VALUES (1, 'a'), (2, 'b');\nINSERT INTO tags VALUES (1, 'x'), (1, 'y'), (2, 'z');"
REBUILD = """CREATE TABLE new_notes (
    id INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    CONSTRAINT notes_title_check CHECK (length(title) < 100)
);
INSERT INTO new_notes SELECT id, title FROM notes{which};
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;"""
SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """A folder of three migrations."""
    folder = tmp_path / "schema"
    migration(folder, "0001_notes", NOTES, "DROP TABLE notes;")
    migration(folder, "0002_tags", TAGS, "DROP TABLE tags;")
    migration(folder, "0003_rows", ROWS, "DELETE FROM tags;\nDELETE FROM notes;")
    return folder


@pytest.fixture
async def db(empty_url: str, schema: Path) -> AsyncIterator[Database]:
    """An empty database with that folder."""
    async with Database.open(empty_url, queries=None, schema=schema) as database:
        yield database


async def counts(db: Database) -> tuple[int, int]:
    """The rows of notes and tags."""
    return (await db.fetch_value("SELECT count(*) FROM notes"), await db.fetch_value("SELECT count(*) FROM tags"))


async def recorded(db: Database) -> list[tuple[int, str, str]]:
    rows = await db.fetch_all("SELECT version, name, state FROM schema_migrations ORDER BY version")
    return [(row.version, row.name, row.state) for row in rows]


async def test_up_and_down_and_up_again(db: Database) -> None:
    steps: list[tuple[str, str]] = []

    def told(step: Step, milliseconds: int) -> None:
        assert milliseconds >= 0
        steps.append((step.direction, step.migration.label))

    assert await migrations.up(db, on_step=told) == ("0001_notes", "0002_tags", "0003_rows")
    assert await migrations.up(db, on_step=told) == ()
    assert await counts(db) == (2, 3)
    assert await migrations.down(db, steps=1, on_step=told) == ("0003_rows",)
    assert await counts(db) == (0, 0)
    assert await migrations.down(db, to=0, on_step=told) == ("0002_tags", "0001_notes")
    with pytest.raises(SchemaOutOfDate):
        await counts(db)
    assert await migrations.down(db, to=0, on_step=told) == ()
    assert await recorded(db) == []
    assert await migrations.up(db, to="0002_tags", on_step=told) == ("0001_notes", "0002_tags")
    assert await db.migrate() == ("0003_rows",)
    assert steps[:3] == [("up", "0001_notes"), ("up", "0002_tags"), ("up", "0003_rows")]
    assert steps[3:6] == [("down", "0003_rows"), ("down", "0002_tags"), ("down", "0001_notes")]
    assert await recorded(db) == [(1, "notes", "applied"), (2, "tags", "applied"), (3, "rows", "applied")]


async def test_a_dry_run_changes_nothing(db: Database) -> None:
    assert await migrations.up(db, dry_run=True) == ("0001_notes", "0002_tags", "0003_rows")
    assert (await migrations.status(db)).version is None
    with pytest.raises(SchemaOutOfDate):
        await recorded(db)
    await migrations.up(db)
    assert await migrations.down(db, to=1, dry_run=True) == ("0003_rows", "0002_tags")
    assert len(await recorded(db)) == 3


async def test_migrate_goes_to_a_version(db: Database) -> None:
    assert await db.migrate(1) == ("0001_notes",)
    health = await db.health()
    assert (health.schema_version, health.expected_version) == ("0001_notes", "0003_rows")
    with pytest.raises(MigrationError, match="there is no migration 0007"):
        await db.migrate("0007")


async def test_events_tell_what_was_applied_and_undone(db: Database) -> None:
    events: list[MigrateEvent] = []
    db.on("migrate", events.append)
    await migrations.up(db, to=2)
    await migrations.down(db, to=1)
    assert events == [MigrateEvent(("0001_notes", "0002_tags")), MigrateEvent((), ("0002_tags",))]


async def test_a_failed_migration_leaves_nothing_and_runs_again_after_the_fix(db: Database, schema: Path) -> None:
    text = "CREATE TABLE more (id integer);\n\nINSERT INTO notes VALUES\n    (3, 'secret-c'),\n    (1, 'secret-a');\n"
    migration(schema, "0004_more", text, "DROP TABLE more;")
    with pytest.raises(MigrationError) as caught:
        await migrations.up(db)
    message = str(caught.value)
    assert "schema/" in message
    assert f"{db.dialect}/migrations/0004_more.up.sql:3: " in message
    assert "nique constraint" in message or "UNIQUE constraint" in message
    assert "in `INSERT INTO notes VALUES (3, '…'), (1, '…')`; nothing of it was done" in message
    assert "secret" not in message
    assert len(await recorded(db)) == 3
    assert await counts(db) == (2, 3)
    with pytest.raises(SchemaOutOfDate):
        await db.fetch_all("SELECT id FROM more")
    migration(schema, "0004_more", text.replace("(1,", "(4,"), "DROP TABLE more;")
    assert await migrations.up(db) == ("0004_more",)
    assert await counts(db) == (4, 3)


async def test_a_syntax_error_is_told_with_its_line(db: Database, schema: Path) -> None:
    migration(schema, "0004_more", "CREATE TABLE more (\n    id integer,\n    FROM name\n);", "DROP TABLE more;")
    with pytest.raises(MigrationError) as caught:
        await migrations.up(db)
    line = 3 if db.dialect == "postgres" else 1  # SQLite tells no place
    assert f"0004_more.up.sql:{line}: " in str(caught.value)


async def test_a_failed_undo_leaves_nothing_either(db: Database, schema: Path) -> None:
    migration(schema, "0004_more", "CREATE TABLE more (id integer);", "DROP TABLE more;\nDROP TABLE nowhere;")
    await migrations.up(db)
    with pytest.raises(MigrationError, match=r"0004_more\.down\.sql:2: .*nowhere"):
        await migrations.down(db, steps=1)
    assert len(await recorded(db)) == 4
    assert await db.fetch_all("SELECT id FROM more") == []


async def test_what_a_migration_sets_is_gone_with_it(db: Database, schema: Path) -> None:
    if db.dialect == "postgres":
        text = "SET search_path = pg_catalog;\nSET statement_timeout = '1ms';\nSET ROLE pg_monitor;\nRESET ROLE;"
    else:
        text = "PRAGMA case_sensitive_like = ON;\nCREATE  TEMP TABLE scratch (id);"
    migration(schema, "0004_set", text)
    migration(schema, "0005_more", "CREATE TABLE more (id integer);", "DROP TABLE more;")
    assert len(await migrations.up(db)) == 5
    await db.execute("INSERT INTO more VALUES (1)")
    if db.dialect == "sqlite":
        assert await db.fetch_value("SELECT 'a' LIKE 'A'") == 1
        with pytest.raises(StatementFailed, match="scratch"):
            await db.execute("INSERT INTO scratch VALUES (1)")


async def test_edited_comments_are_reported_and_edited_statements_refused(db: Database, schema: Path) -> None:
    await migrations.up(db)
    migration(schema, "0001_notes", f"-- The notes.\n{NOTES}", "DROP TABLE notes;")
    found = await migrations.status(db)
    assert (found.entries[0].state, found.is_current) == ("applied", True)
    assert "comments" in found.entries[0].note
    assert await migrations.up(db) == ()
    migration(schema, "0001_notes", NOTES.replace("title", "name"), "DROP TABLE notes;")
    for refused in (migrations.up(db), migrations.down(db, steps=1)):
        with pytest.raises(MigrationError, match=r"0001_notes\.up\.sql: its statements were changed"):
            await refused
    assert (await migrations.status(db)).entries[0].state == "changed"
    assert await migrations.repair(db) == ("0001_notes: recorded anew; its statements had changed",)
    assert await migrations.repair(db) == ()
    assert (await migrations.status(db)).is_current
    assert await migrations.up(db) == ()


async def test_a_baseline_is_recorded_and_not_undone(db: Database, schema: Path) -> None:
    await db.script(f"{NOTES}\n{TAGS}")
    assert await migrations.baseline(db, "0002_tags") == ("0001_notes", "0002_tags")
    assert await migrations.up(db) == ("0003_rows",)
    assert [state for *_, state in await recorded(db)] == ["baseline", "baseline", "applied"]
    assert await migrations.down(db, to=2) == ("0003_rows",)
    for down in (migrations.down(db, to=1), migrations.down(db, to=0), migrations.down(db, steps=1)):
        with pytest.raises(MigrationError, match="0002_tags is of the baseline"):
            await down
    with pytest.raises(MigrationError, match="has a record of 0001_notes already"):
        await migrations.baseline(db, 3)


async def test_a_wrong_baseline_records_nothing(db: Database) -> None:
    for version, message in (("0009", "there is no migration 0009"), (0, "0 names none")):
        with pytest.raises(MigrationError, match=message):
            await migrations.baseline(db, version)
    assert (await migrations.status(db)).version is None


async def test_a_database_of_a_newer_version(db: Database, schema: Path) -> None:
    await migrations.up(db)
    for path in schema.rglob("0003_*"):
        path.unlink()
    for refused in (migrations.up(db), migrations.down(db, to=0), migrations.render(db)):
        with pytest.raises(MigrationError, match="the database is newer than these files: it has 0003_rows"):
            await refused
    found = await migrations.status(db)
    assert (found.version, found.expected, found.unknown) == ("0003_rows", "0002_tags", ("0003_rows",))
    with pytest.raises(SchemaOutOfDate, match="this database has migration 0003_rows, which these files do not"):
        await db.fetch_all("SELECT gone FROM notes")
    assert await migrations.repair(db, undone="0003_rows") == ("0003_rows: recorded as not applied",)
    assert (await migrations.status(db)).is_current


async def test_repair_refuses_what_is_in_order(db: Database) -> None:
    await migrations.up(db)
    for repair in (migrations.repair(db, done="0001_notes"), migrations.repair(db, undone="0009")):
        with pytest.raises(MigrationError):
            await repair
    assert len(await recorded(db)) == 3


@pytest.mark.parametrize(
    ("state", "says", "becomes"),
    [
        ("started", "done", "applied"),
        ("started", "undone", None),
        ("reverting", "done", None),
        ("reverting", "undone", "applied"),
    ],
)
async def test_repair_says_how_an_interrupted_step_ended(db: Database, state: str, says: str, becomes: str) -> None:
    await migrations.up(db)
    await db.execute("UPDATE schema_migrations SET state = :state WHERE version = 3", {"state": state})
    done, undone = ("0003_rows", None) if says == "done" else (None, 3)
    lines = await migrations.repair(db, done=done, undone=undone)
    assert lines == (f"0003_rows: recorded as {becomes or 'not applied'}",)
    assert [each[2] for each in await recorded(db)][2:] == ([becomes] if becomes else [])


async def test_older_ones_are_applied_on_demand(db: Database, schema: Path) -> None:
    migration(schema, "20260301000000_c", "CREATE TABLE c (id integer);", "DROP TABLE c;")
    await migrations.up(db)
    migration(schema, "20260201000000_b", "CREATE TABLE b (id integer);", "DROP TABLE b;")
    with pytest.raises(MigrationError, match=r"20260201000000_b: not applied, though older .*20260301000000_c"):
        await migrations.up(db)
    assert [entry.state for entry in (await migrations.status(db)).entries][3:] == ["out of order", "applied"]
    assert await migrations.up(db, out_of_order=True) == ("20260201000000_b",)


async def test_outside_a_transaction(db: Database, schema: Path) -> None:
    text = {"sqlite": "-- no-transaction\nVACUUM;", "postgres": "-- no-transaction\nVACUUM notes"}[db.dialect]
    migration(schema, "0004_alone", text, text)
    assert (await migrations.up(db))[-1] == "0004_alone"
    assert (await recorded(db))[-1] == (4, "alone", "applied")
    assert await migrations.down(db, steps=1) == ("0004_alone",)
    assert len(await recorded(db)) == 3


@POSTGRES
async def test_a_failed_statement_outside_a_transaction_leaves_no_record(db: Database, schema: Path) -> None:
    text = "-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY tags_note_id_key ON tags (note_id);"
    migration(schema, "0004_unique", text, "DROP INDEX tags_note_id_key;")
    with pytest.raises(MigrationError, match=r"0004_unique\.up\.sql:2: could not create unique index"):
        await migrations.up(db)
    assert len(await recorded(db)) == 3
    assert (await migrations.status(db)).invalid_indexes == ()
    await db.execute("DELETE FROM tags WHERE name = 'y'")
    assert await migrations.up(db) == ("0004_unique",)
    assert await migrations.down(db, steps=1) == ("0004_unique",)


@POSTGRES
async def test_an_invalid_index_is_never_taken_for_done(db: Database, schema: Path) -> None:
    await migrations.up(db)
    with pytest.raises(StatementFailed):
        await db.execute("CREATE UNIQUE INDEX CONCURRENTLY tags_name_idx ON tags (note_id)")
    assert (await migrations.status(db)).invalid_indexes == ("tags_name_idx",)
    text = "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS tags_name_idx ON tags (name);"
    migration(schema, "0004_index", text, "DROP INDEX tags_name_idx;")
    assert await migrations.up(db) == ("0004_index",)
    assert (await migrations.status(db)).is_current
    definition = await db.fetch_value("SELECT pg_get_indexdef(CAST('tags_name_idx' AS regclass))")
    assert definition.endswith("(name)")


@POSTGRES
async def test_a_lock_that_is_not_to_be_had(db: Database, schema: Path) -> None:
    await migrations.up(db)
    migration(schema, "0004_more", "ALTER TABLE notes ADD COLUMN more text;", "ALTER TABLE notes DROP COLUMN more;")
    async with db.transaction() as tx:
        await tx.fetch_all("SELECT id FROM notes")
        with pytest.raises(
            MigrationError,
            match=r"0004_more\.up\.sql:1: others were in the way in all 2 attempts: .*lock timeout; nothing",
        ):
            await migrations.up(db, timeouts=Timeouts(lock_timeout=0.02, attempts=2))
        assert len(await recorded(db)) == 3
        waiting = asyncio.create_task(migrations.up(db, timeouts=Timeouts(lock_timeout=0.02, attempts=50)))
    assert await waiting == ("0004_more",)


@POSTGRES
async def test_a_statement_that_takes_too_long(db: Database, schema: Path) -> None:
    migration(schema, "0004_slow", "SELECT pg_sleep(30);")
    with pytest.raises(MigrationError, match=r"0004_slow\.up\.sql:1: stopped after statement_timeout"):
        await migrations.up(db, timeouts=Timeouts(statement_timeout=0.05))
    assert len(await recorded(db)) == 3


async def rebuilt(db: Database, schema: Path, which: str = "", more: str = "") -> tuple[str, ...]:
    """Apply a rebuild of notes, which tags refer to."""
    migration(schema, "0004_check", f"{REBUILD.format(which=which)}\n{more}", "SELECT 1;")
    return await migrations.up(db)


@SQLITE
async def test_a_rebuild_keeps_rows_and_children(db: Database, schema: Path) -> None:
    await migrations.up(db)
    await db.script("CREATE VIEW titles AS SELECT title FROM notes")
    assert await rebuilt(db, schema) == ("0004_check",)
    assert await counts(db) == (2, 3)
    assert await db.fetch_all("SELECT title FROM titles ORDER BY title") == [("a",), ("b",)]
    assert await db.execute("DELETE FROM notes WHERE id = 1") == 1  # foreign keys are on again
    assert await counts(db) == (1, 1)
    assert await db.fetch_all("SELECT name FROM sqlite_temp_schema") == []


@SQLITE
async def test_a_rebuild_that_loses_rows_is_undone(db: Database, schema: Path) -> None:
    await migrations.up(db)
    with pytest.raises(MigrationError, match=r"0004_check\.up\.sql: .*notes has not as many rows after its rebuild"):
        await rebuilt(db, schema, " WHERE id = 2", "DELETE FROM tags WHERE note_id = 1;")
    assert await counts(db) == (2, 3)
    assert len(await recorded(db)) == 3


@SQLITE
async def test_a_rebuild_that_loses_parents_is_undone(db: Database, schema: Path) -> None:
    await migrations.up(db)
    with pytest.raises(MigrationError, match=r"0004_check.*tags refers to notes\. .*; nothing of it was done"):
        await rebuilt(db, schema, more="UPDATE notes SET id = id + 10;")
    assert await counts(db) == (2, 3)
    assert await db.execute("DELETE FROM notes") == 2
    assert await counts(db) == (0, 0)


@SQLITE
async def test_dropping_a_table_that_others_refer_to_is_refused(db: Database, schema: Path) -> None:
    await migrations.up(db)
    await db.execute("DELETE FROM tags")
    migration(schema, "0004_drop", "DROP TABLE notes;")
    with pytest.raises(MigrationError, match="tags refers to notes"):
        await migrations.up(db)
    assert await counts(db) == (2, 0)


@SQLITE
async def test_a_renamed_table_keeps_its_children(db: Database, schema: Path) -> None:
    migration(schema, "0004_rename", "DROP TABLE view_refreshes;\nALTER TABLE notes RENAME TO papers;")
    await migrations.up(db)
    assert await db.execute("DELETE FROM papers WHERE id = 1") == 1
    assert await db.fetch_value("SELECT count(*) FROM tags") == 1


@SQLITE
async def test_rows_deleted_by_a_migration_take_their_children_along(db: Database, schema: Path) -> None:
    migration(schema, "0004_delete", "DELETE FROM notes WHERE id = 1;")
    await migrations.up(db)
    assert await counts(db) == (1, 1)


async def test_a_deferred_constraint_fails_the_step_at_commit(db: Database, schema: Path) -> None:
    text = (
        "CREATE TABLE pairs (a INTEGER PRIMARY KEY, b INTEGER REFERENCES pairs (a) DEFERRABLE INITIALLY DEFERRED);\n"
        "INSERT INTO pairs VALUES (1, 2);"
    )
    migration(schema, "0004_pairs", text, "DROP TABLE pairs;")
    with pytest.raises(MigrationError, match=r"0004_pairs\.up\.sql: .*; at COMMIT; nothing of it was done"):
        await migrations.up(db)
    assert len(await recorded(db)) == 3


async def test_a_database_in_memory_is_migrated(schema: Path) -> None:
    async with Database.open("sqlite://", queries=None, schema=schema) as db:
        assert len(await migrations.up(db)) == 3
        assert await rebuilt(db, schema) == ("0004_check",)
        assert await db.execute("DELETE FROM notes WHERE id = 1") == 1
        assert await counts(db) == (1, 1)


async def test_without_a_folder_there_is_nothing_to_migrate(empty_url: str) -> None:
    async with Database.open(empty_url, queries=None, schema=None) as db:
        assert await db.migrate() == ()
        assert (await migrations.status(db)).entries == ()
        with pytest.raises(MigrationError, match="without a schema folder"):
            await migrations.verify(db)


async def test_calls_inside_a_transaction_of_this_task_do_not_hang(db: Database) -> None:
    await migrations.up(db, to=1)
    if db.dialect == "sqlite":
        async with db.transaction():
            with pytest.raises(Exception, match="would wait for itself"):
                await migrations.up(db)
    assert await migrations.up(db) == ("0002_tags", "0003_rows")


async def test_down_undoes_nothing_that_came_meanwhile(
    db: Database, schema: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrations.up(db)
    migration(schema, "0004_more", "CREATE TABLE more (id integer);", "DROP TABLE more;")
    real = db._driver.migrator

    async def overtaken(wait: float) -> Migrator:
        url = f"sqlite:///{db.options.path}" if db.options.path else postgres_url(db)
        async with Database.open(url, queries=None, schema=schema) as other:
            await migrations.up(other)
        return await real(wait)

    monkeypatch.setattr(db._driver, "migrator", overtaken)
    with pytest.raises(MigrationError, match="0004_more: applied by another migrator meanwhile"):
        await migrations.down(db, steps=1)
    monkeypatch.undo()
    assert len(await recorded(db)) == 4
    assert await migrations.down(db, steps=1) == ("0004_more",)


def postgres_url(db: Database) -> str:
    """The URL of a PostgreSQL database in a test."""
    return named(os.environ[SERVER], str(db.options.database))


@SQLITE
@pytest.mark.parametrize(
    "text",
    [
        "CREATE TEMP TABLE kept AS SELECT id, title FROM notes WHERE id = 1; DROP TABLE notes; "
        "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL); INSERT INTO notes SELECT id, title "
        "FROM kept; DELETE FROM tags WHERE note_id = 2;",
        "CREATE TABLE n (id INTEGER NOT NULL PRIMARY KEY, title TEXT NOT NULL); INSERT INTO n SELECT id, title FROM "
        "notes WHERE id = 1; ALTER TABLE notes RENAME TO old; ALTER TABLE n RENAME TO notes; DROP TABLE old; "
        "DELETE FROM tags WHERE note_id = 2;",
    ],
)
async def test_in_whatever_order_a_rebuild_loses_no_rows(db: Database, schema: Path, text: str) -> None:
    await migrations.up(db)
    migration(schema, "0004_check", text)
    with pytest.raises(MigrationError, match="notes has not as many rows after its rebuild"):
        await migrations.up(db)
    assert await counts(db) == (2, 3)
    migration(
        schema, "0004_check", text.replace(" WHERE id = 1", "").replace("DELETE FROM tags WHERE note_id = 2;", "")
    )
    assert await migrations.up(db) == ("0004_check",)
    assert await counts(db) == (2, 3)


@SQLITE
async def test_what_was_broken_before_keeps_nobody_from_dropping_a_table(db: Database, schema: Path) -> None:
    await migrations.up(db)
    await db.script("PRAGMA foreign_keys = OFF; INSERT INTO tags VALUES (9, 'orphan');")
    migration(schema, "0004_other", "CREATE TABLE other (id INTEGER);", "DROP TABLE other;")
    migration(schema, "0005_drop", "DROP TABLE other;", "CREATE TABLE other (id INTEGER);")
    assert await migrations.up(db) == ("0004_other", "0005_drop")
    with pytest.raises(MigrationError, match="tags refers to notes"):
        await rebuilt_as(db, schema, "0006_check", more="UPDATE notes SET id = id + 10;")


async def rebuilt_as(db: Database, schema: Path, label: str, more: str) -> None:
    migration(schema, label, f"{REBUILD.format(which='')}\n{more}", "SELECT 1;")
    await migrations.up(db)


@POSTGRES  # on SQLite they live until the last step
async def test_temporary_tables_of_one_step_are_not_in_the_next(db: Database, schema: Path) -> None:
    migration(schema, "0004_one", "CREATE TEMP TABLE tmp AS SELECT 1 AS a;")
    migration(schema, "0005_two", "CREATE TEMP TABLE tmp AS SELECT 2 AS a;")
    assert len(await migrations.up(db)) == 5


async def test_the_records_of_another_tool_are_told_apart(db: Database) -> None:
    await db.script("CREATE TABLE schema_migrations (version varchar(255));")
    for call in (migrations.up(db), migrations.status(db), migrations.baseline(db, 1)):
        with pytest.raises(MigrationError, match="schema_migrations is another tool's: rename it"):
            await call
    assert "another tool's" in str((await db.health()).error)


async def test_wrong_files_are_not_taken_for_an_older_version(db: Database, schema: Path) -> None:
    await migrations.up(db)
    for path in schema.rglob("0003_rows.down.sql"):
        path.unlink()
    with pytest.raises(StatementFailed, match="nowhere"):
        await db.fetch_all("SELECT nowhere FROM notes")


async def test_tasks_of_one_process_wait_for_each_other(empty_url: str, schema: Path) -> None:
    async with Database.open(empty_url, queries=None, schema=schema, pool_timeout=0.1) as db:
        migration(schema, "0004_slow", SLOW[db.dialect])
        done = await asyncio.gather(*(migrations.up(db) for _ in range(4)))
        assert sorted(map(len, done)) == [0, 0, 0, 4]


SLOW = {
    "postgres": "SELECT pg_sleep(0.3);",
    "sqlite": "CREATE TABLE big AS "
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 600000) SELECT n FROM c;",
}


async def test_a_migrator_waits_as_long_as_it_is_told(empty_url: str, schema: Path) -> None:
    async with Database.open(empty_url, queries=None, schema=schema, pool_timeout=20) as db:
        holder = await asyncio.create_task(db._driver.migrator(1))
        began = perf_counter()
        with pytest.raises(MigrationError, match=r"for 0\.05 s; try again, or --wait longer"):
            await migrations.up(db, wait=0.05)
        assert perf_counter() - began < 10
        await holder.close()
        assert len(await migrations.up(db, wait=0.05)) == 3


@SQLITE
async def test_a_failure_outside_a_transaction_forgets_no_record_of_others(
    db: Database, schema: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrations.up(db)
    migration(schema, "0004_vacuum", "-- no-transaction\nVACUUM nowhere;", "SELECT 1;")
    real = db._driver.migrator
    record = """INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state)
        VALUES (4, 'vacuum', '', '', 'applied')"""

    async def overtaken(wait: float) -> Migrator:
        migrator = await real(wait)
        run = migrator.run

        async def late(text: str, name: str) -> None:
            if text.startswith("VACUUM"):
                await run(record, "")
            await run(text, name)

        monkeypatch.setattr(migrator, "run", late)
        return migrator

    monkeypatch.setattr(db._driver, "migrator", overtaken)
    with pytest.raises(MigrationError, match=r"0004_vacuum\.up\.sql:2: .*nothing of it was done"):
        await migrations.up(db)
    assert (await recorded(db))[-1] == (4, "vacuum", "applied")


@pytest.mark.parametrize("query", ["take_lock", "release_lock"])
def test_what_is_rendered_takes_the_lock_that_up_takes(query: str) -> None:
    assert f"({MIGRATION_LOCK})" in internal_queries(Dialect.POSTGRES, "migrations")[query].source


@POSTGRES
async def test_an_index_whose_name_the_server_cuts_is_found(db: Database, schema: Path) -> None:
    name = "x" * 70
    text = f"-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY {name} ON tags (note_id);"
    migration(schema, "0004_unique", text, "SELECT 1;")
    with pytest.raises(MigrationError, match="could not create unique index"):
        await migrations.up(db)
    assert (await migrations.status(db)).invalid_indexes == ()
    await db.execute("DELETE FROM tags WHERE name = 'y'")
    assert await migrations.up(db) == ("0004_unique",)


@POSTGRES
async def test_a_statement_outside_a_transaction_stands_in_front_of_nobody(db: Database, schema: Path) -> None:
    await migrations.up(db)
    migration(schema, "0004_full", "-- no-transaction\nVACUUM FULL notes;")
    async with db.transaction() as tx:
        await tx.fetch_all("SELECT id FROM notes")
        with pytest.raises(MigrationError, match="others were in the way in all 1 attempts"):
            await migrations.up(db, timeouts=Timeouts(lock_timeout=0.02, attempts=1))
        assert len(await recorded(db)) == 3
    assert await migrations.up(db) == ("0004_full",)


@POSTGRES
async def test_each_schema_has_its_records(db: Database, schema: Path) -> None:
    await migrations.up(db)
    await db.script("CREATE SCHEMA tenant")
    settings = {"search_path": "tenant, public"}
    async with Database.open(postgres_url(db), queries=None, schema=schema, server_settings=settings) as tenant:
        assert (await migrations.status(tenant)).version is None
        assert len(await migrations.up(tenant)) == 3
        assert await migrations.down(tenant, to=0) == ("0003_rows", "0002_tags", "0001_notes")
    assert await counts(db) == (2, 3)
