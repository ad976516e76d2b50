"""What one text means differently on the engines: for each rule what is said, and where nothing must be."""

from __future__ import annotations

import pytest

from plainbase import Dialect
from plainbase.check.catalog import Catalog, Column, Table
from plainbase.check.meaning.parsing import Unreadable
from plainbase.check.meaning.traps import traps
from plainbase.sqlfile import Query, parse

BOTH = tuple(Dialect)
POSTGRES, SQLITE = (Dialect.POSTGRES,), (Dialect.SQLITE,)


def table(name: str, columns: str, *unique: str, view: str = "") -> Table:
    """A table of `name:type` columns, text where no type is said, `!` behind those that are NOT NULL."""
    made = {}
    for each in columns.split():
        column, _, kind = each.strip("!").partition(":")
        made[column] = Column(column, kind or "text", each.endswith("!"), False, False, ())
    keys = tuple(tuple(key.split()) for key in unique)
    return Table(name, not view, made, (), keys[0] if keys else (), keys, view)


TABLES = (
    table("a", "id! name! note score:real rate:real! size:integer! price:decimal cost:decimal! data:json b_id", "id"),
    table("b", "id! name! note", "id"),
    table("pairs", "a_id! b_id! made!", "a_id b_id"),
    table("seen", "id name note price:any", view="SELECT id, name, note, price FROM a"),
    table("foreign_view", "id note", view="NOT EVEN SQL ("),
)
CATALOG = Catalog({each.name: each for each in TABLES}, {})


def query(sql: str, dialect: Dialect, *notes: str, file: str = "tried.sql", kind: str = "many") -> Query:
    text = "\n".join([f"-- name: tried :{kind}", "-- Tried.", *(f"-- {note}" for note in notes), f"{sql};", ""])
    fork = dialect if file.endswith(f".{dialect}.sql") else None
    queries, problems = parse(text, file=file, namespace="tests", dialect=dialect)
    assert problems == []
    assert fork is None or queries[0].where.startswith(file)
    return queries[0]


def said(
    sql: str, dialect: Dialect, *notes: str, file: str = "tried.sql", kind: str = "many", both: bool = True
) -> list[str]:
    return list(traps(query(sql, dialect, *notes, file=file, kind=kind), dialect, CATALOG, both=both))


def about(word: str, sql: str, dialect: Dialect) -> list[str]:
    """What is said of one rule; the others may have their own to say."""
    return [each for each in said(sql, dialect) if word in each]


