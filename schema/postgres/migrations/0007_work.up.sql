-- 0007 work: jobs, their queues and schedules, workers.
-- Locks: creates new objects only; safe on a live database.
-- Undo:  0007_work.down.sql drops all jobs, schedules and workers.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each job, until it is deleted.
CREATE TABLE jobs (
    id                uuid             NOT NULL,
    queue             text COLLATE "C" NOT NULL DEFAULT 'default',
    job_type          text COLLATE "C" NOT NULL,
    payload           jsonb            NOT NULL DEFAULT '{}',
    -- The larger is taken first.
    priority          bigint           NOT NULL DEFAULT 0,
    state             text COLLATE "C" NOT NULL DEFAULT 'available',
    -- Not before.
    run_at            timestamptz      NOT NULL DEFAULT now(),
    -- Which try this is: 0 before the first. Together with worker_id it fences who may finish the job.
    attempt           bigint           NOT NULL DEFAULT 0,
    max_attempts      bigint           NOT NULL DEFAULT 5,
    timeout_seconds   double precision,
    -- Until when the worker has the job; a heartbeat moves it on.
    lease_expires_at  timestamptz,
    worker_id         text COLLATE "C",
    -- At most one job in one of its unique_states has the same.
    unique_key        text COLLATE "C",
    unique_states     text COLLATE "C" NOT NULL DEFAULT 'available,running',
    result            jsonb,
    error             text,
    started_at        timestamptz,
    completed_at      timestamptz,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
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
    -- Only here: the years 1 to 9999, which SQLite's type check holds to.
    CONSTRAINT jobs_lease_expires_at_range_check
        CHECK (extract(EPOCH FROM lease_expires_at) BETWEEN -62135596800 AND 253402300799),
    -- Only here: the years 1 to 9999, which SQLite's type check holds to.
    CONSTRAINT jobs_run_at_range_check CHECK (extract(EPOCH FROM run_at) BETWEEN -62135596800 AND 253402300799),
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
)
WITH (
    -- Room on its page for a heartbeat's new version of a row, so that no index is written.
    fillfactor = 85,
    -- Each job leaves two dead versions, and claim walks past those of the front: soon, however many jobs are kept.
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    -- And at full speed: until it is through, every claim pays.
    autovacuum_vacuum_cost_delay = 0
);

-- Without statistics of what changes by the second: those of a moment when few waited had claim sort all that wait, and
-- not walk its index, until the next ANALYZE (650 ms for 2 ms with 1,000,000 waiting). A dump keeps this, and
-- `plainbase migrate verify` says where it was changed.
ALTER TABLE jobs
ALTER COLUMN queue SET STATISTICS 0,
ALTER COLUMN priority SET STATISTICS 0,
ALTER COLUMN run_at SET STATISTICS 0;

-- Serves jobs.claim and list_pending: only waiting rows are indexed, so it stays small however many are done.
CREATE INDEX jobs_available_idx
ON jobs (queue, priority DESC, run_at, id)
WHERE state = 'available';

-- Without the lease, so that a heartbeat changes no index: it writes a third of the log, and takes half of the time.
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
WHERE unique_key IS NOT NULL AND strpos(unique_states, state) > 0;

-- The condition, which every job meets by a check, keeps PostgreSQL from looking ids up in it: by statistics of a moment
-- without jobs it holds that for as good as the primary key, and reads all of the index.
-- Serves jobs.list: newest first, page by page.
CREATE INDEX jobs_created_at_idx
ON jobs (created_at DESC, id DESC)
WHERE max_attempts > 0;

COMMENT ON TABLE jobs IS
'Work to do, being done, and done.';

-- A completed job stays completed; a cancelled or dead one can be made available again.
CREATE TRIGGER jobs_state_path_check
BEFORE UPDATE OF state ON jobs
FOR EACH ROW
WHEN (
    old.state <> new.state
    AND NOT (
        (old.state = 'available' AND new.state IN ('running', 'cancelled'))
        OR (old.state = 'running' AND new.state IN ('available', 'completed', 'cancelled', 'dead'))
        OR (old.state IN ('cancelled', 'dead') AND new.state = 'available')
    )
)
EXECUTE FUNCTION refuse_change();

-- Wakes the workers that listen to plainbase_jobs when the jobs are committed, once for each queue that they are in.
CREATE FUNCTION notify_jobs() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('plainbase_jobs', 'queue:' || queues.queue)
    FROM (SELECT DISTINCT added.queue FROM added) AS queues;
    RETURN NULL;
END;
$$;

-- Only here: a listener to SQLite sees each commit.
-- Commits that notify go one after another, each until it is on disk: 8 clients that add jobs one by one do so at half
-- of the rate without it. Jobs that are added by one statement cost one notification for each of their queues. Where
-- that is too much: ALTER TABLE jobs DISABLE TRIGGER jobs_notify; then workers find jobs only by looking, once a second.
CREATE TRIGGER jobs_notify
AFTER INSERT ON jobs
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT
EXECUTE FUNCTION notify_jobs();


CREATE TABLE job_queues (
    name        text COLLATE "C" NOT NULL,
    paused_at   timestamptz,
    created_at  timestamptz      NOT NULL DEFAULT now(),
    updated_at  timestamptz      NOT NULL DEFAULT now(),
    -- Serves job_queues.list, and jobs.claim: a paused queue gives no jobs.
    CONSTRAINT job_queues_pkey PRIMARY KEY (name),
    CONSTRAINT job_queues_name_check CHECK (length(name) BETWEEN 1 AND 100)
);

COMMENT ON TABLE job_queues IS
'Queues that were named or paused; a queue needs no row here to have jobs.';


CREATE TABLE job_schedules (
    name             text COLLATE "C" NOT NULL,
    cron             text COLLATE "C" NOT NULL,
    timezone         text COLLATE "C" NOT NULL DEFAULT 'UTC',
    queue            text COLLATE "C" NOT NULL DEFAULT 'default',
    job_type         text COLLATE "C" NOT NULL,
    payload          jsonb            NOT NULL DEFAULT '{}',
    priority         bigint           NOT NULL DEFAULT 0,
    max_attempts     bigint           NOT NULL DEFAULT 5,
    timeout_seconds  double precision,
    -- Each job that it makes has it: while one waits or runs, no other is made.
    unique_key       text COLLATE "C",
    enabled          boolean          NOT NULL DEFAULT true,
    next_run_at      timestamptz,
    last_run_at      timestamptz,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    updated_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT job_schedules_pkey PRIMARY KEY (name),
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

COMMENT ON TABLE job_schedules IS
'Jobs that are enqueued again and again, by a cron expression.';


CREATE TABLE workers (
    worker_id          text COLLATE "C" NOT NULL,
    address            text COLLATE "C" NOT NULL,
    status             text COLLATE "C" NOT NULL DEFAULT 'active',
    -- How many jobs at a time.
    capacity           bigint           NOT NULL DEFAULT 1,
    current_tasks      bigint           NOT NULL DEFAULT 0,
    completed_tasks    bigint           NOT NULL DEFAULT 0,
    failed_tasks       bigint           NOT NULL DEFAULT 0,
    tags               jsonb            NOT NULL DEFAULT '[]',
    metadata           jsonb            NOT NULL DEFAULT '{}',
    registered_at      timestamptz      NOT NULL DEFAULT now(),
    last_heartbeat_at  timestamptz      NOT NULL DEFAULT now(),
    updated_at         timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT workers_pkey PRIMARY KEY (worker_id),
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

COMMENT ON TABLE workers IS
'Processes that do jobs, and when each was last heard of.';
