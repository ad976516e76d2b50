-- name: list_for_session :many
-- The requests of a session, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    session_id,
    status,
    prompt_chars,
    response_chars,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    error,
    created_at
FROM inference_requests
WHERE
    session_id = :session_id
    AND status = :status -- optional
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: statistics :one
-- The requests of a session in numbers: latencies in milliseconds, the cost in US dollars.
-- result: first_at timestamp, last_at timestamp
-- scan: orders the durations of one session, all of which it reads
WITH
places AS (
    SELECT
        status,
        input_tokens,
        output_tokens,
        latency_ms,
        cost_usd,
        created_at,
        count(latency_ms) OVER () AS n,
        row_number() OVER (ORDER BY latency_ms NULLS LAST) AS place
    FROM inference_requests
    WHERE session_id = :session_id
),

-- A percentile lies between the two values nearest to its place, as percentile_cont has it.
totals AS (
    SELECT
        count(*) AS requests,
        count(*) FILTER (WHERE status = 'error') AS errors,
        CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
        CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens,
        coalesce(sum(cost_usd), 0.0) AS cost_usd,
        avg(latency_ms) AS avg_latency_ms,
        max(n) AS n,
        max(CASE WHEN 100 * (place - 1) <= 50 * (n - 1) THEN latency_ms END) AS p50_below,
        min(CASE WHEN 100 * (place - 1) >= 50 * (n - 1) THEN latency_ms END) AS p50_above,
        max(CASE WHEN 100 * (place - 1) <= 95 * (n - 1) THEN latency_ms END) AS p95_below,
        min(CASE WHEN 100 * (place - 1) >= 95 * (n - 1) THEN latency_ms END) AS p95_above,
        max(latency_ms) AS max_latency_ms,
        min(created_at) AS first_at,
        max(created_at) AS last_at
    FROM places
)

SELECT
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_below + (p50_above - p50_below) * CAST(50 * (n - 1) % 100 AS float8) / 100 AS p50_latency_ms,
    p95_below + (p95_above - p95_below) * CAST(95 * (n - 1) % 100 AS float8) / 100 AS p95_latency_ms,
    max_latency_ms,
    first_at,
    last_at
FROM totals;

-- name: count_before :one
-- How many requests are from before a time, and how many of these a cleanup removes: not those of open sessions, whose
-- totals are yet to be counted, nor the newest, so that SQLite gives no id twice.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE s.closed_at IS NOT NULL AND r.id < newest.id) AS removable
FROM inference_requests AS r
INNER JOIN inference_sessions AS s ON r.session_id = s.id
CROSS JOIN (SELECT max(id) AS id FROM inference_requests) AS newest
WHERE r.created_at < :before;

-- name: list_before :many
-- The requests from before a time that a cleanup removes: their keys, the oldest first; the next page begins after
-- the last.
-- defaults: limit = 1000
-- parameter: after_id integer
SELECT
    r.id,
    r.created_at AS age
FROM inference_requests AS r
INNER JOIN inference_sessions AS s ON r.session_id = s.id
WHERE
    r.created_at < :before
    AND s.closed_at IS NOT NULL
    AND r.id < (SELECT max(n.id) FROM inference_requests AS n)
    AND (r.created_at, r.id) > (:after_age, :after_id) -- optional
ORDER BY r.created_at, r.id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes requests that were held, by their keys.
DELETE FROM inference_requests
WHERE id IN (:ids);
