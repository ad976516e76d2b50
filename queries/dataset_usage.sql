-- name: get :optional
-- The runs, experiments and benchmarks on one dataset and the best that came out, as of the last refresh.
-- result: success_rate real?
SELECT
    dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    CAST(completed_runs AS float8) / nullif(completed_runs + failed_runs, 0) AS success_rate,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
FROM dataset_usage_visible
WHERE dataset_id = :dataset_id;

-- name: list :many
-- The same of all datasets, the most used first.
-- defaults: limit = 100
-- result: success_rate real?
-- scan: a domain is tested dataset by dataset, the most used first, until a page is full
SELECT
    dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    CAST(completed_runs AS float8) / nullif(completed_runs + failed_runs, 0) AS success_rate,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
FROM dataset_usage_visible
WHERE
    true
    AND domain = :domain -- optional
ORDER BY runs DESC, dataset_id DESC
LIMIT :limit;
