-- name: list_tables :many
-- The tables of the file, by name; a virtual table, what it keeps and plainbase's own records are none.
-- only: sqlite, PostgreSQL has types that need no check
SELECT
    t.name,
    t.wr AS is_without_rowid,
    t.strict AS is_strict,
    s.sql,
    t.name || '_live' IN (
        SELECT v.name
        FROM sqlite_schema AS v
        WHERE v.type = 'view'
    ) AS is_stored_view
FROM pragma_table_list AS t
INNER JOIN sqlite_schema AS s ON t.name = s.name AND s.type = 'table'
WHERE
    t.schema = 'main'
    AND t.type = 'table'
    AND t.name NOT IN ('schema_migrations', 'view_refreshes')
    AND t.name NOT GLOB 'sqlite_*'
ORDER BY t.name;

-- name: list_columns :many
-- The columns of a table, generated ones too; key_position counts from 1, and is 0 outside the primary key.
-- only: sqlite, PostgreSQL has types that need no check
SELECT
    name,
    upper(type) AS type,
    "notnull" AS is_required,
    pk AS key_position
FROM pragma_table_xinfo(:table_name)
ORDER BY cid;

-- name: list_foreign_keys :many
-- The columns of a table's foreign keys; number counts the keys from the last one written.
-- only: sqlite, PostgreSQL has types that need no check
SELECT
    id AS number,
    "from" AS name,
    on_delete
FROM pragma_foreign_key_list(:table_name)
ORDER BY id, seq;

-- name: list_index_columns :many
-- The columns of a table's indexes, null for an expression; sql is null for those of a constraint.
-- only: sqlite, PostgreSQL has types that need no check
SELECT
    i.name AS index_name,
    i.origin,
    i.partial AS is_partial,
    s.sql,
    x.name
FROM pragma_index_list(:table_name) AS i
INNER JOIN pragma_index_xinfo(i.name) AS x ON x.key
LEFT JOIN sqlite_schema AS s ON i.name = s.name AND s.type = 'index'
ORDER BY i.name, x.seqno;
