-- 0003 models: models, their versions, aliases, benchmark scores and measured performance.
-- Locks: creates new objects; SHARE ROW EXCLUSIVE on users, teams and datasets for a moment (foreign keys).
-- Undo:  0003_models.down.sql drops the whole model registry.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each model.
CREATE TABLE models (
    id           uuid             NOT NULL,
    name         text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    provider     text COLLATE "C",
    description  text,
    metadata     jsonb            NOT NULL DEFAULT '{}',
    created_by   uuid,
    team_id      uuid,
    created_at   timestamptz      NOT NULL DEFAULT now(),
    updated_at   timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT models_pkey PRIMARY KEY (id),
    -- Serves models.get_by_name too.
    CONSTRAINT models_name_key UNIQUE (name),
    CONSTRAINT models_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT models_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT models_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT models_kind_check CHECK (kind IN ('fine_tuned', 'commercial', 'base')),
    CONSTRAINT models_provider_check CHECK (length(provider) BETWEEN 1 AND 100)
);

-- Serves models.list: newest first, page by page.
CREATE INDEX models_created_at_idx
ON models (created_at DESC, id DESC);

-- Serves the foreign key: deleting a user.
CREATE INDEX models_created_by_idx
ON models (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX models_team_id_idx
ON models (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

COMMENT ON TABLE models IS
'Models by name, trained here or bought; what runs is a version.';


-- grows: one row for each version of each model.
CREATE TABLE model_versions (
    id                  uuid             NOT NULL,
    model_id            uuid             NOT NULL,
    version             text COLLATE "C" NOT NULL,
    stage               text COLLATE "C" NOT NULL DEFAULT 'development',
    status              text COLLATE "C" NOT NULL DEFAULT 'ready',
    architecture        text COLLATE "C",
    parameter_count     bigint,
    artifact_uri        text,
    digest              text COLLATE "C",
    metrics             jsonb            NOT NULL DEFAULT '{}',
    -- US dollars per million tokens.
    input_token_price   double precision,
    output_token_price  double precision,
    metadata            jsonb            NOT NULL DEFAULT '{}',
    created_at          timestamptz      NOT NULL DEFAULT now(),
    updated_at          timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT model_versions_pkey PRIMARY KEY (id),
    CONSTRAINT model_versions_model_id_version_key UNIQUE (model_id, version),
    -- For model_aliases, whose version is one of its own model.
    CONSTRAINT model_versions_model_id_id_key UNIQUE (model_id, id),
    CONSTRAINT model_versions_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    CONSTRAINT model_versions_version_check CHECK (length(version) BETWEEN 1 AND 255),
    -- model:version and model@alias name one version.
    CONSTRAINT model_versions_version_form_check CHECK (version NOT LIKE '%:%' AND version NOT LIKE '%@%'),
    CONSTRAINT model_versions_stage_check CHECK (stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT model_versions_status_check CHECK (status IN ('pending', 'ready', 'failed', 'retired')),
    CONSTRAINT model_versions_architecture_check CHECK (length(architecture) BETWEEN 1 AND 255),
    CONSTRAINT model_versions_parameter_count_check CHECK (parameter_count >= 0),
    CONSTRAINT model_versions_input_token_price_check CHECK (input_token_price BETWEEN 0 AND 1e12),
    CONSTRAINT model_versions_output_token_price_check CHECK (output_token_price BETWEEN 0 AND 1e12)
);

-- Serves model_versions.list: newest first, page by page.
CREATE INDEX model_versions_created_at_idx
ON model_versions (created_at DESC, id DESC);

-- Serves model_versions.list_for_model, and the foreign key.
CREATE INDEX model_versions_model_id_idx
ON model_versions (model_id, created_at DESC, id DESC);

-- Serves model_versions.list_by_stage.
CREATE INDEX model_versions_stage_idx
ON model_versions (stage, created_at DESC, id DESC);

-- Serves model_versions.list_by_status.
CREATE INDEX model_versions_status_idx
ON model_versions (status, created_at DESC, id DESC);

-- Serves model_versions.get_by_digest.
CREATE INDEX model_versions_digest_idx
ON model_versions (digest)
WHERE digest IS NOT NULL;

COMMENT ON TABLE model_versions IS
'Versions of a model: what it is, where its files are, what its tokens cost.';


CREATE TABLE model_aliases (
    model_id          uuid             NOT NULL,
    alias             text COLLATE "C" NOT NULL,
    model_version_id  uuid             NOT NULL,
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
    -- Serves model_versions.get_by_alias and model_aliases.list_for_model too.
    CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias),
    CONSTRAINT model_aliases_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    -- Of the same model. A version cannot be deleted while an alias names it, but with its model.
    CONSTRAINT model_aliases_version_fkey
        FOREIGN KEY (model_id, model_version_id) REFERENCES model_versions (model_id, id) ON DELETE NO ACTION,
    CONSTRAINT model_aliases_alias_check CHECK (length(alias) BETWEEN 1 AND 100),
    CONSTRAINT model_aliases_alias_form_check CHECK (alias NOT LIKE '%:%' AND alias NOT LIKE '%@%')
);

-- Serves the foreign key: deleting a version.
CREATE INDEX model_aliases_version_idx
ON model_aliases (model_id, model_version_id);

-- Serves model_aliases.list_for_version.
CREATE INDEX model_aliases_model_version_id_idx
ON model_aliases (model_version_id);

COMMENT ON TABLE model_aliases IS
'Names that move from version to version of a model, such as champion; one version per alias.';


-- grows: one row for each score of each version.
CREATE TABLE model_benchmarks (
    id                uuid             NOT NULL,
    model_version_id  uuid             NOT NULL,
    benchmark         text COLLATE "C" NOT NULL,
    dataset_id        uuid,
    metric            text COLLATE "C" NOT NULL,
    value             double precision NOT NULL,
    higher_is_better  boolean          NOT NULL DEFAULT true,
    standard_error    double precision,
    details           jsonb            NOT NULL DEFAULT '{}',
    created_at        timestamptz      NOT NULL DEFAULT now(),
    updated_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT model_benchmarks_pkey PRIMARY KEY (id),
    -- Serves model_benchmarks.list_for_version too.
    CONSTRAINT model_benchmarks_model_version_id_benchmark_metric_key UNIQUE (model_version_id, benchmark, metric),
    CONSTRAINT model_benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE SET NULL,
    CONSTRAINT model_benchmarks_benchmark_check CHECK (length(benchmark) BETWEEN 1 AND 255),
    CONSTRAINT model_benchmarks_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    -- Only here: SQLite holds no NaN.
    CONSTRAINT model_benchmarks_value_check CHECK (value < 'NaN'),
    CONSTRAINT model_benchmarks_standard_error_check CHECK (standard_error BETWEEN 0 AND 1e100)
);

-- Serves model_benchmarks.ranking.
CREATE INDEX model_benchmarks_benchmark_idx
ON model_benchmarks (benchmark, metric, value DESC, id);

-- Serves the foreign key: deleting a dataset.
CREATE INDEX model_benchmarks_dataset_id_idx
ON model_benchmarks (dataset_id)
WHERE dataset_id IS NOT NULL;

COMMENT ON TABLE model_benchmarks IS
'The score of a version on a benchmark; measured again it is replaced.';


-- grows: one row for each measurement of each version.
CREATE TABLE model_performance (
    id                bigint           NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    model_version_id  uuid             NOT NULL,
    stage             text COLLATE "C" NOT NULL,
    dataset_version   text COLLATE "C",
    metric            text COLLATE "C" NOT NULL,
    value             double precision NOT NULL,
    recorded_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT model_performance_pkey PRIMARY KEY (id),
    CONSTRAINT model_performance_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_performance_stage_check CHECK (stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT model_performance_dataset_version_check CHECK (length(dataset_version) BETWEEN 1 AND 255),
    CONSTRAINT model_performance_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    -- Only here: SQLite holds no NaN.
    CONSTRAINT model_performance_value_check CHECK (value < 'NaN')
);

-- Serves model_performance.history and latest, and the foreign key.
CREATE INDEX model_performance_model_version_id_metric_idx
ON model_performance (model_version_id, metric, recorded_at DESC, id DESC);

-- Serves model_performance.list_for_stage.
CREATE INDEX model_performance_stage_idx
ON model_performance (stage, recorded_at DESC, id DESC);

COMMENT ON TABLE model_performance IS
'How well a version did on live or fresh data, measured again and again.';
