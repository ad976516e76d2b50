-- name: tables :many
-- The tables and stored results of views that the search path finds first, by name: their bytes, whether this role may
-- keep them up, and what does.
-- result: name text, bytes integer, is_allowed boolean, vacuum_text text
-- result: vacuum_full_text text, analyze_text text
SELECT
    CAST(c.relname AS text) AS name,
    pg_total_relation_size(c.oid) AS bytes,
    pg_has_role(c.relowner, 'USAGE')
    OR EXISTS (
        SELECT 1
        FROM pg_database AS d
        WHERE d.datname = current_database() AND pg_has_role(d.datdba, 'USAGE')
    )
    -- Older servers do not know the word.
    OR CASE
        WHEN CAST(current_setting('server_version_num') AS integer) >= 170000
            THEN has_table_privilege(c.oid, 'MAINTAIN')
        ELSE false
    END AS is_allowed,
    format('VACUUM (ANALYZE) %s', CAST(c.oid AS regclass)) AS vacuum_text,
    format('VACUUM (FULL, ANALYZE) %s', CAST(c.oid AS regclass)) AS vacuum_full_text,
    format('ANALYZE %s', CAST(c.oid AS regclass)) AS analyze_text
FROM pg_class AS c
WHERE
    c.relkind IN ('r', 'm')
    AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY c.relname;

-- name: indexes :many
-- The indexes of these tables by table and name: whether each is valid and can be built anew while others write, whether
-- this role may, and what does; of an invalid one that an interrupted REINDEX left behind also what drops it.
-- result: table_name text, name text, is_valid boolean, is_left_behind boolean, is_allowed boolean, reindex_text text
-- result: drop_text text
SELECT
    CAST(t.relname AS text) AS table_name,
    CAST(c.relname AS text) AS name,
    i.indisvalid AS is_valid,
    NOT i.indisvalid
    AND c.relname ~ '_cc(new|old)[0-9]*$'
    AND i.indexrelid NOT IN (
        SELECT p.index_relid
        FROM pg_stat_progress_create_index AS p
        WHERE p.index_relid IS NOT NULL
    ) AS is_left_behind,
    pg_has_role(t.relowner, 'USAGE')
    OR EXISTS (
        SELECT 1
        FROM pg_database AS d
        WHERE d.datname = current_database() AND pg_has_role(d.datdba, 'USAGE')
    ) AS is_allowed,
    -- PostgreSQL builds the index of an exclusion constraint under a lock only.
    format(
        'REINDEX INDEX %s%s', CASE WHEN i.indisexclusion THEN '' ELSE 'CONCURRENTLY ' END, CAST(c.oid AS regclass)
    ) AS reindex_text,
    format('DROP INDEX CONCURRENTLY IF EXISTS %s', CAST(c.oid AS regclass)) AS drop_text
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
WHERE
    t.relkind IN ('r', 'm')
    AND c.relkind = 'i'
    AND t.relnamespace = to_regnamespace(quote_ident(current_schema()))
ORDER BY t.relname, c.relname;

-- name: size :value
-- The bytes of the database.
-- result: bytes integer
SELECT pg_database_size(current_database()) AS bytes;
