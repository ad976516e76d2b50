-- name: see_all :script
-- Differs from postgres: there are no policies, and nobody ends a transaction that pauses.
SELECT 1;

-- name: identity :value
-- What no other database has, by whichever name it was reached.
-- Differs from postgres: the file.
SELECT file AS identity
FROM pragma_database_list
WHERE name = 'main';

-- name: is_marked :value
-- Whether a copy into this database was begun and not finished.
-- Differs from postgres: the catalog.
SELECT count(*) AS found
FROM sqlite_schema
WHERE
    type = 'table'
    AND name = 'unfinished_copy';

-- name: list_of_others :many
-- Differs from postgres: nobody owns a table.
SELECT name AS table_name
FROM sqlite_schema
WHERE false
ORDER BY name;

-- name: mark :script
-- Says that a copy into this database was begun and is not finished; nothing else reads what is copied until then.
-- Differs from postgres: types, and the comment.
CREATE TABLE IF NOT EXISTS unfinished_copy (
    -- A copy into this database is not finished; the same copy again ends it.
    source      TEXT           NOT NULL,
    run         UUID_TEXT      NOT NULL,
    started_at  TIMESTAMP_TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
);

-- name: unmark :script
-- The copy is done.
DROP TABLE unfinished_copy;

-- name: marked :optional
-- What is being copied, and by which run of it.
-- Differs from postgres: one writer, so nobody else goes on meanwhile anyway.
SELECT
    source,
    run,
    started_at
FROM unfinished_copy;

-- name: list_switches :many
-- What is switched off while some tables are filled, and how it is switched on again: their triggers, since what these
-- would do was done in the database that is copied; the order in which rows may refer to each other; and of large ones
-- the indexes that are for speed alone, which are made three times faster at the end.
-- Differs from postgres: a trigger is dropped and made again. Those that keep a full-text index stay, since the index is
-- no table that is copied. The one that seals the audit log is the connection's own.
-- result: place integer
WITH derived AS (
    SELECT name
    FROM sqlite_schema
    WHERE sql LIKE 'CREATE VIRTUAL TABLE%'
)

SELECT
    'PRAGMA defer_foreign_keys = ON' AS switch_off,
    'PRAGMA defer_foreign_keys = ON' AS switch_on,
    0 AS place
UNION ALL
SELECT
    'DROP TRIGGER main."' || replace(t.name, '"', '""') || '"' AS switch_off,
    t.sql AS switch_on,
    t.rowid AS place
FROM sqlite_schema AS t
WHERE
    t.type = 'trigger'
    AND t.tbl_name IN (:tables)
    AND NOT EXISTS (
        SELECT 1 FROM derived
        WHERE instr(t.sql, derived.name) > 0
    )
UNION ALL
SELECT
    'DROP TRIGGER temp."' || replace(t.name, '"', '""') || '"' AS switch_off,
    'CREATE TEMP TRIGGER' || substr(t.sql, length('CREATE TRIGGER') + 1) AS switch_on,
    t.rowid AS place
FROM sqlite_temp_schema AS t
WHERE
    t.type = 'trigger'
    AND t.tbl_name IN (:tables)
UNION ALL
SELECT
    'DROP INDEX main."' || replace(t.name, '"', '""') || '"' AS switch_off,
    t.sql AS switch_on,
    t.rowid AS place
FROM sqlite_schema AS t
WHERE
    t.type = 'index'
    AND t.tbl_name IN (:large)
    AND t.sql IS NOT NULL
    AND t.sql NOT LIKE 'CREATE UNIQUE %'
ORDER BY place;

-- name: check_all :script
-- Checks what was put off.
-- Differs from postgres: COMMIT does.
SELECT 1;

-- name: list_emptyings :many
-- What empties some tables.
-- Differs from postgres: one after the other, which is the caller's to order.
SELECT
    t.name AS table_name,
    'DELETE FROM main."' || replace(t.name, '"', '""') || '"' AS emptying
FROM sqlite_schema AS t
WHERE
    t.type = 'table'
    AND t.name IN (:tables)
ORDER BY t.name;
