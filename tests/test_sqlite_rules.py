"""What a SQLite schema lacks: each rule broken and kept, and the shipped schema, which keeps them all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from plainbase import Database
from plainbase.check.schema import sqlite_rules
from plainbase.errors import ConfigurationError

PARENT = "CREATE TABLE datasets (id UUID_TEXT NOT NULL PRIMARY KEY, name TEXT);"
RUNS = (
    PARENT + "CREATE TABLE runs (id INTEGER PRIMARY KEY, dataset_id UUID_TEXT REFERENCES datasets ON DELETE CASCADE);"
)
UNSERVED = "runs.dataset_id: no index serves the foreign key; CREATE INDEX runs_dataset_id_idx ON runs (dataset_id)"
UNSAID = "the foreign key leaves unsaid what a delete does; ON DELETE RESTRICT, CASCADE or SET NULL"
PAIR = "CREATE TABLE pairs (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b));"

BROKEN = {
    "a foreign key without an index": (RUNS, [UNSERVED]),
    "an index of another column first": (RUNS + "CREATE INDEX i ON runs (id, dataset_id);", [UNSERVED]),
    "an index of an expression": (RUNS + "CREATE INDEX i ON runs (lower(dataset_id));", [UNSERVED]),
    "a partial index": (RUNS + "CREATE INDEX i ON runs (dataset_id) WHERE id > 5;", [UNSERVED]),
    "a partial index by another column": (
        RUNS + "CREATE INDEX i ON runs (dataset_id) WHERE dataset_id IS NOT NULL AND id IS NOT NULL;",
        [UNSERVED],
    ),
    "a partial index by either": (
        RUNS + "CREATE INDEX i ON runs (dataset_id) WHERE dataset_id IS NOT NULL OR id > 5;",
        [UNSERVED],
    ),
    "a foreign key of two columns": (
        PAIR
        + "CREATE TABLE c (id INTEGER PRIMARY KEY, x INT, y INT,"
        + " FOREIGN KEY (x, y) REFERENCES pairs ON DELETE CASCADE);"
        + "CREATE INDEX c_x_idx ON c (x);",
        ["c (x, y): no index serves the foreign key; CREATE INDEX c_x_y_idx ON c (x, y)"],
    ),
    "JSON without a check": (
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x JSON_TEXT, y JSON_TEXT NOT NULL, z TEXT CHECK (json_valid(z)));",
        [
            "a.x: no check holds it to its type; CONSTRAINT a_x_type_check CHECK (x IS NULL OR json_valid(x))",
            "a.y: no check holds it to its type; CONSTRAINT a_y_type_check CHECK (json_valid(y))",
        ],
    ),
    "a check that only a comment or a default has": (
        """
        CREATE TABLE a (
            id INTEGER PRIMARY KEY,
            x JSON_TEXT NOT NULL DEFAULT 'CHECK (json_valid(x))' -- CHECK (json_valid(x))
        );
        """,
        ["a.x: no check holds it to its type; CONSTRAINT a_x_type_check CHECK (json_valid(x))"],
    ),
    "a boolean without a check": (
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x BOOLEAN_INTEGER NOT NULL CHECK (x IN (0, 1, 2)));",
        ["a.x: no check holds it to its type; CONSTRAINT a_x_type_check CHECK (x IN (0, 1))"],
    ),
    "a check of another column": (
        "CREATE TABLE a (id INTEGER PRIMARY KEY, x BOOLEAN_INTEGER, y BOOLEAN_INTEGER CHECK (y IN (0, 1)));",
        ["a.x: no check holds it to its type; CONSTRAINT a_x_type_check CHECK (x IS NULL OR x IN (0, 1))"],
    ),
    "a key that may be null": (
        "CREATE TABLE a (id UUID_TEXT PRIMARY KEY);",
        ["a.id: SQLite takes null in this primary key; declare it NOT NULL"],
    ),
    "a key whose column only looks like the row's number": (
        "CREATE TABLE a (id INT PRIMARY KEY);",
        ["a.id: SQLite takes null in this primary key; declare it NOT NULL"],
    ),
    "no key": (
        "CREATE TABLE a (x TEXT);",
        ["a: it has no primary key; CONSTRAINT a_pkey PRIMARY KEY (…)"],
    ),
    "a foreign key that says nothing of deletes": (
        PARENT
        + PAIR
        + """
        CREATE TABLE c (
            id UUID_TEXT NOT NULL PRIMARY KEY REFERENCES datasets ON UPDATE CASCADE, -- ON DELETE
            d UUID_TEXT UNIQUE REFERENCES datasets (id) NOT NULL ON CONFLICT FAIL,
            x INT,
            y INT,
            UNIQUE (x, y),
            FOREIGN KEY (x, y) REFERENCES pairs (a, b) ON DELETE NO ACTION
        );
        """,
        [f"c.d: {UNSAID}", f"c.id: {UNSAID}"],
    ),
    "names in quotation marks": (
        PARENT
        + 'CREATE TABLE "the runs" (id INTEGER PRIMARY KEY, "order" UUID_TEXT REFERENCES datasets ON DELETE CASCADE);',
        ['the runs.order: no index serves the foreign key; CREATE INDEX "the runs_order_idx" ON "the runs" ("order")'],
    ),
}

KEPT = {
    "an index": RUNS + "CREATE INDEX i ON runs (dataset_id, id);",
    "a partial index of what is there": RUNS + "CREATE INDEX i ON runs (dataset_id) WHERE dataset_id IS NOT NULL;",
    "the same in brackets and quotation marks": RUNS
    + 'CREATE INDEX i ON runs (dataset_id) WHERE ("dataset_id" NOTNULL);',
    "a unique constraint, in another order": PAIR
    + "CREATE TABLE c (id INTEGER PRIMARY KEY, x INT, y INT, UNIQUE (y, x),"
    + " FOREIGN KEY (x, y) REFERENCES pairs ON DELETE NO ACTION);",
    "the primary key": PARENT
    + "CREATE TABLE c (d UUID_TEXT REFERENCES datasets ON DELETE RESTRICT, n INT, PRIMARY KEY (d, n)) WITHOUT ROWID;",
    "the row's number": "CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT);"
    + "CREATE TABLE b (id INTEGER PRIMARY KEY REFERENCES a (id) ON DELETE CASCADE);",
    "strict": "CREATE TABLE a (id TEXT PRIMARY KEY) STRICT;",
    "checks": """
        CREATE TABLE a (
            id INTEGER PRIMARY KEY,
            x JSON_TEXT CHECK (x IS NULL OR json_valid(x)),
            "y y" JSON_TEXT NOT NULL,
            [on] boolean_integer CHECK ("on" IN (0, 1)),
            CONSTRAINT a_y_check CHECK (length("y y") > 1 AND (JSON_VALID("y y")))
        );
        ALTER TABLE a ADD COLUMN z BOOLEAN_INTEGER NOT NULL DEFAULT 0 CHECK (z IN (1, /* or */ 0));
    """,
    "a column and a foreign key that were added": RUNS
    + "CREATE INDEX i ON runs (dataset_id);"
    + "ALTER TABLE runs ADD COLUMN second UUID_TEXT REFERENCES datasets (id) ON DELETE NO ACTION;"
    + "CREATE INDEX j ON runs (second);",
    "what is no table of ours": """
        CREATE VIRTUAL TABLE texts USING fts5(content);
        CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE schema_migrations (version INTEGER);
        CREATE TABLE view_refreshes (view_name TEXT PRIMARY KEY);
        CREATE VIEW names AS SELECT 1 AS id;
    """,
}


async def findings(url: str) -> list[str]:
    async with Database.open(url, queries=None, schema=None) as db:
        return await sqlite_rules.findings(db)


def made(folder: Path, tables: str) -> str:
    path = folder / "tables.db"
    connection = sqlite3.connect(path)
    connection.executescript(tables)
    connection.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize("what", BROKEN)
async def test_a_rule_that_is_broken_is_found(tmp_path: Path, what: str) -> None:
    tables, expected = BROKEN[what]
    assert await findings(made(tmp_path, tables)) == expected


@pytest.mark.parametrize("what", KEPT)
async def test_a_rule_that_is_kept_is_not(tmp_path: Path, what: str) -> None:
    assert await findings(made(tmp_path, KEPT[what])) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_shipped_schema_keeps_them(url: str) -> None:
    async with Database.open(url, queries=None, schema=None) as db:
        assert await db.fetch_value("SELECT count(*) AS count FROM pragma_foreign_key_list('training_runs')") > 0
        assert await sqlite_rules.findings(db) == []


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_they_are_no_rules_for_postgresql(empty_url: str) -> None:
    with pytest.raises(ConfigurationError, match="sqlite only"):
        await findings(empty_url)
