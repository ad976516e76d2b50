-- name: jobs :many
-- How many jobs of each queue are due, scheduled for later, running and dead, and how long the oldest one due has
-- waited, by queue.
-- Differs from sqlite: the clock is statement_timestamp().
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits, what runs and what is dead, in indexes of those alone
WITH waiting AS (
    SELECT
        queue,
        count(*) FILTER (WHERE run_at <= statement_timestamp()) AS due,
        count(*) FILTER (WHERE run_at > statement_timestamp()) AS scheduled,
        min(run_at) FILTER (WHERE run_at <= statement_timestamp()) AS first_due_at
    FROM jobs
    WHERE state = 'available'
    GROUP BY queue
),

running AS (
    SELECT
        queue,
        count(*) AS jobs
    FROM jobs
    WHERE state = 'running'
    GROUP BY queue
),

dead AS (
    SELECT
        queue,
        count(*) AS jobs
    FROM jobs
    WHERE
        state = 'dead'
        AND completed_at IS NOT NULL
    GROUP BY queue
),

names AS (
    SELECT name
    FROM job_queues
    UNION
    SELECT queue
    FROM waiting
    UNION
    SELECT queue
    FROM running
    UNION
    SELECT queue
    FROM dead
)

SELECT
    n.name AS queue,
    coalesce(w.due, 0) AS due,
    coalesce(w.scheduled, 0) AS scheduled,
    coalesce(r.jobs, 0) AS running,
    coalesce(d.jobs, 0) AS dead,
    CAST(extract(EPOCH FROM statement_timestamp() - w.first_due_at) AS float8) AS oldest_due_seconds
FROM names AS n
LEFT JOIN waiting AS w ON n.name = w.queue
LEFT JOIN running AS r ON n.name = r.queue
LEFT JOIN dead AS d ON n.name = d.queue
ORDER BY n.name;

-- name: workers :one
-- The workers that have not stopped: how many were heard of in the last so many seconds, how many were not, and how
-- many tasks they have and have room for.
-- Differs from sqlite: the clock is clock_timestamp().
-- defaults: seconds = 60
-- parity: clock, who is heard of depends on the time
-- scan: reads them all, which are few
SELECT
    count(*) FILTER (WHERE heard_of) AS alive,
    count(*) FILTER (WHERE NOT heard_of) AS silent,
    CAST(coalesce(sum(current_tasks) FILTER (WHERE heard_of), 0) AS bigint) AS tasks,
    CAST(coalesce(sum(capacity) FILTER (WHERE heard_of), 0) AS bigint) AS capacity
FROM (
    SELECT
        current_tasks,
        capacity,
        last_heartbeat_at >= clock_timestamp() - make_interval(secs => :seconds) AS heard_of
    FROM workers
    WHERE status <> 'stopped'
) AS w;

-- name: database :one
-- The bytes of the database; the bytes of log kept for the replication slot furthest behind, how far the slowest replica
-- is behind, and how long the oldest transaction has been open: null where there is none, or the role may not see it.
-- Differs from sqlite: the server knows.
-- parity: shape, each engine stores in its own way
-- scan: reads the server's views
SELECT
    pg_database_size(current_database()) AS bytes,
    (
        SELECT
            CAST(
                max(
                    pg_wal_lsn_diff(
                        CASE
                            WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn()
                        END,
                        restart_lsn
                    )
                ) AS bigint
            )
        FROM pg_replication_slots
    ) AS slot_retained_bytes,
    (
        SELECT CAST(extract(EPOCH FROM max(replay_lag)) AS float8)
        FROM pg_stat_replication
    ) AS replication_lag_seconds,
    (
        SELECT CAST(extract(EPOCH FROM clock_timestamp() - min(xact_start)) AS float8)
        FROM pg_stat_activity
        WHERE
            datname = current_database()
            AND pid <> pg_backend_pid()
    ) AS oldest_transaction_seconds;
