"""What the words of a statement say about its parameters, tables and verb."""

from __future__ import annotations

import pytest

from plainbase.dialect import Dialect
from plainbase.sqlfile import adhoc
from plainbase.sqlfile.statement import Statement

BOTH = pytest.mark.parametrize("dialect", list(Dialect))


def statement(sql: str, dialect: Dialect = Dialect.POSTGRES) -> Statement:
    return adhoc(sql, dialect).statements[0]


@BOTH
@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ('INSERT INTO t (a, B, "C") VALUES (:p, :q, :r)', ("a", "b", "C")),
        ("INSERT INTO s.t (a, b, c) VALUES (:p, lower(:q), :r)", ("a", None, "c")),
        ("INSERT INTO t (a, b) VALUES (1, :p), (:q, 2), (:r, :s)", ("b", "a", "a", "b")),
        ("INSERT INTO t AS x (a, b) VALUES (:p, :q) ON CONFLICT (a) DO UPDATE SET b = :r", ("a", "b", "b")),
        ("INSERT INTO t (a, b, c) SELECT :p, x.y, :q FROM x WHERE x.z = :r", ("a", "c", "x.z")),
        ("INSERT INTO t (a, b) SELECT :p, f(1, :q)", ("a", None)),
        ("INSERT INTO t VALUES (:p)", (None,)),
        ("WITH n AS (INSERT INTO t (a) VALUES (:p) RETURNING a) SELECT a FROM n WHERE a > :q", ("a", "a")),
        ("UPDATE t SET a = :p, b = coalesce(:q, b) WHERE t.id = :r", ("a", None, "t.id")),
        ("SELECT 1 FROM t WHERE a <> :p AND b != :q OR c >= :r", ("a", "b", "c")),
        ("SELECT 1 FROM t WHERE (a < :p OR NOT b <= :q) AND c > :r", ("a", "b", "c")),
        ("SELECT 1 FROM t JOIN u ON u.x = :p GROUP BY z HAVING w = :q", ("u.x", "w")),
        ("SELECT CASE WHEN a = :p THEN 1 END FROM t", ("a",)),
        ("SELECT 1 FROM t WHERE a IS :p AND b IS NOT :q", ("a", "b")),
        ("SELECT 1 FROM t WHERE a IN (:p) AND t.b NOT IN (:q)", ("a", "t.b")),
        ("SELECT 1 FROM t WHERE a BETWEEN :p AND :q", ("a", "a")),
        ("SELECT 1 FROM t WHERE a NOT BETWEEN :p AND :q AND b = :r", ("a", "a", "b")),
        ("SELECT 1 FROM t WHERE :p = a AND :q < t.b", ("a", "t.b")),
        ("SELECT 1 FROM t WHERE a = :p /* x */ -- y\n ORDER BY a", ("a",)),
        ('SELECT 1 FROM t WHERE "A"."b" = :p', ("A.b",)),
        ("SELECT 1 FROM t WHERE (t.a, b) < (:p, :q) AND c = :r", ("t.a", "b", "c")),
        ("SELECT 1 FROM t WHERE x OR (:p, :q) >= (a, t.b)", ("a", "t.b")),
        ("SELECT 1 FROM t WHERE (a, lower(b), c) = (:p, :q, 1 + :r)", ("a", None, None)),
        # not plain
        ("SELECT 1 FROM t WHERE f(a) = (:p)", (None,)),
        ("SELECT 1 FROM t WHERE (a, b) = (:p, :q, :r)", (None, None, None)),
        ("SELECT 1 FROM t WHERE a = :p + 1", (None,)),
        ("SELECT 1 FROM t WHERE a = :p || 'x'", (None,)),
        ("SELECT 1 FROM t WHERE a = :p ->> 'x'", (None,)),
        ('SELECT 1 FROM t WHERE a = :p COLLATE "C"', (None,)),
        ("SELECT 1 FROM t WHERE 1 + a = :p", (None,)),
        ("SELECT 1 FROM t WHERE lower(a) = :p", (None,)),
        ("SELECT 1 FROM t WHERE a ->> 'x' = :p", (None,)),
        ("SELECT 1 FROM t WHERE s.t.a = :p", (None,)),
        ("SELECT 1 FROM t WHERE a LIKE :p", (None,)),
        ("SELECT 1 FROM t WHERE 1 + :p = a", (None,)),
        ("SELECT 1 FROM t WHERE :p = a + 1", (None,)),
        ("SELECT 1 FROM t WHERE :p = lower(a)", (None,)),
        ("SELECT 1 FROM t WHERE :p = NULL", (None,)),
        ("SELECT 1 FROM t WHERE a BETWEEN 1 AND b = :p", (None,)),
        ("SELECT 1 FROM t WHERE a BETWEEN :p - 1 AND :q", (None, None)),
        ("SELECT :p, f(:q) FROM t LIMIT :r", (None, None, None)),
    ],
)
def test_columns(sql: str, columns: tuple[str | None, ...], dialect: Dialect) -> None:
    assert statement(sql, dialect).columns == columns


