-- name: record :one
-- Keeps the score of a version on a benchmark; measured again it is replaced, and keeps its id.
-- defaults: id = uuid7(), dataset_id = null, higher_is_better = true, standard_error = null, details = {}
-- defaults: now = now()
INSERT INTO model_benchmarks (
    id,
    model_version_id,
    benchmark,
    dataset_id,
    metric,
    value,
    higher_is_better,
    standard_error,
    details
)
VALUES (
    :id,
    :model_version_id,
    :benchmark,
    :dataset_id,
    :metric,
    :value,
    :higher_is_better,
    :standard_error,
    :details
)
-- The linter wants another indent in each dialect. -- noqa: disable=LT02
ON CONFLICT (model_version_id, benchmark, metric) DO UPDATE SET
    dataset_id = excluded.dataset_id,
    value = excluded.value,
    higher_is_better = excluded.higher_is_better,
    standard_error = excluded.standard_error,
    details = excluded.details,
    updated_at = :now
RETURNING -- noqa: enable=LT02
    id,
    model_version_id,
    benchmark,
    dataset_id,
    metric,
    value,
    higher_is_better,
    standard_error,
    details,
    created_at,
    updated_at;

-- name: get :one
-- One score.
SELECT
    id,
    model_version_id,
    benchmark,
    dataset_id,
    metric,
    value,
    higher_is_better,
    standard_error,
    details,
    created_at,
    updated_at
FROM model_benchmarks
WHERE id = :id;

-- name: list_for_version :many
-- The scores of a version, by benchmark and metric.
SELECT
    id,
    model_version_id,
    benchmark,
    dataset_id,
    metric,
    value,
    higher_is_better,
    standard_error,
    details,
    created_at,
    updated_at
FROM model_benchmarks
WHERE
    model_version_id = :model_version_id
    AND benchmark = :benchmark -- optional
ORDER BY benchmark, metric;

-- name: ranking :many
-- Versions by their score on a benchmark, best first; equal ones share a place.
-- defaults: limit = 100
-- scan: ranks the scores of one benchmark, all of which it reads
SELECT
    rank() OVER (
        ORDER BY CASE WHEN b.higher_is_better THEN b.value END DESC NULLS LAST, b.value
    ) AS place,
    b.model_version_id,
    m.name AS model,
    v.version,
    v.stage,
    b.value,
    b.standard_error,
    b.higher_is_better,
    b.updated_at
FROM model_benchmarks AS b
INNER JOIN model_versions AS v ON b.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id
WHERE
    b.benchmark = :benchmark
    AND b.metric = :metric
    AND v.stage IN (:stages) -- optional
ORDER BY place, m.name, v.version
LIMIT :limit;

-- name: list_benchmarks :many
-- The benchmarks and metrics there are scores of, by name.
-- result: last_at timestamp
-- scan: counts every score
SELECT
    benchmark,
    metric,
    count(*) AS versions,
    min(value) AS lowest,
    max(value) AS highest,
    max(updated_at) AS last_at
FROM model_benchmarks
GROUP BY benchmark, metric
ORDER BY benchmark, metric;

-- name: delete :exec
-- Deletes a score.
DELETE FROM model_benchmarks
WHERE id = :id;
