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

-- name: list_names :many
-- The metrics that any run has a value of, as of the last refresh, by name.
-- result: name text!
WITH RECURSIVE
-- The next name is looked up in the index, so that not every run is read.
names (name) AS (
    SELECT min(m.name) AS name
    FROM run_metric_summary AS m
    WHERE m.min_value IS NOT NULL
    UNION ALL
    SELECT (
        SELECT min(m.name)
        FROM run_metric_summary AS m
        WHERE
            m.name > n.name
            AND m.min_value IS NOT NULL
    ) AS name
    FROM names AS n
    WHERE n.name IS NOT NULL
)

SELECT n.name
FROM names AS n
WHERE n.name IS NOT NULL
ORDER BY n.name;
