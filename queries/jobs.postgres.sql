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
    coalesce(:run_at, statement_timestamp() + CAST(:delay_seconds AS float8) * interval '1 second'),
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
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at;

-- name: enqueue_unique :optional
-- Adds a job unless another has its key, as long as that one is in one of its own unique_states: then nothing is added,
-- and there is no row.
-- defaults: id = uuid7(), queue = "default", payload = {}, priority = 0, run_at = null, delay_seconds = 0
-- defaults: max_attempts = 5, timeout_seconds = null, unique_states = "available,running"
INSERT INTO jobs (
    id,
    queue,
    job_type,
    payload,
    priority,
    run_at,
    max_attempts,
    timeout_seconds,
    unique_key,
    unique_states
)
VALUES (
    :id,
    :queue,
    :job_type,
    :payload,
    :priority,
    coalesce(:run_at, statement_timestamp() + CAST(:delay_seconds AS float8) * interval '1 second'),
    :max_attempts,
    :timeout_seconds,
    :unique_key,
    :unique_states
)
ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND strpos(unique_states, state) > 0 DO NOTHING
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
    unique_states,
    result,
    error,
    started_at,
    completed_at,
    created_at,
    updated_at;

-- name: enqueue_many :many
-- Adds jobs, [{"id": …, "queue": …, "job_type": …, "payload": …, "priority": …, "run_at": …, "delay_seconds": …,
-- "max_attempts": …, "timeout_seconds": …, "unique_key": …, "unique_states": …}], in one statement; what is left out or
-- null has the default that enqueue has. Gives the ids of those that were added: one whose unique key is taken is left
-- out, and of several with one key all but the first by id.
-- parity: unordered, RETURNING promises no order
-- In the order of their keys, so that two statements which add the same keys do not lock each other out; by bytes, as
-- the caller of several orders them.
INSERT INTO jobs (
    id,
    queue,
    job_type,
    payload,
    priority,
    run_at,
    max_attempts,
    timeout_seconds,
    unique_key,
    unique_states
)
SELECT
    given.id,
    coalesce(given.queue, 'default'),
    given.job_type,
    coalesce(given.payload, '{}'),
    coalesce(given.priority, 0),
    coalesce(given.run_at, statement_timestamp() + coalesce(given.delay_seconds, 0) * interval '1 second'),
    coalesce(given.max_attempts, 5),
    given.timeout_seconds,
    given.unique_key,
    coalesce(given.unique_states, 'available,running')
FROM
    jsonb_to_recordset(CAST(:jobs AS jsonb)) AS given (
        id uuid,
        queue text,
        job_type text,
        payload jsonb,
        priority bigint,
        run_at timestamptz,
        delay_seconds float8,
        max_attempts bigint,
        timeout_seconds float8,
        unique_key text,
        unique_states text
    )
ORDER BY given.unique_key COLLATE "C" NULLS FIRST, given.id
ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND strpos(unique_states, state) > 0 DO NOTHING
RETURNING id;

-- name: find_unique :optional
-- The job that has a key, as long as it is in one of its unique_states.
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
    unique_key = :unique_key
    AND strpos(unique_states, state) > 0
ORDER BY id
LIMIT 1;

-- name: claim :many
-- Takes the jobs of a queue that are due, the largest priority first, then the longest due; a paused queue gives none.
-- The rows come in no promised order. Until its lease is over, what is done with a job is fenced by
-- its id, attempt and worker_id. payload_json is JSON as it is stored, so that one payload which cannot be read keeps no
-- other job from being claimed.
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
    -- A subquery, which the planner does not look into: for a large limit it may else sort all that waits.
    LIMIT (SELECT CAST(:limit AS bigint))
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
WHERE
    id = any(array(
        SELECT due.id
        FROM due
        ORDER BY due.id
        LIMIT :limit
    ))
RETURNING
    id,
    queue,
    job_type,
    CAST(payload AS text) AS payload_json,
    priority,
    run_at,
    attempt,
    max_attempts,
    timeout_seconds,
    unique_key,
    created_at,
    lease_expires_at;

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
-- A job that another transaction has locked, to cancel it say, keeps its lease as it is: the others do not wait for it.
-- parity: unordered, RETURNING promises no order
-- Arrays, so that the rows are looked up by key whatever the planner expects.
WITH given AS MATERIALIZED (
    SELECT
        rows.id,
        rows.attempt
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS rows (id uuid, attempt bigint)
),

free AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        id = any(array(SELECT given.id FROM given))
        AND worker_id = :worker_id
        AND lease_expires_at IS NOT NULL
    FOR UPDATE SKIP LOCKED
),

kept AS (
    UPDATE jobs
    SET
        lease_expires_at = statement_timestamp() + CAST(:lease_seconds AS float8) * interval '1 second',
        updated_at = statement_timestamp()
    FROM given
    WHERE
        jobs.id = any(array(SELECT free.id FROM free))
        AND jobs.id = given.id
        AND jobs.attempt = given.attempt
        AND jobs.worker_id = :worker_id
        AND jobs.lease_expires_at IS NOT NULL
)

SELECT jobs.id
FROM jobs
INNER JOIN given ON jobs.id = given.id AND jobs.attempt = given.attempt
WHERE
    jobs.id = any(array(SELECT asked.id FROM given AS asked))
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL;

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
-- Arrays, so that the rows are looked up by key whatever the planner expects; locks in the order of ids, so that two
-- statements do not lock each other out.
WITH given AS MATERIALIZED (
    SELECT
        rows.id,
        rows.attempt,
        rows.result
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS rows (id uuid, attempt bigint, result jsonb)
),

locked AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        id = any(array(SELECT given.id FROM given))
        AND worker_id = :worker_id
        AND lease_expires_at IS NOT NULL
    ORDER BY id
    FOR UPDATE
)

UPDATE jobs
SET
    state = 'completed',
    result = given.result,
    error = NULL,
    lease_expires_at = NULL,
    completed_at = statement_timestamp(),
    updated_at = statement_timestamp()
FROM given
WHERE
    jobs.id = any(array(SELECT locked.id FROM locked))
    AND jobs.id = given.id
    AND jobs.attempt = given.attempt
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL
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

-- name: fail_many :many
-- Ends a worker's attempts that failed, [{"id": …, "attempt": …, "error": …, "delay_seconds": …, "retry": …}], each as
-- fail does; gives the id and the new state of those that it had not lost.
-- parity: unordered, RETURNING promises no order
-- Arrays, so that the rows are looked up by key whatever the planner expects; locks in the order of ids, so that two
-- statements do not lock each other out.
WITH given AS MATERIALIZED (
    SELECT
        rows.id,
        rows.attempt,
        rows.error,
        coalesce(rows.delay_seconds, 0) AS delay_seconds,
        coalesce(rows.retry, true) AS retry
    FROM
        jsonb_to_recordset(CAST(:jobs AS jsonb)) AS rows (
            id uuid,
            attempt bigint,
            error text,
            delay_seconds float8,
            retry boolean
        )
),

locked AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        id = any(array(SELECT given.id FROM given))
        AND worker_id = :worker_id
        AND lease_expires_at IS NOT NULL
    ORDER BY id
    FOR UPDATE
)

UPDATE jobs
SET
    state = CASE WHEN jobs.attempt < jobs.max_attempts AND given.retry THEN 'available' ELSE 'dead' END,
    run_at = CASE
        WHEN jobs.attempt < jobs.max_attempts AND given.retry
            THEN statement_timestamp() + given.delay_seconds * interval '1 second'
        ELSE jobs.run_at
    END,
    error = given.error,
    lease_expires_at = NULL,
    worker_id = CASE WHEN jobs.attempt < jobs.max_attempts AND given.retry THEN NULL ELSE jobs.worker_id END,
    completed_at = CASE
        WHEN jobs.attempt < jobs.max_attempts AND given.retry THEN NULL
        ELSE statement_timestamp()
    END,
    updated_at = statement_timestamp()
FROM given
WHERE
    jobs.id = any(array(SELECT locked.id FROM locked))
    AND jobs.id = given.id
    AND jobs.attempt = given.attempt
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL
RETURNING jobs.id, jobs.state;

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

