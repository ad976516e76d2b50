-- name: create :one
-- Keeps one output of a model; the latency in milliseconds, the cost in US dollars.
-- defaults: id = uuid7(), experiment_id = null, benchmark_id = null, model_version_id = null
-- defaults: input_digest = null, expected = null, metrics = {}, score = null
-- defaults: human_rating = null, human_feedback = null, latency_ms = null
-- defaults: input_tokens = null, output_tokens = null, cost_usd = null, metadata = {}
-- defaults: created_by = null, team_id = null
INSERT INTO evaluations (
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id
)
VALUES (
    :id,
    :experiment_id,
    :benchmark_id,
    :model_version_id,
    :provider,
    :model,
    :input,
    :input_digest,
    :output,
    :expected,
    :metrics,
    :score,
    :human_rating,
    :human_feedback,
    :latency_ms,
    :input_tokens,
    :output_tokens,
    :cost_usd,
    :metadata,
    :created_by,
    :team_id
)
RETURNING
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: get :one
-- One evaluation.
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE id = :id;

-- name: list :many
-- Evaluations, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    true
    AND provider = :provider -- optional
    AND model = :model -- optional
    AND score >= :min_score -- optional
    AND human_rating >= :min_rating -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_experiment :many
-- The evaluations of an experiment, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    experiment_id = :experiment_id
    AND model = :model -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_benchmark :many
-- The evaluations of a benchmark, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    benchmark_id = :benchmark_id
    AND model = :model -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model_version :many
-- The evaluations of a version of a model, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    model_version_id = :model_version_id
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_model :many
-- The evaluations of a model by its name, of one provider or of all, newest first;
-- the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    model = :model
    AND provider = :provider -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_input :many
-- What was answered to one input, by whatever model, in the order of the ids.
-- defaults: limit = 100
SELECT
    id,
    experiment_id,
    benchmark_id,
    model_version_id,
    provider,
    model,
    input,
    input_digest,
    output,
    expected,
    metrics,
    score,
    human_rating,
    human_feedback,
    latency_ms,
    input_tokens,
    output_tokens,
    cost_usd,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM evaluations
WHERE
    input_digest = :input_digest
    AND experiment_id = :experiment_id -- optional
    AND id > :after_id -- optional
ORDER BY id
LIMIT :limit;

-- name: rate :exec
-- Sets a human rating, 1 to 5, and what was said with it.
-- defaults: now = now()
UPDATE evaluations
SET
    human_rating = :human_rating,
    human_feedback = :human_feedback, -- optional
    updated_at = :now
WHERE id = :id;

-- name: set_score :exec
-- Sets the score, and the metrics it was made of.
-- defaults: now = now()
UPDATE evaluations
SET
    score = :score,
    metrics = :metrics, -- optional
    updated_at = :now
WHERE id = :id;

-- name: aggregates :many
-- Scores, ratings, latencies, tokens and cost by provider and model, in an experiment, a benchmark or all.
-- scan: without an experiment or a benchmark it is about every evaluation
WITH
places AS (
    SELECT
        provider,
        model,
        score,
        human_rating,
        latency_ms,
        input_tokens,
        output_tokens,
        cost_usd,
        count(latency_ms) OVER (PARTITION BY provider, model) AS n,
        row_number() OVER (PARTITION BY provider, model ORDER BY latency_ms NULLS LAST) AS place
    FROM evaluations
    WHERE
        true
        AND experiment_id = :experiment_id -- optional
        AND benchmark_id = :benchmark_id -- optional
        AND created_at >= :since -- optional
),

-- A percentile lies between the two values nearest to its place, as percentile_cont has it.
totals AS (
    SELECT
        provider,
        model,
        count(*) AS evaluations,
        count(score) AS scored_evaluations,
        avg(score) AS avg_score,
        min(score) AS min_score,
        max(score) AS max_score,
        count(human_rating) AS rated_evaluations,
        avg(CAST(human_rating AS float8)) AS avg_rating,
        avg(latency_ms) AS avg_latency_ms,
        max(n) AS n,
        max(CASE WHEN 100 * (place - 1) <= 50 * (n - 1) THEN latency_ms END) AS p50_below,
        min(CASE WHEN 100 * (place - 1) >= 50 * (n - 1) THEN latency_ms END) AS p50_above,
        max(CASE WHEN 100 * (place - 1) <= 95 * (n - 1) THEN latency_ms END) AS p95_below,
        min(CASE WHEN 100 * (place - 1) >= 95 * (n - 1) THEN latency_ms END) AS p95_above,
        CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
        CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens,
        coalesce(sum(cost_usd), 0.0) AS cost_usd
    FROM places
    GROUP BY provider, model
)

SELECT
    provider,
    model,
    evaluations,
    scored_evaluations,
    avg_score,
    min_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    p50_below + (p50_above - p50_below) * CAST(50 * (n - 1) % 100 AS float8) / 100 AS p50_latency_ms,
    p95_below + (p95_above - p95_below) * CAST(95 * (n - 1) % 100 AS float8) / 100 AS p95_latency_ms,
    input_tokens,
    output_tokens,
    cost_usd
FROM totals
ORDER BY provider, model;

-- name: count :value
-- How many evaluations there are, of an experiment, a benchmark, a version, a model, or all.
-- scan: without a filter it counts every evaluation
SELECT count(*) AS evaluations
FROM evaluations
WHERE (
    true
    AND experiment_id = :experiment_id -- optional
    AND benchmark_id = :benchmark_id -- optional
    AND model_version_id = :model_version_id -- optional
    AND model = :model -- optional
    AND created_at >= :since -- optional
);

-- name: delete :exec
-- Deletes an evaluation.
DELETE FROM evaluations
WHERE id = :id;

-- name: count_before :one
-- How many evaluations are from before a time, and how many of these a cleanup removes: not those of an experiment or a
-- benchmark that is not over.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (
        WHERE
        NOT EXISTS (
            SELECT 1 FROM experiments AS x
            WHERE x.id = e.experiment_id AND x.finished_at IS NULL
        )
        AND NOT EXISTS (
            SELECT 1 FROM benchmarks AS b
            WHERE b.id = e.benchmark_id AND b.completed_at IS NULL
        )
    ) AS removable
FROM evaluations AS e
WHERE e.created_at < :before;

-- name: list_before :many
-- The evaluations from before a time that a cleanup removes: their keys, the oldest first; the next page begins after
-- the last.
-- defaults: limit = 1000
SELECT
    e.id,
    e.created_at AS age
FROM evaluations AS e
WHERE
    e.created_at < :before
    AND NOT EXISTS (
        SELECT 1 FROM experiments AS x
        WHERE x.id = e.experiment_id AND x.finished_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM benchmarks AS b
        WHERE b.id = e.benchmark_id AND b.completed_at IS NULL
    )
    AND (e.created_at, e.id) > (:after_age, :after_id) -- optional
ORDER BY e.created_at, e.id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes evaluations that were held, by their keys.
DELETE FROM evaluations
WHERE id IN (:ids);
