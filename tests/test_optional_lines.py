"""Lines marked `-- optional`: what they do, and every rule they are held to."""

from __future__ import annotations

import itertools

import apsw
import apsw.ext
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainbase.dialect import Dialect
from plainbase.sqlfile import adhoc, parse
from plainbase.sqlfile.query import Query

BOTH = pytest.mark.parametrize("dialect", list(Dialect))


def query(sql: str, header: str = "", dialect: Dialect = Dialect.SQLITE) -> Query:
    text = f"-- name: q :many\n{header}{sql}"
    queries, problems = parse(text, file="queries/f.sql", namespace="f", dialect=dialect)
    assert problems == []
    return queries[0]


def problem(sql: str, header: str = "", dialect: Dialect = Dialect.SQLITE) -> str:
    text = f"-- name: q :many\n{header}{sql}"
    queries, problems = parse(text, file="queries/f.sql", namespace="f", dialect=dialect)
    assert queries == []
    assert len(problems) == 1
    assert problems[0].startswith("queries/f.sql:")
    return problems[0].removeprefix("queries/f.sql:")


TWO = """SELECT a
FROM t
WHERE
    a = :a
    AND b IN (:b)  -- optional
    AND c >= :c    -- optional
ORDER BY a
LIMIT :n;
"""


def test_every_combination_is_compiled_once_and_keeps_its_line_breaks() -> None:
    made = query(TWO, dialect=Dialect.POSTGRES)
    assert made.parameters == ("a", "b", "c", "n")
    assert made.groups == (frozenset({"b"}), frozenset({"c"}))
    head = "SELECT /* f.q */ a\nFROM t\nWHERE\n    a = $1\n"
    assert [statement.text for statement in made.statements] == [
        head + "\n\nORDER BY a\nLIMIT $2",
        head + "    AND b = ANY($2)  -- optional\n\nORDER BY a\nLIMIT $3",
        head + "\n    AND c >= $2    -- optional\nORDER BY a\nLIMIT $3",
        head + "    AND b = ANY($2)  -- optional\n    AND c >= $3    -- optional\nORDER BY a\nLIMIT $4",
    ]
    assert [statement.names for statement in made.statements] == [
        ("a", "n"),
        ("a", "b", "n"),
        ("a", "c", "n"),
        ("a", "b", "c", "n"),
    ]


@BOTH
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_error_positions_hold(dialect: Dialect, newline: str) -> None:
    made = query(TWO.replace("\n", newline), dialect=dialect)
    for statement in made.statements:
        before, _, _ = statement.text.partition("LIMIT")
        assert statement.line + before.count("\n") == 9
        assert statement.text.count("\n") == statement.text.count(newline) == 7


@pytest.mark.parametrize("where", ["WHERE true\n", "WHERE\n    true\n"])
def test_where_true_lets_all_conditions_be_optional(where: str) -> None:
    made = query(f"SELECT 1 FROM t\n{where}    AND a = :a -- optional\n    OR b = :b -- optional\n")
    assert [statement.names for statement in made.statements] == [(), ("a",), ("b",), ("a", "b")]


def test_set_items() -> None:
    made = query(
        "UPDATE t\nSET\n    a = :a, -- optional\n    b = :b, -- optional\n    c = :now\nWHERE\n    id = :id\n"
        "    AND d = :d -- optional\n"
    )
    assert len(made.statements) == 8
    assert made.statements[0].text == "UPDATE /* f.q */ t\nSET\n\n\n    c = ?\nWHERE\n    id = ?\n"
    assert made.statements[5].names == ("a", "now", "id", "d")


def test_a_plain_line_may_stand_between() -> None:
    made = query("SELECT 1 FROM t WHERE true\n  AND a = :a -- optional\n  AND b = 1\n  AND c = :c -- optional\n;")
    assert made.statements[0].text == "SELECT /* f.q */ 1 FROM t WHERE true\n\n  AND b = 1\n"


def test_lines_that_share_a_parameter_form_a_group() -> None:
    made = query(
        "SELECT 1 FROM t WHERE true\n"
        "  AND a = :a AND b = :b -- optional\n"
        "  AND e = :e -- optional\n"
        "  AND c = :c -- optional\n"
        "  AND d IN (:b) OR d = :c2 AND c <> :c -- optional\n".replace("IN (:b)", "> :b")
    )
    assert made.groups == (frozenset({"a", "b", "c", "c2"}), frozenset({"e"}))
    assert made.statements[1].names == ("a", "b", "c", "b", "c2", "c")
    assert made.statements[2].names == ("e",)


def test_a_parameter_of_a_plain_line_joins_nothing() -> None:
    made = query(
        "SELECT 1 FROM t WHERE u = :u\n  AND a = :a AND x = :u -- optional\n  AND b = :b AND y = :u -- optional\n"
    )
    assert made.groups == (frozenset({"a"}), frozenset({"b"}))
    assert made.statements[0].names == ("u",)