-- name: release_many :many
-- Hands a worker's jobs back, [{"id": …, "attempt": …, "delay_seconds": …}], each as release does; gives the ids of
-- those that it had not lost.
-- parity: unordered, RETURNING promises no order
-- Arrays, so that the rows are looked up by key whatever the planner expects; locks in the order of ids, so that two
-- statements do not lock each other out.
WITH given AS MATERIALIZED (
    SELECT
        rows.id,
        rows.attempt,
        coalesce(rows.delay_seconds, 0) AS delay_seconds
    FROM jsonb_to_recordset(CAST(:jobs AS jsonb)) AS rows (id uuid, attempt bigint, delay_seconds float8)
),

locked AS MATERIALIZED (
    SELECT id
    FROM jobs
    WHERE
        id = any(array(SELECT given.id FROM given))
        AND worker_id = :worker_id
        AND lease_expires_at IS NOT NULL
    ORDER BY id
    FOR UPDATE
)

UPDATE jobs
SET
    state = 'available',
    attempt = jobs.attempt - 1,
    run_at = CASE
        WHEN given.delay_seconds > 0
            THEN statement_timestamp() + given.delay_seconds * interval '1 second'
        ELSE jobs.run_at
    END,
    lease_expires_at = NULL,
    worker_id = NULL,
    updated_at = statement_timestamp()
FROM given
WHERE
    jobs.id = any(array(SELECT locked.id FROM locked))
    AND jobs.id = given.id
    AND jobs.attempt = given.attempt
    AND jobs.worker_id = :worker_id
    AND jobs.lease_expires_at IS NOT NULL
RETURNING jobs.id;

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
-- scan: looks at what runs, in an index of that alone
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
    unique_states,
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

-- name: statistics_by_queue :many
-- How many jobs of each queue are pending (due), scheduled for later, running and over, how long the oldest one due has
-- waited, and since when the queue is paused, by queue: those that were named, and those that have jobs.
-- result: oldest_waiting_seconds real
-- parity: clock, the wait grows by the engine's own clock
-- scan: counts every job
WITH counted AS (
    SELECT
        queue,
        count(*) FILTER (WHERE state = 'available' AND run_at <= statement_timestamp()) AS pending,
        count(*) FILTER (WHERE state = 'available' AND run_at > statement_timestamp()) AS scheduled,
        count(*) FILTER (WHERE state = 'running') AS running,
        count(*) FILTER (WHERE state = 'completed') AS completed,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE state = 'dead') AS dead,
        min(run_at) FILTER (WHERE state = 'available' AND run_at <= statement_timestamp()) AS first_due_at
    FROM jobs
    GROUP BY queue
),

names AS (
    SELECT name
    FROM job_queues
    UNION
    SELECT queue
    FROM counted
)

SELECT
    n.name AS queue,
    coalesce(c.pending, 0) AS pending,
    coalesce(c.scheduled, 0) AS scheduled,
    coalesce(c.running, 0) AS running,
    coalesce(c.completed, 0) AS completed,
    coalesce(c.cancelled, 0) AS cancelled,
    coalesce(c.dead, 0) AS dead,
    CAST(extract(EPOCH FROM statement_timestamp() - c.first_due_at) AS float8) AS oldest_waiting_seconds,
    q.paused_at
FROM names AS n
LEFT JOIN counted AS c ON n.name = c.queue
LEFT JOIN job_queues AS q ON n.name = q.name
ORDER BY n.name;

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

-- name: notify :value
-- Tells the workers that listen, once the transaction commits, of a queue, `queue:<name>`, or of a job, `job:<id>`.
SELECT CAST(:payload AS text) AS payload
FROM pg_notify('plainbase_jobs', :payload);

-- name: clock :value
-- What time it is by the database's clock, which all leases and due times are told by.
SELECT statement_timestamp() AS now;

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
        AND queue = :queue -- optional
        AND job_type = :job_type -- optional
    ORDER BY completed_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM jobs
WHERE id = any(array(SELECT old.id FROM old));

-- name: hold_before :many
-- Of these jobs those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT id
FROM jobs
WHERE
    id IN (:ids)
    AND state <> 'dead'
    AND completed_at < :before
ORDER BY id
FOR UPDATE SKIP LOCKED;
