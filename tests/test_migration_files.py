"""Migration files: what is read, what is refused before anything runs, and what `new` writes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from own_folders import migration, write
from plainbase import MigrationError, shipped
from plainbase.dialect import Dialect
from plainbase.migrations import File, new, read, version_of
from plainbase.migrations.refusals import problems
from plainbase.migrations.statements import concurrent_index, drops_tables, rebuilt

TABLE = "CREATE TABLE t (id integer);"


def up(schema: Path, **files: str) -> None:
    for label, text in files.items():
        migration(schema, label.removeprefix("m"), text)


def refused(schema: Path, dialect: Dialect = Dialect.SQLITE) -> str:
    with pytest.raises(MigrationError) as caught:
        read([schema], dialect)
    return str(caught.value)


def test_migrations_are_sorted_as_numbers_and_paired(tmp_path: Path) -> None:
    up(tmp_path, m0002_b=TABLE, m20260101000000_d=TABLE, m0001_a=TABLE, m0003_c=TABLE)
    found = read([tmp_path], Dialect.POSTGRES)
    assert [each.label for each in found] == ["0001_a", "0002_b", "0003_c", "20260101000000_d"]
    assert [each.version for each in found] == [1, 2, 3, 20260101000000]
    assert (found[0].name, found[0].up.text, found[0].down.text) == ("a", TABLE, "SELECT 1;")
    assert found[0].up.where == f"{tmp_path.name}/postgres/migrations/0001_a.up.sql"


def test_several_folders_make_one_sequence(tmp_path: Path) -> None:
    up(tmp_path / "theirs", m0001_a=TABLE)
    up(tmp_path / "ours", m20260101000000_b=TABLE)
    found = read([tmp_path / "theirs", tmp_path / "ours"], Dialect.SQLITE)
    assert [each.label for each in found] == ["0001_a", "20260101000000_b"]


def test_the_shipped_migrations_are_read() -> None:
    for dialect in Dialect:
        assert len(read([shipped.folder("schema")], dialect)) >= 3


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"0001_a.up.sql": TABLE}, r"0001_a\.down\.sql: is missing; .*0001_a\.up\.sql needs it"),
        ({"0001_a.down.sql": TABLE}, r"0001_a\.up\.sql: is missing"),
        ({"0001_a.sql": TABLE}, r"0001_a\.sql: name it NNNN_name\.up\.sql or NNNN_name\.down\.sql"),
        ({"1_a.up.sql": TABLE}, r"1_a\.up\.sql: name it"),
        ({"0001-a.up.sql": TABLE}, r"0001-a\.up\.sql: name it"),
        ({"0001_a.up.SQL": TABLE}, r"0001_a\.up\.SQL: name it"),
    ],
)
def test_wrong_names_are_refused(tmp_path: Path, files: dict[str, str], message: str) -> None:
    write(tmp_path / "sqlite" / "migrations", files)
    assert re.search(message, refused(tmp_path))


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE)
    write(tmp_path / "sqlite" / "migrations", {"README.md": "notes", ".keep": "", "notes.txt": ""})
    assert len(read([tmp_path], Dialect.SQLITE)) == 1


def test_gaps_are_refused(tmp_path: Path) -> None:
    up(tmp_path, m0002_b=TABLE, m0005_e=TABLE)
    message = refused(tmp_path)
    assert "0002_b.up.sql: the number 0001 is missing before it" in message
    assert "0005_e.up.sql: the number 0003 is missing before it" in message


def test_two_files_of_one_number_are_refused(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE, m0001_b=TABLE)
    assert "0001_b.up.sql: another migration has the number 0001 too" in refused(tmp_path)


def test_the_number_nought_is_refused(tmp_path: Path) -> None:
    up(tmp_path, m0000_a=TABLE)
    assert "0000_a.up.sql: begin with 0001" in refused(tmp_path)


@pytest.mark.parametrize("text", ["", "\n\n", "-- nothing yet\n/* nor here */ ;"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    up(tmp_path, m0001_a=text)
    assert "0001_a.up.sql: holds no statement" in refused(tmp_path)


def test_an_empty_down_file_is_refused_unless_it_says_why(tmp_path: Path) -> None:
    migration(tmp_path, "0001_a", TABLE, "-- nothing")
    assert "0001_a.down.sql: holds no statement" in refused(tmp_path)
    migration(tmp_path, "0001_a", TABLE, "-- irreversible: the values are gone\n")
    assert read([tmp_path], Dialect.SQLITE)[0].down.irreversible == "the values are gone"


def test_what_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE)
    path = tmp_path / "sqlite" / "migrations" / "0001_a.up.sql"
    path.write_bytes(b"CREATE TABLE caf\xe9 (id integer);")
    assert "0001_a.up.sql: cannot be read: it is not UTF-8 text" in refused(tmp_path)
    path.write_bytes(b"\xef\xbb\xbfCREATE TABLE t (id integer);")
    assert "0001_a.up.sql: begins with a byte order mark" in refused(tmp_path)


def test_both_dialects_have_the_same_names(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE)
    migration(tmp_path, "0002_b", TABLE, dialects=("postgres",))
    message = f"{tmp_path.name}/sqlite/migrations/0002_b.up.sql: is missing; postgres has it, and both have the same"
    assert message in refused(tmp_path, Dialect.SQLITE)
    assert message in refused(tmp_path, Dialect.POSTGRES)


def test_a_folder_of_another_kind_is_refused_with_a_hint(tmp_path: Path) -> None:
    migration(tmp_path, "0001_a", TABLE, dialects=("postgres",))
    assert "has migrations for postgres only" in refused(tmp_path)
    assert "there is no such folder" in refused(tmp_path / "nowhere")
    for inside in (tmp_path / "postgres", tmp_path / "postgres" / "migrations"):
        assert "give the folder that holds sqlite/migrations" in refused(inside)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    up(tmp_path, m0001_a="", m0003_c="")
    assert len(refused(tmp_path).splitlines()) == 3


def test_a_version_is_named_by_number_or_label(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE, m0002_b=TABLE)
    found = read([tmp_path], Dialect.SQLITE)
    for wanted in (2, "2", "0002", "0002_b", "0002_b.up.sql"):
        assert version_of(found, wanted) == 2
    assert version_of(found, 0) == 0
    for wrong in ("0003", 7, "b", "", "-1"):
        with pytest.raises(MigrationError, match=r"there is no migration .*; there are 0001_a to 0002_b"):
            version_of(found, wrong)


def file(text: str, dialect: Dialect = Dialect.SQLITE) -> File:
    return File("0001_a.up.sql", text, dialect)


def test_the_text_checksum_is_that_of_any_line_ends(tmp_path: Path) -> None:
    up(tmp_path, m0001_a=TABLE)
    path = tmp_path / "sqlite" / "migrations" / "0001_a.up.sql"
    sums = []
    for text in (b"CREATE TABLE t (\n  id integer\n);\n", b"CREATE TABLE t (\r\n  id integer\r\n);\r\n"):
        path.write_bytes(text)
        sums.append(read([tmp_path], Dialect.SQLITE)[0].up.text_checksum)
    assert sums[0] == sums[1]
    assert file("SELECT '\u2028';").text_checksum != file("SELECT '\n';").text_checksum


@pytest.mark.parametrize("dialect", list(Dialect))
def test_the_sql_checksum_ignores_comments_and_spacing_and_nothing_else(dialect: Dialect) -> None:
    one = file("CREATE TABLE t (id integer, name text DEFAULT '-- x');", dialect)
    same = file("-- why\nCREATE TABLE t ( /* key */ id   integer,\n\n name text DEFAULT '-- x') ;", dialect)
    assert one.sql_checksum == same.sql_checksum
    assert one.text_checksum != same.text_checksum
    for other in ("CREATE TABLE t (id integer, name text DEFAULT '--  x');", "CREATE TABLE t (id integer);"):
        assert file(other, dialect).sql_checksum != one.sql_checksum


@pytest.mark.parametrize(
    ("dialect", "text", "message"),
    [
        ("sqlite", "CREATE TABLE t (id);\nCOMMIT;", ":2: COMMIT is not for a migration"),
        ("postgres", "SELECT 1;\n\nSTART TRANSACTION;", ":3: START is not for a migration"),
        ("postgres", "PREPARE TRANSACTION 'x';", ":1: PREPARE TRANSACTION is not for a migration"),
        ("sqlite", "SAVEPOINT a;", ":1: SAVEPOINT is not for a migration"),
        ("sqlite", "SELECT 1;\nSELECT 'a;", ":2: the string that begins in line 2 is never closed"),
        ("postgres", "SELECT $$ a;\n", ":1: the string that begins in line 1 is never closed"),
        ("postgres", "SELECT 1 /* a", ":1: the comment that begins in line 1 is never closed"),
        ("postgres", "CREATE INDEX CONCURRENTLY i ON t (a);", ":1: CREATE … CONCURRENTLY cannot run in a transaction"),
        ("postgres", "REINDEX TABLE CONCURRENTLY t;", ":1: REINDEX … CONCURRENTLY cannot run in a transaction"),
        ("postgres", "VACUUM t;", ":1: VACUUM cannot run in a transaction"),
        ("postgres", "CREATE DATABASE d;", ":1: CREATE DATABASE cannot run in a transaction"),
        ("postgres", "-- no-transaction\nCREATE INDEX CONCURRENTLY ON t (a);", ":2: name the index"),
        ("postgres", "-- no-transaction\nVACUUM t;\nVACUUM u;", ":3: a file outside a transaction holds one statement"),
        ("postgres", "-- no transaction\nSELECT 1;", ":1: write -- no-transaction, as the first line"),
        ("postgres", "-- why\n-- no-transaction\nVACUUM t;", ":2: write -- no-transaction, as the first line"),
        ("sqlite", "--NO-TRANSACTION please\nVACUUM;", ":1: write -- no-transaction, as the first line"),
        ("sqlite", "-- no-transaction\nCREATE INDEX i ON t (a);", ":2: only VACUUM and PRAGMA need -- no-transaction"),
        ("sqlite", "VACUUM;", ":1: VACUUM does not work in a transaction"),
        ("sqlite", "ATTACH 'x.db' AS x;", ":1: ATTACH is not for a migration"),
        ("sqlite", "PRAGMA foreign_keys = OFF;", ":1: PRAGMA FOREIGN_KEYS does nothing inside a transaction"),
        ("sqlite", "-- no-transaction\nPRAGMA foreign_keys = OFF;", ":2: PRAGMA FOREIGN_KEYS"),
        ("sqlite", "-- no-transaction\nPRAGMA main.foreign_keys = OFF;", ":2: PRAGMA FOREIGN_KEYS"),
        ("sqlite", 'PRAGMA "writable_schema" = 1;', ":1: PRAGMA WRITABLE_SCHEMA"),
        ("sqlite", "DROP TABLE IF EXISTS t; ALTER TABLE n RENAME TO t;", ":1: leave IF EXISTS out"),
        (
            "sqlite",
            "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;\nALTER TABLE c RENAME TO d;",
            ":2: while another table is rebuilt",
        ),
        (
            "sqlite",
            "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;\nALTER TABLE c DROP COLUMN a;",
            ":2: while another table is rebuilt",
        ),
        ("postgres", "-- no-transaction\nCREATE INDEX CONCURRENTLY", ":2: name the index"),
        ("postgres", "-- no-transaction\nCREATE INDEX CONCURRENTLY foo;", ":2: name the index"),
        ("postgres", "-- no-transaction\nCREATE INDEX CONCURRENTLY IF NOT x ON t (y);", ":2: name the index"),
        ("sqlite", "PRAGMA journal_mode = WAL;", ":1: PRAGMA JOURNAL_MODE does not work in a transaction"),
        ("sqlite", "PRAGMA writable_schema = 1;", ":1: PRAGMA WRITABLE_SCHEMA can destroy the database"),
    ],
)
def test_what_a_file_must_not_hold(dialect: str, text: str, message: str) -> None:
    found = list(problems(file(text, Dialect(dialect))))
    assert any(line.startswith(f"0001_a.up.sql{message}") for line in found), found


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("sqlite", "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; END;"),
        ("sqlite", "PRAGMA user_version = 3;"),
        ("sqlite", "-- no-transaction\nVACUUM;"),
        ("sqlite", "-- no-transaction\nPRAGMA journal_mode = WAL;"),
        ("sqlite", "INSERT INTO a VALUES ('COMMIT; BEGIN');"),
        ("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$;"),
        ("postgres", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;"),
        ("postgres", "-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);"),
        ("postgres", "-- no-transaction\nREINDEX TABLE CONCURRENTLY t"),
        ("postgres", "REFRESH MATERIALIZED VIEW CONCURRENTLY v;"),
    ],
)
def test_what_a_file_may_hold(dialect: str, text: str) -> None:
    assert list(problems(file(text, Dialect(dialect)))) == []


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ("CREATE TABLE n (a); INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;", ("t",)),
        ("CREATE TABLE n (a); DROP TABLE main.T; ALTER TABLE n RENAME TO t;", ("t",)),
        ('CREATE TABLE n (a); DROP TABLE "a b"; ALTER TABLE n RENAME TO [a b];', ("a b",)),
        ("ALTER TABLE t RENAME TO old; CREATE TABLE t (a); INSERT INTO t SELECT a FROM old; DROP TABLE old;", ("t",)),
        ("DROP TABLE t;", ()),
        ("ALTER TABLE t RENAME TO u;", ()),
        ("DROP TABLE u; ALTER TABLE t RENAME TO v;", ()),
        ("DROP TABLE IF EXISTS n; CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t;", ("t",)),
        ("CREATE TEMP TABLE kept AS SELECT a FROM t; DROP TABLE t; CREATE TABLE t (a);", ("t",)),
        ("ALTER TABLE t RENAME TO old; ALTER TABLE n RENAME TO t; DROP TABLE old;", ("t",)),
        ('CREATE TABLE n (a); DROP TABLE "Änderung"; ALTER TABLE n RENAME TO "Änderung";', ("Änderung",)),
        ("ALTER TABLE t RENAME COLUMN a TO b; DROP TABLE b;", ()),
    ],
)
def test_a_rebuilt_table_is_recognised(text: str, tables: tuple[str, ...]) -> None:
    assert rebuilt(file(text).parts) == tables


def test_dropped_tables_are_recognised() -> None:
    assert drops_tables(file("SELECT 1; DROP TABLE IF EXISTS main.c;").parts)
    assert not drops_tables(file("DROP INDEX b; SELECT 'DROP TABLE d'; ALTER TABLE t DROP COLUMN c").parts)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("CREATE INDEX CONCURRENTLY notes_idx ON notes (a)", "notes_idx"),
        ('CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "Notes idx" ON notes (a)', "Notes idx"),
        ("DROP INDEX CONCURRENTLY IF EXISTS app.Notes_Idx", "app.notes_idx"),
        ("CREATE INDEX CONCURRENTLY notes_idx ON ONLY app.notes (a)", "app.notes_idx"),
        ("CREATE INDEX notes_idx ON notes (a)", None),
        ("REINDEX INDEX CONCURRENTLY notes_idx", None),
    ],
)
def test_a_concurrent_index_is_recognised(text: str, index: str | None) -> None:
    found = concurrent_index(file(text, Dialect.POSTGRES).parts[0])
    assert (found and found.title) == index


def test_new_writes_four_files_and_the_next_number(tmp_path: Path) -> None:
    first = new(tmp_path, "first table")
    assert [str(path.relative_to(tmp_path)) for path in first] == [
        f"{dialect}/migrations/0001_first_table.{direction}.sql"
        for dialect in ("sqlite", "postgres")
        for direction in ("up", "down")
    ]
    assert new(tmp_path, "Second-one")[0].name == "0002_second_one.up.sql"
    header = first[0].read_text()
    assert header.startswith("-- 0001 first table: ")
    assert {"-- Locks:", "-- Undo: "} <= {line[:9] for line in header.splitlines()}
    assert "holds no statement" in refused(tmp_path)
    for path in (*first, *new(tmp_path, "third")):
        path.write_text(TABLE)


def test_new_keeps_to_the_one_dialect_that_a_folder_has(tmp_path: Path) -> None:
    migration(tmp_path, "0001_a", TABLE, dialects=("sqlite",))
    assert [path.name for path in new(tmp_path, "b")] == ["0002_b.up.sql", "0002_b.down.sql"]
    assert not (tmp_path / "postgres").exists()


def test_new_goes_on_with_times_where_there_are_times(tmp_path: Path) -> None:
    before = f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    label = new(tmp_path, "a", timestamp=True)[0].name.partition("_")[0]
    assert before <= label <= f"{datetime.now(UTC):%Y%m%d%H%M%S}"
    again = new(tmp_path, "b")[0].name.partition("_")[0]
    assert len(again) == 14
    assert again > label


@pytest.mark.parametrize("name", ["", "  ", "1st", "../up", "a/b", "a;b", "é"])
def test_new_refuses_what_is_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(MigrationError, match="is no name for a migration"):
        new(tmp_path, name)
    assert list(tmp_path.iterdir()) == []
