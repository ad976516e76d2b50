-- 0003 inference: generated texts and their ratings.
-- Locks: creates new objects only; safe on a live database.
-- Undo:  0003_inference.down.sql drops all generated texts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

CREATE TABLE generations (
    id             uuid             NOT NULL,
    prompt         text             NOT NULL,
    response       text             NOT NULL,
    model          text COLLATE "C" NOT NULL,
    parameters     jsonb            NOT NULL DEFAULT '{}',
    quality_score  double precision,
    user_rating    bigint,
    created_at     timestamptz      NOT NULL DEFAULT now(),
    updated_at     timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT generations_pkey PRIMARY KEY (id),
    CONSTRAINT generations_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT generations_user_rating_check CHECK (user_rating BETWEEN 1 AND 5)
);

-- Serves generations.history: newest first, page by page.
CREATE INDEX generations_created_at_idx
ON generations (created_at DESC, id DESC);

-- Serves generations.history and clear of one model.
CREATE INDEX generations_model_idx
ON generations (model, created_at DESC, id DESC);

COMMENT ON TABLE generations IS
'Texts that models generated, with scores and user ratings.';