NULLS = [
    "SELECT id FROM a ORDER BY note, id",
    "SELECT id FROM a ORDER BY note DESC, id",
    "SELECT id, note AS x FROM a ORDER BY x, id",
    "SELECT id, note FROM a ORDER BY 2, id",
    "SELECT id FROM a ORDER BY lower(note), id",
    'SELECT id FROM a ORDER BY note COLLATE "C", id',
    "SELECT id, CASE WHEN size > 1 THEN name END AS x FROM a ORDER BY x, id",
    "SELECT id, nullif(name, '') AS x FROM a ORDER BY x, id",
    "SELECT name, max(note) AS x FROM a GROUP BY name ORDER BY x, name",
    "SELECT a.id FROM a LEFT JOIN b ON a.b_id = b.id ORDER BY b.name, a.id",
    "SELECT id FROM seen ORDER BY note, id",
    "WITH s AS (SELECT id, note AS x FROM a) SELECT id FROM s ORDER BY x, id",
    "SELECT id FROM (SELECT id, note FROM a) AS s ORDER BY note, id",
    "SELECT id, note FROM a UNION ALL SELECT id, name FROM b ORDER BY note, id",
    "SELECT id, (SELECT b.name FROM b WHERE b.id = a.b_id) AS x FROM a ORDER BY x, id",
    "SELECT id, row_number() OVER (ORDER BY note, id) AS x FROM a ORDER BY id",
    "SELECT id, sum(size) OVER w AS x FROM a WINDOW w AS (ORDER BY note, id) ORDER BY id",
    "SELECT id, lag(name) OVER (PARTITION BY name ORDER BY note, id) AS x FROM a ORDER BY id",
    "SELECT id FROM a WHERE id IN (SELECT id FROM a ORDER BY note, id LIMIT 3) ORDER BY id",
    "SELECT id FROM a WHERE true\n AND note = :note -- optional\nORDER BY note, id",
    "SELECT id FROM a ORDER BY name IS NULL, note, id",
    "SELECT id, lag(name) OVER (ORDER BY id) AS x FROM a ORDER BY x, id",
]
SETTLED = [
    "SELECT id FROM a ORDER BY name, id",
    "SELECT id FROM a ORDER BY note NULLS LAST, id",
    "SELECT id FROM a ORDER BY note NULLS FIRST, id",
    "SELECT id FROM a ORDER BY note DESC NULLS LAST, id",
    "SELECT id FROM a ORDER BY note IS NULL, note, id",
    "SELECT id FROM a ORDER BY CASE WHEN note IS NULL THEN 1 ELSE 0 END, note, id",
    "SELECT id FROM a WHERE note IS NOT NULL ORDER BY note, id",
    "SELECT id FROM a WHERE note > :p ORDER BY note, id",
    "SELECT id, coalesce(note, '') AS x FROM a ORDER BY x, id",
    "SELECT id, coalesce(note, :p) AS x FROM a ORDER BY x, id",  # the parameter decides
    "SELECT id, my_function(name) AS x FROM a ORDER BY x, id",
    "SELECT id FROM foreign_view ORDER BY note, id",
    "SELECT id FROM a ORDER BY elsewhere, id",
    "SELECT name, count(*) AS x FROM a GROUP BY name ORDER BY x, name",
    "SELECT a.id FROM a INNER JOIN b ON a.b_id = b.id ORDER BY a.b_id, a.id",
    "SELECT id FROM a WHERE id IN (SELECT id FROM a ORDER BY note) ORDER BY id",  # which order nobody sees
    "WITH s AS (SELECT id, note FROM a WHERE note IS NOT NULL) SELECT id FROM s ORDER BY note, id",
    "SELECT id, row_number() OVER (ORDER BY note NULLS LAST, id) AS x FROM a ORDER BY id",
    "SELECT id, lag(name, 1, '') OVER (ORDER BY id) AS x FROM a WHERE size > 1 ORDER BY id",
]


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(("sql", "expected"), [*((each, 1) for each in NULLS), *((each, 0) for each in SETTLED)])
def test_where_null_is_put(sql: str, expected: int, dialect: Dialect) -> None:
    assert len(about("NULL comes first", sql, dialect)) == expected


def test_what_is_said_of_null_is_the_same_on_both_engines() -> None:
    expected = [
        "ORDER BY note DESC: NULL comes first on PostgreSQL and last on SQLite; write note DESC NULLS LAST, "
        "or NULLS FIRST; or note IS NOT NULL in WHERE, where it never is"
    ]
    for dialect in BOTH:
        assert said("SELECT id FROM a ORDER BY note DESC, id", dialect) == expected


def test_null_in_the_order_of_what_is_collected() -> None:
    for sql in (
        "SELECT array_agg(name ORDER BY note, id) AS x FROM a",
        "SELECT array_agg(name) AS x FROM (SELECT name FROM a ORDER BY note, id) AS s",
        "SELECT DISTINCT ON (name) name, id FROM a ORDER BY name, note, id",
    ):
        assert len(said(sql, Dialect.POSTGRES)) == 1, sql
    sql = "SELECT json_group_array(name) AS x FROM (SELECT name FROM a ORDER BY note, id) AS s"
    assert len(said(sql, Dialect.SQLITE)) == 1
    sql = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY score) AS x FROM a"
    assert said(sql, Dialect.POSTGRES) == []


def test_what_one_engine_alone_runs() -> None:
    sql = "SELECT id FROM a WHERE name LIKE :p ORDER BY note, id"
    assert said(sql, Dialect.SQLITE, both=False) == []
    assert said(sql, Dialect.SQLITE, "only: sqlite, tried", file="tried.sqlite.sql") == []
    assert len(said(sql, Dialect.SQLITE)) == 2
    assert len(said(sql, Dialect.SQLITE, file="tried.sqlite.sql")) == 1  # a fork says LIKE in its own way
    assert len(said("SELECT id FROM a WHERE cost > :p ORDER BY id", Dialect.SQLITE, both=False)) == 1
    assert said("SELECT id, price FROM a ORDER BY price, note", Dialect.SQLITE, "parity: shape, tried") == []