@pytest.mark.parametrize("sql", ["a = :p::text", "a = :p[1]", "a = :p AT TIME ZONE 'UTC'", "a @> :p", "a <=> :p"])
def test_larger_expressions_of_postgres_say_nothing(sql: str) -> None:
    assert statement(f"SELECT 1 FROM t WHERE {sql}").columns == (None,)


def test_positions_follow_the_engine() -> None:
    sql = "SELECT 1 FROM t WHERE f(:p) AND a = :p AND b = :q AND c = :p"
    assert statement(sql).names == ("p", "q")
    assert statement(sql).columns == ("a", "b")
    assert statement(sql, Dialect.SQLITE).names == ("p", "p", "q", "p")
    assert statement(sql, Dialect.SQLITE).columns == (None, "a", "b", "c")


@BOTH
@pytest.mark.parametrize(
    ("sql", "roles"),
    [
        ("SELECT :a FROM t WHERE b IN (:b) LIMIT :c OFFSET :d", ("value", "list", "limit", "limit")),
        ("SELECT 1 LIMIT (:a)", ("limit",)),
        ("SELECT 1 LIMIT ((:a)) OFFSET (:b)", ("limit", "limit")),
        ("SELECT 1 LIMIT /* x */ :a", ("limit",)),
        ("SELECT 1 LIMIT coalesce(:a, 1)", ("value",)),
        ("SELECT 1 LIMIT (SELECT :a)", ("value",)),
        ("SELECT 1 FETCH FIRST :a ROWS ONLY", ("limit",)),
        ("SELECT 1 WHERE a IN (:b, :c)", ("value", "value")),
        ("SELECT 1 WHERE a IN (1, :c)", ("value",)),
        ("SELECT 1 WHERE a IN (:b + 1)", ("value",)),
        ('UPDATE t SET "limit" = :a', ("value",)),
        ("SELECT (:a)", ("value",)),
    ],
)
def test_roles(sql: str, roles: tuple[str, ...], dialect: Dialect) -> None:
    assert statement(sql, dialect).roles == roles


def test_limit_with_a_comma_on_sqlite() -> None:
    assert statement("SELECT 1 LIMIT :a, :b", Dialect.SQLITE).roles == ("limit", "limit")


def test_a_parameter_that_is_a_value_and_a_limit_is_a_limit_on_postgres() -> None:
    assert statement("SELECT :a LIMIT :a").roles == ("limit",)


@pytest.mark.parametrize(
    ("sql", "postgres", "sqlite"),
    [
        ("x IN (:a)", "x = ANY($1)", "x IN (SELECT value FROM json_each(?))"),
        ("x NOT IN (:a)", "x <> ALL($1)", "x NOT IN (SELECT value FROM json_each(?))"),
        ("x in ( :a )", "x = ANY($1)", "x in ( SELECT value FROM json_each(?) )"),
        (
            "x NOT\n IN -- why\n (\n :a /* b */)",
            "x <>\n ALL -- why\n (\n $1 /* b */)",
            "x NOT\n IN -- why\n (\n SELECT value FROM json_each(?) /* b */)",
        ),
        ("x IN(:a)", "x = ANY($1)", "x IN(SELECT value FROM json_each(?))"),
    ],
)
def test_lists(sql: str, postgres: str, sqlite: str) -> None:
    assert statement(f"SELECT 1 WHERE {sql}").text == f"SELECT 1 WHERE {postgres}"
    assert statement(f"SELECT 1 WHERE {sql}", Dialect.SQLITE).text == f"SELECT 1 WHERE {sqlite}"


