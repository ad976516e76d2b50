-- name: heartbeat :exec
-- Notes that a worker lives, and how many tasks it has; 0 rows when it is unknown and has to register.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE workers
SET
    current_tasks = :current_tasks, -- optional
    last_heartbeat_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE worker_id = :worker_id;

-- name: record_done :exec
-- Adds to how many tasks a worker has completed and failed.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: completed = 0, failed = 0
-- parameter: completed integer, failed integer
UPDATE workers
SET
    completed_tasks = completed_tasks + :completed,
    failed_tasks = failed_tasks + :failed,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE worker_id = :worker_id;

-- name: set_status :exec
-- Sets whether a worker is active, draining or stopped.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE workers
SET
    status = :status,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE worker_id = :worker_id;

-- name: list_active :many
-- Workers that were heard of in the last so many seconds and have not stopped, the last heard of first.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: limit = 100
SELECT
    worker_id,
    address,
    status,
    capacity,
    current_tasks,
    completed_tasks,
    failed_tasks,
    tags,
    metadata,
    registered_at,
    last_heartbeat_at,
    updated_at
FROM workers
WHERE
    last_heartbeat_at >= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds')
    AND status <> 'stopped'
ORDER BY last_heartbeat_at DESC, worker_id
LIMIT :limit;

-- name: remove_stale :exec
-- Forgets workers that were not heard of for so many seconds; their jobs come back when their leases are over.
-- Differs from postgres: the clock is strftime's, in milliseconds.
DELETE FROM workers
WHERE last_heartbeat_at < strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:seconds AS real) || ' seconds');
