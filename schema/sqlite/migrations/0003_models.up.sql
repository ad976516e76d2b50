-- 0003 models: models, their versions, aliases, benchmark scores and measured performance.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0003_models.down.sql drops the whole model registry.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each model.
CREATE TABLE models (
    -- Models by name, trained here or bought; what runs is a version.
    id           UUID_TEXT       NOT NULL,
    name         TEXT            NOT NULL,
    kind         TEXT            NOT NULL,
    provider     TEXT,
    description  TEXT,
    metadata     JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by   UUID_TEXT,
    team_id      UUID_TEXT,
    created_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT models_pkey PRIMARY KEY (id),
    -- Serves models.get_by_name too.
    CONSTRAINT models_name_key UNIQUE (name),
    CONSTRAINT models_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT models_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT models_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT models_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT models_kind_type_check CHECK (typeof(kind) = 'text'),
    CONSTRAINT models_provider_type_check CHECK (provider IS NULL OR typeof(provider) = 'text'),
    CONSTRAINT models_description_type_check CHECK (description IS NULL OR typeof(description) = 'text'),
    CONSTRAINT models_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT models_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT models_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
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


-- grows: one row for each version of each model.
CREATE TABLE model_versions (
    -- Versions of a model: what it is, where its files are, what its tokens cost.
    id                  UUID_TEXT       NOT NULL,
    model_id            UUID_TEXT       NOT NULL,
    version             TEXT            NOT NULL,
    stage               TEXT            NOT NULL DEFAULT 'development',
    status              TEXT            NOT NULL DEFAULT 'ready',
    architecture        TEXT,
    parameter_count     INTEGER,
    artifact_uri        TEXT,
    digest              TEXT,
    metrics             JSON_TEXT       NOT NULL DEFAULT '{}',
    -- US dollars per million tokens.
    input_token_price   REAL,
    output_token_price  REAL,
    metadata            JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT model_versions_pkey PRIMARY KEY (id),
    CONSTRAINT model_versions_model_id_version_key UNIQUE (model_id, version),
    -- For model_aliases, whose version is one of its own model.
    CONSTRAINT model_versions_model_id_id_key UNIQUE (model_id, id),
    CONSTRAINT model_versions_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    CONSTRAINT model_versions_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT model_versions_version_type_check CHECK (typeof(version) = 'text'),
    CONSTRAINT model_versions_stage_type_check CHECK (typeof(stage) = 'text'),
    CONSTRAINT model_versions_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT model_versions_architecture_type_check CHECK (architecture IS NULL OR typeof(architecture) = 'text'),
    CONSTRAINT model_versions_parameter_count_type_check
        CHECK (parameter_count IS NULL OR typeof(parameter_count) = 'integer'),
    CONSTRAINT model_versions_artifact_uri_type_check CHECK (artifact_uri IS NULL OR typeof(artifact_uri) = 'text'),
    CONSTRAINT model_versions_digest_type_check CHECK (digest IS NULL OR typeof(digest) = 'text'),
    CONSTRAINT model_versions_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT model_versions_input_token_price_type_check
        CHECK (input_token_price IS NULL OR typeof(input_token_price) = 'real'),
    CONSTRAINT model_versions_output_token_price_type_check
        CHECK (output_token_price IS NULL OR typeof(output_token_price) = 'real'),
    CONSTRAINT model_versions_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT model_versions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_versions_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
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


CREATE TABLE model_aliases (
    -- Names that move from version to version of a model, such as champion; one version per alias.
    model_id          UUID_TEXT       NOT NULL,
    alias             TEXT            NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves model_versions.get_by_alias and model_aliases.list_for_model too.
    CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias),
    CONSTRAINT model_aliases_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    -- Of the same model. A version cannot be deleted while an alias names it, but with its model.
    CONSTRAINT model_aliases_version_fkey
        FOREIGN KEY (model_id, model_version_id) REFERENCES model_versions (model_id, id) ON DELETE NO ACTION,
    CONSTRAINT model_aliases_alias_type_check CHECK (typeof(alias) = 'text'),
    CONSTRAINT model_aliases_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_aliases_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT model_aliases_alias_check CHECK (length(alias) BETWEEN 1 AND 100),
    CONSTRAINT model_aliases_alias_form_check CHECK (alias NOT LIKE '%:%' AND alias NOT LIKE '%@%')
) WITHOUT ROWID;

-- Serves the foreign key: deleting a version.
CREATE INDEX model_aliases_version_idx
ON model_aliases (model_id, model_version_id);

-- Serves model_aliases.list_for_version.
CREATE INDEX model_aliases_model_version_id_idx
ON model_aliases (model_version_id);


-- grows: one row for each score of each version.
CREATE TABLE model_benchmarks (
    -- The score of a version on a benchmark; measured again it is replaced.
    id                UUID_TEXT        NOT NULL,
    model_version_id  UUID_TEXT        NOT NULL,
    benchmark         TEXT             NOT NULL,
    dataset_id        UUID_TEXT,
    metric            TEXT             NOT NULL,
    value             REAL             NOT NULL,
    higher_is_better  BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    standard_error    REAL,
    details           JSON_TEXT        NOT NULL DEFAULT '{}',
    created_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT model_benchmarks_pkey PRIMARY KEY (id),
    -- Serves model_benchmarks.list_for_version too.
    CONSTRAINT model_benchmarks_model_version_id_benchmark_metric_key UNIQUE (model_version_id, benchmark, metric),
    CONSTRAINT model_benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE SET NULL,
    CONSTRAINT model_benchmarks_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT model_benchmarks_benchmark_type_check CHECK (typeof(benchmark) = 'text'),
    CONSTRAINT model_benchmarks_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT model_benchmarks_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT model_benchmarks_higher_is_better_type_check CHECK (higher_is_better IN (0, 1)),
    CONSTRAINT model_benchmarks_standard_error_type_check
        CHECK (standard_error IS NULL OR typeof(standard_error) = 'real'),
    CONSTRAINT model_benchmarks_details_type_check CHECK (json_valid(details)),
    CONSTRAINT model_benchmarks_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_benchmarks_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT model_benchmarks_benchmark_check CHECK (length(benchmark) BETWEEN 1 AND 255),
    CONSTRAINT model_benchmarks_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    CONSTRAINT model_benchmarks_standard_error_check CHECK (standard_error BETWEEN 0 AND 1e100)
);

-- Serves model_benchmarks.ranking.
CREATE INDEX model_benchmarks_benchmark_idx
ON model_benchmarks (benchmark, metric, value DESC, id);

-- Serves the foreign key: deleting a dataset.
CREATE INDEX model_benchmarks_dataset_id_idx
ON model_benchmarks (dataset_id)
WHERE dataset_id IS NOT NULL;


-- grows: one row for each measurement of each version.
CREATE TABLE model_performance (
    -- How well a version did on live or fresh data, measured again and again.
    id                INTEGER         NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    stage             TEXT            NOT NULL,
    dataset_version   TEXT,
    metric            TEXT            NOT NULL,
    value             REAL            NOT NULL,
    recorded_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT model_performance_pkey PRIMARY KEY (id),
    CONSTRAINT model_performance_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_performance_stage_type_check CHECK (typeof(stage) = 'text'),
    CONSTRAINT model_performance_dataset_version_type_check
        CHECK (dataset_version IS NULL OR typeof(dataset_version) = 'text'),
    CONSTRAINT model_performance_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT model_performance_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT model_performance_recorded_at_type_check
        CHECK (
            substr(recorded_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days') IS substr(recorded_at, 1, 19)
        ),
    CONSTRAINT model_performance_stage_check CHECK (stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT model_performance_dataset_version_check CHECK (length(dataset_version) BETWEEN 1 AND 255),
    CONSTRAINT model_performance_metric_check CHECK (length(metric) BETWEEN 1 AND 255)
);

-- Serves model_performance.history and latest, and the foreign key.
CREATE INDEX model_performance_model_version_id_metric_idx
ON model_performance (model_version_id, metric, recorded_at DESC, id DESC);

-- Serves model_performance.list_for_stage.
CREATE INDEX model_performance_stage_idx
ON model_performance (stage, recorded_at DESC, id DESC);
