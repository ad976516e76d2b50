"""Which ORDER BY decides between any two rows of a result, and what is said of one that does not."""

from __future__ import annotations

import pytest

from plainbase import Dialect
from plainbase.check.catalog import Catalog, Reference
from plainbase.check.meaning import order
from tried import BOTH, POSTGRES, SQLITE, query, table

TABLES = (
    table("a", "id! name! made! b_id word", "id", "word"),
    table("b", "id! name! made!", "id", "name"),
    table("parts", "a_id! place! text", "a_id place"),
    table(
        "aliases",
        "b_id! alias! a_id!",
        "b_id alias",
        references=(Reference(("b_id", "a_id"), "owned", ("b_id", "id")),),
    ),
    table("owned", "b_id! id!", "id", "b_id id"),
    table("loose", "x y"),
    table("seen", "id name made", view="SELECT id, name, made FROM a WHERE made IS NOT NULL"),
    table("counted", "name rows", view="SELECT name, count(*) AS rows FROM a GROUP BY name"),
)
CATALOG = Catalog({each.name: each for each in TABLES}, {})


def fault(sql: str, dialect: Dialect, kind: str = "many") -> str | None:
    return order.unordered(query(sql, dialect, kind=kind), dialect, CATALOG)


TOTAL = [
    "SELECT id, name FROM a ORDER BY id",
    "SELECT id, name FROM a ORDER BY made DESC NULLS LAST, id DESC",
    "SELECT a.id, a.name FROM a ORDER BY a.made, a.id",
    "SELECT id AS x, name FROM a ORDER BY x",
    "SELECT name, id FROM a ORDER BY 2",
    "SELECT id, name FROM a ORDER BY coalesce(word, 'x'), id",
    "SELECT name FROM a ORDER BY name",  # rows that tie are alike
    "SELECT DISTINCT name, made FROM a ORDER BY made, name",
    "SELECT id, made FROM a WHERE word = :p ORDER BY made",
    # One row.
    *(
        "SELECT id, name FROM a WHERE id = :p",
        "SELECT count(*) AS x FROM a",
        "SELECT max(id) AS x FROM a WHERE name = :p",
    ),
    *(
        "SELECT 1 AS x",
        "SELECT id, name FROM b WHERE name = 'x'",
        "SELECT a.name, b.made FROM a, b WHERE a.id = :p AND b.id = a.b_id",
    ),
    "SELECT a_id, text FROM parts WHERE (a_id, place) = (:p, :q)",
    # What a condition settles.
    "SELECT place, text FROM parts WHERE a_id = :p ORDER BY place",
    "SELECT place, text FROM parts WHERE a_id = (SELECT id FROM a WHERE name = :p LIMIT 1) ORDER BY place",
    "SELECT a.name, p.text FROM a INNER JOIN parts AS p ON a.id = p.a_id ORDER BY a.id, p.place",
    "SELECT a.name, p.text FROM a INNER JOIN parts AS p ON a.id = p.a_id ORDER BY p.a_id, p.place",
    "SELECT a.id, b.made FROM a INNER JOIN b ON a.b_id = b.id ORDER BY a.id",
    "SELECT a.id, b.made FROM a LEFT JOIN b ON a.b_id = b.id ORDER BY a.id",
    "SELECT a.id, b.made FROM a LEFT JOIN b ON a.b_id = b.id AND a.made = 'x' ORDER BY a.id",
    "SELECT a.id, p.text FROM a LEFT JOIN parts AS p ON a.id = p.a_id ORDER BY a.id, p.place",
    "SELECT a.id, p.text FROM a LEFT JOIN parts AS p ON a.id = p.a_id AND p.place = 1 ORDER BY a.id",
    "SELECT a.id, p.text FROM a RIGHT JOIN parts AS p ON a.id = p.a_id ORDER BY a.id, p.a_id, p.place",
    "SELECT a.id, b.made FROM a FULL JOIN b ON a.b_id = b.id ORDER BY a.id, b.id",
    "SELECT a.name, b.name AS b FROM a CROSS JOIN b ORDER BY a.id, b.id",
    "SELECT alias, b_id FROM aliases WHERE a_id = :p ORDER BY alias",  # the row that a_id names has one b_id
    # Groups.
    "SELECT name, count(*) AS x FROM a GROUP BY name ORDER BY name",
    "SELECT name, count(*) AS x FROM a GROUP BY name ORDER BY x DESC, name",
    "SELECT a.name, count(*) AS x FROM a INNER JOIN parts AS p ON a.id = p.a_id GROUP BY a.id, a.name ORDER BY x, a.id",
    "SELECT lower(name) AS x, count(*) AS y FROM a GROUP BY lower(name) ORDER BY x",
    "SELECT made, name, count(*) AS x FROM a WHERE made = :p GROUP BY made, name ORDER BY name",
    # Seen through.
    "SELECT id, name FROM (SELECT id, name FROM a) AS s ORDER BY id",
    "WITH s AS (SELECT name, count(*) AS x FROM a GROUP BY name) SELECT name, x FROM s ORDER BY name",
    "WITH s AS (SELECT name, count(*) AS x FROM a GROUP BY name)\n"
    "SELECT a.id, s.x FROM a INNER JOIN s ON a.name = s.name ORDER BY a.id",
    "WITH s AS (SELECT count(*) AS x FROM a) SELECT b.id, s.x FROM b CROSS JOIN s ORDER BY b.id",
    "WITH s AS (SELECT id, name FROM a ORDER BY id LIMIT 1) SELECT b.id, s.name FROM b CROSS JOIN s ORDER BY b.id",
    "SELECT id, name FROM seen ORDER BY made, id",
    "SELECT name, rows FROM counted ORDER BY rows, name",
    "SELECT id, made FROM (SELECT id, made, name, row_number() OVER (PARTITION BY name ORDER BY id) AS n FROM a) AS s"
    " WHERE n = 1 ORDER BY name",
    "SELECT id, (SELECT count(*) FROM parts WHERE parts.a_id = a.id) AS x FROM a ORDER BY id",
    "SELECT id, row_number() OVER (ORDER BY id) AS x FROM a ORDER BY id",
    # Set operations.
    "SELECT id, name FROM a UNION SELECT id, name FROM b ORDER BY name, id",
    "SELECT 'a' AS kind, id, name FROM a UNION ALL SELECT 'b', id, name FROM b ORDER BY kind, id",
    "SELECT id, name FROM a WHERE name = :p UNION ALL SELECT id, name FROM a WHERE word = :p ORDER BY id",
    "SELECT id, name FROM a EXCEPT SELECT id, name FROM b ORDER BY id",
    # Changes.
    "DELETE FROM a WHERE id = :p RETURNING id, name",
    "UPDATE a SET name = :p WHERE id = :q RETURNING id, name",
    "INSERT INTO b (id, name) VALUES (:p, :q) RETURNING id",
]
PARTIAL = [
    *("SELECT id, name FROM a", "SELECT id, name FROM a ORDER BY made", "SELECT id, name FROM a ORDER BY lower(id)"),
    *("SELECT id, word FROM a ORDER BY word", "SELECT id, name FROM a ORDER BY coalesce(id, name)"),  # word may be NULL
    *("SELECT id, name FROM a WHERE made = :p ORDER BY name", "SELECT id, name AS made FROM a ORDER BY made"),
    "SELECT id, name FROM a WHERE id = :p OR name = 'x' ORDER BY name",
    "SELECT id, name FROM a WHERE id <> :p ORDER BY name",
    "SELECT id, name FROM a ORDER BY -id",  # of any text, SQLite makes 0
    "SELECT id, name FROM a WHERE id IN (:p) ORDER BY name",
    "SELECT id, name FROM a WHERE true\n AND id = :p -- optional\nORDER BY name",
    "SELECT id, name FROM a WHERE id = :p\n OR made = :q -- optional\nORDER BY name",
    "SELECT x, y FROM loose ORDER BY x",
    "SELECT a_id, text FROM parts ORDER BY a_id",
    "SELECT place, text FROM parts ORDER BY place",
    "SELECT a.id, p.text FROM a INNER JOIN parts AS p ON a.id = p.a_id ORDER BY a.id",
    "SELECT a.id, b.name FROM a INNER JOIN b ON a.b_id = b.id ORDER BY b.id",
    "SELECT a.id, b.made FROM a LEFT JOIN b ON a.b_id = b.id ORDER BY b.id",
    "SELECT a.id, b.id AS x, b.made FROM a LEFT JOIN b ON a.b_id = b.id AND a.made = 'x' ORDER BY a.b_id",
    "SELECT b.made, p.text FROM parts AS p LEFT JOIN b ON b.id = p.text AND p.place = 1 ORDER BY p.text",
    "SELECT a.name, p.text FROM a FULL JOIN parts AS p ON a.id = p.a_id ORDER BY a.id",
    "SELECT a.id, p.text FROM a RIGHT JOIN parts AS p ON a.id = p.a_id AND p.place = 1 ORDER BY a.id",
    "SELECT a.name, b.name AS b FROM a CROSS JOIN b ORDER BY a.id",
    "SELECT alias, b_id FROM aliases ORDER BY alias",
    "SELECT name, count(*) AS x FROM a GROUP BY name ORDER BY x",
    "SELECT name, made, count(*) AS x FROM a GROUP BY name, made ORDER BY name",
    "SELECT lower(name) AS x, count(*) AS y FROM a GROUP BY lower(name) ORDER BY y",
    "SELECT DISTINCT name, made FROM a ORDER BY name",
    "SELECT id, name FROM (SELECT id, name FROM a ORDER BY id) AS s",
    "SELECT id, name FROM (SELECT id, name FROM a LIMIT 5) AS s ORDER BY name",
    "SELECT id, made FROM (SELECT id, made, name, row_number() OVER (PARTITION BY name ORDER BY id) AS n FROM a) AS s"
    " WHERE n < 3 ORDER BY name",
    "WITH s AS (SELECT b_id, name FROM a) SELECT b.id, s.name FROM b INNER JOIN s ON b.id = s.b_id ORDER BY b.id",
    "SELECT name, rows FROM counted ORDER BY rows",
    "SELECT id, name FROM a UNION SELECT id, name FROM b ORDER BY id",
    "SELECT 'a' AS kind, id, name FROM a UNION ALL SELECT 'b', id, name FROM b ORDER BY id",
    "SELECT 'a' AS kind, id, name FROM a UNION ALL SELECT 'a', id, name FROM b ORDER BY kind, id",
    "SELECT id, name FROM a UNION ALL SELECT id, name FROM b ORDER BY id",
    "WITH RECURSIVE s (n, m) AS (SELECT 1, 2 UNION ALL SELECT n + 1, m FROM s) SELECT n, m FROM s ORDER BY n",
    "DELETE FROM a WHERE name = :p RETURNING id, name",
    "UPDATE a SET name = 'x' WHERE id IN (:p) RETURNING id, name",
    "INSERT INTO b (id, name) VALUES (:p, :q), ('x', 'y') RETURNING id",
    "INSERT INTO b (id, name) SELECT id, name FROM a RETURNING id",
]
ENGINES = [
    ("SELECT id, name FROM a WHERE word IS :p ORDER BY made", SQLITE, False),  # word may be NULL in many rows
    ("SELECT name, made FROM b ORDER BY name COLLATE nocase", SQLITE, False),
    ("SELECT name, made FROM b ORDER BY name COLLATE binary", SQLITE, True),
    ('SELECT name, made FROM b ORDER BY name COLLATE "C"', POSTGRES, True),
    ("SELECT value, key FROM json_each(:p) ORDER BY id", SQLITE, True),
    ("SELECT value, key FROM json_each(:p) ORDER BY value", SQLITE, False),
    ("SELECT a.id, j.value FROM a, json_each(a.word) AS j ORDER BY a.id, j.key", SQLITE, True),
    ("SELECT a.id, j.value FROM a, json_each(a.word) AS j ORDER BY j.key", SQLITE, False),
    ("SELECT u.x FROM unnest(:p) WITH ORDINALITY AS u (x, n) ORDER BY u.n", POSTGRES, True),
    ("SELECT u.x, u.y FROM unnest(:p, :q) AS u (x, y) ORDER BY u.x", POSTGRES, False),
    ("SELECT g, 2 * g AS x FROM generate_series(1, 3) AS g ORDER BY g DESC", POSTGRES, True),
    (
        "SELECT a.id, x.n FROM a\n"
        "CROSS JOIN LATERAL (SELECT count(*) AS n FROM b WHERE b.id = a.b_id) AS x ORDER BY a.id",
        POSTGRES,
        True,
    ),
    ("SELECT a.id, x.made FROM a CROSS JOIN LATERAL (SELECT b.id, b.made FROM b) AS x ORDER BY a.id", POSTGRES, False),
    ("SELECT id, name FROM a WHERE id = ANY(:p) ORDER BY name", POSTGRES, False),
    ("SELECT id, name FROM a WHERE id = SOME(:p) ORDER BY name", POSTGRES, False),
    ("SELECT DISTINCT ON (name) name, id FROM a ORDER BY name, id", POSTGRES, True),
    ("SELECT DISTINCT ON (name) name, id FROM a ORDER BY name", POSTGRES, False),
    ("SELECT name, made, count(*) AS x FROM a GROUP BY ROLLUP (name, made) ORDER BY name, made", POSTGRES, False),
    ("SELECT id, word FROM a WHERE word IS NOT NULL ORDER BY word", POSTGRES, True),
    ("SELECT a.name FROM a WHERE a.word IS NOT NULL AND a.made = a.word ORDER BY made", POSTGRES, True),
    ("SELECT id, random() AS x FROM a ORDER BY id", BOTH, False),
]


