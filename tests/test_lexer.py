"""The lexer cuts SQL as the engines do."""

from __future__ import annotations

import re

import apsw
import apsw.ext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlfluff.core import FluffConfig
from sqlfluff.core.parser import Lexer

from conftest import examples
from plainbase.dialect import Dialect
from plainbase.sqlfile import adhoc, lexer
from plainbase.sqlfile.lexer import Token, tokens

BOTH = pytest.mark.parametrize("dialect", list(Dialect))
SQLITE, POSTGRES = Dialect.SQLITE, Dialect.POSTGRES


def cut(text: str, dialect: Dialect) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text, dialect)]


def names(text: str, dialect: Dialect) -> list[str]:
    return [token.text[1:] for token in tokens(text, dialect) if token.kind == lexer.PARAM]


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = :a", ["a"]),
        ("(:a,:b,:a)", ["a", "b", "a"]),
        (":_x1", ["_x1"]),
        ("':no'", []),
        ("'it''s :no', :yes", ["yes"]),
        ('"col :no"', []),
        ('"a"" :no", :yes', ["yes"]),
        ("-- :no\n:yes", ["yes"]),
        ("-- it's\n:yes -- :no", ["yes"]),
        ("/* :no */ :yes /* ' */", ["yes"]),
        ("/* -- */ :yes", ["yes"]),
        ("x::text", []),
        (":a::text", ["a"]),
        ("x := :a", ["a"]),
        ("x :=:a", ["a"]),
        ("x ->> '$.a:b' = :a", ["a"]),
        ("'{\"a\": :no}'", []),
        ("X'ab' || :a", ["a"]),
        ("a$1 = :a", ["a"]),
        ("1.5e-5 = :a", ["a"]),
        ("a-->b\n:a", ["a"]),
        ("4/:a/5", ["a"]),
        ("a<:a", ["a"]),
        ("'a\\' || :a", ["a"]),
        (":::a", []),
        ("x:no", []),
        ("x::no", []),
        (":1", []),
    ],
)
def test_parameters_on_both_engines(text: str, expected: list[str], dialect: Dialect) -> None:
    assert names(text, dialect) == expected


@pytest.mark.parametrize(
    ("text", "sqlite", "postgres"),
    [
        (r"E'it\'s :b', :a", ["b"], ["a"]),
        (r"e'\\', :a", ["a"], ["a"]),
        (r"E'\\\'', :a, ''", [], ["a"]),
        ("E'a'\n'\\' :b', :a", ["b"], ["a"]),
        ("E'a' -- x\n -- y\n '\\' :b', :a", ["b"], ["a"]),
        ("$$ :b $$, :a", ["b", "a"], ["a"]),
        ("$t$ :b $$ :c $t$, :a", ["b", "c", "a"], ["a"]),
        ("$t$ ' $t$, :a", [], ["a"]),
        ("$1 || :a", ["a"], ["a"]),
        ("/* /* */ :b */ :a", ["b", "a"], ["a"]),
        ("`:b`, :a", ["a"], ["b", "a"]),
        ("[:b], :a", ["a"], ["b", "a"]),
        ("a[1:3], :a", ["a"], ["a"]),
        ("a[:lo], :a", ["a"], ["lo", "a"]),
        ("a[1:hi], :a", ["a"], ["a"]),
        ("a[:lo::int], :a", ["a"], ["lo", "a"]),
        ("m ? 'k' AND m @> :a", ["a"], ["a"]),
        ("-- x\r:b\n:a", ["a"], ["b", "a"]),
        ("U&'a' UESCAPE '!' || :a", ["a"], ["a"]),
        ('U&"d!0061" = :a', ["a"], ["a"]),
        ("B'101' = :a", ["a"], ["a"]),
    ],
)
def test_parameters_where_the_engines_part(text: str, sqlite: list[str], postgres: list[str]) -> None:
    assert names(text, SQLITE) == sqlite
    assert names(text, POSTGRES) == postgres


