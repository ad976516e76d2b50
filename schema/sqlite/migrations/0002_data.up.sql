-- 0002 data: datasets and their splits, corpus texts, character n-grams.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0002_data.down.sql drops all datasets, texts and n-gram counts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each version of each dataset.
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
    created_by  UUID_TEXT,
    team_id     UUID_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT datasets_pkey PRIMARY KEY (id),
    -- The same content registered twice is one dataset.
    CONSTRAINT datasets_name_version_digest_key UNIQUE (name, version, digest),
    CONSTRAINT datasets_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT datasets_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
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

-- Serves datasets.list: newest first, page by page.
CREATE INDEX datasets_created_at_idx
ON datasets (created_at DESC, id DESC);

-- Serves datasets.get_by_digest.
CREATE INDEX datasets_digest_idx
ON datasets (digest, created_at DESC, id DESC);

-- Serves the foreign key: deleting a user.
CREATE INDEX datasets_created_by_idx
ON datasets (created_by)
WHERE created_by IS NOT NULL;

-- Serves lists of what a team owns, newest first, and the foreign key.
CREATE INDEX datasets_team_id_idx
ON datasets (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;


-- grows: some rows for each dataset.
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


-- grows: one row for each text.
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

-- Serves corpus_texts.list_for_split, and the foreign key.
CREATE INDEX corpus_texts_split_id_idx
ON corpus_texts (split_id, id);

-- Serves corpus_texts.list with a source.
CREATE INDEX corpus_texts_source_idx
ON corpus_texts (source, id);


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


-- grows: one row for each text that a model has read.
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

-- Serves the foreign key: deleting a text.
CREATE INDEX markov_texts_corpus_text_id_idx
ON markov_texts (corpus_text_id);


-- grows: one row for each n-gram of each model.
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
