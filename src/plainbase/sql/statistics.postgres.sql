-- name: take_turn :value
-- Waits until nobody else keeps sizes, and keeps others waiting until this transaction ends.
-- result: taken text
SELECT CAST(pg_advisory_xact_lock(1818195820, hashtext(current_schema())) AS text) AS taken;

-- name: cache :one
-- How many blocks were found in the server's memory and how many were read, since the counters began.
-- only: postgres, SQLite's module does not tell
-- result: hits integer, reads integer, since timestamp
SELECT
    blks_hit AS hits,
    blks_read AS reads,
    stats_reset AS since
FROM pg_stat_database
WHERE datname = current_database();

-- name: statements :many
-- What the server has counted of the statements that plainbase named, the slowest in all first; times in seconds.
-- only: postgres, an extension counts there
-- result: query_name text, calls integer, row_count integer, seconds real, slowest real
SELECT
    substring(query FROM '/[*] ([A-Za-z_][A-Za-z0-9_]*[.][A-Za-z0-9_.]+) [*]/') AS query_name,
    CAST(sum(calls) AS bigint) AS calls,
    CAST(sum(rows) AS bigint) AS row_count,
    sum(total_exec_time) / 1000.0 AS seconds,
    max(max_exec_time) / 1000.0 AS slowest
FROM pg_stat_statements
WHERE
    dbid IN (
        SELECT d.oid
        FROM pg_database AS d
        WHERE d.datname = current_database()
    )
    AND query ~ '/[*] [A-Za-z_][A-Za-z0-9_]*[.][A-Za-z0-9_.]+ [*]/'
GROUP BY query_name
ORDER BY seconds DESC, query_name;