DECIMALS = [
    ("SELECT id FROM a WHERE cost > :p ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE cost <= 10 ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE cost BETWEEN :p AND :q ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE cost = :p ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE cost IN (:p) ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE (cost, id) > (:p, :q) ORDER BY id", "cost"),
    ("SELECT id FROM a WHERE coalesce(price, '0') > :p ORDER BY id", "coalesce(price, '0')"),
    ("SELECT x.id FROM a AS x INNER JOIN a AS y ON x.cost = y.cost AND x.id = y.b_id ORDER BY x.id", "x.cost"),
    ("SELECT id FROM a ORDER BY cost, id", "cost"),
    ("SELECT id, row_number() OVER (ORDER BY cost, id) AS x FROM a ORDER BY id", "cost"),
    ("SELECT max(cost) AS x FROM a", "cost"),
    ("SELECT CAST(sum(cost) AS double precision) AS x FROM a", "cost"),
    ("SELECT avg(cost) AS x FROM a", "cost"),
    ("WITH s AS (SELECT cost AS c FROM a) SELECT min(c) AS x FROM s", "c"),
    ("SELECT id FROM seen WHERE price > :p ORDER BY id", "price"),
    ("UPDATE a SET note = 'x' WHERE cost > :p RETURNING id", "cost"),
]


@pytest.mark.parametrize(("sql", "column"), DECIMALS)
def test_a_decimal_is_text_on_sqlite(sql: str, column: str) -> None:
    found = about("is a decimal", sql, Dialect.SQLITE)
    assert len(found) == 1
    assert found[0].startswith(f"{column} is a decimal, which is text on SQLite: ")
    assert found[0].endswith(f"; write CAST({column} AS double precision)")
    assert about("is a decimal", sql, Dialect.POSTGRES) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id, cost FROM a ORDER BY id",
        "SELECT id, cost * 2 AS x FROM a ORDER BY id",
        "SELECT id FROM a WHERE CAST(cost AS double precision) > :p ORDER BY CAST(cost AS double precision), id",
        "SELECT id FROM a WHERE cost > CAST(:p AS double precision) ORDER BY id",  # which makes a number of both
        "SELECT id FROM a WHERE cost > size ORDER BY id",
        "SELECT id FROM a WHERE cost * 2 > :p ORDER BY id",
        "SELECT sum(CAST(cost AS double precision)) AS x, max(CAST(cost AS double precision)) AS y FROM a",
        "SELECT id FROM a WHERE price IS NOT NULL ORDER BY id",
        "UPDATE a SET cost = :p WHERE id = :q RETURNING cost",
        "INSERT INTO a (id, cost) VALUES (:p, :q) ON CONFLICT (id) DO UPDATE SET cost = excluded.cost RETURNING cost",
        "SELECT id FROM a WHERE rate > :p ORDER BY rate, id",
        "SELECT count(cost) AS x FROM a",
    ],
)
def test_a_decimal_that_is_no_trap(sql: str) -> None:
    assert about("is a decimal", sql, Dialect.SQLITE) == []


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        ("name LIKE :p", "lower(name) LIKE lower(:p)"),
        ("name NOT LIKE :p", "lower(name) LIKE lower(:p)"),
        ("name LIKE 'Abc%'", "lower(name) LIKE 'abc%'"),
        ("name LIKE :p || '%'", "lower(name) LIKE lower(:p || '%')"),
        ("lower(name) LIKE :p", "lower(name) LIKE lower(:p)"),
        ("lower(name) LIKE 'Abc%'", "lower(name) LIKE 'abc%'"),
        ("name LIKE :p ESCAPE '!'", "lower(name) LIKE lower(:p)"),
        ("EXISTS (SELECT 1 FROM b WHERE b.name LIKE a.name)", "lower(b.name) LIKE lower(a.name)"),
        ("lower(name) LIKE upper(:p)", "lower(name) LIKE lower(upper(:p))"),
    ],
)
def test_like_and_case(condition: str, wanted: str, dialect: Dialect) -> None:
    found = said(f"SELECT id FROM a WHERE {condition} ORDER BY id", dialect)
    assert len(found) == 1
    assert found[0].endswith(
        f": LIKE tells upper from lower case on PostgreSQL only; write {wanted}, or fork the query"
    )


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    "condition",
    [
        "lower(name) LIKE lower(:p)",
        "lower(name) LIKE lower(:p) || '%'",
        "lower(name) LIKE '%' || lower(:p) || '%' ESCAPE '!'",
        "upper(name) LIKE upper(:p)",
        "lower(name) LIKE 'abc%'",
        "lower(name) LIKE replace(lower(:p), '_', '!_')",
        "name LIKE '20__-%'",
        "name = :p",
    ],
)
def test_like_where_case_is_settled(condition: str, dialect: Dialect) -> None:
    assert said(f"SELECT id FROM a WHERE {condition} ORDER BY id", dialect) == []


