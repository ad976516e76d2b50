-- name: list_columns :many
-- The tables and views of another program's database, with their columns.
-- Differs from sqlite: there are no virtual tables; a stored view's rows are made from tables.
SELECT
    c.relname AS table_name,
    CASE WHEN c.relkind IN ('r', 'p', 'f') THEN 'table' ELSE 'view' END AS kind,
    a.attname AS column_name,
    format_type(a.atttypid, NULL) AS declared
FROM pg_class AS c
INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
WHERE
    c.relnamespace = to_regnamespace(quote_ident(current_schema()))
    AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND NOT c.relispartition
    AND a.attnum > 0
    AND NOT a.attisdropped
ORDER BY c.relname, a.attnum;

-- name: list_other_schemas :many
-- The schemas whose tables are not read, with the number of their tables; those of the server's own are none.
-- only: postgres, an SQLite file is one schema
SELECT
    n.nspname AS schema_name,
    count(*) AS tables
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind IN ('r', 'p', 'f', 'm')
    AND NOT c.relispartition
    AND n.nspname <> 'information_schema'
    AND n.nspname NOT LIKE 'pg\_%'
    AND n.nspname IS DISTINCT FROM current_schema()
GROUP BY n.nspname
ORDER BY n.nspname;

-- name: take_turn :value
-- Waits until no other import is under way, and keeps others waiting until this transaction ends.
-- only: postgres, an SQLite file has one writer at a time
-- result: taken text
SELECT CAST(pg_advisory_xact_lock(1818584937, hashtext(current_schema())) AS text) AS taken;
