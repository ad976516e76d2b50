-- name: requests :many
-- Requests of the last so many seconds of the database's clock by kind, and what they cost (US dollars) and took
-- (milliseconds); a kind without requests has no row.
-- Differs from postgres: the clock is strftime's, and a percentile is computed as percentile_cont does, from its two
-- neighbours in rank.
-- result: kind text!, cost_usd real!, avg_latency_ms real?, p95_latency_ms real?
-- parity: clock, what is lately is said by the engine's own clock
-- scan: reads what came in those seconds
WITH
lately AS (
    SELECT
        'inference' AS kind,
        status = 'error' AS failed,
        cost_usd,
        latency_ms
    FROM inference_requests
    WHERE created_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
    UNION ALL
    SELECT
        'evaluation' AS kind,
        false AS failed,
        cost_usd,
        latency_ms
    FROM evaluations
    WHERE created_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
    UNION ALL
    SELECT
        'prediction' AS kind,
        status = 'error' AS failed,
        NULL AS cost_usd,
        processing_time_ms AS latency_ms
    FROM predictions
    WHERE created_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
),

ranked AS (
    SELECT
        kind,
        failed,
        cost_usd,
        latency_ms,
        row_number() OVER (
            PARTITION BY kind
            ORDER BY latency_ms NULLS LAST
        ) - 1 AS place,
        count(latency_ms) OVER (PARTITION BY kind) - 1 AS last
    FROM lately
)

SELECT
    kind,
    count(*) AS requests,
    count(*) FILTER (WHERE failed) AS errors,
    coalesce(sum(cost_usd), 0.0) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.95 * last))) AS p95_latency_ms
FROM ranked
GROUP BY kind
ORDER BY kind;

-- name: jobs :one
-- How many jobs are due, scheduled for later and running, how many were completed or died in the last so many seconds of
-- the database's clock, and how long the oldest one due has waited.
-- Differs from postgres: the clock is strftime's and julianday's.
-- result: oldest_waiting_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits, what runs and what ended lately, in indexes of those alone
SELECT
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    ) AS pending,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at > strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
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
            AND completed_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
    ) AS completed,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'dead'
            AND completed_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
    ) AS dead,
    (
        SELECT (julianday('now') - julianday(min(run_at))) * 86400.0
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    ) AS oldest_waiting_seconds;
