-- name: create :one
-- Notes a run of a benchmark that is to be started.
-- defaults: id = uuid7(), description = null, model_version_id = null, dataset_id = null
-- defaults: total_iterations = 0, created_by = null, team_id = null
INSERT INTO benchmarks (
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    total_iterations,
    created_by,
    team_id
)
VALUES (
    :id,
    :name,
    :description,
    :provider,
    :model,
    :dataset,
    :model_version_id,
    :dataset_id,
    :total_iterations,
    :created_by,
    :team_id
)
RETURNING
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    status,
    total_iterations,
    completed_iterations,
    failed_iterations,
    results,
    metrics,
    error,
    started_at,
    completed_at,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: get :one
-- One run of a benchmark.
SELECT
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    status,
    total_iterations,
    completed_iterations,
    failed_iterations,
    results,
    metrics,
    error,
    started_at,
    completed_at,
    created_by,
    team_id,
    created_at,
    updated_at
FROM benchmarks
WHERE id = :id;

-- name: list_recent :many
-- Benchmarks, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full, or what it leaves is sorted
SELECT
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    status,
    total_iterations,
    completed_iterations,
    failed_iterations,
    results,
    metrics,
    error,
    started_at,
    completed_at,
    created_by,
    team_id,
    created_at,
    updated_at
FROM benchmarks
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
-- Benchmarks of one status, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    status,
    total_iterations,
    completed_iterations,
    failed_iterations,
    results,
    metrics,
    error,
    started_at,
    completed_at,
    created_by,
    team_id,
    created_at,
    updated_at
FROM benchmarks
WHERE
    status = :status
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_provider :many
-- Benchmarks of one provider, of one of its models or of all, newest first;
-- the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: sorts the benchmarks of one provider
SELECT
    id,
    name,
    description,
    provider,
    model,
    dataset,
    model_version_id,
    dataset_id,
    status,
    total_iterations,
    completed_iterations,
    failed_iterations,
    results,
    metrics,
    error,
    started_at,
    completed_at,
    created_by,
    team_id,
    created_at,
    updated_at
FROM benchmarks
WHERE
    provider = :provider
    AND model = :model -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: count_by_status :many
-- How many benchmarks have each status, by status.
-- scan: counts every benchmark
SELECT
    status,
    count(*) AS benchmarks
FROM benchmarks
GROUP BY status
ORDER BY status;

-- name: start :exec
-- Starts a pending benchmark; 0 rows when it is not pending.
-- defaults: now = now()
UPDATE benchmarks
SET
    status = 'running',
    started_at = :now,
    total_iterations = :total_iterations, -- optional
    updated_at = :now
WHERE
    id = :id
    AND status = 'pending';

-- name: update :exec
-- Changes what is passed, and with a status the times; 0 rows when the way to that status is not legal.
-- defaults: now = now()
UPDATE benchmarks
SET
    status = :status, -- optional
    started_at = CASE WHEN :status IN ('running', 'completed') THEN coalesce(started_at, :now) ELSE started_at END, -- optional
    completed_at = CASE WHEN :status IN ('pending', 'running') THEN completed_at ELSE :now END, -- optional
    completed_iterations = :completed_iterations, -- optional
    failed_iterations = :failed_iterations, -- optional
    results = :results, -- optional
    metrics = :metrics, -- optional
    error = :error, -- optional
    updated_at = :now
WHERE
    true
    AND (status = 'pending' OR (status = 'running' AND :status <> 'pending')) -- optional
    AND id = :id;

-- name: update_details :exec
-- Changes what a benchmark is called, how long it is, and which registered ones it is about.
-- defaults: now = now()
UPDATE benchmarks
SET
    name = :name, -- optional
    description = :description, -- optional
    total_iterations = :total_iterations, -- optional
    model_version_id = :model_version_id, -- optional
    dataset_id = :dataset_id, -- optional
    team_id = :team_id, -- optional
    updated_at = :now
WHERE id = :id;

-- name: record_iterations :exec
-- Counts iterations of a running benchmark that were completed or failed; 0 rows when it is not running.
-- defaults: completed = 0, failed = 0, now = now()
-- parameter: completed integer, failed integer
UPDATE benchmarks
SET
    completed_iterations = completed_iterations + :completed,
    failed_iterations = failed_iterations + :failed,
    updated_at = :now
WHERE
    id = :id
    AND status = 'running';

-- name: finish :exec
-- Ends a running benchmark as completed, failed or cancelled; 0 rows when it is not running.
-- defaults: status = "completed", now = now()
UPDATE benchmarks
SET
    status = :status,
    results = :results, -- optional
    metrics = :metrics, -- optional
    error = :error, -- optional
    completed_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND status = 'running'
    AND :status IN ('completed', 'failed', 'cancelled');

-- name: delete :exec
-- Deletes a benchmark with its evaluations.
DELETE FROM benchmarks
WHERE id = :id;
