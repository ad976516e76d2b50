-- name: settings :one
-- How connections to this file are set, and how many of its pages are free.
-- only: sqlite, PostgreSQL has no such settings
-- result: enforces_references boolean, journal_mode text, pages integer, free_pages integer, page_size integer
SELECT
    k.foreign_keys AS enforces_references,
    j.journal_mode,
    p.page_count AS pages,
    f.freelist_count AS free_pages,
    s.page_size
FROM pragma_foreign_keys AS k
CROSS JOIN pragma_journal_mode AS j
CROSS JOIN pragma_page_count AS p
CROSS JOIN pragma_freelist_count AS f
CROSS JOIN pragma_page_size AS s;

-- name: snapshots :many
-- The stored results of views by name: how old each is in seconds (null: never made), and whether the last try failed.
-- Differs from postgres: a view's stored result is a table of its name.
-- result: view_name text, age_seconds real, is_failed boolean
SELECT
    stored.name AS view_name,
    (julianday('now') - julianday(r.started_at)) * 86400.0 AS age_seconds,
    r.last_error IS NOT NULL AS is_failed
FROM sqlite_schema AS live
INNER JOIN sqlite_schema AS stored ON live.name = stored.name || '_live' AND stored.type = 'table'
LEFT JOIN view_refreshes AS r ON stored.name = r.view_name
WHERE live.type = 'view'
ORDER BY stored.name;

-- name: damage :many
-- What is wrong with the pages and indexes of the file; `ok` where nothing is.
-- only: sqlite, PostgreSQL needs an extension for it
-- result: found text
SELECT integrity_check AS found
FROM pragma_integrity_check;

-- name: broken_references :many
-- How many rows of each table have lost their parent, by table and the parent's.
-- only: sqlite, PostgreSQL has no PRAGMA
-- result: table_name text, parent text, found integer
SELECT
    "table" AS table_name,
    parent,
    count(*) AS found
FROM pragma_foreign_key_check
GROUP BY "table", parent
ORDER BY "table", parent;

-- name: full_text_checks :many
-- For each full-text index a statement that fails where the index does not hold what its table does, by name.
-- only: sqlite, an index of PostgreSQL follows its table
-- result: index_name text, statement text
SELECT
    name AS index_name,
    printf('INSERT INTO "%w" ("%w", rank) VALUES (''integrity-check'', 1)', name, name) AS statement
FROM sqlite_schema
WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'
ORDER BY name;
