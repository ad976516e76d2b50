-- 0005 experiments: experiments and their runs, benchmarks, evaluations and comparisons.
-- Locks: creates new objects; SHARE ROW EXCLUSIVE on users, teams, datasets, model_versions and training_runs for a
-- moment (foreign keys).
-- Undo:  0005_experiments.down.sql drops all experiments, benchmarks, evaluations and comparisons.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each experiment.
CREATE TABLE experiments (
    id                uuid             NOT NULL,
    name              text COLLATE "C" NOT NULL,
    hypothesis        text,
    status            text COLLATE "C" NOT NULL DEFAULT 'pending',
    dataset_id        uuid,
    model_version_id  uuid,
    config            jsonb            NOT NULL DEFAULT '{}',
    results           jsonb            NOT NULL DEFAULT '{}',
    metrics           jsonb            NOT NULL DEFAULT '{}',
    -- US dollars, an estimate.
    cost_usd          double precision,
    started_at        timestamptz,
    finished_at       timestamptz,
    -- Below zero where the clock of who ended it was behind that of who started it.
    duration_seconds  double precision
        GENERATED ALWAYS AS (CAST(extract(EPOCH FROM finished_at - started_at) AS double precision)) STORED,
    created_by        uuid,
    team_id           uuid,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT experiments_pkey PRIMARY KEY (id),
    CONSTRAINT experiments_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT experiments_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
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

COMMENT ON TABLE experiments IS
'Experiments: a hypothesis, what was tried, and what came out.';

-- An experiment goes from pending to running to one end, and stays there; it may fail or be cancelled before it starts.
CREATE TRIGGER experiments_status_path_check
BEFORE UPDATE OF status ON experiments
FOR EACH ROW
WHEN (
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
)
EXECUTE FUNCTION refuse_change();


-- grows: one row for each run of each experiment.
CREATE TABLE experiment_runs (
    experiment_id    uuid             NOT NULL,
    training_run_id  uuid             NOT NULL,
    label            text COLLATE "C",
    created_at       timestamptz      NOT NULL DEFAULT now(),
    -- Serves experiments.list_runs too.
    CONSTRAINT experiment_runs_pkey PRIMARY KEY (experiment_id, training_run_id),
    CONSTRAINT experiment_runs_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_training_run_id_fkey
        FOREIGN KEY (training_run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_label_check CHECK (length(label) BETWEEN 1 AND 255)
);

-- Serves experiments.list_for_run, and the foreign key.
CREATE INDEX experiment_runs_training_run_id_idx
ON experiment_runs (training_run_id);

COMMENT ON TABLE experiment_runs IS
'Which training runs belong to which experiment, and what each stands for.';


-- grows: one row for each run of a benchmark.
CREATE TABLE benchmarks (
    id                    uuid             NOT NULL,
    name                  text COLLATE "C" NOT NULL,
    description           text,
    -- As the benchmark names them, whether registered here or not; the ids say which registered ones they are.
    provider              text COLLATE "C" NOT NULL,
    model                 text COLLATE "C" NOT NULL,
    dataset               text COLLATE "C" NOT NULL,
    model_version_id      uuid,
    dataset_id            uuid,
    status                text COLLATE "C" NOT NULL DEFAULT 'pending',
    total_iterations      bigint           NOT NULL DEFAULT 0,
    completed_iterations  bigint           NOT NULL DEFAULT 0,
    failed_iterations     bigint           NOT NULL DEFAULT 0,
    results               jsonb            NOT NULL DEFAULT '{}',
    metrics               jsonb            NOT NULL DEFAULT '{}',
    error                 text,
    started_at            timestamptz,
    completed_at          timestamptz,
    created_by            uuid,
    team_id               uuid,
    created_at            timestamptz      NOT NULL DEFAULT now(),
    updated_at            timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT benchmarks_pkey PRIMARY KEY (id),
    CONSTRAINT benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT benchmarks_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
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

COMMENT ON TABLE benchmarks IS
'Runs of a benchmark: a provider''s model asked the questions of a dataset, so many times.';

-- A benchmark ends once, and stays ended; one that was run elsewhere may go from pending to completed.
CREATE TRIGGER benchmarks_status_path_check
BEFORE UPDATE OF status ON benchmarks
FOR EACH ROW
WHEN (
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'completed', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
)
EXECUTE FUNCTION refuse_change();


-- grows: one row for each answer that is judged.
CREATE TABLE evaluations (
    id                uuid             NOT NULL,
    experiment_id     uuid,
    benchmark_id      uuid,
    model_version_id  uuid,
    -- As the provider names them, whether registered here or not.
    provider          text COLLATE "C" NOT NULL,
    model             text COLLATE "C" NOT NULL,
    input             text             NOT NULL,
    -- SHA-256 of the input in hexadecimal: what two models were both asked is found by it.
    input_digest      text COLLATE "C",
    output            text             NOT NULL,
    expected          text,
    metrics           jsonb            NOT NULL DEFAULT '{}',
    score             double precision,
    human_rating      bigint,
    human_feedback    text,
    latency_ms        double precision,
    input_tokens      bigint,
    output_tokens     bigint,
    -- US dollars, an estimate.
    cost_usd          double precision,
    metadata          jsonb            NOT NULL DEFAULT '{}',
    created_by        uuid,
    team_id           uuid,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
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

COMMENT ON TABLE evaluations IS
'One output of a model with its score, cost and human rating.';


-- grows: one row for each comparison.
CREATE TABLE comparison_results (
    id                uuid             NOT NULL,
    -- Of what kind a and b are; no foreign keys, since they are of four tables, and the result outlives them.
    kind              text COLLATE "C" NOT NULL,
    a_id              uuid             NOT NULL,
    b_id              uuid             NOT NULL,
    a_label           text COLLATE "C" NOT NULL,
    b_label           text COLLATE "C" NOT NULL,
    experiment_id     uuid,
    metric            text COLLATE "C" NOT NULL,
    test              text COLLATE "C" NOT NULL,
    paired            boolean          NOT NULL,
    a_n               bigint           NOT NULL,
    b_n               bigint           NOT NULL,
    a_mean            double precision,
    b_mean            double precision,
    statistic         double precision,
    p_value           double precision,
    adjusted_p_value  double precision,
    correction        text COLLATE "C" NOT NULL DEFAULT 'none',
    effect_name       text COLLATE "C",
    effect_size       double precision,
    confidence_level  double precision,
    confidence_low    double precision,
    confidence_high   double precision,
    -- The level below which a difference counts.
    alpha             double precision NOT NULL DEFAULT 0.05,
    winner            text COLLATE "C",
    details           jsonb            NOT NULL DEFAULT '{}',
    created_by        uuid,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT comparison_results_pkey PRIMARY KEY (id),
    CONSTRAINT comparison_results_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT comparison_results_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
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

COMMENT ON TABLE comparison_results IS
'What a statistical comparison of two models, versions, runs or experiments found.';