def test_a_parameter_with_a_default_may_stand_beside_one_without() -> None:
    made = query("SELECT 1 FROM t WHERE true\n  AND a = :a AND b = :b -- optional\n", "-- defaults: b = 1\n")
    assert made.groups == (frozenset({"a"}),)
    assert made.bind({})[1] == []
    assert made.bind({"a": 5})[1] == [5, 1]
    assert made.bind({"a": 5, "b": 6})[1] == [5, 6]


def test_six_groups_make_sixty_four_texts() -> None:
    lines = "".join(f"  AND c{i} = :p{i} -- optional\n" for i in range(6))
    made = query(f"SELECT 1 FROM t WHERE true\n{lines}")
    assert len({statement.text for statement in made.statements}) == 64


def test_the_marker_inside_a_string_is_none() -> None:
    made = query("SELECT '\n  AND a = b -- optional\n', :a")
    assert made.groups == ()
    assert len(made.statements) == 1


def test_brackets_and_case_inside_one_line_are_fine() -> None:
    made = query(
        "SELECT 1 FROM t WHERE true\n  AND (a = CASE WHEN x THEN :a ELSE 1 END OR b BETWEEN :b AND 9) -- optional\n"
    )
    assert made.groups == (frozenset({"a", "b"}),)


def test_sql_at_the_call_has_them_too() -> None:
    made = adhoc("SELECT 1 FROM t WHERE true\n AND a = :a -- optional", Dialect.SQLITE)
    assert made.bind({})[0].text == "SELECT 1 FROM t WHERE true\n"


BEGIN = "an optional line must begin with AND or OR, or end with a comma before a mandatory item"


@pytest.mark.parametrize(
    ("line", "sql", "substance"),
    [
        # 1: begins with AND or OR, or ends with a comma before a mandatory item
        (3, "SELECT 1 FROM t\nWHERE a = :a -- optional\n", BEGIN + "; write `WHERE true`"),
        (4, "SELECT 1 FROM t\nWHERE\n  a = :a -- optional\n  AND b = 1", BEGIN),
        (3, "SELECT 1 FROM t\nLIMIT :n -- optional\n", BEGIN),
        (4, "UPDATE t SET\n  a = 1,\n  b = :b -- optional\n", BEGIN),
        (3, "UPDATE t SET\n  b = :b, -- optional\nWHERE c = 1", "must stand before a mandatory item"),
        (3, "UPDATE t SET\n  b = :b, -- optional\n", "must stand before a mandatory item"),
        (3, "UPDATE t SET\n  b = :b, -- optional\n  -- what\n;", "must stand before a mandatory item"),
        (3, "SELECT f(\n  :b, -- optional\n)", "must stand before a mandatory item"),
        (3, "SELECT\n  :b AS b, -- optional\nFROM t", "must stand before a mandatory item"),
        (4, "UPDATE t SET\n  x = 1, y =\n  :b, -- optional\n z = 2", "must hold whole items"),
        (3, "UPDATE t SET\n  a = 1, b = :b, -- optional\n  c = 2 +\n :b", "also stands on a plain line"),
        (3, "SELECT 1 FROM t WHERE\n  AND a = :a -- optional\n", "no condition stands before"),
        (3, "SELECT 1 FROM t WHERE NOT\n  AND a = :a -- optional\n", "no condition stands before"),
        (3, "SELECT 1 FROM t WHERE (\n  AND a = :a -- optional\n )", "no condition stands before"),
        (3, "SELECT 1 FROM t WHERE x =\n  AND a = :a -- optional\n", "no condition stands before"),
        (3, "SELECT 1 FROM t WHERE true\n  AND a = :a AND -- optional\n  b = 1", "must end on the optional line"),
        (3, "SELECT 1 FROM t WHERE true\n  AND b = :a + -- optional\n  1", "must end on the optional line"),
        (3, "SELECT 1 FROM t WHERE true\n  AND b = :a -- optional\n  + 1", "must end on the optional line"),
        (3, "SELECT 1 FROM t WHERE true\n  AND :a -- optional\n  IN (1)", "must end on the optional line"),
        (3, "SELECT 1 FROM t WHERE true\n  AND b = :a, -- optional\n  1", "must end on the optional line"),
        (4, "SELECT 1 FROM t WHERE true\n  AND b BETWEEN 1\n  AND :b -- optional\n", "belongs to a BETWEEN"),
        (
            3,
            "SELECT 1 FROM t WHERE true\n  AND b BETWEEN :b -- optional\n  AND 2\n",
            "its AND on the same optional line",
        ),
        # 2: brackets balance, no ;, does not start inside a string or comment
        (3, "SELECT 1 FROM t WHERE true\n  AND (a = :a -- optional\n  )", "must balance"),
        (3, "SELECT 1 FROM t WHERE (true\n  AND a = :a) -- optional\n", "must balance"),
        (3, "SELECT 1 FROM t WHERE (true\n  AND a = :a) OR (true -- optional\n  )", "must balance"),
        (3, "SELECT 1 FROM t WHERE true\n  AND CASE WHEN :a -- optional\n  THEN 1 END", "must balance"),
        (3, "SELECT 1 FROM t WHERE true\n  AND a = :a; -- optional\n", "must not hold ';'"),
        (3, "SELECT 1 FROM t WHERE a = '\n' AND a = :a -- optional\n", "start inside a string"),
        (3, 'SELECT 1 FROM t WHERE a = "\n" AND a = :a -- optional\n', "start inside a string or quoted name"),
        (3, "SELECT 1 FROM t WHERE true /*\n*/ AND a = :a -- optional\n", "start inside a comment"),
        # 3: a parameter of its own, without a default
        (3, "SELECT 1 FROM t WHERE true\n  AND a = 1 -- optional\n", "must hold a parameter"),
        (3, "SELECT 1 FROM t WHERE true\n  -- optional\n", "must hold SQL with a parameter"),
        (3, "SELECT 1 FROM t WHERE a = :a\n  AND b = :a -- optional\n", "'a' also stands on a plain line"),
        (1, "SELECT 1 FROM t WHERE true\n  AND b = :d -- optional\n", "parameter without a default; 'd' has one"),
        # 5: at most six groups
        (
            9,
            "SELECT 1 FROM t WHERE true\n" + "".join(f"  AND c{i} = :p{i} -- optional\n" for i in range(7)),
            "7 groups of optional lines; at most 6",
        ),
        # 6: any other comment that begins with "optional"
        *(
            (3, f"SELECT 1 FROM t WHERE true\n  AND a = :a {comment}\n", "must be exactly `-- optional`")
            for comment in (
                "-- Optional",
                "--optional",
                "--  optional",
                "---- optional",
                "-- OPTIONAL",
                "-- optional filter",
                "-- optional:",
                "-- optionally",
                "/* optional */",
            )
        ),
        (2, "SELECT /* optional */ 1", "must be exactly `-- optional`"),
        (3, "SELECT 1;\n-- Optional things follow", "must be exactly `-- optional`"),
    ],
)
@BOTH
def test_what_breaks_a_rule(line: int, sql: str, substance: str, dialect: Dialect) -> None:
    header = ""
    if ":d" in sql:
        header, line = "-- defaults: d = 1\n", line + 3
    found = problem(sql, header, dialect)
    assert found.startswith(f"{line} f.q: ")
    assert substance in found


