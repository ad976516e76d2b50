-- name: log :exec
-- Logs how well a version did, or many measurements by a batch.
-- defaults: dataset_version = null, recorded_at = now()
INSERT INTO model_performance (
    model_version_id,
    stage,
    dataset_version,
    metric,
    value,
    recorded_at
)
VALUES (
    :model_version_id,
    :stage,
    :dataset_version,
    :metric,
    :value,
    :recorded_at
);

-- name: history :many
-- One metric of a version over time, newest first; the next page begins after the last row's recorded_at and id.
-- defaults: limit = 1000
SELECT
    id,
    stage,
    dataset_version,
    value,
    recorded_at
FROM model_performance
WHERE
    model_version_id = :model_version_id
    AND metric = :metric
    AND stage = :stage -- optional
    AND dataset_version = :dataset_version -- optional
    AND recorded_at >= :since -- optional
    AND recorded_at < :until -- optional
    AND (recorded_at, id) < (:before_recorded_at, :before_id) -- optional
ORDER BY recorded_at DESC, id DESC
LIMIT :limit;

-- name: latest :many
-- The newest value of each metric in each stage of a version, by metric and stage.
-- scan: reads what was measured of one version
SELECT
    p.metric,
    p.stage,
    p.dataset_version,
    p.value,
    p.recorded_at
FROM (
    SELECT
        metric,
        stage,
        dataset_version,
        value,
        recorded_at,
        row_number() OVER (PARTITION BY metric, stage ORDER BY recorded_at DESC, id DESC) AS newest
    FROM model_performance
    WHERE model_version_id = :model_version_id
) AS p
WHERE p.newest = 1
ORDER BY p.metric, p.stage;

-- name: list_for_stage :many
-- Measurements in one stage of all versions, newest first; the next page begins after the last row's recorded_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_version_id,
    stage,
    dataset_version,
    metric,
    value,
    recorded_at
FROM model_performance
WHERE
    stage = :stage
    AND metric = :metric -- optional
    AND recorded_at >= :since -- optional
    AND (recorded_at, id) < (:before_recorded_at, :before_id) -- optional
ORDER BY recorded_at DESC, id DESC
LIMIT :limit;