@BOTH
@pytest.mark.parametrize("text", ["'abc", "'abc''", '"abc', "/* abc", "X'ab", "select 'a' 'b"])
def test_what_is_never_closed_runs_to_the_end(text: str, dialect: Dialect) -> None:
    *_, last = tokens(text + " :x\n-- y", dialect)
    assert last.kind == lexer.OPEN
    assert last.end == len(text + " :x\n-- y")


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("E'abc\\'", POSTGRES),
        ("$$abc", POSTGRES),
        ("$a$ abc $b$", POSTGRES),
        ("/* /* */", POSTGRES),
        ("U&'abc", POSTGRES),
        ('U&"abc', POSTGRES),
        ("`abc", SQLITE),
        ("[abc", SQLITE),
    ],
)
def test_what_is_never_closed_on_one_engine(text: str, dialect: Dialect) -> None:
    assert [token.kind for token in tokens(text, dialect)] == [lexer.OPEN]


def test_kinds() -> None:
    text = "SELECT a.\"b\", 'c', 1.5, .5, :d, x::int, count(*) <> 3 -- e\n/* f */; $1 §"
    assert cut(text, POSTGRES) == [
        ("word", "SELECT"),
        ("word", "a"),
        ("punctuation", "."),
        ("quoted", '"b"'),
        ("punctuation", ","),
        ("string", "'c'"),
        ("punctuation", ","),
        ("number", "1.5"),
        ("punctuation", ","),
        ("number", ".5"),
        ("punctuation", ","),
        ("param", ":d"),
        ("punctuation", ","),
        ("word", "x"),
        ("operator", "::"),
        ("word", "int"),
        ("punctuation", ","),
        ("word", "count"),
        ("punctuation", "("),
        ("operator", "*"),
        ("punctuation", ")"),
        ("operator", "<>"),
        ("number", "3"),
        ("comment", "-- e"),
        ("block", "/* f */"),
        ("punctuation", ";"),
        ("placeholder", "$1"),
        ("word", "§"),
    ]


@pytest.mark.parametrize("text", ["?", "?1", "@a", "$a", "#a"])
def test_placeholders_of_sqlite(text: str) -> None:
    assert cut(text, SQLITE) == [("placeholder", text)]


def test_an_operator_ends_where_a_comment_begins() -> None:
    assert cut("a <--b", POSTGRES) == [("word", "a"), ("operator", "<"), ("comment", "--b")]
    assert cut("a */*b*/ c", SQLITE) == [("word", "a"), ("operator", "*"), ("block", "/*b*/"), ("word", "c")]


@BOTH
def test_deeply_nested_comments_take_linear_time(dialect: Dialect) -> None:
    text = "/* " * 20_000 + "*/ " * 20_000
    kinds = [token.kind for token in tokens(text, dialect)]
    assert kinds[0] == lexer.BLOCK
    assert (len(kinds) == 1) == (dialect is POSTGRES)


@BOTH
@pytest.mark.parametrize("text", ["'" + "''" * 50_000, "E'a'\n" + " " * 50_000, "/*" + "*" * 50_000, " " * 50_000])
def test_hostile_texts_take_linear_time(text: str, dialect: Dialect) -> None:
    assert len(list(tokens(text, dialect))) <= 2


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (Token(lexer.WORD, "Status", 0, 6), "status"),
        (Token(lexer.QUOTED, '"Sta""tus"', 0, 10), 'Sta"tus'),
        (Token(lexer.QUOTED, "`Sta``tus`", 0, 10), "Sta`tus"),
        (Token(lexer.QUOTED, "[Status]", 0, 8), "Status"),
        (Token(lexer.QUOTED, 'U&"a"', 0, 5), None),
        (Token(lexer.STRING, "'a'", 0, 3), None),
    ],
)
def test_identifier(token: Token, name: str | None) -> None:
    assert lexer.identifier(token) == name


@BOTH
@given(text=st.text(st.sampled_from("ab:'\"$`[](){}/*-+;,.\\ \n\rE1?@é"), max_size=60))
@settings(max_examples=examples(400), deadline=None)
def test_tokens_cover_everything_but_white_space(text: str, dialect: Dialect) -> None:
    position = 0
    for token in tokens(text, dialect):
        assert not text[position : token.start].strip(" \t\r\n\f\v")
        assert text[token.start : token.end] == token.text != ""
        position = token.end
    assert not text[position:].strip(" \t\r\n\f\v")


