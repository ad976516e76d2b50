-- name: enqueue :one
-- Adds a job, to run now, some seconds later, or not before run_at; in the caller's transaction where there is one.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: id = uuid7(), queue = "default", payload = {}, priority = 0, run_at = null, delay_seconds = 0
-- defaults: max_attempts = 5, timeout_seconds = null
-- parameter: run_at timestamp
INSERT INTO jobs (
    id,
    queue,
    job_type,
    payload,
    priority,
    run_at,
    max_attempts,
    timeout_seconds
)
VALUES (
    :id,
    :queue,
    :job_type,
    :payload,
    :priority,
    coalesce(:run_at, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:delay_seconds AS real) || ' seconds')),
    :max_attempts,
    :timeout_seconds
)
RETURNING
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
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at;

-- name: enqueue_unique :optional
-- Adds a job unless a waiting or running one has its key: then nothing is added, and there is no row.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: id = uuid7(), queue = "default", payload = {}, priority = 0, run_at = null, delay_seconds = 0
-- defaults: max_attempts = 5, timeout_seconds = null
-- parameter: run_at timestamp
INSERT INTO jobs (
    id,
    queue,
    job_type,
    payload,
    priority,
    run_at,
    max_attempts,
    timeout_seconds,
    unique_key
)
VALUES (
    :id,
    :queue,
    :job_type,
    :payload,
    :priority,
    coalesce(:run_at, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:delay_seconds AS real) || ' seconds')),
    :max_attempts,
    :timeout_seconds,
    :unique_key
)
ON CONFLICT (unique_key) WHERE state IN ('available', 'running') AND unique_key IS NOT NULL DO NOTHING
RETURNING
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
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at;

-- name: claim :many
-- Takes the jobs of a queue that are due, the largest priority first, then the longest due; a paused queue gives none.
-- The rows come in no promised order. Until its lease is over, what is done with a job is fenced by
-- its id, attempt and worker_id.
-- Differs from postgres: one writer, so no SKIP LOCKED is needed; the clock is strftime's, in milliseconds: what is due
-- in this one is due.
-- parity: unordered, RETURNING promises no order
-- defaults: queue = "default", limit = 1
UPDATE jobs SET
    state = 'running',
    attempt = attempt + 1,
    worker_id = :worker_id,
    lease_expires_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:lease_seconds AS real) || ' seconds'),
    started_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id IN (
        SELECT id
        FROM jobs
        WHERE
            queue = :queue
            AND state = 'available'
            AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
            AND job_type IN (:job_types) -- optional
            AND NOT EXISTS (
                SELECT 1
                FROM job_queues
                WHERE
                    job_queues.name = :queue
                    AND job_queues.paused_at IS NOT NULL
            )
        ORDER BY priority DESC, run_at, id
        LIMIT :limit
    )
RETURNING
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
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at;

-- name: heartbeat :exec
-- Lets a worker keep a job so many seconds longer, from now; 0 rows when it has lost it.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE jobs
SET
    lease_expires_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:lease_seconds AS real) || ' seconds'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: heartbeat_many :many
-- Lets a worker keep jobs, [{"id": …, "attempt": …}], so many seconds longer; gives the ids of those that it still has.
-- Differs from postgres: json_each reads the rows; one writer, so none need be locked in order.
-- parity: unordered, RETURNING promises no order
-- parameter: jobs json
WITH given AS MATERIALIZED (
    SELECT
        lower(value ->> '$.id') AS id,
        value ->> '$.attempt' AS attempt
    FROM json_each(:jobs)
)

UPDATE jobs SET
    lease_expires_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:lease_seconds AS real) || ' seconds'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
FROM given
WHERE
    jobs.id = given.id
    AND jobs.attempt = given.attempt
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL
RETURNING id;

-- name: complete :exec
-- Ends a job as done, with its result; 0 rows when the worker has lost it.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: result = null
UPDATE jobs
SET
    state = 'completed',
    result = :result,
    error = NULL,
    lease_expires_at = NULL,
    completed_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: complete_many :many
-- Ends a worker's jobs as done, [{"id": …, "attempt": …, "result": …}]; gives the ids of those that it had not lost.
-- Differs from postgres: json_each reads the rows; one writer, so none need be locked in order.
-- parity: unordered, RETURNING promises no order
-- parameter: jobs json
WITH given AS MATERIALIZED (
    SELECT
        lower(value ->> '$.id') AS id,
        value ->> '$.attempt' AS attempt,
        nullif(value -> '$.result', 'null') AS result
    FROM json_each(:jobs)
)

UPDATE jobs SET
    state = 'completed',
    result = given.result,
    error = NULL,
    lease_expires_at = NULL,
    completed_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
FROM given
WHERE
    jobs.id = given.id
    AND jobs.attempt = given.attempt
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL
RETURNING id;

-- name: fail :value
-- Ends an attempt that failed: the job is tried again after so many seconds, or is dead when its attempts are used up
-- or retry is false. Gives its new state, null when the worker has lost it.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: delay_seconds = 0, retry = true
UPDATE jobs
SET
    state = CASE WHEN attempt < max_attempts AND :retry THEN 'available' ELSE 'dead' END,
    run_at = CASE
        WHEN attempt < max_attempts AND :retry
            THEN strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:delay_seconds AS real) || ' seconds')
        ELSE run_at
    END,
    error = :error,
    lease_expires_at = NULL,
    worker_id = CASE WHEN attempt < max_attempts AND :retry THEN NULL ELSE worker_id END,
    completed_at = CASE
        WHEN attempt < max_attempts AND :retry THEN NULL
        ELSE strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    END,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL
RETURNING state;

-- name: release :exec
-- Hands a job back, at its old place or after so many seconds; the attempt does not count.
-- 0 rows when the worker has lost it.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: delay_seconds = 0
UPDATE jobs
SET
    state = 'available',
    attempt = attempt - 1,
    run_at = CASE
        WHEN CAST(:delay_seconds AS real) > 0
            THEN strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', CAST(:delay_seconds AS real) || ' seconds')
        ELSE run_at
    END,
    lease_expires_at = NULL,
    worker_id = NULL,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: cancel :exec
-- Cancels a waiting or running job; the worker of a running one can then do nothing more with it.
-- 0 rows when it is over.
-- Differs from postgres: the clock is strftime's, in milliseconds.
UPDATE jobs
SET
    state = 'cancelled',
    lease_expires_at = NULL,
    completed_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND state IN ('available', 'running');

-- name: reclaim :many
-- Takes jobs from workers whose lease is over: each waits again at its old place, or is dead when its attempts
-- are used up.
-- Differs from postgres: one writer, so no SKIP LOCKED is needed; the clock is strftime's.
-- parity: unordered, RETURNING promises no order
-- defaults: limit = 100
UPDATE jobs
SET
    state = CASE WHEN attempt < max_attempts THEN 'available' ELSE 'dead' END,
    error = 'the lease of worker ' || worker_id || ' is over',
    lease_expires_at = NULL,
    worker_id = CASE WHEN attempt < max_attempts THEN NULL ELSE worker_id END,
    completed_at = CASE
        WHEN attempt < max_attempts THEN NULL
        ELSE strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    END,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id IN (
        SELECT id
        FROM jobs
        WHERE
            state = 'running'
            AND lease_expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
        ORDER BY lease_expires_at, id
        LIMIT :limit
    )
RETURNING
    id,
    queue,
    job_type,
    state,
    attempt,
    max_attempts;

-- name: retry :exec
-- Makes a dead or cancelled job wait again, due at once, with at least so many attempts left; 0 rows when it is
-- neither. Its attempts are counted on, so that a worker which had it once cannot end it now.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: attempts = 1
UPDATE jobs
SET
    state = 'available',
    run_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    max_attempts = CASE
        WHEN max_attempts < attempt + CAST(:attempts AS bigint) THEN attempt + CAST(:attempts AS bigint)
        ELSE max_attempts
    END,
    worker_id = NULL,
    completed_at = NULL,
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND state IN ('dead', 'cancelled');

-- name: list_pending :many
-- Jobs of a queue that are due, in the order in which claim takes them.
-- Differs from postgres: the clock is strftime's, in milliseconds.
-- defaults: queue = "default", limit = 100
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
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at
FROM jobs
WHERE
    queue = :queue
    AND state = 'available'
    AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    AND job_type IN (:job_types) -- optional
ORDER BY priority DESC, run_at, id
LIMIT :limit;

-- name: statistics :one
-- How many jobs are pending (due), scheduled for later, running and over, and how long the oldest one due has waited.
-- Differs from postgres: the clock is strftime's and julianday's.
-- result: oldest_waiting_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits and what runs, in indexes of those alone
SELECT
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    ) AS pending,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at > strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    ) AS scheduled,
    (
        SELECT count(*)
        FROM jobs
        WHERE state = 'running'
    ) AS running,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'completed'
            AND completed_at IS NOT NULL
    ) AS completed,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'cancelled'
            AND completed_at IS NOT NULL
    ) AS cancelled,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'dead'
            AND completed_at IS NOT NULL
    ) AS dead,
    (
        SELECT (julianday('now') - julianday(min(run_at))) * 86400.0
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= strftime('%Y-%m-%dT%H:%M:%f999Z', 'now')
    ) AS oldest_waiting_seconds;

-- name: seconds_to_next :value
-- In how many seconds of the database's clock a queue's next job becomes due, below 0 when one is; null where
-- next_run_at is.
-- Differs from postgres: the clock is julianday's.
-- result: seconds real
-- parity: clock, the time left shrinks by the engine's own clock
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

SELECT (julianday(min(run_at)) - julianday('now')) * 86400.0 AS seconds
FROM firsts;

-- name: delete_old :exec
-- Deletes jobs that have been over for more than so many days, at most limit at once; dead ones are left to purge_dead.
-- Differs from postgres: one writer, so no SKIP LOCKED is needed; the clock is strftime's.
-- defaults: states = ["completed", "cancelled"], limit = 1000
DELETE FROM jobs
WHERE
    id IN (
        SELECT id
        FROM jobs
        WHERE
            state IN (:states)
            AND completed_at IS NOT NULL
            AND completed_at < strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:days AS real) || ' days')
        ORDER BY state DESC, completed_at, id
        LIMIT :limit
    );

-- name: purge_dead :exec
-- Deletes jobs that have been dead for more than so many days, the longest dead first, at most limit at once.
-- Differs from postgres: one writer, so no SKIP LOCKED is needed; the clock is strftime's.
-- defaults: days = 0, limit = 1000
DELETE FROM jobs
WHERE
    id IN (
        SELECT id
        FROM jobs
        WHERE
            state = 'dead'
            AND completed_at IS NOT NULL
            AND completed_at < strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', -CAST(:days AS real) || ' days')
        ORDER BY completed_at, id
        LIMIT :limit
    );