@BOTH
@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1", ()),
        ('SELECT 1 FROM s.T AS x JOIN "U" ON true LEFT JOIN t USING (id)', ("t", "U")),
        ("SELECT 1 FROM a, b AS y, (SELECT 1 FROM c, d) AS z, e WHERE f", ("a", "b", "e", "c", "d")),
        ("SELECT 1 FROM json_each(:a) AS j, t ORDER BY x, y", ("t",)),
        ("INSERT INTO t (a) SELECT b FROM u", ("t", "u")),
        ("UPDATE t SET a = 1 FROM u WHERE x IN (SELECT 1 FROM v)", ("t", "u", "v")),
        ("DELETE FROM t WHERE a IS DISTINCT FROM b", ("t",)),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2", ("t",)),
        ("SELECT extract(epoch FROM a), substring(b FROM 2) FROM t", ("t",)),
    ],
)
def test_tables(sql: str, tables: tuple[str, ...], dialect: Dialect) -> None:
    assert statement(sql, dialect).tables == tables


def test_tables_of_postgres_alone() -> None:
    assert statement("SELECT 1 FROM ONLY t FOR UPDATE OF t").tables == ("t",)
    assert statement("DELETE FROM t USING u, v WHERE true").tables == ("t", "u", "v")
    assert statement("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN UPDATE SET a = 1").tables == ("t", "u")
    assert statement("SELECT 1 FROM a JOIN LATERAL (SELECT 1 FROM b) x ON true").tables == ("a", "b")


@BOTH
@pytest.mark.parametrize(
    ("sql", "verb"),
    [
        ("select 1", "SELECT"),
        ("/* INSERT */ (SELECT 1)", "SELECT"),
        ("WITH a AS (DELETE FROM t RETURNING 1), b (x) AS (SELECT 1) INSERT INTO t SELECT 1", "INSERT"),
        ("WITH merge AS (SELECT 1) UPDATE t SET a = 1", "UPDATE"),
        ("WITH RECURSIVE n AS (SELECT 1) SELECT 1 FROM n", "SELECT"),
        ("WITH n AS (SELECT 1) (SELECT 1)", "SELECT"),
        ("VALUES (1)", "VALUES"),
        ("CREATE TABLE t (a)", "CREATE"),
        ("PRAGMA user_version", "PRAGMA"),
    ],
)
def test_verb(sql: str, verb: str, dialect: Dialect) -> None:
    assert statement(sql, dialect).verb == verb


def test_words() -> None:
    sql = "SELECT set_config('INTO', :a, false) -- INTO\n, \"INTO\" /* INTO */ FROM T"
    assert statement(sql).words == ("select", "set_config", "false", "from", "t")


@BOTH
@pytest.mark.parametrize(
    ("sql", "types"),
    [
        ("SELECT CAST(:p AS float8), CAST(:q AS bigint), CAST(:r AS text)", ("real", "integer", "text")),
        ("SELECT CAST(:p AS real) || 's', cast(:q AS INTEGER)", ("real", "integer")),
        ("SELECT CASE WHEN :p THEN 1 END FROM t WHERE :q AND (a OR NOT :r)", ("boolean",) * 3),
        ("SELECT CASE a WHEN :p THEN 1 END, CAST(:q || 'x' AS text)", (None, None)),
        ("SELECT 1 FROM t WHERE f(a) BETWEEN 1 AND :p AND b", (None,)),
        ("SELECT 1 FROM t WHERE f(a) = :p AND f(CAST(:q AS date))", (None, None)),
    ],
)
def test_what_the_text_says_of_a_type(sql: str, types: tuple[str | None, ...], dialect: Dialect) -> None:
    assert statement(sql, dialect).stated_types == types
