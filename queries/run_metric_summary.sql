-- name: list_for_run :many
-- Each metric of a run in one row, as of the last refresh, by name.
SELECT
    run_id,
    name,
    points,
    nan_points,
    first_step,
    last_step,
    first_value,
    last_value,
    min_value,
    min_step,
    max_value,
    max_step,
    avg_value,
    last_recorded_at
FROM run_metric_summary
WHERE run_id = :run_id
ORDER BY name;

-- name: list_lowest :many
-- The runs with the lowest value of a metric, the lowest first, as of the last refresh.
-- defaults: limit = 100
SELECT
    run_id,
    name,
    points,
    nan_points,
    first_step,
    last_step,
    first_value,
    last_value,
    min_value,
    min_step,
    max_value,
    max_step,
    avg_value,
    last_recorded_at
FROM run_metric_summary
WHERE
    name = :name
    AND min_value IS NOT NULL
ORDER BY min_value, run_id
LIMIT :limit;

-- name: list_highest :many
-- The runs with the highest value of a metric, the highest first, as of the last refresh.
-- defaults: limit = 100
SELECT
    run_id,
    name,
    points,
    nan_points,
    first_step,
    last_step,
    first_value,
    last_value,
    min_value,
    min_step,
    max_value,
    max_step,
    avg_value,
    last_recorded_at
FROM run_metric_summary
WHERE
    name = :name
    AND max_value IS NOT NULL
ORDER BY max_value DESC, run_id DESC
LIMIT :limit;
