-- name: usage :many
-- Requests, errors, tokens, cost and average latency of each UTC day and version of a model, by day and model.
-- Differs from postgres: a time is text, whose first ten characters are its UTC day.
SELECT
    substr(r.created_at, 1, 10) AS day,
    m.name AS model,
    v.version AS model_version,
    s.model_version_id,
    count(*) AS requests,
    count(*) FILTER (WHERE r.status = 'error') AS errors,
    CAST(coalesce(sum(r.input_tokens), 0) AS bigint) AS input_tokens,
    CAST(coalesce(sum(r.output_tokens), 0) AS bigint) AS output_tokens,
    coalesce(sum(r.cost_usd), 0.0) AS cost_usd,
    avg(r.latency_ms) AS avg_latency_ms
FROM inference_requests AS r
INNER JOIN inference_sessions AS s ON r.session_id = s.id
INNER JOIN model_versions AS v ON s.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id
WHERE
    r.created_at >= :since
    AND r.created_at < :until -- optional
    AND s.model_version_id = :model_version_id -- optional
    AND s.user_id = :user_id -- optional
GROUP BY
    substr(r.created_at, 1, 10),
    m.name,
    v.version,
    s.model_version_id
ORDER BY day, m.name, v.version, s.model_version_id;

-- name: hold_before :many
-- Of these sessions those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
SELECT s.id
FROM inference_sessions AS s
WHERE
    s.id IN (:ids)
    AND s.created_at < :before
    AND s.closed_at < :before
ORDER BY s.id;
