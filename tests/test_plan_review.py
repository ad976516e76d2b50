"""The review of plans on tables of one's own: what is a finding, what is none, and where the marks stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from own_folders import migration, opened
from plainbase import Database, migrations, shipped
from plainbase.check import catalog
from plainbase.check.plans import grows, index_report, indexes
from plainbase.check.plans import review as plan_review
from plainbase.check.plans import sqlite as plans_sqlite
from plainbase.check.plans.nodes import summary
from plainbase.check.queries.rules import OWN
from plainbase.database import RESERVED
from plainbase.dialect import Dialect
from plainbase.sqlfile import load, walk

TABLES = """
-- Who writes.
CREATE TABLE people (
    id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (id),
    CONSTRAINT people_name_key UNIQUE (name)
);
-- grows: one row for each note.
CREATE TABLE notes (
    id integer NOT NULL,
    person_id integer NOT NULL,
    place integer NOT NULL,
    body text NOT NULL,
    written integer NOT NULL,
    CONSTRAINT notes_pkey PRIMARY KEY (id),
    CONSTRAINT notes_place_key UNIQUE (person_id, place),
    CONSTRAINT notes_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id)
);
CREATE INDEX notes_written_idx ON notes (written, id);
CREATE VIEW recent AS SELECT id, person_id, body FROM notes WHERE written > 10;
"""

WHOLE = ("reads all of notes", "walks all of notes by")
SORTED = ("sorts rows of notes",)

FOUND = {
    "a full scan": ("SELECT id FROM notes WHERE body = :body", WHOLE),
    "a count": ("SELECT count(*) AS notes FROM notes", WHOLE),
    "a scan in a subquery": ("SELECT id FROM people WHERE id IN (SELECT person_id FROM notes WHERE body = :b)", WHOLE),
    "a scan in a CTE": (
        "WITH n AS MATERIALIZED (SELECT person_id FROM notes WHERE body = :b) "
        "SELECT people.name FROM n INNER JOIN people ON n.person_id = people.id",
        WHOLE,
    ),
    "a condition on a later column": ("SELECT id FROM notes WHERE place = :place", WHOLE),
    "newest first, one in many": ("SELECT id FROM notes WHERE body = :b ORDER BY written DESC, id DESC LIMIT 9", WHOLE),
    "an update of many": ("UPDATE notes SET place = place + 1 WHERE body = :body", WHOLE),
    "a delete of many": ("DELETE FROM notes WHERE body = :body", WHOLE),
    "a sort of all": ("SELECT id FROM notes ORDER BY body", (*WHOLE, *SORTED)),
    "a sort of a range": ("SELECT id FROM notes WHERE written > :since ORDER BY body, id", SORTED),
    "a sort of one person's": ("SELECT id FROM notes WHERE person_id = :p ORDER BY body LIMIT 5", SORTED),
    "a sort for a window": ("SELECT row_number() OVER (ORDER BY body) AS n FROM notes WHERE person_id = :p", SORTED),
    "a sort of what is joined": (
        "SELECT notes.id FROM people INNER JOIN notes ON people.id = notes.person_id "
        "WHERE people.name = :name ORDER BY notes.body",
        SORTED,
    ),
    "all in the order of an index": ("SELECT id, body FROM notes ORDER BY written, id", WHOLE),
    "a walk that may find nobody": (
        "SELECT notes.body, people.id FROM notes INNER JOIN people ON notes.person_id = people.id "
        "WHERE people.name = :name ORDER BY notes.written DESC, notes.id DESC LIMIT 5",
        (*WHOLE, *SORTED),
    ),
}

FINE = {
    "one by its key": "SELECT body FROM notes WHERE id = :id",
    "a range": "SELECT body FROM notes WHERE written > :since",
    "newest first": "SELECT id, body FROM notes ORDER BY written DESC, id DESC LIMIT :limit",
    "the next page": (
        "SELECT id, body FROM notes WHERE (written, id) < (:written, :id) ORDER BY written DESC, id DESC LIMIT 5"
    ),
    "one person's in order": "SELECT body FROM notes WHERE person_id = :p ORDER BY place",
    "each with its person": (
        "SELECT notes.id, people.name FROM notes INNER JOIN people ON notes.person_id = people.id "
        "ORDER BY notes.written DESC, notes.id DESC LIMIT :limit"
    ),
    "a sort of one row": (
        "SELECT notes.body FROM notes INNER JOIN people ON notes.person_id = people.id WHERE notes.id = :id "
        "ORDER BY people.name, notes.body"
    ),
    "a sort of rows named one by one": "SELECT body FROM notes WHERE id IN (:ids) ORDER BY body, id",
    "a sort of groups": (
        "SELECT place, count(*) AS notes FROM notes WHERE person_id = :p GROUP BY place ORDER BY count(*) DESC, place"
    ),
    "groups of a range": "SELECT body, count(*) AS notes FROM notes WHERE person_id = :p GROUP BY body",
    "distinct values of a range": "SELECT DISTINCT body FROM notes WHERE person_id = :p",
    "a sort of what a limit gives": (
        "WITH n AS MATERIALIZED (SELECT id, body FROM notes ORDER BY written DESC, id DESC LIMIT 10) "
        "SELECT id FROM n ORDER BY body, id"
    ),
    "the least": "SELECT min(written) AS first FROM notes",
    "a small table": "SELECT id FROM people WHERE name > 'a' ORDER BY id",
    "an insert": "INSERT INTO notes (id, person_id, place, body, written) VALUES (:id, :p, :place, :body, :written)",
    "a view of a range": "SELECT body FROM recent WHERE person_id = :p",
}


async def review(url: str, folder: Path, sql: str, *header: str, tables: str = TABLES) -> list[str]:
    """The findings of one query, with the place where it stands."""
    text = "\n".join(["-- name: tried :many", "-- What is tried.", *header, f"{sql};"])
    async with opened(url, folder, {"notes.sql": text}, dict.fromkeys(Dialect, tables)) as db:
        dialect = Dialect(db.dialect)
        growing = grows.read(migrations.read([folder / "schema"], dialect))
        queries = walk(load([folder / "queries"], dialect, RESERVED))
        planned = [each async for each in plan_review.read(db._driver, queries, growing=growing)]
        return [str(finding) for finding in plan_review.review(planned, growing)]


@pytest.mark.parametrize("what", FOUND)
async def test_it_is_a_finding(empty_url: str, engine: str, tmp_path: Path, what: str) -> None:
    sql, expected = FOUND[what]
    found = await review(empty_url, tmp_path, sql)
    assert found
    for each in found:
        assert each.startswith("queries/notes.sql:1 notes.tried: ")
        assert each.partition(" notes.tried: ")[2].startswith(expected)
        assert each.endswith(f" on {Dialect(engine).engine}; add an index, or say `-- scan: why`")


@pytest.mark.parametrize("what", FINE)
async def test_it_is_none(empty_url: str, tmp_path: Path, what: str) -> None:
    assert await review(empty_url, tmp_path, FINE[what]) == []


async def test_a_reason_accepts_it(empty_url: str, tmp_path: Path) -> None:
    assert await review(empty_url, tmp_path, FOUND["a count"][0], "-- scan: counts every note") == []


async def test_without_marks_nothing_is_found(empty_url: str, tmp_path: Path) -> None:
    assert await review(empty_url, tmp_path, FOUND["a count"][0], tables=TABLES.replace("-- grows", "-- gains")) == []


async def test_each_combination_of_optional_lines_is_reviewed(empty_url: str, engine: str, tmp_path: Path) -> None:
    sql = (
        "SELECT id FROM notes\nWHERE\n    written > :since -- optional\n    AND body = :body -- optional\n"
        "ORDER BY written DESC, id DESC LIMIT 5"
    ).replace("WHERE\n    written", "WHERE\n    true\n    AND written")
    found = await review(empty_url, tmp_path, sql)
    assert [each.partition(": ")[0] for each in found] == ["queries/notes.sql:1 notes.tried with body"]


async def test_what_cannot_be_prepared_keeps_no_other_from_its_review(empty_url: str, tmp_path: Path) -> None:
    more = "SELECT lost FROM notes;\n-- name: more :value\nSELECT count(*) AS notes FROM notes"
    found = await review(empty_url, tmp_path, more)
    assert [each.partition(": ")[0] for each in found] == ["queries/notes.sql:4 notes.more"]


async def test_a_view_and_a_cte_are_seen_through(empty_url: str, tmp_path: Path) -> None:
    tables = TABLES.replace("WHERE written > 10", "WHERE body > 'm'")
    found = await review(empty_url, tmp_path, "WITH r AS (SELECT id FROM recent) SELECT id FROM r", tables=tables)
    assert len(found) == 1
    assert found[0].partition(": ")[2].startswith(WHOLE)


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_partition_is_the_table_that_grows(empty_url: str, tmp_path: Path) -> None:
    tables = (
        "-- grows\nCREATE TABLE parts (id bigint NOT NULL, day bigint NOT NULL) PARTITION BY RANGE (day);\n"
        "CREATE TABLE parts_old PARTITION OF parts FOR VALUES FROM (0) TO (10);\n"
        "CREATE TABLE parts_new PARTITION OF parts FOR VALUES FROM (10) TO (20);\n"
    )
    found = await review(empty_url, tmp_path, "SELECT count(*) AS parts FROM parts", tables=tables)
    assert [line.partition(" on ")[0] for line in found] == ["queries/notes.sql:1 notes.tried: reads all of parts"]


def test_the_words_of_other_versions_of_sqlite_are_read() -> None:
    known = indexes.Indexes(
        {"n_idx": indexes.Index("n_idx", "notes", ("written",), ("written",), False, False, "", True)},
        tables=frozenset({"notes", "people"}),
    )

    def line(text: str, *steps: str) -> str:
        numbered = [(number, 0, detail) for number, detail in enumerate(steps, 1)]
        return summary(plans_sqlite.tree(numbered, text, known))

    query = "SELECT n.id FROM notes AS n INNER JOIN people AS p ON n.person_id = p.id ORDER BY n.written, n.id"
    search = "SEARCH p USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"
    assert line(query, "SCAN n USING INDEX n_idx", search, "USE TEMP B-TREE FOR LAST TERM OF ORDER BY") == (
        "sort of ties < notes by n_idx (all) > people by primary key"
    )
    assert line(query, "SCAN n", "BLOOM FILTER ON p (id=?)", search, "USE TEMP B-TREE FOR ORDER BY") == (
        "sort < all notes > people by primary key"
    )
    assert line(query, "SEARCH n USING INDEX n_idx (ANY(a) AND written>?)", "SEARCH p EXISTS") == (
        "notes by n_idx > people by itself"
    )
    assert line("SELECT id FROM notes", "SCAN 3-ROW VALUES CLAUSE", "A STEP OF THE FUTURE") == "values"
    assert line("SELECT n.id FROM notes AS n", "SEARCH n USING AUTOMATIC PARTIAL COVERING INDEX (id=?)") == "all notes"


async def test_the_shipped_queries_and_indexes_have_none(fresh: Database) -> None:
    dialect = Dialect(fresh.dialect)
    shipped_migrations = migrations.read([shipped.folder("schema")], dialect)
    queries = list(walk(load([shipped.folder("queries")], dialect, RESERVED)))
    growing, known = grows.read(shipped_migrations), await indexes.read(fresh._driver)
    tables = await catalog.read(fresh._driver)
    planned = [each async for each in plan_review.read(fresh._driver, queries, known, growing)]
    assert len(planned) > 1000
    assert [str(finding) for finding in plan_review.review(planned, growing)] == []
    names = {query.name for query in queries}
    assert index_report.report(tables, known, planned, shipped_migrations, names, own=OWN).findings == ()


def schema(folder: Path, **dialects: str) -> dict[Dialect, tuple[migrations.Migration, ...]]:
    for dialect, text in dialects.items():
        migration(folder / "schema", "0001_tables", text, dialects=(dialect,))
    return {Dialect(dialect): migrations.read([folder / "schema"], Dialect(dialect)) for dialect in dialects}


def test_marks_stand_right_above_the_table(tmp_path: Path) -> None:
    text = (
        "-- 0001 tables.\n\n-- grows\n-- Notes.\nCREATE TABLE Notes (id integer);\n"
        "-- grows: why\n\nCREATE TABLE a (id integer);\n"
        '  -- grows: why\nCREATE TABLE IF NOT EXISTS "main"."b" (id integer);\nCREATE TABLE c (id integer); -- grows\n'
    )
    found = schema(tmp_path, sqlite=text)[Dialect.SQLITE]
    where = "schema/sqlite/migrations/0001_tables.up.sql"
    assert grows.read(found) == {"notes": f"{where}:3", "b": f"{where}:9"}
    assert [each.where for each in grows.misplaced(found)] == [f"{where}:6"]


def test_a_mark_stays_with_its_table(tmp_path: Path) -> None:
    migration(
        tmp_path / "schema",
        "0001_tables",
        "".join(f"-- grows\nCREATE TABLE {name} (id integer);\n" for name in "abc"),
    )
    migration(
        tmp_path / "schema",
        "0002_more",
        "CREATE TABLE a_new (id integer);\nDROP TABLE a;\nALTER TABLE a_new RENAME TO a;\n"
        "ALTER TABLE b RENAME TO d;\nDROP TABLE IF EXISTS c;",
    )
    found = grows.read(migrations.read([tmp_path / "schema"], Dialect.SQLITE))
    assert found.keys() == {"a", "d"}


def test_a_table_that_one_dialect_marks_is_told(tmp_path: Path) -> None:
    found = schema(
        tmp_path,
        sqlite="-- grows\nCREATE TABLE a (id integer);\n-- grows\nCREATE VIRTUAL TABLE f USING fts5 (x);",
        postgres="CREATE TABLE a (id bigint);\n-- grows\nCREATE MATERIALIZED VIEW v AS SELECT 1 AS id;",
    )
    first, second = (grows.read(found[dialect]) for dialect in (Dialect.SQLITE, Dialect.POSTGRES))
    assert first.keys() == {"a", "f"}
    assert second.keys() == {"v"}
    assert [str(each) for each in grows.differences(first, second, {"a"})] == [
        "schema/sqlite/migrations/0001_tables.up.sql:1 -- grows: a is marked here, and not in the other dialect"
    ]


def test_the_shipped_marks_agree() -> None:
    read = {dialect: migrations.read([shipped.folder("schema")], dialect) for dialect in Dialect}
    marks = {dialect: grows.read(found) for dialect, found in read.items()}
    assert marks[Dialect.POSTGRES].keys() - marks[Dialect.SQLITE].keys() == set()
    assert marks[Dialect.SQLITE].keys() - marks[Dialect.POSTGRES].keys() == {
        "corpus_passages_search",
        "evaluation_documents",
        "evaluations_search",
    }
    assert {"training_metrics", "jobs", "predictions", "audit_logs", "corpus_passages"} <= marks[Dialect.SQLITE].keys()
    assert not {"teams", "role_permissions", "retention_policies", "job_queues"} & marks[Dialect.SQLITE].keys()
    assert [line for found in read.values() for line in grows.misplaced(found)] == []
