"""One file of SQL: which text a query becomes, and every way its SQL can be wrong."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import examples
from plainbase.dialect import Dialect
from plainbase.errors import QueryFileError
from plainbase.sqlfile import Kind, Query, adhoc, parse

BOTH = pytest.mark.parametrize("dialect", list(Dialect))
SQLITE, POSTGRES = Dialect.SQLITE, Dialect.POSTGRES


def read(text: str, dialect: Dialect = SQLITE, fork: Dialect | None = None) -> list[Query]:
    queries, problems = parse(text, file="queries/f.sql", namespace="f", dialect=dialect, fork=fork)
    assert problems == []
    return queries


def problems_of(text: str, dialect: Dialect = SQLITE, fork: Dialect | None = None) -> list[str]:
    _, problems = parse(text, file="f.sql", namespace="f", dialect=dialect, fork=fork)
    return problems


@BOTH
@pytest.mark.parametrize("end", ["", ";", "\n;\n", ";;\n", "; -- done", "\n-- done\n", " /* done */ ;"])
def test_the_end_of_the_statement_is_cut(end: str, dialect: Dialect) -> None:
    (query,) = read(f"-- name: q :one\nSELECT 1{end}", dialect)
    assert query.statements[0].text == "SELECT /* f.q */ 1"
    assert query.source.startswith("SELECT 1")


def test_source_is_the_sql_as_in_the_file() -> None:
    first, second = read(
        "-- name: a :many\n-- Doc.\nSELECT 1 FROM t WHERE true\n  AND a IN (:a) -- optional\n;  -- end\n\n-- about b\n"
        "-- name: b :one\nSELECT 2"
    )
    assert first.source == "SELECT 1 FROM t WHERE true\n  AND a IN (:a) -- optional\n;  -- end"
    assert second.source == "SELECT 2"
    assert second.where == "queries/f.sql:8"
    assert second.statements[0].line == 9


@BOTH
def test_leading_comments(dialect: Dialect) -> None:
    (query,) = read("-- name: q :one\n-- doc\n\n/*+ hint */\n(SELECT\n1)", dialect)
    assert query.statements[0].text == "/*+ hint */\n(SELECT /* f.q */\n1)"
    assert query.statements[0].line == 4


def test_sql_at_the_call_carries_no_name() -> None:
    query = adhoc("-- why\nSELECT :a;\n", POSTGRES)
    assert query.statements[0].text == "SELECT $1"
    assert query.statements[0].line == 2
    assert (query.name, query.kind, query.where) == ("", Kind.MANY, "SQL at the call")


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("SELECT 1;\nSELECT 2", "SQL at the call:2 a second statement begins here"),
        ("", "SQL at the call:1 the statement is empty"),
        ("-- nothing", "SQL at the call:1 the statement is empty"),
        (" ; ", "SQL at the call:1 the statement is empty"),
        ("SELECT\n'abc", "SQL at the call:2 the string that begins here is never closed"),
    ],
)
@BOTH
def test_sql_at_the_call_that_is_not_one_statement(sql: str, problem: str, dialect: Dialect) -> None:
    with pytest.raises(QueryFileError) as caught:
        adhoc(sql, dialect)
    assert caught.value.problems[0].startswith(problem)


PIECES = st.sampled_from(
    [
        "'a''b :x'",
        '"q :x"',
        "-- c :x\n",
        "/* :x */",
        "a.b",
        "1.5",
        ",",
        "+",
        "\r\n",
        "\n",
        "\t",
        " ",
        "x",
        "é€",
    ]
)


@given(pieces=st.lists(st.one_of(PIECES, st.sampled_from([":p", ":q"])), min_size=1, max_size=25))
@settings(max_examples=examples(300), deadline=None)
def test_text_outside_parameters_comes_through(pieces: list[str]) -> None:
    sql = "SELECT (" + " ".join(pieces) + ")"
    for dialect in Dialect:
        statement = adhoc(sql, dialect).statements[0]
        expected, numbers = "SELECT (", dict[str, int]()
        for piece in pieces:
            if piece in (":p", ":q"):
                number = numbers.setdefault(piece, len(numbers) + 1)
                expected += ("?" if dialect is SQLITE else f"${number}") + " "
            else:
                expected += piece + " "
        assert statement.text == expected[:-1] + ")"


@given(text=st.text(st.sampled_from("-- name:ab:one^\n'\"$E(),;[]/*optinal=:p\r?\0\ufeff {}"), max_size=120))
@settings(max_examples=examples(500), deadline=None)
def test_arbitrary_text_gives_problems_and_nothing_else(text: str) -> None:
    for dialect in Dialect:
        for candidate in (text, f"-- name: q :many\n{text}", f"-- name: q :many\n-- defaults: {text}\nSELECT 1"):
            queries, problems = parse(candidate, file="f.sql", namespace="f", dialect=dialect)
            assert all(problem.startswith("f.sql:") for problem in problems)
            assert all(query.name.startswith("f.") for query in queries)
        with contextlib.suppress(QueryFileError):
            assert adhoc(text, dialect).statements


@pytest.mark.parametrize(
    ("line", "sql", "substance"),
    [
        (1, "", "the statement is empty"),
        (2, "-- only a doc\n", "the statement is empty"),
        (2, ";\n", "the statement is empty"),
        (3, "SELECT 1;\nSELECT 2;", "a second statement begins here"),
        (3, "SELECT 1,\n'abc", "the string that begins here is never closed"),
        (3, 'SELECT 1,\n"abc', "the quoted name that begins here is never closed"),
        (3, "SELECT 1,\n/* abc", "the comment that begins here is never closed"),
        (3, "SELECT (\n1))", "this ')' closes no bracket"),
        (2, "SELECT (\n1", "this '(' is never closed"),
        (3, "SELECT\n:1", "':1' is no parameter"),
        (3, "SELECT\nx:a", "':a' is no parameter"),
        (3, "SELECT\n:a$b", "':a$b': a parameter's name"),
        (3, "SELECT :a\nWHERE x IN (:a)", "'a' stands both as a list and as a single value"),
        (3, "INSERT INTO t (a, b)\nVALUES (:a)", "INSERT has 1 values for 2 columns"),
    ],
)
@BOTH
def test_sql_that_cannot_be_right(line: int, sql: str, substance: str, dialect: Dialect) -> None:
    (problem,) = problems_of(f"-- name: q :many\n{sql}", dialect)
    assert problem.startswith(f"f.sql:{line} f.q: ")
    assert substance in problem


@pytest.mark.parametrize(
    ("dialect", "sql"), [(SQLITE, "?"), (SQLITE, "?1"), (SQLITE, "@a"), (SQLITE, "$a"), (POSTGRES, "$1")]
)
def test_placeholders_of_the_engine_are_refused(dialect: Dialect, sql: str) -> None:
    assert problems_of(f"-- name: q^\nSELECT\n{sql}", dialect) == [
        f"f.sql:3 f.q: {sql!r} is no parameter; write parameters as :name"
    ]


def test_a_string_that_swallows_a_header_is_blamed() -> None:
    text = "-- name: a :one\nSELECT 'x;\n\n-- name: b :one\nSELECT 'y';\n\n-- name: c :oen\nSELECT 1;\n"
    assert [problem.partition(" ")[0] for problem in problems_of(text)] == ["f.sql:2", "f.sql:7"]


@pytest.mark.parametrize(
    "sql", ["SELECT $$ :b $$, :a", r"SELECT E'\' :b', :a", "SELECT x[:a]", "SELECT /* /* */ :a */ 1"]
)
@BOTH
def test_a_shared_query_must_read_the_same_on_both_engines(sql: str, dialect: Dialect) -> None:
    (problem,) = problems_of(f"-- name: q :many\n{sql}", dialect)
    assert problem.startswith("f.sql:2 f.q: ")
    assert "reads differently" in problem or "never closed" in problem or "no parameter" in problem
    only = f"-- name: q :many\n-- only: {{}}, why\n{sql}"
    assert [] in [problems_of(only.format(engine), dialect) for engine in Dialect]


def test_statements_that_hold_statements() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM d; END"
    assert read(f"-- name: q :exec\n{trigger};")[0].statements[0].text == trigger.replace("CREATE", "CREATE /* f.q */")
    function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END"
    (query,) = read(f"-- name: q :exec\n{function};", POSTGRES)
    assert query.statements[0].text.endswith("SELECT 2; END")
    assert "a second statement" in problems_of(f"-- name: q :exec\n{trigger};\nSELECT 1")[0]


def test_a_script_comes_through_untouched() -> None:
    body = (
        "CREATE TABLE t (a int); -- optional\r\nCREATE FUNCTION f(x int[]) RETURNS int AS $f$\nDECLARE y int := 1;\n"
        "BEGIN RETURN x[1:y] + ':z'::int; END; $f$ LANGUAGE plpgsql;\nSELECT 'it''s; :a' /* ; :b */;"
    )
    (query,) = read(f"-- name: s :script\n-- Doc.\n{body}\n-- tail\n", POSTGRES, POSTGRES)
    assert query.script == body
    assert (query.statements, query.parameters, query.doc) == ((), (), "Doc.")


@BOTH
@pytest.mark.parametrize("header", ["s :script", "s#", "s()#"])
def test_a_script_takes_no_parameters(header: str, dialect: Dialect) -> None:
    assert problems_of(f"-- name: {header}\nSELECT 1;\nSELECT :a;", dialect) == [
        "f.sql:3 f.s: a script takes no parameters, here is ':a'"
    ]


def test_a_script_with_a_list_or_defaults() -> None:
    assert problems_of("-- name: s(a)#\nSELECT 1;") == [
        "f.sql:2 f.s: parameter 'a' of the list after the query's name is not used"
    ]
    assert problems_of("-- name: s#\n-- defaults: a = 1\nSELECT 1;") == [
        "f.sql:2 f.s: -- defaults: there is no parameter 'a'"
    ]
