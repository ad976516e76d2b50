-- name: list_foreign_keys :many
-- The foreign keys of all tables, with what becomes of a row when the one it refers to goes.
-- Differs from postgres: they have numbers instead of names; one that names no columns refers to the primary key.
-- result: columns json, referenced_columns json
SELECT
    t.name AS table_name,
    '' AS name,
    json_group_array(k."from") AS columns,
    k."table" AS referenced_table,
    json_group_array(coalesce(k."to", '')) AS referenced_columns,
    k.on_delete
FROM sqlite_schema AS t
INNER JOIN pragma_foreign_key_list(t.name) AS k ON t.type = 'table'
GROUP BY t.name, k.id
ORDER BY t.name, k.id;
