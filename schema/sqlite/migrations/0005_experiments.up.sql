-- 0005 experiments: experiments and their runs, benchmarks, evaluations and comparisons.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0005_experiments.down.sql drops all experiments, benchmarks, evaluations and comparisons.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each experiment.
CREATE TABLE experiments (
    -- Experiments: a hypothesis, what was tried, and what came out.
    id                UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    hypothesis        TEXT,
    status            TEXT            NOT NULL DEFAULT 'pending',
    dataset_id        UUID_TEXT,
    model_version_id  UUID_TEXT,
    config            JSON_TEXT       NOT NULL DEFAULT '{}',
    results           JSON_TEXT       NOT NULL DEFAULT '{}',
    metrics           JSON_TEXT       NOT NULL DEFAULT '{}',
    -- US dollars, an estimate.
    cost_usd          REAL,
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
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT experiments_pkey PRIMARY KEY (id),
    CONSTRAINT experiments_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT experiments_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT experiments_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT experiments_hypothesis_type_check CHECK (hypothesis IS NULL OR typeof(hypothesis) = 'text'),
    CONSTRAINT experiments_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT experiments_config_type_check CHECK (json_valid(config)),
    CONSTRAINT experiments_results_type_check CHECK (json_valid(results)),
    CONSTRAINT experiments_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT experiments_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT experiments_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT experiments_finished_at_type_check
        CHECK (
            finished_at IS NULL OR (
                substr(finished_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(finished_at, 1, 19), '+0 days') IS substr(finished_at, 1, 19)
            )
        ),
    CONSTRAINT experiments_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT experiments_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT experiments_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT experiments_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT experiments_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12),
    -- What runs, or ran to its end, was started.
    CONSTRAINT experiments_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- An experiment is finished exactly when its status is terminal.
    CONSTRAINT experiments_finished_at_check
        CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

-- Serves experiments.list: newest first, page by page.
CREATE INDEX experiments_created_at_idx
ON experiments (created_at DESC, id DESC);

-- Serves experiments.list_by_status and count_by_status.
CREATE INDEX experiments_status_idx
ON experiments (status, created_at DESC, id DESC);

-- Serves experiments.list_for_dataset, and the foreign key.
CREATE INDEX experiments_dataset_id_idx
ON experiments (dataset_id, created_at DESC, id DESC);

-- Serves experiments.list_for_model_version, and the foreign key.
CREATE INDEX experiments_model_version_id_idx
ON experiments (model_version_id, created_at DESC, id DESC);

