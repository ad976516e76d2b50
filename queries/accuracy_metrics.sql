-- name: record :one
-- Keeps an accuracy that was measured, of a checkpoint or of the whole.
-- defaults: checkpoint_id = null, metadata = {}
INSERT INTO accuracy_metrics (
    checkpoint_id,
    metric_type,
    value,
    metadata
)
VALUES (
    :checkpoint_id,
    :metric_type,
    :value,
    :metadata
)
RETURNING
    id,
    checkpoint_id,
    metric_type,
    value,
    metadata,
    created_at;

-- name: list :many
-- Accuracies, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    checkpoint_id,
    metric_type,
    value,
    metadata,
    created_at
FROM accuracy_metrics
WHERE
    true
    AND metric_type = :metric_type -- optional
    AND checkpoint_id = :checkpoint_id -- optional
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: summary :many
-- For each type of accuracy how often it was measured, its newest, highest, lowest and mean value, by type.
-- result: latest_at timestamp
-- scan: sums up every value
SELECT
    a.metric_type,
    count(*) AS measurements,
    max(CASE WHEN a.newest = 1 THEN a.value END) AS latest,
    max(a.value) AS best,
    min(a.value) AS lowest,
    -- avg() squares on PostgreSQL, which overflows.
    sum(a.value) / count(*) AS average,
    max(a.created_at) AS latest_at
FROM (
    SELECT
        metric_type,
        value,
        created_at,
        row_number() OVER (PARTITION BY metric_type ORDER BY id DESC) AS newest
    FROM accuracy_metrics
    WHERE
        true
        AND checkpoint_id = :checkpoint_id -- optional
) AS a
GROUP BY a.metric_type
ORDER BY a.metric_type;

-- name: delete_for_checkpoint :exec
-- Deletes the accuracies of a checkpoint.
DELETE FROM accuracy_metrics
WHERE checkpoint_id = :checkpoint_id;
