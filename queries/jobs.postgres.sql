-- name: enqueue :one
-- Adds a job, to run now, some seconds later, or not before run_at; in the caller's transaction where there is one.
-- defaults: id = uuid7(), queue = "default", payload = {}, priority = 0, run_at = null, delay_seconds = 0
-- defaults: max_attempts = 5, timeout_seconds = null
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
    coalesce(:run_at, now() + CAST(:delay_seconds AS float8) * interval '1 second'),
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
-- defaults: id = uuid7(), queue = "default", payload = {}, priority = 0, run_at = null, delay_seconds = 0
-- defaults: max_attempts = 5, timeout_seconds = null
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
    coalesce(:run_at, now() + CAST(:delay_seconds AS float8) * interval '1 second'),
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
-- parity: unordered, RETURNING promises no order
-- defaults: queue = "default", limit = 1
WITH due AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        queue = :queue
        AND state = 'available'
        AND run_at <= statement_timestamp()
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
    FOR UPDATE SKIP LOCKED
)

-- An array, so that the rows are looked up by key whatever the planner expects of the limit.
UPDATE jobs
SET
    state = 'running',
    attempt = attempt + 1,
    worker_id = :worker_id,
    lease_expires_at = statement_timestamp() + CAST(:lease_seconds AS float8) * interval '1 second',
    started_at = statement_timestamp(),
    updated_at = statement_timestamp()
WHERE id = any(array(SELECT due.id FROM due))
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
UPDATE jobs
SET
    lease_expires_at = statement_timestamp() + CAST(:lease_seconds AS float8) * interval '1 second',
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: heartbeat_many :many
-- Lets a worker keep jobs, [{"id": …, "attempt": …}], so many seconds longer; gives the ids of those that it still has.
-- parity: unordered, RETURNING promises no order
WITH held AS MATERIALIZED (
    SELECT
        jobs.id
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS given (id uuid, attempt bigint)
    INNER JOIN jobs ON given.id = jobs.id AND given.attempt = jobs.attempt
    WHERE
        jobs.worker_id = :worker_id
        AND jobs.lease_expires_at IS NOT NULL
    ORDER BY jobs.id
    FOR UPDATE OF jobs
)

UPDATE jobs
SET
    lease_expires_at = statement_timestamp() + CAST(:lease_seconds AS float8) * interval '1 second',
    updated_at = statement_timestamp()
FROM held
WHERE jobs.id = held.id
RETURNING jobs.id;

-- name: complete :exec
-- Ends a job as done, with its result; 0 rows when the worker has lost it.
-- defaults: result = null
UPDATE jobs
SET
    state = 'completed',
    result = :result,
    error = NULL,
    lease_expires_at = NULL,
    completed_at = statement_timestamp(),
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: complete_many :many
-- Ends a worker's jobs as done, [{"id": …, "attempt": …, "result": …}]; gives the ids of those that it had not lost.
-- parity: unordered, RETURNING promises no order
WITH held AS MATERIALIZED (
    SELECT
        jobs.id,
        given.result
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS given (id uuid, attempt bigint, result jsonb)
    INNER JOIN jobs ON given.id = jobs.id AND given.attempt = jobs.attempt
    WHERE
        jobs.worker_id = :worker_id
        AND jobs.lease_expires_at IS NOT NULL
    ORDER BY jobs.id
    FOR UPDATE OF jobs
)

UPDATE jobs
SET
    state = 'completed',
    result = held.result,
    error = NULL,
    lease_expires_at = NULL,
    completed_at = statement_timestamp(),
    updated_at = statement_timestamp()
FROM held
WHERE jobs.id = held.id
RETURNING jobs.id;

-- name: fail :value
-- Ends an attempt that failed: the job is tried again after so many seconds, or is dead when its attempts are used up
-- or retry is false. Gives its new state, null when the worker has lost it.
-- defaults: delay_seconds = 0, retry = true
UPDATE jobs
SET
    state = CASE WHEN attempt < max_attempts AND :retry THEN 'available' ELSE 'dead' END,
    run_at = CASE
        WHEN attempt < max_attempts AND :retry
            THEN statement_timestamp() + CAST(:delay_seconds AS float8) * interval '1 second'
        ELSE run_at
    END,
    error = :error,
    lease_expires_at = NULL,
    worker_id = CASE WHEN attempt < max_attempts AND :retry THEN NULL ELSE worker_id END,
    completed_at = CASE
        WHEN attempt < max_attempts AND :retry THEN NULL
        ELSE statement_timestamp()
    END,
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL
RETURNING state;

