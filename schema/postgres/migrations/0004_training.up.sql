-- 0004 training: neural configurations, runs, their step metrics, checkpoints and accuracies.
-- Locks: creates new objects; ACCESS EXCLUSIVE on model_versions (a column), SHARE on it (an index), and
-- SHARE ROW EXCLUSIVE on users, teams, datasets and corpus_texts (foreign keys), each for a moment.
-- Undo:  0004_training.down.sql drops all run history.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

CREATE TABLE neural_configs (
    id          uuid             NOT NULL,
    name        text COLLATE "C" NOT NULL,
    config      jsonb            NOT NULL,
    created_at  timestamptz      NOT NULL DEFAULT now(),
    updated_at  timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT neural_configs_pkey PRIMARY KEY (id),
    -- Serves neural_configs.get_by_name too.
    CONSTRAINT neural_configs_name_key UNIQUE (name),
    CONSTRAINT neural_configs_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

-- Serves neural_configs.list: newest first, page by page.
CREATE INDEX neural_configs_created_at_idx
ON neural_configs (created_at DESC, id DESC);

COMMENT ON TABLE neural_configs IS
'Configurations of neural networks by name.';


-- grows: one row for each run.
CREATE TABLE training_runs (
    id                uuid             NOT NULL,
    name              text COLLATE "C" NOT NULL,
    status            text COLLATE "C" NOT NULL DEFAULT 'pending',
    -- Per cent.
    progress          double precision NOT NULL DEFAULT 0,
    message           text,
    error             text,
    neural_config_id  uuid,
    config            jsonb            NOT NULL DEFAULT '{}',
    hyperparameters   jsonb            NOT NULL DEFAULT '{}',
    dataset_id        uuid,
    corpus_text_id    bigint,
    -- What is trained further; the version that comes out of it names the run.
    model_version_id  uuid,
    parent_run_id     uuid,
    started_at        timestamptz,
    finished_at       timestamptz,
    -- Below zero where the clock of who ended the run was behind that of who started it.
    duration_seconds  double precision
        GENERATED ALWAYS AS (CAST(extract(EPOCH FROM finished_at - started_at) AS double precision)) STORED,
    resources         jsonb            NOT NULL DEFAULT '{}',
    created_by        uuid,
    team_id           uuid,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT training_runs_pkey PRIMARY KEY (id),
    CONSTRAINT training_runs_neural_config_id_fkey
        FOREIGN KEY (neural_config_id) REFERENCES neural_configs (id) ON DELETE RESTRICT,
    -- Run history outlives its inputs only by decision: a dataset with runs cannot be deleted.
    CONSTRAINT training_runs_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT training_runs_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_parent_run_id_fkey
        FOREIGN KEY (parent_run_id) REFERENCES training_runs (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT training_runs_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT training_runs_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT training_runs_progress_check CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT training_runs_parent_run_id_check CHECK (parent_run_id <> id),
    -- What runs, or ran to its end, was started.
    CONSTRAINT training_runs_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- A run is finished exactly when its status is terminal.
    CONSTRAINT training_runs_finished_at_check
        CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

-- Serves training_runs.list: newest first, page by page.
CREATE INDEX training_runs_created_at_idx
ON training_runs (created_at DESC, id DESC);

-- Serves training_runs.list_by_status and count_by_status.
CREATE INDEX training_runs_status_idx
ON training_runs (status, created_at DESC, id DESC);

-- Serves training_runs.list_for_neural_config, and the foreign key.
CREATE INDEX training_runs_neural_config_id_idx
ON training_runs (neural_config_id, created_at DESC, id DESC);

-- Serves training_runs.list_for_dataset and datasets.usage, and the foreign key.
CREATE INDEX training_runs_dataset_id_idx
ON training_runs (dataset_id, created_at DESC, id DESC);

-- Serves the foreign key: deleting a text.
CREATE INDEX training_runs_corpus_text_id_idx
ON training_runs (corpus_text_id);

-- Serves the foreign key: deleting a version.
CREATE INDEX training_runs_model_version_id_idx
ON training_runs (model_version_id)
WHERE model_version_id IS NOT NULL;

-- Serves training_runs.list_children, and the foreign key.
CREATE INDEX training_runs_parent_run_id_idx
ON training_runs (parent_run_id, created_at DESC, id DESC);

-- Serves the foreign key: deleting a user.
CREATE INDEX training_runs_created_by_idx
ON training_runs (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX training_runs_team_id_idx
ON training_runs (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

COMMENT ON TABLE training_runs IS
'Training runs and jobs: what was trained on what, how far it got and how it ended.';

-- What a trigger's condition forbids is refused as a check constraint of the trigger's name.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = format('a change of relation %I violates check constraint %I', tg_table_name, tg_name),
        SCHEMA = tg_table_schema,
        TABLE = tg_table_name,
        CONSTRAINT = tg_name;
END;
$$;

-- A run goes from pending to running to one end, and stays there; it may fail or be cancelled before it starts.
CREATE TRIGGER training_runs_status_path_check
BEFORE UPDATE OF status ON training_runs
FOR EACH ROW
WHEN (
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
)
EXECUTE FUNCTION refuse_change();


-- grows: one row for each step of each run and metric.
CREATE TABLE training_metrics (
    id           bigint           NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    run_id       uuid             NOT NULL,
    name         text COLLATE "C" NOT NULL,
    step         bigint           NOT NULL,
    -- Null means NaN.
    value        double precision,
    recorded_at  timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT training_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT training_metrics_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT training_metrics_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT training_metrics_step_check CHECK (step >= 0),
    -- Only here: SQLite holds no NaN.
    CONSTRAINT training_metrics_value_check CHECK (value < 'NaN')
);

-- Serves training_metrics.history, history_sampled, latest and best, and the foreign key.
CREATE INDEX training_metrics_run_id_name_step_idx
ON training_metrics (run_id, name, step, id);

COMMENT ON TABLE training_metrics IS
'Metrics of a run, step by step; a step logged again is one more row.';


-- grows: one row for each checkpoint of each run.
CREATE TABLE checkpoints (
    id          uuid             NOT NULL,
    run_id      uuid             NOT NULL,
    epochs      bigint,
    step        bigint,
    block_size  bigint,
    -- Null where the model is kept in the database itself.
    path        text,
    loss        double precision,
    accuracy    double precision,
    notes       text,
    is_best     boolean          NOT NULL DEFAULT false,
    created_at  timestamptz      NOT NULL DEFAULT now(),
    updated_at  timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT checkpoints_pkey PRIMARY KEY (id),
    CONSTRAINT checkpoints_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT checkpoints_epochs_check CHECK (epochs >= 0),
    CONSTRAINT checkpoints_step_check CHECK (step >= 0),
    CONSTRAINT checkpoints_block_size_check CHECK (block_size >= 0),
    CONSTRAINT checkpoints_accuracy_check CHECK (accuracy BETWEEN 0 AND 1),
    -- Only here: SQLite holds no NaN.
    CONSTRAINT checkpoints_loss_check CHECK (loss < 'NaN')
);

-- Serves checkpoints.best, and holds the rule: one best checkpoint per run.
CREATE UNIQUE INDEX checkpoints_best_key
ON checkpoints (run_id)
WHERE is_best;

-- Serves checkpoints.list and latest of a run, and the foreign key.
CREATE INDEX checkpoints_run_id_idx
ON checkpoints (run_id, created_at DESC, id DESC);

-- Serves checkpoints.list and latest over all runs.
CREATE INDEX checkpoints_created_at_idx
ON checkpoints (created_at DESC, id DESC);

COMMENT ON TABLE checkpoints IS
'Saved states of a run with their loss; at most one per run is the best.';

-- Marking a checkpoint takes the mark from the run's other one first: the unique index is checked row by row.
-- The search path is the table's own schema, whichever that is and whoever calls.
CREATE FUNCTION checkpoints_move_best() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    -- One mark of a run at a time. It is a write, not a lock, so that a transaction whose snapshot is older than the
    -- last mark meets a conflict, which can be retried, and not the unique index.
    UPDATE training_runs
    SET updated_at = updated_at
    WHERE id = new.run_id;
    UPDATE checkpoints
    SET
        is_best = false,
        updated_at = new.updated_at
    WHERE
        run_id = new.run_id
        AND is_best
        AND id <> new.id;
    RETURN new;
END;
$$;

CREATE TRIGGER checkpoints_move_best
BEFORE UPDATE OF is_best ON checkpoints
FOR EACH ROW
WHEN (new.is_best AND NOT old.is_best)
EXECUTE FUNCTION checkpoints_move_best();


-- grows: one row for each accuracy that is measured.
CREATE TABLE accuracy_metrics (
    id             bigint           NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    checkpoint_id  uuid,
    metric_type    text COLLATE "C" NOT NULL,
    value          double precision NOT NULL,
    metadata       jsonb            NOT NULL DEFAULT '{}',
    created_at     timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT accuracy_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT accuracy_metrics_checkpoint_id_fkey
        FOREIGN KEY (checkpoint_id) REFERENCES checkpoints (id) ON DELETE CASCADE,
    CONSTRAINT accuracy_metrics_metric_type_length_check CHECK (length(metric_type) BETWEEN 1 AND 255),
    -- Only here: SQLite holds no NaN.
    CONSTRAINT accuracy_metrics_value_check CHECK (value < 'NaN')
);

-- Serves accuracy_metrics.list of a checkpoint, and the foreign key.
CREATE INDEX accuracy_metrics_checkpoint_id_idx
ON accuracy_metrics (checkpoint_id, id DESC);

-- Serves accuracy_metrics.list of a type, and summary.
CREATE INDEX accuracy_metrics_metric_type_idx
ON accuracy_metrics (metric_type, id DESC);

COMMENT ON TABLE accuracy_metrics IS
'Accuracies that were measured, of a checkpoint or of the whole.';


-- Which run a version came out of. The column comes last, since runs name versions too.
-- A registry is small, and here it is as new as the runs: no lock is long.
ALTER TABLE model_versions
ADD COLUMN training_run_id uuid,
-- The column is new and null in every row, so there is nothing to look through.
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
ADD CONSTRAINT model_versions_training_run_id_fkey
    FOREIGN KEY (training_run_id) REFERENCES training_runs (id) ON DELETE SET NULL;

-- A registry is small, so this index is there in a moment.
-- squawk-ignore-file require-concurrent-index-creation
-- Serves model_versions.list_for_run, and the foreign key.
CREATE INDEX model_versions_training_run_id_idx
ON model_versions (training_run_id)
WHERE training_run_id IS NOT NULL;
