-- 0006 inference: inference sessions and requests, generated texts, predictions.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0006_inference.down.sql drops all of them.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each session.
CREATE TABLE inference_sessions (
    -- Somebody's use of a model version, with its totals.
    id                UUID_TEXT       NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    user_id           UUID_TEXT,
    purpose           TEXT,
    -- Totals of its requests, brought up to date when it is closed.
    request_count     INTEGER         NOT NULL DEFAULT 0,
    error_count       INTEGER         NOT NULL DEFAULT 0,
    input_tokens      INTEGER         NOT NULL DEFAULT 0,
    output_tokens     INTEGER         NOT NULL DEFAULT 0,
    latency_ms        REAL            NOT NULL DEFAULT 0,
    cost_usd          REAL            NOT NULL DEFAULT 0,
    metadata          JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    closed_at         TIMESTAMP_TEXT,
    CONSTRAINT inference_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT inference_sessions_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT inference_sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT inference_sessions_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT inference_sessions_purpose_type_check CHECK (purpose IS NULL OR typeof(purpose) = 'text'),
    CONSTRAINT inference_sessions_request_count_type_check CHECK (typeof(request_count) = 'integer'),
    CONSTRAINT inference_sessions_error_count_type_check CHECK (typeof(error_count) = 'integer'),
    CONSTRAINT inference_sessions_input_tokens_type_check CHECK (typeof(input_tokens) = 'integer'),
    CONSTRAINT inference_sessions_output_tokens_type_check CHECK (typeof(output_tokens) = 'integer'),
    CONSTRAINT inference_sessions_latency_ms_type_check CHECK (typeof(latency_ms) = 'real'),
    CONSTRAINT inference_sessions_cost_usd_type_check CHECK (typeof(cost_usd) = 'real'),
    CONSTRAINT inference_sessions_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT inference_sessions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT inference_sessions_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT inference_sessions_closed_at_type_check
        CHECK (
            closed_at IS NULL OR (
                substr(closed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(closed_at, 1, 19), '+0 days') IS substr(closed_at, 1, 19)
            )
        ),
    CONSTRAINT inference_sessions_purpose_check CHECK (length(purpose) BETWEEN 1 AND 255),
    CONSTRAINT inference_sessions_request_count_check CHECK (request_count >= 0),
    CONSTRAINT inference_sessions_error_count_check CHECK (error_count BETWEEN 0 AND request_count),
    CONSTRAINT inference_sessions_input_tokens_check CHECK (input_tokens >= 0),
    CONSTRAINT inference_sessions_output_tokens_check CHECK (output_tokens >= 0),
    CONSTRAINT inference_sessions_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e15),
    CONSTRAINT inference_sessions_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e15)
);

-- Serves inference_sessions.list_recent: newest first, page by page.
CREATE INDEX inference_sessions_created_at_idx
ON inference_sessions (created_at DESC, id DESC);

-- Serves inference_sessions.list_for_model_version, and the foreign key.
CREATE INDEX inference_sessions_model_version_id_idx
ON inference_sessions (model_version_id, created_at DESC, id DESC);

-- Serves inference_sessions.list_for_user, and the foreign key.
CREATE INDEX inference_sessions_user_id_idx
ON inference_sessions (user_id, created_at DESC, id DESC);


