-- name: list_foreign_keys :many
-- The foreign keys of the search path's tables, with what becomes of a row when the one it refers to goes.
SELECT
    CAST(t.relname AS text) AS table_name,
    CAST(k.conname AS text) AS name,
    array(
        SELECT CAST(a.attname AS text) AS name
        FROM unnest(k.conkey) WITH ORDINALITY AS keys (number, position)
        INNER JOIN pg_attribute AS a ON k.conrelid = a.attrelid AND keys.number = a.attnum
        ORDER BY keys.position
    ) AS columns,
    CAST(f.relname AS text) AS referenced_table,
    array(
        SELECT CAST(a.attname AS text) AS name
        FROM unnest(k.confkey) WITH ORDINALITY AS keys (number, position)
        INNER JOIN pg_attribute AS a ON k.confrelid = a.attrelid AND keys.number = a.attnum
        ORDER BY keys.position
    ) AS referenced_columns,
    CASE k.confdeltype
        WHEN 'c' THEN 'CASCADE'
        WHEN 'n' THEN 'SET NULL'
        WHEN 'd' THEN 'SET DEFAULT'
        WHEN 'r' THEN 'RESTRICT'
        ELSE 'NO ACTION'
    END AS on_delete
FROM pg_constraint AS k
INNER JOIN pg_class AS t ON k.conrelid = t.oid
INNER JOIN pg_class AS f ON k.confrelid = f.oid
WHERE
    k.contype = 'f'
    AND k.conparentid = 0
    AND pg_table_is_visible(t.oid)
ORDER BY t.relname, k.conname;
