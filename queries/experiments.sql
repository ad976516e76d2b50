-- name: create :one
-- Notes an experiment that is to be started.
-- defaults: id = uuid7(), hypothesis = null, dataset_id = null, model_version_id = null, config = {}
-- defaults: created_by = null, team_id = null
INSERT INTO experiments (
    id,
    name,
    hypothesis,
    dataset_id,
    model_version_id,
    config,
    created_by,
    team_id
)
VALUES (
    :id,
    :name,
    :hypothesis,
    :dataset_id,
    :model_version_id,
    :config,
    :created_by,
    :team_id
)
RETURNING
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: get :one
-- One experiment.
SELECT
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at
FROM experiments
WHERE id = :id;

-- name: list :many
-- Experiments, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full, or what it leaves is sorted
SELECT
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at
FROM experiments
WHERE
    true
    AND status IN (:statuses) -- optional
    AND created_by = :created_by -- optional
    AND team_id = :team_id -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_by_status :many
-- Experiments of one status, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at
FROM experiments
WHERE
    status = :status
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_dataset :many
-- Experiments on one dataset, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at
FROM experiments
WHERE
    dataset_id = :dataset_id
    AND status IN (:statuses) -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model_version :many
-- Experiments with one version of a model, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    hypothesis,
    status,
    dataset_id,
    model_version_id,
    config,
    results,
    metrics,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_by,
    team_id,
    created_at,
    updated_at
FROM experiments
WHERE
    model_version_id = :model_version_id
    AND status IN (:statuses) -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_run :many
-- Experiments that a training run belongs to with its label there, newest first.
-- defaults: limit = 100
-- scan: sorts the experiments of one run, which are few
SELECT
    e.id,
    e.name,
    e.hypothesis,
    e.status,
    e.dataset_id,
    e.model_version_id,
    e.config,
    e.results,
    e.metrics,
    e.cost_usd,
    e.started_at,
    e.finished_at,
    e.duration_seconds,
    e.created_by,
    e.team_id,
    e.created_at,
    e.updated_at,
    r.label
FROM experiment_runs AS r
INNER JOIN experiments AS e ON r.experiment_id = e.id
WHERE r.training_run_id = :training_run_id
ORDER BY e.created_at DESC, e.id DESC
LIMIT :limit;

-- name: count_by_status :many
-- How many experiments have each status, by status.
-- scan: counts every experiment
SELECT
    status,
    count(*) AS experiments
FROM experiments
GROUP BY status
ORDER BY status;

-- name: start :exec
-- Starts a pending experiment; 0 rows when it is not pending.
-- defaults: now = now()
UPDATE experiments
SET
    status = 'running',
    started_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND status = 'pending';

-- name: finish :exec
-- Ends a running experiment as completed, failed or cancelled; 0 rows when it is not running.
-- defaults: status = "completed", now = now()
UPDATE experiments
SET
    status = :status,
    results = :results, -- optional
    metrics = :metrics, -- optional
    cost_usd = :cost_usd, -- optional
    finished_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND status = 'running'
    AND :status IN ('completed', 'failed', 'cancelled');

-- name: update_status :exec
-- Moves an experiment to another status, with its times; 0 rows when the way there is not legal.
-- defaults: now = now()
UPDATE experiments
SET
    status = :status,
    started_at = CASE WHEN :status = 'running' THEN :now ELSE started_at END,
    finished_at = CASE WHEN :status IN ('completed', 'failed', 'cancelled') THEN :now ELSE finished_at END,
    updated_at = :now
WHERE
    id = :id
    AND (
        (status = 'pending' AND :status IN ('running', 'failed', 'cancelled'))
        OR (status = 'running' AND :status IN ('completed', 'failed', 'cancelled'))
    );

-- name: update :exec
-- Changes what an experiment is called, what it asks, and on what.
-- defaults: now = now()
UPDATE experiments
SET
    name = :name, -- optional
    hypothesis = :hypothesis, -- optional
    dataset_id = :dataset_id, -- optional
    model_version_id = :model_version_id, -- optional
    team_id = :team_id, -- optional
    updated_at = :now
WHERE id = :id;

-- name: update_config :exec
-- Replaces the configuration of an experiment.
-- defaults: now = now()
UPDATE experiments
SET
    config = :config,
    updated_at = :now
WHERE id = :id;

