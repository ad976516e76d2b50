-- The whole schema for SQLite as it stands after the last migration.
-- Generated from the migrations by `plainbase migrate dump`: change it there, by a new one.
-- Load it into a new file by: sqlite3 -bail lab.db < schema.sql
-- The database then counts as migrated: schema_migrations has its rows.
-- Left out: all other rows, those of migrations too, and PRAGMA settings.

CREATE TABLE schema_migrations (
    version        INTEGER        NOT NULL,
    name           TEXT           NOT NULL,
    text_checksum  TEXT           NOT NULL,
    sql_checksum   TEXT           NOT NULL,
    state          TEXT           NOT NULL,
    applied_at     TIMESTAMP_TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    duration_ms    INTEGER,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied', 'baseline', 'reverting'))
);

CREATE TABLE view_refreshes (
    view_name      TEXT           NOT NULL,
    refreshed_at   TIMESTAMP_TEXT,
    duration_ms    INTEGER,
    row_count      INTEGER,
    last_error     TEXT,
    last_error_at  TIMESTAMP_TEXT,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);

CREATE TABLE datasets (
    -- Datasets by name, version and content digest.
    id          UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    version     TEXT            NOT NULL,
    digest      TEXT            NOT NULL,
    format      TEXT,
    domain      TEXT,
    size_bytes  INTEGER,
    row_count   INTEGER,
    statistics  JSON_TEXT       NOT NULL DEFAULT '{}',
    metadata    JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT datasets_pkey PRIMARY KEY (id),
    -- The same content registered twice is one dataset.
    CONSTRAINT datasets_name_version_digest_key UNIQUE (name, version, digest),
    CONSTRAINT datasets_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT datasets_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT datasets_version_type_check CHECK (typeof(version) = 'text'),
    CONSTRAINT datasets_digest_type_check CHECK (typeof(digest) = 'text'),
    CONSTRAINT datasets_format_type_check CHECK (format IS NULL OR typeof(format) = 'text'),
    CONSTRAINT datasets_domain_type_check CHECK (domain IS NULL OR typeof(domain) = 'text'),
    CONSTRAINT datasets_size_bytes_type_check CHECK (size_bytes IS NULL OR typeof(size_bytes) = 'integer'),
    CONSTRAINT datasets_row_count_type_check CHECK (row_count IS NULL OR typeof(row_count) = 'integer'),
    CONSTRAINT datasets_statistics_type_check CHECK (json_valid(statistics)),
    CONSTRAINT datasets_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT datasets_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT datasets_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT datasets_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT datasets_version_check CHECK (length(version) BETWEEN 1 AND 255),
    CONSTRAINT datasets_digest_check CHECK (length(digest) BETWEEN 1 AND 255),
    CONSTRAINT datasets_size_bytes_check CHECK (size_bytes >= 0),
    CONSTRAINT datasets_row_count_check CHECK (row_count >= 0)
);

CREATE TABLE dataset_splits (
    -- The train, validation and test parts of a dataset.
    id          UUID_TEXT       NOT NULL,
    dataset_id  UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    row_count   INTEGER,
    fraction    REAL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT dataset_splits_pkey PRIMARY KEY (id),
    -- Serves datasets.list_splits too.
    CONSTRAINT dataset_splits_dataset_id_name_key UNIQUE (dataset_id, name),
    CONSTRAINT dataset_splits_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE CASCADE,
    CONSTRAINT dataset_splits_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT dataset_splits_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT dataset_splits_row_count_type_check CHECK (row_count IS NULL OR typeof(row_count) = 'integer'),
    CONSTRAINT dataset_splits_fraction_type_check CHECK (fraction IS NULL OR typeof(fraction) = 'real'),
    CONSTRAINT dataset_splits_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT dataset_splits_name_check CHECK (name IN ('train', 'validation', 'test')),
    CONSTRAINT dataset_splits_row_count_check CHECK (row_count >= 0),
    CONSTRAINT dataset_splits_fraction_check CHECK (fraction BETWEEN 0 AND 1)
);

