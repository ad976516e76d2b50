-- name: register :one
-- Notes a version of a model; each version once.
-- defaults: id = uuid7(), stage = "development", status = "ready", architecture = null, parameter_count = null
-- defaults: artifact_uri = null, digest = null, metrics = {}, input_token_price = null, output_token_price = null
-- defaults: metadata = {}, training_run_id = null
INSERT INTO model_versions (
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    training_run_id
)
VALUES (
    :id,
    :model_id,
    :version,
    :stage,
    :status,
    :architecture,
    :parameter_count,
    :artifact_uri,
    :digest,
    :metrics,
    :input_token_price,
    :output_token_price,
    :metadata,
    :training_run_id
)
RETURNING
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id;

-- name: get :one
-- One version.
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE id = :id;

-- name: get_by_version :optional
-- A version by the model's name and its own.
SELECT
    v.id,
    v.model_id,
    v.version,
    v.stage,
    v.status,
    v.architecture,
    v.parameter_count,
    v.artifact_uri,
    v.digest,
    v.metrics,
    v.input_token_price,
    v.output_token_price,
    v.metadata,
    v.created_at,
    v.updated_at,
    v.training_run_id
FROM models AS m
INNER JOIN model_versions AS v ON m.id = v.model_id
WHERE
    m.name = :model
    AND v.version = :version;

-- name: get_by_alias :optional
-- The version that an alias of a model, given by its name, stands for now.
SELECT
    v.id,
    v.model_id,
    v.version,
    v.stage,
    v.status,
    v.architecture,
    v.parameter_count,
    v.artifact_uri,
    v.digest,
    v.metrics,
    v.input_token_price,
    v.output_token_price,
    v.metadata,
    v.created_at,
    v.updated_at,
    v.training_run_id
FROM models AS m
INNER JOIN model_aliases AS a ON m.id = a.model_id
INNER JOIN model_versions AS v ON a.model_version_id = v.id
WHERE
    m.name = :model
    AND a.alias = :alias;

-- name: get_by_digest :optional
-- The version with this digest, the newest where it was registered several times.
-- scan: sorts the versions with one digest, which are few
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    digest = :digest
    AND model_id = :model_id -- optional
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: latest :optional
-- The newest version of a model.
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    model_id = :model_id
    AND stage = :stage -- optional
    AND status = :status -- optional
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: list :many
-- Versions of all models, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full, or what it leaves is sorted
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    true
    AND stage IN (:stages) -- optional
    AND status IN (:statuses) -- optional
    AND architecture = :architecture -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model :many
-- The versions of a model, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    model_id = :model_id
    AND stage IN (:stages) -- optional
    AND status IN (:statuses) -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_run :many
-- The versions that came out of a training run, newest first.
-- defaults: limit = 100
-- scan: sorts the versions that came out of one run, which are few
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE training_run_id = :training_run_id
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_by_stage :many
-- Versions of one stage, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    stage = :stage
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_by_status :many
-- Versions of one status, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    model_id,
    version,
    stage,
    status,
    architecture,
    parameter_count,
    artifact_uri,
    digest,
    metrics,
    input_token_price,
    output_token_price,
    metadata,
    created_at,
    updated_at,
    training_run_id
FROM model_versions
WHERE
    status = :status
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: compare :many
-- Versions side by side: for each metric of a benchmark that one of them has, each version with its score, best first.
-- Place counts from 1 within a metric, equal scores share one; scores and places are null where it was not measured.
-- scan: ranks the versions that were asked for
WITH
compared AS (
    SELECT
        v.id,
        v.version,
        m.name AS model
    FROM model_versions AS v
    INNER JOIN models AS m ON v.model_id = m.id
    WHERE v.id IN (:model_version_ids)
),

measured AS (
    SELECT DISTINCT
        benchmark,
        metric
    FROM model_benchmarks
    WHERE
        model_version_id IN (:model_version_ids)
        AND benchmark = :benchmark -- optional
),

scored AS (
    SELECT
        k.benchmark,
        k.metric,
        c.id AS model_version_id,
        c.model,
        c.version,
        b.value,
        b.higher_is_better,
        b.standard_error,
        rank() OVER (
            PARTITION BY k.benchmark, k.metric
            ORDER BY CASE WHEN b.higher_is_better THEN b.value END DESC NULLS LAST, b.value NULLS LAST
        ) AS place
    FROM measured AS k
    CROSS JOIN compared AS c
    LEFT JOIN model_benchmarks AS b
        ON
            c.id = b.model_version_id
            AND k.benchmark = b.benchmark
            AND k.metric = b.metric
)

SELECT
    benchmark,
    metric,
    model_version_id,
    model,
    version,
    value,
    higher_is_better,
    standard_error,
    CASE WHEN value IS NOT NULL THEN place END AS place
FROM scored
ORDER BY benchmark, metric, scored.place, model, version, model_version_id;

-- name: count_by_stage :many
-- How many versions are in each stage, by stage.
-- scan: counts every version
SELECT
    stage,
    count(*) AS versions
FROM model_versions
GROUP BY stage
ORDER BY stage;

-- name: set_stage :exec
-- Puts a version into a stage.
-- defaults: now = now()
UPDATE model_versions
SET
    stage = :stage,
    updated_at = :now
WHERE id = :id;

-- name: archive_others :exec
-- Archives the versions of a model in a stage, but for one.
-- defaults: now = now()
UPDATE model_versions
SET
    stage = 'archived',
    updated_at = :now
WHERE
    model_id = :model_id
    AND stage = :stage
    AND id <> :id;

-- name: set_status :exec
-- Sets the status of a version.
-- defaults: now = now()
UPDATE model_versions
SET
    status = :status,
    updated_at = :now
WHERE id = :id;

-- name: update_metrics :exec
-- Replaces a version's metrics.
-- defaults: now = now()
UPDATE model_versions
SET
    metrics = :metrics,
    updated_at = :now
WHERE id = :id;

-- name: update_metadata :exec
-- Replaces a version's metadata.
-- defaults: now = now()
UPDATE model_versions
SET
    metadata = :metadata,
    updated_at = :now
WHERE id = :id;

-- name: set_artifact :exec
-- Says where a version's files are, and what their digest is.
-- defaults: digest = null, now = now()
UPDATE model_versions
SET
    artifact_uri = :artifact_uri,
    digest = :digest,
    parameter_count = :parameter_count, -- optional
    updated_at = :now
WHERE id = :id;

-- name: set_prices :exec
-- Sets what a million tokens cost, in US dollars.
-- defaults: now = now()
UPDATE model_versions
SET
    input_token_price = :input_token_price,
    output_token_price = :output_token_price,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes a version with its scores; refused while an alias, an experiment or other work names it.
DELETE FROM model_versions
WHERE id = :id;
