-- name: requests :many
-- Requests of the last so many seconds of the database's clock by kind, and what they cost (US dollars) and took
-- (milliseconds); a kind without requests has no row.
-- parity: clock, what is lately is said by the engine's own clock
-- scan: reads what came in those seconds
SELECT
    CAST(r.kind AS text) COLLATE "C" AS kind,
    count(*) AS requests,
    count(*) FILTER (WHERE r.failed) AS errors,
    coalesce(sum(r.cost_usd), 0.0) AS cost_usd,
    avg(r.latency_ms) AS avg_latency_ms,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY r.latency_ms) AS p95_latency_ms
FROM (
    SELECT
        'inference' AS kind,
        status = 'error' AS failed,
        cost_usd,
        latency_ms
    FROM inference_requests
    WHERE created_at >= statement_timestamp() - CAST(:seconds AS float8) * interval '1 second'
    UNION ALL
    SELECT
        'evaluation' AS kind,
        false AS failed,
        cost_usd,
        latency_ms
    FROM evaluations
    WHERE created_at >= statement_timestamp() - CAST(:seconds AS float8) * interval '1 second'
    UNION ALL
    SELECT
        'prediction' AS kind,
        status = 'error' AS failed,
        NULL AS cost_usd,
        processing_time_ms AS latency_ms
    FROM predictions
    WHERE created_at >= statement_timestamp() - CAST(:seconds AS float8) * interval '1 second'
) AS r
GROUP BY r.kind
ORDER BY r.kind;

-- name: jobs :one
-- How many jobs are due, scheduled for later and running, how many were completed or died in the last so many seconds of
-- the database's clock, and how long the oldest one due has waited.
-- result: oldest_waiting_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits, what runs and what ended lately, in indexes of those alone
SELECT
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= statement_timestamp()
    ) AS pending,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at > statement_timestamp()
    ) AS scheduled,
    (
        SELECT count(*)
        FROM jobs
        WHERE state = 'running'
    ) AS running,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'completed'
            AND completed_at >= statement_timestamp() - CAST(:seconds AS float8) * interval '1 second'
    ) AS completed,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'dead'
            AND completed_at >= statement_timestamp() - CAST(:seconds AS float8) * interval '1 second'
    ) AS dead,
    (
        SELECT CAST(extract(EPOCH FROM statement_timestamp() - min(run_at)) AS float8)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= statement_timestamp()
    ) AS oldest_waiting_seconds;
