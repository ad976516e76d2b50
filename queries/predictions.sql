-- name: log :one
-- Logs one prediction that was served, or that failed; times in milliseconds.
-- defaults: batch_id = null, model_version_id = null, prediction = null, confidence_score = null
-- defaults: confidence_low = null, confidence_high = null, processing_time_ms = null
-- defaults: status = "success", error_message = null, user_agent = null, ip_address = null
-- defaults: created_at = now()
INSERT INTO predictions (
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
)
VALUES (
    :request_id,
    :batch_id,
    :model_version_id,
    :model_version,
    :model_stage,
    :input_features,
    :prediction,
    :confidence_score,
    :confidence_low,
    :confidence_high,
    :processing_time_ms,
    :status,
    :error_message,
    :user_agent,
    :ip_address,
    :created_at
)
RETURNING
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at;

-- name: get :one
-- One prediction.
SELECT
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
FROM predictions
WHERE id = :id;

-- name: get_by_request :one
-- The prediction of one request.
SELECT
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
FROM predictions
WHERE request_id = :request_id;

-- name: list :many
-- Predictions, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full
SELECT
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
FROM predictions
WHERE
    true
    AND model_version = :model_version -- optional
    AND model_stage = :model_stage -- optional
    AND status = :status -- optional
    AND created_at >= :since -- optional
    AND created_at < :until -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_batch :many
-- The predictions of a batch in the order in which they were logged; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
FROM predictions
WHERE
    batch_id = :batch_id
    AND status = :status -- optional
    AND id > :after_id -- optional
ORDER BY id
LIMIT :limit;

-- name: list_errors :many
-- Predictions that failed, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a version is tested in an index of what failed alone, newest first, until a page is full
SELECT
    id,
    request_id,
    batch_id,
    model_version_id,
    model_version,
    model_stage,
    input_features,
    prediction,
    confidence_score,
    confidence_low,
    confidence_high,
    processing_time_ms,
    status,
    error_message,
    user_agent,
    ip_address,
    created_at
FROM predictions
WHERE
    status = 'error'
    AND model_version = :model_version -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: statistics :one
-- How many predictions succeeded and how long they took, in milliseconds; the rate is null where there are none.
-- scan: without a filter it is about every prediction
WITH
places AS (
    SELECT
        status,
        processing_time_ms,
        confidence_score,
        count(processing_time_ms) OVER () AS n,
        row_number() OVER (ORDER BY processing_time_ms NULLS LAST) AS place
    FROM predictions
    WHERE
        true
        AND created_at >= :since -- optional
        AND created_at < :until -- optional
        AND model_version = :model_version -- optional
        AND model_stage = :model_stage -- optional
),

-- A percentile lies between the two values nearest to its place, as percentile_cont has it.
totals AS (
    SELECT
        count(*) AS total,
        count(*) FILTER (WHERE status = 'success') AS successes,
        count(*) FILTER (WHERE status = 'error') AS errors,
        avg(processing_time_ms) AS avg_processing_time_ms,
        max(n) AS n,
        max(CASE WHEN 100 * (place - 1) <= 50 * (n - 1) THEN processing_time_ms END) AS p50_below,
        min(CASE WHEN 100 * (place - 1) >= 50 * (n - 1) THEN processing_time_ms END) AS p50_above,
        max(CASE WHEN 100 * (place - 1) <= 95 * (n - 1) THEN processing_time_ms END) AS p95_below,
        min(CASE WHEN 100 * (place - 1) >= 95 * (n - 1) THEN processing_time_ms END) AS p95_above,
        max(CASE WHEN 100 * (place - 1) <= 99 * (n - 1) THEN processing_time_ms END) AS p99_below,
        min(CASE WHEN 100 * (place - 1) >= 99 * (n - 1) THEN processing_time_ms END) AS p99_above,
        avg(confidence_score) AS avg_confidence
    FROM places
)