CREATE TABLE corpus_texts (
    -- Texts to train on and to search, with their words and characters counted.
    id          INTEGER         NOT NULL,
    title       TEXT,
    content     TEXT            NOT NULL,
    source      TEXT,
    metadata    JSON_TEXT       NOT NULL DEFAULT '{}',
    -- A word is a run of anything but ASCII white space. Here, after a space is put at both ends and all white space
    -- made spaces, each run of spaces grows by one character, and there is one run more than there are words.
    word_count  INTEGER         NOT NULL GENERATED ALWAYS AS (
        length(
            replace(replace(
                replace(replace(replace(replace(replace(
                    ' ' || content || ' ',
                    char(9), ' '), char(10), ' '), char(11), ' '), char(12), ' '), char(13), ' '),
                ' ', char(9, 10)), char(10, 9), ' ')
        ) - length(content) - 3
    ) STORED,
    char_count  INTEGER         NOT NULL GENERATED ALWAYS AS (length(content)) STORED,
    split_id    UUID_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT corpus_texts_pkey PRIMARY KEY (id),
    -- A text in a split is that dataset's content and goes with it; a text without one stands alone.
    CONSTRAINT corpus_texts_split_id_fkey
        FOREIGN KEY (split_id) REFERENCES dataset_splits (id) ON DELETE CASCADE,
    CONSTRAINT corpus_texts_title_type_check CHECK (title IS NULL OR typeof(title) = 'text'),
    CONSTRAINT corpus_texts_content_type_check CHECK (typeof(content) = 'text'),
    CONSTRAINT corpus_texts_source_type_check CHECK (source IS NULL OR typeof(source) = 'text'),
    CONSTRAINT corpus_texts_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT corpus_texts_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT corpus_texts_title_check CHECK (length(title) BETWEEN 1 AND 255)
);

CREATE TABLE markov_models (
    -- One character model per dataset and order; deleting it clears its counts and what it has counted.
    dataset_id  UUID_TEXT       NOT NULL,
    n           INTEGER         NOT NULL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT markov_models_pkey PRIMARY KEY (dataset_id, n),
    CONSTRAINT markov_models_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE CASCADE,
    CONSTRAINT markov_models_n_type_check CHECK (typeof(n) = 'integer'),
    CONSTRAINT markov_models_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT markov_models_n_check CHECK (n BETWEEN 0 AND 64)
) WITHOUT ROWID;

CREATE TABLE markov_texts (
    -- The texts a model has counted, so that none is counted twice.
    dataset_id      UUID_TEXT       NOT NULL,
    n               INTEGER         NOT NULL,
    corpus_text_id  INTEGER         NOT NULL,
    counted_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT markov_texts_pkey PRIMARY KEY (dataset_id, n, corpus_text_id),
    CONSTRAINT markov_texts_model_fkey
        FOREIGN KEY (dataset_id, n) REFERENCES markov_models (dataset_id, n) ON DELETE CASCADE,
    -- The counts keep a deleted text until the model is cleared and counted anew.
    CONSTRAINT markov_texts_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE CASCADE,
    CONSTRAINT markov_texts_counted_at_type_check
        CHECK (
            substr(counted_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(counted_at, 1, 19), '+0 days') IS substr(counted_at, 1, 19)
        )
) WITHOUT ROWID;

CREATE TABLE markov_ngrams (
    -- How often a character followed a context, by dataset and order.
    dataset_id   UUID_TEXT  NOT NULL,
    n            INTEGER    NOT NULL,
    -- The up to n characters before next_char; shorter only at the beginning of a text.
    context      TEXT       NOT NULL,
    next_char    TEXT       NOT NULL,
    count        INTEGER    NOT NULL,
    -- Of next_char after context; null until markov_ngrams.compute_probabilities, and again once the count changes.
    probability  REAL,
    -- Serves markov_ngrams.list_for_context, list_for_order and sample.
    CONSTRAINT markov_ngrams_pkey PRIMARY KEY (dataset_id, n, context, next_char),
    CONSTRAINT markov_ngrams_model_fkey
        FOREIGN KEY (dataset_id, n) REFERENCES markov_models (dataset_id, n) ON DELETE CASCADE,
    CONSTRAINT markov_ngrams_context_type_check CHECK (typeof(context) = 'text'),
    CONSTRAINT markov_ngrams_next_char_type_check CHECK (typeof(next_char) = 'text'),
    CONSTRAINT markov_ngrams_count_type_check CHECK (typeof(count) = 'integer'),
    CONSTRAINT markov_ngrams_probability_type_check CHECK (probability IS NULL OR typeof(probability) = 'real'),
    CONSTRAINT markov_ngrams_context_check CHECK (length(context) <= n),
    CONSTRAINT markov_ngrams_next_char_check CHECK (length(next_char) = 1),
    CONSTRAINT markov_ngrams_count_check CHECK (count > 0),
    CONSTRAINT markov_ngrams_probability_check CHECK (probability > 0 AND probability <= 1)
) WITHOUT ROWID;

