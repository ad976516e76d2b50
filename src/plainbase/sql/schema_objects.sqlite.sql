-- name: list_objects :many
-- Everything that the schema's statements make, as they were written; a table's columns and constraints in its text.
-- Differs from postgres: the catalog keeps the text of each statement.
-- result: kind text, table_name text, name text, position integer, definition text
SELECT
    object.type AS kind,
    object.tbl_name AS table_name,
    object.name,
    0 AS position,
    object.sql AS definition
FROM sqlite_schema AS object
LEFT JOIN pragma_table_list AS listed ON object.name = listed.name AND listed.schema = 'main'
WHERE
    object.sql IS NOT NULL
    AND object.name NOT LIKE 'sqlite\_%' ESCAPE '\'
    AND coalesce(listed.type, '') <> 'shadow'
ORDER BY object.type, object.tbl_name, object.name;
