-- name: open :one
-- Begins a session of somebody's use of a model version.
-- defaults: id = uuid7(), user_id = null, purpose = null, metadata = {}
INSERT INTO inference_sessions (
    id,
    model_version_id,
    user_id,
    purpose,
    metadata
)
VALUES (
    :id,
    :model_version_id,
    :user_id,
    :purpose,
    :metadata
)
RETURNING
    id,
    model_version_id,
    user_id,
    purpose,
    request_count,
    error_count,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    metadata,
    created_at,
    updated_at,
    closed_at;

-- name: get :one
-- One session.
SELECT
    id,
    model_version_id,
    user_id,
    purpose,
    request_count,
    error_count,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    metadata,
    created_at,
    updated_at,
    closed_at
FROM inference_sessions
WHERE id = :id;

-- name: close :exec
-- Ends a session with the totals of its requests; 0 rows when it is closed already. Call platform.inference.close: on
-- PostgreSQL a request that is being logged meanwhile is missing in the totals until refresh_totals.
-- defaults: now = now()
UPDATE inference_sessions
SET
    request_count = t.requests,
    error_count = t.errors,
    input_tokens = t.input_tokens,
    output_tokens = t.output_tokens,
    latency_ms = t.latency_ms,
    cost_usd = t.cost_usd,
    closed_at = :now,
    updated_at = :now
FROM (
    SELECT
        count(*) AS requests,
        count(*) FILTER (WHERE r.status = 'error') AS errors,
        CAST(coalesce(sum(r.input_tokens), 0) AS bigint) AS input_tokens,
        CAST(coalesce(sum(r.output_tokens), 0) AS bigint) AS output_tokens,
        coalesce(sum(r.latency_ms), 0.0) AS latency_ms,
        coalesce(sum(r.cost_usd), 0.0) AS cost_usd
    FROM inference_requests AS r
    WHERE r.session_id = :id
) AS t
WHERE
    inference_sessions.id = :id
    AND inference_sessions.closed_at IS NULL;

-- name: refresh_totals :exec
-- Brings the totals of a session up to date, open or closed.
-- defaults: now = now()
UPDATE inference_sessions
SET
    request_count = t.requests,
    error_count = t.errors,
    input_tokens = t.input_tokens,
    output_tokens = t.output_tokens,
    latency_ms = t.latency_ms,
    cost_usd = t.cost_usd,
    updated_at = :now
FROM (
    SELECT
        count(*) AS requests,
        count(*) FILTER (WHERE r.status = 'error') AS errors,
        CAST(coalesce(sum(r.input_tokens), 0) AS bigint) AS input_tokens,
        CAST(coalesce(sum(r.output_tokens), 0) AS bigint) AS output_tokens,
        coalesce(sum(r.latency_ms), 0.0) AS latency_ms,
        coalesce(sum(r.cost_usd), 0.0) AS cost_usd
    FROM inference_requests AS r
    WHERE r.session_id = :id
) AS t
WHERE inference_sessions.id = :id;

-- name: list_recent :many
-- Sessions, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_version_id,
    user_id,
    purpose,
    request_count,
    error_count,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    metadata,
    created_at,
    updated_at,
    closed_at
FROM inference_sessions
WHERE
    true
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_user :many
-- The sessions of a user, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_version_id,
    user_id,
    purpose,
    request_count,
    error_count,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    metadata,
    created_at,
    updated_at,
    closed_at
FROM inference_sessions
WHERE
    user_id = :user_id
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model_version :many
-- The sessions with a version of a model, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_version_id,
    user_id,
    purpose,
    request_count,
    error_count,
    input_tokens,
    output_tokens,
    latency_ms,
    cost_usd,
    metadata,
    created_at,
    updated_at,
    closed_at
FROM inference_sessions
WHERE
    model_version_id = :model_version_id
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: delete :exec
-- Deletes a session with its requests.
DELETE FROM inference_sessions
WHERE id = :id;

-- name: count_before :one
-- How many sessions were closed before a time, and how many of these a cleanup removes: those without requests.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (
        WHERE
        NOT EXISTS (
            SELECT 1 FROM inference_requests AS r
            WHERE r.session_id = s.id
        )
    ) AS removable
FROM inference_sessions AS s
WHERE
    s.created_at < :before
    AND s.closed_at < :before;

-- name: list_before :many
-- The sessions that were closed before a time and have no request: their keys, the oldest first; the next page begins
-- after the last.
-- defaults: limit = 1000
-- parameter: after_id uuid
SELECT
    s.id,
    s.created_at AS age
FROM inference_sessions AS s
WHERE
    s.created_at < :before
    AND s.closed_at < :before
    AND NOT EXISTS (
        SELECT 1 FROM inference_requests AS r
        WHERE r.session_id = s.id
    )
    AND (s.created_at, s.id) > (:after_age, :after_id) -- optional
ORDER BY s.created_at, s.id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes sessions that were held, by their keys.
-- parameter: ids uuid
DELETE FROM inference_sessions
WHERE
    id IN (:ids)
    -- Looked at again by a statement of its own: since they are held nobody can add one.
    AND NOT EXISTS (
        SELECT 1 FROM inference_requests AS r
        WHERE r.session_id = inference_sessions.id
    );
