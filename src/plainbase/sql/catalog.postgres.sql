-- name: list_columns :many
-- The columns of the tables and views that the search path finds; a domain is its base type.
SELECT
    CAST(c.relname AS text) AS table_name,
    c.relkind IN ('r', 'p') AS is_table,
    CAST(a.attname AS text) AS column_name,
    CAST(b.typname AS text) AS type_name,
    format_type(a.atttypid, a.atttypmod) AS declared,
    a.attnotnull AS is_required,
    a.atthasdef OR a.attidentity <> '' AS has_default,
    a.attgenerated <> '' OR a.attidentity <> '' AS is_computed,
    a.attgenerated <> '' AS is_generated,
    array(
        SELECT CAST(e.enumlabel AS text) AS label
        FROM pg_enum AS e
        WHERE e.enumtypid = b.oid
        ORDER BY e.enumsortorder
    ) AS labels
FROM pg_class AS c
INNER JOIN pg_attribute AS a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
INNER JOIN pg_type AS t ON a.atttypid = t.oid
INNER JOIN pg_type AS b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE
    c.relkind IN ('r', 'p', 'v', 'm')
    AND c.relpersistence <> 't'
    AND c.relnamespace NOT IN (CAST('pg_catalog' AS regnamespace), CAST('information_schema' AS regnamespace))
    AND pg_table_is_visible(c.oid)
ORDER BY c.relname, a.attnum;

-- name: list_constraints :many
-- The constraints and unique indexes of these tables, with the columns they are about.
SELECT
    CAST(c.relname AS text) AS table_name,
    CAST(k.conname AS text) AS name,
    k.contype = 'p' AS is_primary,
    k.contype IN ('p', 'u') AS is_unique,
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
        WHEN 'a' THEN 'NO ACTION'
        WHEN 'c' THEN 'CASCADE'
        WHEN 'd' THEN 'SET DEFAULT'
        WHEN 'n' THEN 'SET NULL'
        WHEN 'r' THEN 'RESTRICT'
    END AS on_delete,
    CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) ELSE '' END AS rule
FROM pg_constraint AS k
INNER JOIN pg_class AS c ON k.conrelid = c.oid
LEFT JOIN pg_class AS f ON k.confrelid = f.oid
WHERE
    pg_table_is_visible(c.oid)
    -- A key that refers to a partitioned table is listed once more for each of its parts.
    AND (k.contype <> 'f' OR k.conparentid = 0 OR c.relispartition)
UNION ALL
SELECT
    CAST(c.relname AS text) AS table_name,
    CAST(n.relname AS text) AS name,
    false AS is_primary,
    -- Of all rows, and of the columns themselves.
    i.indpred IS NULL AND i.indexprs IS NULL AS is_unique,
    array(
        SELECT CAST(a.attname AS text) AS name
        FROM pg_attribute AS a
        WHERE
            a.attrelid = i.indrelid
            AND a.attnum IN (SELECT unnest(i.indkey) AS number)
        ORDER BY a.attnum
    ) AS columns,
    NULL AS referenced_table,
    CAST('{}' AS text[]) AS referenced_columns,
    NULL AS on_delete,
    '' AS rule
FROM pg_index AS i
INNER JOIN pg_class AS n ON i.indexrelid = n.oid
INNER JOIN pg_class AS c ON i.indrelid = c.oid
WHERE
    i.indisunique
    AND i.indexrelid NOT IN (SELECT k.conindid FROM pg_constraint AS k)
    AND pg_table_is_visible(c.oid)
ORDER BY table_name, name;

-- name: list_views :many
-- The views of these tables and their SELECT.
SELECT
    CAST(c.relname AS text) AS name,
    pg_get_viewdef(c.oid) AS definition
FROM pg_class AS c
WHERE
    c.relkind IN ('v', 'm')
    AND c.relpersistence <> 't'
    AND c.relnamespace NOT IN (CAST('pg_catalog' AS regnamespace), CAST('information_schema' AS regnamespace))
    AND pg_table_is_visible(c.oid)
ORDER BY c.relname;