-- Serves the foreign key: deleting a user.
CREATE INDEX experiments_created_by_idx
ON experiments (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX experiments_team_id_idx
ON experiments (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

-- An experiment goes from pending to running to one end, and stays there; it may fail or be cancelled before it starts.
CREATE TRIGGER experiments_status_path_check
BEFORE UPDATE OF status ON experiments
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiments_status_path_check');
END;


-- grows: one row for each run of each experiment.
CREATE TABLE experiment_runs (
    -- Which training runs belong to which experiment, and what each stands for.
    experiment_id    UUID_TEXT       NOT NULL,
    training_run_id  UUID_TEXT       NOT NULL,
    label            TEXT,
    created_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves experiments.list_runs too.
    CONSTRAINT experiment_runs_pkey PRIMARY KEY (experiment_id, training_run_id),
    CONSTRAINT experiment_runs_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_training_run_id_fkey
        FOREIGN KEY (training_run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_label_type_check CHECK (label IS NULL OR typeof(label) = 'text'),
    CONSTRAINT experiment_runs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT experiment_runs_label_check CHECK (length(label) BETWEEN 1 AND 255)
) WITHOUT ROWID;

-- Serves experiments.list_for_run, and the foreign key.
CREATE INDEX experiment_runs_training_run_id_idx
ON experiment_runs (training_run_id);


-- grows: one row for each run of a benchmark.
CREATE TABLE benchmarks (
    -- Runs of a benchmark: a provider's model asked the questions of a dataset, so many times.
    id                    UUID_TEXT       NOT NULL,
    name                  TEXT            NOT NULL,
    description           TEXT,
    -- As the benchmark names them, whether registered here or not; the ids say which registered ones they are.
    provider              TEXT            NOT NULL,
    model                 TEXT            NOT NULL,
    dataset               TEXT            NOT NULL,
    model_version_id      UUID_TEXT,
    dataset_id            UUID_TEXT,
    status                TEXT            NOT NULL DEFAULT 'pending',
    total_iterations      INTEGER         NOT NULL DEFAULT 0,
    completed_iterations  INTEGER         NOT NULL DEFAULT 0,
    failed_iterations     INTEGER         NOT NULL DEFAULT 0,
    results               JSON_TEXT       NOT NULL DEFAULT '{}',
    metrics               JSON_TEXT       NOT NULL DEFAULT '{}',
    error                 TEXT,
    started_at            TIMESTAMP_TEXT,
    completed_at          TIMESTAMP_TEXT,
    created_by            UUID_TEXT,
    team_id               UUID_TEXT,
    created_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT benchmarks_pkey PRIMARY KEY (id),
    CONSTRAINT benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT benchmarks_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT benchmarks_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT benchmarks_description_type_check CHECK (description IS NULL OR typeof(description) = 'text'),
    CONSTRAINT benchmarks_provider_type_check CHECK (typeof(provider) = 'text'),
    CONSTRAINT benchmarks_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT benchmarks_dataset_type_check CHECK (typeof(dataset) = 'text'),
    CONSTRAINT benchmarks_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT benchmarks_total_iterations_type_check CHECK (typeof(total_iterations) = 'integer'),
    CONSTRAINT benchmarks_completed_iterations_type_check CHECK (typeof(completed_iterations) = 'integer'),
    CONSTRAINT benchmarks_failed_iterations_type_check CHECK (typeof(failed_iterations) = 'integer'),
    CONSTRAINT benchmarks_results_type_check CHECK (json_valid(results)),
    CONSTRAINT benchmarks_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT benchmarks_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT benchmarks_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT benchmarks_completed_at_type_check
        CHECK (
            completed_at IS NULL OR (
                substr(completed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(completed_at, 1, 19), '+0 days') IS substr(completed_at, 1, 19)
            )
        ),
    CONSTRAINT benchmarks_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT benchmarks_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT benchmarks_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_provider_check CHECK (length(provider) BETWEEN 1 AND 100),
    CONSTRAINT benchmarks_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_dataset_check CHECK (length(dataset) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT benchmarks_total_iterations_check CHECK (total_iterations >= 0),
    -- No more is done than there is to do.
    CONSTRAINT benchmarks_completed_iterations_check
        CHECK (completed_iterations >= 0 AND completed_iterations + failed_iterations <= total_iterations),
    CONSTRAINT benchmarks_failed_iterations_check CHECK (failed_iterations >= 0),
    -- What runs, or ran to its end, was started.
    CONSTRAINT benchmarks_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- A benchmark is completed, failed or cancelled exactly when it has an end.
    CONSTRAINT benchmarks_completed_at_check
        CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

-- Serves benchmarks.list_recent: newest first, page by page.
CREATE INDEX benchmarks_created_at_idx
ON benchmarks (created_at DESC, id DESC);

-- Serves benchmarks.list_by_status and count_by_status.
CREATE INDEX benchmarks_status_idx
ON benchmarks (status, created_at DESC, id DESC);

-- Serves benchmarks.list_for_provider.
CREATE INDEX benchmarks_provider_idx
ON benchmarks (provider, model, created_at DESC, id DESC);

-- Serves the foreign key: deleting a version.
CREATE INDEX benchmarks_model_version_id_idx
ON benchmarks (model_version_id)
WHERE model_version_id IS NOT NULL;

-- Serves the foreign key: deleting a dataset.
CREATE INDEX benchmarks_dataset_id_idx
ON benchmarks (dataset_id)
WHERE dataset_id IS NOT NULL;

-- Serves the foreign key: deleting a user.
CREATE INDEX benchmarks_created_by_idx
ON benchmarks (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX benchmarks_team_id_idx
ON benchmarks (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

-- A benchmark ends once, and stays ended; one that was run elsewhere may go from pending to completed.
CREATE TRIGGER benchmarks_status_path_check
BEFORE UPDATE OF status ON benchmarks
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'completed', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: benchmarks_status_path_check');
END;


-- grows: one row for each answer that is judged.
CREATE TABLE evaluations (
    -- One output of a model with its score, cost and human rating.
    id                UUID_TEXT       NOT NULL,
    experiment_id     UUID_TEXT,
    benchmark_id      UUID_TEXT,
    model_version_id  UUID_TEXT,
    -- As the provider names them, whether registered here or not.
    provider          TEXT            NOT NULL,
    model             TEXT            NOT NULL,
    input             TEXT            NOT NULL,
    -- SHA-256 of the input in hexadecimal: what two models were both asked is found by it.
    input_digest      TEXT,
    output            TEXT            NOT NULL,
    expected          TEXT,
    metrics           JSON_TEXT       NOT NULL DEFAULT '{}',
    score             REAL,
    human_rating      INTEGER,
    human_feedback    TEXT,
    latency_ms        REAL,
    input_tokens      INTEGER,
    output_tokens     INTEGER,
    -- US dollars, an estimate.
    cost_usd          REAL,
    metadata          JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT evaluations_pkey PRIMARY KEY (id),
    CONSTRAINT evaluations_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT evaluations_benchmark_id_fkey
        FOREIGN KEY (benchmark_id) REFERENCES benchmarks (id) ON DELETE CASCADE,
    CONSTRAINT evaluations_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT evaluations_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT evaluations_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT evaluations_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT evaluations_provider_type_check CHECK (typeof(provider) = 'text'),
    CONSTRAINT evaluations_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT evaluations_input_type_check CHECK (typeof(input) = 'text'),
    CONSTRAINT evaluations_input_digest_type_check CHECK (input_digest IS NULL OR typeof(input_digest) = 'text'),
    CONSTRAINT evaluations_output_type_check CHECK (typeof(output) = 'text'),
    CONSTRAINT evaluations_expected_type_check CHECK (expected IS NULL OR typeof(expected) = 'text'),
    CONSTRAINT evaluations_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT evaluations_score_type_check CHECK (score IS NULL OR typeof(score) = 'real'),
    CONSTRAINT evaluations_human_rating_type_check CHECK (human_rating IS NULL OR typeof(human_rating) = 'integer'),
    CONSTRAINT evaluations_human_feedback_type_check CHECK (human_feedback IS NULL OR typeof(human_feedback) = 'text'),
    CONSTRAINT evaluations_latency_ms_type_check CHECK (latency_ms IS NULL OR typeof(latency_ms) = 'real'),
    CONSTRAINT evaluations_input_tokens_type_check CHECK (input_tokens IS NULL OR typeof(input_tokens) = 'integer'),
    CONSTRAINT evaluations_output_tokens_type_check CHECK (output_tokens IS NULL OR typeof(output_tokens) = 'integer'),
    CONSTRAINT evaluations_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT evaluations_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT evaluations_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT evaluations_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT evaluations_provider_check CHECK (length(provider) BETWEEN 1 AND 100),
    CONSTRAINT evaluations_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT evaluations_input_digest_check CHECK (length(input_digest) BETWEEN 1 AND 255),
    -- Finite, and far from where a sum or a square would not be.
    CONSTRAINT evaluations_score_check CHECK (score BETWEEN -1e100 AND 1e100),
    CONSTRAINT evaluations_human_rating_check CHECK (human_rating BETWEEN 1 AND 5),
    CONSTRAINT evaluations_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_input_tokens_check CHECK (input_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_output_tokens_check CHECK (output_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12)
);

-- Serves evaluations.list: newest first, page by page.
CREATE INDEX evaluations_created_at_idx
ON evaluations (created_at DESC, id DESC);

-- Serves evaluations.list_for_experiment, and the foreign key.
CREATE INDEX evaluations_experiment_id_idx
ON evaluations (experiment_id, created_at DESC, id DESC);

-- Serves evaluations.list_for_benchmark, and the foreign key.
CREATE INDEX evaluations_benchmark_id_idx
ON evaluations (benchmark_id, created_at DESC, id DESC);

-- Serves evaluations.list_for_model_version, and the foreign key.
CREATE INDEX evaluations_model_version_id_idx
ON evaluations (model_version_id, created_at DESC, id DESC);

-- Serves evaluations.list_for_model.
CREATE INDEX evaluations_model_idx
ON evaluations (model, created_at DESC, id DESC);

-- Serves platform.results.search: the best or the worst by score, and what has at least so much; NULLs come last, and by id.
CREATE INDEX evaluations_score_idx
ON evaluations (score, id)
WHERE score IS NOT NULL;

-- Serves platform.results.search: by rating. Few are rated, so it stays small.
CREATE INDEX evaluations_human_rating_idx
ON evaluations (human_rating, id)
WHERE human_rating IS NOT NULL;

-- Serves platform.results.search: what was rated, newest first.
CREATE INDEX evaluations_rated_idx
ON evaluations (created_at DESC, id DESC, human_rating)
WHERE human_rating IS NOT NULL;

-- Serves platform.results.search: the slowest or the fastest.
CREATE INDEX evaluations_latency_ms_idx
ON evaluations (latency_ms, id)
WHERE latency_ms IS NOT NULL;

-- Serves platform.results.search: the dearest or the cheapest.
CREATE INDEX evaluations_cost_usd_idx
ON evaluations (cost_usd, id)
WHERE cost_usd IS NOT NULL;

-- Serves evaluations.list_for_input.
CREATE INDEX evaluations_input_digest_idx
ON evaluations (input_digest, id)
WHERE input_digest IS NOT NULL;

-- Serves the foreign key: deleting a user.
CREATE INDEX evaluations_created_by_idx
ON evaluations (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX evaluations_team_id_idx
ON evaluations (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;


-- grows: one row for each comparison.
CREATE TABLE comparison_results (
    -- What a statistical comparison of two models, versions, runs or experiments found.
    id                UUID_TEXT        NOT NULL,
    -- Of what kind a and b are; no foreign keys, since they are of four tables, and the result outlives them.
    kind              TEXT             NOT NULL,
    a_id              UUID_TEXT        NOT NULL,
    b_id              UUID_TEXT        NOT NULL,
    a_label           TEXT             NOT NULL,
    b_label           TEXT             NOT NULL,
    experiment_id     UUID_TEXT,
    metric            TEXT             NOT NULL,
    test              TEXT             NOT NULL,
    paired            BOOLEAN_INTEGER  NOT NULL,
    a_n               INTEGER          NOT NULL,
    b_n               INTEGER          NOT NULL,
    a_mean            REAL,
    b_mean            REAL,
    statistic         REAL,
    p_value           REAL,
    adjusted_p_value  REAL,
    correction        TEXT             NOT NULL DEFAULT 'none',
    effect_name       TEXT,
    effect_size       REAL,
    confidence_level  REAL,
    confidence_low    REAL,
    confidence_high   REAL,
    -- The level below which a difference counts.
    alpha             REAL             NOT NULL DEFAULT 0.05,
    winner            TEXT,
    details           JSON_TEXT        NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    created_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT comparison_results_pkey PRIMARY KEY (id),
    CONSTRAINT comparison_results_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT comparison_results_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT comparison_results_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_kind_type_check CHECK (typeof(kind) = 'text'),
    CONSTRAINT comparison_results_a_id_type_check
        CHECK (
            a_id GLOB '????????-????-????-????-????????????'
            AND length(replace(a_id, '-', '')) = 32
            AND a_id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_b_id_type_check
        CHECK (
            b_id GLOB '????????-????-????-????-????????????'
            AND length(replace(b_id, '-', '')) = 32
            AND b_id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_a_label_type_check CHECK (typeof(a_label) = 'text'),
    CONSTRAINT comparison_results_b_label_type_check CHECK (typeof(b_label) = 'text'),
    CONSTRAINT comparison_results_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT comparison_results_test_type_check CHECK (typeof(test) = 'text'),
    CONSTRAINT comparison_results_paired_type_check CHECK (paired IN (0, 1)),
    CONSTRAINT comparison_results_a_n_type_check CHECK (typeof(a_n) = 'integer'),
    CONSTRAINT comparison_results_b_n_type_check CHECK (typeof(b_n) = 'integer'),
    CONSTRAINT comparison_results_a_mean_type_check CHECK (a_mean IS NULL OR typeof(a_mean) = 'real'),
    CONSTRAINT comparison_results_b_mean_type_check CHECK (b_mean IS NULL OR typeof(b_mean) = 'real'),
    CONSTRAINT comparison_results_statistic_type_check CHECK (statistic IS NULL OR typeof(statistic) = 'real'),
    CONSTRAINT comparison_results_p_value_type_check CHECK (p_value IS NULL OR typeof(p_value) = 'real'),
    CONSTRAINT comparison_results_adjusted_p_value_type_check
        CHECK (adjusted_p_value IS NULL OR typeof(adjusted_p_value) = 'real'),
    CONSTRAINT comparison_results_correction_type_check CHECK (typeof(correction) = 'text'),
    CONSTRAINT comparison_results_effect_name_type_check CHECK (effect_name IS NULL OR typeof(effect_name) = 'text'),
    CONSTRAINT comparison_results_effect_size_type_check CHECK (effect_size IS NULL OR typeof(effect_size) = 'real'),
    CONSTRAINT comparison_results_confidence_level_type_check
        CHECK (confidence_level IS NULL OR typeof(confidence_level) = 'real'),
    CONSTRAINT comparison_results_confidence_low_type_check
        CHECK (confidence_low IS NULL OR typeof(confidence_low) = 'real'),
    CONSTRAINT comparison_results_confidence_high_type_check
        CHECK (confidence_high IS NULL OR typeof(confidence_high) = 'real'),
    CONSTRAINT comparison_results_alpha_type_check CHECK (typeof(alpha) = 'real'),
    CONSTRAINT comparison_results_winner_type_check CHECK (winner IS NULL OR typeof(winner) = 'text'),
    CONSTRAINT comparison_results_details_type_check CHECK (json_valid(details)),
    CONSTRAINT comparison_results_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT comparison_results_kind_check CHECK (kind IN ('model', 'model_version', 'training_run', 'experiment')),
    CONSTRAINT comparison_results_b_id_check CHECK (a_id <> b_id),
    CONSTRAINT comparison_results_a_label_check CHECK (length(a_label) BETWEEN 1 AND 500),
    CONSTRAINT comparison_results_b_label_check CHECK (length(b_label) BETWEEN 1 AND 500),
    CONSTRAINT comparison_results_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    CONSTRAINT comparison_results_test_check CHECK (length(test) BETWEEN 1 AND 100),
    CONSTRAINT comparison_results_a_n_check CHECK (a_n >= 0),
    CONSTRAINT comparison_results_b_n_check CHECK (b_n >= 0),
    CONSTRAINT comparison_results_p_value_check CHECK (p_value BETWEEN 0 AND 1),
    CONSTRAINT comparison_results_adjusted_p_value_check CHECK (adjusted_p_value BETWEEN 0 AND 1),
    CONSTRAINT comparison_results_correction_check CHECK (correction IN ('none', 'holm', 'benjamini_hochberg')),
    CONSTRAINT comparison_results_confidence_level_check CHECK (confidence_level > 0 AND confidence_level < 1),
    CONSTRAINT comparison_results_confidence_high_check CHECK (confidence_low <= confidence_high),
    CONSTRAINT comparison_results_alpha_check CHECK (alpha > 0 AND alpha < 1),
    -- Null means that there is too little data to say.
    CONSTRAINT comparison_results_winner_check CHECK (winner IN ('a', 'b', 'no_difference'))
);

-- Serves comparison_results.list: newest first, page by page.
CREATE INDEX comparison_results_created_at_idx
ON comparison_results (created_at DESC, id DESC);

-- Serves comparison_results.list_for, where it was the first.
CREATE INDEX comparison_results_a_id_idx
ON comparison_results (a_id, created_at DESC, id DESC);

-- Serves comparison_results.list_for, where it was the second.
CREATE INDEX comparison_results_b_id_idx
ON comparison_results (b_id, created_at DESC, id DESC);

-- Serves comparison_results.list_for_experiment, and the foreign key.
CREATE INDEX comparison_results_experiment_id_idx
ON comparison_results (experiment_id, created_at DESC, id DESC);

-- Serves the foreign key: deleting a user.
CREATE INDEX comparison_results_created_by_idx
ON comparison_results (created_by)
WHERE created_by IS NOT NULL;
