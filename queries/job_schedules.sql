-- name: set :one
-- Makes or changes a schedule. One that is there stays enabled or disabled, and keeps its next run when its times stay
-- the same, so that a program which sets it at each start loses no run.
-- defaults: timezone = "UTC", queue = "default", payload = {}, priority = 0, max_attempts = 5, timeout_seconds = null
-- defaults: unique_key = null
INSERT INTO job_schedules (
    name,
    cron,
    timezone,
    queue,
    job_type,
    payload,
    priority,
    max_attempts,
    timeout_seconds,
    unique_key,
    next_run_at
)
VALUES (
    :name,
    :cron,
    :timezone,
    :queue,
    :job_type,
    :payload,
    :priority,
    :max_attempts,
    :timeout_seconds,
    :unique_key,
    :next_run_at
)
-- The linter wants another indent in each dialect. -- noqa: disable=LT02
ON CONFLICT (name) DO UPDATE SET
    cron = excluded.cron,
    timezone = excluded.timezone,
    queue = excluded.queue,
    job_type = excluded.job_type,
    payload = excluded.payload,
    priority = excluded.priority,
    max_attempts = excluded.max_attempts,
    timeout_seconds = excluded.timeout_seconds,
    unique_key = excluded.unique_key,
    next_run_at = CASE
        WHEN job_schedules.cron = excluded.cron AND job_schedules.timezone = excluded.timezone
            THEN coalesce(job_schedules.next_run_at, excluded.next_run_at)
        ELSE excluded.next_run_at
    END,
    updated_at = excluded.updated_at
RETURNING -- noqa: enable=LT02
    name,
    cron,
    timezone,
    queue,
    job_type,
    payload,
    priority,
    max_attempts,
    timeout_seconds,
    unique_key,
    enabled,
    next_run_at,
    last_run_at,
    created_at,
    updated_at;

-- name: get :one
-- One schedule.
SELECT
    name,
    cron,
    timezone,
    queue,
    job_type,
    payload,
    priority,
    max_attempts,
    timeout_seconds,
    unique_key,
    enabled,
    next_run_at,
    last_run_at,
    created_at,
    updated_at
FROM job_schedules
WHERE name = :name;

-- name: list :many
-- Schedules, by name; the next page begins after the last row's name.
-- defaults: limit = 100
SELECT
    name,
    cron,
    timezone,
    queue,
    job_type,
    payload,
    priority,
    max_attempts,
    timeout_seconds,
    unique_key,
    enabled,
    next_run_at,
    last_run_at,
    created_at,
    updated_at
FROM job_schedules
WHERE
    true
    AND queue = :queue -- optional
    AND name > :after_name -- optional
ORDER BY name
LIMIT :limit;

-- name: delete :exec
-- Deletes a schedule; the jobs that it made stay.
DELETE FROM job_schedules
WHERE name = :name;
