-- name: create :one
-- Notes a run that is to be started.
-- defaults: id = uuid7(), neural_config_id = null, config = {}, hyperparameters = {}
-- defaults: dataset_id = null, corpus_text_id = null, model_version_id = null, parent_run_id = null
-- defaults: created_by = null, team_id = null
INSERT INTO training_runs (
    id,
    name,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    created_by,
    team_id
)
VALUES (
    :id,
    :name,
    :neural_config_id,
    :config,
    :hyperparameters,
    :dataset_id,
    :corpus_text_id,
    :model_version_id,
    :parent_run_id,
    :created_by,
    :team_id
)
RETURNING
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: get :one
-- One run.
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE id = :id;

-- name: list_by_ids :many
-- What is known of several runs, in the order of their ids; ids without a run are left out.
SELECT
    id,
    name,
    status,
    config,
    hyperparameters,
    parent_run_id,
    started_at,
    finished_at
FROM training_runs
WHERE id IN (:ids)
ORDER BY id;

-- name: list :many
-- Runs, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: several statuses are tested newest first until a page is full, or what they leave is sorted
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE
    true
    AND status IN (:statuses) -- optional
    AND created_at >= :since -- optional
    AND created_at < :until -- optional
    AND team_id = :team_id -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_by_status :many
-- Runs of one status, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE
    status = :status
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_dataset :many
-- Runs on one dataset, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE
    dataset_id = :dataset_id
    AND status IN (:statuses) -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_neural_config :many
-- Runs of one neural configuration, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE
    neural_config_id = :neural_config_id
    AND status IN (:statuses) -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model_version :many
-- Runs that train one model version further, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: sorts the runs of one version, which are few
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE
    model_version_id = :model_version_id
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_children :many
-- Runs that continue or were derived from one run, newest first.
-- defaults: limit = 100
SELECT
    id,
    name,
    status,
    progress,
    message,
    error,
    neural_config_id,
    config,
    hyperparameters,
    dataset_id,
    corpus_text_id,
    model_version_id,
    parent_run_id,
    started_at,
    finished_at,
    duration_seconds,
    resources,
    created_by,
    team_id,
    created_at,
    updated_at
FROM training_runs
WHERE parent_run_id = :parent_run_id
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: count_by_status :many
-- How many runs have each status, by status.
-- scan: counts every run
SELECT
    status,
    count(*) AS runs
FROM training_runs
GROUP BY status
ORDER BY status;

-- name: update_status :exec
-- Moves a run to another status, with its start and finish times; 0 rows when the way there is not legal.
-- defaults: now = now()
UPDATE training_runs
SET
    status = :status,
    progress = CASE WHEN :status = 'completed' THEN 100 ELSE progress END,
    started_at = CASE WHEN :status = 'running' THEN :now ELSE started_at END,
    finished_at = CASE WHEN :status IN ('completed', 'failed', 'cancelled') THEN :now ELSE finished_at END,
    updated_at = :now
WHERE
    id = :id
    AND (
        (status = 'pending' AND :status IN ('running', 'failed', 'cancelled'))
        OR (status = 'running' AND :status IN ('completed', 'failed', 'cancelled'))
    );

-- name: start :exec
-- Starts a pending run; 0 rows when it is not pending.
-- defaults: now = now()
UPDATE training_runs
SET
    status = 'running',
    started_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND status = 'pending';

-- name: update_config :exec
-- Replaces the configuration and the hyperparameters of a run.
-- defaults: now = now()
UPDATE training_runs
SET
    config = :config,
    hyperparameters = :hyperparameters,
    updated_at = :now
WHERE id = :id;

-- name: update_progress :exec
-- Sets how many per cent of a running run are done; 0 rows when it is not running.
-- defaults: now = now()
UPDATE training_runs
SET
    progress = :progress,
    message = :message, -- optional
    updated_at = :now
WHERE
    id = :id
    AND status = 'running';

-- name: update_message :exec
-- Sets the message of a run.
-- defaults: now = now()
UPDATE training_runs
SET
    message = :message,
    updated_at = :now
WHERE id = :id;

-- name: update_error :exec
-- Sets the error of a run.
-- defaults: now = now()
UPDATE training_runs
SET
    error = :error,
    updated_at = :now
WHERE id = :id;

-- name: update_resources :exec
-- Sets what a run used: processors, memory, energy.
-- defaults: now = now()
UPDATE training_runs
SET
    resources = :resources,
    updated_at = :now
WHERE id = :id;

-- name: touch :exec
-- Notes that a run is being written to; writers that begin so take turns.
-- defaults: now = now()
UPDATE training_runs
SET updated_at = :now
WHERE id = :id;

-- name: finish :exec
-- Ends a running run as completed, failed or cancelled, or a pending one as failed or cancelled; else 0 rows.
-- defaults: status = "completed", now = now()
UPDATE training_runs
SET
    status = :status,
    progress = CASE WHEN :status = 'completed' THEN 100 ELSE progress END,
    message = :message, -- optional
    error = :error, -- optional
    resources = :resources, -- optional
    finished_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND (
        (status = 'pending' AND :status IN ('failed', 'cancelled'))
        OR (status = 'running' AND :status IN ('completed', 'failed', 'cancelled'))
    );

-- name: delete :exec
-- Deletes a run with its metrics and checkpoints.
DELETE FROM training_runs
WHERE id = :id;

-- name: list_measured_before :many
-- The runs that ended before a time and have measurements, by id; the next page begins after the last.
-- defaults: limit = 1000
-- parameter: after_id uuid
-- scan: a page of the runs, which are few beside their measurements
SELECT r.id
FROM training_runs AS r
WHERE
    r.finished_at < :before
    AND EXISTS (
        SELECT 1 FROM training_metrics AS m
        WHERE m.run_id = r.id
    )
    AND r.id > :after_id -- optional
ORDER BY r.id
LIMIT :limit;
