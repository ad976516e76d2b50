-- name: register :one
-- Names a queue, so that it is listed when it has no jobs; one that is there stays as it is.
INSERT INTO job_queues (name)
VALUES (:name)
-- The linter wants another indent in each dialect. -- noqa: disable=LT02
ON CONFLICT (name) DO UPDATE SET
    updated_at = excluded.updated_at
RETURNING -- noqa: enable=LT02
    name,
    paused_at,
    created_at,
    updated_at;

-- name: get :one
-- One queue that was named or paused, with how many of its jobs wait.
SELECT
    name,
    paused_at,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            jobs.queue = job_queues.name
            AND jobs.state = 'available'
    ) AS waiting,
    created_at,
    updated_at
FROM job_queues
WHERE name = :name;

-- name: list :many
-- Queues that were named or paused, or have jobs that wait or run, with how many do, by name.
-- scan: counts what waits and what runs, in indexes of those alone
WITH waiting AS (
    SELECT
        queue,
        count(*) AS jobs
    FROM jobs
    WHERE state = 'available'
    GROUP BY queue
),

running AS (
    SELECT
        queue,
        count(*) AS jobs
    FROM jobs
    WHERE state = 'running'
    GROUP BY queue
),

names AS (
    SELECT name
    FROM job_queues
    UNION
    SELECT queue
    FROM waiting
    UNION
    SELECT queue
    FROM running
)

SELECT
    n.name,
    q.paused_at,
    coalesce(w.jobs, 0) AS waiting,
    coalesce(r.jobs, 0) AS running,
    q.created_at,
    q.updated_at
FROM names AS n
LEFT JOIN job_queues AS q ON n.name = q.name
LEFT JOIN waiting AS w ON n.name = w.queue
LEFT JOIN running AS r ON n.name = r.queue
ORDER BY n.name;

-- name: delete :exec
-- Forgets what was said of a queue, that it is paused included; its jobs stay.
DELETE FROM job_queues
WHERE name = :name;
