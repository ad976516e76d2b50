-- name: replication :one
-- Whether this server is a standby, receives from another, has replayed all it received, and how old the last
-- transaction is that it replayed (null: none since it started); how many it feeds, but for copies being made, and their
-- largest lag (null: none, or this role may not see it).
-- only: postgres, an SQLite file is not replicated
-- result: is_standby boolean, is_receiving boolean, has_all boolean, last_seconds real
-- result: fed integer, fed_lag_seconds real
SELECT
    pg_is_in_recovery() AS is_standby,
    (SELECT count(*) > 0 FROM pg_stat_wal_receiver) AS is_receiving,
    coalesce(pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn(), false) AS has_all,
    CAST(extract(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) AS double precision) AS last_seconds,
    (
        SELECT count(*)
        FROM pg_stat_replication
        WHERE state IS DISTINCT FROM 'backup'
    ) AS fed,
    (
        SELECT CAST(extract(EPOCH FROM max(replay_lag)) AS double precision)
        FROM pg_stat_replication
    ) AS fed_lag_seconds;

-- name: slots :many
-- The replication slots of this server by name, and how many bytes of write-ahead log each keeps from being removed.
-- only: postgres, an SQLite file is not replicated
-- result: slot_name text, is_active boolean, wal_status text, kept_bytes integer
SELECT
    CAST(slot_name AS text) AS slot_name,
    active AS is_active,
    coalesce(wal_status, '') AS wal_status,
    coalesce(
        CAST(
            pg_wal_lsn_diff(
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, restart_lsn
            ) AS bigint
        ),
        0
    ) AS kept_bytes
FROM pg_replication_slots
ORDER BY slot_name;

-- name: wal :one
-- The size of the write-ahead log, and what the settings let it grow to between two checkpoints.
-- only: postgres, SQLite's write-ahead log is a file beside the database
-- result: bytes integer, most_bytes integer
SELECT
    (SELECT coalesce(CAST(sum(size) AS bigint), 0) FROM pg_ls_waldir()) AS bytes,
    pg_size_bytes(current_setting('max_wal_size')) + pg_size_bytes(current_setting('wal_keep_size')) AS most_bytes;

-- name: transactions :one
-- The oldest transaction of this database, the longest one that does nothing, the oldest prepared one, and how many
-- sessions this role may not look at.
-- only: postgres, SQLite does not know its readers
-- result: seconds real, pid integer, idle_seconds real, idle_pid integer, hidden integer
-- result: prepared integer, prepared_seconds real
SELECT
    CAST(extract(EPOCH FROM max(clock_timestamp() - a.xact_start)) AS double precision) AS seconds,
    (array_agg(a.pid ORDER BY a.xact_start) FILTER (WHERE a.xact_start IS NOT NULL))[1] AS pid,
    CAST(
        extract(EPOCH FROM max(clock_timestamp() - a.state_change) FILTER (WHERE a.is_idle)) AS double precision
    ) AS idle_seconds,
    (array_agg(a.pid ORDER BY a.state_change) FILTER (WHERE a.is_idle))[1] AS idle_pid,
    count(*) FILTER (WHERE a.backend_type IS NULL) AS hidden,
    (
        SELECT count(*)
        FROM pg_prepared_xacts AS p
        WHERE p.database = current_database()
    ) AS prepared,
    (
        SELECT CAST(extract(EPOCH FROM max(clock_timestamp() - p.prepared)) AS double precision)
        FROM pg_prepared_xacts AS p
        WHERE p.database = current_database()
    ) AS prepared_seconds
FROM (
    SELECT
        pid,
        backend_type,
        xact_start,
        state_change,
        coalesce(state LIKE 'idle in transaction%', false) AS is_idle
    FROM pg_stat_activity
    WHERE
        datname = current_database()
        AND pid <> pg_backend_pid()
        AND (backend_type IS NULL OR backend_type = 'client backend')
) AS a;

