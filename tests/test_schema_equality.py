"""Migrations applied, schema.sql loaded, and migrations undone and applied again make the same database."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import asyncpg
import pytest

import test_schema_file
from conftest import SERVER
from own_folders import write
from plainbase import Database, migrations, shipped
from plainbase.check import scratch
from plainbase.check.schema import pg_dump, schema_file
from plainbase.dialect import Dialect
from plainbase.errors import MigrationError
from plainbase.migrations.verify import live_objects
from plainbase.options import resolve
from plainbase.sqlfile import lexer

OWN_TABLES = {"schema_migrations", "view_refreshes"}
OF_TRIGGERS = {"audit_logs", "audit_head"}
"""What changes of the schema are recorded in."""
INSERTED = (
    "SELECT * FROM audited_tables ORDER BY table_name",
    "SELECT role, action, entity_type, reach FROM role_permissions ORDER BY role, action, entity_type, reach",
)
"""What the shipped migrations insert; audit_logs and audit_head are written by triggers."""
DOWN = {
    "postgres": {
        "0001_types": """DROP OPERATOR === (text, text); DROP FUNCTION weight; DROP TEXT SEARCH CONFIGURATION plain;
DROP TEXT SEARCH DICTIONARY stem; DROP TYPE pair; DROP DOMAIN share; DROP TYPE mood;""",
        "0002_tables": """DROP SCHEMA aside CASCADE; DROP TABLE parts; DROP TABLE notes;
DROP SEQUENCE "Odd sequence's";""",
        "0003_views": "DROP MATERIALIZED VIEW later; DROP MATERIALIZED VIEW counted; DROP VIEW calm;",
        "0004_functions": """DROP POLICY notes_own ON notes; ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
DROP FUNCTION early(); DROP FUNCTION latest; DROP TRIGGER notes_touch ON notes; DROP FUNCTION touch();""",
    },
    "sqlite": {
        "0001_notes": "DROP VIEW early; DROP TABLE counters; DROP TABLE pairs; DROP TABLE jottings;",
        "0002_search": """DROP TABLE kept; DROP TABLE kept_content; DROP TABLE own_fts; DROP TRIGGER notes_delete;
DROP TRIGGER notes_insert; DROP TABLE notes_fts; ALTER TABLE notes RENAME COLUMN subject TO topic;
ALTER TABLE notes DROP COLUMN "public.mark"; ALTER TABLE notes RENAME TO jottings;""",
    },
}
REBUILD = {
    "sqlite": {
        "0001_families": (
            """CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT, above INTEGER REFERENCES parents (id));
CREATE TABLE children (
    id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE
);
CREATE INDEX parents_name_idx ON parents (name);
CREATE VIEW families AS SELECT name, count(*) AS n FROM parents JOIN children ON parents.id = parent_id GROUP BY name;
CREATE TABLE log (id INTEGER);
CREATE TRIGGER parents_log AFTER UPDATE ON parents BEGIN INSERT INTO log VALUES (new.id); END;
INSERT INTO parents VALUES (1, 'one', NULL), (2, 'two', 1), (7, 'seven', 2);
INSERT INTO children VALUES (1, 1), (2, 1), (3, 7);
""",
            "DROP TRIGGER parents_log; DROP TABLE log; DROP VIEW families; DROP TABLE children; DROP TABLE parents;",
        ),
        "0002_check": (
            """CREATE TABLE parents_new (
    id INTEGER PRIMARY KEY,
    name TEXT CONSTRAINT parents_name_check CHECK (name <> ''),
    above INTEGER REFERENCES parents (id)
);
INSERT INTO parents_new SELECT id, name, above FROM parents;
DROP TABLE parents;
ALTER TABLE parents_new RENAME TO parents;
CREATE INDEX parents_name_idx ON parents (name);
CREATE TRIGGER parents_log AFTER UPDATE ON parents BEGIN INSERT INTO log VALUES (new.id); END;
""",
            """CREATE TABLE parents_old (id INTEGER PRIMARY KEY, name TEXT, above INTEGER REFERENCES parents (id));