-- name: release :exec
-- Hands a job back, at its old place or after so many seconds; the attempt does not count.
-- 0 rows when the worker has lost it.
-- defaults: delay_seconds = 0
UPDATE jobs
SET
    state = 'available',
    attempt = attempt - 1,
    run_at = CASE
        WHEN CAST(:delay_seconds AS float8) > 0
            THEN statement_timestamp() + CAST(:delay_seconds AS float8) * interval '1 second'
        ELSE run_at
    END,
    lease_expires_at = NULL,
    worker_id = NULL,
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND attempt = :attempt
    AND worker_id = :worker_id
    AND lease_expires_at IS NOT NULL;

-- name: cancel :exec
-- Cancels a waiting or running job; the worker of a running one can then do nothing more with it.
-- 0 rows when it is over.
UPDATE jobs
SET
    state = 'cancelled',
    lease_expires_at = NULL,
    completed_at = statement_timestamp(),
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND state IN ('available', 'running');

-- name: reclaim :many
-- Takes jobs from workers whose lease is over: each waits again at its old place, or is dead when its attempts
-- are used up.
-- parity: unordered, RETURNING promises no order
-- defaults: limit = 100
WITH expired AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        state = 'running'
        AND lease_expires_at <= statement_timestamp()
    ORDER BY lease_expires_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

-- An array, so that the rows are looked up by key whatever the planner expects of the limit.
UPDATE jobs
SET
    state = CASE WHEN attempt < max_attempts THEN 'available' ELSE 'dead' END,
    error = 'the lease of worker ' || worker_id || ' is over',
    lease_expires_at = NULL,
    worker_id = CASE WHEN attempt < max_attempts THEN NULL ELSE worker_id END,
    completed_at = CASE
        WHEN attempt < max_attempts THEN NULL
        ELSE statement_timestamp()
    END,
    updated_at = statement_timestamp()
WHERE id = any(array(SELECT expired.id FROM expired))
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
-- defaults: attempts = 1
UPDATE jobs
SET
    state = 'available',
    run_at = statement_timestamp(),
    max_attempts = CASE
        WHEN max_attempts < attempt + CAST(:attempts AS bigint) THEN attempt + CAST(:attempts AS bigint)
        ELSE max_attempts
    END,
    worker_id = NULL,
    completed_at = NULL,
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND state IN ('dead', 'cancelled');

-- name: list_pending :many
-- Jobs of a queue that are due, in the order in which claim takes them.
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
    AND run_at <= statement_timestamp()
    AND job_type IN (:job_types) -- optional
ORDER BY priority DESC, run_at, id
LIMIT :limit;

-- name: statistics :one
-- How many jobs are pending (due), scheduled for later, running and over, and how long the oldest one due has waited.
-- result: oldest_waiting_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts what waits and what runs, in indexes of those alone
SELECT
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= statement_timestamp()
    ) AS pending,
    (
        SELECT count(*)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at > statement_timestamp()
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
        SELECT CAST(extract(EPOCH FROM statement_timestamp() - min(run_at)) AS float8)
        FROM jobs
        WHERE
            state = 'available'
            AND run_at <= statement_timestamp()
    ) AS oldest_waiting_seconds;

-- name: seconds_to_next :value
-- In how many seconds of the database's clock a queue's next job becomes due, below 0 when one is; null where
-- next_run_at is.
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

SELECT CAST(extract(EPOCH FROM min(run_at) - statement_timestamp()) AS float8) AS seconds
FROM firsts;

-- name: delete_old :exec
-- Deletes jobs that have been over for more than so many days, at most limit at once; dead ones are left to purge_dead.
-- defaults: states = ["completed", "cancelled"], limit = 1000
WITH old AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        state IN (:states)
        AND completed_at IS NOT NULL
        AND completed_at < statement_timestamp() - CAST(:days AS float8) * interval '86400 seconds'
    ORDER BY state DESC, completed_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM jobs
WHERE id = any(array(SELECT old.id FROM old));

-- name: purge_dead :exec
-- Deletes jobs that have been dead for more than so many days, the longest dead first, at most limit at once.
-- defaults: days = 0, limit = 1000
WITH old AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        state = 'dead'
        AND completed_at IS NOT NULL
        AND completed_at < statement_timestamp() - CAST(:days AS float8) * interval '86400 seconds'
    ORDER BY completed_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM jobs
WHERE id = any(array(SELECT old.id FROM old));