SELECT
    total,
    successes,
    errors,
    CAST(successes AS float8) / nullif(total, 0) AS success_rate,
    avg_processing_time_ms,
    p50_below + (p50_above - p50_below) * CAST(50 * (n - 1) % 100 AS float8) / 100 AS p50_processing_time_ms,
    p95_below + (p95_above - p95_below) * CAST(95 * (n - 1) % 100 AS float8) / 100 AS p95_processing_time_ms,
    p99_below + (p99_above - p99_below) * CAST(99 * (n - 1) % 100 AS float8) / 100 AS p99_processing_time_ms,
    avg_confidence
FROM totals;

-- name: statistics_by_version :many
-- How many predictions of each version succeeded and how long they took, by version.
-- result: last_at timestamp
-- scan: without a filter it is about every prediction
WITH
places AS (
    SELECT
        model_version,
        status,
        processing_time_ms,
        confidence_score,
        created_at,
        count(processing_time_ms) OVER (PARTITION BY model_version) AS n,
        row_number() OVER (PARTITION BY model_version ORDER BY processing_time_ms NULLS LAST) AS place
    FROM predictions
    WHERE
        true
        AND created_at >= :since -- optional
        AND created_at < :until -- optional
        AND model_stage = :model_stage -- optional
),

-- A percentile lies between the two values nearest to its place, as percentile_cont has it.
totals AS (
    SELECT
        model_version,
        count(*) AS total,
        count(*) FILTER (WHERE status = 'success') AS successes,
        count(*) FILTER (WHERE status = 'error') AS errors,
        avg(processing_time_ms) AS avg_processing_time_ms,
        max(n) AS n,
        max(CASE WHEN 100 * (place - 1) <= 50 * (n - 1) THEN processing_time_ms END) AS p50_below,
        min(CASE WHEN 100 * (place - 1) >= 50 * (n - 1) THEN processing_time_ms END) AS p50_above,
        max(CASE WHEN 100 * (place - 1) <= 95 * (n - 1) THEN processing_time_ms END) AS p95_below,
        min(CASE WHEN 100 * (place - 1) >= 95 * (n - 1) THEN processing_time_ms END) AS p95_above,
        max(CASE WHEN 100 * (place - 1) <= 99 * (n - 1) THEN processing_time_ms END) AS p99_below,
        min(CASE WHEN 100 * (place - 1) >= 99 * (n - 1) THEN processing_time_ms END) AS p99_above,
        avg(confidence_score) AS avg_confidence,
        max(created_at) AS last_at
    FROM places
    GROUP BY model_version
)

SELECT
    model_version,
    total,
    successes,
    errors,
    CAST(successes AS float8) / nullif(total, 0) AS success_rate,
    avg_processing_time_ms,
    p50_below + (p50_above - p50_below) * CAST(50 * (n - 1) % 100 AS float8) / 100 AS p50_processing_time_ms,
    p95_below + (p95_above - p95_below) * CAST(95 * (n - 1) % 100 AS float8) / 100 AS p95_processing_time_ms,
    p99_below + (p99_above - p99_below) * CAST(99 * (n - 1) % 100 AS float8) / 100 AS p99_processing_time_ms,
    avg_confidence,
    last_at
FROM totals
ORDER BY model_version;

-- name: count_by_status :many
-- How many predictions have each status, by status.
-- scan: without a time it counts every prediction
SELECT
    status,
    count(*) AS predictions
FROM predictions
WHERE
    true
    AND created_at >= :since -- optional
GROUP BY status
ORDER BY status;

-- name: count_before :one
-- How many predictions are from before a time, and how many of these a cleanup removes: all but the newest, so that
-- SQLite gives no id twice.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE old.id < newest.id) AS removable
FROM predictions AS old
CROSS JOIN (SELECT max(id) AS id FROM predictions) AS newest
WHERE old.created_at < :before;

-- name: list_before :many
-- The predictions from before a time that a cleanup removes: their keys, the oldest first; the next page begins
-- after the last.
-- defaults: limit = 1000
SELECT
    id,
    created_at AS age
FROM predictions
WHERE
    created_at < :before
    AND id < (SELECT max(n.id) FROM predictions AS n)
    AND (created_at, id) > (:after_age, :after_id) -- optional
ORDER BY created_at, id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes predictions that were held, by their keys.
DELETE FROM predictions
WHERE id IN (:ids);