INSERT INTO parents_old SELECT id, name, above FROM parents;
DROP TABLE parents;
ALTER TABLE parents_old RENAME TO parents;
CREATE INDEX parents_name_idx ON parents (name);
CREATE TRIGGER parents_log AFTER UPDATE ON parents BEGIN INSERT INTO log VALUES (new.id); END;
""",
        ),
    },
    "postgres": {
        "0001_families": (
            """CREATE TABLE parents (id bigint PRIMARY KEY, name text, above bigint REFERENCES parents (id));
CREATE TABLE children (
    id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parents (id) ON DELETE CASCADE
);
CREATE INDEX parents_name_idx ON parents (name);
CREATE VIEW families AS SELECT name, count(*) AS n FROM parents JOIN children ON parents.id = parent_id GROUP BY name;
INSERT INTO parents VALUES (1, 'one', NULL), (2, 'two', 1), (7, 'seven', 2);
INSERT INTO children VALUES (1, 1), (2, 1), (3, 7);
""",
            "DROP VIEW families; DROP TABLE children; DROP TABLE parents;",
        ),
        "0002_check": (
            "ALTER TABLE parents ADD CONSTRAINT parents_name_check CHECK (name <> '');",
            "ALTER TABLE parents DROP CONSTRAINT parents_name_check;",
        ),
    },
}


def folder_of(place: Path, engine: str, files: dict[str, tuple[str, str]]) -> Path:
    """Write migrations with their undos."""
    texts = {
        f"{label}.{way}.sql": text
        for label, pair in files.items()
        for way, text in zip(("up", "down"), pair, strict=True)
    }
    write(place / "schema" / engine / "migrations", texts)
    return place / "schema"


def chosen(kind: str, engine: str, place: Path) -> Path:
    """The shipped folder, or one of our own."""
    if kind == "shipped":
        return shipped.folder("schema")
    if kind == "rebuilt":
        return folder_of(place, engine, REBUILD[engine])
    rich = test_schema_file.RICH[Dialect(engine)]
    return folder_of(place, engine, {label: (up, DOWN[engine][label]) for label, up in rich.items()})


@pytest.fixture(params=["shipped", "rich", "rebuilt"])
def schema(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Path:
    """A folder of migrations, each of which is undone by its other file."""
    return chosen(request.param, engine, tmp_path)


@asynccontextmanager
async def fresh(engine: str) -> AsyncIterator[str]:
    """A database of its own."""
    async with scratch.sqlite() if engine == "sqlite" else scratch.postgres(os.environ[SERVER]) as url:
        yield url


async def load(url: str, text: str) -> None:
    """Run a text past plainbase."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")))) as file:
            file.executescript(text)
        return
    connection = await asyncpg.connect(url)
    await connection.execute(text)
    await connection.close()


async def catalog(db: Database, url: str) -> dict[str, Any]:
    """What plainbase sees in the catalog, and what others see there."""
    seen = await live_objects(db)
    return {"ours": seen, "theirs": sqlite_catalog(url) if url.startswith("sqlite") else await postgres_catalog(url)}


def sqlite_catalog(url: str) -> list[Any]:
    """The statements without comments, spacing and needless quotes; columns, indexes and references of each table."""
    with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")))) as file:
        rows = file.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
        found: list[Any] = [(kind, name, table, words(sql or "")) for kind, name, table, sql in rows]
        for kind, name, *_ in rows:
            if kind in ("table", "view"):
                found.append((name, file.execute("SELECT * FROM pragma_table_xinfo(?)", [name]).fetchall()))
                found.append((name, file.execute("SELECT * FROM pragma_foreign_key_list(?)", [name]).fetchall()))
                indexes = file.execute("SELECT * FROM pragma_index_list(?) ORDER BY name", [name]).fetchall()
                for _, index, *about in indexes:
                    columns = file.execute("SELECT * FROM pragma_index_xinfo(?)", [index]).fetchall()
                    found.append((name, index, about, columns))
    return found


