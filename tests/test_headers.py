"""The comment lines that open a query: what they say, and every way to get them wrong."""

from __future__ import annotations

import pytest

from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query, parse
from plainbase.values import now, uuid7

BOTH = pytest.mark.parametrize("dialect", list(Dialect))
SQLITE, POSTGRES = Dialect.SQLITE, Dialect.POSTGRES


def read(text: str, dialect: Dialect = SQLITE, fork: Dialect | None = None) -> list[Query]:
    queries, problems = parse(text, file="queries/f.sql", namespace="f", dialect=dialect, fork=fork)
    assert problems == []
    return queries


def problems_of(text: str, dialect: Dialect = SQLITE, fork: Dialect | None = None) -> list[str]:
    _, problems = parse(text, file="f.sql", namespace="f", dialect=dialect, fork=fork)
    return problems


@pytest.mark.parametrize(
    ("header", "name", "kind", "declared"),
    [
        ("-- name: get :one", "get", Kind.ONE, None),
        ("--name:get :optional", "get", Kind.OPTIONAL, None),
        ("  --  name :  get-all   :many  ", "get_all", Kind.MANY, None),
        ("-- name: get() :value", "get", Kind.VALUE, ()),
        ("-- name: get :exec\r", "get", Kind.EXEC, None),
        ("-- name: get^", "get", Kind.OPTIONAL, None),
        ("-- name: get()^", "get", Kind.OPTIONAL, ()),
        ("-- name: get ( ) $", "get", Kind.VALUE, ()),
        ("-- name: get!", "get", Kind.EXEC, None),
        ("-- name: get *!", "get", Kind.EXEC, None),
        ("-- name: get<!", "get", Kind.RETURNING, None),
        ("-- name: get", "get", Kind.MANY, None),
        ("-- name: get()", "get", Kind.MANY, ()),
        ("-- name: café^", "café", Kind.OPTIONAL, None),
    ],
)
@BOTH
def test_header(header: str, name: str, kind: Kind, declared: tuple[str, ...] | None, dialect: Dialect) -> None:
    (query,) = read(f"{header}\nSELECT 1;\n", dialect)
    assert (query.name, query.kind, query.declared) == (f"f.{name}", kind, declared)
    assert query.where == "queries/f.sql:1"
    assert query.statements[0].text == f"SELECT /* f.{name} */ 1"


@pytest.mark.parametrize("header", ["-- name: get(a, b-c) :one", "-- name: get( b-c,a )^"])
def test_a_list_after_the_name_must_match(header: str) -> None:
    (query,) = read(f"{header}\nSELECT :a, :b_c")
    assert set(query.declared or ()) == set(query.parameters) == {"a", "b_c"}
    assert problems_of(f"{header}\n\nSELECT\n:a") == [
        "f.sql:3 f.get: parameter 'b_c' of the list after the query's name is not used"
    ]
    assert problems_of(f"{header}\nSELECT :a, :b_c, :d") == [
        "f.sql:2 f.get: parameter 'd' is missing in the list after the query's name"
    ]


@pytest.mark.parametrize(
    ("header", "substance"),
    [
        ("-- name: get :mnay", "unknown kind ':mnay'"),
        ("-- name: get :returning", "unknown kind ':returning'"),
        ("-- name: get :", "unknown kind ':'"),
        ("-- name: get :one two", "unknown kind ':one two'"),
        ("-- name:", "the name is missing"),
        ("-- name: :one", "cannot read ':one'"),
        ("-- name: 1st :one", "query name '1st' is not an identifier"),
        ("-- name: _private :one", "query name '_private' must not begin with '_'"),
        ("-- name: import :one", "query name 'import' is a keyword"),
        ("-- name: get.user :one", "query name 'get.user' is not an identifier"),
        ("-- name: a*/b :one", "cannot read 'a*/b :one'"),
        ("-- name: get user :one", "cannot read 'get user :one'"),
        ("-- name: get^^", "cannot read 'get^^'"),
        ("-- name: get(a b) :one", "'a b' in the parameter list is no parameter name"),
        ("-- name: get(a, a) :one", "a name stands twice"),
        ("-- name: get(a :one", "cannot read"),
    ],
)
def test_a_header_that_cannot_be_read(header: str, substance: str) -> None:
    (problem,) = problems_of(f"-- name: ok :one\nSELECT 1;\n\n{header}\nSELECT 2;\n-- name: fine :one\nSELECT 3;")
    assert problem.startswith("f.sql:4 ")
    assert substance in problem
    if "parameter list" not in substance and "twice" not in substance:
        assert "expected `-- name: <query> :<kind>`" in problem


@pytest.mark.parametrize(
    "comment", ["-- Name: b :one", "-- NAME: b^", "-- name b :one", "-- name = b :many", "-- name b(a) :exec"]
)
def test_a_header_misspelt(comment: str) -> None:
    (problem,) = problems_of(f"-- name: a :one\nSELECT 1\n{comment}\nFROM t")
    assert problem == f"f.sql:3 {comment!r} looks like a misspelt `-- name: <query> :<kind>`"
    (problem,) = problems_of(f"{comment}\nSELECT 1")
    assert problem.startswith("f.sql:1 ")


def test_prose_about_names_is_prose() -> None:
    (query,) = read("-- name: a :one\n-- Name: of the user, one word\n-- name is a column\nSELECT 1")
    assert query.doc == "Name: of the user, one word\nname is a column"


def test_a_header_must_begin_its_line() -> None:
    assert problems_of("-- name: a :one\nSELECT 1 -- name: b :one\n") == [
        "f.sql:2 a `-- name:` comment must begin its line"
    ]


