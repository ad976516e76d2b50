-- name: list_values :many
-- The hyperparameters of each completed run that has a metric, and its lowest and highest value as of the last refresh,
-- in the order of the runs' ids.
-- scan: sorts the runs that have one metric, all of which it reads
SELECT
    r.id AS run_id,
    r.hyperparameters,
    m.min_value,
    m.max_value
FROM run_metric_summary AS m
INNER JOIN training_runs AS r ON m.run_id = r.id
WHERE
    m.name = :metric
    AND m.min_value IS NOT NULL
    AND r.status = 'completed'
    AND r.dataset_id = :dataset_id -- optional
    AND r.id IN (:run_ids) -- optional
ORDER BY r.id;