-- name: store_results :exec
-- Stores what came out of an experiment, whatever its status; the cost in US dollars.
-- defaults: now = now()
UPDATE experiments
SET
    results = :results, -- optional
    metrics = :metrics, -- optional
    cost_usd = :cost_usd, -- optional
    updated_at = :now
WHERE id = :id;

-- name: attach_run :one
-- Makes a training run part of an experiment; attached again it keeps its label unless there is a new one.
-- defaults: label = null
INSERT INTO experiment_runs (
    experiment_id,
    training_run_id,
    label
)
VALUES (
    :experiment_id,
    :training_run_id,
    :label
)
ON CONFLICT (experiment_id, training_run_id)
DO UPDATE SET label = coalesce(excluded.label, experiment_runs.label)
RETURNING
    experiment_id,
    training_run_id,
    label,
    created_at;

-- name: detach_run :exec
-- Takes a training run out of an experiment; the run itself stays.
DELETE FROM experiment_runs
WHERE
    experiment_id = :experiment_id
    AND training_run_id = :training_run_id;

-- name: list_runs :many
-- The training runs of an experiment, newest first; the next page begins after the last run's created_at and id.
-- defaults: limit = 100
-- scan: sorts the runs of one experiment
SELECT
    t.id,
    r.label,
    t.name,
    t.status,
    t.progress,
    t.started_at,
    t.finished_at,
    t.duration_seconds,
    t.created_at,
    r.created_at AS attached_at
FROM experiment_runs AS r
INNER JOIN training_runs AS t ON r.training_run_id = t.id
WHERE
    r.experiment_id = :experiment_id
    AND t.status IN (:statuses) -- optional
    AND (t.created_at, t.id) < (:before_created_at, :before_id) -- optional
ORDER BY t.created_at DESC, t.id DESC
LIMIT :limit;

-- name: summary :one
-- An experiment with its runs by status and its evaluations: how many, how good, how slow, the cost, the best one.
-- scan: finds the best of the evaluations of one experiment
WITH
runs AS (
    SELECT
        count(*) AS runs,
        count(*) FILTER (WHERE t.status = 'pending') AS pending_runs,
        count(*) FILTER (WHERE t.status = 'running') AS running_runs,
        count(*) FILTER (WHERE t.status = 'completed') AS completed_runs,
        count(*) FILTER (WHERE t.status = 'failed') AS failed_runs,
        count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled_runs
    FROM experiment_runs AS r
    INNER JOIN training_runs AS t ON r.training_run_id = t.id
    WHERE r.experiment_id = :id
),

results AS (
    SELECT
        count(*) AS evaluations,
        count(score) AS scored_evaluations,
        count(human_rating) AS rated_evaluations,
        avg(score) AS avg_score,
        min(score) AS min_score,
        max(score) AS max_score,
        avg(CAST(human_rating AS float8)) AS avg_rating,
        avg(latency_ms) AS avg_latency_ms,
        CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
        CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens,
        coalesce(sum(cost_usd), 0.0) AS evaluations_cost_usd
    FROM evaluations
    WHERE experiment_id = :id
),

best AS (
    SELECT
        id,
        provider,
        model
    FROM evaluations
    WHERE
        experiment_id = :id
        AND score IS NOT NULL
    ORDER BY score DESC, created_at DESC, id DESC
    LIMIT 1
)

SELECT
    e.id,
    e.name,
    e.status,
    e.started_at,
    e.finished_at,
    e.duration_seconds,
    e.cost_usd,
    runs.runs,
    runs.pending_runs,
    runs.running_runs,
    runs.completed_runs,
    runs.failed_runs,
    runs.cancelled_runs,
    results.evaluations,
    results.scored_evaluations,
    results.rated_evaluations,
    results.avg_score,
    results.min_score,
    results.max_score,
    results.avg_rating,
    results.avg_latency_ms,
    results.input_tokens,
    results.output_tokens,
    results.evaluations_cost_usd,
    best.id AS best_evaluation_id,
    best.provider AS best_provider,
    best.model AS best_model
FROM experiments AS e
CROSS JOIN runs
CROSS JOIN results
LEFT JOIN best ON true
WHERE e.id = :id;

-- name: delete :exec
-- Deletes an experiment with its evaluations and comparisons; its runs stay.
DELETE FROM experiments
WHERE id = :id;
