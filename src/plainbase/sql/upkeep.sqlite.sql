-- name: tables :many
-- The tables with rows of their own, by name, and what keeps each up.
-- Differs from postgres: whoever may write may do it, and VACUUM is for the whole file.
-- result: name text, bytes integer, is_allowed boolean, vacuum_text text
-- result: vacuum_full_text text, analyze_text text
SELECT
    name,
    0 AS bytes,
    1 AS is_allowed,
    'VACUUM' AS vacuum_text,
    'VACUUM' AS vacuum_full_text,
    printf('ANALYZE "%w"', name) AS analyze_text
FROM sqlite_schema
WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND sql NOT LIKE 'CREATE VIRTUAL%'
ORDER BY name;

-- name: indexes :many
-- The tables that have indexes, by name, and what builds all of a table's anew.
-- Differs from postgres: none is ever invalid, and those of a table are built at once.
-- result: table_name text, name text, is_valid boolean, is_left_behind boolean, is_allowed boolean, reindex_text text
-- result: drop_text text
SELECT DISTINCT
    tbl_name AS table_name,
    tbl_name AS name,
    1 AS is_valid,
    0 AS is_left_behind,
    1 AS is_allowed,
    printf('REINDEX "%w"', tbl_name) AS reindex_text,
    '' AS drop_text
FROM sqlite_schema
WHERE type = 'index'
ORDER BY tbl_name;

-- name: size :value
-- The bytes of the database, free pages included.
-- Differs from postgres: pages are counted.
-- result: bytes integer
SELECT p.page_count * s.page_size AS bytes
FROM pragma_page_count AS p
CROSS JOIN pragma_page_size AS s;

-- name: used :value
-- The bytes of the pages that are in use: what a VACUUM writes.
-- only: sqlite, PostgreSQL vacuums in place
-- result: bytes integer
SELECT (p.page_count - f.freelist_count) * s.page_size AS bytes
FROM pragma_page_count AS p
CROSS JOIN pragma_freelist_count AS f
CROSS JOIN pragma_page_size AS s;

-- name: vacuum :script
-- The last of this file, since sqlfluff parses nothing after it.
-- Writes the file anew, without what is free; the copy is made on disk, since memory may be smaller than the file.
-- only: sqlite, PostgreSQL vacuums table by table
PRAGMA temp_store = FILE; -- noqa: PRS
VACUUM;
PRAGMA wal_checkpoint (TRUNCATE);