-- name: wraparound :one
-- How many transactions ago the oldest one was that rows of this database still refer to, the same of groups of
-- lockers, and after how many the server vacuums by itself.
-- only: postgres, SQLite numbers no transactions
-- result: age integer, group_age integer, vacuums_at integer
SELECT
    CAST(age(datfrozenxid) AS bigint) AS age,
    CAST(mxid_age(datminmxid) AS bigint) AS group_age,
    CAST(current_setting('autovacuum_freeze_max_age') AS bigint) AS vacuums_at
FROM pg_database
WHERE datname = current_database();

-- name: invalid_indexes :many
-- Indexes that serve no query since their build failed, or is not over; by name.
-- only: postgres, an index of SQLite is built whole or not at all
-- result: index_name text, is_being_built boolean
SELECT
    CAST(CAST(i.indexrelid AS regclass) AS text) AS index_name,
    i.indexrelid IN (
        SELECT p.index_relid
        FROM pg_stat_progress_create_index AS p
    ) AS is_being_built
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
WHERE NOT i.indisvalid AND c.relkind = 'i'
ORDER BY index_name;

-- name: unproven_constraints :many
-- Constraints that hold for new rows, and that nobody has proven for those that were there; by table and name.
-- only: postgres, SQLite has none
-- result: table_name text, constraint_name text
SELECT
    CAST(CAST(conrelid AS regclass) AS text) AS table_name,
    CAST(conname AS text) AS constraint_name
FROM pg_constraint
WHERE NOT convalidated AND conrelid <> 0
ORDER BY table_name, constraint_name;

-- name: snapshots :many
-- The stored results of views by name: how old each is in seconds (null: never made), and whether the last try failed.
-- result: view_name text, age_seconds real, is_failed boolean
SELECT
    CAST(stored.relname AS text) AS view_name,
    CAST(extract(EPOCH FROM clock_timestamp() - r.started_at) AS double precision) AS age_seconds,
    r.last_error IS NOT NULL AS is_failed
FROM pg_class AS live
INNER JOIN pg_class AS stored
    ON
        live.relnamespace = stored.relnamespace
        AND live.relname = stored.relname || '_live'
        AND stored.relkind IN ('m', 'r')
LEFT JOIN view_refreshes AS r ON stored.relname = r.view_name
WHERE live.relkind = 'v' AND pg_table_is_visible(live.oid)
ORDER BY stored.relname;

-- name: data_directory :one
-- Where the server keeps its files, as it says, and when it started, in seconds since 1970.
-- only: postgres, an SQLite file's folder is known
-- result: path text, started real
SELECT
    current_setting('data_directory') AS path,
    CAST(extract(EPOCH FROM pg_postmaster_start_time()) AS double precision) AS started;

-- name: reference_checks :many
-- For each foreign key a statement that counts the rows whose parent is gone, by table and name.
-- only: postgres, SQLite has a PRAGMA for it
-- result: table_name text, constraint_name text, statement text
SELECT
    CAST(CAST(k.conrelid AS regclass) AS text) AS table_name,
    CAST(k.conname AS text) AS constraint_name,
    format(
        'SELECT count(*) FROM ONLY %s AS c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s AS p WHERE %s)',
        CAST(k.conrelid AS regclass),
        string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ' ORDER BY place.number),
        CAST(k.confrelid AS regclass),
        string_agg(format('p.%I = c.%I', b.attname, a.attname), ' AND ' ORDER BY place.number)
    ) AS statement
FROM pg_constraint AS k
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS place (of_child, of_parent, number)
INNER JOIN pg_attribute AS a ON k.conrelid = a.attrelid AND place.of_child = a.attnum
INNER JOIN pg_attribute AS b ON k.confrelid = b.attrelid AND place.of_parent = b.attnum
INNER JOIN pg_class AS t ON k.conrelid = t.oid AND t.relkind = 'r'
WHERE k.contype = 'f' AND pg_table_is_visible(k.conrelid)
GROUP BY k.oid, k.conrelid, k.confrelid, k.conname
ORDER BY table_name, constraint_name;