@BOTH
def test_headers_inside_strings_and_block_comments_are_none(dialect: Dialect) -> None:
    text = "/*\n-- name: no :one\n*/\n-- name: a :one\nSELECT '\n-- name: b :one\n' /*\n-- name: c :one\n*/;\n"
    (query,) = read(text, dialect)
    assert query.statements[0].text == "SELECT /* f.a */ '\n-- name: b :one\n'"


def test_text_before_the_first_name() -> None:
    assert [query.name for query in read("-- don't mind\nSELECT 'a;\n-- name: a^\nSELECT 1")] == ["f.a"]
    assert [query.name for query in read("\ufeff-- name: a :one\nSELECT 1")] == ["f.a"]
    assert read("-- nothing here\nCREATE TABLE t (a)") == []
    assert problems_of("-- x\n\nSELECT 1;\n-- name: a :one\nSELECT 1") == [
        "f.sql:3 this stands before the first `-- name:` line, in no query"
    ]


def test_doc_and_notes() -> None:
    (query,) = read(
        "-- name: a :many\n-- First line.\n--\n--   Second line.\n-- record_class: User\n"
        "-- defaults: id = uuid7(), at=now( )\n"
        '-- defaults: metadata = {"a": [1, "b, c"]}, tags = ["a, b"], description = null, limit=1.5\n'
        '-- result: last_seen_at timestamp, "Share" real!\n-- result: total integer\n-- scan: the table is tiny\n'
        "-- parameter: at timestamp, tags json\n-- parameter: description text?\n"
        "-- parity: ties, no total order\nSELECT :id, :at, :metadata, :tags, :description -- no doc\n LIMIT :limit"
    )
    assert query.doc == "First line.\n\nSecond line."
    constants = {name: default.constant for name, default in query.defaults.items() if default.compute is None}
    assert constants == {"metadata": {"a": [1, "b, c"]}, "tags": ["a, b"], "description": None, "limit": 1.5}
    assert query.defaults["id"].compute is uuid7
    assert query.defaults["at"].compute is now
    assert query.defaults["tags"].text == '["a, b"]'
    assert query.results == {"last_seen_at": "timestamp", "Share": "real", "total": "integer"}
    assert query.statements[0].results == query.results
    assert query.statements[0].declared == {"at": "timestamp", "tags": "json", "description": "text"}
    assert query.nulls == {("result", "Share"): False, ("parameter", "description"): True}
    assert query.scan == "the table is tiny"
    assert query.notes == {"parity": "ties, no total order"}
    assert query.only is None


@pytest.mark.parametrize(
    ("line", "substance"),
    [
        ("-- defaults: a = uuid4()", "'a' cannot be uuid4(); computed defaults are uuid7(), now()"),
        ("-- defaults: a = 'x'", "'a' needs a JSON literal"),
        ("-- defaults: a = {", "'a' needs a JSON literal"),
        ("-- defaults: a = NaN", "'a' needs a JSON literal"),
        ("-- defaults: a = -Infinity", "'a' needs a JSON literal"),
        ("-- defaults: a = NULL", "'a' needs a JSON literal"),
        ("-- defaults: a =", "'a' needs a JSON literal"),
        ("-- defaults: a = " + "[" * 100_000, "'a' needs a JSON literal"),
        ("-- defaults: a = 1 b = 2", "expected a comma before 'b = 2'"),
        ("-- defaults: a = 1,", "expected `name = literal, …`"),
        ("-- defaults: a", "expected `name = literal, …` at 'a'"),
        ("-- defaults:", "expected `name = literal, …`"),
        ("-- defaults: a = 1, a = 2", "parameter 'a' has two defaults"),
        ("-- defaults: z = 1", "there is no parameter 'z'"),
        ("-- result: a", "expected `name type, …`, found 'a'"),
        ("-- result: a timestamptz", "unknown type 'timestamptz'; the types are uuid, timestamp, boolean"),
        ("-- result: a real ?", "expected `name type, …`, found 'a real ?'"),
        ("-- result: a real, a text", "'a' has two types"),
        ("-- parameter: a", "expected `name type, …`, found 'a'"),
        ("-- parameter: a bigint", "unknown type 'bigint'; the types are uuid, timestamp, boolean"),
        ("-- parameter: a real, a text", "'a' has two types"),
        ("-- parameter: z text", "there is no parameter 'z'"),
        ("-- scan:", "expected the reason"),
        ("-- only: postgres", "expected an engine (sqlite or postgres), a comma and the reason"),
        ("-- only: postgres,", "expected an engine"),
        ("-- only: mysql, because", "expected an engine"),
        ("-- only: postgresql, because", "expected an engine"),
        ("-- parity: shape", "expected a word, a comma and the reason"),
    ],
)
@BOTH
def test_a_note_that_cannot_be_read(line: str, substance: str, dialect: Dialect) -> None:
    (problem,) = problems_of(f"-- name: q :many\n-- doc\n{line}\nSELECT :a", dialect)
    word = line.split()[1]
    assert problem.startswith(f"f.sql:3 f.q: -- {word} ")
    assert substance in problem


def test_a_note_that_stands_twice() -> None:
    assert problems_of("-- name: q :many\n-- scan: a\n-- scan: b\nSELECT 1") == ["f.sql:3 f.q: -- scan: stands twice"]


def test_notes_stand_before_the_sql_only() -> None:
    (query,) = read("-- name: q :many\nSELECT\n-- defaults: a = 1\n:a")
    assert query.defaults == {}
    assert query.doc == ""