@pytest.mark.parametrize(
    ("sql", "remedy"),
    [
        ("SELECT id, coalesce(score, 0) AS x FROM a ORDER BY id", "0.0"),
        ("SELECT coalesce(avg(size), 0) AS x FROM a", "0.0"),
        ("SELECT coalesce(sum(rate), -1) AS x FROM a", "-1.0"),
        ("SELECT id, CASE WHEN size > 1 THEN rate ELSE 0 END AS x FROM a ORDER BY id", "0.0"),
        ("SELECT id, CASE WHEN size > 1 THEN 1 ELSE CAST(note AS double precision) END AS x FROM a ORDER BY id", "1.0"),
        ("SELECT id, coalesce(score, size) AS x FROM a ORDER BY id", "CAST(size AS double precision)"),
        ("WITH s AS (SELECT id, coalesce(score, 0) AS y FROM a) SELECT id, y AS x FROM s ORDER BY id", "0.0"),
        (
            "SELECT id, (SELECT coalesce(max(y.score), 0) FROM a AS y WHERE y.b_id = a.id) AS x FROM a ORDER BY id",
            "0.0",
        ),
        ("UPDATE a SET note = 'x' WHERE id = :p RETURNING coalesce(score, 0) AS x", "0.0"),
    ],
)
def test_an_integer_among_reals(sql: str, remedy: str) -> None:
    found = said(sql, Dialect.SQLITE)
    assert len(found) == 1
    assert found[0].endswith(f"SQLite gives an integer and PostgreSQL a real; write {remedy}")
    assert said(sql, Dialect.POSTGRES) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id, coalesce(score, 0.0) AS x FROM a ORDER BY id",
        "SELECT id, CAST(coalesce(score, 0) AS double precision) AS x FROM a ORDER BY id",
        "SELECT id, coalesce(size, 0) AS x FROM a ORDER BY id",
        "SELECT coalesce(sum(size), 0) AS x FROM a",
        "SELECT id FROM a WHERE coalesce(score, 0) > 1 ORDER BY id",
        "SELECT id, coalesce(elsewhere, 0) AS x FROM a ORDER BY id",
        "SELECT id, coalesce(score, :p) AS x FROM a ORDER BY id",
        "SELECT round(coalesce(avg(rate), 0), 2) AS x FROM a",
    ],
)
def test_integers_and_reals_apart(sql: str) -> None:
    assert said(sql, Dialect.SQLITE) == []


def test_a_result_whose_type_is_said() -> None:
    sql = "SELECT id, coalesce(score, 0) AS x, data ->> 'y' AS y FROM a ORDER BY id"
    assert len(said(sql, Dialect.SQLITE)) == 2
    assert said(sql, Dialect.SQLITE, "result: x real", "result: y text") == []


