-- name: subjects :many
-- Which models, model versions, training runs and experiments have one of these ids, by kind and id.
-- result: kind text, label text
SELECT
    'experiment' AS kind,
    x.id,
    x.name AS label
FROM experiments AS x
WHERE x.id IN (:ids)
UNION ALL
SELECT
    'model' AS kind,
    m.id,
    m.name AS label
FROM models AS m
WHERE m.id IN (:ids)
UNION ALL
SELECT
    'model_version' AS kind,
    v.id,
    m.name || ':' || v.version AS label
FROM model_versions AS v
INNER JOIN models AS m ON v.model_id = m.id
WHERE v.id IN (:ids)
UNION ALL
SELECT
    'training_run' AS kind,
    r.id,
    r.name AS label
FROM training_runs AS r
WHERE r.id IN (:ids)
ORDER BY kind, id;

-- name: list_for_model_versions :many
-- What was measured of the answers of some versions; the input itself only where it has no digest.
-- parity: unordered, samples are sorted by their values before anything is computed
SELECT
    input_digest,
    CASE WHEN input_digest IS NULL THEN input END AS undigested_input,
    score,
    human_rating,
    latency_ms,
    cost_usd,
    input_tokens,
    output_tokens,
    metrics
FROM evaluations
WHERE
    true
    AND experiment_id = :experiment_id -- optional
    AND created_at >= :since -- optional
    AND model_version_id IN (:model_version_ids);

-- name: list_for_experiment :many
-- What was measured of the answers in an experiment; the input itself only where it has no digest.
-- parity: unordered, samples are sorted by their values before anything is computed
SELECT
    input_digest,
    CASE WHEN input_digest IS NULL THEN input END AS undigested_input,
    score,
    human_rating,
    latency_ms,
    cost_usd,
    input_tokens,
    output_tokens,
    metrics
FROM evaluations
WHERE
    true
    AND created_at >= :since -- optional
    AND experiment_id = :experiment_id;
