-- name: pause :one
-- Keeps a queue's jobs from being claimed until it is resumed; what runs goes on. One that is paused stays as it is.
INSERT INTO job_queues (name, paused_at)
VALUES (:name, statement_timestamp())
-- The linter wants another indent in each dialect. -- noqa: disable=LT02
ON CONFLICT (name) DO UPDATE SET
    paused_at = coalesce(job_queues.paused_at, excluded.paused_at),
    updated_at = excluded.updated_at
RETURNING -- noqa: enable=LT02
    name,
    paused_at,
    created_at,
    updated_at;

-- name: resume :exec
-- Lets a paused queue's jobs be claimed again; 0 rows when it is not paused.
UPDATE job_queues
SET
    paused_at = NULL,
    updated_at = statement_timestamp()
WHERE
    name = :name
    AND paused_at IS NOT NULL;
