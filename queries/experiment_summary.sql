-- name: get :optional
-- One experiment's runs, evaluations, ratings, tokens and cost as of the last refresh; experiments.summary is live.
SELECT
    experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
FROM experiment_summary_visible
WHERE experiment_id = :experiment_id;

-- name: list :many
-- The same of all experiments, newest first; the next page begins after the last row's created_at and experiment_id.
-- defaults: limit = 100
-- scan: a status is tested newest first until a page is full
SELECT
    experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
FROM experiment_summary_visible
WHERE
    true
    AND status IN (:statuses) -- optional
    AND (created_at, experiment_id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, experiment_id DESC
LIMIT :limit;
