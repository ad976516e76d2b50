"""A script is cut into its statements as the engines cut it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

import apsw
import asyncpg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import examples
from plainbase import StatementFailed
from plainbase.dialect import Dialect
from plainbase.drivers.postgres_texts import refuse_control
from plainbase.drivers.sqlite_scripts import ScriptInside
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.script import split

BOTH = pytest.mark.parametrize("dialect", list(Dialect))
SQLITE, POSTGRES = Dialect.SQLITE, Dialect.POSTGRES

TRIGGER = "TRIGGER tr AFTER INSERT ON t BEGIN SELECT '; END;'; SELECT CASE WHEN 1 THEN 2 END; END"
BODY = "BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN CASE WHEN false THEN 1 END ELSE 2 END; END"


def texts(text: str, dialect: Dialect) -> list[str]:
    return [part.text for part in split(text, dialect)]


def significant(text: str, dialect: Dialect) -> list[Token]:
    return [token for token in lexer.tokens(text, dialect) if token.kind not in (lexer.COMMENT, lexer.BLOCK)]


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ;; ; \n", []),
        ("-- only; a comment", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1;"]),
        (";SELECT 1;;SELECT 2", ["SELECT 1;", "SELECT 2"]),
        ("SELECT 1; -- rest; of it", ["SELECT 1;"]),
        ("/* a; */ SELECT 1 /* b; */ ; /* c */", ["SELECT 1 /* b; */ ;"]),
        ("SELECT 1 -- b;\n", ["SELECT 1"]),
        ("SELECT ';', \"a;b\", 'it''s;'; b;", ["SELECT ';', \"a;b\", 'it''s;';", "b;"]),
        ("SELECT 'create trigger'; a; END;", ["SELECT 'create trigger';", "a;", "END;"]),
        ('"create" trigger; a; END;', ['"create" trigger;', "a;", "END;"]),
        ("SELECT CASE WHEN 1 THEN 2 END; END", ["SELECT CASE WHEN 1 THEN 2 END;", "END"]),
        ("SELECT begin atomic FROM t; COMMIT", ["SELECT begin atomic FROM t;", "COMMIT"]),
    ],
)
def test_on_both_engines(text: str, expected: list[str], dialect: Dialect) -> None:
    assert texts(text, dialect) == expected


@pytest.mark.parametrize(
    "statement",
    [
        f"CREATE {TRIGGER};",
        f"create temp {TRIGGER};",
        f"CREATE /* ; */ Temporary -- ;\n {TRIGGER} /* ; */ ;",
        f"EXPLAIN CREATE {TRIGGER};",
        f"EXPLAIN QUERY PLAN CREATE {TRIGGER};",
        "SELECT `a;b`, [c;d];",
        "SELECT (1;",
        "CREATE TABLE trigger (a);",
        "SELECT $$;",
        "SELECT 1 /* /* ; */;",
    ],
)
def test_on_sqlite(statement: str) -> None:
    assert texts(f"a;{statement}b;", SQLITE) == ["a;", statement, "b;"]


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE RULE r AS ON DELETE TO t DO ALSO (NOTIFY a; NOTIFY b);",
        f"CREATE FUNCTION f() RETURNS int {BODY};",
        f"create or replace procedure f(a int DEFAULT (1)) {BODY.lower()};",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC END;",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT a.end, b AS case, c end FROM d; END;",
        "CREATE FUNCTION f(begin atomic) RETURNS int RETURN 1;",
        "CREATE FUNCTION begin.atomic() RETURNS int RETURN 1;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END; $$;",
        "DO $a$ BEGIN EXECUTE $b$ SELECT $$;$$; $b$; END; $a$;",
        r"SELECT E'it\'s;', U&';', B'1';",
        "SELECT 1 /* /* ; */ ; */;",
        "SELECT a[1];",
        "SELECT 1) + 2;",
        "CREATE TABLE atomic (begin int, atomic int);",
    ],
)
def test_on_postgres(statement: str) -> None:
    assert texts(f"a;{statement}b;", POSTGRES) == ["a;", statement, "b;"]


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("CREATE TRIGGER a BEGIN SELECT 1; SELECT 2;", SQLITE),
        ("CREATE FUNCTION a() BEGIN ATOMIC SELECT 1; SELECT 2;", POSTGRES),
        ("CREATE RULE a DO (SELECT 1; SELECT 2;", POSTGRES),
    ],
)
def test_what_is_never_ended_is_one_statement(text: str, dialect: Dialect) -> None:
    (part,) = split(text, dialect)
    assert part.text == text
    assert part.tokens[-1].text == ";"


@BOTH
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines(newline: str, dialect: Dialect) -> None:
    lines = ["", "-- a;", "SELECT", "  1; SELECT 2", "; /* x;", "*/", "SELECT 'a", "b'; c"]
    parts = split(newline.join(lines), dialect)
    assert [(part.line, part.verb) for part in parts] == [(3, "SELECT"), (4, "SELECT"), (7, "SELECT"), (8, "C")]


@BOTH
@pytest.mark.parametrize("opened", ["'b;", '"b;', "/* b;", "'b'';"])
def test_a_statement_keeps_what_is_never_closed(opened: str, dialect: Dialect) -> None:
    first, second = split(f"SELECT 1;\n{opened} SELECT 2;\n", dialect)
    assert first.text == "SELECT 1;"
    assert [token.kind for token in second.tokens] == [lexer.OPEN]
    assert (second.line, second.verb, second.control) == (2, "", "")
    (part,) = split(f"SELECT 1 {opened} ;", dialect)
    assert part.tokens[-1].kind == lexer.OPEN


def test_a_dollar_quote_that_is_never_closed() -> None:
    first, second = split("SELECT 1; SELECT $a$ ; $b$ ; $$ ;", POSTGRES)
    assert second.tokens[-1].kind == lexer.OPEN
    assert second.tokens[-1].start == len(first.text) + len(" SELECT ")


@pytest.mark.parametrize(
    ("text", "sqlite", "postgres"),
    [
        ("BEGIN IMMEDIATE", "BEGIN", "BEGIN"),
        ("commit", "COMMIT", "COMMIT"),
        ("/* a */ End", "END", "END"),
        ("ROLLBACK TO a", "ROLLBACK", "ROLLBACK"),
        ("SAVEPOINT a", "SAVEPOINT", "SAVEPOINT"),
        ("RELEASE a", "RELEASE", "RELEASE"),
        ("START TRANSACTION", "", "START"),
        ("ABORT", "", "ABORT"),
        ("PREPARE /* a */ transaction 'a'", "", "PREPARE TRANSACTION"),
        ("PREPARE a AS SELECT 1", "", ""),
        ("PREPARE", "", ""),
        ('"COMMIT"', "", ""),
        ("'COMMIT'", "", ""),
        ("EXPLAIN COMMIT", "", ""),
    ],
)
def test_transaction_control(text: str, sqlite: str, postgres: str) -> None:
    for dialect, expected in ((SQLITE, sqlite), (POSTGRES, postgres)):
        (part,) = split(text, dialect)
        assert part.control == expected


def test_a_column_named_begin_hides_no_commit() -> None:
    with pytest.raises(StatementFailed, match="COMMIT cannot stand"):
        refuse_control("SELECT begin atomic FROM items; COMMIT")


@pytest.mark.parametrize("text", ["\ufeffCOMMIT", "\ufeff\ufeff /**/ \ufeff;\ufeff;\ufeffCOMMIT;"])
def test_a_byte_order_mark_is_white_space_to_sqlite(text: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute(text)
        assert not connection.in_transaction
    assert [part.control for part in split(text, SQLITE)] == ["COMMIT"]
    with pytest.raises(StatementFailed, match="COMMIT would end"):
        ScriptInside(text)
    assert {part.control for part in split(text, POSTGRES)} == {""}


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("a;" * 100_000, SQLITE),
        ("a;" * 100_000, POSTGRES),
        ("CREATE TRIGGER a BEGIN " + "b;" * 90_000 + "END;", SQLITE),
        ("CREATE " + "TEMP " * 20_000 + "TRIGGER" + ";" * 100_000, SQLITE),
        ("CREATE FUNCTION a() BEGIN ATOMIC " + "b;" * 90_000 + "END;", POSTGRES),
        ("CREATE FUNCTION a() " + "BEGIN ATOMIC END " * 12_000, POSTGRES),
    ],
)
def test_long_scripts_take_linear_time(text: str, dialect: Dialect) -> None:
    begun = time.process_time()
    assert split(text, dialect)
    assert time.process_time() - begun < 5


# Beside whole fragments, parts of tokens: what one begins, another may end.
SHARED = ["create ", "trigger", ";", ";", "end", "END ;", "'a;b'", "-- x;\n", "/* ; */", '"q;"', "a", " ", "\n", "case"]
PIECES = ["'", '"', "/*", "*/", "-", "1", "x'0;'", "(", ")", "\r\n", ".", ","]
ON_SQLITE = [
    "temp ",
    "TEMPORARY ",
    "[b;]",
    "`c;`",
    "[",
    "]",
    "`",
    "explain create ",
    "EXPLAIN query /*;*/ plan create ",
]
ON_POSTGRES = ["function ", "begin atomic ", "or replace ", "$$;$$", "$a$", "E'\\';'", "/* /* ; */", "as"]


def script(*fragments: str) -> st.SearchStrategy[str]:
    pieces = st.lists(st.sampled_from([*SHARED, *SHARED, *PIECES, *fragments]), max_size=25)
    return st.builds("".join, pieces) | st.builds(" ".join, pieces)


def complete_statements(text: str) -> list[str]:
    """The statements of a script as sqlite3_complete() tells them, without what stands around them."""
    found = []
    start = end = 0
    while (end := text.find(";", end) + 1) > 0:
        if sqlite3.complete_statement(text[start:end]):
            found.append(text[start:end])
            start = end
    found.append(text[start:])
    tokens = [(part, significant(part, SQLITE)) for part in found]
    return [part[code[0].start : code[-1].end] for part, code in tokens if code and code[0].text != ";"]


@given(text=script(*ON_SQLITE))
@example("create trigger a;;end;b;")
@example("create temp temporary trigger; end /* ; */ -- ;\n ;b;")
@example("create trigger end; a; 'end'; end a; end; b;")
@settings(max_examples=examples(1000), deadline=None)
def test_sqlite_calls_the_same_statements_complete(text: str) -> None:
    assert texts(text, SQLITE) == complete_statements(text)


@BOTH
@given(text=script(*ON_SQLITE, *ON_POSTGRES))
@settings(max_examples=examples(500), deadline=None)
def test_nothing_is_lost_but_semicolons(text: str, dialect: Dialect) -> None:
    rest = significant(text, dialect)
    for part in split(text, dialect):
        while rest[0].text == ";":
            del rest[0]
        assert rest[: len(part.tokens)] == list(part.tokens)
        del rest[: len(part.tokens)]
        assert part.line == text[: part.tokens[0].start].count("\n") + 1
        end = rest[0] if rest else part.tokens[-1]
        assert text[part.tokens[0].start : end.end] == part.text
        assert not rest or rest.pop(0).text == ";"
    assert {token.text for token in rest} <= {";"}


VALID = [
    "SELECT 'a;b', \"t\".a, [a], `a`, x'3b' FROM t",
    "INSERT INTO t VALUES (1) -- ;\n",
    "CREATE TABLE IF NOT EXISTS u (a DEFAULT ';', CHECK (a <> 'create trigger'))",
    "EXPLAIN SELECT CASE WHEN 1 THEN 2 END /* ; */",
    f"CREATE {TRIGGER.replace('TRIGGER', 'TRIGGER IF NOT EXISTS')}",
    f"CREATE TEMP {TRIGGER.replace('TRIGGER tr', 'TRIGGER IF NOT EXISTS ts')}",
    f"\ufeffCREATE \ufeffTEMPORARY {TRIGGER.replace('TRIGGER tr', '/* ; */ TRIGGER IF NOT EXISTS tt')}",
    f"EXPLAIN CREATE {TRIGGER.replace('tr', 'tu')}",
    f"EXPLAIN QUERY PLAN CREATE {TRIGGER.replace('tr', 'tv')}",
    "DROP TRIGGER IF EXISTS tr",
]
GAP = st.sampled_from([";", ";", ";\n-- a;\n", "/* ; */;", ";;", ";\ufeff", "; \r\n"])


@given(parts=st.lists(st.tuples(st.sampled_from(VALID), GAP), min_size=1, max_size=6), cut=st.booleans())
@settings(max_examples=examples(200), deadline=None)
def test_a_real_sqlite_executes_the_same_statements(parts: list[tuple[str, str]], cut: bool) -> None:
    text = "".join(statement + gap for statement, gap in parts)
    if cut:
        text = text.rstrip(";\r\n\ufeff ")
    executed: list[list[str]] = []

    def note(_: apsw.Cursor, sql: str, __: object) -> bool:
        executed.append([token.text for part in split(sql, SQLITE) for token in part.tokens])
        return True

    with closing(apsw.Connection(":memory:")) as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.exec_trace = note
        connection.execute(text).fetchall()
    assert [[token.text for token in part.tokens] for part in split(text, SQLITE)] == [
        code for code in executed if code
    ]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as other:
        other.execute("CREATE TABLE t (a)")
        for part in split(text, SQLITE):
            other.execute(part.text).close()  # refuses two statements, and half a one


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_a_real_postgres_takes_each_part_as_one_statement(empty_url: str) -> None:
    text = f"""
        CREATE TABLE t (a int, begin int, "end" int);
        CREATE RULE r AS ON DELETE TO t DO ALSO (NOTIFY a; NOTIFY b);
        CREATE FUNCTION f(a int DEFAULT (1)) RETURNS int {BODY};
        CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC END;
        CREATE FUNCTION g() RETURNS int BEGIN ATOMIC
            SELECT t.end FROM t; SELECT 1 AS case; SELECT 2 end; SELECT begin atomic FROM t;
        END;
        CREATE DOMAIN atomic AS int; CREATE FUNCTION h(begin atomic) RETURNS int RETURN 1;
        SELECT begin atomic FROM t; SELECT 1 AS end;
        DO $a$ BEGIN EXECUTE $b$ SELECT $$;$$ $b$; END; $a$;
        SELECT E'it\\'s;' -- ;
        ';' /* /* ; */ ; */ ; SELECT f(), g();
    """
    connection = await asyncpg.connect(empty_url)
    try:
        parts = split(text, POSTGRES)
        for part in parts:
            await (await connection.prepare(part.text)).fetch()  # the server refuses two commands, and half a one
        assert [part.verb for part in parts] == ["CREATE"] * 7 + ["SELECT", "SELECT", "DO", "SELECT", "SELECT"]
    finally:
        await connection.close()