CREATE TABLE training_runs (
    -- Training runs and jobs: what was trained on what, how far it got and how it ended.
    id                UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    status            TEXT            NOT NULL DEFAULT 'pending',
    -- Per cent.
    progress          REAL            NOT NULL DEFAULT 0,
    message           TEXT,
    error             TEXT,
    config            JSON_TEXT       NOT NULL DEFAULT '{}',
    hyperparameters   JSON_TEXT       NOT NULL DEFAULT '{}',
    dataset_id        UUID_TEXT,
    corpus_text_id    INTEGER,
    parent_run_id     UUID_TEXT,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    -- Below zero where the clock of who ended the run was behind that of who started it.
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
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT training_runs_pkey PRIMARY KEY (id),
    -- Run history outlives its inputs only by decision: a dataset with runs cannot be deleted.
    CONSTRAINT training_runs_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT training_runs_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_parent_run_id_fkey
        FOREIGN KEY (parent_run_id) REFERENCES training_runs (id) ON DELETE SET NULL,
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
    CONSTRAINT training_runs_status_check
        CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT training_runs_progress_check CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT training_runs_parent_run_id_check CHECK (parent_run_id <> id),
    -- What runs, or ran to its end, was started.
    CONSTRAINT training_runs_started_at_check
        CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- A run is finished exactly when its status is terminal.
    CONSTRAINT training_runs_finished_at_check
        CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

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

CREATE TABLE generations (
    -- Texts that models generated, with scores and user ratings.
    id             UUID_TEXT       NOT NULL,
    prompt         TEXT            NOT NULL,
    response       TEXT            NOT NULL,
    model          TEXT            NOT NULL,
    parameters     JSON_TEXT       NOT NULL DEFAULT '{}',
    quality_score  REAL,
    user_rating    INTEGER,
    created_at     TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at     TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT generations_pkey PRIMARY KEY (id),
    CONSTRAINT generations_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT generations_prompt_type_check CHECK (typeof(prompt) = 'text'),
    CONSTRAINT generations_response_type_check CHECK (typeof(response) = 'text'),
    CONSTRAINT generations_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT generations_parameters_type_check CHECK (json_valid(parameters)),
    CONSTRAINT generations_quality_score_type_check CHECK (quality_score IS NULL OR typeof(quality_score) = 'real'),
    CONSTRAINT generations_user_rating_type_check CHECK (user_rating IS NULL OR typeof(user_rating) = 'integer'),
    CONSTRAINT generations_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT generations_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT generations_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT generations_user_rating_check CHECK (user_rating BETWEEN 1 AND 5)
);

CREATE INDEX datasets_created_at_idx
ON datasets (created_at DESC, id DESC);

CREATE INDEX datasets_digest_idx
ON datasets (digest, created_at DESC, id DESC);

CREATE INDEX corpus_texts_split_id_idx
ON corpus_texts (split_id, id);

CREATE INDEX corpus_texts_source_idx
ON corpus_texts (source, id);

CREATE INDEX markov_texts_corpus_text_id_idx
ON markov_texts (corpus_text_id);

CREATE INDEX training_runs_created_at_idx
ON training_runs (created_at DESC, id DESC);

CREATE INDEX training_runs_status_idx
ON training_runs (status, created_at DESC, id DESC);

CREATE INDEX training_runs_dataset_id_idx
ON training_runs (dataset_id, created_at DESC, id DESC);

CREATE INDEX training_runs_corpus_text_id_idx
ON training_runs (corpus_text_id);

CREATE INDEX training_runs_parent_run_id_idx
ON training_runs (parent_run_id, created_at DESC, id DESC);

CREATE INDEX training_metrics_run_id_name_step_idx
ON training_metrics (run_id, name, step, id);

CREATE UNIQUE INDEX checkpoints_best_key
ON checkpoints (run_id)
WHERE is_best;

CREATE INDEX checkpoints_run_id_idx
ON checkpoints (run_id, created_at DESC, id DESC);

CREATE INDEX checkpoints_created_at_idx
ON checkpoints (created_at DESC, id DESC);

CREATE INDEX generations_created_at_idx
ON generations (created_at DESC, id DESC);

CREATE INDEX generations_model_idx
ON generations (model, created_at DESC, id DESC);

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

INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (1, 'data', '2f40b7ce6e2e647b25280fffc1236c9d97147b7bc851731a092ee0d18fba1ec0', 'f13217ba13bfce346454d8cea94cd8aba341d65507b7937a66ee8cd4241292af', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (2, 'training', 'd78857e7562e64f4202059eef09635eb80cb7b70266e4bb22fd471df8f90f319', 'af2ce80b7608e526f0947d68887a0c8e5f0ec3d54ce3a82d4df31f8d55638985', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (3, 'inference', '1a9bf39ccce186f269399ce38da24e9778c9ba18d69bcbc4025f9efa42a17f6d', '193d571a6b3ace9e369e09fa0f9c24c728e4e4cd4287312f0271bed347128c5e', 'applied', NULL);
