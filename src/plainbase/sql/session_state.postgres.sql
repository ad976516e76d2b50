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
