-- name: take_turn :value
-- Nothing is to be waited for.
-- Differs from postgres: who writes is alone anyway.
-- result: taken text
SELECT '' AS taken;

-- name: bytes :many
-- The bytes of each table and index of the file, by name, and the table that each belongs to.
-- only: sqlite, PostgreSQL tells sizes with the tables
-- result: name text, table_name text, bytes integer
SELECT
    d.name,
    coalesce(s.tbl_name, d.name) AS table_name,
    d.pgsize AS bytes
FROM dbstat AS d
LEFT JOIN sqlite_schema AS s ON d.name = s.name
WHERE d.aggregate = 1
ORDER BY d.name;

-- name: virtual_tables :many
-- The virtual tables by name, whose rows lie in tables that begin with it.
-- only: sqlite, PostgreSQL has none
-- result: name text
SELECT name
FROM pragma_table_list
WHERE schema = 'main' AND type = 'virtual'
ORDER BY name;
