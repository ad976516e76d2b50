-- name: get :one
-- One job.
SELECT
    id,
    queue,
    job_type,
    payload,
    priority,
    state,
    run_at,
    attempt,
    max_attempts,
    timeout_seconds,
    lease_expires_at,
    worker_id,
    unique_key,
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at
FROM jobs
WHERE id = :id;

-- name: list :many
-- Jobs, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter, by type too, is tested newest first until a page is full: an index for it is written with every job
SELECT
    id,
    queue,
    job_type,
    payload,
    priority,
    state,
    run_at,
    attempt,
    max_attempts,
    timeout_seconds,
    lease_expires_at,
    worker_id,
    unique_key,
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at
FROM jobs
WHERE
    max_attempts > 0
    AND queue = :queue -- optional
    AND job_type = :job_type -- optional
    AND state IN (:states) -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_running :many
-- Jobs that run, the one whose lease is over first coming first; of one worker where it is given.
-- defaults: limit = 100
-- scan: looks at what runs, in an index of that alone
SELECT
    id,
    queue,
    job_type,
    payload,
    priority,
    state,
    run_at,
    attempt,
    max_attempts,
    timeout_seconds,
    lease_expires_at,
    worker_id,
    unique_key,
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at
FROM jobs
WHERE
    state = 'running'
    AND lease_expires_at IS NOT NULL
    AND worker_id = :worker_id -- optional
ORDER BY lease_expires_at, id
LIMIT :limit;

-- name: list_dead :many
-- Jobs that failed for good, the latest first; the next page begins after the last row's completed_at and id.
-- defaults: limit = 100
SELECT
    id,
    queue,
    job_type,
    payload,
    priority,
    state,
    run_at,
    attempt,
    max_attempts,
    timeout_seconds,
    lease_expires_at,
    worker_id,
    unique_key,
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at
FROM jobs
WHERE
    state = 'dead'
    AND completed_at IS NOT NULL
    AND queue = :queue -- optional
    AND job_type = :job_type -- optional
    AND (completed_at, id) < (:before_completed_at, :before_id) -- optional
ORDER BY completed_at DESC, id DESC
LIMIT :limit;

-- name: count_by_state :many
-- How many jobs are in each state, by state.
-- scan: counts every job
SELECT
    state,
    count(*) AS jobs
FROM jobs
GROUP BY state
ORDER BY state;

-- name: count_by_queue :many
-- How many jobs of each queue are in each state, by queue and state.
-- scan: counts every job
SELECT
    queue,
    state,
    count(*) AS jobs
FROM jobs
GROUP BY queue, state
ORDER BY queue, state;

-- name: next_run_at :value
-- When the next waiting job of a queue becomes due, in the past when one is; null when none waits or the queue
-- is paused.
-- result: run_at timestamp
-- defaults: queue = "default"
-- Each priority's first job is one step in the index, however many wait for later.
WITH RECURSIVE priorities (priority) AS (
    SELECT max(priority)
    FROM jobs
    WHERE
        queue = :queue
        AND state = 'available'
    UNION ALL
    SELECT
        (
            SELECT max(jobs.priority)
            FROM jobs
            WHERE
                jobs.queue = :queue
                AND jobs.state = 'available'
                AND jobs.priority < priorities.priority
        )
    FROM priorities
    WHERE priorities.priority IS NOT NULL
),

firsts AS (
    SELECT
        (
            SELECT min(jobs.run_at)
            FROM jobs
            WHERE
                jobs.queue = :queue
                AND jobs.state = 'available'
                AND jobs.priority = priorities.priority
                AND jobs.job_type IN (:job_types) -- optional
        ) AS run_at
    FROM priorities
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM job_queues
            WHERE
                job_queues.name = :queue
                AND job_queues.paused_at IS NOT NULL
        )
)

SELECT min(run_at) AS run_at
FROM firsts;

-- name: delete :exec
-- Deletes a job that does not run; 0 rows when it does.
DELETE FROM jobs
WHERE
    id = :id
    AND state <> 'running';

-- name: count_before :one
-- How many jobs were over before a time, and how many of these a cleanup removes: not the dead ones, which wait for
-- somebody to look at them.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE state <> 'dead') AS removable
FROM jobs
WHERE
    state IN ('completed', 'cancelled', 'dead')
    AND completed_at IS NOT NULL
    AND completed_at < :before;

-- name: list_before :many
-- The jobs of a state, completed or cancelled, that were over before a time: their keys, the oldest first; the next page
-- begins after the last.
-- defaults: limit = 1000
SELECT
    id,
    completed_at AS age
FROM jobs
WHERE
    state = :state
    AND state IN ('completed', 'cancelled')
    AND completed_at IS NOT NULL
    AND completed_at < :before
    AND (completed_at, id) > (:after_age, :after_id) -- optional
ORDER BY completed_at, id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes jobs that were held, by their keys.
DELETE FROM jobs
WHERE id IN (:ids);