@pytest.mark.parametrize(
    ("sql", "use"),
    [
        ("SELECT id, data ->> 'x' AS y FROM a ORDER BY id", "as y"),
        ("SELECT id, coalesce(data ->> 'x', '') AS y FROM a ORDER BY id", "as y"),
        ("WITH s AS (SELECT id, data ->> 'x' AS z FROM a) SELECT id, z AS y FROM s ORDER BY id", "as y"),
        ("SELECT id FROM a WHERE data ->> 'x' = :p ORDER BY id", "is compared"),
        ("SELECT id FROM a WHERE data ->> 'x' = '5' ORDER BY id", "is compared"),
        ("SELECT id FROM a WHERE data ->> 'x' <> 'true' ORDER BY id", "is compared"),
        ("SELECT id FROM a WHERE data ->> 'x' > 'word' ORDER BY id", "is compared"),
        ("SELECT id FROM a WHERE data ->> 'x' IN ('word', :p) ORDER BY id", "is compared"),
        ("WITH s AS (SELECT id, data ->> 'x' AS z FROM a) SELECT id FROM s WHERE z = :p ORDER BY id", "is compared"),
        ("SELECT id FROM a ORDER BY data ->> 'x' NULLS LAST, id", "in ORDER BY"),
    ],
)
def test_a_json_value(sql: str, use: str) -> None:
    expected = (
        f"data ->> 'x' {use}: a JSON number or boolean is a number on SQLite, and text on PostgreSQL; "
        "write CAST(data ->> 'x' AS text), or as another type"
    )
    assert said(sql, Dialect.SQLITE) == [expected]
    assert said(sql, Dialect.POSTGRES) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id, CAST(data ->> 'x' AS text) AS y FROM a ORDER BY id",
        "SELECT id, data -> 'x' AS y FROM a ORDER BY id",
        "SELECT id FROM a WHERE CAST(data ->> 'x' AS integer) = 5 ORDER BY id",
        "SELECT id FROM a WHERE data ->> 'x' = 'word' ORDER BY id",
        "SELECT id FROM a WHERE data ->> 'x' IN ('word', 'other') ORDER BY id",
        "SELECT id FROM a WHERE data ->> 'x' = name ORDER BY id",  # a text column makes text of both
        "SELECT id FROM a WHERE data ->> 'x' = CAST(:p AS text) ORDER BY id",
        "SELECT id FROM a WHERE data ->> 'x' = size ORDER BY id",  # which PostgreSQL refuses
        "SELECT id FROM a WHERE data ->> 'x' IS NULL ORDER BY id",
        "SELECT id, lower(data ->> 'x') AS y FROM a ORDER BY id",
        "UPDATE a SET note = data ->> 'x' WHERE id = :p RETURNING id",
    ],
)
def test_a_json_value_that_is_no_trap(sql: str) -> None:
    assert said(sql, Dialect.SQLITE) == []


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            "DELETE FROM a WHERE id IN (SELECT id FROM a WHERE size > 3 LIMIT 100) RETURNING id",
            "no ORDER BY decides which rows LIMIT 100 takes in the subquery of a; add id",
        ),
        (
            "DELETE FROM a WHERE id IN (SELECT id FROM a ORDER BY name LIMIT :n) RETURNING id",
            "ORDER BY name does not decide which rows LIMIT :n takes in the subquery of a; add id",
        ),
        (
            "WITH s AS (SELECT id, name FROM a ORDER BY name LIMIT 5) SELECT id FROM s ORDER BY id",
            "ORDER BY name does not decide which rows LIMIT 5 takes in s; add id, ",
        ),
        (
            "SELECT id, (SELECT p.made FROM pairs AS p WHERE p.a_id = a.id LIMIT 1) AS x FROM a ORDER BY id",
            "no ORDER BY decides which rows LIMIT 1 takes in the subquery of ",
        ),
        (
            "SELECT count(DISTINCT name) AS x FROM (SELECT name, id FROM a LIMIT 10) AS s",
            "no ORDER BY decides which rows LIMIT 10 takes in the subquery of a; add id, ",
        ),
    ],
)
def test_which_rows_a_limit_takes(sql: str, expected: str, dialect: Dialect) -> None:
    found = said(sql, dialect)
    assert len(found) == 1
    assert found[0].startswith(expected)
    silenced = said(sql, dialect, "parity: unordered, tried")
    # What RETURNING gives is in no order anyway, so saying it is no word about which rows those are.
    assert silenced == (found if "RETURNING" in sql else [])
    assert found[0].endswith(", or say `-- parity: unordered, why`") == (not silenced)


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM a WHERE id IN (SELECT id FROM a ORDER BY name, id LIMIT 100) RETURNING id",
        "DELETE FROM a WHERE name IN (SELECT DISTINCT name FROM a ORDER BY name LIMIT 100) RETURNING id",
        "SELECT id FROM a WHERE EXISTS (SELECT b.name FROM b LIMIT 1) ORDER BY id",
        "SELECT count(*) AS x FROM (SELECT name FROM a LIMIT 1000) AS s",
        "SELECT id, (SELECT b.name FROM b WHERE b.id = a.b_id LIMIT 1) AS x FROM a ORDER BY id",
        "SELECT id, (SELECT p.made FROM pairs AS p ORDER BY p.made LIMIT 1) AS x FROM a ORDER BY id",
        "SELECT id FROM a WHERE id IN (SELECT id FROM elsewhere LIMIT 3) ORDER BY id",
        "SELECT id FROM a WHERE id IN (SELECT b.rowid FROM b ORDER BY b.rowid LIMIT 3) ORDER BY id",
        "SELECT id FROM a ORDER BY name LIMIT 5",  # what the order of the whole says is not said here
    ],
)
def test_where_a_limit_leaves_nothing_to_chance(sql: str, dialect: Dialect) -> None:
    assert said(sql, dialect) == []


def test_what_cannot_be_analysed_is_said() -> None:
    with pytest.raises(Unreadable):
        list(traps(query("SELECT * FROM elsewhere", Dialect.SQLITE), Dialect.SQLITE, CATALOG))
