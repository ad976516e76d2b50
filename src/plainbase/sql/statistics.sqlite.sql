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

-- name: shadow_tables :many
-- The tables that hold the rows of virtual ones, and whose they are, by name.
-- only: sqlite, PostgreSQL has none
-- result: name text, owner text
SELECT
    s.name,
    max(v.name) AS owner
FROM pragma_table_list AS s
INNER JOIN pragma_table_list AS v ON v.type = 'virtual' AND v.schema = 'main' AND instr(s.name, v.name || '_') = 1
WHERE s.schema = 'main' AND s.type = 'shadow'
GROUP BY s.name
ORDER BY s.name;
