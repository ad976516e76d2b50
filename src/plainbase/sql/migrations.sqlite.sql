-- name: create_table :script
-- The record of what was applied to this database. The duration is null where it was applied by hand.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version        INTEGER        NOT NULL,
    name           TEXT           NOT NULL,
    text_checksum  TEXT           NOT NULL,
    sql_checksum   TEXT           NOT NULL,
    state          TEXT           NOT NULL,
    applied_at     TIMESTAMP_TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    duration_ms    INTEGER,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied', 'baseline', 'reverting'))
);

-- name: table_exists :value
-- Whether this database has ever been migrated: 1 or 0.
-- Differs from postgres: the catalog is one table, whose schema is the file.
-- result: found integer
SELECT count(*) AS found
FROM sqlite_schema
WHERE
    type = 'table'
    AND name = 'schema_migrations';

-- name: enforce_references :script
-- How plainbase itself opens SQLite; the shell leaves them off.
-- only: sqlite, PostgreSQL always enforces foreign keys
PRAGMA foreign_keys = ON;

-- name: make_expected :script
-- only: sqlite, PostgreSQL keeps them in a setting
CREATE TEMP TABLE plainbase_expected (
    expected  TEXT,
    found     TEXT,
    CONSTRAINT the_records_are_those_this_was_written_for CHECK (found = expected)
);

-- name: expect_records :exec
-- A file that was written when the records were others does nothing.
-- Differs from postgres: a constraint refuses them, since there is no DO.
INSERT OR ROLLBACK INTO plainbase_expected (expected, found)
SELECT
    :records,
    coalesce(group_concat(ordered.version || ' ' || ordered.state, ', '), '')
FROM (
    SELECT
        version,
        state
    FROM schema_migrations
    ORDER BY version
) AS ordered;

-- name: watch_references :script
-- Before a step that drops a table: its rows must not take their children along, as they would with foreign keys on.
-- They are off outside the transaction, since inside one this PRAGMA does nothing. A view or trigger that refers to
-- the table must not keep another from taking its name.
-- only: sqlite, PostgreSQL changes a table in place
PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
CREATE TEMP TABLE plainbase_rebuilt (
    table_name   TEXT,
    rows_before  INTEGER,
    rows_after   INTEGER,
    CONSTRAINT a_rebuilt_table_keeps_its_rows CHECK (rows_after = rows_before)
);
CREATE TEMP TABLE plainbase_broken (
    found  INTEGER,
    CONSTRAINT no_reference_is_broken CHECK (found = 0)
);
CREATE TEMP TABLE plainbase_broken_before (
    table_name        TEXT,
    referenced_table  TEXT,
    found             INTEGER
);
CREATE TEMP VIEW plainbase_broken_references AS
SELECT
    "table" AS table_name,
    parent AS referenced_table,
    count(*) AS found
FROM pragma_foreign_key_check
GROUP BY "table", parent
UNION
SELECT
    child.name AS table_name,
    reference."table" AS referenced_table,
    0 AS found
FROM sqlite_schema AS child
INNER JOIN pragma_foreign_key_list(child.name) AS reference ON child.type = 'table'
LEFT JOIN sqlite_schema AS parent ON parent.type = 'table' AND lower(reference."table") = lower(parent.name)
WHERE parent.name IS NULL;
CREATE TEMP VIEW plainbase_newly_broken AS
SELECT
    found_now.table_name,
    found_now.referenced_table
FROM plainbase_broken_references AS found_now
LEFT JOIN plainbase_broken_before AS found_before
    ON
        found_now.table_name = found_before.table_name
        AND found_now.referenced_table = found_before.referenced_table
WHERE
    found_before.found IS NULL
    OR found_before.found < found_now.found;

-- name: keep_names :script
-- Where a table is renamed for good, what refers to it follows.
-- only: sqlite, PostgreSQL refers to tables by number
PRAGMA legacy_alter_table = OFF;

-- name: note_broken_references :exec
-- What was broken before is not this step's doing.
-- only: sqlite, PostgreSQL always enforces foreign keys
INSERT INTO plainbase_broken_before (table_name, referenced_table, found)
SELECT
    table_name,
    referenced_table,
    max(found)
FROM plainbase_broken_references
GROUP BY table_name, referenced_table;

-- name: count_rows :exec
-- only: sqlite, PostgreSQL changes a table in place
INSERT INTO plainbase_rebuilt (table_name, rows_before)
SELECT
    :table_name,
    count(*)
FROM a_table;

-- name: compare_rows :exec
-- A rebuilt table has as many rows as before; else all of the step is undone.
-- only: sqlite, PostgreSQL changes a table in place
UPDATE OR ROLLBACK plainbase_rebuilt
SET rows_after = (SELECT count(*) FROM a_table)
WHERE table_name = :table_name;

-- name: list_broken_references :many
-- Tables with rows whose parent is gone, or that refer to a table that is gone.
-- only: sqlite, PostgreSQL always enforces foreign keys
SELECT DISTINCT
    table_name,
    referenced_table
FROM plainbase_newly_broken
ORDER BY table_name, referenced_table;

-- name: check_references :exec
-- No row has lost its parent; else all of the step is undone.
-- only: sqlite, PostgreSQL always enforces foreign keys
INSERT OR ROLLBACK INTO plainbase_broken (found)
SELECT count(*) FROM plainbase_newly_broken;

-- name: unwatch_references :script
-- only: sqlite, PostgreSQL always enforces foreign keys
DROP VIEW IF EXISTS plainbase_newly_broken;
DROP VIEW IF EXISTS plainbase_broken_references;
DROP TABLE IF EXISTS plainbase_broken_before;
DROP TABLE IF EXISTS plainbase_broken;
DROP TABLE IF EXISTS plainbase_rebuilt;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_keys = ON;

-- name: begin :script
-- The last of this file, since sqlfluff parses nothing after it.
-- The beginning of a step: the write lock of the file is the lock of the migrators.
-- Differs from postgres: there the lock is the session's, since some statements run outside a transaction for hours.
BEGIN IMMEDIATE; -- noqa: PRS