def test_a_doc_that_begins_with_the_word_is_refused_in_our_files_and_taken_in_those_of_aiosql() -> None:
    assert problem("SELECT 1", "-- Optional filters\n").startswith("2 f.q: a comment that begins with 'optional'")
    text = "-- name: q(a)^\n-- Optional: a user\nSELECT :a;\n-- optional stuff follows\n"
    queries, problems = parse(text, file="f.sql", namespace="f", dialect=Dialect.SQLITE)
    assert problems == []
    assert queries[0].doc == "Optional: a user"


def test_an_insert_whose_values_would_not_match_is_refused() -> None:
    found = problem("INSERT INTO t (a, b)\nVALUES (\n    :a, -- optional\n    :b\n)")
    assert found == "3 f.q: INSERT has 1 values for 2 columns"


def test_all_problems_of_one_query_are_reported() -> None:
    lines = ["WHERE a = :a -- optional", "  AND b = 1 -- optional", "  AND c = :c -- Optional"]
    text = "\n".join(["-- name: q :many", "SELECT 1 FROM t", *lines])
    _, problems = parse(text, file="f.sql", namespace="f", dialect=Dialect.SQLITE)
    assert sorted(each.partition(" ")[0] for each in problems) == ["f.sql:3", "f.sql:4", "f.sql:5"]


CONDITIONS = ["a = :a", "b IN (:b)", "c BETWEEN :c AND :d", "(e = :e OR f = 'x)')", "g LIKE :g || '%'", "h = 1"]


@given(
    conditions=st.permutations(CONDITIONS),
    joins=st.lists(st.sampled_from(["AND", "OR", "and"]), min_size=6, max_size=6),
    markers=st.lists(st.booleans(), min_size=6, max_size=6),
    tail=st.sampled_from(["", ";", "\n;", "ORDER BY a", "GROUP BY a LIMIT :n"]),
)
def test_every_combination_prepares(conditions: list[str], joins: list[str], markers: list[bool], tail: str) -> None:
    lines = [
        f"  {join} {condition}{' -- optional' if marked and ':' in condition else ''}\n"
        for condition, join, marked in zip(conditions, joins, markers, strict=True)
    ]
    made = query(f"SELECT a FROM t WHERE true\n{''.join(lines)}{tail}")
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE t (a, b, c, d, e, f, g, h)")
    for statement in made.statements:
        details = apsw.ext.query_info(connection, statement.text)
        assert details.bindings_count == len(statement.names)
    wanted = made.groups
    for chosen in itertools.chain.from_iterable(itertools.combinations(wanted, n) for n in range(len(wanted) + 1)):
        passed = frozenset[str]().union(*chosen)
        statement, _ = made.bind(dict.fromkeys(passed | (set(made.parameters) - frozenset[str]().union(*wanted)), 1))
        assert passed <= set(statement.names)
        assert statement.names == tuple(name for name in made.parameters if name in statement.names)