def words(sql: str) -> str:
    """A statement's tokens, names without quotes."""
    tokens = [token for token in lexer.tokens(sql, Dialect.SQLITE) if token.kind not in (lexer.COMMENT, lexer.BLOCK)]
    return " ".join(lexer.identifier(token) or token.text for token in tokens)


async def postgres_catalog(url: str) -> str:
    """What pg_dump writes, but for what schema.sql leaves out: privileges, and what public is said to be."""
    options = resolve(url)
    environ = {
        "PGHOST": options.host or "",
        "PGPORT": str(options.port),
        "PGUSER": options.user or "",
        "PGPASSWORD": options.password or "",
        "PGDATABASE": options.database or "",
    }
    said = await pg_dump._run(pg_dump.find(), ["--schema-only", "--no-privileges"], {**os.environ, **environ}, None)
    noise = r"--|$|\\(un)?restrict |COMMENT ON SCHEMA public "
    return "\n".join(line for line in said.splitlines() if not re.match(noise, line))


async def rows(url: str) -> dict[str, list[str]]:
    """The rows of all tables but plainbase's own, and those that its changes are recorded in."""
    found: dict[str, list[str]] = {}
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")))) as file:
            for (name,) in file.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
                found[name] = sorted(map(repr, file.execute(f'SELECT * FROM "{name}"')))
    else:
        connection = await asyncpg.connect(url)
        tables = await connection.fetch("SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg|info)'")
        for space, table in tables:
            each = await connection.fetch(f'SELECT * FROM "{space}"."{table}"')
            found[table] = sorted(repr(tuple(row)) for row in each)
        await connection.close()
    return {name: each for name, each in found.items() if name not in {*OWN_TABLES, *OF_TRIGGERS}}


def opened(url: str, schema: Path) -> Any:
    """The database with its folder."""
    return Database.open(url, queries=None, schema=schema, pool_size=2)


async def test_migrations_schema_sql_and_migrations_undone_and_applied_again_are_equal(
    schema: Path, engine: str
) -> None:
    generated = await schema_file.generate([schema], Dialect(engine), os.environ[SERVER])
    async with fresh(engine) as first, fresh(engine) as second:
        async with opened(first, schema) as db:
            await migrations.up(db)
            migrated = await catalog(db, first)
            labels = [entry.label for entry in (await migrations.status(db)).entries]
            assert await migrations.down(db, to=0) == tuple(reversed(labels))
            bare = await live_objects(db)
            assert {each.table for each in bare if each.kind not in ("comment", "function")} == OWN_TABLES
            await no_more_than_own_tables(first)
            assert await migrations.up(db) == tuple(labels)
            assert await catalog(db, first) == migrated
            for number in range(len(labels)):
                await migrations.down(db, to=number)
                await migrations.up(db)
                assert await catalog(db, first) == migrated
        await load(second, generated)
        async with opened(second, schema) as db:
            assert await catalog(db, second) == migrated
            assert await migrations.up(db) == ()
            assert (await migrations.status(db)).is_current
            assert await migrations.down(db, to=0) == tuple(reversed(labels))
            assert await live_objects(db) == bare
            await no_more_than_own_tables(second)
            await migrations.up(db)
            assert await catalog(db, second) == migrated


