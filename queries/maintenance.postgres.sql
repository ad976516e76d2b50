-- name: table_statistics :many
-- How many rows, by estimate, and bytes, its indexes included, each table of the schema has, by name.
-- Differs from sqlite: the server's own counters tell both at once.
-- parity: shape, rows are counted and bytes unknown on SQLite
-- scan: reads the catalog
SELECT
    CAST(s.relname AS text) AS table_name,
    -- A standby counts no changes.
    CASE WHEN pg_is_in_recovery() THEN CAST(greatest(c.reltuples, 0) AS bigint) ELSE s.n_live_tup END AS row_count,
    pg_total_relation_size(s.relid) AS bytes
FROM pg_stat_user_tables AS s
INNER JOIN pg_class AS c ON s.relid = c.oid
WHERE s.schemaname = current_schema()
ORDER BY s.relname;

-- name: index_use :many
-- Every index by table and name: how often it was scanned since the counters began, and how many bytes it has.
-- Differs from sqlite: the server counts.
-- parity: shape, the engines have other indexes of their own
-- scan: reads the catalog
SELECT
    CAST(s.indexrelname AS text) AS index_name,
    CAST(s.relname AS text) AS table_name,
    s.idx_scan AS scans,
    pg_relation_size(s.indexrelid) AS bytes
FROM pg_stat_user_indexes AS s
WHERE s.schemaname = current_schema()
ORDER BY s.relname, s.indexrelname;

-- name: database_size :value
-- The size of the database in bytes.
-- Differs from sqlite: the server knows.
-- parity: shape, each engine stores in its own way
SELECT pg_database_size(current_database());

-- name: version :value
-- The engine and its version.
-- Differs from sqlite: PostgreSQL tells it as a setting.
-- parity: shape, two engines
SELECT 'PostgreSQL ' || current_setting('server_version');

-- name: reindex :script
-- Builds every index of the schema anew, in one transaction: what reads or writes a table waits from its
-- turn to the end.
-- Differs from sqlite: a REINDEX names a table.
DO $$
DECLARE
    place regclass;
BEGIN
    FOR place IN
        SELECT c.oid
        FROM pg_class AS c
        WHERE c.relnamespace = to_regnamespace(quote_ident(current_schema())) AND c.relkind IN ('r', 'm')
        ORDER BY c.oid
    LOOP
        EXECUTE format('REINDEX TABLE %s', place);
    END LOOP;
END;
$$;

-- name: optimize :script
-- Brings up to date what the planner chooses indexes by.
-- Differs from sqlite: the server does so by itself where it is stale, and here for all.
ANALYZE;

-- name: hold_cleanup :value
-- Whether this transaction is now the one cleanup of this database, until it ends.
-- only: postgres, SQLite has no such locks: a file beside the database is locked there
SELECT pg_try_advisory_xact_lock(1818195819, hashtext(current_schema())) AS held;

-- name: pass_ids :value
-- Sees that a table gives no id up to this one; says whether its sequence was moved.
-- Differs from sqlite: a sequence does not look at the rows.
-- parity: shape, SQLite has no sequences
SELECT
    CASE
        WHEN coalesce(pg_sequence_last_value(CAST(s.name AS regclass)), 0) < :id
            THEN setval(CAST(s.name AS regclass), :id) IS NOT NULL
        ELSE false
    END AS moved
FROM (
    SELECT max(pg_get_serial_sequence(CAST(CAST(c.oid AS regclass) AS text), 'id')) AS name
    FROM pg_class AS c
    WHERE
        CAST(c.relname AS text) = :table_name
        AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
) AS s;
