"""Which results of a query may be NULL, and which parameters: one case a rule, and the traps where NULL can come."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from plainbase import Dialect
from plainbase.check.catalog import Catalog
from plainbase.check.meaning import nullable
from plainbase.check.meaning.parsing import Unreadable
from tried import BOTH, POSTGRES, SQLITE, query, table

TABLES = (
    table("a", "id! name! note b_id flag", "id", "name"),
    table("b", "id! name! size code", "id", "code"),
    table("c", "a_id! place! b_id! text", "a_id place"),
    table("made", "id! source twice", "id", computed="twice"),
    table("seen", "id name note size", view="SELECT a.id, a.name, a.note, b.size FROM a LEFT JOIN b ON a.b_id = b.id"),
    table("stored", "id name note!", view="CREATE VIEW stored_live (id, name, note) AS SELECT id, name, note FROM a"),
    table("foreign_view", "id! x", view="NOT EVEN SQL ("),
)
CATALOG = Catalog({each.name: each for each in TABLES}, {})


def results(sql: str, dialect: Dialect, kind: str = "many") -> Mapping[str, bool] | None:
    return nullable.results(query(sql, dialect, kind=kind), dialect, CATALOG)


NEVER = [
    *("a.id FROM a", "count(*) FROM a", "count(note) FROM a", "1", "'x' FROM a", "true FROM a"),
    *("coalesce(note, 'x') FROM a", "coalesce(:p, name) FROM a", "id || name FROM a", "lower(name) FROM a"),
    *("length(name) + 1 FROM a", "CAST(id AS text) FROM a", "id = name FROM a", "note IS NULL FROM a"),
    *("note IS NOT NULL FROM a", "id IN ('x', 'y') FROM a"),
    *("id IN (SELECT id FROM b) FROM a", "EXISTS (SELECT 1 FROM b) FROM a", "CURRENT_TIMESTAMP FROM a"),
    *("CASE WHEN flag THEN name ELSE 'x' END FROM a", "row_number() OVER (ORDER BY note) FROM a"),
    *("rank() OVER (ORDER BY note) FROM a", "count(note) OVER () FROM a", "sum(id) OVER (ORDER BY id) FROM a"),
    *("count(*) FILTER (WHERE flag) FROM a", "sum(id) FROM a GROUP BY name", "max(name) FROM a GROUP BY note"),
    *("min(CASE WHEN flag THEN 1 ELSE 0 END) FROM a GROUP BY note", "name FROM a GROUP BY name"),
    *("(SELECT count(*) FROM b WHERE b.id = a.b_id) FROM a", "(SELECT 1) FROM a"),
    # Conditions.
    *("note FROM a WHERE note IS NOT NULL", "note FROM a WHERE note = 'x' AND flag", "flag FROM a WHERE flag"),
    *("note FROM a WHERE note > :p", "note FROM a WHERE note IN (:p)", "note FROM a WHERE note LIKE 'x%'"),
    *("note FROM a WHERE (note = 'x' OR note = 'y')", "note FROM a WHERE NOT (note IS NULL)"),
    *(
        "note FROM a WHERE NOT note = 'x'",
        "note FROM a WHERE note NOT IN ('x', 'y')",
        "note FROM a WHERE NOT flag AND note <> ''",
    ),
    *("note FROM a WHERE lower(note) = 'x'", "note FROM a WHERE note BETWEEN 'a' AND 'b'"),
    *("note FROM a WHERE (note, id) < (:p, :q)", "note FROM a WHERE (id, note) = (:p, :q)"),
    # Joins.
    *("b.name FROM a INNER JOIN b ON a.b_id = b.id", "a.b_id FROM a INNER JOIN b ON a.b_id = b.id"),
    *("a.name FROM a LEFT JOIN b ON a.b_id = b.id", "b.name FROM a RIGHT JOIN b ON a.b_id = b.id"),
    "b.name FROM a LEFT JOIN b ON a.b_id = b.id WHERE b.size = 1",
    "a.b_id FROM a LEFT JOIN b ON a.b_id = b.id WHERE b.id IS NOT NULL",
    "c.place FROM a LEFT JOIN b ON a.b_id = b.id INNER JOIN c ON b.id = c.b_id",
    "b.name FROM a LEFT JOIN b ON a.b_id = b.id INNER JOIN c ON b.id = c.b_id",
    "id FROM a INNER JOIN b USING (id)",
    "b.id FROM a, b",
    # Seen through.
    *("id FROM (SELECT id, note FROM a) AS s", "n FROM (SELECT note AS n FROM a WHERE note = 'x') AS s"),
    *("id FROM seen", "name FROM seen", "note FROM stored"),
    "id FROM foreign_view",
]
NULLS = [
    *("note FROM a", "NULL", ":p FROM a", "lower(note) FROM a", "id || note FROM a", "nullif(id, 'x') FROM a"),
    *(
        "coalesce(note, :p) FROM a",
        "CASE WHEN flag THEN name END FROM a",
        "CASE WHEN flag THEN note ELSE 'x' END FROM a",
    ),
    *("flag AND true FROM a", "note = 'x' FROM a", "note IN ('x') FROM a", "id IN ('x', NULL) FROM a"),
    *("id IN (SELECT note FROM a) FROM b", "my_function(id) FROM a", "unknown FROM a", "x.id FROM a"),
    *(
        "sum(id) FROM a",
        "max(name) FROM a",
        "max(note) FROM a GROUP BY name",
        "sum(id) FILTER (WHERE flag) FROM a GROUP BY name",
    ),
    *("lag(id) OVER (ORDER BY id) FROM a", "first_value(id) OVER (ORDER BY id) FROM a"),
    "sum(id) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) FROM a",
    "sum(id) OVER w FROM a WINDOW w AS (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING)",
    *("(SELECT name FROM a LIMIT 1)", "(SELECT max(id) FROM a)", "(SELECT count(*) FROM a HAVING count(*) > 1)"),
    *("(SELECT count(*) FROM a GROUP BY name LIMIT 1)", "(SELECT count(*) FROM a LIMIT :p)", "(SELECT 1 WHERE :p)"),
    # Conditions that say nothing, or are not about all rows.
    *(
        "note FROM a WHERE note IS NULL",
        "note FROM a WHERE note = 'x' OR flag",
        "note FROM a WHERE note IS NOT NULL OR flag",
    ),
    *("note FROM a WHERE NOT (note IS NOT NULL)", "note FROM a WHERE coalesce(note, 'x') = 'x'"),
    *("note FROM a WHERE note IS NOT DISTINCT FROM :p", "note FROM a WHERE note NOT IN (SELECT id FROM b)"),
    *(
        "note FROM a WHERE note NOT IN (:p)",
        "note FROM a WHERE NOT (note = 'x' AND flag)",
        "note FROM a WHERE NOT (note IN (:p))",
    ),
    *("note FROM a WHERE (id, note) < (:p, :q)", "note FROM a WHERE (id, note) <> (:p, :q)"),
    *(
        "note FROM a WHERE true\n AND note = :p -- optional\n",
        "note FROM a WHERE note = 'x'\n OR flag = :p -- optional\n",
    ),
    "note FROM a WHERE id NOT BETWEEN 'x' AND note",
    "note FROM a WHERE id IN (note, 'x')",
    "note FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.name = 'x' AND a.note IS NULL)",
    # Joins.
    *("b.name FROM a LEFT JOIN b ON a.b_id = b.id", "a.name FROM a RIGHT JOIN b ON a.b_id = b.id"),
    *("a.name FROM a FULL JOIN b ON a.b_id = b.id", "b.name FROM a FULL JOIN b ON a.b_id = b.id"),
    *("a.b_id FROM a LEFT JOIN b ON a.b_id = b.id", "a.b_id FROM a FULL JOIN b ON a.b_id = b.id"),
    "b.name FROM a LEFT JOIN b ON a.b_id = b.id WHERE coalesce(b.size, 1) = 1",
    "b.name FROM a LEFT JOIN b ON a.b_id = b.id WHERE b.name = 'x' OR b.id IS NULL",
    "b.name FROM a INNER JOIN b ON a.b_id = b.id RIGHT JOIN c ON c.b_id = b.id",
    "b.name FROM a LEFT JOIN b ON a.b_id = b.id LEFT JOIN c ON b.id = c.b_id",
    "a.note FROM b LEFT JOIN a ON a.b_id = b.id AND a.note = 'x'",
    "c.place FROM a LEFT JOIN (b INNER JOIN c ON b.id = c.b_id) ON a.b_id = b.id",
    "s.name FROM b LEFT JOIN (SELECT b_id, name FROM a) AS s ON b.id = s.b_id",
    # Seen through.
    *("note FROM seen", "size FROM seen", "x FROM foreign_view", "n FROM (SELECT note AS n FROM a) AS s"),
]


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(
    ("result", "expected"), [*((each, False) for each in NEVER), *((each, True) for each in NULLS)]
)
def test_a_result(result: str, expected: bool, dialect: Dialect) -> None:
    expression, _, rest = result.partition(" FROM ")
    text = f"SELECT {expression} AS tried" + (f"\nFROM {rest}" if rest else "")
    if " FROM " in expression or expression.count("(") != expression.count(")"):
        text = f"SELECT {result}"
    found = results(text, dialect)
    assert found is not None
    assert list(found.values()) == [expected]


@pytest.mark.parametrize(
    ("sql", "dialects", "expected"),
    [
        # Where the engines part ways.
        ("SELECT 1 / id AS x FROM a", POSTGRES, "!x"),
        ("SELECT 1 / id AS x FROM a", SQLITE, "x"),
        ("SELECT id / 2 AS x, id / 0 AS y FROM a", SQLITE, "!x y"),
        ("SELECT sum(id) / count(*) AS x, sum(id) / count(note) AS y FROM a GROUP BY name", SQLITE, "!x y"),
        ("SELECT max(id, note) AS x, max(id, name) AS y FROM a", SQLITE, "x !y"),
        ("SELECT greatest(note, name) AS x, greatest(note, flag) AS y FROM a", POSTGRES, "!x y"),
        (
            "SELECT strftime('%Y-%m-%d', 'now') AS x, strftime('%Y', name) AS y, date('now', :p) AS z FROM a",
            SQLITE,
            "!x y z",
        ),
        ("SELECT strftime('%Y', 'now', '-1 day') AS x, strftime('%Q', 'now') AS y FROM a", SQLITE, "!x y"),
        ("SELECT now() AS x, statement_timestamp() AS y, date_trunc('day', now()) AS z FROM a", POSTGRES, "!x !y !z"),
        ("SELECT name -> 'x' AS x, name ->> 'x' AS y FROM a", BOTH, "x y"),
        ("SELECT json_group_array(note) AS x, total(note) AS y FROM a", SQLITE, "!x !y"),
        ("SELECT array_agg(id) AS x, string_agg(id, ',') AS y FROM a", POSTGRES, "x y"),
        ("SELECT name, max(id) AS x FROM a", SQLITE, "name x"),  # of no row, a bare column is NULL
        ("SELECT x.n, x.m FROM (VALUES (1, 2), (3, NULL)) AS x (n, m)", POSTGRES, "!n m"),
        ("SELECT name, note FROM a GROUP BY ROLLUP (name, note)", POSTGRES, "name note"),
        ("SELECT x.id, x.note FROM a CROSS JOIN LATERAL (SELECT a.id, a.note) AS x", POSTGRES, "!id note"),
        ("SELECT x.n FROM a LEFT JOIN LATERAL (SELECT 1 AS n) AS x ON true", POSTGRES, "n"),
        ("SELECT g, x.value FROM generate_series(1, 3) AS g, unnest(:p) AS x (value)", POSTGRES, "!g value"),
        ("SELECT key, value, id FROM json_each(:p)", SQLITE, "key value !id"),
        ("SELECT id = ANY(:p) AS x FROM a", POSTGRES, "x"),
        ("SELECT note FROM a WHERE note = ANY(:p)", POSTGRES, "!note"),
        ("SELECT note FROM a WHERE note <> ALL(:p)", POSTGRES, "note"),
        ('SELECT ID, "Name" FROM A', SQLITE, "!id !name"),
        ("SELECT note IS NOT DISTINCT FROM name AS x, note IS DISTINCT FROM name AS y FROM a", BOTH, "!x !y"),
        ("SELECT note FROM a WHERE note = SOME(:p) AND NOT flag = ANY(:q)", POSTGRES, "!note"),
        ("SELECT note FROM a WHERE NOT note = ANY(:p)", POSTGRES, "note"),
        ("SELECT note FROM a WHERE note IS NOT TRUE", POSTGRES, "note"),
        # Of a whole statement.
        ("SELECT * FROM a", BOTH, "!id !name note b_id flag"),
        ("SELECT b.*, a.id AS a_id FROM a LEFT JOIN b ON a.b_id = b.id", BOTH, "id name size code !a_id"),
        ("SELECT id FROM a UNION ALL SELECT code FROM b", BOTH, "id"),
        ("SELECT id FROM a UNION SELECT id FROM b", BOTH, "!id"),
        ("SELECT code FROM b EXCEPT SELECT id FROM a", BOTH, "code"),
        ("SELECT id FROM a EXCEPT SELECT code FROM b", BOTH, "!id"),
        ("WITH s AS (SELECT id, note FROM a) SELECT id, note FROM s", BOTH, "!id note"),
        ("WITH s (x, y) AS (SELECT id, note FROM a) SELECT x, y FROM s", BOTH, "!x y"),
        ("WITH a AS (SELECT note AS id FROM a) SELECT id FROM a", BOTH, "id"),
        ("WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s) SELECT n FROM s", BOTH, "!n"),
        (
            "WITH RECURSIVE s (n, m) AS (SELECT 1, 1 UNION ALL SELECT m, nullif(n, 5) FROM s) SELECT n, m FROM s",
            BOTH,
            "n m",
        ),
        # RETURNING gives the rows as they are afterwards.
        ("INSERT INTO a (id, name, note) VALUES (:p, :q, 'x') RETURNING id, note, flag", BOTH, "!id !note flag"),
        ("INSERT INTO a (id, name, note) VALUES (:p, :q, :r) RETURNING note", BOTH, "note"),
        (
            "INSERT INTO a (id, name, note) VALUES (:p, :q, 'x') ON CONFLICT (id) DO NOTHING RETURNING note",
            BOTH,
            "!note",
        ),
        (
            "INSERT INTO a (id, name, note) VALUES (:p, :q, 'x')\n"
            "ON CONFLICT (id) DO UPDATE SET name = 'y' RETURNING note",
            BOTH,
            "note",  # the row may be an older one
        ),
        ("INSERT INTO a (id, name, note) SELECT id, name, code FROM b RETURNING id, note", BOTH, "!id note"),
        ("UPDATE a SET note = NULL WHERE note IS NOT NULL RETURNING note, name", BOTH, "note !name"),
        ("UPDATE a SET flag = true WHERE note IS NOT NULL RETURNING note, flag", BOTH, "!note !flag"),
        ("UPDATE a SET note = :p WHERE note = 'x' RETURNING note", BOTH, "note"),
        ("UPDATE made SET source = NULL WHERE twice = 'x' RETURNING twice", BOTH, "twice"),  # computed anew
        ("UPDATE a SET (note, flag) = ('x', NULL) RETURNING note, flag", POSTGRES, "!note flag"),
        (
            "UPDATE a SET note = 'x' FROM b LEFT JOIN c ON b.id = c.b_id WHERE a.b_id = b.id RETURNING b.name, c.place",
            POSTGRES,
            "!name place",
        ),
        ("DELETE FROM a WHERE note = 'x' RETURNING id, note", BOTH, "!id !note"),
        ("WITH gone AS (DELETE FROM a RETURNING id, note) SELECT id, note FROM gone", POSTGRES, "!id note"),
        (
            "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET note = 'x' RETURNING a.id, b.name",
            POSTGRES,
            "!id name",
        ),
    ],
)
def test_the_results_of_a_statement(sql: str, dialects: tuple[Dialect, ...], expected: str) -> None:
    for dialect in dialects:
        found = results(sql, dialect)
        assert found is not None
        assert " ".join(name if null else f"!{name}" for name, null in found.items()) == expected


def test_what_gives_no_rows() -> None:
    for dialect in BOTH:
        assert results("DELETE FROM a", dialect, "exec") is None
        assert results("UPDATE a SET note = 'x'", dialect, "exec") is None
        assert results("INSERT INTO a (id) VALUES (:p)", dialect, "exec") is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM elsewhere",
        "SELECT name FROM a NATURAL JOIN b",
        "VACUUM",
        "SELECT x.id FROM a AS x, b AS x",
        "SELECT * FROM a INNER JOIN b USING (id)",
    ],
)
def test_what_cannot_be_analysed_is_said(sql: str) -> None:
    with pytest.raises(Unreadable):
        results(sql, Dialect.SQLITE)


REFUSED = [
    *("SELECT id FROM a WHERE name = :p", "SELECT id FROM a WHERE name < :p", "SELECT id FROM a WHERE name IN (:p)"),
    *(
        "SELECT id FROM a WHERE name LIKE :p",
        "SELECT id FROM a WHERE (name, id) < (:p, 'x')",
        "SELECT id FROM a WHERE :p",
    ),
    *(
        "SELECT id FROM a WHERE name BETWEEN 'x' AND :p",
        "SELECT id FROM a LIMIT :p",
        "SELECT id FROM a LIMIT 1 OFFSET :p",
    ),
    *("SELECT id FROM a WHERE length(name) > CAST(:p AS integer) * 2", "INSERT INTO a (id, name) VALUES (:p, 'x')"),
    *("INSERT INTO a (id, name) SELECT :p, name FROM b", "UPDATE a SET name = :p", "UPDATE a SET name = lower(:p)"),
    "UPDATE a SET name = CASE WHEN flag THEN :p ELSE name END",
    "UPDATE a SET name = coalesce(note, :p)",
    "UPDATE a SET note = :p, name = :p",
    "UPDATE a SET note = :p WHERE id = :p",
    "DELETE FROM a WHERE id = :p",
    "INSERT INTO a (id, name) VALUES ('x', 'y') ON CONFLICT (id) DO UPDATE SET name = :p",
    "INSERT INTO a VALUES ('x', :p, NULL, NULL, NULL)",
    "SELECT id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE b.name = :p)",
]
TAKEN = [
    *("UPDATE a SET note = :p", "UPDATE a SET note = CAST(:p AS text)", "INSERT INTO a (id, note) VALUES ('x', :p)"),
    *("INSERT INTO a (id, note) SELECT id, :p FROM b", "UPDATE a SET name = coalesce(:p, name)"),
    *("SELECT id FROM a WHERE note = :p OR :p IS NULL", "SELECT id FROM a WHERE note IS NOT DISTINCT FROM :p"),
    *("UPDATE a SET note = coalesce(note, :p)", "SELECT :p AS x FROM a", "UPDATE a SET note = lower(:p) || 'x'"),
    *("SELECT my_function(:p) AS x FROM a", "UPDATE a SET note = CASE WHEN flag THEN :p END"),
    "INSERT INTO a (id, name) VALUES ('x', 'y') ON CONFLICT (id) DO UPDATE SET note = :p",
    "UPDATE a SET note = CASE WHEN :p = 'x' THEN :p END",
]


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(("sql", "expected"), [*((each, False) for each in REFUSED), *((each, True) for each in TAKEN)])
def test_a_parameter(sql: str, expected: bool, dialect: Dialect) -> None:
    assert nullable.parameters(query(sql, dialect), dialect, CATALOG) == {"p": expected}


def test_a_parameter_that_is_null_by_default_may_be_null() -> None:
    for dialect in BOTH:
        found = query("SELECT id FROM a WHERE note = :p", dialect, "defaults: p = null")
        assert nullable.parameters(found, dialect, CATALOG) == {"p": True}
        found = query("SELECT id FROM a WHERE note = :p", dialect, 'defaults: p = "x"')
        assert nullable.parameters(found, dialect, CATALOG) == {"p": False}


def test_a_parameter_of_a_function_that_gives_rows() -> None:
    found = query("SELECT value FROM json_each(:p)", Dialect.SQLITE)
    assert nullable.parameters(found, Dialect.SQLITE, CATALOG) == {"p": False}
    found = query("SELECT x FROM unnest(CAST(:p AS text [])) AS u (x)", Dialect.POSTGRES)
    assert nullable.parameters(found, Dialect.POSTGRES, CATALOG) == {"p": False}