-- grows: one row for each request.
CREATE TABLE inference_requests (
    -- Requests of a session: how long, how many tokens, how they ended.
    id              INTEGER         NOT NULL,
    session_id      UUID_TEXT       NOT NULL,
    status          TEXT            NOT NULL DEFAULT 'success',
    prompt_chars    INTEGER,
    response_chars  INTEGER,
    input_tokens    INTEGER,
    output_tokens   INTEGER,
    latency_ms      REAL,
    -- US dollars, an estimate.
    cost_usd        REAL,
    error           TEXT,
    created_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT inference_requests_pkey PRIMARY KEY (id),
    CONSTRAINT inference_requests_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES inference_sessions (id) ON DELETE CASCADE,
    CONSTRAINT inference_requests_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT inference_requests_prompt_chars_type_check
        CHECK (prompt_chars IS NULL OR typeof(prompt_chars) = 'integer'),
    CONSTRAINT inference_requests_response_chars_type_check
        CHECK (response_chars IS NULL OR typeof(response_chars) = 'integer'),
    CONSTRAINT inference_requests_input_tokens_type_check
        CHECK (input_tokens IS NULL OR typeof(input_tokens) = 'integer'),
    CONSTRAINT inference_requests_output_tokens_type_check
        CHECK (output_tokens IS NULL OR typeof(output_tokens) = 'integer'),
    CONSTRAINT inference_requests_latency_ms_type_check CHECK (latency_ms IS NULL OR typeof(latency_ms) = 'real'),
    CONSTRAINT inference_requests_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT inference_requests_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT inference_requests_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT inference_requests_status_check CHECK (status IN ('success', 'error')),
    CONSTRAINT inference_requests_prompt_chars_check CHECK (prompt_chars >= 0),
    CONSTRAINT inference_requests_response_chars_check CHECK (response_chars >= 0),
    CONSTRAINT inference_requests_input_tokens_check CHECK (input_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_output_tokens_check CHECK (output_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12),
    -- An error is told exactly where the request failed.
    CONSTRAINT inference_requests_error_check CHECK ((error IS NOT NULL) = (status = 'error'))
);

-- Serves inference_requests.list_for_session and inference_sessions.close, and the foreign key.
CREATE INDEX inference_requests_session_id_idx
ON inference_requests (session_id, id DESC);

-- Serves inference_requests.usage_by_day.
CREATE INDEX inference_requests_created_at_idx
ON inference_requests (created_at);


-- grows: one row for each text that is generated.
CREATE TABLE generations (
    -- Texts that models generated, with scores and user ratings.
    id                UUID_TEXT       NOT NULL,
    prompt            TEXT            NOT NULL,
    response          TEXT            NOT NULL,
    model             TEXT            NOT NULL,
    model_version_id  UUID_TEXT,
    parameters        JSON_TEXT       NOT NULL DEFAULT '{}',
    quality_score     REAL,
    user_rating       INTEGER,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT generations_pkey PRIMARY KEY (id),
    CONSTRAINT generations_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE SET NULL,
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

-- Serves generations.history of one model, and clear_model.
CREATE INDEX generations_model_idx
ON generations (model, created_at DESC, id DESC);

-- Serves the foreign key: deleting a version.
CREATE INDEX generations_model_version_id_idx
ON generations (model_version_id)
WHERE model_version_id IS NOT NULL;


-- grows: one row for each prediction.
CREATE TABLE predictions (
    -- Predictions that were served, or that failed.
    id                  INTEGER         NOT NULL,
    -- One prediction of a request; logged twice it is an error.
    request_id          TEXT            NOT NULL,
    batch_id            TEXT,
    -- Null where the version that answered is not registered here.
    model_version_id    UUID_TEXT,
    model_version       TEXT            NOT NULL,
    model_stage         TEXT            NOT NULL,
    input_features      JSON_TEXT       NOT NULL,
    prediction          REAL,
    confidence_score    REAL,
    confidence_low      REAL,
    confidence_high     REAL,
    processing_time_ms  REAL,
    status              TEXT            NOT NULL DEFAULT 'success',
    error_message       TEXT,
    user_agent          TEXT,
    ip_address          TEXT,
    created_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT predictions_pkey PRIMARY KEY (id),
    -- Serves predictions.get_by_request too.
    CONSTRAINT predictions_request_id_key UNIQUE (request_id),
    CONSTRAINT predictions_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT predictions_request_id_type_check CHECK (typeof(request_id) = 'text'),
    CONSTRAINT predictions_batch_id_type_check CHECK (batch_id IS NULL OR typeof(batch_id) = 'text'),
    CONSTRAINT predictions_model_version_type_check CHECK (typeof(model_version) = 'text'),
    CONSTRAINT predictions_model_stage_type_check CHECK (typeof(model_stage) = 'text'),
    CONSTRAINT predictions_input_features_type_check CHECK (json_valid(input_features)),
    CONSTRAINT predictions_prediction_type_check CHECK (prediction IS NULL OR typeof(prediction) = 'real'),
    CONSTRAINT predictions_confidence_score_type_check
        CHECK (confidence_score IS NULL OR typeof(confidence_score) = 'real'),
    CONSTRAINT predictions_confidence_low_type_check CHECK (confidence_low IS NULL OR typeof(confidence_low) = 'real'),
    CONSTRAINT predictions_confidence_high_type_check
        CHECK (confidence_high IS NULL OR typeof(confidence_high) = 'real'),
    CONSTRAINT predictions_processing_time_ms_type_check
        CHECK (processing_time_ms IS NULL OR typeof(processing_time_ms) = 'real'),
    CONSTRAINT predictions_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT predictions_error_message_type_check CHECK (error_message IS NULL OR typeof(error_message) = 'text'),
    CONSTRAINT predictions_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    CONSTRAINT predictions_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT predictions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT predictions_request_id_check CHECK (length(request_id) BETWEEN 1 AND 255),
    CONSTRAINT predictions_batch_id_check CHECK (length(batch_id) BETWEEN 1 AND 255),
    CONSTRAINT predictions_model_version_check CHECK (length(model_version) BETWEEN 1 AND 255),
    CONSTRAINT predictions_model_stage_check
        CHECK (model_stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT predictions_confidence_score_check CHECK (confidence_score BETWEEN 0 AND 1),
    CONSTRAINT predictions_confidence_high_check CHECK (confidence_low <= confidence_high),
    CONSTRAINT predictions_processing_time_ms_check CHECK (processing_time_ms BETWEEN 0 AND 1e12),
    CONSTRAINT predictions_status_check CHECK (status IN ('success', 'error')),
    -- A success has a prediction, an error a message.
    CONSTRAINT predictions_prediction_check CHECK (status = 'error' OR prediction IS NOT NULL),
    CONSTRAINT predictions_error_message_check CHECK ((error_message IS NOT NULL) = (status = 'error'))
);

-- Serves predictions.list and statistics: newest first, page by page.
CREATE INDEX predictions_created_at_idx
ON predictions (created_at DESC, id DESC);

-- Serves predictions.list_for_batch.
CREATE INDEX predictions_batch_id_idx
ON predictions (batch_id, id)
WHERE batch_id IS NOT NULL;

-- Serves predictions.list and statistics of a version.
CREATE INDEX predictions_model_version_idx
ON predictions (model_version, created_at DESC, id DESC);

-- Serves the foreign key: deleting a version.
CREATE INDEX predictions_model_version_id_idx
ON predictions (model_version_id)
WHERE model_version_id IS NOT NULL;

-- Serves predictions.list_errors.
CREATE INDEX predictions_errors_idx
ON predictions (created_at DESC, id DESC)
WHERE status = 'error';
