-- name: list_columns :many
-- The columns of the tables and views, hidden ones of virtual tables too.
-- Differs from postgres: no labels, and a column's type is as declared. The one column of an INTEGER PRIMARY KEY is
-- the row's number, so it is never null; another key may be, but in a table without row numbers.
-- result: is_table boolean, is_required boolean, has_default boolean, is_computed boolean
-- result: is_generated boolean, labels json
WITH numbered AS (
    SELECT k.name AS table_name
    FROM pragma_table_list AS k
    INNER JOIN pragma_table_xinfo(k.name) AS x ON x.pk > 0
    WHERE k.schema = 'main'
    GROUP BY k.name
    HAVING count(*) = 1 AND upper(max(x.type)) = 'INTEGER'
)

SELECT
    t.name AS table_name,
    t.type = 'table' AS is_table,
    c.name AS column_name,
    c.type AS type_name,
    c.type AS declared,
    c."notnull" OR (c.pk > 0 AND (t.wr OR n.table_name IS NOT NULL)) AS is_required,
    c.dflt_value IS NOT NULL OR (c.pk > 0 AND n.table_name IS NOT NULL) AS has_default,
    c.hidden IN (2, 3) AS is_computed,
    c.hidden IN (2, 3) AS is_generated,
    '[]' AS labels
FROM pragma_table_list AS t
INNER JOIN pragma_table_xinfo(t.name) AS c ON true
LEFT JOIN numbered AS n ON t.name = n.table_name
WHERE
    t.schema = 'main'
    AND t.type <> 'shadow'
    AND t.name NOT GLOB 'sqlite_*'
ORDER BY t.name, c.cid;

-- name: list_constraints :many
-- The keys, unique indexes and foreign keys of these tables, with the columns they are about.
-- Differs from postgres: checks and the names of foreign keys are in the table's text only.
-- result: is_primary boolean, is_unique boolean, columns json, referenced_columns json
SELECT
    t.name AS table_name,
    t.name || '_pkey' AS name,
    true AS is_primary,
    true AS is_unique,
    json_group_array(c.name) AS columns,
    NULL AS referenced_table,
    '[]' AS referenced_columns,
    NULL AS on_delete,
    '' AS rule
FROM pragma_table_list AS t
INNER JOIN pragma_table_xinfo(t.name) AS c ON c.pk > 0
WHERE
    t.schema = 'main'
    AND t.type = 'table'
    AND t.name NOT GLOB 'sqlite_*'
GROUP BY t.name
UNION ALL
SELECT
    t.name AS table_name,
    i.name,
    false AS is_primary,
    -- Of all rows, and of the columns themselves.
    NOT i.partial AND count(c.name) = count(*) AS is_unique,
    json_group_array(c.name) FILTER (WHERE c.name IS NOT NULL) AS columns,
    NULL AS referenced_table,
    '[]' AS referenced_columns,
    NULL AS on_delete,
    '' AS rule
FROM pragma_table_list AS t
INNER JOIN pragma_index_list(t.name) AS i ON i."unique" AND i.origin <> 'pk'
INNER JOIN pragma_index_info(i.name) AS c ON true
WHERE
    t.schema = 'main'
    AND t.type = 'table'
    AND t.name NOT GLOB 'sqlite_*'
GROUP BY t.name, i.name
UNION ALL
SELECT
    t.name AS table_name,
    t.name || '_' || f.id || '_fkey' AS name,
    false AS is_primary,
    false AS is_unique,
    json_group_array(f."from") AS columns,
    f."table" AS referenced_table,
    json_group_array(f."to") AS referenced_columns,
    f.on_delete,
    '' AS rule
FROM pragma_table_list AS t
INNER JOIN pragma_foreign_key_list(t.name) AS f ON true
WHERE
    t.schema = 'main'
    AND t.type = 'table'
    AND t.name NOT GLOB 'sqlite_*'
GROUP BY t.name, f.id
ORDER BY table_name, name;

-- name: list_views :many
-- The views and their whole statement.
-- Differs from postgres: the catalog keeps the text of CREATE VIEW.
SELECT
    name,
    sql AS definition
FROM sqlite_schema
WHERE type = 'view'
ORDER BY name;
