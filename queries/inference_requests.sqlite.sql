-- name: log :one
-- Logs one request of an open session, or many by a batch; no row when there is no such session or it is closed.
-- Differs from postgres: one writer, so nobody closes the session meanwhile.
-- defaults: status = "success", prompt_chars = null, response_chars = null, input_tokens = null
-- defaults: output_tokens = null, latency_ms = null, cost_usd = null, error = null, created_at = now()
-- parameter: session_id uuid
INSERT INTO inference_requests (
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
)
SELECT
    s.id,
    :status,
    :prompt_chars,
    :response_chars,
    :input_tokens,
    :output_tokens,
    :latency_ms,
    :cost_usd,
    :error,
    :created_at
FROM inference_sessions AS s
WHERE
    s.id = :session_id
    AND s.closed_at IS NULL
RETURNING
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
    created_at;

-- name: log_priced :one
-- Logs one request of an open session at its version's prices; the cost is null where tokens or prices are not known.
-- Differs from postgres: one writer, so nobody closes the session meanwhile.
-- defaults: status = "success", prompt_chars = null, response_chars = null, input_tokens = null
-- defaults: output_tokens = null, latency_ms = null, error = null, created_at = now()
-- parameter: session_id uuid
INSERT INTO inference_requests (
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
)
SELECT
    s.id,
    :status,
    :prompt_chars,
    :response_chars,
    :input_tokens,
    :output_tokens,
    :latency_ms,
    (
        CAST(:input_tokens AS bigint) * v.input_token_price
        + CAST(:output_tokens AS bigint) * v.output_token_price
    ) / 1000000,
    :error,
    :created_at
FROM inference_sessions AS s
INNER JOIN model_versions AS v ON s.model_version_id = v.id
WHERE
    s.id = :session_id
    AND s.closed_at IS NULL
RETURNING
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
    created_at;

-- name: usage_by_day :many
-- Requests, errors, tokens, cost and average latency of each UTC day, by day.
-- Differs from postgres: a time is text, whose first ten characters are its UTC day.
SELECT
    substr(created_at, 1, 10) AS day,
    count(*) AS requests,
    count(*) FILTER (WHERE status = 'error') AS errors,
    CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
    CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms
FROM inference_requests
WHERE
    created_at >= :since
    AND created_at < :until -- optional
GROUP BY substr(created_at, 1, 10)
ORDER BY day;

-- name: hold_before :many
-- Of these requests those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
-- parameter: ids integer
SELECT r.id
FROM inference_requests AS r
INNER JOIN inference_sessions AS s ON r.session_id = s.id
WHERE
    r.id IN (:ids)
    AND r.created_at < :before
    AND s.closed_at IS NOT NULL
    AND r.id < (SELECT max(n.id) FROM inference_requests AS n)
ORDER BY r.id;
