-- 0003 inference: generated texts and their ratings.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0003_inference.down.sql drops all generated texts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

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

-- Serves generations.history: newest first, page by page.
CREATE INDEX generations_created_at_idx
ON generations (created_at DESC, id DESC);

-- Serves generations.history and clear of one model.
CREATE INDEX generations_model_idx
ON generations (model, created_at DESC, id DESC);
