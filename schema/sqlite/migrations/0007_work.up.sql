-- 0007 work: jobs, their queues and schedules, workers.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0007_work.down.sql drops all jobs, schedules and workers.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each job, until it is deleted.
CREATE TABLE jobs (
    -- Work to do, being done, and done.
    id                UUID_TEXT       NOT NULL,
    queue             TEXT            NOT NULL DEFAULT 'default',
    job_type          TEXT            NOT NULL,
    payload           JSON_TEXT       NOT NULL DEFAULT '{}',
    -- The larger is taken first.
    priority          INTEGER         NOT NULL DEFAULT 0,
    state             TEXT            NOT NULL DEFAULT 'available',
    -- Not before.
    run_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Which try this is: 0 before the first. Together with worker_id it fences who may finish the job.
    attempt           INTEGER         NOT NULL DEFAULT 0,
    max_attempts      INTEGER         NOT NULL DEFAULT 5,
    timeout_seconds   REAL,
    -- Until when the worker has the job; a heartbeat moves it on.
    lease_expires_at  TIMESTAMP_TEXT,
    worker_id         TEXT,
    -- At most one job in one of its unique_states has the same.
    unique_key        TEXT,
    unique_states     TEXT            NOT NULL DEFAULT 'available,running',
    result            JSON_TEXT,
    error             TEXT,
    started_at        TIMESTAMP_TEXT,
    completed_at      TIMESTAMP_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT jobs_queue_type_check CHECK (typeof(queue) = 'text'),
    CONSTRAINT jobs_job_type_type_check CHECK (typeof(job_type) = 'text'),
    CONSTRAINT jobs_payload_type_check CHECK (json_valid(payload)),
    CONSTRAINT jobs_priority_type_check CHECK (typeof(priority) = 'integer'),
    CONSTRAINT jobs_state_type_check CHECK (typeof(state) = 'text'),
    CONSTRAINT jobs_run_at_type_check
        CHECK (
            substr(run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(run_at, 1, 19), '+0 days') IS substr(run_at, 1, 19)
        ),
    CONSTRAINT jobs_attempt_type_check CHECK (typeof(attempt) = 'integer'),
    CONSTRAINT jobs_max_attempts_type_check CHECK (typeof(max_attempts) = 'integer'),
    CONSTRAINT jobs_timeout_seconds_type_check CHECK (timeout_seconds IS NULL OR typeof(timeout_seconds) = 'real'),
    CONSTRAINT jobs_lease_expires_at_type_check
        CHECK (
            lease_expires_at IS NULL OR (
                substr(lease_expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(lease_expires_at, 1, 19), '+0 days')
                IS substr(lease_expires_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_worker_id_type_check CHECK (worker_id IS NULL OR typeof(worker_id) = 'text'),
    CONSTRAINT jobs_unique_key_type_check CHECK (unique_key IS NULL OR typeof(unique_key) = 'text'),
    CONSTRAINT jobs_unique_states_type_check CHECK (typeof(unique_states) = 'text'),
    CONSTRAINT jobs_result_type_check CHECK (result IS NULL OR json_valid(result)),
    CONSTRAINT jobs_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT jobs_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_completed_at_type_check
        CHECK (
            completed_at IS NULL OR (
                substr(completed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(completed_at, 1, 19), '+0 days') IS substr(completed_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT jobs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT jobs_queue_check CHECK (length(queue) BETWEEN 1 AND 100),
    CONSTRAINT jobs_job_type_length_check CHECK (length(job_type) BETWEEN 1 AND 100),
    CONSTRAINT jobs_priority_check CHECK (priority BETWEEN 0 AND 32767),
    CONSTRAINT jobs_state_check CHECK (state IN ('available', 'running', 'completed', 'cancelled', 'dead')),
    CONSTRAINT jobs_attempt_check CHECK (attempt >= 0),
    -- Without an upper end, so that jobs.retry can always add one.
    CONSTRAINT jobs_max_attempts_check CHECK (max_attempts >= 1),
    CONSTRAINT jobs_timeout_seconds_check CHECK (timeout_seconds > 0 AND timeout_seconds <= 1e9),
    -- A job has a lease and a worker exactly while it runs.
    CONSTRAINT jobs_lease_expires_at_check CHECK ((lease_expires_at IS NOT NULL) = (state = 'running')),
    CONSTRAINT jobs_worker_id_check CHECK (worker_id IS NOT NULL OR state <> 'running'),
    CONSTRAINT jobs_unique_key_check CHECK (length(unique_key) BETWEEN 1 AND 255),
    CONSTRAINT jobs_unique_states_check
        CHECK (
            unique_states IN (
                'available,running',
                'available,running,cancelled',
                'available,running,completed',
                'available,running,dead',
                'available,running,cancelled,dead',
                'available,running,completed,cancelled',
                'available,running,completed,dead',
                'available,running,completed,cancelled,dead'
            )
        ),
    -- A job is over exactly when it has an end.
    CONSTRAINT jobs_completed_at_check
        CHECK ((completed_at IS NOT NULL) = (state IN ('completed', 'cancelled', 'dead')))
);

-- Serves jobs.claim and list_pending: only waiting rows are indexed, so it stays small however many are done.
CREATE INDEX jobs_available_idx
ON jobs (queue, priority DESC, run_at, id)
WHERE state = 'available';

-- Without the lease, so that a heartbeat changes no index.
-- Serves jobs.reclaim, list_running and statistics: what runs, which is little enough to be looked at for its leases.
CREATE INDEX jobs_running_idx
ON jobs (worker_id, id)
WHERE state = 'running';

-- Serves jobs.list_dead and delete_old.
CREATE INDEX jobs_over_idx
ON jobs (state, completed_at DESC, id DESC)
WHERE completed_at IS NOT NULL;

-- Serves jobs.enqueue_unique and find_unique: a key is taken while the job that has it is in one of its unique_states.
CREATE UNIQUE INDEX jobs_unique_key_key
ON jobs (unique_key)
WHERE unique_key IS NOT NULL AND instr(unique_states, state) > 0;

-- The condition, which every job meets by a check, is PostgreSQL's need.
-- Serves jobs.list: newest first, page by page.
CREATE INDEX jobs_created_at_idx
ON jobs (created_at DESC, id DESC)
WHERE max_attempts > 0;

-- A completed job stays completed; a cancelled or dead one can be made available again.
CREATE TRIGGER jobs_state_path_check
BEFORE UPDATE OF state ON jobs
FOR EACH ROW
WHEN
    old.state <> new.state
    AND NOT (
        (old.state = 'available' AND new.state IN ('running', 'cancelled'))
        OR (old.state = 'running' AND new.state IN ('available', 'completed', 'cancelled', 'dead'))
        OR (old.state IN ('cancelled', 'dead') AND new.state = 'available')
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: jobs_state_path_check');
END;


CREATE TABLE job_queues (
    -- Queues that were named or paused; a queue needs no row here to have jobs.
    name        TEXT            NOT NULL,
    paused_at   TIMESTAMP_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves job_queues.list, and jobs.claim: a paused queue gives no jobs.
    CONSTRAINT job_queues_pkey PRIMARY KEY (name),
    CONSTRAINT job_queues_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT job_queues_paused_at_type_check
        CHECK (
            paused_at IS NULL OR (
                substr(paused_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(paused_at, 1, 19), '+0 days') IS substr(paused_at, 1, 19)
            )
        ),
    CONSTRAINT job_queues_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT job_queues_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT job_queues_name_check CHECK (length(name) BETWEEN 1 AND 100)
) WITHOUT ROWID;


CREATE TABLE job_schedules (
    -- Jobs that are enqueued again and again, by a cron expression.
    name             TEXT             NOT NULL,
    cron             TEXT             NOT NULL,
    timezone         TEXT             NOT NULL DEFAULT 'UTC',
    queue            TEXT             NOT NULL DEFAULT 'default',
    job_type         TEXT             NOT NULL,
    payload          JSON_TEXT        NOT NULL DEFAULT '{}',
    priority         INTEGER          NOT NULL DEFAULT 0,
    max_attempts     INTEGER          NOT NULL DEFAULT 5,
    timeout_seconds  REAL,
    -- Each job that it makes has it: while one waits or runs, no other is made.
    unique_key       TEXT,
    enabled          BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    next_run_at      TIMESTAMP_TEXT,
    last_run_at      TIMESTAMP_TEXT,
    created_at       TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at       TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT job_schedules_pkey PRIMARY KEY (name),
    CONSTRAINT job_schedules_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT job_schedules_cron_type_check CHECK (typeof(cron) = 'text'),
    CONSTRAINT job_schedules_timezone_type_check CHECK (typeof(timezone) = 'text'),
    CONSTRAINT job_schedules_queue_type_check CHECK (typeof(queue) = 'text'),
    CONSTRAINT job_schedules_job_type_type_check CHECK (typeof(job_type) = 'text'),
    CONSTRAINT job_schedules_payload_type_check CHECK (json_valid(payload)),
    CONSTRAINT job_schedules_priority_type_check CHECK (typeof(priority) = 'integer'),
    CONSTRAINT job_schedules_max_attempts_type_check CHECK (typeof(max_attempts) = 'integer'),
    CONSTRAINT job_schedules_timeout_seconds_type_check
        CHECK (timeout_seconds IS NULL OR typeof(timeout_seconds) = 'real'),
    CONSTRAINT job_schedules_unique_key_type_check CHECK (unique_key IS NULL OR typeof(unique_key) = 'text'),
    CONSTRAINT job_schedules_enabled_type_check CHECK (enabled IN (0, 1)),
    CONSTRAINT job_schedules_next_run_at_type_check
        CHECK (
            next_run_at IS NULL OR (
                substr(next_run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(next_run_at, 1, 19), '+0 days') IS substr(next_run_at, 1, 19)
            )
        ),
    CONSTRAINT job_schedules_last_run_at_type_check
        CHECK (
            last_run_at IS NULL OR (
                substr(last_run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_run_at, 1, 19), '+0 days') IS substr(last_run_at, 1, 19)
            )
        ),
    CONSTRAINT job_schedules_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT job_schedules_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT job_schedules_name_check CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_cron_check CHECK (length(cron) BETWEEN 1 AND 255),
    CONSTRAINT job_schedules_timezone_check CHECK (length(timezone) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_queue_check CHECK (length(queue) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_job_type_length_check CHECK (length(job_type) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_priority_check CHECK (priority BETWEEN 0 AND 32767),
    CONSTRAINT job_schedules_max_attempts_check CHECK (max_attempts BETWEEN 1 AND 1000),
    CONSTRAINT job_schedules_timeout_seconds_check CHECK (timeout_seconds > 0 AND timeout_seconds <= 1e9),
    CONSTRAINT job_schedules_unique_key_check CHECK (length(unique_key) BETWEEN 1 AND 255)
);

-- Serves job_schedules.list_due.
CREATE INDEX job_schedules_next_run_at_idx
ON job_schedules (next_run_at, name)
WHERE enabled;


CREATE TABLE workers (
    -- Processes that do jobs, and when each was last heard of.
    worker_id          TEXT            NOT NULL,
    address            TEXT            NOT NULL,
    status             TEXT            NOT NULL DEFAULT 'active',
    -- How many jobs at a time.
    capacity           INTEGER         NOT NULL DEFAULT 1,
    current_tasks      INTEGER         NOT NULL DEFAULT 0,
    completed_tasks    INTEGER         NOT NULL DEFAULT 0,
    failed_tasks       INTEGER         NOT NULL DEFAULT 0,
    tags               JSON_TEXT       NOT NULL DEFAULT '[]',
    metadata           JSON_TEXT       NOT NULL DEFAULT '{}',
    registered_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_heartbeat_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at         TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT workers_pkey PRIMARY KEY (worker_id),
    CONSTRAINT workers_worker_id_type_check CHECK (typeof(worker_id) = 'text'),
    CONSTRAINT workers_address_type_check CHECK (typeof(address) = 'text'),
    CONSTRAINT workers_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT workers_capacity_type_check CHECK (typeof(capacity) = 'integer'),
    CONSTRAINT workers_current_tasks_type_check CHECK (typeof(current_tasks) = 'integer'),
    CONSTRAINT workers_completed_tasks_type_check CHECK (typeof(completed_tasks) = 'integer'),
    CONSTRAINT workers_failed_tasks_type_check CHECK (typeof(failed_tasks) = 'integer'),
    CONSTRAINT workers_tags_type_check CHECK (json_valid(tags)),
    CONSTRAINT workers_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT workers_registered_at_type_check
        CHECK (
            substr(registered_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(registered_at, 1, 19), '+0 days') IS substr(registered_at, 1, 19)
        ),
    CONSTRAINT workers_last_heartbeat_at_type_check
        CHECK (
            substr(last_heartbeat_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_heartbeat_at, 1, 19), '+0 days')
            IS substr(last_heartbeat_at, 1, 19)
        ),
    CONSTRAINT workers_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT workers_worker_id_check CHECK (length(worker_id) BETWEEN 1 AND 255),
    CONSTRAINT workers_address_check CHECK (length(address) BETWEEN 1 AND 255),
    CONSTRAINT workers_status_check CHECK (status IN ('active', 'draining', 'stopped')),
    CONSTRAINT workers_capacity_check CHECK (capacity >= 1),
    CONSTRAINT workers_current_tasks_check CHECK (current_tasks >= 0),
    CONSTRAINT workers_completed_tasks_check CHECK (completed_tasks >= 0),
    CONSTRAINT workers_failed_tasks_check CHECK (failed_tasks >= 0)
);

-- Serves workers.list_active and remove_stale.
CREATE INDEX workers_last_heartbeat_at_idx
ON workers (last_heartbeat_at DESC, worker_id);
