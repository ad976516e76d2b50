-- name: jobs :many
-- How many jobs of each queue are due, scheduled for later, running and dead, and how long the oldest one due has
-- waited, by queue.
-- Differs from postgres: the clock is strftime's and julianday's.
-- result: due integer!, scheduled integer!, running integer!, dead integer!, oldest_due_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits, what runs and what is dead, in indexes of those alone
WITH waiting AS (
    SELECT
        queue,
        count(*) FILTER (WHERE run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')) AS due,
        count(*) FILTER (WHERE run_at > strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')) AS scheduled,
        min(run_at) FILTER (WHERE run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')) AS first_due_at
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
    (julianday('now') - julianday(w.first_due_at)) * 86400.0 AS oldest_due_seconds
FROM names AS n
LEFT JOIN waiting AS w ON n.name = w.queue
LEFT JOIN running AS r ON n.name = r.queue
LEFT JOIN dead AS d ON n.name = d.queue
ORDER BY n.name;

-- name: workers :one
-- The workers that have not stopped: how many were heard of in the last so many seconds, how many were not, and how
-- many tasks they have and have room for.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: seconds = 60
-- result: alive integer!, silent integer!, tasks integer!, capacity integer!
-- parity: clock, who is heard of depends on the time
-- scan: reads them all, which are few
SELECT
    count(*) FILTER (WHERE heard_of) AS alive,
    count(*) FILTER (WHERE NOT heard_of) AS silent,
    coalesce(sum(current_tasks) FILTER (WHERE heard_of), 0) AS tasks,
    coalesce(sum(capacity) FILTER (WHERE heard_of), 0) AS capacity
FROM (
    SELECT
        current_tasks,
        capacity,
        last_heartbeat_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds') AS heard_of
    FROM workers
    WHERE status <> 'stopped'
) AS w;

-- name: database :one
-- The bytes of the database; what its server tells of transactions and replication is null.
-- Differs from postgres: pages are counted, there is no server, and the write-ahead log is a file.
-- result: slot_retained_bytes integer, replication_lag_seconds real, oldest_transaction_seconds real
-- parity: shape, each engine stores in its own way
-- scan: asks the file's header
SELECT
    c.page_count * s.page_size AS bytes,
    CAST(NULL AS bigint) AS slot_retained_bytes,
    CAST(NULL AS real) AS replication_lag_seconds,
    CAST(NULL AS real) AS oldest_transaction_seconds
FROM pragma_page_count AS c
CROSS JOIN pragma_page_size AS s;