# Every fragment is an expression, so that any list of them is a valid SELECT. The second half of each pair says which
# parameters the fragment is meant to hold; the engine has the last word.
INNER = st.text(st.sampled_from("ab :x'\"$-/*;[]`\\\n"), max_size=8)
PARAMETER = st.sampled_from([":a", ":b", ":_c", ":d1", ":a + :b", "(:e)", "-:a", ":a || :f"])
COMMON = st.one_of(
    PARAMETER,
    INNER.map(lambda text: "'" + text.replace("'", "''") + "'"),
    INNER.map(lambda text: f"-- {text.replace(chr(10), '')}\n 1"),
    INNER.map(lambda text: f"/* {text.replace('*', '').replace('/', '')} */ 2"),
    st.sampled_from(["1.5", "'a'", "x'00'", "1<2", "1 - -1", "5/2", "CASE WHEN :g THEN 1 END", "cast(:h AS text)"]),
)
ON_SQLITE = st.one_of(
    COMMON,
    INNER.map(lambda text: '1 AS "' + text.replace('"', '""') + '"'),
    INNER.map(lambda text: "1 AS `" + text.replace("`", "``") + "`"),
    INNER.map(lambda text: "1 AS [" + text.replace("]", "") + "]"),
    INNER.map(lambda text: "/* /* " + text.replace("*", "").replace("/", "") + " */ 3"),
    st.sampled_from(["1 AS a$b", "1 AS e", "'a\\'", "1 AS é€", "json('{\"a\": 1}') ->> '$.a:b'"]),
)
ON_POSTGRES = st.one_of(
    COMMON,
    INNER.map(lambda text: '1 AS "x' + text.replace('"', '""') + '"'),
    INNER.map(lambda text: "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    INNER.map(lambda text: "$$" + text.replace("$", "") + "$$"),
    INNER.map(lambda text: "$t$" + text.replace("$t$", "").rstrip("$") + "$t$"),
    st.sampled_from(["'a'::text", ":a::text", "arr[1:3]", "arr[:lo]", "B'1'", "a$1", "'{}'::jsonb ? 'a:b'"]),
)
GAP = st.sampled_from(["", " ", "\n", "\r\n", " /* :no */ ", "-- :no '\n"])


@st.composite
def select(draw: st.DrawFn, fragments: st.SearchStrategy[str]) -> str:
    parts = draw(st.lists(st.tuples(fragments, GAP), min_size=1, max_size=8))
    return "SELECT " + ",".join(fragment + gap for fragment, gap in parts)


@given(sql=select(ON_SQLITE))
@settings(max_examples=examples(400), deadline=None)
def test_sqlite_finds_the_same_parameters(sql: str) -> None:
    connection = apsw.Connection(":memory:")
    known = apsw.ext.query_info(connection, sql).bindings_names
    assert list(dict.fromkeys(names(sql, SQLITE))) == list(known)


@given(sql=select(ON_SQLITE))
@settings(max_examples=examples(200), deadline=None)
def test_sqlite_takes_the_compiled_text(sql: str) -> None:
    query = adhoc(sql, SQLITE)
    count = apsw.ext.query_info(apsw.Connection(":memory:"), query.statements[0].text).bindings_count
    assert count == len(query.statements[0].names)


# sqlfluff has a PostgreSQL lexer of its own. It knows no parameters: they are the colons it leaves outside strings.
FLUFF = Lexer(config=FluffConfig(overrides={"dialect": "postgres"}))


def fluff_names(sql: str) -> list[str]:
    segments, _ = FLUFF.lex(sql)
    plain = "".join(
        segment.raw
        if not segment.is_type("comment", "quoted_literal", "double_quote")
        and segment.raw[:1] not in "'\"$"
        and segment.raw[:2].lower() not in ("e'", "x'", "b'", "u&")
        else "\0" * len(segment.raw)
        for segment in segments
    )
    return re.findall(r"(?<![:\w\]]):([A-Za-z_]\w*)", plain)


@given(sql=select(ON_POSTGRES))
@settings(max_examples=examples(300), deadline=None)
def test_an_independent_postgres_lexer_finds_the_same_parameters(sql: str) -> None:
    assert names(sql, POSTGRES) == fluff_names(sql)
