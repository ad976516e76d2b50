-- name: register :one
-- Notes a worker that has started, as active and with nothing to do yet; one that is there keeps its totals.
-- defaults: capacity = 1, tags = [], metadata = {}
INSERT INTO workers (
    worker_id,
    address,
    capacity,
    tags,
    metadata
)
VALUES (
    :worker_id,
    :address,
    :capacity,
    :tags,
    :metadata
)
-- The linter wants another indent in each dialect. -- noqa: disable=LT02
ON CONFLICT (worker_id) DO UPDATE SET
    address = excluded.address,
    status = excluded.status,
    capacity = excluded.capacity,
    current_tasks = excluded.current_tasks,
    tags = excluded.tags,
    metadata = excluded.metadata,
    registered_at = excluded.registered_at,
    last_heartbeat_at = excluded.last_heartbeat_at,
    updated_at = excluded.updated_at
RETURNING -- noqa: enable=LT02
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
    updated_at;

-- name: get :one
-- One worker.
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
WHERE worker_id = :worker_id;

-- name: list :many
-- Workers, the last heard of first.
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
    true
    AND status IN (:statuses) -- optional
ORDER BY last_heartbeat_at DESC, worker_id
LIMIT :limit;

-- name: remove :exec
-- Forgets a worker; its jobs come back when their leases are over.
DELETE FROM workers
WHERE worker_id = :worker_id;
