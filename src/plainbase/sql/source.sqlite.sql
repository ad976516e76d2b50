-- name: list_columns :many
-- The tables and views of another program's database, with their columns.
-- Differs from postgres: virtual tables and what they keep their index in say so.
SELECT
    t.name AS table_name,
    t.type AS kind,
    c.name AS column_name,
    lower(c.type) AS declared
FROM pragma_table_list AS t
INNER JOIN pragma_table_xinfo(t.name) AS c ON true
WHERE
    t.schema = 'main'
    AND t.name NOT GLOB 'sqlite_*'
ORDER BY t.name, c.cid;
