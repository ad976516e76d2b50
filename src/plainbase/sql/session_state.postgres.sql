-- name: fingerprint :many
-- What a statement may leave behind in its session, and which backend that is. Run it outside any transaction.
-- only: postgres, in SQLite every connection is private to plainbase
WITH
-- A setting with a dot in its name is in no view, so all such names in the functions' bodies are asked for.
named AS (
    SELECT DISTINCT lower(dotted.words[1]) AS name
    FROM pg_proc AS p
    CROSS JOIN concat(p.prosrc, pg_get_function_sqlbody(p.oid)) AS body
    CROSS JOIN regexp_matches(body, '[[:alpha:]_]\w*(?:\.\w+)+', 'g') AS dotted (words)
    WHERE p.pronamespace NOT IN (CAST('pg_catalog' AS regnamespace), CAST('information_schema' AS regnamespace))
)

SELECT
    'backend' AS kind,
    'pid' AS name,
    CAST(pg_backend_pid() AS text) AS value
UNION ALL
-- One that a library brings along appears with its reset value.
SELECT
    'setting' AS kind,
    name,
    setting AS value
FROM pg_settings
WHERE setting IS DISTINCT FROM reset_val
UNION ALL
SELECT
    'setting' AS kind,
    named.name,
    current_setting(named.name, true) AS value
FROM named
WHERE
    current_setting(named.name, true) <> ''
    AND named.name NOT IN (SELECT s.name FROM pg_settings AS s)
UNION ALL
SELECT
    'role' AS kind,
    'role' AS name,
    concat_ws('/', current_user, session_user, current_setting('role')) AS value
UNION ALL
SELECT
    'advisory lock' AS kind,
    -- One key of 64 bits, or two of 32.
    CASE
        WHEN objsubid = 1 THEN CAST((CAST(classid AS bigint) << 32) | CAST(objid AS bigint) AS text)
        ELSE concat_ws(', ', classid, objid)
    END AS name,
    mode AS value
FROM pg_locks
WHERE
    locktype = 'advisory'
    AND pid = pg_backend_pid()
UNION ALL
SELECT
    'channel' AS kind,
    channels.name,
    '' AS value
FROM pg_listening_channels() AS channels (name)
UNION ALL
-- Others end with their transaction; the one without a name is this statement's.
SELECT
    'cursor' AS kind,
    name,
    '' AS value
FROM pg_cursors
WHERE is_holdable
UNION ALL
SELECT
    'temporary table' AS kind,
    CAST(relname AS text) AS name,
    CAST(oid AS text) AS value
FROM pg_class
WHERE
    relnamespace = pg_my_temp_schema()
    AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
UNION ALL
SELECT
    'prepared statement' AS kind,
    name,
    statement AS value
FROM pg_prepared_statements
WHERE from_sql;

-- name: settings_memory :value
-- The bytes that this session's settings take; null before PostgreSQL 16.
-- only: postgres, in SQLite every connection is private to plainbase
SELECT used_bytes
FROM pg_backend_memory_contexts
WHERE name = 'GUCMemoryContext';

-- name: list_columns :many
-- The columns of the tables and views that the search path finds; a domain is its base type.
-- only: postgres, in SQLite every connection is private to plainbase
SELECT
    CAST(c.relname AS text) AS table_name,
    c.relkind IN ('r', 'p') AS is_table,
    CAST(a.attname AS text) AS column_name,
    CAST(b.typname AS text) AS type_name,
    format_type(a.atttypid, a.atttypmod) AS declared,
    a.attnotnull AS is_required,
    a.atthasdef OR a.attidentity <> '' AS has_default,
    a.attgenerated <> '' OR a.attidentity <> '' AS is_computed,
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
-- only: postgres, in SQLite every connection is private to plainbase
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
    CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) ELSE '' END AS rule
FROM pg_constraint AS k
INNER JOIN pg_class AS c ON k.conrelid = c.oid
LEFT JOIN pg_class AS f ON k.confrelid = f.oid
WHERE pg_table_is_visible(c.oid)
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
    '' AS rule
FROM pg_index AS i
INNER JOIN pg_class AS n ON i.indexrelid = n.oid
INNER JOIN pg_class AS c ON i.indrelid = c.oid
WHERE
    i.indisunique
    AND i.indexrelid NOT IN (SELECT k.conindid FROM pg_constraint AS k)
    AND pg_table_is_visible(c.oid)
ORDER BY table_name, name;