@pytest.mark.parametrize("dialect", BOTH)
@pytest.mark.parametrize(("sql", "total"), [*((each, True) for each in TOTAL), *((each, False) for each in PARTIAL)])
def test_an_order(sql: str, total: bool, dialect: Dialect) -> None:
    assert (fault(sql, dialect) is None) is total


@pytest.mark.parametrize(("sql", "dialects", "total"), ENGINES)
def test_an_order_on_one_engine(sql: str, dialects: tuple[Dialect, ...], total: bool) -> None:
    for dialect in dialects:
        assert (fault(sql, dialect) is None) is total


def test_which_queries_need_an_order() -> None:
    for kind, partial, taken in (
        ("many", True, True),
        ("optional", False, True),
        ("one", False, True),
        ("value", False, True),
    ):
        assert (fault("SELECT name, id FROM a WHERE made = :p", Dialect.SQLITE, kind) is not None) is partial
        assert (fault("SELECT name, id FROM a ORDER BY made LIMIT 1", Dialect.SQLITE, kind) is not None) is taken
        assert fault("SELECT name, id FROM a ORDER BY made, id LIMIT 1", Dialect.SQLITE, kind) is None
    assert fault("SELECT name FROM a ORDER BY made FETCH FIRST 1 ROW ONLY", Dialect.POSTGRES, "optional") is not None
    assert fault("DELETE FROM a WHERE name = :p", Dialect.SQLITE, "exec") is None


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "SELECT id, name FROM a ORDER BY made",
            "ORDER BY made does not decide between rows of a; add id (its primary key)",
        ),
        ("SELECT id, name FROM a", "there is no ORDER BY to decide between rows of a; add id (its primary key)"),
        (
            "SELECT text FROM parts ORDER BY a_id, text LIMIT 1",
            None,
        ),
        (
            "SELECT place, text FROM parts WHERE a_id = :p ORDER BY text",
            "ORDER BY text does not decide between rows of parts; add place (its primary key)",
        ),
        (
            "SELECT a.name, b.name AS x FROM a CROSS JOIN b ORDER BY a.made",
            "ORDER BY a.made does not decide between rows of a, b; add a.id, b.id",
        ),
        (
            "WITH s AS (SELECT name, count(*) AS n FROM a GROUP BY name) SELECT name, n FROM s ORDER BY n",
            "ORDER BY n does not decide between rows of s; add name (its key)",
        ),
        (
            "SELECT name, count(*) AS n FROM a GROUP BY name ORDER BY n",
            "ORDER BY n does not decide between groups; add name",
        ),
        ("SELECT x, y FROM loose ORDER BY x", "ORDER BY x does not decide between rows of loose; add y"),
        (
            "SELECT id, name FROM a UNION ALL SELECT id, name FROM b ORDER BY id",
            "ORDER BY id does not decide between rows; add name",
        ),
        ("DELETE FROM a RETURNING id, name", "RETURNING gives its rows in no order, and there may be several"),
    ],
)
def test_what_is_said(sql: str, said: str | None) -> None:
    assert fault(sql, Dialect.SQLITE) == said
