-- name: list_due :many
-- Enabled schedules whose next run is due by the database's clock, the longest due first.
-- Differs from postgres: the clock is strftime's, in milliseconds.
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
    enabled
    AND next_run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
ORDER BY next_run_at, name
LIMIT :limit;

-- name: advance :exec
-- Notes that the run due at seen_run_at is made, and when the next is (null: never); enqueue in the same transaction.
-- 0 rows when another scheduler was first, so that each run is made once however many schedulers there are.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE job_schedules
SET
    next_run_at = :next_run_at,
    last_run_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    name = :name
    AND enabled
    AND next_run_at = :seen_run_at;

-- name: enable :exec
-- Lets a schedule make jobs again, from next_run_at on where that is given; 0 rows when there is none of that name.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE job_schedules
SET
    enabled = true,
    next_run_at = :next_run_at, -- optional
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE name = :name;

-- name: disable :exec
-- Keeps a schedule from making jobs; 0 rows when there is none of that name.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE job_schedules
SET
    enabled = false,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE name = :name;
