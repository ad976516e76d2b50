-- name: list_parts :many
-- Differs from postgres: there are no partitions and no extensions.
SELECT name AS table_name
FROM sqlite_schema
WHERE false
ORDER BY name;
