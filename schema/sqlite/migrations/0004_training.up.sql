-- 0004 training: neural configurations, runs, their step metrics, checkpoints and accuracies.
-- Locks: the one writer, for a moment; model_versions gets a column.
-- Undo:  0004_training.down.sql drops all run history.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

CREATE TABLE neural_configs (
    -- Configurations of neural networks by name.
    id          UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    config      JSON_TEXT       NOT NULL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT neural_configs_pkey PRIMARY KEY (id),
    -- Serves neural_configs.get_by_name too.
    CONSTRAINT neural_configs_name_key UNIQUE (name),
    CONSTRAINT neural_configs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT neural_configs_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT neural_configs_config_type_check CHECK (json_valid(config)),
    CONSTRAINT neural_configs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT neural_configs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT neural_configs_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

-- Serves neural_configs.list: newest first, page by page.
CREATE INDEX neural_configs_created_at_idx
ON neural_configs (created_at DESC, id DESC);


-- grows: one row for each run.
CREATE TABLE training_runs (
    -- Training runs and jobs: what was trained on what, how far it got and how it ended.
    id                UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    status            TEXT            NOT NULL DEFAULT 'pending',
    -- Per cent.
    progress          REAL            NOT NULL DEFAULT 0,
    message           TEXT,
    error             TEXT,
    neural_config_id  UUID_TEXT,
    config            JSON_TEXT       NOT NULL DEFAULT '{}',
    hyperparameters   JSON_TEXT       NOT NULL DEFAULT '{}',
    dataset_id        UUID_TEXT,
    corpus_text_id    INTEGER,
    -- What is trained further; the version that comes out of it names the run.
    model_version_id  UUID_TEXT,
    parent_run_id     UUID_TEXT,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    duration_seconds  REAL GENERATED ALWAYS AS (
        (
            1000000 * (
                strftime('%s', substr(finished_at, 1, 19) || 'Z') - strftime('%s', substr(started_at, 1, 19) || 'Z')
            )
            + CAST(substr(finished_at, 21, 6) AS INTEGER)
            - CAST(substr(started_at, 21, 6) AS INTEGER)
        ) / 1000000.0
    ) STORED,
    resources         JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
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
    CONSTRAINT training_runs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT training_runs_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT training_runs_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT training_runs_progress_type_check CHECK (typeof(progress) = 'real'),
    CONSTRAINT training_runs_message_type_check CHECK (message IS NULL OR typeof(message) = 'text'),
    CONSTRAINT training_runs_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT training_runs_config_type_check CHECK (json_valid(config)),
    CONSTRAINT training_runs_hyperparameters_type_check CHECK (json_valid(hyperparameters)),
    CONSTRAINT training_runs_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT training_runs_finished_at_type_check
        CHECK (
            finished_at IS NULL OR (
                substr(finished_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(finished_at, 1, 19), '+0 days') IS substr(finished_at, 1, 19)
            )
        ),
    CONSTRAINT training_runs_resources_type_check CHECK (json_valid(resources)),
    CONSTRAINT training_runs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT training_runs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
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

-- A run goes from pending to running to one end, and stays there; it may fail or be cancelled before it starts.
CREATE TRIGGER training_runs_status_path_check
BEFORE UPDATE OF status ON training_runs
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: training_runs_status_path_check');
END;


-- grows: one row for each step of each run and metric.
CREATE TABLE training_metrics (
    -- Metrics of a run, step by step; a step logged again is one more row.
    id           INTEGER         NOT NULL,
    run_id       UUID_TEXT       NOT NULL,
    name         TEXT            NOT NULL,
    step         INTEGER         NOT NULL,
    -- Null means NaN.
    value        REAL,
    recorded_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT training_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT training_metrics_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT training_metrics_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT training_metrics_step_type_check CHECK (typeof(step) = 'integer'),
    CONSTRAINT training_metrics_value_type_check CHECK (value IS NULL OR typeof(value) = 'real'),
    CONSTRAINT training_metrics_recorded_at_type_check
        CHECK (
            substr(recorded_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days') IS substr(recorded_at, 1, 19)
        ),
    CONSTRAINT training_metrics_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT training_metrics_step_check CHECK (step >= 0)
);

-- Serves training_metrics.history, history_sampled, latest and best, and the foreign key.
CREATE INDEX training_metrics_run_id_name_step_idx
ON training_metrics (run_id, name, step, id);


-- grows: one row for each checkpoint of each run.
CREATE TABLE checkpoints (
    -- Saved states of a run with their loss; at most one per run is the best.
    id          UUID_TEXT        NOT NULL,
    run_id      UUID_TEXT        NOT NULL,
    epochs      INTEGER,
    step        INTEGER,
    block_size  INTEGER,
    -- Null where the model is kept in the database itself.
    path        TEXT,
    loss        REAL,
    accuracy    REAL,
    notes       TEXT,
    is_best     BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    created_at  TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT checkpoints_pkey PRIMARY KEY (id),
    CONSTRAINT checkpoints_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT checkpoints_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT checkpoints_epochs_type_check CHECK (epochs IS NULL OR typeof(epochs) = 'integer'),
    CONSTRAINT checkpoints_step_type_check CHECK (step IS NULL OR typeof(step) = 'integer'),
    CONSTRAINT checkpoints_block_size_type_check CHECK (block_size IS NULL OR typeof(block_size) = 'integer'),
    CONSTRAINT checkpoints_path_type_check CHECK (path IS NULL OR typeof(path) = 'text'),
    CONSTRAINT checkpoints_loss_type_check CHECK (loss IS NULL OR typeof(loss) = 'real'),
    CONSTRAINT checkpoints_accuracy_type_check CHECK (accuracy IS NULL OR typeof(accuracy) = 'real'),
    CONSTRAINT checkpoints_notes_type_check CHECK (notes IS NULL OR typeof(notes) = 'text'),
    CONSTRAINT checkpoints_is_best_type_check CHECK (is_best IN (0, 1)),
    CONSTRAINT checkpoints_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT checkpoints_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT checkpoints_epochs_check CHECK (epochs >= 0),
    CONSTRAINT checkpoints_step_check CHECK (step >= 0),
    CONSTRAINT checkpoints_block_size_check CHECK (block_size >= 0),
    CONSTRAINT checkpoints_accuracy_check CHECK (accuracy BETWEEN 0 AND 1)
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

-- Marking a checkpoint takes the mark from the run's other one first: the unique index is checked row by row.
CREATE TRIGGER checkpoints_move_best
BEFORE UPDATE OF is_best ON checkpoints
FOR EACH ROW
WHEN new.is_best AND NOT old.is_best
BEGIN
    UPDATE checkpoints
    SET
        is_best = false,
        updated_at = new.updated_at
    WHERE
        run_id = new.run_id
        AND is_best
        AND id <> new.id;
END;


-- grows: one row for each accuracy that is measured.
CREATE TABLE accuracy_metrics (
    -- Accuracies that were measured, of a checkpoint or of the whole.
    id             INTEGER         NOT NULL,
    checkpoint_id  UUID_TEXT,
    metric_type    TEXT            NOT NULL,
    value          REAL            NOT NULL,
    metadata       JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at     TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT accuracy_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT accuracy_metrics_checkpoint_id_fkey
        FOREIGN KEY (checkpoint_id) REFERENCES checkpoints (id) ON DELETE CASCADE,
    CONSTRAINT accuracy_metrics_metric_type_type_check CHECK (typeof(metric_type) = 'text'),
    CONSTRAINT accuracy_metrics_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT accuracy_metrics_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT accuracy_metrics_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT accuracy_metrics_metric_type_length_check CHECK (length(metric_type) BETWEEN 1 AND 255)
);

-- Serves accuracy_metrics.list of a checkpoint, and the foreign key.
CREATE INDEX accuracy_metrics_checkpoint_id_idx
ON accuracy_metrics (checkpoint_id, id DESC);

-- Serves accuracy_metrics.list of a type, and summary.
CREATE INDEX accuracy_metrics_metric_type_idx
ON accuracy_metrics (metric_type, id DESC);


-- Which run a version came out of. The column comes last, since runs name versions too.
ALTER TABLE model_versions
ADD COLUMN training_run_id UUID_TEXT
CONSTRAINT model_versions_training_run_id_fkey REFERENCES training_runs (id) ON DELETE SET NULL;

-- Serves model_versions.list_for_run, and the foreign key.
CREATE INDEX model_versions_training_run_id_idx
ON model_versions (training_run_id)
WHERE training_run_id IS NOT NULL;