async def no_more_than_own_tables(url: str) -> None:
    """Whatever the catalog is asked, there is nothing else: no type, function, sequence, schema, shadow table."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")))) as file:
            found = file.execute(
                "SELECT name FROM sqlite_schema WHERE tbl_name NOT IN ('schema_migrations', 'view_refreshes')"
            ).fetchall()
        assert [row for row in found if row != ("sqlite_sequence",)] == []
        return
    connection = await asyncpg.connect(url)
    for sql in (
        "SELECT relname FROM pg_class WHERE oid >= 16384 AND relname !~ '^(schema_migrations|view_refreshes|pg_toast)'",
        "SELECT proname FROM pg_proc WHERE oid >= 16384 AND proname <> 'refresh_materialized_view'",
        "SELECT typname FROM pg_type WHERE oid >= 16384 AND typname !~ '^_?(schema_migrations|view_refreshes)$'",
        "SELECT nspname FROM pg_namespace WHERE oid >= 16384",
        "SELECT cfgname FROM pg_ts_config WHERE oid >= 16384 UNION SELECT dictname FROM pg_ts_dict WHERE oid >= 16384",
        "SELECT oprname FROM pg_operator WHERE oid >= 16384",
    ):
        assert await connection.fetch(sql) == []
    await connection.close()


async def test_the_committed_schema_sql_is_what_the_migrations_make(engine: str) -> None:
    folder = shipped.folder("schema")
    text = (folder / engine / "schema.sql").read_text("utf-8")
    async with fresh(engine) as first, fresh(engine) as second:
        await load(second, text)
        async with opened(first, folder) as db, opened(second, folder) as other:
            await migrations.up(db)
            assert await catalog(other, second) == await catalog(db, first)
            assert await migrations.verify(other) == ()
            assert (await migrations.status(other)).is_current
            assert await migrations.up(other) == ()
            records = "SELECT version, name, text_checksum, sql_checksum, state FROM schema_migrations ORDER BY version"
            assert await other.fetch_all(records) == await db.fetch_all(records)
            for listing in INSERTED:
                found = await other.fetch_all(listing)
                assert found == await db.fetch_all(listing)
                assert found
            await migrations.down(db, steps=1)
            await migrations.down(other, steps=1)
            assert await catalog(other, second) == await catalog(db, first)


async def test_rows_and_children_live_through_a_rebuild_and_its_undo(engine: str, tmp_path: Path) -> None:
    folder = chosen("rebuilt", engine, tmp_path)
    async with fresh(engine) as url, opened(url, folder) as db:
        await migrations.up(db, 1)
        before, made = await rows(url), await catalog(db, url)
        assert [len(before[table]) for table in ("parents", "children")] == [3, 3]
        await migrations.up(db)
        assert await rows(url) == before
        assert await catalog(db, url) != made
        await db.execute("INSERT INTO parents VALUES (9, 'nine', 1)")
        await db.execute("INSERT INTO children VALUES (9, 9)")
        await db.execute("DELETE FROM parents WHERE id = 7")
        assert await db.fetch_value("SELECT count(*) FROM children WHERE parent_id = 7") == 0
        before = await rows(url)
        await migrations.down(db, steps=1)
        assert await rows(url) == before
        assert await catalog(db, url) == made
        assert len(await db.fetch_all("SELECT name, n FROM families")) == 2
        await db.execute("INSERT INTO parents VALUES (10, '', 1)")
        with pytest.raises(MigrationError):
            await migrations.up(db)
        await db.execute("DELETE FROM parents WHERE id = 10")
        assert await rows(url) == before
        assert await catalog(db, url) == made


async def test_rows_live_through_up_and_down_of_what_comes_after(engine: str) -> None:
    folder = shipped.folder("schema")
    async with fresh(engine) as url, opened(url, folder) as db:
        await migrations.up(db, 2)
        key = "'018f3b1e-7a4b-7c3d-8e5f-0123456789ab'"
        await db.execute(f"INSERT INTO datasets (id, name, version, digest) VALUES ({key}, 'a', '1', 'd')")
        await db.execute("INSERT INTO corpus_texts (title, content) VALUES ('t', 'one two')")
        before = await rows(url)
        await migrations.up(db)
        await migrations.down(db, to=2)
        assert await rows(url) == before
