"""The report on indexes: what no query uses, foreign keys without one, and promises that are not kept."""

from __future__ import annotations

from pathlib import Path

from own_folders import opened
from plainbase import Database, migrations
from plainbase.check import catalog
from plainbase.check.plans import grows, index_report, indexes
from plainbase.check.plans import review as plan_review
from plainbase.check.plans.index_report import Report, promised
from plainbase.database import RESERVED
from plainbase.dialect import Dialect
from plainbase.sqlfile import load, walk

TABLES = """
CREATE TABLE people (
    id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id),
    -- Serves notes.by_name too.
    CONSTRAINT people_name_key UNIQUE (name)
);
-- grows
CREATE TABLE notes (
    id integer NOT NULL,
    person_id integer,
    reader_id integer,
    editor_id integer,
    body text NOT NULL,
    written integer NOT NULL,
    CONSTRAINT notes_pkey PRIMARY KEY (id),
    CONSTRAINT notes_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id),
    CONSTRAINT notes_reader_id_fkey FOREIGN KEY (reader_id) REFERENCES people (id),
    CONSTRAINT notes_editor_id_fkey FOREIGN KEY (editor_id) REFERENCES people (id)
);
-- Serves notes.recent, and the foreign key
-- of nothing: newest first.
CREATE INDEX notes_written_idx
ON notes (written, id);
-- Serves the foreign key: deleting a person.
CREATE INDEX notes_person_id_idx ON notes (person_id) WHERE person_id IS NOT NULL;
-- Serves the foreign key, but for the short ones.
CREATE INDEX notes_editor_id_idx ON notes (editor_id) WHERE body > 'b';
-- Serves notes.by_body and recent, and notes.gone.
CREATE INDEX notes_body_idx ON notes (body);
CREATE INDEX notes_body_written_idx ON notes (id, body, written);
-- Serves the triggers.
CREATE INDEX notes_written_body_idx ON notes (written, body, id);
"""

QUERIES = {
    "notes.sql": """
-- name: recent :many
SELECT id FROM notes ORDER BY written DESC, id DESC LIMIT 5;
-- name: by_body :many
SELECT id, written FROM notes WHERE body = :body;
-- name: by_name :optional
SELECT id FROM people WHERE name = :name;
-- name: add :exec
INSERT INTO notes (id, body, written) VALUES (:id, :body, :written);
"""
}


async def report(db: Database, queries: Path, schema: Path) -> Report:
    dialect = Dialect(db.dialect)
    found = migrations.read([schema], dialect)
    tree = list(walk(load([queries], dialect, RESERVED)))
    known = await indexes.read(db._driver)
    planned = [each async for each in plan_review.read(db._driver, tree, known, grows.read(found))]
    own = ("schema_migrations", "view_refreshes")
    tables = await catalog.read(db._driver)
    return index_report.report(tables, known, planned, found, {query.name for query in tree}, own=own)


async def test_what_is_wrong_is_told(empty_url: str, engine: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, QUERIES, dict.fromkeys(Dialect, TABLES)) as db:
        found = await report(db, tmp_path / "queries", tmp_path / "schema")
    where = f"schema/{engine}/migrations/0001_tables.up.sql"
    assert [line.partition(": ")[2] for line in found.unused] == [
        "no query uses notes_body_written_idx of notes",
        "no query uses notes_editor_id_idx of notes",
    ]
    assert [line.partition(": ")[2] for line in found.for_keys] == ["no query uses notes_person_id_idx of notes"]
    assert [line.partition(": ")[2] for line in found.said] == ["no query uses notes_written_body_idx of notes"]
    assert set(found.keys) == {
        "notes (editor_id): no index serves the foreign key",
        "notes (reader_id): no index serves the foreign key",
    }
    assert found.promises == (
        f"{where}:31: notes_body_idx serves notes.recent, it says; no plan of it uses the index",
        f"{where}:31: notes_body_idx serves notes.gone, it says; there is no such query",
    )
    assert found.findings == (*found.unused, *found.keys, *found.promises)


def test_comments_name_queries() -> None:
    queries = {"a.list", "a.latest", "a.best", "b.list"}
    assert promised("Serves a.list, latest and best of a run, and the foreign key.", queries) == [
        "a.list",
        "a.latest",
        "a.best",
    ]
    assert promised("Serves a.list: newest first. Nobody asks b.list.", queries) == ["a.list"]
    assert promised("Serves a.list and b.lost; the list is long", queries) == ["a.list", "b.lost"]
    assert promised("Serves the refresh, which tells rows by it, and b.list.", queries) == ["b.list"]
    assert promised("Serves the foreign key: deleting a user.", queries) == []
    assert promised("One best checkpoint for each run.", queries) == []
